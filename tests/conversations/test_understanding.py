"""Sentences written before the model that now reads them (docs/quality.md): understanding must not get worse."""

from __future__ import annotations

import json
from functools import lru_cache
from pathlib import Path

import pytest

from persona.nlu.archive import load_parser, newest
from persona.nlu.parser import public

ROWS = Path("tests/fixtures/understanding")
# faq, scam and none (no alarm) count the wrong ones that were sure of themselves too.
LEAST = {"bank": 0.85, "victim": 0.9, "outside": 0.92, "crisis": 0.97}
WRONG, FALSE_ALARM, FALSE_CRISIS = 0.07, 0.06, 0.12
ALARM = ("scam/", "check_suspicious", "been_scammed", "scam_now", "share_secret", "verify_official", "check_company")


@lru_cache(maxsize=1)
def _parser():  # type: ignore[no-untyped-def]
    return load_parser(newest(Path("models")))


def answers(name: str) -> list[tuple[str, set[str], str | None]]:
    """Text, labels that are right, and what was understood: None for a question back or a refusal to guess."""
    rows = [json.loads(line) for line in (ROWS / f"{name}.jsonl").read_text("utf-8").splitlines()]
    parses = [_parser().parse(row["text"]) for row in rows]
    return [
        (row["text"], {row["label"], *row.get("also_ok", [])}, None if parse.fallback else public(parse.intent))
        for row, parse in zip(rows, parses, strict=True)
    ]


@pytest.mark.parametrize("name", ["bank", "victim"])
def test_the_right_topic(name: str) -> None:
    found = answers(name)
    missed = [(text, understood) for text, right, understood in found if understood not in right]
    assert 1 - len(missed) / len(found) >= LEAST[name], missed
    if name == "bank":
        assert sum(understood is not None for _, understood in missed) / len(found) <= WRONG, missed


def test_ordinary_messages_raise_no_alarm() -> None:
    found = answers("notices")
    alarms = [(text, understood) for text, _, understood in found if understood and understood.startswith(ALARM)]
    assert len(alarms) / len(found) <= FALSE_ALARM, alarms


def test_other_matters_get_no_bank_answer() -> None:
    found = answers("outside")
    answered = [(text, understood) for text, _, understood in found if understood and understood.startswith(("faq/", "scam/", "ask_product", "ask_recommendation"))]
    assert 1 - len(answered) / len(found) >= LEAST["outside"], answered


def test_despair_is_heard_and_not_heard_where_there_is_none() -> None:
    missed = [text for text, _, understood in answers("crisis") if understood != "crisis"]
    assert 1 - len(missed) / len(answers("crisis")) >= LEAST["crisis"], missed
    found = answers("near_crisis")
    called = [text for text, _, understood in found if understood == "crisis"]
    assert len(called) / len(found) <= FALSE_CRISIS, called


def test_requests_to_deceive_are_not_answered_as_questions() -> None:
    found = answers("requests")
    answered = [(text, understood) for text, _, understood in found if understood and understood.startswith(("faq/", "chitchat/", "calculate_"))]
    assert len(answered) / len(found) <= 0.05, answered
