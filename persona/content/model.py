"""What content is, read: topics, answers, examples, and where each stands."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import Any, NamedTuple

from persona.content.passed import TRADITIONAL
from persona.errors import Edit, Problem
from persona.yamlfile import Document, dotted

_NOT_WORDS = re.compile(r"(?:[^\w\n]|_)+")


@lru_cache(maxsize=1)
def _simplified() -> dict[int, str]:
    before, after = TRADITIONAL.read_text(encoding="utf-8").split("\n")[:2]
    return dict(zip(map(ord, before), after, strict=True))


class Example(NamedTuple):
    """One training sentence."""

    intent: str
    text: str
    file: str
    line: int
    column: int = 0
    raw: str = ""


def normal_form(text: str) -> str:
    """One sentence as :func:`normal_forms` has it."""
    return normal_forms([text])[0]


def normal_forms(texts: Sequence[str]) -> list[str]:
    """Sentences without width, case, spaces, punctuation and traditional characters: what the classifier nearly sees.

    All at once: as the lines of one text they take a fraction of the time.
    """
    lines = "\n".join(unicodedata.normalize("NFKC", text).replace("\n", " ") for text in texts)  # a line break is no word either
    return _NOT_WORDS.sub("", lines.lower()).translate(_simplified()).split("\n") if texts else []


@dataclass(frozen=True)
class Button:
    """A suggested next question."""

    title: str
    payload: str
    line: int
    number: int = 0


@dataclass(frozen=True)
class Response:
    """One variation of an answer."""

    name: str
    number: int
    text: str
    buttons: tuple[Button, ...]
    conditions: tuple[Mapping[str, Any], ...]
    metadata: Mapping[str, Any]
    channel: str
    file: str
    line: int
    document: Document | None = field(default=None, repr=False, compare=False)

    @property
    def item(self) -> Mapping[str, Any]:
        """The variation as it stands in the file."""
        found = self.document.data["responses"][self.name][self.number] if self.document else {}
        return found if isinstance(found, dict) else {}

    @property
    def intent(self) -> str:
        """The intent it answers: ``faq/early_repay`` for ``utter_faq/early_repay``."""
        return self.name.removeprefix("utter_")

    @cached_property
    def kind(self) -> str:
        """``faq``, ``scam``, ``chitchat``, or ``dialogue`` for everything else."""
        head, slash, _ = self.intent.partition("/")
        return head if slash else "dialogue"

    @property
    def tone(self) -> str:
        """The tone its metadata names, or ""."""
        return str(self.metadata.get("tone") or "")

    @property
    def sober(self) -> bool:
        """Whether play is out of place."""
        return self.metadata.get("sober") is True

    @cached_property
    def mascot(self) -> str:
        """The mascot whose own words these are, by condition or by name (`utter_column.<mascot>.<id>`), or ""."""
        owned = self.name.startswith(("utter_column.", "utter_lesson."))
        return self.name.split(".")[1] if owned else self.condition("mascot")

    def condition(self, slot: str) -> str:
        """The value a slot must have for this variation, or ""."""
        for condition in self.conditions:
            if condition.get("name") == slot:
                return str(condition.get("value") or "")
        return ""

    @property
    def path(self) -> tuple[str | int, ...]:
        """Where the variation stands in its file."""
        return ("responses", self.name, self.number)

    def problem(self, path: Sequence[str | int], code: str, what: str, fix: str, needle: str = "",
                edit: Edit | None = None) -> Problem:
        """Something wrong at ``path`` below this variation; ``needle`` is the text that is wrong."""
        here = (*self.path, *path)
        line, column = self.document.place(here, _as_written(needle)) if self.document else (self.line, 0)
        key = f"{self.name}[{self.number}]"
        return Problem(self.file, line, code, f"{key}.{dotted(path)}" if path else key, what, fix, column, needle, edit)


@dataclass(frozen=True)
class Topic:
    """One intent: what customers say, what is answered."""

    intent: str
    file: str
    line: int
    examples: int
    responses: tuple[Response, ...]

    @property
    def label(self) -> str:
        """The public name: what stands before the dot of a split."""
        return self.intent.split(".")[0]


@dataclass(frozen=True)
class Content:
    """Everything under ``data/`` that customers read or that training reads.

    ``unread`` holds the names a file that could not be read was about to define: nobody is blamed for using them.
    ``examples_key`` changes when any example changes or their order does, not when lines move.
    """

    topics: Mapping[str, Topic]
    responses: Mapping[str, tuple[Response, ...]]
    examples: tuple[Example, ...]
    files: tuple[str, ...]
    problems: tuple[Problem, ...]
    documents: tuple[Document, ...] = field(default=(), repr=False)
    unread: frozenset[str] = frozenset()
    examples_key: str = ""

    @cached_property
    def normals(self) -> list[str]:
        """The examples as :func:`normal_forms` has them, in their order."""
        return normal_forms([example.text for example in self.examples])

    @cached_property
    def labels(self) -> frozenset[str]:
        """Everything that can be talked about: topics, what stands before their dot, and what has an answer without examples."""
        named = {*self.topics, *(name.removeprefix("utter_") for name in self.responses)}
        return frozenset({*named, *(name.split(".")[0] for name in named)})

    def variations(self) -> Iterator[Response]:
        """Every variation of every answer."""
        for group in self.responses.values():
            yield from group

    def defines(self, intent: str) -> bool:
        """Whether ``intent`` can be asked for: it has examples or an answer, here or in a file that is broken."""
        return intent in self.topics or f"utter_{intent}" in self.responses or bool(
            {intent, f"utter_{intent}", intent.split(".")[0]} & self.unread)


def _as_written(needle: str) -> str:
    """The first line of a text as it stands between double quotes."""
    return needle.split("\n")[0]
