"""What a page needs beside the text, on request (`metadata: {"rich": true}`): `meta` on every element of the answer.

Rasa's own keys stay as they are; without the request nothing is added. Offsets are code points of the element's text.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Mapping
from functools import lru_cache
from typing import Any

from rasa.core.channels.channel import CollectingOutputChannel, OutputChannel, UserMessage

from persona.compliance.disclosures import all_disclosures
from persona.institution import Institution
from persona.mascot import Mascot, speaking
from persona.products import load_products
from persona.rasa_adapter.house import house

# Public numbers that may be dialled from an answer; the bank's own come from institution.yml.
PUBLIC = {
    "110": "报警", "120": "急救", "96110": "反诈专线", "12356": "心理援助热线", "12378": "银行保险投诉维权热线",
}
# 「110元」「120天」 are no telephone numbers.
_COUNTED = r"(?!\s*(?:[0-9A-Za-z%％-]|\.\d|元|块|万|千|百|天|个|次|米|分钟|岁|年|月|日|期|笔|人|字|家|条|名))"
_BLANK = re.compile(r"_+")


def wanted(metadata: Mapping[str, Any] | None) -> bool:
    """Whether the client asked for `meta`."""
    return (metadata or {}).get("rich") is True


def meta(element: Mapping[str, Any], said: Mapping[str, Any], mascot: Mascot, institution: Institution) -> dict[str, Any]:
    """The `meta` of one element; `said` is the metadata of the message it belongs to."""
    text = str(element.get("text") or "")
    staff = said.get("speaker") == "staff"
    found: dict[str, Any] = {
        "speaker": "staff" if staff else "bot",
        "mascot": mascot.id,
        "mood": mood(mascot, said, text),
        "tone": str(said.get("tone") or "warm"),
        "sober": bool(said.get("sober")),
        "ai": not staff,
        "disclosures": disclosures(text, said.get("disclosures") or ()),
        "actions": [*calls(text, institution), *links(text, institution)],
        "ticket": said.get("ticket"),
        "options": [
            {"n": n, "title": str(b.get("title", "")), "payload": str(b.get("payload", ""))}
            for n, b in enumerate(element.get("buttons") or [], 1)
        ],
    }
    if staff:
        found["name"] = said.get("name")
    return found


def mood(mascot: Mascot, said: Mapping[str, Any], text: str) -> str:
    """The face that goes with the tone: the still one unless play or service leaves room. The same text, the same face."""
    tone = said.get("tone") or "warm"
    if said.get("sober") or said.get("speaker") == "staff" or tone not in ("playful", "warm"):
        return mascot.avatar_neutral
    if said.get("mood") in mascot.avatar_moods:
        return str(said["mood"])
    if tone == "playful":
        choice = tuple(m for m in mascot.avatar_moods if m != mascot.avatar_neutral)
    else:
        choice = mascot.avatar_warm
    return choice[sum(map(ord, text)) % len(choice)] if choice else mascot.avatar_neutral


@lru_cache(maxsize=1)
def _sentences() -> tuple[tuple[str, re.Pattern[str]], ...]:
    sheets = [(ident, re.escape(sentence)) for sheet in load_products().values() for ident, sentence in sheet.disclosures.items()]
    standard = [
        (ident, "[^\n]{1,80}?".join(map(re.escape, _BLANK.split(str(entry["text"]))))) for ident, entry in all_disclosures().items()
    ]
    return tuple((ident, re.compile(pattern)) for ident, pattern in dict.fromkeys([*sheets, *standard]))


def disclosures(text: str, named: Any = ()) -> list[dict[str, Any]]:
    """Every disclosure that stands in `text` as a sheet or disclosures.yml words it, in order; `named` decides between ids that share a sentence."""
    found: dict[tuple[int, int], str] = {}
    for ident, sentence in sorted(_sentences(), key=lambda pair: pair[0] not in named):
        for match in sentence.finditer(text):
            found.setdefault(match.span(), ident)
    spans = sorted(found, key=lambda span: (span[0], -span[1]))
    kept: list[tuple[int, int]] = []
    for span in spans:
        if not kept or span[0] >= kept[-1][1]:
            kept.append(span)
    return [{"id": found[s], "text": text[s[0]:s[1]], "start": s[0], "end": s[1]} for s in kept]


@lru_cache(maxsize=32)
def _number(number: str) -> re.Pattern[str]:
    # Elder mode writes digits in groups.
    return re.compile(r"(?<![0-9A-Za-z.¥￥第-])" + r"\s?".join(map(re.escape, number.replace(" ", ""))) + _COUNTED)


def calls(text: str, institution: Institution) -> list[dict[str, str]]:
    """Numbers of the text that may be dialled, in the order of the text: the bank's own and five public ones."""
    phones = (institution.hotline_abroad, institution.hotline, *institution.official.get("phones", ()))
    found: list[tuple[int, int, dict[str, str]]] = []
    for number, label in {**dict.fromkeys(phones, f"{institution.name}客服"), **PUBLIC}.items():
        match = _number(number).search(text)
        if match and not any(match.start() < end and start < match.end() for start, end, _ in found):
            value = number.replace(" ", "")
            found.append((*match.span(), {"type": "call", "label": f"拨打{number}（{label}）", "value": value}))
    return [action for _, _, action in sorted(found, key=lambda item: item[0])]


def links(text: str, institution: Institution) -> list[dict[str, str]]:
    """The bank's own addresses in the text, as https links."""
    hosts = "|".join(re.escape(domain) for domain in institution.domains)
    pattern = re.compile(rf"(?<![\w.@-])(?:https?://)?((?:[a-z0-9-]+\.)*(?:{hosts}))(?![\w-]|\.[a-z0-9])(/[A-Za-z0-9/_.~%-]*)?", re.I | re.A)
    found = {m.group(1).lower() + (m.group(2) or "").rstrip("."): None for m in pattern.finditer(text)}
    return [{"type": "link", "label": f"打开{address}", "value": f"https://{address}"} for address in found]


class RichOutput(CollectingOutputChannel):
    """Passes elements on to the channel that was asked, each with its `meta`."""

    def __init__(self, inner: CollectingOutputChannel, asked: Mapping[str, Any]) -> None:
        super().__init__()
        self.messages: list[dict[str, Any]] = []
        self.inner = inner
        self.asked = asked

    async def send_response(self, recipient_id: str, message: dict[str, Any]) -> None:
        """Send one message of the bot as Rasa does, then describe what it became."""
        said = dict(message.get("metadata") or {})
        await super().send_response(recipient_id, message)
        shared = house()
        who = shared.mascots[speaking(said, self.asked, shared.mascots, shared.institution.mascot)]
        for element in self.messages:
            await self.inner._persist_message({**element, "meta": meta(element, said, who, shared.institution)})
        self.messages = []


def with_meta(handle: Callable[[UserMessage], Awaitable[Any]]) -> Callable[[UserMessage], Awaitable[Any]]:
    """The handler of a REST channel that answers with `meta` when the message asks for it."""

    async def handler(message: UserMessage) -> Any:
        inner: OutputChannel = message.output_channel
        if wanted(message.metadata) and isinstance(inner, CollectingOutputChannel):
            message.output_channel = RichOutput(inner, message.metadata or {})
        return await handle(message)

    return handler
