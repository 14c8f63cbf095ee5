"""A second opinion on single sentences: two linear models, one weight a feature, no library needed.

The quick one adds up characters and pairs and lets most sentences go. The full one reads the rest: runs of one to three
characters, pairs with a gap, what stands in a clause that denies or warns, in the first and in the last one, the shape of
the sentence, the marks of the rules (whose words stand there, and whether a context made them right) and of the lessons.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping
from functools import cached_property, lru_cache
from itertools import accumulate, repeat
from math import exp
from operator import add
from pathlib import Path
from typing import Any

from persona.compliance.late import Late
from persona.compliance.lexicon import PAIRS, code, first_of, grams_of, pairs

_KEPT = 60_000  # pairs put together and remembered; ordinary Chinese has fewer
_LONGEST = 240  # characters of a sentence that are read at once
_UNIT = 100  # weights are kept in hundredths
_END = Late(r"[。！？\n【】]+")
_DIGITS = Late(r"[0-9x*]+")
_MARK = Late(r"[，；：。！？、\n]")
_CLAUSE = Late(r"[，；：]")
# a clause with one of these denies, warns or tells what somebody else said
_TURN = Late(r"[不没无非勿未别莫禁骗诈误]|谨防|警惕|提醒|提示|说|称|以为")


def sentences(text: str) -> list[tuple[int, int]]:
    """Spans of the sentences of a canonical text; overlong ones are cut."""
    ends = [match.end() for match in _END.finditer(text)]
    spans = zip([0, *ends], [*ends, len(text)], strict=True)
    out = []
    for a, b in spans:
        while b - a > _LONGEST:
            out.append((a, a + _LONGEST))
            a += 200
        if b - a >= 4:
            out.append((a, b))
    return out


def clause(text: str, start: int, end: int) -> str:
    """The words of a canonical text around a span, from the mark before it (not too far) to the mark behind it."""
    low = max(0, start - _LONGEST)
    first = max((match.end() for match in _MARK.finditer(text, low, start)), default=low)
    last = _MARK.search(text, end)
    return text[first:last.start() if last else len(text)]


def _framed(text: str) -> str:
    return "^" + _DIGITS.sub("0", text).replace("。", "").strip("\n") + "$"


def grams(text: str) -> list[str]:
    """The features of the quick model: characters and pairs, as often as they stand there."""
    return [*text, *map(str.__add__, text, text[1:])]


def features(text: str, marks: Iterable[str] = ()) -> set[str]:
    """The features of the full model; `marks` are what the rules left in the sentence."""
    text = _framed(text)
    found = grams_of(text)
    found.update(map(add, map(add, text, text[1:]), text[2:]))
    gaps = [char + "_" for char in text]
    for gap in (2, 3, 4):
        found.update(map(add, gaps, text[gap:]))
    clauses = _CLAUSE.split(text)
    for clause in clauses:
        if _TURN.search(clause):
            found.update(map("N".__add__, grams_of(clause)))
    if len(clauses) > 1:  # what it begins with, and what it comes to
        found.update(map("A".__add__, grams_of(clauses[0])))
        found.update(map("Z".__add__, grams_of(clauses[-1])))
    found.add(f"#{min(len(text) // 8, 8)}")
    found.update(marks)
    found.update(mark for mark, sign in (("#?", "？"), ("#!", "！"), ("#0", "0")) if sign in text)
    return found


def _probability(logit: float) -> float:
    return 1 / (1 + exp(-max(-30.0, min(30.0, logit))))


def _weights(part: dict[str, Any]) -> dict[str, int]:
    return dict(zip(part["features"].split("\n"), part["weights"], strict=True))


class _Pairs(dict[int, int]):
    """By pair: its weight and that of its first character; put together when a text first has the pair."""

    def __init__(self, weights: dict[int, int]) -> None:
        self.ones = {key: weight for key, weight in weights.items() if key < PAIRS}
        self._weights = weights

    def __missing__(self, key: int) -> int:
        weight = self._weights.get(key, 0) + self.ones.get(first_of(key), 0)
        if len(self) < _KEPT:
            self[key] = weight
        return weight


class Model:
    """Weights by feature; `score` is the estimated probability of a violation."""

    def __init__(self, data: Mapping[str, Any]) -> None:
        self._quick, self._full = data["quick"], data["full"]
        self.rules = frozenset(data["rules"])  # whose examples it was trained on
        self.floor: float = self._quick["floor"]
        self._own = lru_cache(maxsize=512)(self._read)

    @classmethod
    def load(cls, path: Path) -> Model:
        """The model that training wrote."""
        return cls(json.loads(path.read_text(encoding="utf-8")))

    @cached_property
    def _by_code(self) -> _Pairs:
        return _Pairs({code(gram): weight for gram, weight in _weights(self._quick).items() if max(gram) <= "\uffff"})

    @cached_property
    def _by_feature(self) -> dict[str, int]:
        return _weights(self._full)

    def doubtful(self, text: str, spans: list[tuple[int, int]] | None = None, twos: list[int] | None = None) -> list[tuple[int, int]]:
        """The sentences of a canonical text that the quick model does not let go; `twos` are the numbers of its pairs."""
        spans = sentences(text) if spans is None else spans
        if twos is None:
            twos = pairs(text)
        weights = self._by_code
        sums = list(accumulate(map(weights.__getitem__, twos), initial=0))
        one = weights.ones.get
        bar = (self.floor - self._quick["bias"]) * _UNIT
        return [
            (start, end) for start, end in spans
            if (sums[end - 1] - sums[start] + one(ord(text[end - 1]), 0)) / (2 * (end - start) - 1) ** 0.5 >= bar
        ]

    def score(self, sentence: str, marks: Collection[str] = ()) -> float:
        """How much a sentence reads like a violation, from 0 to 1."""
        weight, count = self._own(sentence)
        return self._logistic(weight + self._weight(marks), count + len(marks))

    def most(self, sentence: str, marks: Collection[str]) -> float:
        """What a sentence with these marks could score at most, whatever the lessons say to it."""
        weight, count = self._own(sentence)
        return self._logistic(max(0, weight + self._weight(marks) + self._worst), count)

    @cached_property
    def _worst(self) -> int:
        """What the marks of the lessons can add."""
        return sum(weight for name, weight in self._by_feature.items() if name.startswith("L:") and weight > 0)

    def _read(self, sentence: str) -> tuple[int, int]:
        """The weight of a sentence's own features together, and how many they are."""
        found = features(sentence)
        return self._weight(found), len(found)

    def _weight(self, names: Iterable[str]) -> int:
        return sum(map(self._by_feature.get, names, repeat(0)))

    def _logistic(self, weight: int, count: int) -> float:
        return _probability(self._full["bias"] + weight / _UNIT / max(count, 1) ** 0.5)
