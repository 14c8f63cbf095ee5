"""A conversation with a ticket: who speaks, what a clerk wrote, what the clerk must hear.

The slot `ticket` says that there is one; the tickets themselves are read from the database, so it holds after a restart
and in every worker. When the database is away the last known state counts.
"""

from __future__ import annotations

import logging
from collections import OrderedDict
from typing import Any

from rasa.core.actions.action import create_bot_utterance
from rasa.shared.core.events import ActionExecuted, BotUttered, Event, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker

from persona import state
from persona.compliance.audit import conversation_hash
from persona.labels import full_label
from persona.rasa_adapter.house import house
from persona.tickets import CLOSED, WITH_STAFF, Line, Ticket, store
from persona.tickets.model import urgency_of

logger = logging.getLogger(__name__)

SLOT = "ticket"
ACTION = "action_staff_messages"
NOTICES = {"joined": "utter_staff_joined", "closed": "utter_staff_closed"}
_MOST = 10_000
_known: OrderedDict[str, list[Ticket]] = OrderedDict()


def tickets_of(tracker: DialogueStateTracker) -> list[Ticket]:
    """The conversation's tickets, the newest first; none is looked for without the slot."""
    return _tickets(tracker.sender_id) if tracker.get_slot(SLOT) else []


def _tickets(sender: str) -> list[Ticket]:
    try:
        found = store().of(sender)
    except Exception:
        logger.exception("tickets cannot be read; the last known state counts")
        return _known.get(sender, [])
    _known.pop(sender, None)
    _known[sender] = found
    while len(_known) > _MOST:
        _known.popitem(last=False)
    return found


def speaks(sender: str) -> bool:
    """Whether a clerk has this sender's conversation now."""
    now = house().institution.now()
    return any(ticket.silences(now) for ticket in _tickets(sender))


def _current(tickets: list[Ticket]) -> Ticket | None:
    """The ticket the conversation belongs to: a clerk's, else the newest open one."""
    opened = [t for t in tickets if t.state != CLOSED]
    return next((t for t in opened if t.state == WITH_STAFF), opened[0] if opened else None)


def _pending(tracker: DialogueStateTracker) -> list[Line]:
    try:
        return store().pending(tracker.sender_id)
    except Exception:
        logger.exception("what staff wrote cannot be read")
        return []


# ── the door asks ──


def heard(tracker: DialogueStateTracker, event: UserUttered) -> None:
    """Keep the customer's words for the clerk; despair and fraud make the ticket more urgent."""
    ticket = _current(tickets_of(tracker))
    if ticket is None:
        return
    try:
        store().add(ticket.number, "customer", event.text or "", house().institution.now())
        urgency = urgency_of(full_label(event.parse_data))
        if urgency != "normal":
            store().raise_urgency(ticket, urgency)
    except Exception:
        logger.exception("a line could not be added to %s", ticket.number)


def said(tracker: DialogueStateTracker, event: BotUttered) -> None:
    """Keep the mascot's words for the clerk."""
    ticket = _current(tickets_of(tracker))
    if ticket is None or not event.text or (event.metadata.get("metadata") or {}).get("speaker") == "staff":
        return
    try:
        store().add(ticket.number, "bot", event.text, house().institution.now())
    except Exception:
        logger.exception("a line could not be added to %s", ticket.number)


def released(tracker: DialogueStateTracker) -> bool:
    """Whether a clerk has closed the ticket since the customer's last message: then a hard lock ends."""
    return bool(tracker.get_slot(SLOT)) and any(line.kind == "closed" for line in _pending(tracker))


def written(tracker: DialogueStateTracker, event: BotUttered) -> Line | None:
    """The clerk's line that this event delivers. Marks prove nothing: the line stands in the database, to this sender,
    word for word, or the event is screened like any other."""
    number = (event.metadata.get("metadata") or {}).get("staff_line")
    if not isinstance(number, int):
        return None
    try:
        line = store().staff_line(number, conversation=conversation_hash(tracker.sender_id))
    except Exception:
        logger.exception("a clerk's line could not be verified; it is screened")
        return None
    return line if line and line.spoken == event.text else None


# ── the policy asks ──


def next_action(tracker: DialogueStateTracker) -> str | None:
    """What comes before or instead of the rules: a clerk's messages first, then silence while a clerk has the
    conversation. Despair and fraud get their answer all the same."""
    tickets = tickets_of(tracker)
    if not tickets:
        return None
    begins = tracker.latest_action_name == "action_listen"
    if begins and _pending(tracker):
        return ACTION
    label = full_label(tracker.latest_message.parse_data) if tracker.latest_message else ""
    now = house().institution.now()
    silent = state.lock_for(label) != "hard" and any(ticket.silences(now) for ticket in tickets)
    return "action_listen" if silent and (begins or tracker.latest_action_name == ACTION) else None


def without_delivery(tracker: DialogueStateTracker) -> DialogueStateTracker:
    """The conversation as the rules know it: a delivery in this turn is left out."""
    events = list(tracker.events)
    for place in range(len(events) - 1, -1, -1):
        if isinstance(events[place], UserUttered):
            break
        if isinstance(events[place], ActionExecuted) and events[place].action_name == ACTION:
            left = [*events[:place], *events[place + 1:]]
            return DialogueStateTracker.from_events(tracker.sender_id, left, tracker.slots.values())
    return tracker


# ── the action ──


async def deliver(output_channel: Any, nlg: Any, tracker: DialogueStateTracker) -> list[Event]:
    """What staff wrote since the customer's last message, as bot events; each is delivered once."""
    lines = _pending(tracker)
    numbers = {ticket.number: ticket for ticket in tickets_of(tracker)}
    store().deliver(lines)
    events: list[Event] = []
    for line in lines:
        ticket = numbers[line.ticket]
        if line.kind == "text":
            meta = {"tone": "warm", "sober": True, "speaker": "staff", "name": line.name, "ticket": line.ticket, "staff_line": line.id}
            events.append(BotUttered(line.spoken, {}, {"metadata": meta}))
            continue
        values = {"staff": f"{ticket.staff}（工号{ticket.staff_id}）", "ticket": ticket.number}
        draft = await nlg.generate(NOTICES[line.kind], tracker, output_channel.name(), **values)
        if draft:
            events.append(create_bot_utterance(draft))
    return events
