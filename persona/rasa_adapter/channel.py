"""Rasa's own REST channel, made strict: well-formed or a 4xx with a reason; the path and the answer stay Rasa's.

In credentials.yml: `persona.rasa_adapter.channel.MascotRest:` with `max_chars`, `max_body`, `per_minute` (0: no limit) and
`editor_token`: who sends it as `Authorization: Bearer …` is an editor (editor.py).
"""

from __future__ import annotations

import json
import logging
import re
import time
from asyncio import Queue
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from rasa.core.channels.channel import UserMessage
from rasa.core.channels.rest import QueueOutputChannel, RestInput
from sanic import Blueprint, response
from sanic.request import Request
from sanic.response import HTTPResponse

from persona.layers import changes
from persona.project import LOCAL_EDITOR
from persona.rasa_adapter import staff
from persona.rasa_adapter.editor import EDITOR, ROLE, Proven, at_the_terminal, bears, token_from
from persona.rasa_adapter.house import house
from persona.rasa_adapter.rich import with_meta

logger = logging.getLogger(__name__)

# Beside an empty answer: a clerk has the conversation, the message has reached the ticket.
SPEAKER = "X-Mascot-Speaker"
_SENDER = re.compile(r"[^\x00-\x1f\x7f]{1,128}")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")


class RateLimit:
    """At most `per_minute` messages a key in any window of 60 seconds; the oldest keys are forgotten first."""

    def __init__(self, per_minute: int, keys: int = 10_000) -> None:
        self.per_minute = per_minute
        self.keys = keys
        self._seen: OrderedDict[str, list[float]] = OrderedDict()

    def wait(self, key: str, now: float | None = None) -> int:
        """Seconds to wait before `key` may send again; 0 when it may."""
        if self.per_minute <= 0:
            return 0
        moment = time.monotonic() if now is None else now
        recent = [t for t in self._seen.pop(key, []) if moment - t < 60]
        wait = 0 if len(recent) < self.per_minute else int(60 - (moment - recent[0])) + 1
        if not wait:
            recent.append(moment)
        self._seen[key] = recent
        while len(self._seen) > self.keys:
            self._seen.popitem(last=False)
        return wait


def _error(status: int, code: str, reason: str, **headers: str) -> HTTPResponse:
    return response.json({"error": code, "message": reason}, status=status, headers=headers, ensure_ascii=False)


class MascotRest(RestInput):
    """`POST /webhooks/rest/webhook` with checks in front; `?stream=true` works as in Rasa."""

    def __init__(self, max_chars: int = 4000, max_body: int = 65_536, per_minute: int = 120, editor_token: str = "") -> None:
        if at_the_terminal():  # it would make every customer an editor
            raise ValueError(f"环境变量 {LOCAL_EDITOR} 只给 mascot chat --editor 用；对客服务里请去掉它。")
        self.editor_token = editor_token
        self.max_chars = max_chars
        self.max_body = max_body
        self.limit = RateLimit(per_minute)

    @classmethod
    def from_credentials(cls, credentials: dict[str, Any] | None) -> MascotRest:
        """Read the options from credentials.yml; an unknown one stops the start."""
        options = credentials or {}
        limits = ("max_chars", "max_body", "per_minute")
        unknown = set(options) - {*limits, "editor_token"}
        if unknown:
            raise ValueError(f"credentials.yml：MascotRest 不认识 {', '.join(sorted(unknown))}；可写 max_chars、max_body、per_minute、editor_token。")
        token = token_from(options.get("editor_token"), "editor_token")
        return cls(**{k: int(options[k]) for k in limits if k in options}, editor_token=token)

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
        """The client's metadata without a role; the role is the channel's to give."""
        metadata = {k: v for k, v in (request.ctx.mascot.get("metadata") or {}).items() if k != ROLE}
        return {**metadata, ROLE: Proven(EDITOR)} if bears(request.headers.get("Authorization"), self.editor_token) else metadata

    @staticmethod
    async def on_message_wrapper(
        on_new_message: Callable[[UserMessage], Awaitable[Any]], text: str, queue: Queue[Any], sender_id: str,
        input_channel: str, metadata: dict[str, Any] | None,
    ) -> None:
        """Stream an answer; a failure ends the stream with a sentence instead of silence."""
        collector = QueueOutputChannel(queue)
        try:
            await on_new_message(UserMessage(text, collector, sender_id, input_channel=input_channel, metadata=metadata))
        except Exception:
            logger.exception("a streamed message failed")
            await queue.put(_apology(sender_id))
        await queue.put("DONE")

    def problem(self, request: Request) -> HTTPResponse | None:
        """Why this request is refused, or None; on success the body is kept in `request.ctx.mascot`."""
        if len(request.body) > self.max_body:
            return _error(413, "body_too_large", f"请求体最多 {self.max_body} 字节。")
        try:
            body = json.loads(request.body.decode("utf-8"))
        except (ValueError, RecursionError):
            return _error(400, "bad_json", "请求体要是 UTF-8 的 JSON，例如 {\"sender\": \"u1\", \"message\": \"你好\"}。")
        if not isinstance(body, dict):
            return _error(400, "bad_json", "请求体要是一个 JSON 对象。")
        sender, message, metadata = body.get("sender"), body.get("message"), body.get("metadata")
        if not isinstance(sender, str) or not _SENDER.fullmatch(sender) or not sender.strip():
            return _error(400, "bad_sender", "sender 必填：1 到 128 个字符的文字，每位客户一个，不含控制字符。")
        if not isinstance(message, str):
            return _error(400, "bad_message", "message 必填，要是文字。")
        if len(message) > self.max_chars:
            return _error(413, "message_too_long", f"一条消息最多 {self.max_chars} 个字，请分几条发。")
        if metadata is not None and not isinstance(metadata, dict):
            return _error(400, "bad_metadata", "metadata 要是一个 JSON 对象，可以不写。")
        wait = self.limit.wait(sender)
        if wait:
            return _error(429, "too_many", f"发得太快了，请等 {wait} 秒再发。", **{"Retry-After": str(wait)})
        request.ctx.mascot = body
        return None

    def blueprint(self, on_new_message: Callable[[UserMessage], Awaitable[None]]) -> Blueprint:
        """Rasa's blueprint with the checks before and, for an empty answer, a sentence after."""
        blueprint = super().blueprint(with_meta(on_new_message))

        @blueprint.get("/readyz")
        async def readyz(request: Request) -> HTTPResponse:
            state = readiness(getattr(request.app.ctx, "agent", None))
            return response.json(state, status=200 if state["ready"] else 503, ensure_ascii=False)

        @blueprint.middleware("request")
        async def check(request: Request) -> HTTPResponse | None:
            return self.problem(request) if request.method == "POST" else None

        @blueprint.middleware("response")
        async def never_empty(request: Request, answer: HTTPResponse) -> HTTPResponse | None:
            asked = getattr(request.ctx, "mascot", None)
            if asked and getattr(answer, "body", None) == b"[]":
                if staff.speaks(str(asked["sender"])):  # the mascot is silent on purpose, and the client can tell
                    answer.headers[SPEAKER] = "staff"
                    return None
                return response.json([_apology(asked["sender"])], ensure_ascii=False)
            return None

        return blueprint


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
