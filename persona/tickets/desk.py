"""What a clerk can do with a ticket: take it, write to the customer, close it. The REST desk and `mascot tickets` use this.

The guard reviews a clerk's text as advice: the findings come back and nothing is sent. The clerk, a person, may send it
all the same with a reason, and the audit keeps both; never when it asks for a secret or leads to a private contact.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from persona.compliance import Context, Decision, Finding, Guard
from persona.compliance.secrets import mask
from persona.institution import Institution, load_institution
from persona.tickets.model import CLOSED, Line, Ticket
from persona.tickets.store import TicketStore, store

logger = logging.getLogger(__name__)

MAX_CHARS = 2000
# Never to be forced: a secret asked for (PI-01), a private contact (NM-01, NM-01a), a guard that failed.
UNFORCEABLE_REASONS = frozenset({"secret", "error"})
UNFORCEABLE_RULES = frozenset({"NM-01", "NM-01a"})
_BLANK_LINES = re.compile(r"\n\s*\n+")


class DeskError(Exception):
    """What was asked cannot be done; `code` for programs, the message for the clerk."""

    def __init__(self, code: str, message: str, findings: tuple[Finding, ...] = ()) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.findings = findings


@dataclass(frozen=True)
class Sent:
    """A clerk's line that waits for the customer, and what the guard had against it."""

    line: Line
    findings: tuple[Finding, ...] = ()
    forced: bool = False


def _no_audit(record: dict[str, Any]) -> None:
    return None


@dataclass
class Desk:
    """The clerk's side of the ticket store."""

    guard: Guard
    audit: Callable[[dict[str, Any]], Any] = _no_audit
    institution: Institution = field(default_factory=load_institution)
    tickets: Callable[[], TicketStore] = store

    def take(self, number: str, name: str, staff_id: str) -> Ticket:
        """Give the ticket to a clerk; from now on the mascot is silent. RAISES DeskError, UnknownTicketError."""
        name, staff_id = name.strip(), staff_id.strip()
        if not name or not staff_id or len(name) > 32 or len(staff_id) > 32:
            raise DeskError("bad_staff", "要写接手人的姓名和工号，各 1 到 32 个字。")
        if not self.tickets().take(number, name, staff_id, self.institution.now()):
            ticket = self.tickets().get(number)
            if ticket.state == CLOSED:
                raise DeskError("closed", f"{number} 已经办结。")
            raise DeskError("taken", f"{number} 已由 {ticket.staff}（工号{ticket.staff_id}）接手。")
        return self._record("ticket_taken", self.tickets().get(number))

    def say(self, number: str, text: str, force: str = "") -> Sent:
        """Write to the customer, who gets it with the next message. RAISES DeskError (`refused` with findings)."""
        ticket = self.tickets().get(number)
        text = _BLANK_LINES.sub("\n", mask(text.strip())[0])
        if not text or len(text) > MAX_CHARS:
            raise DeskError("bad_text", f"写 1 到 {MAX_CHARS} 个字。")
        decision = self.review(ticket, text)
        if decision.verdict == "refuse":
            never = [f for f in decision.findings if f.reason in UNFORCEABLE_REASONS or f.rule in UNFORCEABLE_RULES]
            if never:
                raise DeskError("never", f"这句不能发，写了理由也不行：{never[0].message}", tuple(decision.findings))
            if not force.strip():
                raise DeskError("refused", "审查有意见，没有发。改好再发；确要照发，写明理由（force）。", tuple(decision.findings))
        line = self.tickets().say(ticket, text, self.institution.now())
        if line is None:
            raise DeskError("not_taken", f"{number} 不在你手上：先接手（take）；已办结的不能再发。")
        forced = decision.verdict == "refuse"
        extra: dict[str, Any] = {"text": line.text, "line": line.id, "rules": sorted({f.rule for f in decision.findings})}
        if forced:
            extra |= {"forced": mask(force.strip())[0], "missing": decision.missing}
        self._record("staff_forced" if forced else "staff_message", ticket, extra)
        return Sent(line, tuple(decision.findings), forced)

    def review(self, ticket: Ticket, text: str) -> Decision:
        """The guard's opinion on a clerk's text."""
        return self.guard.review(text, Context(channel=ticket.channel, speaker="staff", now=self.institution.today()))

    def close(self, number: str, note: str = "") -> Ticket:
        """End the ticket; the mascot speaks again and a hard lock ends. RAISES DeskError."""
        if not self.tickets().close(number, note.strip(), self.institution.now()):
            raise DeskError("closed", f"{number} 早已办结。")
        ticket = self.tickets().get(number)
        return self._record("ticket_closed", ticket, {"note": ticket.note})

    def _record(self, kind: str, ticket: Ticket, extra: Mapping[str, Any] | None = None) -> Ticket:
        """One audit line; what was done stands even when the line cannot be written, and operations see the error."""
        try:
            self.audit(audit_line(kind, ticket, extra))
        except OSError:
            logger.exception("an audit line could not be written")
        return ticket


def audit_line(kind: str, ticket: Ticket, extra: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """What the audit keeps of an act on a ticket: no word of the customer's."""
    keys = ("number", "conversation", "mascot", "channel", "reason", "urgency", "state", "staff", "staff_id")
    return {"kind": kind, **{("ticket" if key == "number" else key): getattr(ticket, key) for key in keys}, **(extra or {})}


def show(ticket: Ticket, lines: list[Line], now: datetime) -> dict[str, Any]:
    """A ticket with its conversation, as the desk shows it."""
    said = [
        {
            "id": line.id, "at": line.at.isoformat(timespec="seconds"), "speaker": line.speaker, "kind": line.kind,
            "text": line.text, "name": line.name or None, "delivered": line.delivered,
        }
        for line in lines
    ]
    return {**ticket.as_dict(), "overdue": ticket.state != CLOSED and now > ticket.due, "lines": said}
