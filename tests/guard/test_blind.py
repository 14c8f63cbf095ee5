"""Sentences written before the rules that now read them: recall and false refusals must not get worse."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from persona.compliance import Guard
from persona.compliance.train_second_opinion import corpus

RECALL, FALSE = 0.97, 0.01  # of all rules with the second opinion
RECALL_RULES = 0.93  # of the rules without it


def rows(name: str) -> list[str]:
    return corpus()["blind"][name]


def test_recall_on_the_blind_sets(guard: Guard) -> None:
    texts = rows("refuse")
    found = [{finding.rule for finding in guard.review(text, scope="wording").findings} for text in texts]
    assert sum(map(bool, found)) / len(texts) >= RECALL, [t for t, f in zip(texts, found, strict=True) if not f]
    assert sum(any(not name.startswith("SO-") for name in rules) for rules in found) / len(texts) >= RECALL_RULES


def test_false_refusals_on_the_blind_sets(guard: Guard) -> None:
    texts = rows("allow")
    refused = [text for text in texts if not guard.review(text, scope="wording").allowed]
    assert len(refused) / len(texts) <= FALSE, refused


# By sets: what must be refused at least, and what may be refused of the harmless at most. A little below what docs/quality.md says.
UNSEEN = {("七", "八"): (0.90, 0.015), ("七",): (0.90, 0.03), ("八",): (0.90, 0.01), ("十",): (0.93, 0.01), ("十二",): (0.94, 0.04),
          ("十三",): (0.97, 0.02), ("十四",): (0.97, 0.0), ("十五",): (0.95, 0.0), ("十七",): (0.80, 0.08), ("二十三",): (0.88, 0.08),
          ("二十四",): (0.90, 0.0)}


@pytest.mark.parametrize("names", UNSEEN, ids="和".join)
def test_sentences_outside_the_corpus(guard: Guard, names: tuple[str, ...]) -> None:
    """Sets seven, eight, ten, twelve to fifteen, seventeen, twenty-three and twenty-four of docs/quality.md. They stay out of the corpus; whoever mends a rule does not look at them.

    The harmless half of ten has been looked at once, after it had been measured. Rules were mended after thirteen, and after
    fourteen and fifteen when they had been measured: their bounds keep what was reached, they say nothing about new sentences.
    """
    lines = (Path(__file__).parent / "unseen.jsonl").read_text(encoding="utf-8").splitlines()
    refused: dict[str, list[bool]] = {"refuse": [], "allow": []}
    for row in map(json.loads, lines):
        if row["set"] in names:
            refused[row["label"]].append(not guard.review(row["text"], scope="wording").allowed)
    recall, false = UNSEEN[names]
    assert sum(refused["refuse"]) / len(refused["refuse"]) >= recall
    assert sum(refused["allow"]) / len(refused["allow"]) <= false


def test_the_corpus_holds_no_unseen_sentence() -> None:
    lines = (Path(__file__).parent / "unseen.jsonl").read_text(encoding="utf-8").splitlines()
    # names such as 账户明细 anybody would write
    taught = {text for sides in corpus().values() for texts in sides.values() for text in texts}
    assert [row["text"] for row in map(json.loads, lines) if len(row["text"]) > 10 and row["text"] in taught] == []
