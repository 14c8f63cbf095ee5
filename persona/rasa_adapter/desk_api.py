"""The bank's desk over REST: tickets for staff, under a token of its own. Never Rasa's HTTP API.

In credentials.yml: `persona.rasa_adapter.desk_api.MascotDesk:` with `token` and `per_minute`. Without a token there is no
desk: every path answers 404. The contract is in docs/embedding.md.
"""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any

from rasa.core.channels.channel import InputChannel, UserMessage
from sanic import Blueprint, response
from sanic.request import Request
from sanic.response import HTTPResponse
from sqlalchemy.exc import SQLAlchemyError

from persona.gateway.auth import bears
from persona.gateway.limits import RateLimit
from persona.gateway.settings import LEAST_TOKEN, secret
from persona.rasa_adapter.house import house
from persona.tickets import UnknownTicketError, store
from persona.tickets.desk import Desk, DeskError, show
from persona.tickets.model import STATES

logger = logging.getLogger(__name__)

MAX_BODY = 65_536
PUBLISH_EVERY = 2.0  # seconds
_STATUS = {"bad_staff": 400, "bad_text": 400, "refused": 422, "never": 422}


def _error(status: int, code: str, reason: str, **more: Any) -> HTTPResponse:
    return response.json({"error": code, "message": reason, **more}, status=status, ensure_ascii=False)


def _body(request: Request) -> dict[str, Any]:
    """The JSON object of the request, empty when there is none; RAISES DeskError."""
    if not request.body:
        return {}
    try:
        body = json.loads(request.body.decode("utf-8"))
    except (ValueError, RecursionError):
        body = None
    if not isinstance(body, dict) or not all(isinstance(value, str) for value in body.values()):
        raise DeskError("bad_json", "请求体要是 UTF-8 的 JSON 对象，值都是文字。")
    return body


class MascotDesk(InputChannel):
    """`/desk/tickets`: list, show, take, write, close."""

    def __init__(self, token: str = "", per_minute: int = 120) -> None:
        self.token = token
        self.limit = RateLimit(per_minute)

    @classmethod
    def from_credentials(cls, credentials: dict[str, Any] | None) -> MascotDesk:
        """Read the options of credentials.yml; `"${NAME}"` in quotes is filled here, empty when NAME is not set."""
        options = credentials or {}
        unknown = set(options) - {"token", "per_minute"}
        if unknown:
            raise ValueError(f"credentials.yml：MascotDesk 不认识 {', '.join(sorted(unknown))}；可写 token、per_minute。")
        return cls(secret(options.get("token"), LEAST_TOKEN, "MascotDesk 的 token"), int(options.get("per_minute", 120)))

    @classmethod
    def name(cls) -> str:
        """The channel's name in Rasa."""
        return "desk"

    def url_prefix(self) -> str:
        """Beside `/webhooks/`, not under it: a gateway can fence it off."""
        return "/desk"

    def refused(self, request: Request) -> HTTPResponse | None:
        """Why a request goes no further, or None."""
        if not self.token:
            return _error(404, "no_desk", "这里没有工作台。")
        wait = self.limit.wait(str(request.ip))
        if wait:
            answer = _error(429, "too_many", f"请求太快了，请等 {wait} 秒。")
            answer.headers["Retry-After"] = str(wait)
            return answer
        if not bears(request.headers.get("Authorization"), self.token):
            return _error(401, "unauthorized", "需要 Authorization: Bearer <令牌>。")
        if len(request.body) > MAX_BODY:
            return _error(413, "body_too_large", f"请求体最多 {MAX_BODY} 字节。")
        return None

    def blueprint(self, on_new_message: Callable[[UserMessage], Awaitable[Any]]) -> Blueprint:
        """The desk's routes; tickets that change are told to the event broker from here."""
        blueprint = Blueprint("mascot_desk")
        desk = Desk(house().guard, house().audit.append, house().institution)

        @blueprint.middleware("request")
        async def fence(request: Request) -> HTTPResponse | None:
            return self.refused(request)

        @blueprint.exception(DeskError, UnknownTicketError, SQLAlchemyError)
        async def problem(request: Request, error: Exception) -> HTTPResponse:
            if isinstance(error, DeskError):
                found = [finding.as_dict() for finding in error.findings]
                return _error(_STATUS.get(error.code, 400 if error.code == "bad_json" else 409), error.code, error.message,
                              **({"findings": found} if found else {}))
            if isinstance(error, UnknownTicketError):
                return _error(404, "no_ticket", f"没有工单 {error.args[0]}。")
            logger.error("the desk cannot reach the database: %s", type(error).__name__)
            return _error(503, "no_database", "工单库连不上，稍后再试。")

        @blueprint.get("/tickets")
        async def tickets(request: Request) -> HTTPResponse:
            state = request.args.get("state")
            if state is not None and state not in STATES:
                return _error(400, "bad_state", f"state 只能是 {'、'.join(STATES)}。")
            return _json({"tickets": [ticket.as_dict() for ticket in store().queue(state)]})

        @blueprint.get("/tickets/<number>")
        async def one(request: Request, number: str) -> HTTPResponse:
            return _json(_shown(number))

        @blueprint.post("/tickets/<number>/take")
        async def take(request: Request, number: str) -> HTTPResponse:
            body = _body(request)
            desk.take(number, body.get("name", ""), body.get("staff_id", ""))
            return _json(_shown(number))

        @blueprint.post("/tickets/<number>/messages")
        async def say(request: Request, number: str) -> HTTPResponse:
            body = _body(request)
            sent = desk.say(number, body.get("text", ""), body.get("force", ""))
            return _json({
                "id": sent.line.id, "text": sent.line.text, "forced": sent.forced,
                "findings": [finding.as_dict() for finding in sent.findings],
            })

        @blueprint.post("/tickets/<number>/close")
        async def close(request: Request, number: str) -> HTTPResponse:
            desk.close(number, _body(request).get("note", ""))
            return _json(_shown(number))

        @blueprint.listener("after_server_start")
        async def start(app: Any, loop: Any) -> None:
            app.ctx.tickets_told = loop.create_task(_publishing(app))

        @blueprint.listener("after_server_stop")
        async def stop(app: Any, loop: Any) -> None:
            app.ctx.tickets_told.cancel()
            with suppress(asyncio.CancelledError):
                await app.ctx.tickets_told

        return blueprint


def _json(data: Any) -> HTTPResponse:
    return response.json(data, ensure_ascii=False)


def _shown(number: str) -> dict[str, Any]:
    return show(store().get(number), store().transcript(number), house().institution.now())


async def _publishing(app: Any) -> None:
    """Tell Rasa's event broker of every ticket whose state or urgency changed, whoever changed it; ends without a broker."""
    agent = getattr(app.ctx, "agent", None)
    broker = getattr(getattr(agent, "tracker_store", None), "event_broker", None)
    away = False  # an outage is one line in the log, not one every two seconds
    while broker is not None:
        try:
            await publish(broker)
            if away:
                logger.warning("tickets are published again")
            away = False
        except Exception:
            if not away:
                logger.exception("tickets cannot be published; tried again every %.0f seconds", PUBLISH_EVERY)
            away = True
        await asyncio.sleep(PUBLISH_EVERY)


async def publish(broker: Any) -> int:
    """Publish changed tickets with their masked conversation, each state once; returns how many.

    Customers' turns share this event loop, and a database that hangs takes seconds: it is asked in a thread.
    """
    aside = asyncio.to_thread
    tickets, now, done = await aside(store), house().institution.now(), 0
    for ticket in await aside(tickets.unpublished):
        if await aside(tickets.published, ticket):
            try:
                broker.publish({"event": "ticket", **show(ticket, await aside(tickets.transcript, ticket.number), now)})
            except BaseException:  # also when the server ends meanwhile
                tickets.publish_again(ticket)
                raise
            done += 1
    return done
