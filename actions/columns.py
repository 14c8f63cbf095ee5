"""`action_column` and `action_lesson`: which episode, which lesson. What they say stands in data/nlu."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions.common import entity, institution, last_column, mascots, picked, speaker, surroundings, utter
from persona.columns import Column, answer, load_columns
from persona.leisure import hindrance
from persona.lessons import Course, Progress, load_courses, turn, wanted


@lru_cache(maxsize=1)
def _columns() -> dict[str, Column]:
    return load_columns(mascots())


@lru_cache(maxsize=1)
def _courses() -> dict[str, Course]:
    return load_courses()


class ActionColumn(Action):
    """An episode, the list of columns, or the way to another mascot's."""

    def name(self) -> str:
        """The action's name in domain.yml."""
        return "action_column"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[dict[str, Any]]:
        """Utter what was asked for, unless the moment forbids it."""
        instead = hindrance(tracker.slots, surroundings(tracker)["channel"])
        if instead:
            dispatcher.utter_message(response=instead)
            return []
        text = str(tracker.latest_message.get("text") or "")
        today = institution().today()
        whose = entity(tracker, "mascot") or ""
        utter(dispatcher, answer(text, picked(tracker), last_column(tracker), _columns(), mascots(), speaker(tracker), today, whose))
        return []


class ActionLesson(Action):
    """The lesson that comes next, the explanation of a pick, or how far somebody has come."""

    def name(self) -> str:
        """The action's name in domain.yml."""
        return "action_lesson"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[dict[str, Any]]:
        """Utter the turn and keep the progress."""
        instead = hindrance(tracker.slots, surroundings(tracker)["channel"], play=False)
        if instead:
            dispatcher.utter_message(response=instead)
            return []
        # A minor learns how to keep safe; what explains a product is not even listed.
        courses = {k: c for k, c in _courses().items() if c.category == "none" or not tracker.get_slot("minor")}
        text, progress = str(tracker.latest_message.get("text") or ""), Progress.read(tracker.get_slot("lessons"))
        wish = wanted(text, picked(tracker), progress, courses, speaker(tracker))
        made = turn(wish, progress, courses, mascots(), speaker(tracker))
        for reply in made.replies:
            utter(dispatcher, reply)
        return [SlotSet("lessons", made.progress.write())]
