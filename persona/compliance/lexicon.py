"""Word groups, and the small notation rules are written in.

A pattern is a Python regular expression with two additions: `<组名>` stands for any word of a group, `…8` for up to
eight characters inside one clause, `……8` for up to eight characters inside one sentence.
From each pattern the literals are derived that any match must contain; a message without them never meets the pattern.
"""

from __future__ import annotations

import re
import sre_constants as op
import sre_parse
from collections.abc import Iterable, Mapping
from typing import Any

_GROUP = re.compile(r"<([\u4e00-\u9fffA-Za-z0-9]+)>")
_SENTENCE_GAP = re.compile(r"……(\d+)")
_CLAUSE_GAP = re.compile(r"…(\d+)")
_LIMIT = 260  # literals per pattern; beyond it a pattern has no anchor and always runs


def expand(pattern: str, groups: Mapping[str, str]) -> str:
    """Write a rule's pattern out as a plain regular expression. KeyError names an unknown group."""
    for _ in range(6):
        pattern, changed = _GROUP.subn(lambda m: f"(?:{groups[m.group(1)]})", pattern)
        if not changed:
            break
    pattern = _SENTENCE_GAP.sub(r"[^。！？【】\\n]{0,\1}", pattern)
    return _CLAUSE_GAP.sub(r"[^，。！？；【】「」\\n]{0,\1}", pattern)


def join(words: Iterable[str] | str) -> str:
    """A group as one alternation."""
    return words if isinstance(words, str) else "|".join(words)


def anchors(pattern: str) -> list[list[str]]:
    """One or two lists of strings: every match contains a string of each. Empty when nothing can be derived."""
    needed: list[set[str]] = []
    first = _required(sre_parse.parse(pattern), needed)
    if not first:
        return []
    others = [words for words in needed if words is not first and not words & first]
    second = max(others, key=_weight, default=None)
    return [sorted(first)] if second is None else [sorted(first), sorted(second)]


def _weight(words: set[str]) -> tuple[int, int]:
    return min(min(map(len, words)), 3), -len(words)


def _better(one: set[str] | None, two: set[str] | None) -> set[str] | None:
    if not one or not two:
        return one or two

    return max(one, two, key=_weight)


def _strings(item: tuple[Any, Any]) -> set[str] | None:
    """All strings one item can match, when they are few."""
    kind, value = item
    if kind is op.LITERAL:
        return {chr(value)}
    if kind is op.IN and all(part[0] is op.LITERAL for part in value):
        return {chr(part[1]) for part in value} if len(value) <= 12 else None
    if kind is op.SUBPATTERN:
        return _product(value[-1])
    if kind is op.BRANCH:
        out: set[str] = set()
        for branch in value[1]:
            words = _product(branch)
            if words is None:
                return None
            out |= words
        return out if len(out) <= _LIMIT else None
    if kind in (op.MAX_REPEAT, op.MIN_REPEAT) and tuple(value[:2]) == (0, 1):
        inner = _product(value[2])
        return inner | {""} if inner is not None else None
    if kind in (op.ASSERT, op.ASSERT_NOT, op.AT):
        return {""}
    return None


def _product(items: Any) -> set[str] | None:
    out = {""}
    for item in items:
        words = _strings(item)
        if words is None or len(out) * len(words) > _LIMIT:
            return None
        out = {a + b for a in out for b in words}
    return out


def _required(items: Any, needed: list[set[str]] | None = None) -> set[str] | None:
    """The best set of strings; all sets of the top level are noted in `needed`."""
    best: set[str] | None = None

    def note(words: set[str] | None) -> set[str] | None:
        if words and needed is not None:
            needed.append(words)
        return words

    run = {""}
    for item in [*items, None]:
        words = _strings(item) if item is not None else None
        if words is not None and len(run) * len(words) <= _LIMIT:
            run = {a + b for a in run for b in words}
            continue
        if "" not in run:
            best = _better(best, note(run))
        run = words if words is not None else {""}
        if item is None:
            break
        if words is None:
            best = _better(best, note(_inside(item)))
    if run and "" not in run:
        best = _better(best, note(run))
    return best


def _inside(item: tuple[Any, Any]) -> set[str] | None:
    kind, value = item
    if kind is op.SUBPATTERN:
        return _required(value[-1])
    if kind in (op.MAX_REPEAT, op.MIN_REPEAT) and value[0] >= 1:
        return _required(value[2])
    if kind is op.BRANCH:
        out: set[str] = set()
        for branch in value[1]:
            words = _required(branch)
            if not words:
                return None
            out |= words
        return out if len(out) <= 4 * _LIMIT else None
    return None


class Prefilter:
    """From the characters and pairs of a message to the few patterns worth running."""

    def __init__(self, literals: list[list[list[str]]]) -> None:
        self.always = {i for i, sets in enumerate(literals) if not sets}
        certain: dict[str, set[int]] = {}
        self.possible: dict[str, list[tuple[str, int, frozenset[str] | None]]] = {}
        for i, sets in enumerate(literals):
            also = frozenset(word[:2] for word in sets[1]) if len(sets) > 1 else None
            for word in sets[0] if sets else ():
                if len(word) <= 2 and also is None:
                    certain.setdefault(word, set()).add(i)
                else:
                    self.possible.setdefault(word[:2], []).append((word, i, also))
        self.certain = {key: frozenset(some) for key, some in certain.items()}
        self._certain, self._possible = frozenset(self.certain), frozenset(self.possible)

    def candidates(self, text: str, grams: set[str]) -> set[int]:
        """Numbers of the patterns whose literals the text contains."""
        found = self.always.union(*[self.certain[key] for key in self._certain & grams])
        for key in self._possible & grams:
            for word, i, also in self.possible[key]:
                if i in found or (also is not None and also.isdisjoint(grams)):
                    continue
                if len(word) <= 2 or word in text:
                    found.add(i)
        return found


def grams_of(text: str) -> set[str]:
    """Single characters and adjacent pairs."""
    grams = set(text)
    grams.update(map(str.__add__, text, text[1:]))
    return grams
