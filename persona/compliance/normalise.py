"""One canonical form for matching, with a way back to the original offsets.

Full-width letters, traditional characters, compatibility forms, zero-width characters, white space, and symbols or
emoji put between characters are ways of writing the same words: they are folded away before any rule looks.
A line break stays, because it ends a sentence.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from persona.compliance.late import Late

GONE = "\x00"
_HERE = Path(__file__).parent


def _table() -> dict[int, str]:
    table: dict[int, str] = {}
    for code in range(0x21, 0x7F):  # full-width forms of ASCII
        table[code + 0xFEE0] = chr(code).lower()
    for code in range(ord("A"), ord("Z") + 1):
        table[code] = chr(code).lower()
    spans = ((0x2F00, 0x2FD6), (0xF900, 0xFAFF), (0x1D400, 0x1D800), (0x2460, 0x2474), (0x24B6, 0x24EA))
    for first, last in spans:
        for code in range(first, last):
            plain = unicodedata.normalize("NFKC", chr(code)).lower()
            if len(plain) == 1 and plain != chr(code):
                table[code] = plain
    before, after = (_HERE / "lexicon" / "traditional.txt").read_text(encoding="utf-8").split("\n")[:2]
    table.update(zip(map(ord, before), after, strict=True))
    canonical = {
        ",": "，", "，": "，", "﹐": "，", "!": "！", "！": "！", "?": "？", "？": "？", ":": "：", "：": "：", "﹕": "：",
        ";": "；", "；": "；", "(": "（", "（": "（", ")": "）", "）": "）", "〔": "【", "〕": "】", "｡": "。",
        "“": "「", "”": "」", "『": "「", "』": "」", "‘": "「", "’": "」", "〝": "「", "〞": "」", "﹁": "「", "﹂": "」",
        "\u2028": "\n", "\u2029": "\n", "\x85": "\n", "\x0b": "\n", "\x0c": "\n", "～": "~", "〜": "~", "﹪": "%", "‰": "‰", "￥": "¥",
        "〇": "零", "壹": "一", "贰": "二", "叁": "三", "肆": "四", "伍": "五", "陆": "六", "柒": "七", "捌": "八", "玖": "九",
        "拾": "十", "佰": "百", "仟": "千",
    }
    for old, new in canonical.items():
        table[ord(old)] = new
    for blank in " \t\r\u00a0\u1680\u180e\u202f\u205f\u3000\ufeff\u00ad\u034f\u115f\u1160\u3164\uffa0\u2800":
        table[ord(blank)] = GONE
    for first, last in ((0x2000, 0x2010), (0x202A, 0x202F), (0x2060, 0x2070), (0x0300, 0x0370), (0xFE00, 0xFE10),
                        (0x20D0, 0x2100), (0xE0000, 0xE0080), (0xFFF9, 0xFFFC), (0x0, 0x9), (0xE, 0x20)):
        table.update(dict.fromkeys(range(first, last), GONE))
    return table


_TABLE = _table()
# what the table changes: most characters of most messages are none of these, and looking is quicker than translating. A set of
# `re` is quick only without what lies beyond the basic plane.
_FOLDED = Late("[" + re.escape("".join([chr(code) for code, plain in _TABLE.items() if chr(code) != plain and code <= 0xFFFF])) + "]")
_ASTRAL = Late("[\U00010000-\U0010ffff]")
_HAN = "\u3400-\u9fff"
_SYMBOLS = (
    r"\*_~^`|#+=<>@$&\\/\-.'\"·•●○◆◇■□★☆※㊙㊗→←↑↓⇒♥♡♪☎✆✓✔✘✗✨\u2014\u2010-\u2015\u2190-\u23ff\u2500-\u27bf\u2b00-\u2bff"
    "\U0001f000-\U0001faff"
)
_BETWEEN = Late(f"(?<=[{_HAN}])\x00*[{_SYMBOLS}][{_SYMBOLS}\x00]*(?=[{_HAN}])")
# 稳，赚，不，赔: single characters strung on punctuation
_STRUNG = Late(f"(?<![{_HAN}])(?:[{_HAN}][，、。.；：！|]{{1,2}}){{2,}}[{_HAN}](?![{_HAN}])")
_MARKS = Late("[，、。.；：！|]")
_THOUSANDS = Late(r"(?<=\d)，(?=\d{3}(?!\d))")
# quick looks whether the expressions above have anything to find
_SYMBOL = Late(f"[{_SYMBOLS}][{_HAN}\x00]")
_IN_NUMBER = Late(r"\d，\d")
_CLOSE = Late(f"[，、。.；：！|][{_HAN}][，、。.；：！|]{{1,2}}[{_HAN}](?![{_HAN}])")


@dataclass(frozen=True)
class Normal:
    """The canonical text, and how to come back from its offsets to the original ones."""

    text: str
    length: int
    first: str | None = None  # the folded text with marks where something falls away
    second: str | None = None  # the same once more, without what fell away at first

    @cached_property
    def places(self) -> list[int] | None:
        """The original offset of each character; None: they are the same."""
        if len(self.text) == self.length or self.first is None:
            return None
        places = [i for i, char in enumerate(self.first) if char != GONE]
        if self.second is not None:
            places = [place for place, char in zip(places, self.second, strict=True) if char != GONE]
        return places

    def origin(self, start: int, end: int) -> tuple[int, int]:
        """The same span in the original text."""
        if self.places is None:
            return start, end
        if start >= len(self.places):
            return self.length, self.length
        return self.places[start], self.places[max(end - 1, start)] + 1


def _blank(match: re.Match[str]) -> str:
    return GONE * len(match.group())


def _fold(match: re.Match[str]) -> str:
    return _TABLE[ord(match.group())]


def normalise(text: str) -> Normal:
    """Fold `text` for matching; every offset of the result can be traced back."""
    folded = text.translate(_TABLE) if _ASTRAL.search(text) else _FOLDED.sub(_fold, text)
    if _SYMBOL.search(folded):
        folded = _BETWEEN.sub(_blank, folded)
    if _IN_NUMBER.search(folded):
        folded = _THOUSANDS.sub(GONE, folded)
    dense = folded.replace(GONE, "")
    if _CLOSE.search(dense):
        strung = _STRUNG.sub(lambda m: _MARKS.sub(GONE, m.group()), dense)
        if GONE in strung:
            return Normal(strung.replace(GONE, ""), len(text), folded, strung)
    return Normal(dense, len(text), folded)
