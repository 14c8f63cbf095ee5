"""An answer in small steps, for 「说慢点」: one act a message."""

from __future__ import annotations

import re

LONG = 3  # answers of more steps than this begin with their second sentence
MOST = 46  # characters of one step; with the closing line a message stays under 60
_SENTENCE = re.compile(r"[^。！？；\n]+[。！？；]?")
_LIST = re.compile(r"^(?P<head>[^：]{0,14})：(?P<items>[^：。；，]{1,14}(?:、[^：。；，、]{1,14}){1,5})[。；]?$")
_NUMBERED = re.compile(r"^\s*\d[.、．]\s*")
_ACT = re.compile(r"点|拨|打开|登录|带|去|到|进|填|选|说「|挂|停|锁|找|APP|柜台")
_NOTICE = re.compile(r"^（我是.*AI.*）$")


def steps(text: str) -> list[str]:
    """Split an answer into steps of at most `MOST` characters, in order.

    Sentences are kept whole where they fit; a list after a colon becomes one step an item, because that is what
    people mean by 「一样一样说」. The AI notice is left out.
    """
    found: list[str] = []
    for line in text.split("\n"):
        if _NOTICE.match(line.strip()):
            continue
        for match in _SENTENCE.finditer(_NUMBERED.sub("", line)):
            found += _split(match.group().strip())
    found = [step for step in found if re.search(r"\w", step)]
    # The conclusion in front was read the first time; who asks again for small steps wants the first act.
    return found[1:] if len(found) > LONG and not _ACT.search(found[0]) else found


def _split(sentence: str) -> list[str]:
    listed = _LIST.match(sentence)
    if listed:
        items = [item.strip() for item in re.split("、", listed["items"]) if item.strip()]
        return [f"{'先' if i == 0 else '再'}看这一样：{item}。" for i, item in enumerate(items)]
    if len(sentence) <= MOST:
        return [sentence]
    parts, current = [], ""
    for piece in re.split(r"(?<=[，：])", sentence):
        if current and len(current) + len(piece) > MOST:
            parts.append(current.rstrip("，：") + "。")
            current = ""
        current += piece
    return [*parts, current] if current else parts
