"""What is heard right after a topic and means something of the topic itself."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from persona.nlu.homonyms import Homonyms
from persona.nlu.wording import entries

HOMONYMS = Homonyms.load()


def _examples() -> Iterator[tuple[str, str, str, str, bool]]:
    for e in entries("homonyms"):
        topic, heard = e["after"][0].rstrip("*"), e["heard"][0].rstrip("*")
        for hit, texts in ((True, e["examples"]["hit"]), (False, e["examples"]["miss"])):
            yield from ((e["means"], topic, heard, text, hit) for text in texts)


@pytest.mark.parametrize(("means", "topic", "heard", "text", "hit"), _examples())
def test_homonyms_by_their_own_examples(means: str, topic: str, heard: str, text: str, hit: bool) -> None:
    assert (HOMONYMS.means(topic, heard, text) == means) is hit


def test_another_topic_leaves_the_label() -> None:
    assert HOMONYMS.means("faq/lost_card", "faq/loan_rate", "有利息不") == ""
