"""Which side of which product is asked about."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from persona.nlu.product_talk import ProductTalk, kind_of, of_kind
from persona.nlu.wording import entries
from persona.products import foremost

TALK = ProductTalk.load()


def _examples() -> Iterator[tuple[str, str, str, bool]]:
    for entry in entries("questions", file="product_talk"):
        for hit in (True, False):
            for kind, texts in entry["examples"]["hit" if hit else "miss"].items():
                yield from ((entry["means"][kind], kind, text, hit) for text in texts)


@pytest.mark.parametrize(("means", "kind", "text", "hit"), _examples())
def test_questions_by_their_own_examples(means: str, kind: str, text: str, hit: bool) -> None:
    assert (TALK.means(text, kind) == means) is hit


def test_the_product_in_the_message_comes_before_the_one_talked_about() -> None:
    assert kind_of(["fund"], "faq/wealth", "wealth") == "fund"
    assert kind_of([], "faq/pension.tax", "wealth") == "pension"
    assert kind_of([], "ask_promise", "gold") == "gold"
    assert kind_of([], "faq/lost_card", "gold") == ""


def test_of_two_the_one_that_can_lose_money() -> None:
    assert foremost(["cd", "wealth"]) == "wealth"
    assert foremost(["deposit", "cd"]) == "deposit"


def test_what_is_of_the_kind_already() -> None:
    assert of_kind("faq/insurance.surrender", "insurance") and not of_kind("faq/deposit.early", "wealth")
