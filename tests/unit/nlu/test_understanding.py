from __future__ import annotations

from collections import Counter
from pathlib import Path

import numpy as np
import pytest
import yaml

from persona.nlu.features import LEXICON, Features
from persona.nlu.model import START, LinearModel, _calibration, _split, calibrated, train
from persona.nlu.parser import FALLBACK, Parser, public
from persona.nlu.signals import Signals
from persona.nlu.text import normalise, simplify

TEXTS = {
    "faq/points": ["信用卡积分怎么查", "积分能换什么", "积分到期了吗", "我的积分在哪看", "积分兑换", "刷卡有没有积分"],
    "faq/lost_card": ["卡丢了怎么办", "银行卡掉了", "挂失要多久", "信用卡找不到了", "我要挂失", "卡被偷了"],
    "out_of_scope": ["今天天气怎么样", "放首歌", "讲讲历史", "火车票多少钱", "怎么做红烧肉", "翻译一下"],
    "crisis": ["我不想活了", "活着没意思", "撑不下去了", "想一了百了", "我想死", "不想再活了"],
}


@pytest.fixture(scope="module")
def parser() -> Parser:
    texts = [t for group in TEXTS.values() for t in group]
    labels = [label for label, group in TEXTS.items() for _ in group]
    features = Features.load()
    return Parser(train(texts, labels, features, min_df=1), features)


def test_it_learns(parser: Parser) -> None:
    assert parser.parse("我的积分能不能换东西").intent == "faq/points"
    assert parser.parse("卡找不到了要挂失").intent == "faq/lost_card"


@pytest.mark.parametrize("text", ["", "   ", "???", "😀😀", "\u200b", "。。。", "\n"])
def test_blank_text_is_a_fallback(parser: Parser, text: str) -> None:
    parse = parser.parse(text)
    assert (parse.intent, parse.fallback, parse.reason) == (FALLBACK, True, "blank")


@pytest.mark.parametrize("text", ["qwrtzp", "ζηθικλμνξ", "ㄱㄴㄷㄹ", "饕餮魑魅魍魉"])
def test_unknown_text_is_a_fallback(parser: Parser, text: str) -> None:
    assert parser.parse(text).fallback


def test_probabilities_sum_to_one_and_top_is_sorted(parser: Parser) -> None:
    p = parser.model.probabilities(parser.features("积分"))
    assert p is not None and np.isclose(p.sum(), 1)
    top = parser.parse("积分").top
    assert [q for _, q in top] == sorted((q for _, q in top), reverse=True)


def test_training_is_deterministic_and_survives_the_disk(parser: Parser, tmp_path: Path) -> None:
    texts = [t for group in TEXTS.values() for t in group]
    labels = [label for label, group in TEXTS.items() for _ in group]
    again = train(texts, labels, Features.load(), min_df=1)
    assert np.array_equal(again.weights, parser.model.weights)
    again.save(tmp_path)
    loaded = LinearModel.load(tmp_path)
    a, b = (m.probabilities(parser.features("卡丢了")) for m in (parser.model, loaded))
    assert a is not None and b is not None and np.allclose(a, b, atol=5e-3)
    assert not list(tmp_path.glob("*.pkl"))


def test_features_ignore_width_script_and_punctuation() -> None:
    features = Features.load()
    assert features("信用卡积分，怎么查？") == features("信用卡積分 怎么查")
    assert normalise("ＡＴＭ限额５０００") == normalise("atm限额5000")
    assert simplify("轉賬") == "转账"
    assert normalise("轉帳") == "转账"


def test_concepts_join_different_words() -> None:
    features = Features({"lost": ["丢了", "找不到"]})
    assert features("卡丢了")["@lost"] == features("卡找不到")["@lost"] == 1
    assert isinstance(features("卡丢了"), Counter)


def test_public_labels() -> None:
    assert public("faq/cash_branch.swallowed") == "faq/cash_branch"
    assert public("been_scammed.worry") == "been_scammed"


def _signal_examples() -> list[tuple[str, str, str, bool]]:
    entries = yaml.safe_load((LEXICON / "signals.yml").read_text("utf-8"))["signals"]
    return [
        (entry["intent"], entry.get("heard", ""), text, kind == "hit")
        for entry in entries for kind in ("hit", "miss") for text in entry["examples"][kind]
    ]


@pytest.mark.parametrize(("intent", "heard", "text", "hit"), _signal_examples())
def test_signals_by_their_own_examples(intent: str, heard: str, text: str, hit: bool) -> None:
    assert (Signals.load().decide(simplify(text), heard and f"{heard}/any") == intent) is hit


def test_no_word_list_is_loaded_with_a_broken_concept() -> None:
    data = yaml.safe_load((LEXICON / "concepts.yml").read_text("utf-8"))["concepts"]
    assert all(isinstance(word, (str, int)) and str(word).strip() for words in data.values() for word in words)


def test_several_questions_in_one_message(parser: Parser) -> None:
    parse = parser.parse("我的积分能不能换东西？银行卡丢了要挂失")
    assert (parse.intent, parse.also, parse.reason) == ("faq/lost_card", ("faq/points",), "several")
    assert parser.parse("我的积分能不能换东西，积分什么时候到期").also == ()


def test_two_labels_are_enough() -> None:
    two = ("faq/points", "out_of_scope")
    texts = [t for label in two for t in TEXTS[label]]
    small = Parser(train(texts, [label for label in two for _ in TEXTS[label]], Features.load(), min_df=1), Features.load())
    assert small.parse("积分怎么兑换").intent == "faq/points"
    assert small.parse("今天天气好不好").intent == "out_of_scope"


def test_calibration_is_fitted_on_held_out_sentences_and_orders_like_the_margins() -> None:
    rng = np.random.default_rng(7)
    targets = rng.integers(0, 8, 600)
    margins = rng.normal(-0.8, 0.3, (600, 8))
    margins[np.arange(600), targets] += rng.normal(0.7, 0.4, 600)
    fitted = _calibration(margins, targets)
    p = calibrated(margins, fitted)
    assert np.allclose(p.sum(axis=1), 1) and (p.argmax(axis=1) == margins.argmax(axis=1)).all()
    hit = p.argmax(axis=1) == targets
    assert abs(p.max(axis=1).mean() - hit.mean()) < 0.05
    assert _calibration(margins[:0], targets[:0]) == START


def test_every_label_is_learned_and_some_of_each_held_out() -> None:
    targets = np.array([0] * 11 + [1] * 2 + [2])
    seen, held = _split(targets)
    assert sorted([*seen, *held]) == list(range(14))
    assert set(targets[seen]) == {0, 1, 2} and set(targets[held]) == {0, 1}


class FixedModel:
    """A model whose probabilities are given."""

    def __init__(self, **probabilities: float) -> None:
        self.labels = [name.replace("__", "/") for name in probabilities]
        self._p = np.array(list(probabilities.values()))

    def probabilities(self, counts: Counter[str]) -> object:
        return self._p

    def known_share(self, counts: Counter[str]) -> float:
        return 1.0


def decided(text: str = "这是一条消息", **probabilities: float) -> tuple[str, str]:
    parse = Parser(FixedModel(**probabilities), Features.load()).parse(text)  # type: ignore[arg-type]
    return parse.intent, parse.reason


def test_kinds_of_fraud_add_up_to_an_alarm() -> None:
    shared = {"out_of_scope": 0.3, "scam__prize": 0.2, "scam__romance": 0.18, "faq__points": 0.32}
    assert decided("他让我先交钱", **shared) == ("scam/prize", "alarm")
    assert decided("明天上午九点开会", **shared)[0] == FALLBACK  # a plain notice needs more
    assert decided("点击 http://a.cn 领取", **shared) == ("scam/prize", "alarm")
    assert decided(out_of_scope=0.6, scam__prize=0.3, scam__romance=0.05, faq__points=0.05)[0] == "out_of_scope"


def test_two_kinds_close_together_do_not_silence_the_alarm() -> None:
    assert decided(scam__prize=0.48, scam__romance=0.46, faq__points=0.06) == ("scam/prize", "model")


def test_a_sure_bank_question_raises_no_alarm() -> None:
    assert decided(scam__fake_credit_repair=0.34, faq__credit_report=0.62, out_of_scope=0.04) == ("faq/credit_report", "model")


def test_close_topics_are_asked_back() -> None:
    assert decided(faq__deposit_rate=0.48, faq__loan_rate=0.47, out_of_scope=0.05) == (FALLBACK, "unsure")


def test_a_calculator_and_its_topic_are_no_rivals() -> None:
    model = FixedModel(faq__card_installment=0.52, calculate_installment=0.46, out_of_scope=0.02)
    parser = Parser(model, Features.load())  # type: ignore[arg-type]
    assert parser.parse("分期多少钱").intent == "faq/card_installment"
    amount = [{"entity": "amount", "value": "1万"}]
    assert parser.parse("分期1万多少钱", amount).intent == "calculate_installment"
    clear = Parser(FixedModel(faq__early_repay=0.85, calculate_prepayment=0.09, out_of_scope=0.06), Features.load())  # type: ignore[arg-type]
    assert clear.parse("想提前还十万", amount).intent == "faq/early_repay"


def test_ordinary_service_needs_one_clear_kind() -> None:
    served = "请问您有什么问题需要帮助"
    assert decided(served, scam__fake_customer_service=0.4, scam__prize=0.2, faq__points=0.2, out_of_scope=0.2)[0] == FALLBACK
    assert decided(served, scam__fake_customer_service=0.7, faq__points=0.3)[0] == "scam/fake_customer_service"
    hooked = served + "，请加我微信，把钱转到指定账户"
    assert decided(hooked, scam__fake_customer_service=0.4, scam__prize=0.2, faq__points=0.2, out_of_scope=0.2)[1] == "alarm"


def test_every_sign_named_in_the_lexicon_exists() -> None:
    data = yaml.safe_load((LEXICON / "concepts.yml").read_text("utf-8"))
    assert {*data["calm"], *data["hooks"]} <= {*data["concepts"], *data["patterns"]}
