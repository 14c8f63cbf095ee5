"""The one door: a tracker that masks what comes in and screens what goes out, and the stores that hand it out.

Rasa logs an event on the tracker before it sends the very same object, so `MascotTracker.update` sees every message of
every path. The stores are named in endpoints.yml (`tracker_store.type`); with any other store the bot does not start.
"""

from __future__ import annotations

import logging
import os
import weakref
from collections.abc import Iterable, Mapping, Sequence
from itertools import islice
from typing import Any

from rasa.core.brokers.broker import EventBroker
from rasa.core.tracker_store import InMemoryTrackerStore, SQLTrackerStore, TrackerStore
from rasa.shared.core.constants import ACTION_SESSION_START_NAME
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import ActionExecuted, BotUttered, Event, Restarted, SessionStarted, SlotSet, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker
from sqlalchemy.engine import Engine
from sqlalchemy.orm import sessionmaker

from persona import metrics, state
from persona.calculators import flow_of
from persona.compliance.feed import Feed
from persona.database import sqlite_engine
from persona.labels import full_label
from persona.products import category_of
from persona.project import LOCAL_GREETED
from persona.rasa_adapter import editor, remote, staff
from persona.rasa_adapter.broker import MascotBroker
from persona.rasa_adapter.house import house
from persona.rasa_adapter.kept import NOTHING, Kept, Version, duplicate, latest_session, row, version_of, written
from persona.rasa_adapter.ledger import Ledger
from persona.rasa_adapter.logs import mask_logs
from persona.rasa_adapter.masking import mask_message, masked, said_before
from persona.rasa_adapter.outage import Spare, key, stored_keys, sturdy
from persona.rasa_adapter.recent import Session
from persona.rasa_adapter.remembered import remembered
from persona.rasa_adapter.said import given
from persona.rasa_adapter.screen import HANDOFF, LAST_RESORT, Outgoing, Screen, Situation
from persona.rasa_adapter.topics import asked_by

logger = logging.getLogger(__name__)

# The classifier does not know what the customer wants.
UNKNOWN = frozenset({"nlu_fallback", "out_of_scope", "bank_other"})
# Stores of ours that are alive in this process: the NLG refuses to start when there is none (see nlg.py).
STORES: weakref.WeakSet[TrackerStore] = weakref.WeakSet()


def named(text: str) -> frozenset[str]:
    """Product categories a customer's message names. Every turn asks again about the session's last messages."""
    return remembered(house().guard.categories, text)


class DoorCopy(Session):
    """What policies and actions get: a plain tracker that remembers it comes from behind the door."""

    behind_door = True


class MascotTracker(Session):
    """A Rasa tracker whose `update` is the door."""

    behind_door = True
    stored: tuple[Version, int] | None = None  # what the database held of it when it was read, and how many events that is

    def init_copy(self) -> DialogueStateTracker:
        """Copies replay events that have passed the door already, so they are plain."""
        return DoorCopy(
            self.sender_id, self.slots.values(), self._max_event_history, is_rule_tracker=self.is_rule_tracker
        )

    def copy(self) -> DialogueStateTracker:
        """A plain tracker in the same state."""
        twin = duplicate(self, DoorCopy)
        twin.model_id = twin.assistant_id = None  # as Rasa's copies have none
        return twin

    @classmethod
    def adopt(cls, tracker: DialogueStateTracker) -> MascotTracker:
        """A tracker of ours with the state of `tracker`; nothing is replayed."""
        if isinstance(tracker, cls):
            return tracker
        ours = cls.__new__(cls)
        ours.__dict__.update(tracker.__dict__)
        return ours

    def update(self, event: Event, domain: Domain | None = None) -> None:
        """Log one event: mask a user's, screen the bot's, then apply it."""
        if isinstance(event, BotUttered):
            self._screen(event)
        elif isinstance(event, ActionExecuted) and event.action_text:
            event.action_text = self._screened_text(event.action_text)
        elif isinstance(event, SlotSet):
            event.value = self._carried(event)
        elif isinstance(event, UserUttered):
            self._mask(event)
        before = self.current_slot_values() if isinstance(event, (UserUttered, Restarted)) else {}
        super().update(event, domain)
        if isinstance(event, BotUttered):
            staff.said(self, event)
        elif isinstance(event, UserUttered):
            staff.heard(self, event)
            if staff.released(self):
                self._set(state.released(self.current_slot_values()))
            label = full_label(event.parse_data)
            # A draft under review is nobody's own words: it says nothing about who wrote it.
            metrics.count("messages", "fallback" if label in UNKNOWN else "understood")
            draft = label == editor.INTENT and editor.from_editor(event)
            entities, text = ([], "") if draft else (event.entities, event.text or "")
            self._set(state.changes(label, entities, text, self.current_slot_values()))
            self._decided(before, "customer")
        elif isinstance(event, Restarted):
            self._set({k: before.get(k) for k in ("lock", "minor", "opted_out", "crisis", staff.SLOT) if before.get(k)})
            self._decided(before, "restart")

    def _set(self, values: Mapping[str, Any]) -> None:
        for name, value in values.items():
            if name in self.slots:
                super().update(SlotSet(name, value))

    def _carried(self, event: SlotSet) -> Any:
        """Rasa carries every slot into a new session; those that end with the session are emptied here."""
        last = next((e for e in reversed(self.events) if not isinstance(e, SlotSet)), None)
        if event.key not in state.SESSION_SLOTS or not isinstance(last, SessionStarted):
            return masked(event.value)
        if event.key == "consent":
            self._decided({**self.current_slot_values(), "consent": event.value}, "session")
        return None

    def _decided(self, before: Mapping[str, Any], because: str) -> None:
        """Audit lines for an opt-out, an opt-in, a consent given or ended."""
        slots = self.current_slot_values()
        if any(bool(before.get(name)) != bool(slots.get(name)) for name in ("opted_out", "consent")):
            metadata = (self.latest_message.metadata if self.latest_message else None) or {}
            Ledger(house(), self.sender_id, slots, metadata).decided(before, slots, because)

    def _mask(self, event: UserUttered) -> None:
        known = editor.proven(event.metadata, event.input_channel)
        kinds = mask_message(event, said_before(reversed(self.events)))
        event.metadata = {k: v for k, v in event.metadata.items() if k != editor.ROLE}
        if known:
            event.metadata[editor.ROLE] = editor.EDITOR
        if kinds:
            event.metadata["masked"] = kinds

    @metrics.timed("door")
    def _screen(self, event: BotUttered) -> None:
        line = staff.written(self, event)
        if line:  # a person's words, reviewed when they were written (persona/tickets/desk.py)
            meta = {"speaker": "staff", "name": line.name, "ticket": line.ticket, "staff_line": line.id, "tone": "warm", "sober": True}
            event.text, event.data, event.metadata = line.spoken, {}, {"metadata": meta}
            return
        outgoing = self._passed(Outgoing(event.text, event.data, event.metadata))
        event.text, event.data, event.metadata = outgoing.text, outgoing.data, outgoing.metadata

    def _screened_text(self, text: str) -> str:
        return self._passed(Outgoing(text, {}, {}), introduced=True).text or ""

    def _passed(self, message: Outgoing, introduced: bool | None = None) -> Outgoing:
        """The message as it may go out. Whatever fails here, the text itself never passes unscreened."""
        try:
            return Screen(house())(message, self._situation(introduced))
        except Exception:
            logger.exception("the door failed; the customer gets the last resort")
            return Outgoing(LAST_RESORT, {"buttons": [dict(b) for b in HANDOFF]}, {})

    def _situation(self, introduced: bool | None = None) -> Situation:
        before = given(self)
        asked = before.asked
        metadata = asked[-1].metadata if asked else {}
        if introduced is None:
            introduced = before.introduced or self._greeted(asked)
        return Situation(
            self.sender_id,
            self.current_slot_values(),
            metadata,
            self._asked(asked),
            introduced,
            () if before.told_masked else tuple(metadata.get("masked") or ()),
            editor.review_of(asked[-1] if asked else None, house()),
        )

    def _greeted(self, asked: Sequence[UserUttered]) -> bool:
        """Whether `mascot chat` has said who is speaking: above the prompt, so for the terminal's first session only."""
        at_the_prompt = bool(asked) and asked[-1].input_channel == "cmdline" and os.environ.get(LOCAL_GREETED) == "1"
        return at_the_prompt and sum(isinstance(e, SessionStarted) for e in self.events) <= 1

    @staticmethod
    def _asked(messages: Sequence[UserUttered]) -> frozenset[str]:
        """Product categories the customer has asked about in this session, by name or by topic."""
        found: set[str | None] = set()
        for event in messages[-8:]:
            if editor.from_editor(event) and full_label(event.parse_data) == editor.INTENT:
                continue
            try:
                found |= named((event.text or "")[:400])
            except Exception:  # then the guard fails on the answer too, and Screen gives the safe one
                logger.exception("the categories of a message could not be read")
            found.update(category_of(str(e.get("value"))) for e in event.entities if e.get("entity") == "product")
            beside = [str(e.get("value")) for e in event.entities if e.get("entity") == "about"]  # 「别推了，五年的利率多少」
            for label in (full_label(event.parse_data), *beside):
                found.update({*asked_by(label), flow_of(label)})
        return frozenset(c for c in found if c)


class _Door:
    """Makes a tracker store hand out `MascotTracker`, also for new senders and while the database is gone."""

    domain: Domain
    save: Any
    retrieve: Any

    def _open(self, broker: EventBroker | None) -> None:
        remote.install()
        mask_logs()
        audit = house().audit
        if isinstance(broker, MascotBroker):
            broker.carry(Feed(audit.path))
            audit.written = broker.wake
        elif broker is not None:
            audit.written = Feed(audit.path, broker.publish).catch_up
        self._spare = Spare(self._catch_up)
        STORES.add(self)

    async def _catch_up(self, sender_id: str) -> bool:
        """Store what was said while the store was away; whether it is stored. Raises while the store is away."""
        self._known(sender_id)
        await self.save(await self.retrieve(sender_id))
        return self._spare.get(sender_id) is None

    def _known(self, sender_id: str) -> set[tuple[Any, Any]]:
        """Events that the store has; only asked for a conversation that was kept in memory."""
        return set()

    def not_waiting(self, sender_id: str) -> None:
        """Nothing of this conversation is to be stored later."""
        self._spare.stored(sender_id)

    def _fresh(self, sender_id: str) -> MascotTracker:
        return MascotTracker(sender_id, self.domain.slots if self.domain else [])

    @metrics.timed("store")
    async def _ours(self, reading: Any, sender_id: str) -> MascotTracker:
        spare = self._spare.get(sender_id)
        try:
            stored = await reading
            known = self._known(sender_id) if spare is not None else set()
        except Exception:
            metrics.count("store_failures")
            logger.exception("the tracker store cannot be read; the conversation goes on in memory")
            return spare or self._fresh(sender_id)
        tracker = MascotTracker.adopt(stored) if stored is not None else self._fresh(sender_id)
        if spare is not None:  # what was said while the store was away; it has passed the door
            known |= {key(e) for e in tracker.events}
            for event in [e for e in spare.events if key(e) not in known]:
                DialogueStateTracker.update(tracker, event)
        return tracker


class MascotInMemoryStore(_Door, InMemoryTrackerStore):
    """Rasa's in-memory store behind the door."""

    def __init__(self, domain: Domain | None, event_broker: Any = None, **kwargs: Any) -> None:
        super().__init__(domain or Domain.empty(), event_broker)
        self._kept: Kept[str | None, MascotTracker] = Kept()
        self._open(event_broker)

    def init_tracker(self, sender_id: str) -> MascotTracker:
        """A tracker of ours instead of Rasa's plain one."""
        return MascotTracker(sender_id, self.domain.slots, max_event_history=self.max_event_history)

    async def exists(self, conversation_id: str) -> bool:
        """Whether anything was stored; `retrieve` answers for new senders too."""
        return conversation_id in self.store

    async def retrieve(self, sender_id: str) -> MascotTracker:
        """The latest session, or a fresh tracker: None would let Rasa make a plain one."""
        kept = self._kept.get(sender_id, self.store.get(sender_id))
        return duplicate(kept, MascotTracker) if kept else await self._ours(super().retrieve(sender_id), sender_id)

    async def save(self, tracker: DialogueStateTracker) -> None:
        """Store the tracker as Rasa does, and keep it at hand."""
        await self.stream_events(tracker)
        self.store[tracker.sender_id] = written(tracker)
        begun = sum(e.type_name == ActionExecuted.type_name and e.action_name == ACTION_SESSION_START_NAME for e in tracker.events)
        if isinstance(tracker, MascotTracker) and begun < 2:  # of several sessions Rasa would hand out the last one
            twin = duplicate(tracker, MascotTracker)
            self._kept.keep(tracker.sender_id, self.store[tracker.sender_id], len(twin.events), twin)

    async def retrieve_full_tracker(self, sender_id: str) -> MascotTracker:
        """All sessions, or a fresh tracker."""
        return await self._ours(super().retrieve_full_tracker(sender_id), sender_id)


class MascotSQLStore(_Door, SQLTrackerStore):
    """Rasa's SQL store (SQLite by default, PostgreSQL in production) behind the door."""

    def __init__(
        self, domain: Domain | None = None, host: str | None = None, event_broker: Any = None,
        dialect: str = "sqlite", db: str = "conversations.db", **kwargs: Any,
    ) -> None:
        super().__init__(domain, dialect=dialect, host=host, db=db, event_broker=event_broker, **kwargs)
        sturdy(self)
        opened: Engine = self.engine  # type: ignore[has-type]
        if opened.dialect.name == "sqlite" and opened.url.database not in (None, "", ":memory:"):
            opened.dispose()
            self.engine = sqlite_engine(opened.url, "NORMAL")
            self.sessionmaker = sessionmaker(bind=self.engine)
        self.engine.hide_parameters = True  # an error would quote the event that could not be stored
        self._kept: Kept[Version, MascotTracker] = Kept()
        self._open(event_broker)

    def _known(self, sender_id: str) -> set[tuple[Any, Any]]:
        return stored_keys(self, sender_id)

    def init_tracker(self, sender_id: str) -> MascotTracker:
        """A tracker of ours instead of Rasa's plain one."""
        return MascotTracker(sender_id, self.domain.slots, max_event_history=self.max_event_history)

    async def exists(self, conversation_id: str) -> bool:
        """Whether anything was stored; `retrieve` answers for new senders too."""
        return await super().retrieve(conversation_id) is not None

    async def retrieve(self, sender_id: str) -> MascotTracker:
        """The latest session, or a fresh tracker; SQL stores rebuild plain trackers, so it is converted here."""
        return await self._ours(self._read(sender_id), sender_id)

    async def _read(self, sender_id: str) -> MascotTracker:
        """The latest session as it is stored, without reading again what this process stored last."""
        with self.engine.connect() as connection:
            version = version_of(connection, sender_id)
        kept = self._kept.get(sender_id, version)
        if kept is not None:
            return duplicate(kept, MascotTracker)
        stored = await super().retrieve(sender_id) if version != NOTHING else None
        tracker = MascotTracker.adopt(stored) if stored is not None else self._fresh(sender_id)
        tracker.stored = (version, len(tracker.events))
        return tracker

    async def retrieve_full_tracker(self, conversation_id: str) -> MascotTracker:
        """All sessions, or a fresh tracker."""
        return await self._ours(super().retrieve_full_tracker(conversation_id), conversation_id)

    @metrics.timed("store")
    async def save(self, tracker: DialogueStateTracker) -> None:
        """Store the new events; while the database is away they are kept in memory."""
        try:
            if not await self._append(tracker):
                await self._add(tracker)
        except Exception:
            metrics.count("store_failures")
            logger.exception("the tracker store cannot be written; the conversation is kept in memory")
            self._spare.keep(MascotTracker.adopt(tracker))
        else:
            self._spare.stored(tracker.sender_id)

    async def _append(self, tracker: DialogueStateTracker) -> bool:
        """Store what was said since the tracker was read, in one go; False when the rows are not those it was read from,
        or were never read."""
        known = tracker.stored if isinstance(tracker, MascotTracker) else None
        if known is None or not isinstance(tracker, MascotTracker):
            return False
        sender, (version, count) = tracker.sender_id, known
        new = list(islice(tracker.events, count, None))
        with self.engine.begin() as connection:
            if version_of(connection, sender) != version:
                return False
            await self._insert(connection, sender, new)
            after = version_of(connection, sender)
        tracker.stored = (after, len(tracker.events))
        if after.rows == version.rows + len(new):
            twin = duplicate(tracker, MascotTracker)
            if any(isinstance(event, SessionStarted) for event in new):
                latest_session(twin)
            twin.stored = (after, len(twin.events))
            self._kept.keep(sender, after, len(twin.events), twin)
        return True

    async def _add(self, tracker: DialogueStateTracker) -> None:
        """Store the events that no row holds. Rasa counts the rows and leaves out as many events: of a conversation that went
        on in memory because the database could not be read, those would be the new ones."""
        known = self._known(tracker.sender_id)
        new = [event for event in tracker.events if key(event) not in known]
        with self.engine.begin() as connection:
            await self._insert(connection, tracker.sender_id, new)

    async def _insert(self, connection: Any, sender: str, new: list[Event]) -> None:
        """To the broker and into the table."""
        if self.event_broker is not None:
            await self._stream_new_events(self.event_broker, new, sender)
        if new:
            connection.execute(self.SQLEvent.__table__.insert(), [row(sender, event) for event in new])


def open_stores() -> Iterable[TrackerStore]:
    """Stores of ours that exist in this process."""
    return list(STORES)
