"""An answer in small pieces: its beginning for somebody who reads slowly, and one act a message for 「说慢点」."""

from __future__ import annotations

import re
from collections.abc import Sequence

LONG = 3  # answers of more steps than this begin with their second sentence
MOST = 40  # characters of one step; with the closing line a message stays under 60
FIRST = 80  # characters of the beginning
ACT_DONE = "办好了，说「好了」；找人，说「转人工」。"
HEARD = "听明白了，说「好了」；找人，说「转人工」。"
LAST = "就这些。找人，说「转人工」。"
GO_ON = "往下听，说「好了」；找人，说「转人工」。"
# A place on a screen is no help to somebody who cannot see it: the telephone and the counter come first.
SCREEN = re.compile(r"APP|APP内|页面|(?:登录|产品|申请|确认|结果|首)页|点开|菜单|「[^」]{1,10}—[^」]{1,14}」")
_OTHER_WAYS = re.compile(r"拨|打电话|网点|柜台|窗口")
_SENTENCE = re.compile(r"[^。！？；\n]+[。！？；]?")
_WHOLE = re.compile(r"[^。！？\n]+[。！？]?")
_LIST = re.compile(r"^(?P<head>[^：]{0,14})：(?P<items>[^：。；，]{1,14}(?:、[^：。；，、]{1,14}){1,5})[。；]?$")
_NUMBERED = re.compile(r"^\s*\d[.、．]\s*")
_ACT = re.compile(r"点|拨|打开|登录|带|去|到|进|填|选|说「|挂|停|锁|找|APP|柜台")
_NOTICE = re.compile(r"^（我是.*AI.*）$")


def opening(text: str, way: str, leave_out: Sequence[str] = ()) -> tuple[str, str]:
    """The beginning of a long answer and what is left for later.

    Whole sentences up to `FIRST` characters, none that names a place on a screen before `way` (how it goes by telephone or at
    the counter) was said. ``leave_out``: lines that are no part of the answer (disclosures).
    """
    lines = [line for line in text.split("\n") if not _NOTICE.match(line.strip()) and line.strip() not in leave_out]
    sentences = [s.strip() for line in lines for s in _WHOLE.findall(_NUMBERED.sub("", line)) if re.search(r"\w", s)]
    taken = 0
    while taken < len(sentences) and not SCREEN.search(sentences[taken]):
        if taken and sum(map(len, sentences[:taken + 1])) > FIRST:
            break
        taken += 1
    begun = "".join(sentences[:taken])
    screens = any(SCREEN.search(s) for s in sentences[taken:]) and not _OTHER_WAYS.search(begun)
    if not taken:  # the answer begins on the screen: the other ways first, then its beginning
        return way + "".join(sentences[:1]), "\n".join(sentences[1:])
    return begun + (way if screens else ""), "\n".join(sentences[taken:])


def closing(step: str, last: bool) -> str:
    """What to say next after a step; a person is always offered."""
    return LAST if last else ACT_DONE if _ACT.search(step) else HEARD


def steps(text: str, *, afresh: bool = True) -> list[str]:
    """Split an answer into steps of at most `MOST` characters, in order.

    Sentences are kept whole where they fit; a list after a colon becomes one step an item, because that is what
    people mean by 「一样一样说」. The AI notice is left out. ``afresh``: the answer was read already, who asks for small
    steps wants the first act and not the conclusion in front.
    """
    found: list[str] = []
    for line in text.split("\n"):
        if _NOTICE.match(line.strip()):
            continue
        for match in _SENTENCE.finditer(_NUMBERED.sub("", line)):
            found += _split(match.group().strip())
    found = [step for step in found if re.search(r"\w", step)]
    return found[1:] if afresh and len(found) > LONG and not _ACT.search(found[0]) else found


def _split(sentence: str) -> list[str]:
    listed = _LIST.match(sentence)
    if listed and "（" not in listed["items"]:
        items = [item.strip() for item in re.split("、", listed["items"]) if item.strip()]
        return [f"{'先' if i == 0 else '再'}看这一样：{item}。" for i, item in enumerate(items)]
    if len(sentence) <= MOST:
        return [_ended(sentence)]
    parts, current = [], ""
    for piece in re.split(r"(?<=[，：])(?![^（]*）)", sentence):
        if current and len(current) + len(piece) > MOST:
            parts.append(_ended(current))
            current = ""
        current += piece
    return [*parts, _ended(current)] if current else parts


def _ended(step: str) -> str:
    return step.rstrip("，：；") + "。" if step[-1:] in "，：；" else step
