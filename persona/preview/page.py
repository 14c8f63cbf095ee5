"""The same phones as one web page, and a local server that draws it again when a file is saved."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from html import escape
from http.server import ThreadingHTTPServer

from persona import localserver
from persona.localserver import LOCAL, Reply, Request
from persona.preview.bubbles import Bubble
from persona.preview.terminal import TONES

__all__ = ["LOCAL", "page", "serve"]

_STYLE = """
body{font:16px/1.6 system-ui,"Noto Sans CJK SC","PingFang SC","Microsoft YaHei",sans-serif;margin:1.5rem;background:#eceae6;color:#222}
h1{font-size:1.1rem}main{display:flex;flex-wrap:wrap;gap:1.5rem;align-items:flex-start}
section{width:21rem}.phone{border:10px solid #222;border-radius:28px;overflow:hidden;background:#fff}
header{padding:.5rem .9rem;font-weight:600;background:var(--primary);color:#fff}header small{float:right;font-weight:400}
.bubble{margin:.9rem;padding:.7rem .9rem;border-radius:4px 16px 16px 16px;background:var(--soft);color:var(--ink);white-space:pre-wrap}
.elder .bubble{font-size:1.35rem}
.buttons{margin:0 .9rem .9rem;display:flex;flex-wrap:wrap;gap:.4rem}.buttons span{border:1px solid var(--accent);color:var(--accent);border-radius:999px;padding:.1rem .8rem}
mark.disclosure{background:none;color:inherit;border-bottom:2px solid #1f6f54}mark.figure{background:#ffe58a;color:inherit}
.notes{font-size:.85rem;padding:.5rem .2rem;overflow-wrap:anywhere}.ok{color:#1f6f54}.no{color:#b3261e}
"""
# Asks once a second whether something was saved; the scroll position stays.
_RELOAD = """
const stamp = document.body.dataset.stamp;
setInterval(async () => {
  try { if (await (await fetch('/stamp')).text() !== stamp) location.reload(); } catch (gone) { /* the server was stopped */ }
}, 1000);
"""


def _marked(bubble: Bubble) -> str:
    out, last = "", 0
    for span in bubble.spans:
        out += escape(bubble.text[last:span.start])
        out += f'<mark class="{span.kind}" title="{escape(span.id)}">{escape(bubble.text[span.start:span.end])}</mark>'
        last = span.end
    return out + escape(bubble.text[last:])


def _section(bubble: Bubble) -> str:
    colours = ";".join(f"--{key}:{escape(bubble.mascot.palette.get(key, other))}" for key, other in
                       (("primary", "#444444"), ("accent", "#8a3b12"), ("soft", "#f2f2f2"), ("ink", "#222222")))
    tone = TONES[bubble.tone] + ("·沉稳" if bubble.sober else "") + ("" if bubble.own_tone else "（试）")
    buttons = "".join(f"<span>{escape(title)}</span>" for title in bubble.buttons)
    opinion = "<br>".join(map(escape, bubble.opinion))
    return (
        f'<section style="{colours}"><div class="phone"><header>{escape(bubble.mascot.name)}<small>{tone}</small></header>'
        f'<div class="bubble">{_marked(bubble)}</div><div class="buttons">{buttons}</div></div>'
        f'<div class="notes"><b class="{"ok" if bubble.allowed else "no"}">{"通过" if bubble.allowed else "不通过"}</b> '
        f"{escape(bubble.name)} <small>{escape(bubble.place)}</small><br>{opinion}</div></section>"
    )


def page(title: str, bubbles: Sequence[Bubble], *, elder: bool = False, stamp: str = "", message: str = "") -> str:
    """The whole page; with a `stamp` it reloads by itself when the server's stamp changes."""
    body = "".join(map(_section, bubbles)) or f"<p>{escape(message or '没有可看的。')}</p>"
    script = f"<script>{_RELOAD}</script>" if stamp else ""
    return (
        f'<!doctype html><html lang="zh-CN"><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
        f"<title>{escape(title)}</title><style>{_STYLE}</style>"
        f'<body class="{"elder" if elder else ""}" data-stamp="{escape(stamp)}"><h1>{escape(title)}</h1>'
        f"<p><mark class=\"disclosure\">划线</mark>是披露，<mark class=\"figure\">底色</mark>是会变的数字。</p><main>{body}</main>{script}</body></html>"
    )


def serve(port: int, draw: Callable[[], str], stamp: Callable[[], str]) -> ThreadingHTTPServer:
    """A server on 127.0.0.1 that answers `/` with `draw()` and `/stamp` with `stamp()`; the caller runs and closes it."""

    def answer(request: Request) -> Reply:
        if request.method != "GET" or request.path not in ("/", "/stamp"):
            return Reply.text("没有这一页。", 404)
        return Reply.text(draw(), content_type="text/html; charset=utf-8") if request.path == "/" else Reply.text(stamp())

    return localserver.serve(port, answer)
