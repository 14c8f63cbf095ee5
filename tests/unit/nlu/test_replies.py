"""What a few words mean after an answer: every reply by its own examples."""

from __future__ import annotations

import pytest

from persona.nlu.replies import FILES, Replies
from persona.nlu.wording import entries

REPLIES = Replies.load()


def _examples() -> list[tuple[str, str, str, bool]]:
    return [
        (e["intent"], after.replace("*", ""), text, kind == "hit")
        for file in FILES for e in entries("replies", file=file)
        for after in e["after"] for kind in ("hit", "miss") for text in e["examples"][kind]
    ]


@pytest.mark.parametrize(("intent", "after", "text", "hit"), _examples())
def test_replies_by_their_own_examples(intent: str, after: str, text: str, hit: bool) -> None:
    topic = after if after.startswith(("faq/", "scam/")) else ""
    assert (REPLIES.means(text, topic=topic, last=f"utter_{after}") == intent) is hit


@pytest.mark.parametrize("text", ["能退吗", "要报警吗", "现在就要", "存多久", "还有呢"])
def test_nothing_is_read_into_words_that_follow_nothing(text: str) -> None:
    assert REPLIES.means(text, topic="", last="") is None
    assert REPLIES.means(text, topic="faq/cash_exchange", last="utter_faq/cash_exchange") is None
