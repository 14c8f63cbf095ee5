"""What customers read about tickets: allowed by the guard under every lock, sober and whole for every mascot."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml

from persona.compliance import Context, Guard
from persona.figures import load_figures
from persona.institution import load_institution
from persona.mascot import load_mascots
from persona.voice import Voice

TICKETS = Path(__file__).parents[3] / "data" / "nlu" / "dialogue" / "tickets.yml"
RESPONSES = yaml.safe_load(TICKETS.read_text("utf-8"))["responses"]
VALUES = {
    "ticket": "T20261122-0031", "tickets": "T20261122-0031、T20261123-0002", "due": "明天12:00", "longest": "1月22日",
    "ahead": "3", "staff": "王敏（工号1023）",
}
BANK, MASCOTS = load_institution(), load_mascots()


@pytest.fixture(scope="module")
def voice() -> Voice:
    return Voice(MASCOTS, BANK, load_figures())


def said(voice: Voice, response: dict[str, Any], mascot: str) -> str:
    return voice.render(
        response["text"], mascot=mascot, tone=response["metadata"]["tone"], sober=response["metadata"]["sober"], seed="s",
        turn=1, values=VALUES, today=date(2026, 11, 23),
    )


@pytest.mark.parametrize("name", RESPONSES)
def test_every_answer_passes_the_guard_and_keeps_its_facts(name: str, voice: Voice, guard: Guard) -> None:
    for response in RESPONSES[name]:
        for mascot in MASCOTS:
            text = said(voice, response, mascot)
            assert all(VALUES[value] in text for value in response["metadata"].get("values", []))
            assert "{" not in text and "喵" not in text
            for lock in ("none", "soft", "hard"):
                decision = guard.review(text, Context(lock=lock, tone="warm"))
                assert decision.allowed, (text, [(f.rule, f.text) for f in decision.findings])


@pytest.mark.parametrize("name", [name for name in RESPONSES if name.startswith("utter_complain") or name.startswith("utter_missold")])
def test_a_complaint_gets_number_deadlines_and_channels_and_no_bargaining(name: str, voice: Voice) -> None:
    for response in RESPONSES[name]:
        text = said(voice, response, "xiaofumiao")
        assert all(part in text for part in ("T20261122-0031", VALUES["due"], VALUES["longest"], BANK.hotline, "12378"))
        assert not any(word in text for word in ("谅解", "误会", "撤诉", "撤回投诉", "补偿", "好评"))
