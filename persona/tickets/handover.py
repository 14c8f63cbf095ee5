"""Opening a ticket for a customer, and what is to be answered about one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from persona.hours import is_open
from persona.institution import Institution
from persona.tickets.deadlines import deadlines, spoken
from persona.tickets.model import (
    CALLBACK,
    CLOSED,
    COMPLAINTS,
    WAITING,
    WITH_STAFF,
    Ticket,
    graver,
    queue_of,
    urgency_of,
)
from persona.tickets.store import TicketStore
from persona.tickets.wording import drops_message, takes_back

TRANSCRIPT = 40  # lines that go with a new ticket


@dataclass(frozen=True)
class Customer:
    """Who asks. `label`: of the message; `about`: the topic of a message that is left; `locked`: under a hard lock;
    `transcript`: (speaker, text) of the session, oldest first, masked."""

    sender: str
    label: str
    mascot: str
    channel: str
    about: str = ""
    branch: str = ""
    crisis: bool = False
    locked: bool = False
    transcript: Sequence[tuple[str, str]] = ()

    @property
    def urgency(self) -> str:
        """How urgent a ticket of this customer is."""
        known = "critical" if self.crisis else "urgent" if self.locked else "normal"
        return graver(known, graver(urgency_of(self.label), urgency_of(self.about)))


@dataclass(frozen=True)
class Reply:
    """A response to utter, the values it is filled with, and the ticket it is about."""

    response: str
    values: dict[str, str]
    ticket: Ticket | None = None
    opened: bool = False
    ended: bool = False


class Counter:
    """Where customers ask for a person: every request is answered at once, with hours, queue or hotline."""

    def __init__(self, tickets: TicketStore, institution: Institution) -> None:
        self.tickets = tickets
        self.institution = institution

    def person(self, customer: Customer) -> Reply:
        """「转人工」: the queue while people are there, else the hotline and the way to leave a message."""
        now, known = self.institution.now(), self._open(customer, "service")
        if known and known.state == WITH_STAFF:
            return self._reply("utter_ticket_with_staff", known, now)
        if not is_open(self.institution.hours["human"], now):
            return self._reply("utter_handoff_registered", known, now) if known else Reply("utter_handoff_closed", {})
        if known:
            return self._reply("utter_handoff_waiting", known, now)
        ticket = self._new(customer, "handoff", now)
        return self._reply("utter_handoff_queue" if self.tickets.ahead(ticket) else "utter_handoff_open", ticket, now, opened=True)

    def message(self, customer: Customer, said: bool) -> Reply:
        """「留言」: registered at once, and taken back when that is said. `said`: the message itself is there already."""
        now, known = self.institution.now(), self._open(customer, "service")
        if known and drops_message(self._last(customer)):
            # An urgent one stays: somebody in trouble is called although they say that it is nothing.
            if known.state == WAITING and known.urgency == customer.urgency == "normal" and self.tickets.withdraw(known.number, "客户撤回", now):
                return self._reply("utter_message_withdrawn", known, now, ended=True)
            return self._reply("utter_message_added", known, now)
        if known:
            self.tickets.raise_urgency(known, customer.urgency)
            return self._reply("utter_message_added" if said else "utter_message_invited", known, now)
        ticket = self._new(customer, "message", now)
        return self._reply("utter_message_left" if said else "utter_message_invited", ticket, now, opened=True)

    def complaint(self, customer: Customer) -> Reply:
        """A complaint or a mis-sale: number, deadlines and channels; nothing is argued."""
        now, known = self.institution.now(), self._open(customer, "complaint")
        if known:
            return self._reply("utter_complain_withdrawn" if takes_back(self._last(customer)) else "utter_complain_again", known, now)
        answer = "utter_missold_ticket" if customer.label == "missold" else "utter_complain_ticket"
        return self._reply(answer, self._new(customer, customer.label, now), now, opened=True)

    def callback(self, customer: Customer) -> Reply:
        """A call-back that the customer has agreed to: one request, and no second while it is open."""
        now, known = self.institution.now(), self._open(customer, CALLBACK)
        if known:
            return self._reply("utter_callback_known", known, now)
        return self._reply("utter_callback_registered", self._new(customer, CALLBACK, now), now, opened=True)

    def no_callback(self, customer: Customer) -> Ticket | None:
        """The consent is taken back: the request ends at once. RETURNS the ticket that ended, if there was one."""
        known = self._open(customer, CALLBACK)
        if known and self.tickets.withdraw(known.number, "客户撤回同意", self.institution.now()):
            return self.tickets.get(known.number)
        return None

    def status(self, sender: str, number: str | None = None) -> Reply:
        """「工单到哪了」: the ticket of that number if it is this customer's, else the latest; a number alone is no proof."""
        found = [t for t in self.tickets.of(sender) if number in (None, t.number)]
        if not found:
            return Reply("utter_ticket_unknown", {})
        ticket = next((t for t in found if t.state != CLOSED), found[0])
        now = self.institution.now()
        if ticket.state == CLOSED:
            return self._reply("utter_ticket_closed", ticket, now)
        if now > ticket.due:
            return self._reply("utter_ticket_late", ticket, now)
        return self._reply("utter_ticket_with_staff" if ticket.state == WITH_STAFF else "utter_ticket_waiting", ticket, now)

    def _open(self, customer: Customer, queue: str) -> Ticket | None:
        return next((t for t in self.tickets.of(customer.sender) if t.state != CLOSED and queue_of(t.reason) == queue), None)

    def _new(self, customer: Customer, reason: str, now: datetime) -> Ticket:
        due, longest = deadlines(self.institution, reason, now)
        return self.tickets.open(
            customer.sender, now=now, due=due, longest=longest, reason=reason, urgency=customer.urgency,
            mascot=customer.mascot, channel=customer.channel, branch=customer.branch,
            transcript=customer.transcript[-TRANSCRIPT:],
        )

    @staticmethod
    def _last(customer: Customer) -> str:
        return customer.transcript[-1][1] if customer.transcript else ""

    def _reply(self, response: str, ticket: Ticket, now: datetime, opened: bool = False, ended: bool = False) -> Reply:
        complaint = ticket.reason in COMPLAINTS
        values = {
            "ticket": ticket.number,
            "due": spoken(ticket.due, now, clock=not complaint),
            "longest": spoken(ticket.longest, now, clock=False) if ticket.longest else "",
            "ahead": str(self.tickets.ahead(ticket)) if ticket.state == WAITING else "0",
            "staff": f"{ticket.staff}（工号{ticket.staff_id}）",
        }
        return Reply(response, values, ticket, opened, ended)
