"""A ticket and the lines said about it, as data."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta

# States. A ticket only moves forward.
WAITING, WITH_STAFF, CLOSED = "waiting", "with_staff", "closed"
STATES = (WAITING, WITH_STAFF, CLOSED)
# Why a person is wanted: asked for one, left a message, complains, was sold the wrong thing, agreed to be called back.
CALLBACK = "callback"
REASONS = ("handoff", "message", "complain", "missold", CALLBACK)
COMPLAINTS = frozenset({"complain", "missold"})
# The first is served first.
URGENCIES = ("critical", "urgent", "normal")
# A clerk who took the ticket and says nothing for so long does not silence the mascot any longer.
SILENCE = timedelta(minutes=60)
NUMBER = re.compile(r"T\d{8}-\d{4,}", re.I)


def number(day: date, sequence: int) -> str:
    """`T20261122-0031`: the day where the bank is, and the sequence of that day from 1."""
    return f"T{day:%Y%m%d}-{sequence:04d}"


def queue_of(reason: str) -> str:
    """Which queue a ticket stands in: `complaint`, `callback` (sales, by consent only) or `service`."""
    return "complaint" if reason in COMPLAINTS else CALLBACK if reason == CALLBACK else "service"


def urgency_of(label: str) -> str:
    """How urgent a message makes a ticket: `critical` for despair, `urgent` for fraud and what is lost, else `normal`."""
    base = label.split(".")[0]
    if base == "crisis":
        return "critical"
    return "urgent" if base in ("scam_now", "been_scammed", "faq/lost_card", "faq/lost_phone", "faq/unknown_debit") else "normal"


def graver(one: str, other: str) -> str:
    """The graver of two urgencies."""
    return min(one, other, key=URGENCIES.index)


@dataclass(frozen=True)
class Line:
    """One line of a ticket's conversation, secrets masked.

    speaker: customer, bot or staff.  kind: text; joined and closed are notices that the mascot puts into words.
    name, staff_id: of the clerk.  delivered: whether the customer has it (always true for what the customer said).
    """

    id: int
    ticket: str
    at: datetime
    speaker: str
    kind: str
    text: str
    name: str = ""
    staff_id: str = ""
    delivered: bool = True

    @property
    def spoken(self) -> str:
        """What the customer reads. The text alone says that a person speaks, and who: not every channel shows more."""
        return f"{self.name}（人工，工号{self.staff_id}）：{self.text}"


@dataclass(frozen=True)
class Ticket:
    """What the bank has to answer. Times are where the bank is.

    conversation: hash of the sender id, as in the audit.  sender: the id itself, for channels that the bank's desk can
    write to; empty after the customer asked for deletion.  touched: the clerk's last act.
    due: the answer that was promised.  longest: the last day for an involved complaint.
    """

    number: str
    conversation: str
    sender: str
    mascot: str
    channel: str
    branch: str
    reason: str
    urgency: str
    state: str
    created: datetime
    due: datetime
    longest: datetime | None = None
    touched: datetime | None = None
    closed: datetime | None = None
    staff: str = ""
    staff_id: str = ""
    note: str = ""

    def silences(self, now: datetime) -> bool:
        """Whether a person has the conversation, so that the mascot is silent."""
        return self.state == WITH_STAFF and self.touched is not None and now - self.touched < SILENCE

    def as_dict(self) -> dict[str, str | None]:
        """Plain data for the desk, the command line and the event broker; without the sender id."""
        out: dict[str, str | None] = {}
        for key in self.__dataclass_fields__:
            value = getattr(self, key)
            if key != "sender":
                out[key] = value.isoformat(timespec="seconds") if isinstance(value, datetime) else value
        return out
