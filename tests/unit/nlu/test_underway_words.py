"""What is said while fraud is talked about: every group of words by its own examples."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

from persona import underway

DATA = yaml.safe_load((Path(underway.__file__).parent / "nlu" / "lexicon" / "underway.yml").read_text(encoding="utf-8"))


def _examples(part: str) -> list[tuple[str, str, bool]]:
    return [(name, text, kind == "hit") for name, one in DATA[part].items() for kind in ("hit", "miss") for text in one["examples"][kind]]


@pytest.mark.parametrize(("name", "text", "hit"), _examples("said"))
def test_words_by_their_own_examples(name: str, text: str, hit: bool) -> None:
    assert underway.says(name, text) is hit


@pytest.mark.parametrize(("label", "text", "hit"), _examples("steps"))
def test_a_step_is_told_when_it_is_spoken_of(label: str, text: str, hit: bool) -> None:
    assert underway.spoken_of(label, text) is hit


def test_every_group_is_asked_for_and_stands_in_the_file() -> None:
    asked = set(re.findall(r'says\("(\w+)"', Path(underway.__file__).read_text(encoding="utf-8")))
    assert asked == set(DATA["said"])
