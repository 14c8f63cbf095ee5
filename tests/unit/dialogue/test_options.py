from __future__ import annotations

import pytest

from persona.rasa_adapter.options import choose, parse_payload

ROW = [
    {"title": "短信提醒费", "payload": "/faq/sms_alert"},
    {"title": "会员或订阅", "payload": "/faq/unknown_debit.subscription"},
    {"title": "福禾银行", "payload": '/been_scammed{"lost_via": "own_bank"}'},
]
OLD = [{"title": "积分", "payload": "/faq/points"}]


@pytest.mark.parametrize("text", ["第二个", "2", "选2", "二", "第2个吧", "会员或订阅", "「会员或订阅」", "會員或訂閱", "/faq/unknown_debit.subscription"])
def test_the_second_option(text: str) -> None:
    chosen = choose(text, ROW, [OLD, ROW])
    assert chosen is not None and chosen.label == "faq/unknown_debit.subscription"


def test_entities_of_a_payload() -> None:
    chosen = choose("福禾银行", ROW, [ROW])
    assert chosen is not None and chosen.entities == {"lost_via": "own_bank"}
    assert choose("最后一个", ROW, [ROW]) == chosen


def test_a_payload_counts_from_an_older_bubble_but_a_number_does_not() -> None:
    assert choose("/faq/points", ROW, [OLD, ROW]) is not None
    assert choose("4", ROW, [OLD, ROW]) is None


@pytest.mark.parametrize("text", ["/restart", "/affirm", "/faq", "二十万", "第二个办法是什么呢我想问", "", "？", "22", "/faq/points{"])
def test_not_an_option(text: str) -> None:
    assert choose(text, ROW, [OLD, ROW]) is None


@pytest.mark.parametrize("payload", ["greet", "/greet{\"a\":", "/a{[1]}", "/ x", "/x[1]{}y"])
def test_a_broken_payload_is_none(payload: str) -> None:
    assert parse_payload(payload) is None


def test_the_words_that_end_an_emergency_count_from_any_bubble() -> None:
    settled = {"title": "都处理好了", "payload": '/affirm{"settled": "yes"}'}
    rows = [[settled, {"title": "转人工", "payload": "/handoff"}], [{"title": "查积分", "payload": "/faq/points"}]]
    command = choose("都处理好了。", rows[-1], rows)
    assert command is not None and command.entities == {"settled": "yes"}
    assert choose("转人工", rows[-1], rows) is None
    assert choose("都处理好了", rows[-1], rows[1:]) is None


@pytest.mark.parametrize(("text", "answer"), [
    ("先签", "1"), ("先停下问吧", "2"), ("我选先停下问", "2"), ("先", ""), ("先停先签", ""), ("跨行转账先停下问谁", ""),
])
def test_an_answer_to_a_lesson_in_part_or_with_a_word_around_it(text: str, answer: str) -> None:
    row = [{"title": title, "payload": f'/ask_column.lesson{{"answer": "{n}"}}'} for n, title in enumerate(("先签了再说", "先停下问"), 1)]
    found = choose(text, row, [row])
    assert (found.entities["answer"] if found else "") == answer
    plain = [{**button, "payload": "/faq/deposit"} for button in row]
    assert choose(text, plain, [plain]) is None


@pytest.mark.parametrize("text", ["那第二个问题呢", "第二件事呢", "另一个呢", "还有一个问题呢"])
def test_the_other_question_of_a_message(text: str) -> None:
    chosen = choose(text, ROW, [ROW], [OLD[0], ROW[1]])
    assert chosen is not None and chosen.label == "faq/unknown_debit.subscription"


def test_the_other_one_is_nobody_s_where_one_thing_was_asked() -> None:
    assert choose("另一个呢", ROW, [ROW]) is None
    assert choose("另一件事我想投诉", ROW, [ROW], [OLD[0], ROW[1]]) is None


@pytest.mark.parametrize("text", ["第二条呢", "第2点没看懂", "第二步", "第一点"])
def test_a_step_of_the_answer_is_no_button(text: str) -> None:
    assert choose(text, ROW, [ROW], steps=2) is None
    assert choose("第二个", ROW, [ROW], steps=2) is not None


def test_without_steps_the_second_one_is_a_button() -> None:
    assert choose("第二条", ROW, [ROW]) == choose("第二个", ROW, [ROW], steps=1)
