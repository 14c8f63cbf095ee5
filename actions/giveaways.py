"""`action_giveaway`: joining, rules, status, leaving."""

from __future__ import annotations

import logging
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import SlotSet
from rasa_sdk.executor import CollectingDispatcher
from sqlalchemy.exc import SQLAlchemyError

from actions.common import channel, entity, institution, label, said, utter
from persona.errors import ContentError
from persona.giveaways.dialogue import Customer, Desk, Turn
from persona.giveaways.offers import ABOUT, OFFERS
from persona.privacy import entries, sheets

logger = logging.getLogger(__name__)


class ActionGiveaway(Action):
    """Everything a customer can ask about give-aways."""

    def name(self) -> str:
        """The action's name in domain.yml."""
        return "action_giveaway"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[dict[str, Any]]:
        """Utter the answer; the slot `giveaway_id` keeps what is being talked about."""
        try:
            turn = self._turn(tracker)
        except (SQLAlchemyError, ContentError):
            logger.exception("give-aways cannot be served")
            dispatcher.utter_message(response="utter_giveaway_unavailable")
            return []
        for say in turn.say:
            utter(dispatcher, say)
        return [SlotSet("giveaway_id", turn.giveaway)]

    def _turn(self, tracker: Tracker) -> Turn:
        bank = institution()
        desk = Desk(sheets(), entries(), bank, channel(tracker), bank.now().replace(tzinfo=None))
        told = said(tracker)
        last = next(iter(reversed(told)), "")
        # A question about the prizes in between does not take the offer back.
        open_offer = last in OFFERS or (last.startswith(ABOUT) and not OFFERS.isdisjoint(told))
        customer = Customer(
            id=tracker.sender_id,
            text=str(tracker.latest_message.get("text") or ""),
            minor=bool(tracker.get_slot("minor")),
            locked=tracker.get_slot("lock") == "hard",
            offered=tracker.get_slot("giveaway_id") if open_offer else None,
            named=entity(tracker, "giveaway"),
        )
        wish = label(tracker)
        answer = {
            "join_giveaway.again": desk.again, "join_giveaway.rules": desk.rules,
            "giveaway_status": desk.status, "giveaway_leave": desk.leave,
        }.get(wish, desk.join)
        return answer(customer)
