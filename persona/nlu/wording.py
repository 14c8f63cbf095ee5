"""Words that a lexicon entry looks for: the part that `signals.yml` and `replies.yml` have in common."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from persona.layers import current
from persona.nlu.features import LEXICON


@dataclass(frozen=True)
class Wording:
    """One pattern of `any` is found and none of `none`, in text of at most `max_chars` characters."""

    any: tuple[re.Pattern[str], ...]
    none: tuple[re.Pattern[str], ...]
    max_chars: int

    @classmethod
    def of(cls, entry: Mapping[str, Any]) -> Wording:
        """The wording of one entry of the file."""
        return cls(tuple(map(re.compile, entry["any"])), tuple(map(re.compile, entry.get("none", []))), int(entry["max_chars"]))

    def stands_in(self, text: str) -> bool:
        """Whether a text, folded as the file says, has it."""
        return len(text) <= self.max_chars and any(p.search(text) for p in self.any) and not any(p.search(text) for p in self.none)


def entries(kind: str, path: Path | None = None, file: str = "") -> list[dict[str, Any]]:
    """What stands under `kind` in `path`, or in the file of that name (or `file`) which ships with the project; `after` without `groups`."""
    with open(path or current(LEXICON / f"{file or kind}.yml"), encoding="utf-8") as source:
        data: dict[str, Any] = yaml.load(source, Loader=yaml.CSafeLoader)
    groups = data.get("groups", {})
    return [{**entry, "after": [place for name in entry["after"] for place in groups.get(name, (name,))]} if "after" in entry else entry
            for entry in data[kind]]
