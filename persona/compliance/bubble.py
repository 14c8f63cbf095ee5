"""One bubble of a message under review: its words, what is talked about, what is disclosed, how it reads."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from persona.compliance.contexts import clause_start
from persona.compliance.depth import Talk
from persona.compliance.match import Scan, Span, wording
from persona.compliance.model import Context
from persona.compliance.second_opinion import Model, sentences


@dataclass
class Hit:
    """A place in the canonical text, and what is missing there."""

    start: int
    end: int
    missing: list[str] = field(default_factory=list)


@dataclass
class Bubble:
    """One bubble under review with everything a check may ask for."""

    scan: Scan
    talks: dict[str, Talk]
    disclosed: dict[str, list[Span]]
    context: Context
    institution: Mapping[str, Any]
    model: Model | None = None
    wordings: Sequence[Any] = ()  # the rules about wording whose words stand here
    _words: dict[str, list[Span]] = field(default_factory=dict)
    _told: dict[int, frozenset[str]] = field(default_factory=dict)

    @cached_property
    def sentences(self) -> list[Span]:
        """The sentences of the bubble, as the model reads them."""
        return sentences(self.scan.text)

    @cached_property
    def doubtful(self) -> list[Span]:
        """Sentences the model's quick look does not let go."""
        return self.model.doubtful(self.scan.text, self.sentences, self.scan.twos) if self.model else []

    def _sentence(self, at: int) -> Span | None:
        """The last sentence that begins at or before a place."""
        number = bisect_right(self.sentences, (at, len(self.scan.text))) - 1
        return self.sentences[number] if number >= 0 else None

    def read(self, span: Span) -> float:
        """The probability of a violation of the sentence a span lies in; 1 when it lies in none or in several."""
        around = self._sentence(span[0])
        return self.score(*around) if around and span[1] <= around[1] else 1.0

    def score(self, start: int, end: int) -> float:
        """The probability of a violation of one sentence."""
        return self.model.score(self.scan.text[start:end], self.told(start, end)) if self.model else 1.0

    def reaches(self, start: int, end: int, threshold: float) -> bool:
        """Is the probability of a violation of one sentence at least this? The lessons are asked where they have a say in it."""
        if self.model and self.model.most(self.scan.text[start:end], self.marks.get(start, frozenset())) < threshold:
            return False
        return self.score(start, end) >= threshold

    def rest(self, hit: Hit) -> float:
        """The probability of a violation of a sentence without the clauses before a hit; 1 when there is no such sentence."""
        around = self._sentence(hit.start)
        if self.model is None or around is None:
            return 1.0
        start, end = around
        first = clause_start(self.scan.text, hit.start)
        return self.model.score(self.scan.text[max(first, start):end], self.told(start, end))

    def told(self, start: int, end: int) -> frozenset[str]:
        """What the rules and the lessons leave in a sentence for the second opinion."""
        found = self._told.get(start)
        if found is None:
            found = self._told[start] = self.marks.get(start, frozenset()) | self.scan.lesson(start, end)
        return found

    def words(self, rule: Any) -> list[Span]:
        """Where the words of a rule stand and nothing makes them right."""
        found = self._words.get(rule.id)
        if found is None:
            found = self._words[rule.id] = wording(rule, self.scan)
        return found

    @cached_property
    def marks(self) -> dict[int, frozenset[str]]:
        """By the start of each sentence: which rules' words stand in it ("R:" binding, "r:" excused), and how many bind."""
        starts = [start for start, _ in self.sentences]

        def places(spans: list[Span]) -> set[int]:
            at = {bisect_right(starts, span[0]) - 1: span[0] for span in reversed(spans)}
            return {starts[i] for i, first in at.items() if i >= 0 and first < self.sentences[i][1]}

        binding: dict[int, set[str]] = {}
        out: dict[int, set[str]] = {}
        for rule in self.wordings:
            for sign, spans in (("R:", self.words(rule)), ("r:", self.scan.any_spans(rule.any))):
                for start in places(spans):
                    if sign == "r:" and rule.id in binding.get(start, ()):
                        continue
                    if sign == "R:":
                        binding.setdefault(start, set()).add(rule.id)
                    out.setdefault(start, set()).update((sign + rule.id, sign + rule.reason, sign))
        for start, rules in binding.items():
            if len(rules) > 1:
                out[start].add("RR")
        return {start: frozenset(marks) for start, marks in out.items()}

    def at(self, category: str) -> Span:
        """Where a category is talked about."""
        return self.talks[category].at if category in self.talks else (0, min(1, len(self.scan.text)))
