"""Rasa's own REST channel, fit for the internet: well-formed or a 4xx with a reason; the path and the answer stay Rasa's.

Who asks (auth.py), how often (limits.py, shared.py), and each message answered once (retries.py) is decided here; what
can be set in credentials.yml stands in rest_options.py.
"""

from __future__ import annotations

import asyncio
import json
import logging
import re
import time
from asyncio import Queue
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from rasa.core.channels.channel import CollectingOutputChannel, UserMessage
from rasa.core.channels.rest import QueueOutputChannel, RestInput
from sanic import Blueprint, response
from sanic.request import Request
from sanic.response import HTTPResponse

from persona import metrics
from persona.compliance.secrets import in_identifier
from persona.gateway.address import client_address
from persona.gateway.auth import Caller, RefusedError, bears
from persona.gateway.limits import RateLimit
from persona.gateway.retries import Retries, StillRunningError
from persona.gateway.shared import UnavailableError, key_of
from persona.gateway.turn import TURN, Turn, request_id
from persona.layers import changes
from persona.project import LOCAL_EDITOR
from persona.rasa_adapter import history, staff
from persona.rasa_adapter.editor import EDITOR, ROLE, Proven, at_the_terminal
from persona.rasa_adapter.house import house
from persona.rasa_adapter.masking import masked
from persona.rasa_adapter.rest_options import RestOptions
from persona.rasa_adapter.rich import with_meta

logger = logging.getLogger(__name__)

# Beside an empty answer: a clerk has the conversation, the message has reached the ticket.
SPEAKER = "X-Mascot-Speaker"
REQUEST_ID = "X-Request-ID"
MESSAGE_ID = "Idempotency-Key"
REPLAYED = "Idempotent-Replayed"
_SENDER = re.compile(r"[^\x00-\x1f\x7f\ud800-\udfff]{1,128}")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff]")
_MESSAGE_ID = re.compile(r"[\x21-\x7e]{1,128}")
_ALLOWED = "GET, POST, DELETE, OPTIONS"
_ASKED = f"Authorization, Content-Type, {REQUEST_ID}, {MESSAGE_ID}"
_SHOWN = f"{REQUEST_ID}, {SPEAKER}, {REPLAYED}, Retry-After"
DEPTH = 20  # levels of metadata: who reads it goes down level by level
_BUSY = RefusedError(409, "still_running", "这条消息还在处理，请稍后用同一个编号再问一次。")

Handler = Callable[[UserMessage], Awaitable[Any]]


def _error(status: int, code: str, reason: str, **headers: str) -> HTTPResponse:
    metrics.count("requests_refused", code)
    if status == 401:
        headers["WWW-Authenticate"] = "Bearer"
    return response.json({"error": code, "message": reason}, status=status, headers=headers, ensure_ascii=False)


def _deeper(value: Any, levels: int) -> bool:
    """Whether something is nested in more levels than these."""
    inside = [value]
    for _ in range(levels + 1):
        inside = [one for v in inside for one in (v.values() if isinstance(v, dict) else v if isinstance(v, list) else ())]
    return bool(inside)


class MascotRest(RestInput):
    """`POST /webhooks/rest/webhook` with checks in front; `?stream=true` works as in Rasa."""

    def __init__(self, options: RestOptions | None = None) -> None:
        if at_the_terminal():  # it would make every customer an editor
            raise ValueError(f"环境变量 {LOCAL_EDITOR} 只给 mascot chat --editor 用；对客服务里请去掉它。")
        self.options = options or RestOptions()
        self.shared = self.options.shared()
        self.retries = Retries(self.shared)
        self._limits = {
            "sender": RateLimit(self.options.per_minute),
            "address": RateLimit(self.options.per_minute_address),
        }
        self._running: set[asyncio.Task[Any]] = set()

    @classmethod
    def from_credentials(cls, credentials: dict[str, Any] | None) -> MascotRest:
        """Read the options from credentials.yml; an unknown one, or a Redis that is away, stops the start."""
        channel = cls(RestOptions.from_credentials(credentials or {}))
        if channel.shared is not None:
            channel.shared.check()
        return channel

    @classmethod
    def name(cls) -> str:
        """The channel answers under Rasa's own path."""
        return "rest"

    def _extract_input_channel(self, req: Request) -> str:
        """Always this channel: a client cannot claim another."""
        return self.name()

    def _extract_message(self, req: Request) -> str:
        return _CONTROL.sub("", req.ctx.mascot["message"])

    async def _extract_sender(self, req: Request) -> str:
        return str(req.ctx.mascot["sender"])

    def get_metadata(self, request: Request) -> dict[str, Any]:
        """The client's metadata, masked, without a role; the role is the channel's to give."""
        metadata = {k: v for k, v in masked(request.ctx.mascot.get("metadata") or {}).items() if k != ROLE}
        known = bears(request.headers.get("Authorization"), self.options.auth.editor_token)
        return {**metadata, ROLE: Proven(EDITOR)} if known else metadata

    @staticmethod
    async def on_message_wrapper(
        on_new_message: Handler, text: str, queue: Queue[Any], sender_id: str, input_channel: str, metadata: dict[str, Any] | None,
    ) -> None:
        """Stream an answer; a failure ends the stream with a sentence instead of silence."""
        collector = QueueOutputChannel(queue)
        try:
            await on_new_message(UserMessage(text, collector, sender_id, input_channel=input_channel, metadata=metadata))
        except Exception as problem:
            logger.error("a streamed message failed: %s", type(problem).__name__)
            await queue.put(_apology(sender_id))
        await queue.put("DONE")

    # ── who, how often, what ──

    async def _wait(self, kind: str, key: str) -> int:
        """Seconds this sender or address has to wait: over all workers when they share a Redis, else in this one."""
        limit = self._limits[kind]
        if self.shared is None or limit.per_minute <= 0:
            return limit.wait(key)
        try:
            return await self.shared.wait(key_of(kind, key), limit.per_minute)
        except UnavailableError:
            return limit.wait(key)

    async def identify(self, request: Request) -> Caller | HTTPResponse:
        """Who sent the request, or why it goes no further; wrong tokens count against the address."""
        address = client_address(str(request.ip or ""), ",".join(request.headers.getall("x-forwarded-for", [])), self.options.proxies)
        wait = await self._wait("address", address)
        if wait:
            return _error(429, "too_many", f"这个地址发得太快了，请等 {wait} 秒再发。", **{"Retry-After": str(wait)})
        try:
            return self.options.auth.caller(request.headers.get("Authorization"))
        except RefusedError as refused:
            return _error(refused.status, refused.code, refused.reason)

    async def problem(self, request: Request) -> HTTPResponse | None:
        """Why a message is refused, or None; on success the body is kept in `request.ctx.mascot`."""
        caller = await self.identify(request)
        if isinstance(caller, HTTPResponse):
            return caller
        if len(request.body) > self.options.max_body:
            return _error(413, "body_too_large", f"请求体最多 {self.options.max_body} 字节。")
        try:
            body = json.loads(request.body.decode("utf-8"))
        except (ValueError, RecursionError):
            return _error(400, "bad_json", "请求体要是 UTF-8 的 JSON，例如 {\"sender\": \"u1\", \"message\": \"你好\"}。")
        if not isinstance(body, dict):
            return _error(400, "bad_json", "请求体要是一个 JSON 对象。")
        if caller.sender is not None:
            body.setdefault("sender", caller.sender)
        sender, message, metadata = body.get("sender"), body.get("message"), body.get("metadata")
        if not isinstance(sender, str) or not _SENDER.fullmatch(sender) or not sender.strip():
            return _error(400, "bad_sender", "sender 必填：1 到 128 个字符的文字，每位客户一个，不含控制字符。")
        kind = in_identifier(sender)
        if kind:
            return _error(400, "secret_sender", f"sender 里像是有{kind}，编号会被存下来；请换成 UUID 或散列值。")
        try:
            caller.speaks_for(sender)
        except RefusedError as refused:
            return _error(refused.status, refused.code, refused.reason)
        if not isinstance(message, str):
            return _error(400, "bad_message", "message 必填，要是文字。")
        if len(message) > self.options.max_chars:
            return _error(413, "message_too_long", f"一条消息最多 {self.options.max_chars} 个字，请分几条发。")
        if metadata is not None and (not isinstance(metadata, dict) or _deeper(metadata, DEPTH)):
            return _error(400, "bad_metadata", f"metadata 要是一个 JSON 对象，最多套 {DEPTH} 层，可以不写。")
        ident = request.headers.get(MESSAGE_ID) or (metadata or {}).get("message_id")
        if ident is not None and (isinstance(ident, bool) or not _MESSAGE_ID.fullmatch(str(ident)) or not isinstance(ident, (str, int))):
            return _error(400, "bad_message_id", "message_id 要是 1 到 128 个字符的编号，只用字母、数字和符号；重发时用同一个。")
        wait = await self._wait("sender", sender)
        if wait:
            return _error(429, "too_many", f"发得太快了，请等 {wait} 秒再发。", **{"Retry-After": str(wait)})
        turn: Turn = request.ctx.turn
        turn.text = message
        turn.key = None if ident is None else key_of(sender, str(ident))
        request.ctx.mascot = body
        return None

    # ── once ──

    def once(self, handle: Handler) -> Handler:
        """The handler, run to its end even when the client hangs up, and only once for each message id."""

        async def run(message: UserMessage, answer: _Kept) -> list[dict[str, Any]]:
            message.output_channel = answer
            with metrics.timing("turn"):
                await handle(message)
            metrics.count("turns")
            return answer.elements

        async def handler(message: UserMessage) -> None:
            turn, output = TURN.get(), message.output_channel
            assert isinstance(output, CollectingOutputChannel)
            answer = _Kept(output)
            if turn is None or turn.key is None:
                await self._to_its_end(run(message, answer))
                return
            try:
                final = _Final(message.sender_id)
                elements, turn.replayed = await self._to_its_end(self.retries.once(turn.key, lambda: run(message, answer), final))
            except StillRunningError:
                turn.busy = True
                raise
            if turn.replayed:
                metrics.count("replays")
                for element in elements:
                    await output._persist_message(element)

        return handler

    async def _to_its_end(self, work: Any) -> Any:
        """A customer who hangs up does not stop a turn half way: what it did would be done and not be known."""
        task = asyncio.ensure_future(work)
        self._running.add(task)
        task.add_done_callback(self._running.discard)
        return await asyncio.shield(task)

    # ── routes ──

    def blueprint(self, on_new_message: Callable[[UserMessage], Awaitable[None]]) -> Blueprint:
        """Rasa's blueprint with the checks before and, for an empty answer, a sentence after."""
        blueprint = super().blueprint(self.once(with_meta(on_new_message)))

        @blueprint.get("/readyz")
        async def readyz(request: Request) -> HTTPResponse:
            state = readiness(getattr(request.app.ctx, "agent", None))
            return response.json(state, status=200 if state["ready"] else 503, ensure_ascii=False)

        @blueprint.route("/history", methods=["GET", "DELETE"])
        async def own_history(request: Request) -> HTTPResponse:
            return await self._history(request)

        @blueprint.options("/webhook", name="preflight_webhook")
        @blueprint.options("/history", name="preflight_history")
        async def preflight(request: Request) -> HTTPResponse:
            return response.empty()  # `finish` answers

        @blueprint.middleware("request")
        async def check(request: Request) -> HTTPResponse | None:
            request.ctx.began = time.monotonic()
            request.ctx.turn = Turn(request_id(request.headers.get(REQUEST_ID)))
            TURN.set(request.ctx.turn)
            return await self.problem(request) if request.method == "POST" else None

        @blueprint.middleware("response")
        async def finish(request: Request, answer: HTTPResponse) -> HTTPResponse | None:
            return self._finished(request, answer)

        return blueprint

    async def _history(self, request: Request) -> HTTPResponse:
        """The customer's own last messages, or their deletion."""
        if not self.options.auth.key:
            return _error(404, "no_history", "这里没有历史记录：要先配置客户令牌（jwt_key）。")
        caller = await self.identify(request)
        if isinstance(caller, HTTPResponse):
            return caller
        if caller.sender is None:
            return _error(403, "no_own_sender", "只有客户自己的令牌（JWT）能看、能删自己的记录。")
        if in_identifier(caller.sender) or not _SENDER.fullmatch(caller.sender):
            return _error(400, "bad_sender", "sub 要是 1 到 128 个字符的编号，不含控制字符、证件号、卡号、手机号。")
        wait = await self._wait("sender", caller.sender)
        if wait:
            return _error(429, "too_many", f"请求太快了，请等 {wait} 秒。", **{"Retry-After": str(wait)})
        agent = getattr(request.app.ctx, "agent", None)
        if agent is None or not agent.is_ready():
            return _error(503, "not_ready", "还没有准备好，请稍后再试。", **{"Retry-After": "5"})
        try:
            work = history.deleted if request.method == "DELETE" else history.read
            return response.json(await self._to_its_end(work(agent, caller.sender)), ensure_ascii=False)
        except Exception as problem:
            logger.error("the history cannot be reached: %s", type(problem).__name__)
            return _error(503, "no_database", "记录库连不上，没有删成的不算删，请稍后再试。" if request.method == "DELETE" else "记录库连不上，请稍后再试。")

    def _preflight(self, allowed: bool) -> HTTPResponse:
        """The browser's question whether a page of another origin may ask."""
        if not allowed:
            return _error(403, "origin_not_allowed", "这个来源不在 allowed_origins 里。")
        return response.empty(status=204, headers={
            "Access-Control-Allow-Methods": _ALLOWED, "Access-Control-Allow-Headers": _ASKED, "Access-Control-Max-Age": "600",
        })

    def _finished(self, request: Request, answer: HTTPResponse) -> HTTPResponse | None:
        """The answer with its headers; instead of an empty one a sentence, unless a clerk has the conversation."""
        turn: Turn | None = getattr(request.ctx, "turn", None)
        asked = getattr(request.ctx, "mascot", None)
        origin = request.headers.get("Origin")
        new: HTTPResponse | None = None
        if request.method == "OPTIONS":  # Rasa's own CORS middleware, where it runs, answers before any route
            answer = new = self._preflight(self.options.allows(origin))
        elif turn and turn.busy and getattr(answer, "body", None) == b"[]":
            answer = new = _error(_BUSY.status, _BUSY.code, _BUSY.reason, **{"Retry-After": "1"})
        elif asked and getattr(answer, "body", None) == b"[]":
            if staff.speaks(str(asked["sender"])):  # the mascot is silent on purpose, and the client can tell
                answer.headers[SPEAKER] = "staff"
            else:
                answer = new = response.json([_apology(asked["sender"])], ensure_ascii=False)
        if turn:
            answer.headers[REQUEST_ID] = turn.request_id
            if turn.replayed:
                answer.headers[REPLAYED] = "true"
            logger.info("%s %s: %d after %.0f ms", request.method, request.path, answer.status, 1000 * (time.monotonic() - request.ctx.began))
            if answer.content_type != "text/event-stream":  # a stream's turn is still to come
                TURN.set(None)  # the connection may go on with a request that is none of ours
        if self.options.allowed_origins:
            answer.headers["Vary"] = "Origin"
        if self.options.allows(origin):
            answer.headers["Access-Control-Allow-Origin"] = origin
            answer.headers["Access-Control-Expose-Headers"] = _SHOWN
        return new


class _Kept(CollectingOutputChannel):
    """Passes the elements of an answer on and remembers them for a retry."""

    def __init__(self, inner: CollectingOutputChannel) -> None:
        super().__init__()
        self.inner = inner
        self.elements: list[dict[str, Any]] = []

    @classmethod
    def name(cls) -> str:
        """As the channel that Rasa collects with."""
        return str(CollectingOutputChannel.name())

    async def _persist_message(self, message: dict[str, Any]) -> None:
        self.elements.append(message)
        await self.inner._persist_message(message)


class _Final:
    """Whether an answer may be given again: an empty one only when a clerk has the conversation."""

    def __init__(self, sender: str) -> None:
        self.sender = sender

    def __call__(self, answer: list[dict[str, Any]]) -> bool:
        return bool(answer) or staff.speaks(self.sender)


def readiness(agent: Any) -> dict[str, Any]:
    """What operations ask of a worker: ready, model, rule set, state of live.yml. Nothing of any conversation."""
    shared = house()
    live = shared.live.current()  # looks at the file, so that its problems are today's
    return {
        "ready": bool(agent and agent.is_ready()),
        "model": Path(str(agent.processor.model_filename)).name if agent and agent.processor else None,
        "ruleset": shared.guard.ruleset,
        **({"guard_changed": [one.id for one in changes()]} if changes() else {}),
        "live": {**live.summary(), "problems": [f"[{p.code}] {p.file}:{p.line} {p.what}" for p in shared.live.problems]},
    }


def _apology(sender: str) -> dict[str, Any]:
    shared = house()
    text = shared.voice.refusal(shared.institution.mascot, "unavailable", tone="plain", values={})
    return {"recipient_id": sender, "text": text}
