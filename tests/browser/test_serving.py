"""What is served under /web/, and how; needs no browser."""

from __future__ import annotations

import http.client
import json

import pytest

from persona.rasa_adapter.page import WebPage
from tests.browser.conftest import Site

FILES = {
    "": "text/html", "chat.html": "text/html", "chat.js": "text/javascript", "chat.css": "text/css", "widget.js": "text/javascript",
    "demo.css": "text/css", "mascots.json": "application/json", "avatars/xiaoshizi.svg": "image/svg+xml", "avatars/default.svg": "image/svg+xml", "THIRD-PARTY.txt": "text/plain",
}


def get(site: Site, path: str, method: str = "GET", **headers: str) -> tuple[int, dict[str, str], bytes]:
    connection = http.client.HTTPConnection("127.0.0.1", site.port, timeout=10)
    connection.request(method, path, headers=headers)
    reply = connection.getresponse()
    return reply.status, {k.lower(): v for k, v in reply.getheaders()}, reply.read()


@pytest.mark.parametrize(("name", "kind"), FILES.items())
def test_every_file_has_its_type_and_a_strict_policy(site: Site, name: str, kind: str) -> None:
    status, headers, body = get(site, f"/web/{name}")
    assert status == 200 and body and headers["content-type"].split(";")[0] == kind
    policy = headers["content-security-policy"]
    assert "default-src 'none'" in policy and "frame-ancestors 'self'" in policy and "unsafe" not in policy and "*" not in policy
    assert headers["x-content-type-options"] == "nosniff"
    assert get(site, f"/web/{name}", **{"If-None-Match": headers["etag"]})[0] == 304
    assert get(site, f"/web/{name}", "HEAD")[2] == b""


@pytest.mark.parametrize("path", [
    "/web/../credentials.yml", "/web/%2e%2e/credentials.yml", "/web/..%2f..%2fcredentials.yml", "/web/avatars/../../pyproject.toml",
    "/web/avatars/%2e%2e%2f%2e%2e%2finstitution.yml", "/web//etc/passwd", "/web/%00", "/web/build.json", "/web/avatars/", "/web/avatars/x.svg",
    "/web/chat.html%00.js", "/web/" + "a/" * 400,
])
def test_nothing_else_can_be_fetched(site: Site, path: str) -> None:
    status, _, body = get(site, path)
    assert status in (400, 404) and b"persona" not in body and b"root:" not in body


def test_the_folder_without_its_slash_leads_to_it(site: Site) -> None:
    status, headers, _ = get(site, "/web")
    assert status == 302 and headers["location"] == "web/"


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE"])
def test_only_reading_is_possible(site: Site, method: str) -> None:
    assert get(site, "/web/chat.html", method)[0] == 405


def test_the_page_is_told_who_there_is(site: Site) -> None:
    house = json.loads(get(site, "/web/mascots.json")[2])
    assert set(house) == {"bank", "hotline", "mascot", "mascots"}
    assert {m["id"] for m in house["mascots"]} == {"xiaofumiao", "xiaoheniang", "xiaoshizi", "xiaolanghua"}
    for mascot in house["mascots"]:
        assert mascot["neutral"] in mascot["moods"] and get(site, "/web/" + mascot["avatar"])[0] == 200


@pytest.mark.parametrize(("options", "policy"), [
    (None, "frame-ancestors 'self'"),
    ({"frame_ancestors": ["'self'", "https://www.fuhe.example", "https://*.fuhe.example:8443"]},
     "frame-ancestors 'self' https://www.fuhe.example https://*.fuhe.example:8443"),
])
def test_sites_that_may_show_the_chat_are_named_in_credentials(options: dict[str, object] | None, policy: str) -> None:
    assert WebPage.from_credentials(options).headers()["Content-Security-Policy"].endswith(policy)


@pytest.mark.parametrize("options", [
    {"frame_ancestors": ["*"]}, {"frame_ancestors": "https://a.example"}, {"frame_ancestors": ["https://a.example; script-src *"]},
    {"frame_ancestors": ["javascript:1"]}, {"frame_ancestors": [1]}, {"frames": ["'self'"]},
])
def test_a_wrong_option_stops_the_start(options: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"credentials\.yml"):
        WebPage.from_credentials(options)
