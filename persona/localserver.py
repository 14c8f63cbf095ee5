"""A small HTTP server for pages of the editor's own: on 127.0.0.1, answered by one function."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from email.message import Message
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

LOCAL = "127.0.0.1"
MAX_BODY = 65_536  # bytes
PATIENCE = 20  # seconds for a request to arrive


@dataclass(frozen=True)
class Request:
    """What the browser asks. `query` holds the first value of each name; header names are read in any case."""

    method: str
    path: str
    query: Mapping[str, str]
    headers: Message
    body: bytes = b""


@dataclass(frozen=True)
class Reply:
    """What it gets."""

    body: bytes
    content_type: str
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def text(cls, text: str, status: int = 200, content_type: str = "text/plain; charset=utf-8") -> Reply:
        """UTF-8 text."""
        return cls(text.encode("utf-8"), content_type, status)


def serve(port: int, answer: Callable[[Request], Reply], max_body: int = MAX_BODY) -> ThreadingHTTPServer:
    """A server on 127.0.0.1 (port 0: any free one) for GET and POST; the caller runs and closes it.

    A body of more than `max_body` bytes is not read: the answer is 413. OSError when the port is taken.
    """

    class Handler(BaseHTTPRequestHandler):
        timeout = PATIENCE

        def do_GET(self) -> None:
            self._answer(b"")

        def do_POST(self) -> None:
            length = self.headers.get("Content-Length", "")
            if not length.isdecimal() or int(length) > max_body:
                self.close_connection = True
                self._send(Reply.text(f"发来的内容太长了，最多 {max_body // 1024} KB。", 413))
                return
            self._answer(self.rfile.read(int(length)))

        def _answer(self, body: bytes) -> None:
            asked = urlsplit(self.path)
            query = {name: values[0] for name, values in parse_qs(asked.query).items()}
            self._send(answer(Request(self.command, asked.path, query, self.headers, body)))

        def _send(self, reply: Reply) -> None:
            self.send_response(reply.status)
            for name, value in {"Content-Type": reply.content_type, "Content-Length": str(len(reply.body)),
                                "Cache-Control": "no-store", **reply.headers}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(reply.body)

        def version_string(self) -> str:
            return "mascot"

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing: pages ask every second, and what they ask may hold a token."""

    server = ThreadingHTTPServer((LOCAL, port), Handler)
    server.daemon_threads = True
    return server
