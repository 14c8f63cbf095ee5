"""What people say in a few words, by name: the patterns of `lexicon/underway.yml` and `lexicon/bearings.yml`.

The words stand in the file, with what they say and examples of both kinds; what is decided with them, and in which order,
stands in the module that is named like the file.
"""

from __future__ import annotations

import re
from functools import lru_cache

import yaml

from persona.layers import current
from persona.nlu.features import LEXICON

Patterns = dict[str, tuple[re.Pattern[str], ...]]
FILES = ("underway", "bearings")


@lru_cache(maxsize=len(FILES))
def _read(file: str) -> dict[str, Patterns]:
    with open(current(LEXICON / f"{file}.yml"), encoding="utf-8") as source:
        data = yaml.load(source, Loader=yaml.CSafeLoader)
    return {part: {name: tuple(map(re.compile, one["any"])) for name, one in data.get(part, {}).items()} for part in ("said", "steps")}


def says(file: str, what: str, text: str) -> bool:
    """Whether a text says `what`, a name under `said`."""
    return any(pattern.search(text) for pattern in _read(file)["said"][what])


def steps(file: str) -> Patterns:
    """The words of each step, by its label."""
    return _read(file)["steps"]
