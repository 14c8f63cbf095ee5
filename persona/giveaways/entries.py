"""Who takes part: one row a person, in the tracker store's own database. No name, no telephone number, no address.

A person is a keyed hash of the conversation's customer id; the key is made for each give-away, so two give-aways
cannot be joined. Numbers come from a counter in the give-away's own row, which every entry updates first: that row's
lock makes entries follow one another, in PostgreSQL and in SQLite.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sql
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.exc import IntegrityError

from persona.database import create
from persona.giveaways.draw import list_hash, publication
from persona.giveaways.sheet import Giveaway

TABLES = sql.MetaData()
GIVEAWAY = sql.Table(
    "giveaway", TABLES,
    sql.Column("id", sql.String(64), primary_key=True),
    sql.Column("rules_sha256", sql.String(64), nullable=False),
    sql.Column("salt", sql.String(64), nullable=False),
    sql.Column("last_number", sql.Integer, nullable=False),
    sql.Column("closed_at", sql.String(32)),
    sql.Column("numbers", sql.Text),       # JSON: the closed list, kept when a person's row goes
    sql.Column("list_sha256", sql.String(64)),
    sql.Column("published", sql.Text),     # JSON: see persona.giveaways.draw.publication
)
ENTRY = sql.Table(
    "giveaway_entry", TABLES,
    sql.Column("giveaway", sql.String(64), primary_key=True),
    sql.Column("number", sql.Integer, primary_key=True, autoincrement=False),
    sql.Column("person", sql.String(64), nullable=False),
    sql.Column("entered_at", sql.String(32), nullable=False),
    sql.UniqueConstraint("giveaway", "person"),
)


class Refused(Exception):  # noqa: N818 - an answer, not a failure
    """No entry now; ``reason`` is ``already``, ``full``, ``closed`` or ``changed``; ``number`` is the one there is."""

    def __init__(self, reason: str, number: str = "") -> None:
        super().__init__(reason)
        self.reason = reason
        self.number = number


@dataclass(frozen=True)
class Entry:
    """One person's entry."""

    giveaway: str
    number: str
    entered_at: str
    person: str


def _person(salt: str, customer: str) -> str:
    return hmac.new(salt.encode(), customer.encode("utf-8", "surrogatepass"), hashlib.sha256).hexdigest()


class Entries:
    """The entries of all give-aways. ``record`` gets one audit line for each entry, leave, closing and draw."""

    def __init__(
        self, engine: Engine, sheets: Mapping[str, Giveaway], record: Callable[[dict[str, Any]], object] = lambda line: None
    ) -> None:
        self._engine, self._sheets, self._record = engine, sheets, record
        create(TABLES, engine)

    def _frozen(self, connection: Connection, ident: str) -> Any:
        return connection.execute(sql.select(GIVEAWAY).where(GIVEAWAY.c.id == ident)).mappings().first()

    def _freeze(self, sheet: Giveaway) -> Any:
        """The give-away's row, made with the rules' fingerprint when this is the first entry."""
        with self._engine.connect() as connection:
            row = self._frozen(connection, sheet.id)
        if row is None:
            new = {"id": sheet.id, "rules_sha256": sheet.digest(), "salt": secrets.token_hex(32), "last_number": 0}
            try:
                with self._engine.begin() as connection:
                    connection.execute(sql.insert(GIVEAWAY).values(new))
            except IntegrityError:
                pass  # another process was first
            with self._engine.connect() as connection:
                row = self._frozen(connection, sheet.id)
        return row

    def changed(self, sheet: Giveaway) -> bool:
        """Whether the sheet differs from what it was at the first entry."""
        with self._engine.connect() as connection:
            row = self._frozen(connection, sheet.id)
        return row is not None and row["rules_sha256"] != sheet.digest()

    def enter(self, sheet: Giveaway, customer: str, now: datetime) -> Entry:
        """Take the customer's entry; raises Refused."""
        row = self._freeze(sheet)
        if row["rules_sha256"] != sheet.digest():
            raise Refused("changed")
        person = _person(row["salt"], customer)
        with self._engine.begin() as connection:
            counted = connection.execute(
                sql.update(GIVEAWAY).where(GIVEAWAY.c.id == sheet.id, GIVEAWAY.c.closed_at.is_(None))
                .values(last_number=GIVEAWAY.c.last_number + 1))
            mine = self._rows(connection, sheet, person)
            if mine:
                raise Refused("already", mine[0].number)
            if not counted.rowcount or sheet.state(now) != "open":
                raise Refused("closed")
            if self._count(connection, sheet.id) >= sheet.most:
                raise Refused("full")
            number = connection.execute(sql.select(GIVEAWAY.c.last_number).where(GIVEAWAY.c.id == sheet.id)).scalar_one()
            at = now.isoformat(timespec="seconds")
            connection.execute(sql.insert(ENTRY).values(giveaway=sheet.id, number=number, person=person, entered_at=at))
        entry = Entry(sheet.id, sheet.label(number), at, person)
        self._record({"kind": "giveaway_entry", "giveaway": sheet.id, "number": entry.number, "rules_sha256": row["rules_sha256"]})
        return entry

    def _rows(self, connection: Connection, sheet: Giveaway, person: str | None = None) -> list[Entry]:
        query = sql.select(ENTRY).where(ENTRY.c.giveaway == sheet.id).order_by(ENTRY.c.number)
        if person is not None:
            query = query.where(ENTRY.c.person == person)
        return [Entry(sheet.id, sheet.label(r["number"]), r["entered_at"], r["person"]) for r in connection.execute(query).mappings()]

    def _count(self, connection: Connection, ident: str) -> int:
        found = connection.execute(sql.select(sql.func.count()).select_from(ENTRY).where(ENTRY.c.giveaway == ident)).scalar_one()
        return int(found)

    def count(self, ident: str) -> int:
        """How many take part."""
        with self._engine.connect() as connection:
            return self._count(connection, ident)

    def entries(self, sheet: Giveaway) -> list[Entry]:
        """All entries by number."""
        with self._engine.connect() as connection:
            return self._rows(connection, sheet)

    def of(self, customer: str) -> list[Entry]:
        """The customer's entries, oldest give-away first."""
        found: list[Entry] = []
        with self._engine.connect() as connection:
            for sheet in self._sheets.values():
                row = self._frozen(connection, sheet.id)
                if row is not None:
                    found += self._rows(connection, sheet, _person(row["salt"], customer))
        return found

    def leave(self, customer: str, ident: str | None = None) -> list[Entry]:
        """Delete the customer's entries (of one give-away, or of all); what was deleted.

        A closed list keeps the number, so that the draw can still be checked; nobody can tell any more whose it was.
        """
        mine = [entry for entry in self.of(customer) if ident in (None, entry.giveaway)]
        if mine:
            with self._engine.begin() as connection:
                if self._engine.dialect.name == "sqlite":
                    connection.execute(sql.text("PRAGMA secure_delete=ON"))  # the bytes go too
                for entry in mine:
                    connection.execute(sql.delete(ENTRY).where(ENTRY.c.giveaway == entry.giveaway, ENTRY.c.person == entry.person))
        for entry in mine:
            self._record({"kind": "giveaway_leave", "giveaway": entry.giveaway, "number": entry.number})
        return mine

    def close(self, sheet: Giveaway, now: datetime) -> dict[str, Any]:
        """Fix the entry list after the end of entries; the same answer when it was closed before."""
        if sheet.state(now) in ("early", "open"):
            raise Refused("closed")
        self._freeze(sheet)
        with self._engine.begin() as connection:
            at = now.isoformat(timespec="seconds")
            first = connection.execute(
                sql.update(GIVEAWAY).where(GIVEAWAY.c.id == sheet.id, GIVEAWAY.c.closed_at.is_(None)).values(closed_at=at)).rowcount
            if first:
                numbers = [entry.number for entry in self._rows(connection, sheet)]
                connection.execute(sql.update(GIVEAWAY).where(GIVEAWAY.c.id == sheet.id).values(
                    numbers=json.dumps(numbers), list_sha256=list_hash(numbers)))
            row = self._frozen(connection, sheet.id)
        closed = {"giveaway": sheet.id, "rules_sha256": row["rules_sha256"], "closed_at": row["closed_at"],
                  "entries": len(json.loads(row["numbers"])), "list_sha256": row["list_sha256"]}
        if first:
            self._record({"kind": "giveaway_close", **closed})
        return closed

    def draw(self, sheet: Giveaway, seed: str, now: datetime) -> dict[str, Any]:
        """Draw with the public value named in the sheet; a second draw returns the first one's result.

        Raises Refused: ``closed`` before the time or before the list is closed, ``changed`` when the rules are not
        those of the first entry, ``already`` when it was drawn with another value.
        """
        with self._engine.begin() as connection:
            # The update takes the row's lock: of two draws at once the second finds the first one's result.
            connection.execute(sql.update(GIVEAWAY).where(GIVEAWAY.c.id == sheet.id).values(last_number=GIVEAWAY.c.last_number))
            row = self._frozen(connection, sheet.id)
            if row is None or row["closed_at"] is None or now < sheet.draws:
                raise Refused("closed")
            if row["rules_sha256"] != sheet.digest():
                raise Refused("changed")
            if row["published"]:
                published: dict[str, Any] = json.loads(row["published"])
                if published["seed"] != seed.strip():
                    raise Refused("already")
                return published
            published = publication(sheet.rules(), json.loads(row["numbers"]), row["closed_at"], seed, now.isoformat(timespec="seconds"))
            connection.execute(sql.update(GIVEAWAY).where(GIVEAWAY.c.id == sheet.id).values(
                published=json.dumps(published, ensure_ascii=False)))
        self._record({"kind": "giveaway_draw", "giveaway": sheet.id, "seed": published["seed"], "list_sha256": published["list_sha256"],
                      "winners": [row["number"] for row in published["winners"]]})
        return published

    def published(self, ident: str) -> dict[str, Any] | None:
        """The draw's publication, or None before the draw."""
        with self._engine.connect() as connection:
            row = self._frozen(connection, ident)
        return json.loads(row["published"]) if row is not None and row["published"] else None

    def closed(self, ident: str) -> bool:
        """Whether the entry list was fixed."""
        with self._engine.connect() as connection:
            row = self._frozen(connection, ident)
        return row is not None and row["closed_at"] is not None
