"""Other institutions, other languages, wide letters: what the lexicon makes of them before the classifier reads."""

from __future__ import annotations

import pytest

from persona.nlu.institutions import BANK, PRODUCT, Institutions
from persona.nlu.languages import ENGLISH, PINYIN, languages
from persona.nlu.text import half_width, normalise, simplify


@pytest.fixture(scope="module")
def known() -> Institutions:
    return Institutions("福禾银行")


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("建行卡丢了", [("建设银行", BANK)]),
        ("你们建行信用卡怎么注销", [("建设银行", BANK)]),
        ("ＩＣＢＣ的APP打不开", [("工商银行", BANK)]),
        ("支付寶怎麼註銷", [("支付宝", PRODUCT)]),
        ("花呗怎么关", [("支付宝", PRODUCT)]),
        ("网捷贷怎么还", [("农业银行", BANK)]),
        ("建行和工行哪个手续费低", [("建设银行", BANK), ("工商银行", BANK)]),
        ("工行的卡转到福禾卡多久到", []),
        ("从你们这转到建行要手续费吗", []),
        ("转账到建行多久到账", []),
        ("招行转过来的钱没到", []),
        ("微信绑不上银行卡", []),
        ("旅途中行李丢了", []),
        ("施工行业能贷款吗", []),
        ("信用卡怎么激活", []),
    ],
)
def test_whose_matter_it_is(known: Institutions, text: str, found: list[tuple[str, str]]) -> None:
    assert [(m.name, m.role) for m in known.asked_about(text)] == found


def test_the_place_of_the_name_is_told(known: Institutions) -> None:
    (mention,) = known.asked_about("我在建设银行办的卡")
    assert (mention.start, mention.end) == (2, 6)


def test_a_bank_of_the_list_is_no_other_bank_to_itself() -> None:
    own = Institutions("上海银行")
    assert own.asked_about("上海银行的卡丢了") == []
    assert [m.name for m in own.asked_about("我在上海，建行的卡丢了")] == ["建设银行"]


def test_what_holds_everywhere_is_told_for_their_products_too(known: Institutions) -> None:
    (huabei,) = known.asked_about("花呗逾期怎么办")
    (card,) = known.asked_about("建行卡怎么销")
    assert not known.theirs_alone(huabei, "faq/overdue")
    assert known.theirs_alone(huabei, "faq/loan_limit.why")
    assert not known.theirs_alone(card, "faq/loan_limit")


@pytest.mark.parametrize(
    ("text", "chinese", "language"),
    [
        ("how to report lost card?", "怎么挂失银行卡", ENGLISH),
        ("Credit card limit", "信用卡额度", ENGLISH),
        ("wo yao gua shi", "我要挂失", PINYIN),
        ("xinyongka edu", "信用卡额度", PINYIN),
        ("thank you so much", "", ENGLISH),
        ("asdf qwer", "", ""),
        ("ok", "", ""),
        ("卡丢了", "", ""),
    ],
)
def test_words_of_other_languages(text: str, chinese: str, language: str) -> None:
    reading = languages().read(simplify(text))
    assert (reading.chinese, reading.language) == (chinese, language)


def test_english_words_between_chinese_ones_are_read_and_usual_ones_stay() -> None:
    assert normalise("credit card 怎么激活") == "信用卡 怎么激活"
    assert normalise("app打不开") == "app打不开"
    assert normalise("信用咭唔见咗") == "信用卡不见了"


def test_wide_letters_and_digits_keep_their_places() -> None:
    wide = "ＡＰＰ，转５００％"
    assert half_width(wide) == "APP，转500%"
    assert len(half_width(wide)) == len(wide)
