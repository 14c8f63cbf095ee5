"""审文案: a draft with title, text and tags, reviewed as `mascot review` does, told field by field."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from itertools import pairwise
from typing import Any

from persona.compliance import Guard
from persona.compliance.copy_review import Draft, closing, review
from persona.compliance.model import CATEGORIES, CHANNELS, Finding
from persona.desk.ask import Refused, text, texts

FIELDS: tuple[tuple[str, str, int], ...] = (("title", "标题", 200), ("text", "正文", 5000), ("tags", "标签", 500))


def reviewed(body: Mapping[str, Any], guard: Guard, today: date) -> dict[str, Any]:
    """What the guard says: `fields` cut where findings begin and end, `findings`, `missing`, `questions`, `closing`."""
    channel = text(body, "channel", "渠道", 40) or "own_web"
    asked = texts(body, "asked", "客户问过什么", len(CATEGORIES), 40)
    if channel not in CHANNELS or not set(asked) <= set(CATEGORIES):
        raise Refused("渠道或类别不认识，刷新页面再试。", 400)
    given = {key: text(body, key, name, most, lines=True) for key, name, most in FIELDS}
    places: dict[str, tuple[int, int]] = {}
    whole = ""
    for key, value in given.items():
        if value:
            whole += "\n" if whole else ""
            places[key] = (len(whole), len(whole) + len(value))
            whole += value
    if not whole:
        raise Refused("还没有写要审的文案。")
    result = review(guard, Draft(whole, channel, frozenset(asked) if asked else None))
    rules = {rule.id: rule for rule in guard.rules}
    told = sorted(result.told, key=lambda f: (f.start, f.end))
    # The same words struck out for the same reason are told once and marked wherever they stand.
    marks = [(f.start, f.end, n) for n, one in enumerate(told) for f in result.decision.findings if (f.reason, f.text) == (one.reason, one.text)]
    return {
        "verdict": result.decision.verdict,
        "fields": {key: _cut(whole, *place, marks) for key, place in places.items()},
        "findings": [
            {"rule": f.rule, "title": rules[f.rule].title if f.rule in rules else "", "law": f.law, "text": f.text, "message": f.message,
             "fix": f.fix, "rewrite": f.rewrite or "", "where": [name for key, name, _ in FIELDS if key in places and _meets(f, places[key])]}
            for f in told
        ],
        "missing": [{"id": name, "text": guard.disclosures[name]["text"]} for name in result.decision.missing],
        "questions": [line.removeprefix("？") for line in result.questions],
        "closing": closing(result.decision.ruleset, today),
    }


def _meets(finding: Finding, place: tuple[int, int]) -> bool:
    return finding.start < place[1] and place[0] < finding.end


def _cut(whole: str, start: int, end: int, marks: Sequence[tuple[int, int, int]]) -> list[dict[str, Any]]:
    """Pieces of one field with the numbers (from 0) of the findings that lie over each; marks: start, end, number."""
    bounds = sorted({start, end, *(at for left, right, _ in marks for at in (left, right) if start < at < end)})
    return [
        {"text": whole[left:right], "findings": sorted({n for begin, stop, n in marks if begin <= left and right <= stop and begin < stop})}
        for left, right in pairwise(bounds)
    ]
