"""What a few words mean right after an answer: 「能退吗」 after a stolen card. Patterns stand in `lexicon/replies.yml`,
those on deposits, loans, cards and investments in `lexicon/replies_money.yml`, on accounts and payments in
`lexicon/replies_accounts.yml`.

A classifier reads them by themselves, or near the topic; where people ask the same two or three things after an answer,
it is written down what they mean. Pure.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import lru_cache
from pathlib import Path

from persona.nlu.text import simplify
from persona.nlu.wording import Wording, entries

FILES = ("replies_money", "replies_accounts", "replies")  # in the order they are asked
_SPEECH = re.compile(r"[\W_]+")


@dataclass(frozen=True)
class Reply:
    """A label that its wording stands for after one of `after`."""

    intent: str
    after: tuple[str, ...]
    wording: Wording

    def follows(self, place: str) -> bool:
        """Whether it may be said after `place`."""
        return any(fnmatchcase(place, after) for after in self.after)


class Replies:
    """All replies in the order of the file; the first that fits decides."""

    def __init__(self, replies: list[Reply]) -> None:
        self.replies = replies
        # A few hundred places, a few hundred patterns: looked up anew, they would take longer than all the rest of a turn.
        self._after = lru_cache(maxsize=2048)(self._following)

    @classmethod
    def load(cls, path: Path | None = None) -> Replies:
        """Read the replies that ship with the project."""
        found = entries("replies", path) if path else [e for name in FILES for e in entries("replies", file=name)]
        return cls([Reply(e["intent"], tuple(e["after"]), Wording.of(e)) for e in found])

    def _following(self, place: str) -> tuple[int, ...]:
        return tuple(at for at, reply in enumerate(self.replies) if reply.follows(place))

    def means(self, text: str, *, topic: str, last: str, product: str = "") -> str | None:
        """The label of `text` after the topic and the response given last, or None when it stands for itself.

        `product`: the kind that is talked about; the place is then `topic:product`, too (「推荐个存款」)."""
        words = _SPEECH.sub("", simplify(text))
        about = f"{topic}:{product}" if topic and product else ""
        places = tuple(place for place in (topic, last.removeprefix("utter_"), about) if place)
        following = sorted({at for place in places for at in self._after(place)})
        return next((self.replies[at].intent for at in following if self.replies[at].wording.stands_in(words)), None)
