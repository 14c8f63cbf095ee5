"""One message against many patterns."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Mapping
from typing import Any

from persona.compliance import contexts
from persona.compliance.beginnings import beginnings
from persona.compliance.implied import Lessons
from persona.compliance.lexicon import Prefilter, expand, runs, units
from persona.compliance.normalise import Normal, normalise

Span = tuple[int, int]


class Patterns:
    """All patterns of the rule set; each is written out and compiled when a message first needs it."""

    def __init__(self, written: list[str], slots: Mapping[str, Any], groups: Mapping[str, str], lessons: Lessons) -> None:
        self.written = written
        self.lessons = lessons
        self.prefilter = Prefilter(slots)
        self._groups = groups
        self._compiled: list[re.Pattern[str] | None] = [None] * len(written)
        self._begins: dict[int, re.Pattern[str] | None] = {}

    def source(self, i: int) -> str:
        """Pattern `i` as a plain regular expression."""
        return expand(self.written[i], self._groups)

    def __len__(self) -> int:
        return len(self.written)

    def __getitem__(self, i: int) -> re.Pattern[str]:
        found = self._compiled[i]
        if found is None:
            source = self.source(i)
            found = self._compiled[i] = re.compile(source)
            begins = beginnings(source, True)
            self._begins[i] = re.compile(begins) if begins else None
        return found

    def spans(self, i: int, text: str, stretches: list[Span]) -> list[Span]:
        """Where pattern `i` matches; it is tried only in these stretches, and only where a match can begin."""
        pattern = self[i]
        begins = self._begins[i]
        if begins is None:
            return [match.span() for match in pattern.finditer(text)]
        out, end = [], 0
        for low, high in stretches:
            for place in begins.finditer(text, low, high):
                at = place.start()
                if at >= end and (match := pattern.match(text, at)):
                    out.append(match.span())
                    end = match.end()
        return out


class Scan:
    """A message being looked at: its canonical text and where each pattern stands in it."""

    __slots__ = ("_patterns", "_spans", "candidates", "normal", "raw", "speaker", "text", "twos")

    def __init__(self, raw: str, patterns: Patterns, speaker: str = "bot") -> None:
        self.raw = raw
        self.normal: Normal = normalise(raw)
        self.text = self.normal.text
        read = units(self.text)
        self.twos = runs(read, 2)
        self.candidates = patterns.prefilter.candidates(self.text, runs(read, 1), self.twos, runs(read, 4))
        self._patterns = patterns
        self._spans: dict[int, list[Span]] = {}
        self.speaker = speaker

    def spans(self, i: int) -> list[Span]:
        """Where pattern `i` matches."""
        found = self._spans.get(i)
        if found is None:
            stretches = self.candidates.get(i)
            found = self._spans[i] = self._patterns.spans(i, self.text, stretches) if stretches else []
        return found

    def any_spans(self, indices: list[int]) -> list[Span]:
        """Where any of the patterns matches."""
        if self.candidates.keys().isdisjoint(indices):
            return []
        return [span for i in indices if i in self.candidates for span in self.spans(i)]

    def sentence(self, span: Span) -> Span:
        """The sentence a span stands in."""
        return contexts.sentence_start(self.text, span[0]), contexts.sentence_end(self.text, span[1])

    def near(self, indices: list[int], span: Span, within: str) -> bool:
        """Is one of the patterns in the same sentence (or message)?"""
        if within == "message":
            return any(self.spans(i) for i in indices)
        low, high = self.sentence(span)
        return any(i in self.candidates and crosses(self.spans(i), low, high) for i in indices)

    def excused(self, names: list[str], span: Span) -> bool:
        """Does a context make the hit right?"""
        return contexts.excused(names, self.text, span[0], span[1], self.speaker, self.taught) is not None

    def warned(self, span: Span) -> bool:
        """Is the hit told as somebody else's words, or in a lesson?"""
        return contexts.warned(self.text, *span) or self.taught(*span)

    def narrated(self, start: int, end: int) -> bool:
        """Is [start, end) a whole story with its lesson?"""
        return self._patterns.lessons.narrated(self.text, start, end)

    def lesson(self, start: int, end: int) -> set[str]:
        """The marks of the lesson that the sentence [start, end) teaches."""
        return self._patterns.lessons.marks(self.text, start, start + len(self.text[start:end].rstrip("。！？\n【】")))

    def taught(self, start: int, end: int) -> bool:
        """Does the sentence around [start, end) teach a lesson about the words there?"""
        text = self.text
        return self._patterns.lessons.taught(text, contexts.sentence_start(text, start), contexts.sentence_end(text, end), start)


def crosses(spans: list[Span], low: int, high: int) -> bool:
    """Does one of the sorted, disjoint `spans` reach into [low, high)?"""
    at = bisect_left(spans, (high, 0))
    return at > 0 and spans[at - 1][1] > low


def merge(spans: list[Span]) -> list[Span]:
    """Join spans that overlap."""
    out: list[Span] = []
    for start, end in sorted(set(spans)):
        if out and start < out[-1][1]:
            out[-1] = (out[-1][0], max(end, out[-1][1]))
        else:
            out.append((start, end))
    return out


def wording(rule: Any, scan: Scan) -> list[Span]:
    """Where a rule's own words stand and nothing makes them right."""
    if rule.with_ and scan.candidates.keys().isdisjoint(rule.with_):
        return []
    hits = scan.any_spans(rule.any)
    if not hits:
        return []
    out = []
    for span in merge(hits):
        if any(crosses(scan.spans(i), *span) for i in rule.except_ if i in scan.candidates):
            continue
        if rule.with_ and not scan.near(rule.with_, span, rule.within):
            continue
        if rule.without and scan.near(rule.without, span, rule.within):
            continue
        if rule.unless and scan.excused(rule.unless, span):
            continue
        out.append(span)
    return out
