"""A second opinion: a linear model over characters and pairs, one weight each, no library needed."""

from __future__ import annotations

import json
import re
from itertools import repeat
from math import exp
from pathlib import Path

from persona.compliance.lexicon import code, codes, grams_of, units

_END = re.compile(r"[。！？\n【】]+")
_DIGITS = re.compile(r"[0-9x*]+")


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
    """The features of a sentence: its distinct characters and pairs, digits as one sign."""
    return grams_of(_framed(text))


class Model:
    """Weights by n-gram; `score` is the estimated probability of a violation."""

    def __init__(self, path: Path) -> None:
        data = json.loads(path.read_text(encoding="utf-8"))
        self.bias: float = data["bias"]
        self.weights: dict[str, float] = data["weights"]
        self._by_code: dict[int, float] = {}

    def score(self, sentence: str) -> float:
        """How much a sentence reads like a violation, from 0 to 1."""
        text = _framed(sentence)
        raw = units(text)
        if len(raw) == 2 * len(text):  # no strings need be made for its pairs
            if not self._by_code:
                self._by_code = {code(gram): weight for gram, weight in self.weights.items() if len(units(gram)) <= 4}
            numbers = set(codes(raw))
            count, total = len(numbers), sum(map(self._by_code.get, numbers, repeat(0.0)))
        else:
            found = grams_of(text)
            count, total = len(found), sum([self.weights[gram] for gram in found if gram in self.weights])
        return 1 / (1 + exp(-max(-30.0, min(30.0, self.bias + total / max(count, 1) ** 0.5))))
