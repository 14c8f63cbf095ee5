"""Ten real messages of the project lose one disclosure each and are refused ten times; put back, they pass."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import pytest

from persona.compliance import Context, Guard
from persona.content import load_content
from persona.figures import load_figures
from persona.institution import load_institution
from persona.mascot import load_mascots
from persona.products import load_products
from persona.voice import Voice

ROOT = Path(__file__).resolve().parents[2]
SHEETS = [
    ("anxu_closed_182", "D-WM-1"), ("anxu_closed_182", "D-WM-2"), ("anxu_closed_182", "D-WM-3"),
    ("fuhe_card_installment_12", "D-CC-1"), ("fuhe_card_installment_12", "D-CC-4"),
    ("fuhe_large_cd_12m", "D-DEP-1"), ("fuhe_large_cd_12m", "D-DEP-3"), ("fuhe_time_deposit_1y", "D-DEP-1"),
    ("hechuan_balanced_fund", "D-FD-1"), ("hechuan_balanced_fund", "D-FD-3"), ("hechuan_balanced_fund", "D-FD-4"),
]
ANSWERS = [
    ("utter_faq/fund", "D-FD-1"), ("utter_faq/wealth", "D-WM-1"), ("utter_faq/pension", "D-PP-3"),
    ("utter_faq/bond_gold.gold", "D-GD-1"), ("utter_faq/loan_repay.method", "D-LN-3"),
]


@dataclass(frozen=True)
class Message:
    """A message with its disclosure in the place where it is printed, and without."""

    whole: str
    cut: str
    context: Context


def without(text: str, sentence: str) -> str:
    assert sentence in text
    return "\n".join(line for line in text.replace(sentence, "").split("\n") if line.strip())


def sheet(name: str, disclosure: str) -> Message:
    product = load_products()[name]
    context = Context(asked=frozenset({product.category}), now=load_institution().today())
    return Message(product.text(), without(product.text(), product.disclosures[disclosure]), context)


@lru_cache(maxsize=1)
def house() -> tuple[object, Voice]:
    return load_content(ROOT), Voice(load_mascots(), load_institution(), load_figures())


def answer(name: str, disclosure: str) -> Message:
    content, voice = house()
    bank = load_institution()
    for response in content.responses[name]:  # type: ignore[attr-defined]
        named, tone = tuple(response.metadata.get("disclosures") or ()), str(response.metadata.get("tone") or "warm")
        if disclosure in named:
            whole, cut = (
                voice.render(
                    response.text, mascot=bank.mascot, tone=tone, sober=bool(response.metadata.get("sober")), seed=0,
                    disclosures=some, today=bank.today(),
                )
                for some in (named, tuple(other for other in named if other != disclosure))
            )
            return Message(whole, cut, Context(tone=tone, now=bank.today()))
    raise AssertionError(f"{name} 里没有 {disclosure}")


CASES = [*((sheet, *case) for case in SHEETS), *((answer, *case) for case in ANSWERS)]


def test_there_are_ten_messages() -> None:
    assert len({name for _, name, _ in CASES}) >= 10


@pytest.mark.parametrize(("make", "name", "disclosure"), CASES, ids=[f"{name}-{disclosure}" for _, name, disclosure in CASES])
def test_without_its_disclosure_it_is_refused(guard: Guard, make: object, name: str, disclosure: str) -> None:
    message: Message = make(name, disclosure)  # type: ignore[operator]
    assert guard.review(message.whole, message.context).allowed
    decision = guard.review(message.cut, message.context)
    assert not decision.allowed and decision.reason == "disclosure"
    assert disclosure in decision.missing
    # a blank line puts the disclosure into another bubble: there it does not count
    parted = guard.review(message.cut + "\n\n" + message.whole[-40:], message.context)
    assert not parted.allowed


@pytest.mark.parametrize("name", load_products())
@pytest.mark.parametrize("question", ["风险高吗", "能随时取吗", "收益多少", "手续费怎么收", "起点多少"])
def test_what_is_read_out_of_a_sheet_passes(guard: Guard, name: str, question: str) -> None:
    product = load_products()[name]
    decision = guard.review(f"那一页上是这样写的：\n{product.lines(question)}", Context(asked=frozenset({product.category}), now=load_institution().today()))
    assert decision.allowed, [finding.rule for finding in decision.findings]
