"""Which side of a matter a few words ask for, and which sentence of an answer tells it."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import numpy as np
import pytest
import yaml

from persona.nlu.aspects import Aspects, most_shared, nearest, pairs, sentences, sharing
from persona.nlu.features import LEXICON, Features
from persona.nlu.model import LinearModel
from persona.nlu.parser import Parser

SIDES = yaml.safe_load((LEXICON / "aspects.yml").read_text("utf-8"))["aspects"]
ASPECTS = Aspects.load()
ANSWER = "开户要本人带身份证来。\n1. 收费看签的协议和公告。\n2. 几天能好，问网点。"


def _examples() -> list[tuple[str, str, bool]]:
    return [(e["id"], text, kind == "hit") for e in SIDES for kind in ("hit", "miss") for text in e["examples"][kind]]


@pytest.mark.parametrize(("side", "text", "hit"), _examples())
def test_sides_by_their_own_examples(side: str, text: str, hit: bool) -> None:
    assert (ASPECTS.asked(text) == side) is hit


@pytest.mark.parametrize(("side", "told"), [("fee", "收费看签的协议和公告。"), ("papers", "开户要本人带身份证来。"), ("time", "几天能好，问网点。")])
def test_the_sentence_that_tells_it_is_read_out(side: str, told: str) -> None:
    assert ASPECTS.told(side, [ANSWER]) == [told]


@pytest.mark.parametrize(
    ("text", "sides"),
    [("开户要带啥 几天能拿到卡 收费不", ["time", "fee"]), ("收费不", ["fee"]), ("周末呢", ["days_off"]), ("卡丢了", [])],
)
def test_all_sides_that_a_message_asks_for(text: str, sides: list[str]) -> None:
    assert ASPECTS.sides(text) == sides


def test_what_no_answer_tells_is_not_made_up() -> None:
    assert ASPECTS.told("refund", [ANSWER]) == []
    assert ASPECTS.told("fee", ["别用消费贷去换房贷。"]) == []
    assert ASPECTS.told("refund", [ANSWER, "多扣的能退。"]) == ["多扣的能退。"]


def test_every_side_has_something_to_say_where_an_answer_has_not() -> None:
    responses = yaml.safe_load(Path("data/nlu/dialogue/aspects.yml").read_text("utf-8"))["responses"]
    assert {f"utter_aspect_{e['id']}" for e in SIDES} == set(responses)


def test_a_sentence_is_found_by_the_words_it_shares() -> None:
    seen = {p: 1 for s in sentences(ANSWER) for p in pairs(s)}
    assert sharing("有协议吗", [ANSWER], seen) == ["收费看签的协议和公告。"]
    assert sharing("有协议吗", [ANSWER], seen, title="开户协议") == []
    assert sharing("那然后呢", [ANSWER], seen) == []


def _decided(p: dict[str, float]) -> str:
    """What a parser makes of a sentence with these probabilities."""
    no = {name: (lambda *_: False) for name in ("story", "unhooked", "calm", "notice")}
    model = SimpleNamespace(labels=list(p), known_share=lambda _: 1.0)
    parser = Parser(cast(LinearModel, model), cast(Features, SimpleNamespace(**no)))
    return parser.decide("分期提前还的费用", sorted(p.items(), key=lambda one: -one[1]), np.array(list(p.values())), Counter(), []).intent


def test_of_two_answers_that_both_tell_it_none_is_asked_back_for() -> None:
    assert _decided({"faq/early_repay.card": 0.5, "faq/card_installment": 0.46}) == "faq/early_repay.card"
    assert _decided({"faq/early_repay": 0.5, "faq/card_installment": 0.46}) == "nlu_fallback"


def test_the_one_sentence_that_letters_point_to() -> None:
    fee = ["到了收取日，年费会记进账单，不还会算逾期。\n已经扣了想退，先看条件到底够没够。\n不打算用的卡，早点注销。"]
    assert nearest("扣了能退不", fee) == ["已经扣了想退，先看条件到底够没够。"]
    assert nearest("你好啊", fee) == []
    assert nearest("办业务", ["这里办业务要带证件。", "那边办业务要先排队。"]) == []


def test_all_sentences_that_share_most() -> None:
    result = ["等额本息，每期约5元，利息共约8元\n等额本金，每期递减，利息共约7元\n按利率不变估算。"]
    assert most_shared("一共多少利息", result) == ["等额本息，每期约5元，利息共约8元", "等额本金，每期递减，利息共约7元"]
    assert most_shared("等额本金呢", result) == ["等额本金，每期递减，利息共约7元"]
    assert most_shared("多少", result) == []
