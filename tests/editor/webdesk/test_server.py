"""Who is let in. Real requests to the real server."""

from __future__ import annotations

import http.client
import json
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from persona.desk.server import DeskServer
from persona.localserver import MAX_BODY

TOKEN = "t" * 32


class Visitor:
    """Asks as a browser would; single headers can be replaced or left out (None)."""

    def __init__(self, port: int) -> None:
        self.port = port

    def __call__(self, path: str, body: Any = None, method: str = "", **headers: str | None) -> tuple[int, dict[str, str], str]:
        own = f"127.0.0.1:{self.port}"
        sent: dict[str, str | None] = {"Host": own}
        data = None
        if body is not None:
            data = body if isinstance(body, bytes) else json.dumps(body).encode()
            sent |= {"Origin": f"http://{own}", "Content-Type": "application/json", "X-Desk-Token": TOKEN, "Content-Length": str(len(data))}
        sent |= {name.replace("_", "-"): value for name, value in headers.items()}
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        connection.putrequest(method or ("GET" if body is None else "POST"), path, skip_host=True, skip_accept_encoding=True)
        for name, value in sent.items():
            if value is not None:
                connection.putheader(name, value)
        connection.endheaders(data)
        reply = connection.getresponse()
        text = reply.read().decode()
        connection.close()
        return reply.status, {k.lower(): v for k, v in reply.getheaders()}, text


@pytest.fixture
def visit(root: Path) -> Iterator[Visitor]:
    server = DeskServer(root, TOKEN).open(0)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield Visitor(server.server_address[1])
    server.shutdown()
    server.server_close()


def test_the_page_comes_with_its_token_under_a_strict_policy(visit: Visitor) -> None:
    status, headers, text = visit(f"/?token={TOKEN}")
    assert status == 200 and "编辑工作台" in text and headers["content-type"].startswith("text/html")
    policy = headers["content-security-policy"]
    assert "default-src 'none'" in policy and "frame-ancestors 'none'" in policy and "unsafe" not in policy and "http" not in policy and "*" not in policy
    assert headers["x-content-type-options"] == "nosniff" and headers["cache-control"] == "no-store" and headers["referrer-policy"] == "no-referrer"
    assert "<script>" not in text and "style=" not in text and "onclick" not in text
    assert TOKEN not in text
    for name in ("desk.js", "desk.css"):
        assert visit(f"/{name}")[0] == 200
    assert "innerHTML" not in visit("/desk.js")[2]


@pytest.mark.parametrize("path", ["/", "/?token=", "/?token=x", f"/?token={TOKEN}x"])
def test_without_the_token_there_is_no_page(visit: Visitor, path: str) -> None:
    status, _, text = visit(path)
    assert status == 403 and "地址不完整" in text


@pytest.mark.parametrize("path", ["/desk.html", "/../server.py", "/%2e%2e/server.py", "/live.yml", "/api/start", "/desk.js/", "/data/nlu/faq/annual_fee.yml"])
def test_nothing_else_can_be_fetched(visit: Visitor, path: str) -> None:
    status, _, text = visit(path)
    assert status in (404, 403) and "import" not in text and len(text) < 200


@pytest.mark.parametrize("headers", [
    {"Host": "evil.example"}, {"Host": "evil.example:80"}, {"Host": None}, {"Host": "127.0.0.1"}, {"Sec_Fetch_Site": "cross-site"}, {"Sec_Fetch_Site": "same-site"},
])
def test_another_host_or_site_gets_nothing(visit: Visitor, headers: dict[str, str | None]) -> None:
    assert visit(f"/?token={TOKEN}", **headers)[0] == 403
    assert visit("/api/live", {}, **headers)[0] == 403


@pytest.mark.parametrize("headers", [
    {"Origin": None}, {"Origin": "null"}, {"Origin": "http://evil.example"}, {"Origin": "http://127.0.0.1"}, {"X_Desk_Token": None}, {"X_Desk_Token": "wrong"},
    {"X_Desk_Token": "é"}, {"Content_Type": "text/plain"}, {"Content_Type": "application/x-www-form-urlencoded"},
])
def test_an_action_from_anywhere_else_is_not_done(visit: Visitor, root: Path, headers: dict[str, str | None]) -> None:
    order = {"action": "freeze", "by": "甲", "reason": "核对"}
    before = (root / "live.yml").read_bytes()
    status, _, text = visit("/api/live/do", order, **headers)
    assert status in (403, 415) and json.loads(text)["refused"].endswith("。")
    assert (root / "live.yml").read_bytes() == before
    assert visit("/api/live/do", order)[0] == 200 and (root / "live.yml").read_bytes() != before


@pytest.mark.parametrize(("body", "status"), [(b"{", 400), (b"[]", 400), (b"\xff\xfe", 400), (b"[" * 20000, 400), ({"text": "长" * 6000}, 422), ({}, 422)])
def test_a_body_nobody_can_read_is_refused_in_a_sentence(visit: Visitor, body: Any, status: int) -> None:
    found, _, text = visit("/api/review", body)
    assert found == status and json.loads(text)["refused"].endswith("。")


def test_too_much_is_not_read(visit: Visitor) -> None:
    assert visit("/api/review", b"x" * 10, Content_Length=str(MAX_BODY + 1))[0] == 413
    assert visit("/api/review", b"", Content_Length="-1")[0] == 413


@pytest.mark.parametrize("method", ["PUT", "DELETE", "OPTIONS", "HEAD"])
def test_other_methods_are_not_there(visit: Visitor, method: str) -> None:
    assert visit(f"/?token={TOKEN}", method=method)[0] == 501


def test_an_unknown_action_and_an_accident_are_told_without_a_traceback(visit: Visitor, root: Path) -> None:
    assert visit("/api/nothing", {})[0] == 404
    (root / "conversations.db").write_bytes(b"not a database at all, but long enough to be read" * 40)
    status, _, text = visit("/api/gaps", {})
    assert status == 503 and "对话库连不上" in text and "Traceback" not in text


def test_the_forms_are_told_what_there_is(visit: Visitor) -> None:
    start = json.loads(visit("/api/start", {})[2])
    assert set(start["tones"]) == {"playful", "warm", "plain", "urgent"} and start["disclosures"]["D-WM-1"] and {"payload": "/faq/annual_fee", "title": "年费"} in start["payloads"]
