"""RabbitMQ for conversation events and audit lines: Rasa's Pika broker, with what it does when the broker is away.

Rasa's own waits 100 seconds at the start, then fails, and counts a message as sent before it is. Here the start does not
wait; an audit line counts as sent when RabbitMQ has confirmed it, and until then it waits on disk (`Feed`); conversation
events wait in memory, at most `keep` of them, because they stand in the tracker's database too.

In endpoints.yml: `event_broker: {type: persona.rasa_adapter.broker.MascotBroker, url, port, username, password, queues}`.
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from contextlib import suppress
from typing import Any

import aio_pika
from rasa.core.brokers.pika import PikaEventBroker, _create_rabbitmq_ssl_options
from rasa.utils.endpoints import EndpointConfig

from persona.compliance.feed import Feed

logger = logging.getLogger(__name__)

KEEP = 20_000  # conversation events kept while RabbitMQ is away
BATCH = 200  # messages on their way at once
TIMEOUT = 10.0  # seconds for a confirmation
RETRY = 2.0  # seconds between two attempts to connect
LOOK = 1.0  # seconds between two looks for audit lines of another process
FIRST, LAST = 3.0, 3.0  # seconds given to connect at the start, and to empty at the end


class MascotBroker(PikaEventBroker):
    """One task owns the connection and sends in order; `publish` only hands over."""

    def __init__(self, host: str, username: str, password: str, keep: int = KEEP, **options: Any) -> None:
        super().__init__(host, username, password, **options)
        self._events: deque[dict[str, Any]] = deque(maxlen=keep)
        self._feed: Feed | None = None
        self._lines = False  # an audit line was written in this process
        self._looked = 0.0  # when the audit was last looked at; another process may have written
        self._wake = asyncio.Event()
        self._up = asyncio.Event()
        self._sending: asyncio.Task[None] | None = None
        self.dropped = 0  # conversation events that were given up because too many waited

    @classmethod
    async def from_endpoint_config(cls, broker_config: EndpointConfig | None, event_loop: Any = None) -> MascotBroker | None:
        """The broker, connected when RabbitMQ answers at once."""
        if broker_config is None:
            return None
        broker = cls(broker_config.url, **broker_config.kwargs, event_loop=event_loop)
        await broker.connect()
        return broker

    async def connect(self) -> None:
        """Begin to connect; the start does not wait for a RabbitMQ that is away."""
        self._sending = asyncio.create_task(self._run())
        with suppress(asyncio.TimeoutError):
            await asyncio.wait_for(self._up.wait(), FIRST)

    def is_ready(self) -> bool:
        """Whether RabbitMQ is connected now."""
        return self._up.is_set()

    def carry(self, feed: Feed) -> None:
        """Send the lines of this audit, too."""
        self._feed = feed

    def wake(self) -> None:
        """An audit line was written."""
        self._lines = True
        self._wake.set()

    def publish(self, event: dict[str, Any], headers: dict[str, str] | None = None) -> None:
        """Hand a conversation event over; the oldest one is given up when too many wait."""
        if len(self._events) == self._events.maxlen:
            if not self.dropped % 1000:
                logger.error("RabbitMQ is away and %d events wait; the oldest are given up (they stand in the database)", len(self._events))
            self.dropped += 1
        self._events.append(event)
        self._wake.set()

    async def close(self) -> None:
        """Send what waits, then close; what cannot be sent in `LAST` seconds stays on disk (audit) or is given up."""
        until = asyncio.get_running_loop().time() + LAST
        while self._up.is_set() and self._events and asyncio.get_running_loop().time() < until:
            self._wake.set()
            await asyncio.sleep(0.05)
        if self._sending is not None:
            self._sending.cancel()
            with suppress(asyncio.CancelledError):
                await self._sending

    async def _run(self) -> None:
        told = False
        while True:
            connection = None
            try:
                options = _create_rabbitmq_ssl_options(self.host)
                connection = await aio_pika.connect(
                    url=self._configure_url(), host=self.host, port=self.port, login=self.username, password=self.password,
                    ssl=options is not None, ssl_options=options, timeout=TIMEOUT,
                )
                channel = await connection.channel()
                exchange = await self._set_up_exchange(channel)
                self._up.set()
                told = False
                while True:
                    await self._send(exchange)
                    with suppress(asyncio.TimeoutError):
                        await asyncio.wait_for(self._wake.wait(), LOOK)
                    self._wake.clear()
                    if connection.is_closed or channel.is_closed:
                        raise ConnectionError("closed by the other side")
            except Exception as problem:
                if not told:
                    logger.error("RabbitMQ at %s:%s takes nothing (%s); audit lines wait on disk", self.host, self.port, type(problem).__name__)
                told = True
                self._up.clear()
                await asyncio.sleep(RETRY)
            finally:
                if connection is not None:
                    with suppress(Exception):
                        await asyncio.wait_for(connection.close(), 1)

    async def _send(self, exchange: Any) -> None:
        while self._events:
            # The oldest may be given up while these are on their way, so those sent are known by identity.
            batch = [self._events[i] for i in range(min(BATCH, len(self._events)))]
            await self._confirmed(exchange, batch)
            for event in batch:
                if self._events and self._events[0] is event:
                    self._events.popleft()
        now = asyncio.get_running_loop().time()
        if self._feed is not None and (self._lines or now - self._looked > LOOK):
            self._lines, self._looked = False, now
            await self._feed.send(lambda messages: self._confirmed(exchange, messages), BATCH)

    async def _confirmed(self, exchange: Any, messages: list[dict[str, Any]]) -> None:
        """Publish in order; returns when RabbitMQ has confirmed all of them."""
        sent = [asyncio.ensure_future(exchange.publish(self._message(message, None), "")) for message in messages]
        await asyncio.wait_for(asyncio.gather(*sent), TIMEOUT)
