"""Sparse features of a sentence: character n-grams and the project's concepts."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

import yaml

from persona.layers import current
from persona.nlu.text import MAX_CHARS, normalise, simplify

LEXICON = Path(__file__).with_name("lexicon")


class Features:
    """Names of the features that a sentence has, with counts.

    `grams` is the range of n-gram lengths; concepts come from `lexicon/concepts.yml`:
    each concept counts once however often its words occur, and so does each of its sentence patterns. `calm`,
    `hooks`, `warnings` and `stories` name concepts and patterns (see `Features.calm`); `told` is a regular expression (see `Features.notice`).
    """

    def __init__(
        self,
        concepts: dict[str, list[str]],
        patterns: dict[str, str] | None = None,
        grams: tuple[int, int] = (1, 3),
        calm: Iterable[str] = (),
        hooks: Iterable[str] = (),
        warnings: Iterable[str] = (),
        stories: Iterable[str] = (),
        told: str = "",
    ) -> None:
        self._stories = {f"@{name}" for name in stories}
        self._told = re.compile(told)
        self._warnings = {f"@{name}" for name in warnings}
        self._calm = {f"@{name}" for name in calm}
        self._hooks = {f"@{name}" for name in hooks}
        self.grams = grams
        self.patterns = {name: re.compile(pattern) for name, pattern in (patterns or {}).items()}
        self.concepts = concepts
        self._of: dict[str, tuple[str, ...]] = {}
        for name, words in concepts.items():
            for word in words:
                key = normalise(str(word)).replace(" ", "")
                self._of[key] = (*self._of.get(key, ()), name)
        self._beginning: dict[str, list[str]] = {}
        for word in sorted(self._of, key=len, reverse=True):
            self._beginning.setdefault(word[:1], []).append(word)

    @classmethod
    def load(cls, path: Path | None = None) -> Features:
        """Read the concepts that ship with the project."""
        with open(path or current(LEXICON / "concepts.yml"), encoding="utf-8") as file:
            lexicon = yaml.load(file, Loader=yaml.CSafeLoader)
        return cls(lexicon["concepts"], lexicon.get("patterns"), **{key: lexicon.get(key, ()) for key in ("calm", "hooks", "warnings", "stories")}, told=lexicon.get("told", ""))

    def calm(self, counts: Counter[str]) -> bool:
        """Whether a sentence warns of fraud, or has a sign of ordinary service and nothing that a fraudster needs."""
        return not self._warnings.isdisjoint(counts) or (not self._calm.isdisjoint(counts) and self.unhooked(counts))

    def unhooked(self, counts: Counter[str]) -> bool:
        """Whether a sentence has nothing that a fraudster needs."""
        return self._hooks.isdisjoint(counts)

    def story(self, counts: Counter[str]) -> bool:
        """Whether a sentence speaks of a film, a book or a game."""
        return not self._stories.isdisjoint(counts)

    def notice(self, text: str, counts: Counter[str]) -> bool:
        """Whether text tells of nobody, asks nothing and has nothing that a fraudster needs."""
        return self.unhooked(counts) and not self._told.search(simplify(text[:MAX_CHARS]))

    def concepts_in(self, plain: str) -> list[str]:
        """Concepts whose words occur in normalised text, sorted; where several words begin, the longest is meant."""
        found: set[str] = set()
        for at, first in enumerate(plain):
            for word in self._beginning.get(first, ()):
                if plain.startswith(word, at):
                    found.update(self._of[word])
                    break
        return sorted(found)

    def __call__(self, text: str) -> Counter[str]:
        """Feature counts of one sentence; empty when nothing readable is in it."""
        plain = normalise(text)
        counts: Counter[str] = Counter()
        low, high = self.grams
        for run in plain.split():
            framed = f"^{run}$"
            for n in range(low, high + 1):
                counts.update([framed[i : i + n] for i in range(len(framed) - n + 1)])
        for frame in "^$":
            counts.pop(frame, None)
        concepts = self.concepts_in(plain.replace(" ", ""))
        counts.update(f"@{name}" for name in concepts)
        typed = simplify(text[:MAX_CHARS])
        counts.update(f"@{name}" for name, pattern in self.patterns.items() if pattern.search(typed))
        return counts


def document_frequency(rows: Iterable[Counter[str]]) -> Counter[str]:
    """In how many sentences each feature occurs."""
    frequency: Counter[str] = Counter()
    for row in rows:
        frequency.update(row.keys())
    return frequency
