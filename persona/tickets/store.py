"""Tickets and their lines in the tracker's database; safe for several processes.

Every method is one short transaction. SQLAlchemyError goes to the caller, who answers without the database.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, tzinfo
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from persona import database
from persona.compliance.audit import conversation_hash
from persona.compliance.secrets import mask
from persona.institution import load_institution
from persona.tickets.model import (
    CLOSED,
    REASONS,
    STATES,
    URGENCIES,
    WAITING,
    WITH_STAFF,
    Line,
    Ticket,
    graver,
    number,
    queue_of,
)

if TYPE_CHECKING:
    from sqlalchemy.engine import Connection, Engine

_TRIES = 50  # two processes that want the same number: one tries again
FORGOTTEN = "（已按客户要求删除）"
# What changed since it was published. Word for word the condition of an index that holds these tickets and no others, so that
# looking for them costs the same with a hundred thousand closed ones.
_UNPUBLISHED = "published <> state || '/' || CAST(urgency AS VARCHAR) || '/' || staff_id"


class UnknownTicketError(LookupError):
    """There is no ticket of this number."""


@lru_cache(maxsize=1)
def _tables() -> Any:
    from sqlalchemy import Column, ForeignKey, Index, Integer, MetaData, String, Table, Text, UniqueConstraint, text

    metadata = MetaData()
    tickets = Table(
        "tickets", metadata,
        Column("number", String(24), primary_key=True),
        Column("day", String(8), nullable=False), Column("sequence", Integer, nullable=False),
        Column("conversation", String(32), nullable=False, index=True), Column("sender", String(255), nullable=False),
        Column("mascot", String(64), nullable=False), Column("channel", String(32), nullable=False),
        Column("branch", String(64), nullable=False), Column("reason", String(16), nullable=False),
        Column("urgency", Integer, nullable=False), Column("state", String(16), nullable=False, index=True),
        # ISO 8601 with offset: the same text in every database, and it sorts.
        Column("created", String(40), nullable=False), Column("due", String(40), nullable=False),
        Column("longest", String(40)), Column("touched", String(40)), Column("closed", String(40)),
        Column("staff", String(64), nullable=False, default=""), Column("staff_id", String(32), nullable=False, default=""),
        Column("note", Text, nullable=False, default=""),
        Column("published", String(64), nullable=False, default=""),
        UniqueConstraint("day", "sequence", name="ticket_number"),
        Index("ticket_unpublished", "number", sqlite_where=text(_UNPUBLISHED), postgresql_where=text(_UNPUBLISHED)),
    )
    lines = Table(
        "ticket_lines", metadata,
        Column("id", Integer, primary_key=True, autoincrement=True),
        Column("ticket", String(24), ForeignKey("tickets.number"), nullable=False),
        Column("at", String(40), nullable=False), Column("speaker", String(16), nullable=False),
        Column("kind", String(16), nullable=False), Column("text", Text, nullable=False),
        Column("name", String(64), nullable=False, default=""), Column("staff_id", String(32), nullable=False, default=""),
        Column("delivered", Integer, nullable=False),
        Index("ticket_line", "ticket", "delivered"),
    )
    return metadata, tickets, lines


class TicketStore:
    """The two tables behind one engine."""

    def __init__(self, engine: Engine, tz: tzinfo) -> None:
        self.engine = engine
        self.tz = tz
        metadata, self.tickets, self.lines = _tables()
        database.create(metadata, engine)

    # ── opening ──

    def open(
        self, sender: str, *, now: datetime, due: datetime, longest: datetime | None, reason: str, urgency: str,
        mascot: str, channel: str, branch: str = "", transcript: Iterable[tuple[str, str]] = (),
    ) -> Ticket:
        """A new waiting ticket with the next number of the day; `transcript` holds (speaker, text), oldest first."""
        from sqlalchemy import func, insert, select
        from sqlalchemy.exc import IntegrityError

        now = now.astimezone(self.tz)
        day = f"{now:%Y%m%d}"
        values = {
            "day": day, "conversation": conversation_hash(sender), "sender": sender, "mascot": mascot, "channel": channel,
            "branch": branch, "reason": reason, "urgency": URGENCIES.index(urgency), "state": WAITING, "created": _iso(now),
            "due": _iso(due), "longest": _iso(longest), "staff": "", "staff_id": "", "note": "", "published": "",
        }
        for attempt in range(_TRIES):
            with self.engine.connect() as reading:
                last = reading.execute(select(func.max(self.tickets.c.sequence)).where(self.tickets.c.day == day)).scalar()
            sequence = int(last or 0) + 1
            found = number(now.date(), sequence)
            try:
                with self.engine.begin() as writing:
                    writing.execute(insert(self.tickets).values(number=found, sequence=sequence, **values))
                    for speaker, text in transcript:
                        self._say(writing, found, now, speaker, text)
            except IntegrityError:
                if attempt == _TRIES - 1:
                    raise
                continue
            return self.get(found)
        raise AssertionError("unreachable")

    # ── reading ──

    def get(self, ticket: str) -> Ticket:
        """RAISES UnknownTicketError."""
        from sqlalchemy import select

        with self.engine.connect() as connection:
            row = connection.execute(select(self.tickets).where(self.tickets.c.number == ticket)).mappings().first()
        if row is None:
            raise UnknownTicketError(ticket)
        return _ticket(row)

    def queue(self, state: str | None = None) -> list[Ticket]:
        """Tickets in the order in which they are served: the gravest first, then the oldest."""
        from sqlalchemy import select

        if state is not None and state not in STATES:
            raise ValueError(f"没有「{state}」这个状态；可用：{'、'.join(STATES)}")
        query = select(self.tickets).order_by(self.tickets.c.urgency, self.tickets.c.created, self.tickets.c.number)
        if state:
            query = query.where(self.tickets.c.state == state)
        with self.engine.connect() as connection:
            return [_ticket(row) for row in connection.execute(query).mappings()]

    def of(self, sender: str) -> list[Ticket]:
        """The tickets of one conversation, the newest first."""
        from sqlalchemy import select

        query = select(self.tickets).where(self.tickets.c.conversation == conversation_hash(sender))
        with self.engine.connect() as connection:
            rows = connection.execute(query.order_by(self.tickets.c.created.desc(), self.tickets.c.sequence.desc())).mappings()
            return [_ticket(row) for row in rows]

    def ahead(self, ticket: Ticket) -> int:
        """How many waiting tickets are served before this one; complaints and call-backs have queues of their own."""
        from sqlalchemy import func, select, tuple_

        if ticket.state != WAITING:
            return 0
        table, queue = self.tickets.c, queue_of(ticket.reason)
        place = (URGENCIES.index(ticket.urgency), _iso(ticket.created), ticket.number)
        query = select(func.count()).where(
            table.state == WAITING, table.reason.in_([r for r in REASONS if queue_of(r) == queue]),
            tuple_(table.urgency, table.created, table.number) < place,
        )
        with self.engine.connect() as connection:
            return int(connection.execute(query).scalar() or 0)

    def transcript(self, ticket: str) -> list[Line]:
        """All lines of a ticket, oldest first."""
        from sqlalchemy import select

        query = select(self.lines).where(self.lines.c.ticket == ticket).order_by(self.lines.c.id)
        with self.engine.connect() as connection:
            return [_line(row) for row in connection.execute(query).mappings()]

    # ── what happens to a ticket ──

    def add(self, ticket: str, speaker: str, text: str, now: datetime) -> None:
        """Keep what the customer or the mascot said while the ticket is open."""
        with self.engine.begin() as connection:
            self._say(connection, ticket, now, speaker, text)

    def take(self, ticket: str, staff: str, staff_id: str, now: datetime) -> bool:
        """Give a ticket to a clerk; False when it is closed, or with somebody else."""
        from sqlalchemy import and_, or_

        table = self.tickets
        with self.engine.begin() as connection:
            mine = and_(table.c.state == WITH_STAFF, table.c.staff_id == staff_id)
            before = self._state(connection, ticket)
            values = {"state": WITH_STAFF, "staff": staff, "staff_id": staff_id, "touched": _iso(now)}
            if not self._change(connection, ticket, values, or_(table.c.state == WAITING, mine)):
                return False
            if before == WAITING:
                self._say(connection, ticket, now, "staff", "", "joined", staff, staff_id)
        return True

    def say(self, ticket: Ticket, text: str, now: datetime) -> Line | None:
        """A clerk's text, to be delivered with the customer's next message; None when the ticket is not with staff."""
        with self.engine.begin() as connection:
            if not self._change(connection, ticket.number, {"touched": _iso(now)}, self.tickets.c.state == WITH_STAFF):
                return None
            written = self._say(connection, ticket.number, now, "staff", text, "text", ticket.staff, ticket.staff_id)
        return self.staff_line(written, conversation=ticket.conversation)

    def close(self, ticket: str, note: str, now: datetime) -> bool:
        """End a ticket; False when it was closed already."""
        values = {"state": CLOSED, "closed": _iso(now), "note": mask(note)[0]}
        with self.engine.begin() as connection:
            if not self._change(connection, ticket, values, self.tickets.c.state != CLOSED):
                return False
            self._say(connection, ticket, now, "staff", "", "closed")
        return True

    def withdraw(self, ticket: str, note: str, now: datetime) -> bool:
        """End a ticket at the customer's own wish, without a notice from staff; False when it was closed already."""
        values = {"state": CLOSED, "closed": _iso(now), "note": note}
        with self.engine.begin() as connection:
            return self._change(connection, ticket, values, self.tickets.c.state != CLOSED)

    def raise_urgency(self, ticket: Ticket, urgency: str) -> None:
        """Make a ticket more urgent; never less."""
        level = URGENCIES.index(graver(ticket.urgency, urgency))
        with self.engine.begin() as connection:
            self._change(connection, ticket.number, {"urgency": level}, self.tickets.c.urgency > level)

    def pending(self, sender: str) -> list[Line]:
        """What staff said and the customer has not got yet, oldest first."""
        from sqlalchemy import select

        joined = self.lines.join(self.tickets, self.lines.c.ticket == self.tickets.c.number)
        query = select(self.lines).select_from(joined).where(
            self.tickets.c.conversation == conversation_hash(sender), self.lines.c.delivered == 0
        )
        with self.engine.connect() as connection:
            return [_line(row) for row in connection.execute(query.order_by(self.lines.c.id)).mappings()]

    def deliver(self, lines: Iterable[Line]) -> None:
        """The customer has these."""
        from sqlalchemy import update

        ids = [line.id for line in lines]
        with self.engine.begin() as connection:
            connection.execute(update(self.lines).where(self.lines.c.id.in_(ids)).values(delivered=1))

    def staff_line(self, line: int, *, conversation: str) -> Line | None:
        """The clerk's text of this id, when it was written in this conversation."""
        from sqlalchemy import select

        joined = self.lines.join(self.tickets, self.lines.c.ticket == self.tickets.c.number)
        query = select(self.lines).select_from(joined).where(
            self.lines.c.id == line, self.lines.c.speaker == "staff", self.lines.c.kind == "text",
            self.tickets.c.conversation == conversation,
        )
        with self.engine.connect() as connection:
            row = connection.execute(query).mappings().first()
        return _line(row) if row is not None else None

    def forget(self, sender: str) -> list[Ticket]:
        """Delete what was said on a customer's tickets and the sender id; numbers, states and hash stay."""
        from sqlalchemy import update

        found = self.of(sender)
        numbers = [t.number for t in found]
        with self.engine.begin() as connection:
            said = self.lines.c.ticket.in_(numbers) & (self.lines.c.delivered == 1)
            connection.execute(update(self.lines).where(said).values(text=FORGOTTEN))
            connection.execute(update(self.tickets).where(self.tickets.c.number.in_(numbers)).values(sender="", note=""))
        return found

    # ── for the event broker ──

    def unpublished(self) -> list[Ticket]:
        """Tickets whose state or urgency changed since they were last published."""
        from sqlalchemy import select, text

        with self.engine.connect() as connection:
            return [_ticket(row) for row in connection.execute(select(self.tickets).where(text(_UNPUBLISHED))).mappings()]

    def published(self, ticket: Ticket) -> bool:
        """Claim the publishing of this state; False when another worker was first."""
        mark = f"{ticket.state}/{URGENCIES.index(ticket.urgency)}/{ticket.staff_id}"
        with self.engine.begin() as connection:
            return self._change(connection, ticket.number, {"published": mark}, self.tickets.c.published != mark)

    def publish_again(self, ticket: Ticket) -> None:
        """The broker did not take it: it counts as not published."""
        with self.engine.begin() as connection:
            self._change(connection, ticket.number, {"published": ""}, self.tickets.c.number == ticket.number)

    # ── inside a transaction ──

    def _change(self, connection: Connection, ticket: str, values: Mapping[str, Any], when: Any) -> bool:
        from sqlalchemy import update

        done = connection.execute(update(self.tickets).where(self.tickets.c.number == ticket, when).values(**values))
        if done.rowcount:
            return True
        self._state(connection, ticket)
        return False

    def _state(self, connection: Connection, ticket: str) -> str:
        from sqlalchemy import select

        state = connection.execute(select(self.tickets.c.state).where(self.tickets.c.number == ticket)).scalar()
        if state is None:
            raise UnknownTicketError(ticket)
        return str(state)

    def _say(
        self, connection: Connection, ticket: str, now: datetime, speaker: str, text: str, kind: str = "text",
        name: str = "", staff_id: str = "",
    ) -> int:
        from sqlalchemy import insert

        done = connection.execute(insert(self.lines).values(
            ticket=ticket, at=_iso(now), speaker=speaker, kind=kind, text=database.storable(mask(text)[0]), name=name, staff_id=staff_id,
            delivered=0 if speaker == "staff" else 1,
        ))
        return int(done.inserted_primary_key[0])


def _iso(moment: datetime | None) -> str | None:
    return moment.isoformat(timespec="seconds") if moment else None


def _ticket(row: Mapping[str, Any]) -> Ticket:
    data = {key: row[key] for key in Ticket.__dataclass_fields__}
    for key in ("created", "due", "longest", "touched", "closed"):
        data[key] = datetime.fromisoformat(data[key]) if data[key] else None
    return Ticket(**{**data, "urgency": URGENCIES[row["urgency"]]})


def _line(row: Mapping[str, Any]) -> Line:
    data = {key: row[key] for key in Line.__dataclass_fields__}
    return Line(**{**data, "at": datetime.fromisoformat(row["at"]), "delivered": bool(row["delivered"])})


@lru_cache(maxsize=4)
def _store(engine: Engine) -> TicketStore:
    return TicketStore(engine, load_institution().tz)


def store() -> TicketStore:
    """The store of this process, in the tracker's database."""
    return _store(database.engine())
