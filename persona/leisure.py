"""When columns and lessons have to wait: under a lock, with a minor, on a channel that is for service only."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

SERVICE_ONLY = frozenset({"public_comment"})  # regulation: safety and service replies only
STEADY = "utter_emergency_steady"


def hindrance(slots: Mapping[str, Any], channel: str, category: str = "none", *, play: bool = True) -> str | None:
    """The response that is said instead, or None when there is nothing against it.

    category: the product category a lesson explains; `play` is False for lessons: what teaches a minor to keep safe
    is allowed, what explains a product or only amuses is not (DESIGN.md, hard lock).
    """
    if slots.get("minor"):
        return "utter_product_minor" if category != "none" else "utter_column_minor" if play else None
    if slots.get("lock") == "hard":
        return STEADY
    if slots.get("lock") == "soft":
        return "utter_column_later"
    return "utter_column_channel" if channel in SERVICE_ONLY else None
