"""A lesson may let the bait speak and never say fraud; the same words around an offer of one's own stay refused."""

from __future__ import annotations

import shutil
import sre_parse
from pathlib import Path
from sre_constants import ASSERT, ASSERT_NOT, BRANCH, IN, LITERAL, MAX_REPEAT, RANGE, SUBPATTERN
from typing import Any

import pytest
import yaml

from persona.compliance import Guard, RuleError, implied
from persona.compliance.normalise import normalise
from persona.compliance.rules import HERE

WRITTEN = yaml.load((HERE / "lexicon" / "lessons.yml").read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)


def examples(names: Any, side: str) -> list[Any]:
    return [pytest.param(name, text, id=f"{name}-{text}") for name in names for text in WRITTEN[name][side]]


@pytest.mark.parametrize(("name", "text"), examples(implied.WAYS, "is"))
def test_a_lesson_passes_the_rules(rules_only: Guard, name: str, text: str) -> None:
    decision = rules_only.review(text, scope="wording")
    assert decision.allowed, [(f.rule, f.text) for f in decision.findings]
    plain = normalise(text).text
    # the frames are asked about a sentence without its last mark
    assert name in rules_only.patterns.lessons.ways(plain, 0, len(plain.rstrip("。？！")))


@pytest.mark.parametrize(("name", "text"), examples(implied.WAYS, "is"))
def test_without_its_lesson_the_bait_is_refused(rules_only: Guard, name: str, text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each example holds words of a rule that nothing but its lesson makes right."""
    monkeypatch.setattr(rules_only.patterns.lessons, "taught", lambda *_: False)
    assert not rules_only.review(text, scope="wording").allowed


@pytest.mark.parametrize(("name", "text"), examples(implied.WAYS, "isnt"))
def test_the_same_words_around_an_offer_are_refused(guard: Guard, name: str, text: str) -> None:
    assert not guard.review(text, scope="wording").allowed


@pytest.mark.parametrize("pitch", ["真有好事，为什么不告诉您，", "如果真是好东西，谁不想要，", "真的有用，他也来了，", "真有眼光的人，何必等，"])
def test_a_pitch_that_sounds_like_a_reason_excuses_nothing(guard: Guard, pitch: str) -> None:
    rule = yaml.load((HERE / "rules" / "NM-10.yml").read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
    assert [text for text in rule["examples"]["refuse"] if guard.review(pitch + text, scope="wording").allowed] == []


@pytest.mark.parametrize("side", ["is", "isnt"])
@pytest.mark.parametrize("name", sorted(set(WRITTEN) - set(implied.WAYS)))
def test_what_undoes_a_lesson_or_makes_a_story_is_known(guard: Guard, name: str, side: str) -> None:
    for text in WRITTEN[name][side]:
        assert guard.patterns.lessons.says(name, normalise(text).text) is (side == "is"), text


def test_a_story_with_its_lesson_is_no_advert_to_the_second_opinion(guard: Guard) -> None:
    """The whole guard reads the story through; without its end it is an advert."""
    assert guard.review("隔壁说那个项目月月准时分红，上个月起，公司的门再没开过。", scope="wording").allowed
    assert not guard.review("隔壁说那个项目月月准时分红，来的人都赚了。", scope="wording").allowed


def heads(pieces: Any) -> tuple[set[str], bool]:
    """The characters a match of a parsed pattern can begin with, and whether it can be empty."""
    out: set[str] = set()
    for kind, value in pieces:
        empty = False
        if kind is LITERAL:
            found = {chr(value)}
        elif kind is IN:
            found = {chr(c) for sign, v in value for c in ([v] if sign is LITERAL else range(v[0], v[1] + 1) if sign is RANGE else [])}
        elif kind in (ASSERT, ASSERT_NOT):
            continue
        elif kind is SUBPATTERN:
            found, empty = heads(value[3])
        elif kind is BRANCH:
            each = [heads(branch) for branch in value[1]]
            found, empty = set().union(*[one for one, _ in each]), any(none for _, none in each)
        elif kind is MAX_REPEAT:
            found, empty = heads(value[2])
            empty = empty or value[0] == 0
        else:
            raise ValueError(f"a match may begin with anything: {kind}")
        out |= found
        if not empty:
            return out, False
    return out, True


@pytest.mark.parametrize("name", implied.SECTIONS)
def test_the_first_look_passes_over_nothing(guard: Guard, name: str) -> None:
    source = guard.patterns.lessons._any[name].source
    if source.startswith("(?=["):
        looked_for, rest = source.removeprefix("(?=").split(")", 1)
        assert heads(sre_parse.parse(rest)) == heads(sre_parse.parse(looked_for))


@pytest.mark.parametrize(("old", "new", "said"), [
    ("结局:", "结尾:", r"lessons\.yml:\d+ 不认识「结尾」"),
    ("  spared:", "  speared:", r"lessons\.yml:\d+ 「结局」里不认识「speared」"),
    ("  isnt:", "  is_not:", r"lessons\.yml:\d+ 「结局」少了 isnt"),
    ("提不了现", "提不了(现", r"lessons\.yml:17 匹配式「提不了\(现」写错了"),
    ("提不了现", "<提现>", r"lessons\.yml:17 用了不存在的词组 <提现>"),
])
def test_a_mistake_stops_the_start_and_says_where(tmp_path: Path, old: str, new: str, said: str) -> None:
    root = Path(shutil.copytree(HERE, tmp_path / "persona" / "compliance", ignore=shutil.ignore_patterns("__pycache__", "corpus", "*.py")))
    file = root / "lexicon" / "lessons.yml"
    file.write_text(file.read_text(encoding="utf-8").replace(old, new, 1), encoding="utf-8")
    with pytest.raises(RuleError, match=said):
        Guard.load(root)
