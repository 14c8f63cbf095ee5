"""The content files (native Rasa YAML) read without Rasa: topics, answers, examples, and their lines."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from persona.errors import Problem
from persona.yamlfile import Document, read

if TYPE_CHECKING:
    from persona.figures import Figures
    from persona.institution import Institution
    from persona.mascot import Mascot

_ITEM = re.compile(r"^\s*-\s?(.*)$")
_MARKUP = re.compile(r"\[([^\]]*)\](?:\([^)]*\)|\{[^}]*\})")


@dataclass(frozen=True)
class Example:
    """One training sentence."""

    intent: str
    text: str
    file: str
    line: int

    @property
    def normal(self) -> str:
        """The sentence without width, case, spaces and punctuation: what the classifier nearly sees."""
        return "".join(char for char in unicodedata.normalize("NFKC", self.text).lower() if char.isalnum())


@dataclass(frozen=True)
class Button:
    """A suggested next question."""

    title: str
    payload: str
    line: int


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
    lines: Mapping[str, int] = field(default_factory=dict)

    @property
    def intent(self) -> str:
        """The intent it answers: ``faq/early_repay`` for ``utter_faq/early_repay``."""
        return self.name.removeprefix("utter_")

    @property
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

    @property
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

    def at(self, key: str) -> int:
        """The line of ``text``, ``metadata.tone`` …, or of the variation."""
        return self.lines.get(key, self.lines.get(key.split(".")[0], self.line))


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
    """Everything under ``data/`` that customers read or that training reads."""

    topics: Mapping[str, Topic]
    responses: Mapping[str, tuple[Response, ...]]
    examples: tuple[Example, ...]
    files: tuple[str, ...]
    problems: tuple[Problem, ...]
    places: Mapping[str, tuple[str, int]] = field(default_factory=dict)

    def variations(self) -> Iterator[Response]:
        """Every variation of every answer."""
        for group in self.responses.values():
            yield from group


def load_content(root: Path | str) -> Content:
    """Read all ``*.yml`` below ``root/data`` (or ``root`` itself); never raises for bad content."""
    base = Path(root)
    folder = base / "data" if (base / "data").is_dir() else base
    examples: list[Example] = []
    responses: dict[str, list[Response]] = {}
    problems: list[Problem] = []
    documents: list[Document] = []
    places: dict[str, tuple[str, int]] = {}
    counts: dict[str, int] = {}
    files = sorted([*folder.rglob("*.yml"), *folder.rglob("*.yaml")])
    for file in files:
        document = read(file)
        documents.append(document)
        if not isinstance(document.data, dict):
            continue
        for intent, line, found in _intents(document):
            places.setdefault(intent, (document.file, line))
            counts[intent] = counts.get(intent, 0) + len(found)
            examples += found
        for response in _responses(document):
            group = responses.setdefault(response.name, [])
            if group and group[0].file != response.file:
                problems.append(Problem(
                    response.file, response.line, "P610", response.name, f"这个回答在 {group[0].file} 已经有了",
                    "并到一个文件里；Rasa 只认后读到的那个。"))
            group.append(response)
    for document in documents:
        problems += document.problems
    frozen = {name: tuple(group) for name, group in responses.items()}
    topics = {intent: Topic(intent, *place, counts[intent], frozen.get(f"utter_{intent}", ()))
              for intent, place in places.items()}
    return Content(MappingProxyType(topics), MappingProxyType(frozen), tuple(examples),
                   tuple(str(file) for file in files), tuple(problems), MappingProxyType(places))


def _intents(document: Document) -> Iterator[tuple[str, int, list[Example]]]:
    blocks = document.data.get("nlu")
    for number, block in enumerate(blocks if isinstance(blocks, list) else []):
        if not isinstance(block, dict) or "intent" not in block:
            continue
        intent = str(block["intent"])
        here = ("nlu", number, "examples")
        yield intent, document.line("nlu", number, "intent"), _examples(document, intent, block.get("examples"), here)


def _examples(document: Document, intent: str, raw: Any, here: tuple[str | int, ...]) -> list[Example]:
    line = document.line(*here)
    found = []
    if isinstance(raw, str):
        for offset, row in enumerate(raw.split("\n")):
            match = _ITEM.match(row)
            if match and match.group(1).strip():
                found.append(Example(intent, _plain(match.group(1)), document.file, line + 1 + offset))
            elif row.strip():
                document.problems.append(Problem(
                    document.file, line + 1 + offset, "P611", intent, f"例句前少了「- 」：{row.strip()}", "行首写「- 」。"))
    elif isinstance(raw, list):
        for number, row in enumerate(raw):
            text = row.get("text") if isinstance(row, dict) else row
            if isinstance(text, str) and text.strip():
                text = text.strip().removeprefix("- ")
                found.append(Example(intent, _plain(text), document.file, document.line(*here, number)))
    return found


def _plain(text: str) -> str:
    return _MARKUP.sub(lambda match: match.group(1), text.strip())


def _responses(document: Document) -> Iterator[Response]:
    groups = document.data.get("responses")
    for name, group in groups.items() if isinstance(groups, dict) else ():
        for number, item in enumerate(group if isinstance(group, list) else []):
            if isinstance(item, dict):
                yield _response(document, name, number, item)


def _response(document: Document, name: str, number: int, item: Mapping[str, Any]) -> Response:
    here = ("responses", name, number)
    raw_buttons = item.get("buttons")
    buttons = tuple(
        Button(str(button.get("title", "")), str(button.get("payload", "")), document.line(*here, "buttons", at))
        for at, button in enumerate(raw_buttons if isinstance(raw_buttons, list) else []) if isinstance(button, dict))
    raw_conditions, metadata = item.get("condition"), item.get("metadata")
    conditions = tuple(c for c in (raw_conditions if isinstance(raw_conditions, list) else []) if isinstance(c, dict))
    lines = {key: document.line(*here, key) for key in item}
    if isinstance(metadata, dict):
        lines.update({f"metadata.{key}": document.line(*here, "metadata", key) for key in metadata})
    return Response(
        name, number, str(item.get("text") or ""), buttons, conditions,
        metadata if isinstance(metadata, dict) else {}, str(item.get("channel") or ""),
        document.file, document.line(*here), lines,
    )


def check(content: Content, institution: Institution, figures: Figures, today: date | None = None,
          mascots: Mapping[str, Mascot] | None = None) -> list[Problem]:
    """Everything an editor has to mend, in the order of files and lines."""
    from persona.content_checks import check_content

    return check_content(content, institution, figures, today or institution.today(), mascots)
