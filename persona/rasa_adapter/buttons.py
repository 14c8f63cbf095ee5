"""The buttons an answer gets besides its own: what else was asked, the nearest guesses, cities, the way back to a lesson."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from rasa.shared.core.events import UserUttered
from rasa.shared.core.trackers import DialogueStateTracker

from persona import columns, lessons
from persona.branches import cities
from persona.choosing import LEISURE
from persona.institution import Institution
from persona.labels import Labels, full_label
from persona.profile import speaks_of
from persona.rasa_adapter.moment import ABOUT, DETAIL
from persona.rasa_adapter.options import parse_payload
from persona.rasa_adapter.said import given, last_response

MOST = 4
LIKELY = 0.4  # a guess that is offered beside the last answer's own buttons
BESIDES = 3  # questions of one message that are offered beside the one that is answered
MISUNDERSTOOD = "utter_not_what_i_meant"
# Responses whose buttons are the nearest guesses of the understanding.
GUESSING = frozenset({"utter_clarify", MISUNDERSTOOD})
# Questions for the city; the buttons are the cities with a branch.
ASKING_CITY = frozenset({"utter_ask_city", "utter_set_city_which", "utter_set_city_unknown"})
CITIES = 5


def add(message: dict[str, Any], button: dict[str, str]) -> None:
    """One more button, if none does the same."""
    buttons = message.setdefault("buttons", [])
    if all(b.get("payload") != button["payload"] for b in buttons):
        buttons.append(button)


def asked_too(tracker: DialogueStateTracker, labels: Labels) -> list[dict[str, str]]:
    """What else the last message asked: the first of its questions is answered, the others are offered."""
    message = tracker.latest_message
    also = (message.intent or {}).get("also") if message else None
    answered = full_label(message.parse_data) if message else ""
    titles = {labels.beside(label): label for label in reversed(also or []) if label != answered}
    found = [{"title": title, "payload": f"/{label}"} for title, label in reversed(titles.items()) if title and title != labels.beside(answered)]
    return found[:BESIDES]


def named(asked: list[dict[str, str]]) -> str:
    """What the buttons are called, in a sentence."""
    return "".join(f"「{button['title']}」" for button in asked)


def complete(message: dict[str, Any], name: str, tracker: DialogueStateTracker, slots: Mapping[str, Any], labels: Labels, institution: Institution) -> None:
    """Add to the message for the response ``name`` what depends on the conversation; take out what this bot does not answer."""
    for other in asked_too(tracker, labels):
        add(message, other)
    if name in (ABOUT, DETAIL):
        offered = _offered(tracker)
        guess = _heard(tracker, labels) if name == ABOUT else []
        message["buttons"] = [*offered[: MOST - 1 - len(guess)], *(g for g in guess if g not in offered), *message.get("buttons", [])][:MOST]
    if _lesson_waits(tracker, slots) and len(message.get("buttons", [])) < MOST - 1 and _light(message, name):
        add(message, columns.button("接着上课", lessons.INTENT, move="go_on"))
    if name in ASKING_CITY:
        message["buttons"] = [_city(city) for city in cities(institution.branches)[:CITIES]]
    if name in GUESSING:
        message["buttons"] = [*_guesses(tracker, name, labels), *message.get("buttons", [])][:MOST]
    if message.get("buttons"):
        message["buttons"] = [b for b in message["buttons"] if _answered(b, institution.profile)]


def _answered(button: Mapping[str, Any], profile: str) -> bool:
    """Whether a bot of this profile answers what the button asks."""
    command = parse_payload(str(button.get("payload") or ""))
    product = [command.entities["product"]] if command and "product" in command.entities else []
    return command is None or speaks_of(profile, command.label, product)


def _lesson_waits(tracker: DialogueStateTracker, slots: Mapping[str, Any]) -> bool:
    """Whether a bank question was put into a course: what was said last is a part of a lesson."""
    return lessons.parts(last_response(tracker)) is not None and slots.get("lock") not in ("soft", "hard")


def _light(message: Mapping[str, Any], name: str) -> bool:
    """Whether a way back to a lesson may stand under this answer: not under alarms, trouble or the lessons themselves."""
    meta = message.get("metadata") or {}
    return meta.get("tone") != "urgent" and not meta.get("sober") and not name.startswith(LEISURE)


def _guesses(tracker: DialogueStateTracker, name: str, labels: Labels) -> list[dict[str, str]]:
    """Buttons for the nearest topics: of this message, or of the one before when it was misunderstood."""
    users = [e for e in tracker.events if e.type_name == UserUttered.type_name]
    if name == MISUNDERSTOOD:
        users = users[:-1]
    if not users:
        return []
    ranking = users[-1].parse_data.get("intent_ranking") or []
    answered = full_label(users[-1].parse_data) if name == MISUNDERSTOOD else ""
    return labels.buttons([(r["name"], r["confidence"]) for r in ranking], leave_out=answered, most=2)


def _heard(tracker: DialogueStateTracker, labels: Labels) -> list[dict[str, str]]:
    """A button for what the words mean by themselves, when they were read as a question about the answer before."""
    ranking = tracker.latest_message.parse_data.get("intent_ranking") or [] if tracker.latest_message else []
    return labels.buttons([(r["name"], r["confidence"]) for r in ranking], most=1, least=LIKELY)


def _city(city: str) -> dict[str, str]:
    return {"title": city, "payload": "/set_city" + json.dumps({"city": city}, ensure_ascii=False)}


def _offered(tracker: DialogueStateTracker) -> list[dict[str, str]]:
    """The buttons of the last answer, without the hand-over."""
    rows = given(tracker).rows
    return [dict(b) for b in (rows[-1] if rows else []) if b.get("payload") != "/handoff"]
