"""Sentences written before the rules that now read them: recall and false refusals must not get worse."""

from __future__ import annotations

from pathlib import Path

from persona.compliance import Guard

HERE = Path(__file__).parent
RECALL, FALSE = 0.97, 0.01  # of all rules with the second opinion
RECALL_RULES = 0.93  # of the rules without it


def rows(name: str) -> list[str]:
    return [line for line in (HERE / name).read_text(encoding="utf-8").splitlines() if line]


def test_recall_on_the_blind_sets(guard: Guard) -> None:
    texts = rows("blind_refuse.txt")
    found = [{finding.rule for finding in guard.review(text, scope="wording").findings} for text in texts]
    assert sum(map(bool, found)) / len(texts) >= RECALL, [t for t, f in zip(texts, found, strict=True) if not f]
    assert sum(bool(rules - {"SO-01"}) for rules in found) / len(texts) >= RECALL_RULES


def test_false_refusals_on_the_blind_sets(guard: Guard) -> None:
    texts = rows("blind_allow.txt")
    refused = [text for text in texts if not guard.review(text, scope="wording").allowed]
    assert len(refused) / len(texts) <= FALSE, refused
