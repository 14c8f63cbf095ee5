"""What a customer picks from the buttons that were offered: a payload, a title, 「第二个」, 「2」.

Only what a bot message of this session offered counts as a command; anything else a customer types is text.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from persona.nlu.text import simplify

_ORDINALS = {
    **{form: n for n, forms in enumerate(
        ("一 1 ① a 头", "二 2 ② b 两", "三 3 ③ c", "四 4 ④ d", "五 5 ⑤ e", "六 6 ⑥ f"), 1) for form in forms.split()},
}
_PICK = re.compile(r"^(?:选|要|就|我选|我要|那就|那|按|(?:给我|你)?(?:具体|详细|先)?(?:说说|讲讲|说一下|讲一下|看看))?(?:第)?([一二三四五六两头1-6①-⑥a-f])(?:个|项|条|号|那个)?(?:吧|啊|呀|呢|的)?$")
_NTH = re.compile(r"^(?:那|刚才|刚刚|前面|我(?:的|问的)?)*(?:的)?第([一二三四五六1-6])(?:个|件|样|条)?(?:问题|事)?(?:我)?(?:呢|怎么说|怎么弄|吧|啊|没(?:看|听|搞|弄)?(?:懂|明白|清楚?)|再(?:说|讲|答)(?:一?[遍次下])?|(?:详细|展开|具体|仔细)(?:点)?|(?:给我|再)*(?:说说|讲讲|说一?下|讲一?下))*$")
# 「另一个呢」 after a message that asked two things.
_OTHER = re.compile(r"^(?:那|还有)*(?:另外?(?:的)?[一那]?(?:个|件|样)|剩下(?:的)?(?:那?个)?|还有一(?:个|件|样)|后面(?:的)?那?个)(?:问题|事)?(?:呢|怎么说)*$")
# 「第二点没看懂」, 「第三条呢」: a step of the answer, when it numbers that many.
OF_STEPS = re.compile(r"第([一二三四1-4])(?:个)?(?:步|点|样|句|条|地方|办法)(?!上)")
_LAST = re.compile(r"^(?:选|要|就|我要)?(?:最后|末)(?:[一那]|那一)?(?:个|项|条)(?:吧|呢)?$")
_PAYLOAD = re.compile(r"^/(?P<label>[^\s{@]+)(?P<json>\{.*\})?$", re.S)
ENDS_EMERGENCY = '"settled"'
ANSWERS_LESSON = '"answer"'
AROUND = 3  # characters around the words of an answer
_NOISE = re.compile(r"[\W_]+")


@dataclass(frozen=True)
class Command:
    """A button that was pressed: the intent's label (`faq/x` or `handoff`), entities, and the words on the button."""

    label: str
    entities: dict[str, str]
    title: str


def parse_payload(payload: str, title: str = "") -> Command | None:
    """Read `/label{"entity": "value"}`; None when it is not of that form."""
    match = _PAYLOAD.match(payload.strip())
    if not match:
        return None
    try:
        entities = json.loads(match["json"]) if match["json"] else {}
    except ValueError:
        return None
    if not isinstance(entities, dict):
        return None
    return Command(match["label"], {str(k): str(v) for k, v in entities.items()}, title)


def _plain(text: str) -> str:
    return _NOISE.sub("", simplify(text))


def _offered(payload: str, rows: Sequence[Sequence[dict[str, Any]]]) -> Command | None:
    """The command of a payload that stands on a button, with the words it bore last."""
    found = (b for row in reversed(rows) for b in reversed(row) if str(b.get("payload", "")) == payload)
    return next((c for c in (parse_payload(payload, str(b.get("title", ""))) for b in found) if c), None)


def _in_part(plain: str, latest: Sequence[dict[str, Any]]) -> Command | None:
    """The answer to a lesson's question that is given in part (「先签」), or with a word around it (「更划算吧」)."""
    near: list[tuple[int, dict[str, Any]]] = []
    for button in latest:
        title = _plain(str(button.get("title", "")))
        shorter, longer = sorted((plain, title), key=len)
        if ANSWERS_LESSON in str(button.get("payload", "")) and len(shorter) >= 2 and shorter in longer and len(plain) <= len(title) + AROUND:
            near.append((len(shorter), button))
    best = [button for length, button in near if length == max(n for n, _ in near)]
    return parse_payload(str(best[0].get("payload", "")), str(best[0].get("title", ""))) if len(best) == 1 else None


def choose(
    text: str, latest: Sequence[dict[str, Any]], all_rows: Sequence[Sequence[dict[str, Any]]],
    counted: Sequence[dict[str, Any]] = (), steps: int = 0,
) -> Command | None:
    """The button that `text` means.

    `steps`: how many the last answer numbers; 「第二条」 is one of them, and no button.
    `counted` stand for what the customer numbered: 「第二个」 is their own second question before it is a button.
    `latest` are the buttons of the last bot message (titles and ordinals are read against it),
    `all_rows` those of the whole session (a payload counts from any of them: pages keep old bubbles; so do the words
    that end an emergency, because people say them when it is over, not when they are asked).
    """
    text = text.strip()
    if text.startswith("/"):
        return _offered(text, all_rows)
    plain = _plain(text)
    step = OF_STEPS.search(plain)
    if not plain or len(plain) > 24 or (step and _ORDINALS[step[1]] <= steps):
        return None
    ending = [b for row in all_rows for b in row if ENDS_EMERGENCY in str(b.get("payload", ""))]
    for button in [*latest, *ending]:
        if plain == _plain(str(button.get("title", ""))):
            return parse_payload(str(button.get("payload", "")), str(button.get("title", "")))
    partly = _in_part(plain, latest)
    if partly:
        return partly
    match = _PICK.match(plain) or _NTH.match(plain)
    ordered = counted or latest
    position = _ORDINALS[match.group(1)] if match else len(ordered) if _LAST.match(plain) else 2 if counted and _OTHER.match(plain) else 0
    if 0 < position <= len(ordered):
        button = ordered[position - 1]
        return parse_payload(str(button.get("payload", "")), str(button.get("title", "")))
    return None
