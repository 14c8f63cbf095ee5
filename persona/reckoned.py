"""What is said after a calculator's result: about the result (「一共多少利息」), or with another value (「说错了，是80万」). Pure."""

from __future__ import annotations

import re

# Topics that a calculation is talked about in: a question in between does not end it.
ABOUT: dict[str, tuple[str, ...]] = {
    "prepayment": ("faq/early_repay",),
    "installment": ("faq/card_installment", "faq/early_repay", "faq/loan_rate"),
    "pension_tax": ("faq/pension",),
    "deposit_interest": ("faq/deposit", "faq/deposit_rate"),
    "monthly_payment": ("faq/loan_repay", "faq/loan_rate"),
}
RESULT = "utter_calc_result_"  # what the responses that tell a result begin with
_NO_MATTER = frozenset({"nlu_fallback", "out_of_scope", "thank", "affirm", "deny", "not_what_i_meant", "say_again", "ask_source", "choose_option"})
# Where people say amounts before they ask for a calculation.
TOLD: dict[str, tuple[str, ...]] = {
    "prepayment": ("faq/early_repay", "faq/mortgage", "faq/loan_repay", "faq/loan_rate"),
    "installment": ("faq/card_installment", "faq/card_bill"),
    "pension_tax": ("faq/pension",),
    "deposit_interest": ("faq/deposit", "faq/deposit_rate"),
    "monthly_payment": ("faq/mortgage", "faq/loan_repay", "faq/loan_rate", "faq/loan_apply", "faq/loan_limit"),
}
BRIEF = 14  # characters of a question about a result
CHANGED = 24  # characters of a calculation with another value
# 「提前一年取呢」, 「要是存二十万」, 「说错了，是80万」: the same calculation with another value.
_CHANGED = re.compile(
    r"^(?:那|如果|要是|假如|换成?|改成?|是|应该是|不是|[把将])|呢[？?]?$|(?:怎么样|会怎样|多少|差多少)[？?]?$|[说写打报搞弄记算]错|不对|更正|应该是")
NUMERAL = re.compile(r"[0-9０-９一二两三四五六七八九十百千万几%％]|等额|本息|本金|先息|缩短|减少|不知道|不清楚|一次性|每月|每期")
_FIGURE = re.compile(r"[0-9０-９]|[一二两三四五六七八九十百千万](?:年|期|个月|万|千|成|厘)")
_OF_RESULT = re.compile(
    r"年化(?:是|利率|率)?(?:多少|呢|几|$)|(?:一共|总共|总的|合计|加起来).{0,6}(?:多少|利息|还|付|费)|利息(?:一共|总共|是)?多少|多少利息"
    r"|等额本[息金](?:呢|的|多少)|^(?:那|按)*(?:第[一二12]种|[前后]一?[种个者])(?:的话)?(?:呢|多少|怎么样|咋样)?[？?]?$|(?:缩短|减少)(?:年限|期限|月供|时间)?呢|省(?:多少|好多|几)|能省|月供(?:多少|呢)|每[个]?[月期](?:还|要还|付)?多少|总费用|不取了|(?:存|放)?到期.{0,4}(?:多少|能拿)")


def of_result(text: str) -> bool:
    """Whether a few words ask for a part of the result, or for it without what was taken out."""
    return len(text) <= BRIEF and bool(_OF_RESULT.search(text))


def holds_figure(text: str) -> bool:
    """Whether a message names a value itself."""
    return bool(_FIGURE.search(text))


def changed(text: str) -> bool:
    """Whether a message asks for the same calculation with another value."""
    return len(text) <= CHANGED and bool(_CHANGED.search(text) and NUMERAL.search(text))


def talked_of(calculator: str, label: str) -> bool:
    """Whether a question under `label` belongs to what was calculated, or is no other matter at all (thanks, a miss)."""
    return label in _NO_MATTER or label.startswith(f"calculate_{calculator}") or label.split(".")[0] in ABOUT.get(calculator, ())


def tells(calculator: str, label: str) -> bool:
    """Whether a message under `label` may have told values of a calculation that is asked for later."""
    return label.startswith(f"calculate_{calculator}") or label.split(".")[0] in TOLD.get(calculator, ())
