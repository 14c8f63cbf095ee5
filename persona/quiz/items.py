"""The messages of the anti-fraud class: one file a kind of fraud, and one of messages that are true."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from persona.errors import ContentError, Problem
from persona.institution import Institution, load_institution
from persona.layers import current
from persona.textual import CLOSE, EMOJI, OPEN
from persona.voice import fill
from persona.yamlfile import read
from persona.yamlvalues import Reader

FOLDER = Path(__file__).parent / "items"
SCHEMA = "mascot-quiz/1"
GENUINE = "genuine"
LEVELS = (1, 2, 3)
MESSAGE_MAX, TELLS_MAX, DO_MAX = 80, 60, 30  # characters; together with the frame an answer stays below 160
KEYS = ("schema", "scam", "words", "source", "reviewed", "expires", "items")
_ID = re.compile(r"[a-z][a-z0-9_]*_\d+")


@dataclass(frozen=True)
class Item:
    """One message: ``scam`` is the kind of fraud, or ``genuine``; ``level`` 1 (plain) to 3 (hard to tell)."""

    id: str
    scam: str
    words: tuple[str, ...]
    level: int
    via: str
    message: str
    tells: tuple[str, ...]
    do: str
    reviewed: date
    expires: date
    file: str
    line: int

    @property
    def genuine(self) -> bool:
        """Whether the message is true."""
        return self.scam == GENUINE

    def values(self, institution: Institution) -> dict[str, str]:
        """What the class's responses fill in."""
        names = institution.placeholders()
        return {
            "via": self.via,
            "message": fill(self.message, names),
            "tells": fill("；".join(self.tells), names),
            "do": fill(self.do, names),
        }


def load_items(folder: Path | str | None = None) -> dict[str, Item]:
    """Every item by id; expired ones included: the game leaves them out."""
    institution = load_institution()
    found: dict[str, Item] = {}
    problems: list[Problem] = []
    for file in sorted(Path(folder or current(FOLDER)).glob("*.yml")):
        try:
            items = _load(file, institution)
        except ContentError as error:
            problems += error.problems
            continue
        for item in items:
            if item.id in found:
                problems.append(Problem(item.file, item.line, "Q102", item.id, f"「{item.id}」已经用过", "换一个 id。"))
            found[item.id] = item
    if problems:
        raise ContentError(problems, found)
    return found


def _load(path: Path, institution: Institution) -> list[Item]:
    document = read(path)
    if document.broken:
        raise ContentError(document.problems)
    reader = Reader(document, SCHEMA)
    if not isinstance(document.data, dict):
        reader.finish()
    reader.only(KEYS)
    scam = reader.text("scam")
    words = reader.texts("words", required=False)
    reader.text("source")
    reviewed, expires = reader.day("reviewed"), reader.day("expires")
    if scam and scam != path.stem:
        reader.bad("Q101", ("scam",), f"文件名是 {path.stem}，里面写的是 {scam}", "两处写成一样。")
    if reviewed >= expires:
        reader.bad("Q101", ("expires",), "到期日不在复核日之后", "改 expires。")
    found = [_item(reader, at, scam, words, reviewed, expires, institution) for at in range(reader.items("items"))]
    reader.finish()
    return found


def _item(reader: Reader, at: int, scam: str, words: tuple[str, ...], reviewed: date, expires: date, institution: Institution) -> Item:
    here: tuple[str | int, ...] = ("items", at)
    reader.only(("id", "level", "via", "message", "tells", "do"), *here)
    item = Item(
        id=reader.text(*here, "id"),
        scam=scam,
        words=words,
        level=reader.whole(*here, "level", low=LEVELS[0], high=LEVELS[-1]),
        via=reader.text(*here, "via", max_chars=6),
        message=reader.text(*here, "message", max_chars=MESSAGE_MAX),
        tells=reader.texts(*here, "tells", low=1, high=3),
        do=reader.text(*here, "do", max_chars=DO_MAX),
        reviewed=reviewed,
        expires=expires,
        file=reader.document.file,
        line=reader.document.line(*here),
    )
    if item.id and (not _ID.fullmatch(item.id) or not item.id.startswith(scam)):
        reader.bad("Q102", (*here, "id"), f"id「{item.id}」不合写法", f"写成 {scam}_1 的样子。")
    if sum(map(len, item.tells)) > TELLS_MAX:
        reader.bad("Q103", (*here, "tells"), f"合起来 {sum(map(len, item.tells))} 个字，最多 {TELLS_MAX} 个", "留最要紧的一两处。")
    if any(mark in item.message for mark in OPEN[:1] + CLOSE[:1]) and item.message.count(OPEN[0]) != item.message.count(CLOSE[0]):
        reader.bad("Q104", (*here, "message"), "引号不成对", "补上另一半。")
    for key, text in (("message", item.message), ("do", item.do), ("tells", "".join(item.tells))):
        if EMOJI.search(text) or "喵" in text:
            reader.bad("Q105", (*here, key), "有表情或「喵」", "删掉；语气由程序按形象加。")
    try:
        item.values(institution)
    except KeyError as problem:
        reader.bad("Q106", here, str(problem), "占位符看 institution.yml；不要单独写花括号。")
    return item


def by_kind(items: Mapping[str, Item]) -> dict[str, int]:
    """How many items each kind has."""
    counts: dict[str, int] = {}
    for item in items.values():
        counts[item.scam] = counts.get(item.scam, 0) + 1
    return counts
