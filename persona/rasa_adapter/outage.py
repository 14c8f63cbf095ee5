"""Conversations while the database is away: kept in memory, stored when it is back, without waiting for the customer."""

from __future__ import annotations

import asyncio
import logging
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from typing import Any

import sqlalchemy as sa
from rasa.core.tracker_store import SQLTrackerStore, create_engine_kwargs
from rasa.shared.core.events import Event
from rasa.shared.core.trackers import DialogueStateTracker

from persona.rasa_adapter.locks import conversation

logger = logging.getLogger(__name__)

MOST = 10_000  # conversations kept; the oldest is given up after that
EVERY = 2.0  # seconds between two attempts to store them


def key(event: Event) -> tuple[str, float]:
    """What tells two events of a conversation apart, in the database as in memory."""
    return event.type_name, event.timestamp


class Spare:
    """The conversations that could not be stored; `store` is called for each until it succeeds."""

    def __init__(self, store: Callable[[str], Awaitable[bool]]) -> None:
        self._kept: OrderedDict[str, DialogueStateTracker] = OrderedDict()
        self._store = store
        self._storing: asyncio.Task[None] | None = None

    def __len__(self) -> int:
        return len(self._kept)

    def get(self, sender_id: str) -> Any:
        """The conversation as this process knows it."""
        return self._kept.get(sender_id)

    def keep(self, tracker: DialogueStateTracker) -> None:
        """Keep a conversation and store it as soon as the database is back."""
        self._kept[tracker.sender_id] = tracker
        self._kept.move_to_end(tracker.sender_id)
        if len(self._kept) > MOST:
            self._kept.popitem(last=False)
            logger.error("the database is away and %d conversations wait; the oldest is given up", MOST)
        if self._storing is None or self._storing.done():
            self._storing = asyncio.create_task(self._until_stored())

    def stored(self, sender_id: str) -> None:
        """The database has this conversation."""
        self._kept.pop(sender_id, None)

    async def _until_stored(self) -> None:
        while self._kept:
            await asyncio.sleep(EVERY)
            await self.flush()

    async def flush(self) -> int:
        """Store what can be stored now; returns how many conversations still wait."""
        for sender_id in list(self._kept):
            try:
                async with conversation(sender_id):  # another worker may be in the middle of this customer's turn
                    if sender_id in self._kept and not await self._store(sender_id):
                        break
            except Exception as problem:
                logger.debug("not yet: %s", type(problem).__name__)
                break
        return len(self._kept)


def sturdy(store: SQLTrackerStore) -> None:
    """Let a store on a server look whether a pooled connection is alive before it uses it: the server may have been restarted."""
    url = store.engine.url
    if url.get_backend_name() == "sqlite":
        return
    store.engine.dispose()
    store.engine = sa.create_engine(url, pool_pre_ping=True, **create_engine_kwargs(url))
    store.sessionmaker = sa.orm.session.sessionmaker(bind=store.engine)


def stored_keys(store: SQLTrackerStore, sender_id: str) -> set[tuple[Any, Any]]:
    """The events of all sessions of one conversation that the database has. Makes the tables when they are not there."""
    store.Base.metadata.create_all(store.engine)
    with store.session_scope() as session:
        rows = session.query(store.SQLEvent.type_name, store.SQLEvent.timestamp).filter(store.SQLEvent.sender_id == sender_id)
        return {(name, timestamp) for name, timestamp in rows}
