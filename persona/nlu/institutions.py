"""Another institution in a customer's sentence: whose card, app or product is asked about (`lexicon/institutions.yml`).

What is asked does not depend on it (the topic stays the topic); what is answered does: our menus are not theirs.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import yaml

from persona.institution import load_institution
from persona.layers import current
from persona.nlu.text import INSTITUTIONS, simplify

BANK, PRODUCT = "bank", "product"
_SUFFIX = "银行"


@dataclass(frozen=True)
class Mention:
    """One institution asked about. `name`: how an answer calls it. `role`: `bank` (whatever of it is asked about), or `product`
    (of a payment or lending company, which does what no bank does). `start`, `end`: where the words stand."""

    name: str
    role: str
    start: int
    end: int


class Institutions:
    """Finds the other institutions that a sentence asks about.

    own (str): the bank the mascot speaks for; its name is never another's."""

    def __init__(self, own: str, path: Path | None = None) -> None:
        with open(path or current(INSTITUTIONS), encoding="utf-8") as file:
            known = yaml.load(file, Loader=yaml.CSafeLoader)
        self.general, self.theirs, self.ours = (frozenset(known[kind]) for kind in ("general", "theirs", "ours"))
        banks, products = known["banks"], known["products"]
        theirs = {name: [*banks.get(name, ()), *products.get(name, ())] for name in {**banks, **products}}
        self._known = [
            (BANK if name in banks else PRODUCT, name, re.compile("|".join(words)))
            for name, words in theirs.items()
            if name != own and not any(re.fullmatch(w, own) for w in words)
        ]
        others = "|".join(f"(?:{pattern.pattern})" for _, _, pattern in self._known)
        stem = own.removesuffix(_SUFFIX)
        self._own = re.compile(f"{re.escape(own)}|{re.escape(stem)}(?:的|行|卡|app)|(?:{known['own']})(?!\\s*(?:是|那个)?(?:{others}))")
        self._before = re.compile(known["before"])
        self._after = re.compile(known["after"])

    def asked_about(self, text: str) -> list[Mention]:
        """The institutions of `text` when the sentence is about them: not when our bank is meant too, nor where the name only says
        where money goes to or comes from; each institution once."""
        plain = simplify(text)
        if self._own.search(plain):
            return []
        found: list[Mention] = []
        for role, name, pattern in self._known:
            for match in pattern.finditer(plain):
                if not (self._before.search(plain[: match.start()]) or self._after.search(plain[match.end() :])):
                    start, end = match.span() if len(plain) == len(text) else (0, len(text))
                    found.append(Mention(name, role, start, end))
                    break
        return sorted(found, key=lambda m: (m.start, m.name))

    def theirs_alone(self, mention: Mention, label: str) -> bool:
        """Whether nothing of what a bank says in general on `label` holds for what is asked about."""
        topic = label.split(".")[0]
        return self.general.isdisjoint((topic, label)) if mention.role == PRODUCT else topic in self.theirs


@lru_cache(maxsize=1)
def institutions() -> Institutions:
    """The list as it is in force, for the bank of institution.yml."""
    return Institutions(load_institution().name)
