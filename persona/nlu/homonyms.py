"""The same words for two matters: 「有利息不」 after the digital yuan is no question about loans. Patterns stand in `lexicon/homonyms.yml`.

Unlike `replies.yml`, which says what words mean, this says what a label means that was heard right after a topic. Pure.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path

from persona.nlu.text import simplify
from persona.nlu.wording import entries


@dataclass(frozen=True)
class Homonym:
    """After one of `after`, one of `heard` means `means`: when the text has `when`, unless it has `unless`."""

    means: str
    after: tuple[str, ...]
    heard: tuple[str, ...]
    when: re.Pattern[str]
    unless: re.Pattern[str]

    def fits(self, topic: str, label: str, text: str) -> bool:
        """Whether `label`, heard in `text` right after `topic`, is this."""
        return (
            any(fnmatchcase(topic, one) for one in self.after) and any(fnmatchcase(label, one) for one in self.heard)
            and bool(self.when.search(text)) and not self.unless.search(text)
        )


class Homonyms:
    """All of them in the order of the file; the first that fits decides."""

    def __init__(self, homonyms: Iterable[Homonym]) -> None:
        self._all = tuple(homonyms)

    @classmethod
    def load(cls, path: Path | None = None) -> Homonyms:
        """Read those that ship with the project."""
        return cls(
            Homonym(e["means"], tuple(e["after"]), tuple(e["heard"]), re.compile(e.get("when", "")), re.compile(e.get("unless", "(?!)")))
            for e in entries("homonyms", path)
        )

    def means(self, topic: str, label: str, text: str) -> str:
        """What `label` stands for after `topic`, or ""."""
        plain = simplify(text)
        return next((one.means for one in self._all if one.fits(topic, label, plain)), "")
