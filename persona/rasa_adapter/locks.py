"""One conversation, one turn at a time, over several workers: Rasa's ticket lock in Redis, changed in one step each.

Rasa's own Redis store reads, changes and writes back, so two workers that do it at once hand out the same ticket and answer
side by side. Here every change is a Redis transaction. A ticket is renewed while its turn waits or runs, so that a worker
that was killed holds its customer up for `lifetime` seconds and not longer.

In endpoints.yml: `lock_store: {type: persona.rasa_adapter.locks.MascotRedisLockStore, url: HOST, port, db, password, lifetime}`.
"""

from __future__ import annotations

import asyncio
import json
import logging
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from typing import Any, TypeVar

import redis
from rasa.core.lock import Ticket, TicketLock
from rasa.core.lock_store import LockError, RedisLockStore
from rasa.shared.utils.cli import print_error_and_exit
from rasa.utils.endpoints import EndpointConfig

from persona.services import no_redis

logger = logging.getLogger(__name__)

LIFETIME = 15.0  # seconds without a sign of life after which a ticket is void
PATIENCE = 30.0  # seconds a message waits for the ones before it
EVERY = 0.03  # seconds between two looks at the lock
SOCKET_TIMEOUT = 2.0
_T = TypeVar("_T")

_current: list[MascotRedisLockStore] = []


class MascotRedisLockStore(RedisLockStore):
    """Tickets in Redis; the start ends with one sentence when Redis is not there."""

    def __init__(self, endpoint_config: EndpointConfig) -> None:
        options = dict(endpoint_config.kwargs)
        self.lifetime = float(options.pop("lifetime", LIFETIME))
        super().__init__(host=endpoint_config.url, **{"socket_timeout": SOCKET_TIMEOUT, **options})
        try:
            self.red.ping()
        except redis.RedisError as problem:
            print_error_and_exit(no_redis(endpoint_config.url, options.get("port", 6379), problem))
        _current[:] = [self]

    def _changed(self, conversation_id: str, change: Callable[[TicketLock], _T]) -> _T:
        """Apply `change` to the conversation's lock in one transaction; an empty lock is removed."""
        key = self.key_prefix + conversation_id

        def work(pipe: Any) -> _T:
            raw = pipe.get(key)
            lock = TicketLock.from_dict(json.loads(raw)) if raw else TicketLock(conversation_id)
            lock.remove_expired_tickets()
            result = change(lock)
            pipe.multi()
            if lock.tickets:
                pipe.set(key, lock.dumps(), px=int((self.lifetime + PATIENCE) * 1000))
            else:
                pipe.delete(key)
            return result

        done: _T = self.red.transaction(work, key, value_from_callable=True)
        return done

    def issue_ticket(self, conversation_id: str, lock_lifetime: float = LIFETIME) -> int:
        """The next number of this conversation. RAISES LockError when Redis does not answer."""
        try:
            return self._changed(conversation_id, lambda lock: int(lock.issue_ticket(self.lifetime)))
        except redis.RedisError as problem:
            raise LockError(f"no ticket for the conversation: {type(problem).__name__}") from problem

    def _renew(self, conversation_id: str, number: int) -> bool:
        """Keep the ticket alive; whether its turn has come. A ticket that was void meanwhile goes to the front again."""

        def renewed(lock: TicketLock) -> bool:
            mine = next((t for t in lock.tickets if t.number == number), None)
            if mine is None:
                mine = Ticket(number, 0.0)
                later = [t for t in lock.tickets if t.number > number]
                lock.tickets.insert(len(lock.tickets) - len(later), mine)
            mine.expires = time.time() + self.lifetime
            return bool(lock.tickets[0] is mine)

        return self._changed(conversation_id, renewed)

    def finish_serving(self, conversation_id: str, ticket_number: int) -> None:
        """Give the ticket back; never raises, because the turn is done and the ticket runs out by itself."""
        try:
            self._changed(conversation_id, lambda lock: lock.remove_ticket_for(ticket_number))
        except redis.RedisError:
            logger.error("a lock could not be given back; it runs out in %.0f seconds", self.lifetime)

    def cleanup(self, conversation_id: str, ticket_number: int) -> None:
        """Give the ticket back; the last one takes the lock along."""
        self.finish_serving(conversation_id, ticket_number)

    @asynccontextmanager
    async def lock(
        self, conversation_id: str, lock_lifetime: float = LIFETIME, wait_time_in_seconds: float = EVERY,
    ) -> AsyncIterator[TicketLock]:
        """Wait for the messages before this one, then hold the conversation. RAISES LockError after `PATIENCE` seconds."""
        number = self.issue_ticket(conversation_id)
        renewing: asyncio.Task[None] | None = None
        try:
            until = time.monotonic() + PATIENCE
            while not self._turn_of(conversation_id, number):
                if time.monotonic() > until:
                    raise LockError("the messages before this one did not end")
                await asyncio.sleep(EVERY)
            renewing = asyncio.create_task(self._keep(conversation_id, number))
            yield TicketLock(conversation_id)
        finally:
            if renewing is not None:
                renewing.cancel()
            self.cleanup(conversation_id, number)

    def _turn_of(self, conversation_id: str, number: int) -> bool:
        try:
            return self._renew(conversation_id, number)
        except redis.RedisError as problem:
            raise LockError(f"the lock cannot be read: {type(problem).__name__}") from problem

    async def _keep(self, conversation_id: str, number: int) -> None:
        while True:
            await asyncio.sleep(self.lifetime / 3)
            with suppress(redis.RedisError):
                self._renew(conversation_id, number)


@asynccontextmanager
async def conversation(sender_id: str) -> AsyncIterator[None]:
    """Hold a conversation outside a turn; with the lock in memory there is one process and nothing to hold."""
    if not _current:
        yield
        return
    async with _current[0].lock(sender_id):
        yield
