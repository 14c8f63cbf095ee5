"""A message read after a topic: on a small model, without rasa."""

from __future__ import annotations

import pytest

from persona.nlu.context import Context, Reader
from persona.nlu.features import Features
from persona.nlu.model import train
from persona.nlu.parser import Parser

TEXTS = {
    "faq/fund": ["基金是什么", "基金有哪些种类", "什么叫基金", "基金怎么买", "基金入门", "基金和股票的区别"],
    "faq/fund.fees": ["基金手续费多少", "基金申购费怎么收", "买基金手续费", "基金的费用", "基金管理费", "基金手续费呢"],
    "faq/transfer_fee": ["转账手续费多少", "手续费是多少", "汇款要手续费吗", "转账收费吗", "跨行转账手续费", "转账要花钱吗"],
    "scam/brushing": ["刷单让我垫钱", "做任务返佣是真的吗", "兼职刷单", "点赞赚佣金", "刷单骗局", "刷单要垫付"],
    "scam_now.sunk": ["不做前面的钱就没了", "再做一单就能提现", "最后一单", "垫的钱拿不回来", "刷单最后一单", "差一单"],
    "been_scammed": ["我被骗了两万", "钱转给骗子了", "我上当了", "被骗走五千", "钱都被骗光了", "刚被骗了"],
    "crisis": ["我不想活了", "活着没意思", "撑不下去了", "想一了百了", "我想死", "不想再活了"],
    "out_of_scope": ["今天天气怎么样", "放首歌", "讲讲历史", "火车票多少钱", "怎么做红烧肉", "翻译一下"],
}


@pytest.fixture(scope="module")
def reader() -> Reader:
    texts = [t for group in TEXTS.values() for t in group]
    labels = [label for label, group in TEXTS.items() for _ in group]
    features = Features.load()
    return Reader(Parser(train(texts, labels, features, min_df=1), features))


def read(reader: Reader, text: str, context: Context | None) -> tuple[str, str]:
    parse = reader.read(reader.parser.parse(text), context)
    return parse.intent, parse.reason


def test_an_aspect_is_read_with_its_topic(reader: Reader) -> None:
    assert read(reader, "多少", None)[0] != "faq/fund.fees"
    assert read(reader, "多少", Context("faq/fund", "基金", frozenset({"faq/fund.fees"}))) == ("faq/fund.fees", "context")


def test_without_a_context_nothing_changes(reader: Reader) -> None:
    parse = reader.parser.parse("手续费呢")
    assert reader.read(parse, None) is parse


def test_a_long_message_stands_by_itself(reader: Reader) -> None:
    parse = reader.parser.parse("我想问一下从工商银行跨行转账两万块到你们银行手续费大概要收多少")
    assert reader.read(parse, Context("faq/fund", "基金")) is parse


def test_while_fraud_is_suspected_a_bare_statement_stays_with_it(reader: Reader) -> None:
    assert read(reader, "可是不做的话垫的钱就没了", Context("scam/brushing", "怕是刷单骗局"))[0] == "scam_now.sunk"


@pytest.mark.parametrize("text", ["我不想活了", "我被骗了两万"])
@pytest.mark.parametrize("label", ["faq/fund", "scam/brushing"])
def test_a_clear_alarm_wins_in_every_context(reader: Reader, text: str, label: str) -> None:
    assert read(reader, text, Context(label, "基金"))[0] in ("crisis", "been_scammed")


def test_it_is_deterministic(reader: Reader) -> None:
    context = Context("faq/fund", "基金")
    assert reader.read(reader.parser.parse("那要多少钱"), context) == reader.read(reader.parser.parse("那要多少钱"), context)
