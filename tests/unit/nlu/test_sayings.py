"""What people say in a few words: every group by its own examples."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

from persona import underway
from persona.nlu.sayings import FILES, says

ROOT = Path(underway.__file__).parent
DATA = {file: yaml.safe_load((ROOT / "nlu" / "lexicon" / f"{file}.yml").read_text(encoding="utf-8")) for file in FILES}


def _examples(part: str) -> list[tuple[str, str, str, bool]]:
    return [
        (file, name, text, kind == "hit")
        for file, data in DATA.items() for name, one in data.get(part, {}).items() for kind in ("hit", "miss") for text in one["examples"][kind]
    ]


@pytest.mark.parametrize(("file", "name", "text", "hit"), _examples("said"))
def test_words_by_their_own_examples(file: str, name: str, text: str, hit: bool) -> None:
    assert says(file, name, text) is hit


@pytest.mark.parametrize(("file", "label", "text", "hit"), _examples("steps"))
def test_a_step_is_told_when_it_is_spoken_of(file: str, label: str, text: str, hit: bool) -> None:
    assert file == "underway"
    assert underway.spoken_of(label, text) is hit


@pytest.mark.parametrize("file", FILES)
def test_every_group_is_asked_for_and_stands_in_the_file(file: str) -> None:
    asked = set(re.findall(r'says\("(\w+)"', (ROOT / f"{file}.py").read_text(encoding="utf-8")))
    assert asked == set(DATA[file]["said"])
