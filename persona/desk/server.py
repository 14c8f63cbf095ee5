"""Who is let in, and which function answers: the page writes files, so the door is narrow.

It listens on 127.0.0.1 only. Every request must name this address as Host (a name that was re-bound to 127.0.0.1 by
somebody's DNS is another Host), the page itself and every action carry the token that was printed at the start, and an
action must come from this very page: same Origin, JSON, a header that no form of another site can send.
"""

from __future__ import annotations

import hmac
import json
import logging
import secrets
import threading
from collections.abc import Callable, Mapping
from http.server import ThreadingHTTPServer
from pathlib import Path
from typing import Any

from sqlalchemy.exc import SQLAlchemyError

from persona import localserver
from persona.compliance.words import CATEGORY_NAMES, CHANNEL_NAMES
from persona.content.checks.answers import CHOICES_MAX
from persona.desk import answers, copy, gaps, switches
from persona.desk.ask import Refused
from persona.desk.workshop import Workshop
from persona.errors import ContentError
from persona.localserver import LOCAL, Reply, Request
from persona.mascot import TONES
from persona.preview.terminal import TONES as TONE_NAMES
from persona.products import load_products

logger = logging.getLogger(__name__)

PAGE = Path(__file__).parent / "page"
FILES = {"/desk.css": "text/css; charset=utf-8", "/desk.js": "text/javascript; charset=utf-8"}
TOKEN = "X-Desk-Token"
HEADERS: Mapping[str, str] = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self'; "
                               "base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'",
    "X-Content-Type-Options": "nosniff", "X-Frame-Options": "DENY", "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin", "Cross-Origin-Resource-Policy": "same-origin",
}
Action = Callable[[Mapping[str, Any]], Any]


class DeskServer:
    """The page and its actions for the project in `root`; `open` starts listening."""

    def __init__(self, root: Path, token: str = "") -> None:
        self.token = token or secrets.token_urlsafe(24)
        self.shop = Workshop(root)
        self.lock = threading.Lock()
        self.hosts: frozenset[str] = frozenset()
        self.actions: Mapping[str, Action] = {
            "/api/start": lambda body: self.start(),
            "/api/review": lambda body: copy.reviewed(body, self.shop.tools().desk.guard, self.shop.tools().desk.today),
            "/api/gaps": lambda body: gaps.listed(self.shop.tools()),
            "/api/gaps/add": lambda body: {"done": gaps.added(body, self.shop)},
            "/api/gaps/draft": lambda body: gaps.drafted(body, self.shop),
            "/api/answers": lambda body: answers.found(body, self.shop.tools()),
            "/api/answers/open": lambda body: answers.opened(body, self.shop),
            "/api/answers/try": lambda body: answers.tried(answers.attempt(body, self.shop), self.shop.tools()),
            "/api/answers/save": lambda body: {"done": answers.saved(body, self.shop)},
            "/api/live": lambda body: switches.state(self.shop.tools().desk.institution, self.shop.tools().house.content),
            "/api/live/do": lambda body: {"done": switches.carried_out(body)},
        }

    def open(self, port: int) -> ThreadingHTTPServer:
        """Listen; OSError when the port is taken. The caller runs and closes the server."""
        server = localserver.serve(port, self.answer)
        self.hosts = frozenset(f"{name}:{server.server_address[1]}" for name in (LOCAL, "localhost"))
        return server

    def url(self, server: ThreadingHTTPServer) -> str:
        """Where the page is, the token in it."""
        return f"http://{LOCAL}:{server.server_address[1]}/?token={self.token}"

    def start(self) -> dict[str, Any]:
        """What the forms offer."""
        tools = self.shop.tools()
        return {
            "bank": tools.desk.institution.name, "today": tools.desk.today.isoformat(),
            "channels": CHANNEL_NAMES, "categories": CATEGORY_NAMES, "tones": {tone: TONE_NAMES[tone] for tone in TONES},
            "disclosures": dict(tools.desk.disclosures), "payloads": list(answers.payloads(tools)), "buttons": CHOICES_MAX,
            "limits": {key: most for key, _, most in copy.FIELDS},
            "names": [*({"name": name, "title": tools.labels.title(name.removeprefix("utter_")) or ""} for name in tools.house.content.responses),
                      *({"name": one.id, "title": one.name} for one in load_products(approved=False).values())],
        }

    def answer(self, request: Request) -> Reply:
        """The one entrance."""
        try:
            reply = self._let_in(request)
        except Refused as refused:
            reply = _json({"refused": str(refused)}, refused.status) if request.path.startswith("/api/") else Reply.text(str(refused), refused.status)
        return Reply(reply.body, reply.content_type, reply.status, {**HEADERS, **reply.headers})

    def _let_in(self, request: Request) -> Reply:
        if request.headers.get("Host", "") not in self.hosts:
            raise Refused("这个页面只在本机打开：请用启动时打印的那个地址。", 403)
        if request.headers.get("Sec-Fetch-Site", "none") not in ("none", "same-origin"):
            raise Refused("不能从别的网页进来：请把启动时打印的地址直接贴进浏览器。", 403)
        if request.method == "GET":
            return self._page(request)
        if request.headers.get("Origin", "") not in {f"http://{host}" for host in self.hosts}:
            raise Refused("这一步不是从这个页面发出的，没有做。", 403)
        if not self._knows(request.headers.get(TOKEN, "")):
            raise Refused("地址里的口令不对，多半是工作台重新启动过：请用新打印的地址打开。", 403)
        action = self.actions.get(request.path)
        if action is None:
            raise Refused("没有这个功能，刷新页面再试。", 404)
        if request.headers.get("Content-Type", "").split(";")[0].strip().lower() != "application/json":
            raise Refused("发来的不是 JSON，没有做。", 415)
        return self._done(action, request)

    def _done(self, action: Action, request: Request) -> Reply:
        try:
            body = json.loads(request.body.decode("utf-8"))
        except (ValueError, RecursionError):
            body = None
        if not isinstance(body, dict):
            raise Refused("发来的内容看不懂，刷新页面再试。", 400)
        with self.lock:  # one at a time: what is read, changed and saved stays together
            try:
                return _json(action(body))
            except Refused:
                raise
            except ContentError as broken:
                raise Refused(f"项目里有文件要先改好：{broken}", 503) from broken
            except SQLAlchemyError as gone:
                raise Refused(f"数据库连不上（{type(gone).__name__}），稍后再试。", 503) from gone
            except Exception as error:
                logger.exception("%s failed", request.path)
                raise Refused(f"出了意外（{type(error).__name__}），没有做完；请看启动工作台的那个窗口。", 500) from error

    def _page(self, request: Request) -> Reply:
        if request.path in FILES:
            return Reply((PAGE / request.path[1:]).read_bytes(), FILES[request.path])
        if request.path != "/":
            raise Refused("没有这一页。", 404)
        if not self._knows(request.query.get("token", "")):
            raise Refused("地址不完整：请用启动时打印的、带 token 的那个地址打开。", 403)
        return Reply((PAGE / "desk.html").read_bytes(), "text/html; charset=utf-8")

    def _knows(self, token: str) -> bool:
        return hmac.compare_digest(token.encode("utf-8", "replace"), self.token.encode())


def _json(data: Any, status: int = 200) -> Reply:
    return Reply.text(json.dumps(data, ensure_ascii=False), status, "application/json; charset=utf-8")
