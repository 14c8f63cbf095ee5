"""Phones drawn with box characters. Chinese characters and emoji take two columns, and lines break accordingly."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator

from persona.preview.bubbles import Bubble

WIDTH = 36  # columns inside the phone: 18 Chinese characters, as on a small screen
NOTE = 44
_BEGIN = "，。！？；：、）」』”》…"  # never the first sign of a line
_STYLE = {"disclosure": "\033[4m", "figure": "\033[1m"}
_PLAIN = "\033[0m"
_ANSI = re.compile(r"\033\[\d+m")
TONES = {"playful": "逗趣", "warm": "办事", "plain": "平实", "urgent": "急事"}


def columns(text: str) -> int:
    """How many columns a terminal gives to `text`."""
    return sum(_columns(char) for char in _ANSI.sub("", text))


def _columns(char: str) -> int:
    if unicodedata.combining(char) or char in "\u200d\ufe0f\ufe0e":
        return 0
    return 2 if unicodedata.east_asian_width(char) in "WF" else 1


def wrap(text: str, width: int) -> list[list[int]]:
    """Lines of `text`, each as the offsets of its characters."""
    lines: list[list[int]] = []
    row: list[int] = []
    used = 0
    for at, char in enumerate(text):
        if char == "\n":
            lines.append(row)
            row, used = [], 0
            continue
        wide = _columns(char)
        if used + wide > width:
            carry = [row.pop()] if char in _BEGIN and len(row) > 1 else []
            lines.append(row)
            row, used = carry, sum(_columns(text[one]) for one in carry)
        row.append(at)
        used += wide
    return [*lines, row]


def _painted(bubble: Bubble, row: list[int], colour: bool) -> str:
    out, now = "", ""
    for at in row:
        kind = next((span.kind for span in bubble.spans if span.start <= at < span.end), "")
        if colour and kind != now:
            out += (_PLAIN if now else "") + _STYLE.get(kind, "")
            now = kind
        out += bubble.text[at]
    return out + (_PLAIN if colour and now else "")


def _row(inside: str, width: int) -> str:
    return f"│ {inside}{' ' * (width - columns(inside))} │"


def phone(bubble: Bubble, colour: bool) -> list[str]:
    """The bubble on its phone."""
    tone = TONES[bubble.tone] + ("·沉稳" if bubble.sober else "") + ("" if bubble.own_tone else "（试）")
    lines = ["╭" + "─" * (WIDTH + 2) + "╮", _row(f"{bubble.mascot.name}　{tone}", WIDTH), "├" + "─" * (WIDTH + 2) + "┤"]
    lines += [_row(_painted(bubble, row, colour), WIDTH) for row in wrap(bubble.text, WIDTH)]
    if bubble.buttons:
        lines.append(_row("", WIDTH))
        titles = "".join(f"〔{title}〕" for title in bubble.buttons)
        lines += [_row("".join(titles[at] for at in row), WIDTH) for row in wrap(titles, WIDTH)]
    return [*lines, "╰" + "─" * (WIDTH + 2) + "╯"]


def notes(bubble: Bubble) -> Iterator[str]:
    """What stands beside the phone: the guard's opinion, disclosures, figures."""
    yield ("✓ " if bubble.allowed else "✗ ") + bubble.name
    yield bubble.place
    yield from bubble.opinion
    for kind, title in (("disclosure", "披露"), ("figure", "数字")):
        named = [f"{span.id}「{bubble.text[span.start:span.end]}」" if kind == "figure" else span.id for span in bubble.spans if span.kind == kind]
        if named:
            yield f"{title}：" + "、".join(named)


def draw(bubbles: Iterable[Bubble], width: int, colour: bool) -> str:
    """All phones below each other; the notes beside them when the terminal (`width` columns) is wide enough."""
    parts = []
    room = width - WIDTH - 7
    for bubble in bubbles:
        left = phone(bubble, colour)
        beside = room >= NOTE
        right = ["".join(note[at] for at in row) for note in notes(bubble) for row in wrap(note, min(room, 70) if beside else max(width - 2, 20))]
        if beside:
            size = max(len(left), len(right))
            left += [" " * (WIDTH + 4)] * (size - len(left))
            right += [""] * (size - len(right))
            parts.append("\n".join(f"{a}  {b}".rstrip() for a, b in zip(left, right, strict=True)))
        else:
            parts.append("\n".join([*left, *right]))
    return "\n\n".join(parts)
