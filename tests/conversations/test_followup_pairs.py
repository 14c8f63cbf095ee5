"""How many written follow-ups the trained model reads right after their topic (tests/fixtures/followups.yml)."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import yaml

from persona.labels import Labels
from persona.nlu.archive import load_parser, newest
from persona.nlu.context import UNSURE, Context, Reader

if TYPE_CHECKING:
    from tests.talk import Bot

PAIRS = Path(__file__).parent.parent / "fixtures" / "followups.yml"
RIGHT = 0.85  # read with their words alone: 0.5


def test_follow_ups_are_read_after_their_topic(bot: Bot) -> None:
    reader, labels = Reader(load_parser(newest(Path("models")))), Labels.load()
    responses = bot.agent.domain.responses
    wrong = []
    pairs = yaml.safe_load(PAIRS.read_text("utf-8"))["pairs"]
    for topic, text, wanted in pairs:
        buttons = [b for r in responses.get(f"utter_{topic}", []) for b in r.get("buttons") or []]
        offered = frozenset(b["payload"].split("{")[0].removeprefix("/") for b in buttons) - {"handoff"}
        parse = reader.read(reader.parser.parse(text), Context(topic, labels.title(topic) or "", offered))
        if parse.intent not in wanted and not ("ask" in wanted and (parse.fallback or parse.reason == UNSURE)):
            wrong.append(f"{topic} | {text} | {wanted} | {parse.intent}")
    assert len(wrong) <= (1 - RIGHT) * len(pairs), "\n".join(wrong)
