"""From predictions to figures: what was right, what was asked back, what hurt."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from persona.evaluation.rows import Row
from persona.nlu.parser import FALLBACK, REJECT, Parse

BINS = 10
PAIRS, EXAMPLES = 30, 3
# Said to someone who asked for something else, these do harm that small talk does not.
BUSINESS = ("faq/", "scam/", "been_scammed", "scam_now", "ask_product", "ask_recommendation")
ALARM = frozenset({"check_suspicious", "been_scammed", "scam_now", "share_secret", "verify_official", "check_company"})
WRONG_COST = 2.0  # a wrong answer costs as much as this many questions back


@dataclass(frozen=True)
class Outcome:
    """One sentence and what the parser made of it. `best`, `probability`: the most likely public label."""

    row: Row
    intent: str
    refused: bool
    best: str
    probability: float

    @classmethod
    def of(cls, row: Row, parse: Parse) -> Outcome:
        """The outcome of a parse."""
        shown = parse.as_dict()
        best, probability = shown["top"][0] if shown["top"] else (FALLBACK, 0.0)
        refused = parse.fallback or shown["intent"] in REJECT
        return cls(row, str(shown["intent"]), refused, str(best), float(probability))

    @property
    def kind(self) -> str:
        """`right`, `asked` (a question back instead of an answer), `wrong`; outside rows are right when refused."""
        if not self.row.accept:
            return "right" if self.refused or not self.intent.startswith(BUSINESS) else "wrong"
        if self.intent in self.row.accept:
            return "right"
        return "asked" if self.refused else "wrong"

    @property
    def best_right(self) -> bool:
        """Whether the most likely label is right, whatever was decided with it."""
        return self.best in self.row.accept if self.row.accept else self.best in REJECT


@dataclass(frozen=True)
class LabelFigures:
    """Figures of one label. `rows`: sentences that carry it; `precision` and `recall` from 0 to 1, None without sentences."""

    label: str
    rows: int
    right: int
    asked: int
    answered: int
    precision: float | None
    recall: float | None


@dataclass(frozen=True)
class Pair:
    """Sentences of `gold` that were answered as `said`. `examples`: the project's own, else the places of the rows."""

    gold: str
    said: str
    count: int
    share: float
    examples: tuple[str, ...]


@dataclass(frozen=True)
class Bin:
    """Sentences whose highest probability lies between `low` and `high`."""

    low: float
    high: float
    right: int
    wrong: int
    mean: float | None


@dataclass(frozen=True)
class Threshold:
    """What would happen if answers needed this probability: shares of sentences in scope, and the cost of one."""

    value: float
    asked: float
    wrong: float
    cost: float


@dataclass(frozen=True)
class Report:
    """All figures of one set of sentences; shares are None when there is nothing to count."""

    title: str
    rows: int
    totals: dict[str, float | int | None]
    labels: list[LabelFigures] = field(default_factory=list)
    pairs: list[Pair] = field(default_factory=list)
    bins: list[Bin] = field(default_factory=list)
    thresholds: list[Threshold] = field(default_factory=list)

    def as_dict(self) -> dict[str, Any]:
        """Plain data for JSON."""
        return asdict(self)

    @property
    def cheapest(self) -> Threshold | None:
        """The threshold with the smallest cost."""
        return min(self.thresholds, key=lambda t: t.cost, default=None)


def _share(part: int, whole: int) -> float | None:
    return round(part / whole, 4) if whole else None


def measure(title: str, outcomes: Sequence[Outcome]) -> Report:
    """The figures of a set of outcomes."""
    inside = [o for o in outcomes if o.row.accept]
    outside = [o for o in outcomes if not o.row.accept]
    fraud = [o for o in inside if o.row.label.startswith("scam/")]
    harmless = [o for o in outcomes if not any(a.startswith("scam/") or a in ALARM for a in o.row.accept)]
    crisis = [o for o in inside if o.row.label == "crisis"]
    kinds = Counter(o.kind for o in inside)
    bins = _bins(outcomes)
    totals: dict[str, float | int | None] = {
        "in_scope": len(inside),
        "right": _share(kinds["right"], len(inside)),
        "asked_back": _share(kinds["asked"], len(inside)),
        "confidently_wrong": _share(kinds["wrong"], len(inside)),
        "outside": len(outside),
        "kept_out": _share(sum(o.kind == "right" for o in outside), len(outside)),
        "fraud": len(fraud),
        "alarm_recall": _share(sum(map(_alarmed, fraud)), len(fraud)),
        "false_alarm": _share(sum(map(_alarmed, harmless)), len(harmless)),
        "crisis": len(crisis),
        "crisis_found": _share(sum(o.intent == "crisis" for o in crisis), len(crisis)),
        "calibration_error": _calibration_error(bins),
    }
    return Report(title, len(outcomes), totals, _labels(outcomes), _pairs(outcomes), bins, _thresholds(inside))


def _alarmed(outcome: Outcome) -> bool:
    return not outcome.refused and (outcome.intent.startswith("scam/") or outcome.intent in ALARM)


def _labels(outcomes: Sequence[Outcome]) -> list[LabelFigures]:
    rows, right, asked, answered, fair = Counter[str](), Counter[str](), Counter[str](), Counter[str](), Counter[str]()
    for o in outcomes:
        rows[o.row.label] += 1
        right[o.row.label] += o.kind == "right"
        asked[o.row.label] += o.kind == "asked"
        if not o.refused:
            answered[o.intent] += 1
            fair[o.intent] += o.intent in o.row.accept
    return [
        LabelFigures(name, rows[name], right[name], asked[name], answered[name], _share(fair[name], answered[name]), _share(right[name], rows[name]))
        for name in sorted({*rows, *answered})
    ]


def _pairs(outcomes: Sequence[Outcome]) -> list[Pair]:
    found: dict[tuple[str, str], list[Outcome]] = defaultdict(list)
    rows = Counter(o.row.label for o in outcomes)
    for o in outcomes:
        if o.kind == "wrong":
            found[o.row.label, o.intent].append(o)
    ranked = sorted(found.items(), key=lambda item: (-len(item[1]), item[0]))[:PAIRS]
    return [
        Pair(gold, said, len(group), round(len(group) / rows[gold], 4), tuple(o.row.text if o.row.own else o.row.where for o in group[:EXAMPLES]))
        for (gold, said), group in ranked
    ]


def _bins(outcomes: Sequence[Outcome]) -> list[Bin]:
    groups: list[list[Outcome]] = [[] for _ in range(BINS)]
    for o in outcomes:
        groups[min(int(o.probability * BINS), BINS - 1)].append(o)
    return [
        Bin(
            i / BINS, (i + 1) / BINS, sum(o.best_right for o in group), sum(not o.best_right for o in group),
            round(sum(o.probability for o in group) / len(group), 4) if group else None,
        )
        for i, group in enumerate(groups)
    ]


def _calibration_error(bins: Sequence[Bin]) -> float | None:
    """Expected calibration error: mean distance of probability and share that is right, weighted by bin."""
    total = sum(b.right + b.wrong for b in bins)
    if not total:
        return None
    return round(sum(abs(b.mean * (b.right + b.wrong) - b.right) for b in bins if b.mean is not None) / total, 4)


def _thresholds(inside: Sequence[Outcome]) -> list[Threshold]:
    if not inside:
        return []
    points = []
    for step in range(5, 96, 5):
        value = step / 100
        asked = sum(o.probability < value for o in inside) / len(inside)
        wrong = sum(o.probability >= value and not o.best_right for o in inside) / len(inside)
        points.append(Threshold(value, round(asked, 4), round(wrong, 4), round(asked + WRONG_COST * wrong, 4)))
    return points
