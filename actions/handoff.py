"""`action_handoff` and `action_ticket_status`: a person, at the first request, without a counter-question."""

from __future__ import annotations

import logging
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import SlotSet
from rasa_sdk.executor import CollectingDispatcher
from sqlalchemy.exc import SQLAlchemyError

from actions.common import channel, entity, here, institution, label
from persona.compliance.audit import project_log
from persona.tickets import store
from persona.tickets.desk import audit_line
from persona.tickets.handover import Counter, Customer, Reply
from persona.tickets.model import COMPLAINTS, urgency_of
from persona.tickets.wording import message_in, number_in

logger = logging.getLogger(__name__)

MOST = 64  # characters of what a client says about itself


class ActionHandoff(Action):
    """Queue, hours or hotline; a message left and a complaint become tickets with a number and a deadline."""

    def name(self) -> str:
        """The action's name in domain.yml."""
        return "action_handoff"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[dict[str, Any]]:
        """Utter the way to a person that is open now; the slot `ticket` keeps the number.

        Without the database the answer has the hotline and no number.
        """
        wish = label(tracker)
        try:
            reply = self._reply(wish, tracker)
        except SQLAlchemyError:
            logger.exception("no ticket could be opened; the customer gets the hotline")
            dispatcher.utter_message(response=f"utter_{wish}" if wish in COMPLAINTS else "utter_handoff_offline")
            return []
        about = entity(tracker, "about") if wish == "handoff.message" else None
        answers: list[tuple[str, dict[str, str]]] = [(reply.response, reply.values)]
        if about:  # what cannot wait comes before the number
            answers.insert(0 if urgency_of(about) != "normal" else 1, (f"utter_{about}", {}))
        for response, values in answers:
            dispatcher.utter_message(response=response, **values)
        if reply.opened and reply.ticket:
            project_log(institution()).append(audit_line("handover", reply.ticket))
        if reply.ended and reply.ticket:
            project_log(institution()).append(audit_line("handover_withdrawn", reply.ticket))
            return [SlotSet("ticket", None)]
        return [SlotSet("ticket", reply.ticket.number)] if reply.ticket else []

    def _reply(self, wish: str, tracker: Tracker) -> Reply:
        counter, asking = Counter(store(), institution()), customer(tracker, wish)
        if wish in COMPLAINTS:
            return counter.complaint(asking)
        if wish == "handoff.message":
            # Only 「留言」 and nothing else: the message is still to come.
            return counter.message(asking, said=message_in(str(tracker.latest_message.get("text") or "")) != "")
        return counter.person(asking)


class ActionTicketStatus(Action):
    """「工单到哪了」: number, state and deadline of the customer's own ticket."""

    def name(self) -> str:
        """The action's name in domain.yml."""
        return "action_ticket_status"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[dict[str, Any]]:
        """Utter what stands in the ticket; without the database, where else it can be seen."""
        try:
            number = number_in(str(tracker.latest_message.get("text") or ""))
            reply = Counter(store(), institution()).status(tracker.sender_id, number)
        except SQLAlchemyError:
            logger.exception("tickets cannot be read")
            reply = Reply("utter_ticket_status", {})
        dispatcher.utter_message(response=reply.response, **reply.values)
        return []


def customer(tracker: Tracker, wish: str) -> Customer:
    """Who asks, for the ticket."""
    metadata = tracker.latest_message.get("metadata") or {}
    branch = here(tracker).branch
    said = [e for e in tracker.events if e.get("event") in ("user", "bot") and e.get("text")]
    named = tracker.get_slot("mascot") or metadata.get("mascot") or institution().mascot  # as House.mascot_for
    return Customer(
        sender=tracker.sender_id,
        label=wish,
        mascot=str(named)[:MOST],
        channel=channel(tracker),
        about=entity(tracker, "about") or "",
        branch=branch.id if branch else "",
        crisis=bool(tracker.get_slot("crisis")),
        locked=tracker.get_slot("lock") == "hard" and not tracker.get_slot("minor"),
        transcript=[("customer" if e["event"] == "user" else "bot", str(e["text"])) for e in said],
    )
