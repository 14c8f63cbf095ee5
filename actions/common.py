"""What the actions read from the tracker."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.executor import CollectingDispatcher

from persona.branches import Place
from persona.columns import PREFIX, Reply
from persona.compliance import Guard
from persona.institution import Institution, load_institution, narrowed
from persona.labels import full_label
from persona.live import LiveFile
from persona.mascot import Mascot, load_mascots, speaking
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


def last_said(tracker: Tracker) -> str:
    """The name of the response given last in this session, or ""."""
    return next(iter(reversed(said(tracker))), "")


def utter(dispatcher: CollectingDispatcher, reply: Reply) -> None:
    """Utter a response with what fills it and the buttons under it."""
    dispatcher.utter_message(response=reply.response, buttons=[dict(b) for b in reply.buttons], **reply.values)


def entity(tracker: Tracker, name: str) -> str | None:
    """The value of the last message's entity `name`, or None."""
    return next((str(e["value"]) for e in tracker.latest_message.get("entities", []) if e["entity"] == name), None)


def channel(tracker: Tracker) -> str:
    """Where the customer writes: a client may name a narrower channel than the institution's, never a wider."""
    return narrowed(institution().channel, _metadata(tracker).get("channel"))


@lru_cache(maxsize=1)
def institution() -> Institution:
    """Who is speaking."""
    return load_institution()


def here(tracker: Tracker) -> Place:
    """Where the customer is, as the answers are filled in."""
    return institution().place(tracker.slots, _metadata(tracker))


@lru_cache(maxsize=1)
def guard() -> Guard:
    """The compliance guard."""
    return Guard.load()


@lru_cache(maxsize=1)
def products() -> dict[str, Product]:
    """Product sheets by id, those without a valid approval too: ask `offered`."""
    return dict(load_products(approved=False))


@lru_cache(maxsize=1)
def live_file() -> LiveFile:
    """What was taken back, announced or frozen meanwhile."""
    return LiveFile.open(guard())


def offered() -> list[Product]:
    """The sheets that may be shown today: approved, not withdrawn, not frozen."""
    now, live = institution().today(), live_file().current()
    return [p for p in products().values() if p.valid(now, institution().four_eyes) and not live.takes_back(p.id, product=True)]


@lru_cache(maxsize=1)
def mascots() -> Mapping[str, Mascot]:
    """The cards by id."""
    return load_mascots()


def speaker(tracker: Tracker) -> str:
    """The mascot who answers this message."""
    return speaking(tracker.slots, _metadata(tracker), mascots(), institution().mascot)


def surroundings(tracker: Tracker) -> dict[str, str]:
    """Where the conversation takes place: `channel`, as the door reads it."""
    return {"channel": channel(tracker)}


def picked(tracker: Tracker) -> dict[str, str]:
    """What a button carries; empty for typed text."""
    if (tracker.latest_message.get("intent") or {}).get("reason") != "button":
        return {}
    return {str(e["entity"]): str(e["value"]) for e in tracker.latest_message.get("entities", [])}


def last_column(tracker: Tracker) -> tuple[str, int] | None:
    """Key and number of the column's episode shown last in this session."""
    for event in reversed(tracker.events):
        meta = (event.get("metadata") or {}).get("metadata") or {}
        name = str(meta.get("response") or "")
        if event.get("event") == "session_started":
            return None
        if event.get("event") == "bot" and name.startswith(PREFIX) and isinstance(meta.get("episode"), int):
            return name.removeprefix(PREFIX), meta["episode"]
    return None


def _metadata(tracker: Tracker) -> Mapping[str, Any]:
    return next((e.get("metadata") or {} for e in reversed(tracker.events) if e.get("event") == "user"), {})
