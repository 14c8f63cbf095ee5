"""How deeply a message talks about which product category: mention, explain, offer."""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass
from typing import Any

from persona.compliance import contexts
from persona.compliance.late import Late
from persona.compliance.match import Scan, Span, merge

_RANK = {"mention": 0, "explain": 1, "offer": 2}
_BUTTON = Late(r"【[^【】]{1,14}】")


@dataclass
class Talk:
    """What is said about one category, and where."""

    depth: str
    at: Span


class Depths:
    """The depth lexicon, ready to be asked."""

    def __init__(self, parts: dict[str, Any], product_names: dict[str, str]) -> None:
        self.common: dict[str, list[int]] = parts["_"]
        self.parts: dict[str, dict[str, list[int]]] = {k: v for k, v in parts.items() if k != "_"}
        self.products = product_names

    def of(self, scan: Scan) -> dict[str, Talk]:
        """Categories of one bubble with their depth."""
        talks: dict[str, Talk] = {}
        said: dict[str, list[Span]] = {}
        for category, part in self.parts.items():
            if spans := scan.any_spans(part["words"]):
                said[category] = spans = merge(spans)
                talks[category] = Talk("mention", min(spans))
        if not talks:
            return self._named(scan, talks)
        for category in list(talks):
            part = self.parts[category]
            for depth in ("explain", "offer"):
                for span in scan.any_spans(part.get(depth, [])):
                    if self._counts(scan, span):
                        self._raise(talks, category, depth, span)
                        break
        for kind in ("call", "rate"):
            for span in scan.any_spans(self.common[kind]):
                if not self._counts(scan, span):
                    continue
                near = self._meant(scan, said, span)
                policy = kind == "rate" and scan.near(self.common["policy"], span, "sentence")
                for category in near:
                    self._raise(talks, category, "explain" if policy else "offer", span)
        return self._named(scan, talks)

    def _named(self, scan: Scan, talks: dict[str, Talk]) -> dict[str, Talk]:
        for name, category in self.products.items():
            at = scan.text.find(name)
            if at < 0:
                continue
            span = (at, at + len(name))
            # A product that is named and a rate anywhere in the same bubble belong together.
            facts = (scan.near(self.common["facts"], span, "sentence") and self._counts(scan, span)) or any(
                rate[0] >= span[0] and self._counts(scan, rate) for rate in scan.any_spans(self.common["rate"])
            )
            if category not in talks:
                talks[category] = Talk("mention", span)
            if facts:
                self._raise(talks, category, "offer", span)
        return talks

    @staticmethod
    def _raise(talks: dict[str, Talk], category: str, depth: str, span: Span) -> None:
        if _RANK[depth] > _RANK[talks[category].depth]:
            talks[category] = Talk(depth, span)

    @staticmethod
    def _counts(scan: Scan, span: Span) -> bool:
        """Questions, buttons, warnings and denials neither explain nor offer."""
        text = scan.text
        end = contexts.sentence_end(text, span[1])
        if text[end:end + 1] == "？":
            return False
        opened = text.rfind("【", max(0, span[0] - 14), span[0] + 1)
        if opened >= 0 and (button := _BUTTON.match(text, opened)) and button.end() >= span[1]:
            return "%" in button.group()
        return not scan.warned(span) and not contexts.quoted(text, *span)

    @staticmethod
    def _meant(scan: Scan, said: dict[str, list[Span]], span: Span) -> list[str]:
        """The category a rate or a call to act belongs to: the nearest one in its sentence, else the only one."""
        low, high = scan.sentence(span)
        nearest: list[tuple[int, str]] = []
        for category, spans in said.items():
            at, inside = bisect_left(spans, (high, 0)), []
            while at > 0 and spans[at - 1][1] > low:
                at -= 1
                inside.append(abs(spans[at][0] - span[0]))
            if inside:
                nearest.append((min(inside), category))
        if nearest:
            return [min(nearest)[1]]
        return list(said) if len(said) == 1 else []
