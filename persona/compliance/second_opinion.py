"""A second opinion: a linear model over characters and pairs, one weight each, no library needed."""

from __future__ import annotations

import json
import re
from math import exp
from pathlib import Path

from persona.compliance.lexicon import grams_of

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


def grams(text: str) -> set[str]:
    """The features of a sentence: its distinct characters and pairs, digits as one sign."""
    text = "^" + _DIGITS.sub("0", text).replace("。", "").strip("\n") + "$"
    return grams_of(text)


class Model:
    """Weights by n-gram; `score` is the estimated probability of a violation."""

    def __init__(self, path: Path) -> None:
        data = json.loads(path.read_text(encoding="utf-8"))
        self.bias: float = data["bias"]
        self.weights: dict[str, float] = data["weights"]
        self._known = frozenset(self.weights)

    def score(self, sentence: str) -> float:
        """How much a sentence reads like a violation, from 0 to 1."""
        return self._probability(grams(sentence))

    def score_at(self, text: str, pairs: list[str], start: int, end: int) -> float:
        """The same for `text[start:end]` of a text whose pairs are known; spares making them again."""
        sentence = text[start:end]
        last = sentence.rstrip("。")
        if not last or "。" in last or last[0] == "\n" or last[-1] == "\n" or _DIGITS.search(last):
            return self._probability(grams(sentence))
        found = set(last)
        found.update(pairs[start:start + len(last) - 1])
        found.update(("^", "$", "^" + last[0], last[-1] + "$"))
        return self._probability(found)

    def _probability(self, found: set[str]) -> float:
        total = sum(map(self.weights.__getitem__, found & self._known)) / max(len(found), 1) ** 0.5
        return 1 / (1 + exp(-max(-30.0, min(30.0, self.bias + total))))
