"""Columns and lessons in a conversation: when they have to wait, and what a few words after one mean."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from persona import columns, lessons
from persona.emergency import STEADY

SERVICE_ONLY = frozenset({"public_comment"})  # regulation: safety and service replies only
FEW = 12  # characters of a message that only moves on or back


def hindrance(slots: Mapping[str, Any], channel: str, *, play: bool = True) -> str | None:
    """The response that is said instead, or None when there is nothing against it.

    `play` is False for lessons: a minor may learn how to keep safe (DESIGN.md, hard lock).
    """
    if slots.get("minor"):
        return "utter_column_minor" if play else None
    if slots.get("lock") == "hard":
        return STEADY
    if slots.get("lock") == "soft":
        return "utter_column_later"
    return "utter_column_channel" if channel in SERVICE_ONLY else None


def continued(text: str, last: str) -> str:
    """The intent of a few words that go on with what the response `last` showed (「继续」, 「再往前」), or ""."""
    if len(text) > FEW:
        return ""
    if last.startswith("utter_lesson") and lessons.moves(text):
        return lessons.INTENT
    return "ask_column" if last.startswith(("utter_column", "utter_ask_column")) and columns.moves(text) else ""
