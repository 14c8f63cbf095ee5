"""Another institution's card, app or product: whose rules hold is said first, and nothing of ours stands for theirs."""

from __future__ import annotations

from collections.abc import Callable

import pytest

pytest.importorskip("rasa")

from persona.institution import load_institution
from tests.talk import Bot, Talk

BANK = load_institution()
OWN_MENU = f"{BANK.app}「"
MASCOTS = ("xiaofumiao", "xiaoheniang", "xiaoshizi", "xiaolanghua")


@pytest.fixture
def parsed(bot: Bot) -> Callable[[Talk], list[str]]:
    def entities(talk: Talk) -> list[str]:
        return [str(e["value"]) for e in talk.tracker.latest_message.entities if e["entity"] == "institution"]

    return entities


@pytest.mark.parametrize("mascot", MASCOTS)
@pytest.mark.parametrize(
    "question, theirs",
    [("建行信用卡账单怎么查", "建设银行"), ("你们工行的手机银行怎么登录不上", "工商银行"), ("花呗逾期会影响征信吗", "支付宝"),
     ("招商银行的存款证明怎么开", "招商银行"), ("ＩＣＢＣ的转账限额在哪改", "工商银行")],
)
def test_whose_rules_hold_is_said_before_what_is_true_in_general(bot: Bot, mascot: str, question: str, theirs: str) -> None:
    talk = bot.talk(mascot=mascot)
    answer = talk(question)
    first = next(line for line in answer.split("\n") if "不是真人" not in line)
    assert BANK.name in first and theirs in first and "官方" in first, answer
    assert len(answer) > len(first) + 20  # and then the matter itself
    assert talk.tracker.latest_message.intent["name"] == "faq"


@pytest.mark.parametrize("question", ["花呗怎么关闭", "京东白条怎么提额", "微信零钱怎么提现到银行卡", "余额宝收益怎么算"])
def test_what_only_they_have_is_said_to_be_theirs_without_our_menus(bot: Bot, question: str) -> None:
    answer = bot.talk()(question)
    assert BANK.name in answer and "官方" in answer, answer
    assert OWN_MENU not in answer and BANK.hotline not in answer


@pytest.mark.parametrize(
    "question", ["工行卡转到福禾银行多久到账", "从你们这转到建行要手续费吗", "转账到建行多久到账", "微信绑不上银行卡怎么办", "信用卡账单怎么查"],
)
def test_where_our_bank_is_asked_too_nothing_is_added(bot: Bot, parsed: Callable[[Talk], list[str]], question: str) -> None:
    talk = bot.talk()
    answer = talk(question)
    assert parsed(talk) == []
    assert "那边怎么办" not in answer and "规定和菜单" not in answer and "停不了别家的卡" not in answer


def test_a_lost_card_of_another_bank_is_stopped_there_first(bot: Bot) -> None:
    answer = bot.talk()("我的农行卡丢了怎么办")
    assert "卡背面的电话" in answer and "农业银行" in answer
    assert answer.index("卡背面的电话") < answer.index(BANK.hotline)


def test_in_an_emergency_the_steps_come_first(bot: Bot) -> None:
    answer = bot.talk()("我刚被骗了，从建行转出去两万")
    assert "110" in answer and "菜单" not in answer and "规定" not in answer


def test_nothing_of_theirs_is_given_as_a_number(bot: Bot) -> None:
    for question in ("建行客服电话多少", "招行人工客服怎么打"):
        answer = bot.talk()(question)
        assert not any(number in answer for number in ("95533", "95555", "95588")), answer


@pytest.mark.parametrize("question, topic", [("how to report lost card?", "faq/lost_card"), ("credit card limit", "faq/card_limit"),
                                             ("ＡＰＰ打不開", "faq/mobile_banking"), ("xinyongka zenme jihuo", "faq/card_activate_cancel")])
def test_english_pinyin_and_wide_letters_are_read(bot: Bot, question: str, topic: str) -> None:
    talk = bot.talk()
    answer = talk(question)
    key = talk.tracker.latest_message.parse_data["response_selector"]["faq"]["response"]["intent_response_key"]
    assert key.split(".")[0] == topic
    assert ("English" in answer) == question.startswith(("how", "credit"))


def test_english_without_a_topic_is_told_how_to_reach_a_person(bot: Bot) -> None:
    answer = bot.talk()("could you explain the ceremony of my cousin to someone")
    assert "English" in answer and BANK.hotline in answer and "中文" in answer


def test_despair_told_in_english_is_cared_for_first(bot: Bot) -> None:
    answer = bot.talk()("i want to kill myself")
    assert answer.index("12356") < answer.index("English")


@pytest.mark.parametrize("question, said", [("招商银行的存款证明怎么开", ("规定和菜单", "那边怎么办")), ("花呗怎么关闭", ("官方APP",))])
def test_each_mascot_says_it_in_its_own_words(bot: Bot, question: str, said: tuple[str, ...]) -> None:
    lines = {}
    for mascot in MASCOTS:
        answer = bot.talk(mascot=mascot)(question)
        lines[mascot] = next(line for line in answer.split("\n") if any(words in line for words in said))
        assert "官方" in lines[mascot], answer
    assert len(set(lines.values())) == len(MASCOTS), lines


def test_in_trouble_all_four_say_the_same(bot: Bot) -> None:
    for question in ("花呗还不上了", "我的农行卡丢了怎么办"):
        answers = {bot.talk(mascot=mascot)(question).replace("您", "你") for mascot in MASCOTS}
        firsts = {next(line for line in a.split("\n") if "支付宝" in line or "农业银行" in line) for a in answers}
        assert all(not any(word in first for word in ("停一下", "先看清", "两家", "加一行", "您先听", "咱", "先报")) for first in firsts), firsts
