"""Small facts about Chinese text that several modules share."""

from __future__ import annotations

import re
import unicodedata
from calendar import monthrange
from collections.abc import Iterable, Mapping
from datetime import date
from functools import lru_cache

PLACEHOLDER = re.compile(r"\{([A-Za-z_][A-Za-z0-9_]*)\}")
# Pictographs only: ①, → and ※ are ordinary typography and stay.
EMOJI = re.compile(
    "(?:[\U0001F1E6-\U0001F1FF]{2}"
    "|[\U0001F000-\U0001F0FF\U0001F300-\U0001FAFF\u231A\u231B\u23E9-\u23FA\u2600-\u27BF\u2B05-\u2B07\u2B1B-\u2B55]"
    "[\uFE0F\u200D\U0001F3FB-\U0001F3FF\u2640\u2642]*)+"
)
ONE_EMOJI = re.compile(
    "[\U0001F000-\U0001FAFF\u231A\u231B\u23E9-\u23FA\u2600-\u27BF\u2B05-\u2B07\u2B1B-\u2B55][\uFE0F\u200D]*"
)
OPEN, CLOSE = "「『“", "」』”"
DIGIT = re.compile(r"[0-9０-９]")
STEP = re.compile(r"^\s*(?:\d+[.、．]|[一二三四五][、，])")
SENTENCE = re.compile(r"[^。！？；!?\n]+[。！？；!?]*")


def quoted_spans(text: str) -> list[tuple[int, int]]:
    """Where 「…」, 『…』 or “…” stand. An unclosed quote ends with its line."""
    spans: list[tuple[int, int]] = []
    stack: list[tuple[str, int]] = []
    for at, char in enumerate(text):
        if char in OPEN:
            stack.append((CLOSE[OPEN.index(char)], at))
        elif stack and (char == stack[-1][0] or char == "\n"):
            start = stack[0][1]
            stack = [] if char == "\n" else stack[:-1]
            if not stack:
                spans.append((start, at + 1))
    if stack:
        spans.append((stack[0][1], len(text)))
    return spans


def outside_quotes(text: str) -> list[tuple[str, bool]]:
    """The text in pieces, each with whether it stands outside of quotation marks."""
    pieces: list[tuple[str, bool]] = []
    last = 0
    for start, end in quoted_spans(text):
        pieces += [(text[last:start], True), (text[start:end], False)]
        last = end
    pieces.append((text[last:], True))
    return [piece for piece in pieces if piece[0]]


@lru_cache(maxsize=64)
def particle_pattern(word: str) -> re.Pattern[str]:
    """The particle at the start or end of a clause; never the last syllable of a name such as 小福喵."""
    mark = re.escape(word)
    alone = rf"(?:^|(?<=[。！？!?\n])){mark}+[，、。！!~～]+"
    closing = rf"(?<!福)(?<!{mark})[，、]?{mark}+(?=[。！？；!?~～…，、」\s\U0001F300-\U0001FAFF]|$)"
    return re.compile(f"{alone}|{closing}")


def lone_brace(text: str) -> int:
    """Offset of the first brace that belongs to no placeholder, or -1."""
    if "{" not in text and "}" not in text:
        return -1
    blanked = PLACEHOLDER.sub(lambda match: " " * len(match.group()), text)
    found = re.search(r"[{}]", blanked)
    return found.start() if found else -1


def squeeze(text: str) -> str:
    """No blank line inside one bubble: Rasa would send two messages."""
    lines = [line.rstrip() for line in text.replace("\r\n", "\n").split("\n")]
    return "\n".join(line for line in lines if line).strip()


def named(text: str, names: Mapping[str, str]) -> str:
    """The text with the placeholders that have a name filled in; others stay."""
    return PLACEHOLDER.sub(lambda match: names.get(match[1], match[0]), text)


def nearest(name: str, names: Iterable[str], least: float = 0.75) -> str:
    """The one of ``names`` that ``name`` was probably meant to be, as alike as ``least`` (0 to 1); "" when there is none."""
    import difflib  # for slips only: the guard starts without it

    return next(iter(difflib.get_close_matches(name, list(names), 1, least)), "")


def written_day(day: date) -> str:
    """`2027年6月30日`."""
    return f"{day.year}年{day.month}月{day.day}日"


_DAY = re.compile(r"\D*(\d{4})(\D{0,2})(\d{1,2})\2?\D?(\d{1,2})(?!\d)")


def is_day(written: str) -> bool:
    """Whether a text is a day that the calendar has, as in `2027-06-30`."""
    try:
        date.fromisoformat(written)
    except ValueError:
        return False
    return True


def no_day(written: str) -> tuple[str, str]:
    """What is wrong with a text that should be a day, and how to write it."""
    match = _DAY.match(unicodedata.normalize("NFKC", written))
    year, month, number = (int(match[1]), int(match[3]), int(match[4])) if match else (1, 1, 1)
    if match and not 1 <= month <= 12:
        return f"没有「{written}」这一天：月份是 {month}", "月份写 01 到 12。"
    if match and not 1 <= number <= monthrange(year, month)[1]:
        last = monthrange(year, month)[1]
        return f"没有「{written}」这一天：{year}年{month}月只有 {last} 天", f'改成真有的一天，例如 "{date(year, month, last)}"。'
    return f"「{written}」不是日期的写法", f'写成 "{date(year, month, number) if match else "2026-11-23"}"{"" if match else " 的样子"}，带英文双引号。'


# What `re` says of a pattern -> what an editor can look for.
_SLIPS = {
    "missing )": "「(」没有配上「)」", "unterminated subpattern": "「(」没有配上「)」", "unbalanced parenthesis": "多了一个「)」",
    "unterminated character set": "「[」没有配上「]」", "bad character range": "「[ ]」里的范围写反了", "nothing to repeat": "「*」「+」「?」前面没有东西",
    "multiple repeat": "「*」「+」「?」连着写了两个", "look-behind requires fixed-width": "「(?<…)」里的长度要固定", "bad escape": "反斜杠后面的字母不认识",
    "min repeat greater": "「{ }」里的次数写反了", "unknown extension": "「(?」后面的写法不认识",
}


PAIRED = "括号、方括号要成对；想照字面写的，前面加 \\。"  # how to mend it


def pattern_slip(error: Exception) -> str:
    """Why a regular expression cannot be read, and where."""
    told = next((slip for sign, slip in _SLIPS.items() if sign in str(error)), str(error))
    at = getattr(error, "pos", None)
    return f"{told}（第 {at + 1} 个字）" if at is not None else told
