"""`GET /metrics` for Prometheus, under a token of its own. Without one the path answers 404.

In credentials.yml: `persona.rasa_adapter.metrics_api.MascotMetrics:` with `token`. An address is no proof of who asks: behind
a proxy on the same machine everybody is 127.0.0.1.
"""

from __future__ import annotations

import asyncio
import logging
import os
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator, Mapping
from typing import Any

from rasa.core.channels.channel import InputChannel, UserMessage
from sanic import Blueprint, response
from sanic.request import Request
from sanic.response import HTTPResponse
from sqlalchemy.exc import SQLAlchemyError

from persona import metrics
from persona.gateway.auth import bears
from persona.gateway.settings import LEAST_TOKEN, secret
from persona.rasa_adapter.house import house
from persona.tickets import store
from persona.tickets.model import CLOSED, REASONS, STATES, URGENCIES, WAITING
from persona.workers import LISTEN

logger = logging.getLogger(__name__)

PUBLISH_EVERY = 1.0  # seconds
CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"

Gauge = tuple[str, str, str, Mapping[str, str], float]


class MascotMetrics(InputChannel):
    """`/metrics`: what all workers of this server have counted, the queue, the state of live.yml."""

    def __init__(self, token: str = "") -> None:
        self.token = token

    @classmethod
    def from_credentials(cls, credentials: dict[str, Any] | None) -> MascotMetrics:
        """Read the token of credentials.yml; numbers of an earlier start are put away."""
        options = credentials or {}
        unknown = set(options) - {"token"}
        if unknown:
            raise ValueError(f"credentials.yml：MascotMetrics 不认识 {', '.join(sorted(unknown))}；可写 token。")
        if LISTEN not in os.environ:  # else `mascot serve` has: a worker that joins later leaves the others' numbers alone
            metrics.start()
        return cls(secret(options.get("token"), LEAST_TOKEN, "MascotMetrics 的 token"))

    @classmethod
    def name(cls) -> str:
        """The channel's name in Rasa."""
        return "metrics"

    def url_prefix(self) -> str:
        """Beside `/webhooks/`: a gateway does not pass it on."""
        return "/metrics"

    def refused(self, request: Request) -> HTTPResponse | None:
        """Why a request goes no further, or None."""
        if not self.token:
            return response.json({"error": "no_metrics", "message": "这里没有指标。"}, status=404, ensure_ascii=False)
        if not bears(request.headers.get("Authorization"), self.token):
            return response.json(
                {"error": "unauthorized", "message": "需要 Authorization: Bearer <令牌>。"}, status=401,
                headers={"WWW-Authenticate": "Bearer"}, ensure_ascii=False,
            )
        return None

    def blueprint(self, on_new_message: Callable[[UserMessage], Awaitable[Any]]) -> Blueprint:
        """The one route, and each worker's own task that puts its numbers where the others find them."""
        blueprint = Blueprint("mascot_metrics")

        @blueprint.get("/")
        async def scrape(request: Request) -> HTTPResponse:
            refused = self.refused(request)
            return refused or response.text(metrics.render(gauges()), content_type=CONTENT_TYPE)

        @blueprint.listener("after_server_start")
        async def start(app: Any, loop: Any) -> None:
            if metrics.folder() is not None:
                app.ctx.numbers_told = loop.create_task(_publishing())

        @blueprint.listener("after_server_stop")
        async def stop(app: Any, loop: Any) -> None:
            if metrics.folder() is not None:
                app.ctx.numbers_told.cancel()
                _publish()  # with the last turns of this worker

        return blueprint


async def _publishing() -> None:
    while True:
        await asyncio.sleep(PUBLISH_EVERY)
        _publish()


def _publish() -> None:
    try:
        metrics.publish()
    except OSError:
        logger.error("the numbers of this worker cannot be written to %s", metrics.folder())


def gauges() -> Iterator[Gauge]:
    """What is read when it is asked for: tickets from the database, the state of live.yml, the rule set."""
    shared = house()
    try:
        tickets = store().queue()
        yield "mascot_database_up", "gauge", "Whether the database of the tickets answers.", {}, 1
        now = shared.institution.now()
        waiting, states, reasons = (
            Counter(t.urgency for t in tickets if t.state == WAITING), Counter(t.state for t in tickets), Counter(t.reason for t in tickets),
        )
        for urgency in URGENCIES:
            yield "mascot_queue_length", "gauge", "Tickets that wait for staff, by urgency.", {"urgency": urgency}, waiting[urgency]
        yield "mascot_tickets_overdue", "gauge", "Open tickets past their deadline.", {}, sum(t.state != CLOSED and now > t.due for t in tickets)
        for state in STATES:
            yield "mascot_tickets", "gauge", "Tickets by state.", {"state": state}, states[state]
        for reason in REASONS:
            yield "mascot_handovers_total", "counter", "Tickets ever opened, by reason.", {"reason": reason}, reasons[reason]
    except SQLAlchemyError:
        yield "mascot_database_up", "gauge", "Whether the database of the tickets answers.", {}, 0
    live = shared.live.current()
    yield "mascot_live_info", "gauge", "The state of live.yml in force in the worker that answered.", {"fingerprint": str(live.summary()["fingerprint"])}, 1
    yield "mascot_live_problems", "gauge", "Problems of live.yml; the last good state is in force.", {}, len(shared.live.problems)
    yield "mascot_ruleset_info", "gauge", "The rule set of the guard.", {"ruleset": shared.guard.ruleset}, 1
