"""Between a variation of an answer and the cells of a row: each cell written as an editor reads it, and read back."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date

from persona.approval import Approval
from persona.content import Content, Response
from persona.labels import Labels

ARROW = " → "
_ARROW = re.compile(r"\s*(?:→|->|=>|⇒|➜|＞)\s*")
_PARTS = re.compile(r"\s*[\n|｜]\s*")
_DATE = re.compile(r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?(?:\s+0{1,2}:00(?::00)?)?")
_COUNTED = re.compile(r"第?\s*(\d{1,3})\s*条?")
SETTABLE = ("tone", "category", "source", "reviewed", "expires", "author")  # plain words of the metadata


def exported(content: Content, labels: Labels, prefix: str = "") -> Iterator[dict[str, str]]:
    """One row a variation, in the order of the files; `prefix` of the answer's name without `utter_` picks some."""
    for name, group in content.responses.items():
        if not name.removeprefix("utter_").startswith(prefix):
            continue
        for response in group:
            yield row_of(response, content, labels)


def row_of(response: Response, content: Content, labels: Labels) -> dict[str, str]:
    """The cells of one variation; keys as in :data:`persona.sheets.table.COLUMNS`."""
    meta = response.metadata
    topic = content.topics.get(response.intent)
    approval = Approval.of(meta.get("approval"))
    return {
        "name": response.name, "number": str(response.number + 1), "topic": topic.intent if topic else "",
        "title": labels.title(response.intent) or "", "text": response.text.strip(),
        "buttons": "\n".join(f"{button.title}{ARROW}{button.payload}" for button in response.buttons),
        "condition": "\n".join(f"{one.get('name')}={one.get('value')}" for one in response.conditions),
        "tone": response.tone, "sober": "是" if response.sober else "",
        "category": _word(meta, "category"), "figures": listed(meta.get("figures")), "disclosures": listed(meta.get("disclosures")),
        "source": _word(meta, "source"), "reviewed": _word(meta, "reviewed"), "expires": _word(meta, "expires"),
        "author": _word(meta, "author"), "approval": f"{approval.id}，{approval.by}，到{approval.until}" if approval else "",
        "count": str(topic.examples) if topic else "", "file": response.file,
    }


def _word(meta: Mapping[str, object], key: str) -> str:
    value = meta.get(key)
    return "" if value is None else str(value).strip()


def listed(value: object) -> str:
    """A list in one cell."""
    return "、".join(map(str, value)) if isinstance(value, (list, tuple)) else "" if value is None else str(value)


def parts(cell: str) -> list[str]:
    """What stands in one cell, separated by line breaks or `|`."""
    return [one for one in _PARTS.split(cell.strip()) if one]


def names_in(cell: str) -> list[str]:
    """Ids in one cell, however they are separated."""
    return [one for one in re.split(r"[\s、，,;；|｜]+", cell) if one]


def day(cell: str) -> str | None:
    """The date as content files write it, whatever Excel has made of it; None when it is none."""
    match = _DATE.fullmatch(cell)
    if not match:
        return None
    try:
        return date(int(match[1]), int(match[2]), int(match[3])).isoformat()
    except ValueError:
        return None


def counted(cell: str) -> int | None:
    """「2」 or 「第2条」 -> 1, the place in the file; None when it is no number."""
    match = _COUNTED.fullmatch(cell)
    return int(match[1]) - 1 if match and int(match[1]) > 0 else None


def button_of(written: str, content: Content, labels: Labels) -> dict[str, str] | str:
    """「标题 → 去处」 as a button; what is wrong with it as a text.

    The place is a payload (`/faq/lost_card`), a topic, or its title; without one the title itself names it.
    """
    title, *rest = _ARROW.split(written, maxsplit=1)
    place = (rest[0] if rest else title).strip()
    if place.startswith("/"):
        return {"title": title, "payload": place}
    if place == "转人工":
        return {"title": title, "payload": "/handoff"}
    for intent in (place, f"faq/{place}", f"scam/{place}"):
        if content.defines(intent):
            return {"title": title, "payload": f"/{intent}"}
    found = sorted(intent for intent in content.topics if labels.title(intent) == place)
    if found:
        return {"title": title, "payload": f"/{found[0]}"}
    return f"「{written}」没写去哪儿" if not rest else f"没有「{place}」这个去处"
