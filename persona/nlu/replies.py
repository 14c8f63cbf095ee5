"""What a few words mean right after an answer: 「能退吗」 after a stolen card. Patterns stand in `lexicon/replies.yml`.

A classifier reads them by themselves, or near the topic; where people ask the same two or three things after an answer,
it is written down what they mean. Pure.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path

import yaml

from persona.layers import current
from persona.nlu.features import LEXICON
from persona.nlu.text import simplify

_SPEECH = re.compile(r"[\W_]+")


@dataclass(frozen=True)
class Reply:
    """A label that words of `any`, without any of `none`, stand for after one of `after`; not in text that is longer."""

    intent: str
    after: tuple[str, ...]
    any: tuple[re.Pattern[str], ...]
    none: tuple[re.Pattern[str], ...]
    max_chars: int

    def fits(self, words: str, places: tuple[str, ...]) -> bool:
        """Whether `words` (simplified, without punctuation), said in one of `places`, mean this."""
        if len(words) > self.max_chars or not any(fnmatchcase(p, a) for p in places for a in self.after):
            return False
        return any(p.search(words) for p in self.any) and not any(p.search(words) for p in self.none)


class Replies:
    """All replies in the order of the file; the first that fits decides."""

    def __init__(self, replies: list[Reply]) -> None:
        self.replies = replies

    @classmethod
    def load(cls, path: Path | None = None) -> Replies:
        """Read the replies that ship with the project."""
        with open(path or current(LEXICON / "replies.yml"), encoding="utf-8") as file:
            entries = yaml.safe_load(file)["replies"]
        return cls([
            Reply(
                e["intent"], tuple(e["after"]), tuple(re.compile(p) for p in e["any"]),
                tuple(re.compile(p) for p in e.get("none", [])), int(e["max_chars"]),
            )
            for e in entries
        ])

    def means(self, text: str, *, topic: str, last: str) -> str | None:
        """The label of `text` after the topic and the response given last, or None when it stands for itself."""
        words = _SPEECH.sub("", simplify(text))
        places = tuple(place for place in (topic, last.removeprefix("utter_")) if place)
        return next((reply.intent for reply in self.replies if reply.fits(words, places)), None)
