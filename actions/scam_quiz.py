"""`action_scam_quiz`: the anti-fraud class, one message at a time."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions.common import entity, institution, last_said
from persona.quiz.game import ACTS, Game, play
from persona.quiz.items import Item, load_items
from persona.quiz.reading import act_of, leaning


@lru_cache(maxsize=1)
def items() -> dict[str, Item]:
    """The class's messages by id."""
    return load_items()


class ActionScamQuiz(Action):
    """Asks, explains, counts; stops at a word and goes on where it was."""

    def name(self) -> str:
        """The action's name in domain.yml."""
        return "action_scam_quiz"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[dict[str, Any]]:
        """Utter the next message or the explanation of the last one.

        Not while somebody is being robbed (hard lock); a minor may learn all the same.
        """
        if tracker.get_slot("lock") == "hard" and not tracker.get_slot("minor"):
            dispatcher.utter_message(response="utter_quiz_later")
            return []
        text = str(tracker.latest_message.get("text") or "")
        today = institution().today()
        turn = play(Game.loads(tracker.get_slot("quiz")), self._act(tracker, text), items(), f"{tracker.sender_id}:{today}", today, text)
        filled = turn.item.values(institution()) if turn.item else {}
        more = []
        if turn.item and not turn.item.genuine and turn.response != "utter_quiz_question":
            more = [{"title": "细说这种骗局", "payload": f"/scam/{turn.item.scam}"}]
        dispatcher.utter_message(response=turn.response, buttons=more, **{**filled, **turn.values})
        return [SlotSet("quiz", turn.game.dumps())]

    @staticmethod
    def _act(tracker: Tracker, text: str) -> str:
        pressed = entity(tracker, "quiz")
        if pressed in ACTS:
            return pressed
        last = last_said(tracker)
        return act_of(text) or (leaning(text) if last == "utter_quiz_question" else None) or "start"
