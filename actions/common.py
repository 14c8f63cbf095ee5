"""What the actions read from the tracker."""

from __future__ import annotations

from functools import lru_cache

from rasa_sdk import Tracker

from persona.compliance import Guard
from persona.institution import Institution, load_institution
from persona.products import Product, load_products


def label(tracker: Tracker) -> str:
    """The full label of the last message: `faq/early_repay` for a topic, else the intent's name."""
    intent = tracker.latest_message.get("intent") or {}
    name = str(intent.get("name") or "")
    selected = (tracker.latest_message.get("response_selector") or {}).get(name) or {}
    return str(
        intent.get("full_retrieval_intent_name") or (selected.get("response") or {}).get("intent_response_key") or name
    )


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
