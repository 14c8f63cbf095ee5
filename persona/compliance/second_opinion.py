"""A second opinion: a linear model over characters and pairs, one weight each, no library needed."""

from __future__ import annotations

import json
import re
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


def grams(text: str) -> set[str]:
    """The features of a sentence: its distinct characters and pairs, digits as one sign."""
    text = "^" + _DIGITS.sub("0", text).replace("。", "").strip("\n") + "$"
    return grams_of(text)


_END_CODES = frozenset((code("^"), code("$")))


class Model:
    """Weights by n-gram; `score` is the estimated probability of a violation."""

    def __init__(self, path: Path) -> None:
        data = json.loads(path.read_text(encoding="utf-8"))
        self.bias: float = data["bias"]
        self.weights: dict[str, float] = data["weights"]
        self._by_code: dict[int, float] = {}
        self._known: frozenset[int] | None = None

    def score(self, sentence: str) -> float:
        """How much a sentence reads like a violation, from 0 to 1."""
        found = grams(sentence)
        return self._probability([self.weights[gram] for gram in found if gram in self.weights], len(found))

    def score_at(self, text: str, raw: bytes, start: int, end: int) -> float:
        """The same for `text[start:end]` of a text whose units are known; spares making strings."""
        last = text[start:end].rstrip("。")
        if len(raw) != 2 * len(text) or not last or "。" in last or last[0] == "\n" or last[-1] == "\n" or _DIGITS.search(last):
            return self.score(text[start:end])
        if self._known is None:
            self._by_code = {code(gram): weight for gram, weight in self.weights.items() if len(units(gram)) <= 4}
            self._known = frozenset(self._by_code)
        found = codes(memoryview(raw)[2 * start:2 * (start + len(last))])
        found.update(_END_CODES)
        found.add(code("^" + last[0]))
        found.add(code(last[-1] + "$"))
        return self._probability(list(map(self._by_code.__getitem__, found & self._known)), len(found))

    def _probability(self, weights: list[float], count: int) -> float:
        total = sum(weights) / max(count, 1) ** 0.5
        return 1 / (1 + exp(-max(-30.0, min(30.0, self.bias + total))))
