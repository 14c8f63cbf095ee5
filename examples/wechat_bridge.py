"""A bridge between a WeChat service account and the mascot's REST channel, with the standard library alone.

    WECHAT_TOKEN=… MASCOT_CLIENT_TOKEN=… python examples/wechat_bridge.py 8080

WeChat posts XML and waits 5 seconds; without an answer it posts the same message, with the same MsgId, twice more. The MsgId
goes on as `message_id`, so all three posts are one turn, and the answer that came too late for the first is there for the
second. Buttons become a numbered list: the customer answers 「2」. Plain mode only; TLS is the gateway's.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import sys
import time
import urllib.error
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit
from xml.etree import ElementTree
from xml.sax.saxutils import escape

PATIENCE = 4.5  # seconds: WeChat's five, less the way
MOST = 65_536  # bytes of a post
LONGEST = 2000  # bytes of a text that WeChat takes; it refuses a longer one
SORRY = "这会儿答不上来，请稍后再发一次；急事请拨银行卡背面的客服电话。"


def signed(query: dict[str, list[str]], token: str) -> bool:
    """Whether WeChat sent it: SHA-1 of token, timestamp and nonce, sorted (WeChat's own rule)."""
    timestamp, nonce, given = (query.get(k, [""])[0] for k in ("timestamp", "nonce", "signature"))
    made = hashlib.sha1("".join(sorted((token, timestamp, nonce))).encode()).hexdigest()
    return bool(token) and hmac.compare_digest(made.encode(), given.encode())


def message(body: bytes) -> dict[str, str] | None:
    """The fields of a post, None when it is none. A document type could make the parser work without end."""
    if len(body) > MOST or b"<!DOCTYPE" in body or b"<!ENTITY" in body:
        return None
    try:
        return {field.tag: field.text or "" for field in ElementTree.fromstring(body)}
    except ElementTree.ParseError:
        return None


def text_of(bubbles: list[dict[str, Any]]) -> str:
    """Bubbles as one text, the buttons of the last as a numbered list. A bubble is whole or not there: its last lines are
    disclosures. What does not fit is left out from the end, the list first; a bubble that does not fit alone is not sent.
    """
    parts = [str(bubble["text"]) for bubble in bubbles if bubble.get("text")]
    buttons = (bubbles[-1].get("buttons") or []) if bubbles else []
    choices = "\n".join(f"{n}. {button['title']}" for n, button in enumerate(buttons, 1))
    for text in ("\n".join([*parts, choices]).strip(), *("\n".join(parts[:n]) for n in range(len(parts), 0, -1))):
        if len(text.encode()) <= LONGEST:
            return text
    return SORRY


def ask(url: str, client_token: str, post: dict[str, str]) -> str:
    """The mascot's answer to a post, empty when a clerk has the conversation; RAISES OSError when it is not there in time."""
    # A picture or a voice message holds no words: the mascot asks for some. Who has just subscribed is greeted.
    said = post.get("Content", "") if post.get("MsgType") != "event" else "你好"
    # The OpenID is the customer's id in this account alone; hashed, so that a database of conversations names nobody.
    sender = "wx-" + hashlib.sha256(post["FromUserName"].encode()).hexdigest()[:32]
    ident = post.get("MsgId") or f"{post['FromUserName']}{post.get('CreateTime', '')}"
    body = {"sender": sender, "message": said, "metadata": {"message_id": ident, "channel": "platform_account"}}
    request = urllib.request.Request(url, json.dumps(body).encode(), {"Content-Type": "application/json"})
    if client_token:
        request.add_header("Authorization", f"Bearer {client_token}")
    with urllib.request.urlopen(request, timeout=PATIENCE) as answer:
        return text_of(json.load(answer))


def reply(post: dict[str, str], text: str) -> bytes:
    """The XML that WeChat shows as a text message."""
    return (
        f"<xml><ToUserName>{escape(post['FromUserName'])}</ToUserName><FromUserName>{escape(post['ToUserName'])}</FromUserName>"
        f"<CreateTime>{int(time.time())}</CreateTime><MsgType>text</MsgType><Content>{escape(text)}</Content></xml>"
    ).encode()


def server(port: int, url: str, token: str, client_token: str = "") -> ThreadingHTTPServer:
    """The bridge on 127.0.0.1:port. url: of the REST webhook.  token: as set in WeChat's console."""

    class Bridge(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            """WeChat's check of the address."""
            query = parse_qs(urlsplit(self.path).query)
            self._answer(query.get("echostr", [""])[0].encode() if signed(query, token) else None)

        def do_POST(self) -> None:
            """A customer's message or an event."""
            length = int(self.headers.get("Content-Length") or 0)
            post = message(self.rfile.read(min(length, MOST + 1))) if signed(parse_qs(urlsplit(self.path).query), token) else None
            if post is None or not {"FromUserName", "ToUserName"} <= set(post):
                return self._answer(None)
            if post.get("MsgType") == "event" and post.get("Event") != "subscribe":
                return self._answer(b"success")
            try:
                text = ask(url, client_token, post)
            except urllib.error.HTTPError as problem:
                # 409: still being answered. No answer now; WeChat asks again.
                return self._answer(None if problem.code == 409 else reply(post, SORRY), 503)
            except OSError:
                return self._answer(None, 503)
            self._answer(reply(post, text) if text else b"success")

        def _answer(self, body: bytes | None, otherwise: int = 403) -> None:
            self.send_response(otherwise if body is None else 200)
            self.send_header("Content-Type", "application/xml; charset=utf-8" if (body or b"").startswith(b"<") else "text/plain; charset=utf-8")
            self.send_header("Content-Length", str(len(body or b"")))
            self.end_headers()
            self.wfile.write(body or b"")

        def log_message(self, *args: Any) -> None:
            """No line: the address holds a signature, the message is the customer's."""

    return ThreadingHTTPServer(("127.0.0.1", port), Bridge)


if __name__ == "__main__":
    server(
        int(sys.argv[1]) if len(sys.argv) > 1 else 8080,
        os.environ.get("MASCOT_URL", "http://127.0.0.1:5005/webhooks/rest/webhook"),
        os.environ["WECHAT_TOKEN"],
        os.environ.get("MASCOT_CLIENT_TOKEN", ""),
    ).serve_forever()
