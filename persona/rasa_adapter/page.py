"""The chat page under /web/: files of `persona/web/` and the mascots' drawings, read once, nothing else.

In credentials.yml: `persona.rasa_adapter.page.WebPage:` with `frame_ancestors`, the sites that may show the chat in a frame.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rasa.core.channels.channel import InputChannel, UserMessage
from sanic import Blueprint, response
from sanic.request import Request
from sanic.response import HTTPResponse

from persona.rasa_adapter.house import House, house

FILES = Path(__file__).parents[1] / "web"
TYPES = {
    ".html": "text/html; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".css": "text/css; charset=utf-8",
    ".svg": "image/svg+xml", ".json": "application/json; charset=utf-8", ".txt": "text/plain; charset=utf-8",
}
_SITE = re.compile(r"'self'|https?://(?:\*\.)?[A-Za-z0-9.-]+(?::\d{1,5})?")
_BUILT_FROM = "build.json"  # for the tests, not for the world


@dataclass(frozen=True)
class Asset:
    """One file as it is sent."""

    body: bytes
    content_type: str
    etag: str

    @classmethod
    def of(cls, body: bytes, suffix: str) -> Asset:
        """The file with its type; the etag is its content."""
        return cls(body, TYPES[suffix], f'"{hashlib.sha256(body).hexdigest()[:20]}"')


def mascots(shared: House) -> dict[str, Any]:
    """What the page needs to know of the bank and its mascots."""
    bank = shared.institution
    return {
        "bank": bank.name,
        "hotline": bank.hotline,
        "mascot": bank.mascot,
        "mascots": [
            {
                "id": m.id, "name": m.name, "duty": m.duty["rule"], "palette": dict(m.palette),
                "moods": list(m.avatar_moods), "neutral": m.avatar_neutral,
                "avatar": f"avatars/{m.id}.svg" if m.avatar_file.exists() else None,
            }
            for m in shared.mascots.values()
        ],
    }


def assets(shared: House) -> dict[str, Asset]:
    """Every path under /web/ that exists. What is not in this table is not there, however the path is spelt."""
    found = {f.name: Asset.of(f.read_bytes(), f.suffix) for f in sorted(FILES.iterdir()) if f.suffix in TYPES and f.name != _BUILT_FROM}
    found[""] = found["index.html"]
    found["mascots.json"] = Asset.of(json.dumps(mascots(shared), ensure_ascii=False).encode(), ".json")
    for mascot in shared.mascots.values():
        if mascot.avatar_file.exists():
            found[f"avatars/{mascot.id}.svg"] = Asset.of(mascot.avatar_file.read_bytes(), ".svg")
    if f"avatars/{shared.institution.mascot}.svg" in found:
        found["avatars/default.svg"] = found[f"avatars/{shared.institution.mascot}.svg"]
    return found


class WebPage(InputChannel):
    """Serves the page; messages go to the REST channel."""

    def __init__(self, frame_ancestors: tuple[str, ...] = ("'self'",)) -> None:
        self.frame_ancestors = frame_ancestors

    @classmethod
    def from_credentials(cls, credentials: dict[str, Any] | None) -> WebPage:
        """Read the options from credentials.yml; an unknown or malformed one stops the start."""
        options = credentials or {}
        unknown = set(options) - {"frame_ancestors"}
        if unknown:
            raise ValueError(f"credentials.yml：WebPage 不认识 {', '.join(sorted(unknown))}；可写 frame_ancestors。")
        sites = options.get("frame_ancestors") or ["'self'"]
        for site in sites if isinstance(sites, list) else [None]:
            if not isinstance(site, str) or not _SITE.fullmatch(site):
                raise ValueError(f"credentials.yml：frame_ancestors 里的 {site!r} 不是网站；写成列表，每项如 https://www.example.com 或 \"'self'\"。")
        return cls(tuple(sites))

    @classmethod
    def name(cls) -> str:
        """The name of the channel."""
        return "web"

    def url_prefix(self) -> str:
        """Beside /webhooks, not under it."""
        return "/web"

    def headers(self) -> dict[str, str]:
        """What every answer carries. Styles are set through the DOM, so no inline style is allowed either."""
        policy = {
            "default-src": "'none'", "script-src": "'self'", "style-src": "'self'", "img-src": "'self'", "connect-src": "'self'",
            "frame-src": "'self'", "base-uri": "'none'", "form-action": "'none'", "frame-ancestors": " ".join(self.frame_ancestors),
        }
        return {
            "Content-Security-Policy": "; ".join(f"{k} {v}" for k, v in policy.items()),
            "X-Content-Type-Options": "nosniff",
            "Referrer-Policy": "no-referrer",
            "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
            "Cross-Origin-Resource-Policy": "cross-origin",  # the widget and its face stand in other sites' pages
            "Cache-Control": "no-cache",
        }

    def blueprint(self, on_new_message: Callable[[UserMessage], Awaitable[Any]]) -> Blueprint:
        """GET and HEAD of the files, nothing else."""
        page = Blueprint("mascot_page")
        table = assets(house())
        fixed = self.headers()

        async def send(request: Request, path: str = "") -> HTTPResponse:
            asset = table.get(path)
            if asset is None:
                return response.text("没有这一页。", status=404, headers=fixed)
            headers = {**fixed, "ETag": asset.etag}
            if request.headers.get("if-none-match") == asset.etag:
                return response.raw(b"", status=304, headers=headers)
            return response.raw(b"" if request.method == "HEAD" else asset.body, headers=headers, content_type=asset.content_type)

        async def to_folder(request: Request) -> HTTPResponse:
            return response.redirect("web/")  # relative files need the slash

        page.add_route(to_folder, "", methods=["GET"], strict_slashes=True, name="page_root")
        page.add_route(send, "/", methods=["GET", "HEAD"], strict_slashes=True, name="page_index")
        page.add_route(send, "/<path:path>", methods=["GET", "HEAD"], name="page_file")
        return page
