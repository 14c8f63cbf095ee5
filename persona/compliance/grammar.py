"""Reads the notation of the rules without compiling it: is it well formed, and which words must any match contain?

`re` needs a millisecond to compile a pattern; a thousand patterns would keep every start waiting. This reader knows the
part of the grammar that rules use and is quick about it. What it accepts `re` accepts too (a test holds it to that);
what it does not know raises `UnknownError`, and the caller asks `re` itself.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from math import inf
from typing import NamedTuple

from persona.compliance.late import Late
from persona.compliance.lexicon import ENDS

Words = frozenset[str]
Branch = tuple[Words, ...]  # a match contains a word of each

_TOKEN = Late(
    r"(?P<alts>\(\?:[^\\()\[\]|*+?{}.^$<…]+(?:\|[^\\()\[\]|*+?{}.^$<…]+)*\))"
    r"|(?P<run>[^\\()\[\]|*+?{}.^$<…]+|<(?![\u4e00-\u9fffA-Za-z0-9]+>))"
    r"|(?P<quant>(?:[*+?]|\{(?:\d+(?:,\d*)?|,\d+)\})\??)"
    r"|(?P<bar>\|)|(?P<close>\))"
    r"|(?P<open>\((?:\?(?::|<?[=!])|(?!\?)))"
    r"|(?P<gap>……?\d+)"
    r"|<(?P<group>[\u4e00-\u9fffA-Za-z0-9]+)>"
    r"|(?P<set>\[\^?[^\[\]\\<…]*(?:\\.[^\[\]\\<…]*)*\])"
    r"|(?P<escape>\\(?:[dDsSwWbB]|u[0-9a-fA-F]{4}|[^0-9A-Za-z]))"
    r"|(?P<at>[.^$])"
)
_END = Late(f"[{ENDS}]")
_SUSPECT = Late(rf"[{ENDS}.\\\[<]")
_PLAIN_SET = Late(r"\[(?!\^|-)(?:[^\\\-\]](?:-[^\\\-\]])?){1,12}\]")
_DOUBTFUL = Late(r"--|\|\||&&|~~")
_RANGE = Late("(.)-(.)", re.S)
_NOTHING: Words = frozenset(("",))
_MOST_WORDS, _MOST_BRANCHES, _MOST_NEEDS = 200, 16, 4


class UnknownError(ValueError):
    """Not in the part of the grammar this reader knows."""


class Part(NamedTuple):
    """What is known about a piece of a pattern."""

    words: Words | None  # every string it can match, when they are few
    branches: tuple[Branch, ...]  # else: a match satisfies one of these
    least: float
    most: float


_EMPTY = Part(_NOTHING, ((),), 0, 0)
_ANY = Part(None, ((),), 1, 1)


@lru_cache(maxsize=8192)
def _rank(words: Words) -> tuple[int, int]:
    return min(min(map(len, words)), 3), -len(words)


def _one(part: Part) -> Words | None:
    """One set of words of which every match contains one."""
    if part.words is not None:
        return part.words if "" not in part.words else None
    if not all(part.branches):
        return None
    out: Words = frozenset().union(*[max(branch, key=_rank) for branch in part.branches])
    return out if len(out) <= 5 * _MOST_WORDS else None


@lru_cache(maxsize=8192)
def _run(text: str) -> Part:
    return Part(frozenset((text,)), ((),), len(text), len(text))


@lru_cache(maxsize=8192)
def _alternatives(source: str) -> Part:
    words = frozenset(source[3:-1].split("|"))
    least, most = min(map(len, words)), max(map(len, words))
    return Part(words, ((),), least, most) if len(words) <= _MOST_WORDS else Part(None, ((words,),), least, most)


@lru_cache(maxsize=4096)
def _set(source: str) -> Part:
    if _DOUBTFUL.search(source):  # `re` warns about these
        raise UnknownError(source)
    try:
        re.compile(source)
    except re.error as error:
        raise UnknownError(str(error)) from None
    if _PLAIN_SET.fullmatch(source):
        signs = _RANGE.sub(lambda m: "".join(map(chr, range(ord(m[1]), ord(m[2]) + 1))), source[1:-1])
        if len(signs) <= 12:
            return Part(frozenset(signs), ((),), 1, 1)
    return _ANY


def _sequence(parts: list[Part]) -> Part:
    """One after the other."""
    if len(parts) == 1:
        return parts[0]
    branches: list[list[Words]] = [[]]
    run, exact = _NOTHING, True
    for part in parts:
        words = part.words
        if words is not None and len(run) * len(words) <= _MOST_WORDS:
            if words is not _NOTHING:
                run = words if run is _NOTHING else frozenset([a + b for a in run for b in words])
            continue
        exact = False
        if "" not in run:
            for branch in branches:
                branch.append(run)
        run = _NOTHING if words is None else words
        if words is None and part.branches != ((),):
            if len(branches) * len(part.branches) <= _MOST_BRANCHES:
                branches = [[*a, *b] for a in branches for b in part.branches]
            elif (one := _one(part)) is not None:
                for branch in branches:
                    branch.append(one)
    least, most = sum([part.least for part in parts]), sum([part.most for part in parts])
    if exact:
        return Part(run, ((),), least, most)
    if "" not in run:
        for branch in branches:
            branch.append(run)
    return Part(None, tuple([tuple(sorted(b, key=_rank)[-_MOST_NEEDS:]) for b in branches]), least, most)


def _either(parts: list[Part]) -> Part:
    """One of several."""
    if len(parts) == 1:
        return parts[0]
    least, most = min([part.least for part in parts]), max([part.most for part in parts])
    said = [part.words for part in parts if part.words is not None]
    words: Words = frozenset().union(*said)
    if len(said) == len(parts) and len(words) <= _MOST_WORDS:
        return Part(words, ((),), least, most)
    branches: list[Branch] = [branch for part in parts if part.words is None for branch in part.branches]
    if said:
        branches.append((words,) if "" not in words else ())
    return Part(None, tuple(branches) if all(branches) else ((),), least, most)


def _repeat(part: Part, sign: str) -> Part:
    if sign[0] == "{":
        low, comma, high = sign.rstrip("?")[1:-1].partition(",")
        least, most = int(low or 0), (float(high or inf) if comma else float(low))
        if least > most or least > 65_000 or (most != inf and most > 65_000):
            raise UnknownError(sign)
    else:
        least, most = (1 if sign[0] == "+" else 0), (1.0 if sign[0] == "?" else inf)
    width = part.least * least, (part.most * most if part.most else 0)
    if most == 1:
        words = part.words if least else None if part.words is None else part.words | _NOTHING
        return Part(words, part.branches if least else ((),), *width)
    if not least:
        return Part(None, ((),), *width)
    return Part(None, part.branches if part.words is None else ((part.words,),) if "" not in part.words else ((),), *width)


class Reader:
    """Reads patterns over one set of word groups; each group is read once."""

    def __init__(self, groups: Mapping[str, str]) -> None:
        self.groups = groups
        self._read: dict[str, Part] = {}
        self._reached: dict[str, bool] = {}

    def group(self, name: str) -> Part:
        """A word group. KeyError when there is none of that name."""
        part = self._read.get(name)
        if part is None:
            part = self._read[name] = self.read(self.groups[name])
        return part

    def reaches(self, pattern: str) -> bool:
        """Can a match reach over the end of a sentence? A mark that only stands beside a match counts, too."""
        return bool(_SUSPECT.search(pattern)) and any(
            self._group_reaches(match["group"]) if match.lastgroup == "group" else _reaches(str(match.lastgroup), match.group())
            for match in _TOKEN.finditer(pattern)
        )

    def _group_reaches(self, name: str) -> bool:
        found = self._reached.get(name)
        if found is None:
            found = self._reached[name] = self.reaches(self.groups[name])
        return found

    def read(self, pattern: str) -> Part:
        """What must stand in any match of a pattern."""
        stack: list[tuple[str, list[Part], list[Part]]] = []
        done: list[Part] = []  # finished alternatives of the group being read
        parts: list[Part] = []
        fixed, at = True, 0  # fixed: no sign of repetition may follow
        for match in _TOKEN.finditer(pattern):
            kind, text = match.lastgroup, match.group()
            if match.start() != at:
                raise UnknownError(pattern[at:])
            at = match.end()
            if kind == "run":
                if pattern[at:at + 1] in ("*", "+", "?", "{") and len(text) > 1:
                    parts.append(_run(text[:-1]))
                    text = text[-1]
                parts.append(_run(text))
            elif kind == "alts":
                parts.append(_alternatives(text))
            elif kind == "quant":
                if fixed:
                    raise UnknownError(text)
                parts[-1] = _repeat(parts[-1], text)
            elif kind == "group":
                parts.append(self.group(match["group"]))
            elif kind == "gap":
                parts.append(Part(None, ((),), 0, float(text.lstrip("…"))))
            elif kind == "set":
                parts.append(_set(text))
            elif kind == "escape":
                if text[1] == "u":
                    parts.append(_run(chr(int(text[2:], 16))))
                elif text[1] in "bB":
                    parts.append(_EMPTY)
                else:
                    parts.append(_ANY if text[1].isalnum() else _run(text[1]))
            elif kind == "at":
                parts.append(_ANY if text == "." else _EMPTY)
            elif kind == "open":
                stack.append((text, done, parts))
                done, parts = [], []
            else:
                done.append(_sequence(parts) if parts else _EMPTY)
                if kind == "bar":
                    parts = []
                else:
                    if not stack:
                        raise UnknownError(")")
                    part = _either(done)
                    sign, done, parts = stack.pop()
                    if sign[-1] in "=!":
                        if "<" in sign and part.least != part.most:
                            raise UnknownError("width")
                        part = _EMPTY
                    parts.append(part)
            fixed = kind in ("quant", "gap", "open", "bar") or parts[-1] is _EMPTY
        if stack or at != len(pattern):
            raise UnknownError(pattern[at:])
        done.append(_sequence(parts) if parts else _EMPTY)
        return _either(done)


@lru_cache(maxsize=4096)
def _reaches(kind: str, text: str) -> bool:
    """Can what this piece of a pattern stands for contain the end of a sentence?"""
    if kind in ("run", "alts"):
        return bool(_END.search(text))
    if kind == "at":
        return text == "."
    return kind in ("set", "escape") and any(re.match(text, end) for end in ENDS)


def needs(part: Part) -> tuple[Branch, ...]:
    """The branches of a whole pattern, each with the words it cannot do without; ((),) when nothing is known."""
    if part.words is not None:
        return ((part.words,),) if "" not in part.words else ((),)
    return part.branches if all(part.branches) else ((),)
