"""A second opinion on single sentences: two linear models, one weight a feature, no library needed.

The quick one looks at characters and pairs and lets most sentences go. The full one reads the rest: runs of one to three
characters, pairs with a gap, what stands in a clause that denies or warns, and the shape of the sentence.
"""

from __future__ import annotations

import json
import re
from functools import lru_cache
from itertools import repeat
from math import exp
from pathlib import Path
from typing import Any

from persona.compliance.lexicon import code, codes, grams_of, units

_END = re.compile(r"[。！？\n【】]+")
_DIGITS = re.compile(r"[0-9x*]+")
_CLAUSE = re.compile(r"[，；：]")
# a clause with one of these denies, warns or tells what somebody else said
_TURN = re.compile(r"[不没无非勿未别莫禁骗诈误]|谨防|警惕|提醒|提示|说|称|以为")


def sentences(text: str) -> list[tuple[int, int]]:
    """Spans of the sentences of a canonical text; overlong ones are cut."""
    spans, start = [], 0
    for match in _END.finditer(text):
        spans.append((start, match.end()))
        start = match.end()
    spans.append((start, len(text)))
    out = []
    for a, b in spans:
        while b - a > 240:
            out.append((a, a + 240))
            a += 200
        if b - a >= 4:
            out.append((a, b))
    return out


def _framed(text: str) -> str:
    return "^" + _DIGITS.sub("0", text).replace("。", "").strip("\n") + "$"


def grams(text: str) -> set[str]:
    """The features of the quick model: distinct characters and pairs, digits as one sign."""
    return grams_of(_framed(text))


def features(text: str) -> set[str]:
    """The features of the full model."""
    text = _framed(text)
    found = grams_of(text)
    found.update(map("".join, zip(text, text[1:], text[2:], strict=False)))
    for gap in (2, 3, 4):
        found.update(map("_".join, zip(text, text[gap:], strict=False)))
    for clause in _CLAUSE.split(text):
        if _TURN.search(clause):
            found.update(map("N".__add__, grams_of(clause)))
    found.add(f"#{min(len(text) // 8, 8)}")
    found.update(mark for mark, sign in (("#?", "？"), ("#!", "！"), ("#0", "0")) if sign in text)
    return found


def _probability(logit: float) -> float:
    return 1 / (1 + exp(-max(-30.0, min(30.0, logit))))


class Model:
    """Weights by feature; `score` is the estimated probability of a violation."""

    def __init__(self, path: Path) -> None:
        data: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        quick, full = data["quick"], data["full"]
        self.floor: float = quick["floor"]
        self._quick_bias: float = quick["bias"]
        self._quick: dict[str, float] = quick["weights"]
        self._by_code: dict[int, float] = {}
        self._bias: float = full["bias"]
        self._weights: dict[str, float] = full["weights"]
        self.score = lru_cache(maxsize=512)(self._score)

    def glance(self, sentence: str) -> float:
        """The quick model's logit. Below `floor` the full model need not be asked."""
        text = _framed(sentence)
        raw = units(text)
        if len(raw) == 2 * len(text):  # no strings need be made for its pairs
            if not self._by_code:
                self._by_code = {code(gram): weight for gram, weight in self._quick.items() if len(units(gram)) <= 4}
            numbers = set(codes(raw))
            count, total = len(numbers), sum(map(self._by_code.get, numbers, repeat(0.0)))
        else:
            found = grams_of(text)
            count, total = len(found), sum(map(self._quick.get, found, repeat(0.0)))
        return float(self._quick_bias + total / max(count, 1) ** 0.5)

    def _score(self, sentence: str) -> float:
        """How much a sentence reads like a violation, from 0 to 1."""
        found = features(sentence)
        total = sum(sorted(map(self._weights.get, found, repeat(0.0))))  # sorted: the same sum in every process
        return _probability(self._bias + total / max(len(found), 1) ** 0.5)
