"""What is asked about a kind of product: 「急用能拿出来吗」 of a wealth product is no question about deposits. Pure.

A classifier reads the words; of which product they are asked stands in the message or in the answers before it. Patterns and, for each
kind, the answer stand in `lexicon/product_talk.yml`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from persona.nlu.text import simplify
from persona.nlu.wording import Wording, entries
from persona.products import foremost

_SPEECH = re.compile(r"[\W_]+")
# A topic that is about one kind only; the longer one first.
_OF_TOPIC = (
    ("faq/wealth", "wealth"), ("faq/fund", "fund"), ("faq/insurance", "insurance"), ("faq/pension", "pension"), ("calculate_pension_tax", "pension"),
    ("faq/bond_gold.bond", "bond"), ("faq/bond_gold.counter", "bond"), ("faq/bond_gold.", "gold"), ("faq/deposit.cd", "cd"), ("faq/deposit.", "deposit"),
)
# Talk about any of them: which one, the slot `product` says.
_OF_ANY = ("ask_product", "ask_promise", "ask_recommendation", "compare_products", "missold", "complain", "faq/risk_assessment", "faq/bond_gold", "faq/deposit")
_BORROWED = ("loan", "mortgage", "card", "installment")  # 「贷款的钱存定期」 asks about what it is put into
_FAMILY: Mapping[str, tuple[str, ...]] = {
    "wealth": ("faq/wealth", "faq/risk_assessment"), "fund": ("faq/fund", "faq/risk_assessment"), "insurance": ("faq/insurance",),
    "pension": ("faq/pension", "calculate_pension_tax"), "bond": ("faq/bond_gold",), "gold": ("faq/bond_gold",),
    "cd": ("faq/deposit", "calculate_deposit_interest"), "deposit": ("faq/deposit", "calculate_deposit_interest"),
}

_GENERAL = frozenset({"faq/risk_assessment", "faq/wealth", "faq/wealth.nav", "faq/fund", "faq/insurance", "faq/pension", "faq/bond_gold", "faq/bond_gold.gold", "faq/bond_gold.bond", "ask_product"})


@dataclass(frozen=True)
class Question:
    """One side of a product: how it is asked for, and the answer of each kind; `named`: only where the message names the product;
    `sharp`: more than what the product is, however sure that was heard."""

    ask: str
    wording: Wording
    means: Mapping[str, str]
    named: bool = False
    sharp: bool = False


class ProductTalk:
    """All questions in the order of the file; the first that fits decides."""

    def __init__(self, questions: Iterable[Question]) -> None:
        self._all = tuple(questions)

    @classmethod
    def load(cls, path: Path | None = None) -> ProductTalk:
        """Read those that ship with the project."""
        return cls(
            Question(e["ask"], Wording.of(e), e["means"], e.get("named", False), e.get("sharp", False))
            for e in entries("questions", path, "product_talk")
        )

    def means(self, text: str, kind: str, *, named: bool = True, sharp: bool = False) -> str:
        """The label of what is asked about `kind`, or "". named: the message names it; sharp: only questions that are."""
        words = _SPEECH.sub("", simplify(text))
        fitting = (one for one in self._all if kind in one.means and (named or not one.named) and (one.sharp or not sharp) and one.wording.stands_in(words))
        return next((one.means[kind] for one in fitting), "")


def kind_of(named: Sequence[str], topic: str, product: str) -> str:
    """Which product a message is about: the one it names, else the one that was talked about, else ""."""
    if named:
        return foremost([kind for kind in named if kind not in _BORROWED] or named)
    of_topic = next((kind for start, kind in _OF_TOPIC if topic.startswith(start)), "")
    return of_topic or (product if topic.split(".")[0] in _OF_ANY else "")


def what_it_is(label: str) -> bool:
    """Whether a label only tells what a kind is and how it is bought."""
    return label in _GENERAL


def of_kind(label: str, kind: str) -> bool:
    """Whether a label is an answer about `kind` already."""
    return label.startswith(("ask_product", "ask_promise", "ask_recommendation", "compare_products", *_FAMILY.get(kind, ())))
