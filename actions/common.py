"""What the actions read from the tracker."""

from __future__ import annotations

from functools import lru_cache

from rasa_sdk import Tracker

from persona.compliance import Guard
from persona.institution import Institution, load_institution
from persona.labels import full_label
from persona.products import Product, load_products


def label(tracker: Tracker) -> str:
    """The full label of the last message: `faq/early_repay` for a topic, else the intent's name."""
    return full_label(tracker.latest_message)


def said(tracker: Tracker) -> list[str]:
    """Names of the responses given in this session, oldest first."""
    names: list[str] = []
    for event in tracker.events:
        if event.get("event") == "session_started":
            names = []
        elif event.get("event") == "bot":
            names.append(str(((event.get("metadata") or {}).get("metadata") or {}).get("response") or ""))
    return names


@lru_cache(maxsize=1)
def institution() -> Institution:
    """Who is speaking."""
    return load_institution()


@lru_cache(maxsize=1)
def guard() -> Guard:
    """The compliance guard."""
    return Guard.load()


@lru_cache(maxsize=1)
def products() -> dict[str, Product]:
    """Approved product sheets by id."""
    return dict(load_products())
