"""What is written in columns and lessons: it passes the guard, nobody repeats another, the linter sees mistakes."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import pytest

from persona import columns
from persona.compliance import Context, Guard, disclosure_text
from persona.content import Response, load_content
from persona.errors import Problem
from persona.figures import load_figures
from persona.institution import load_institution
from persona.leisure_checks import check_columns, check_lessons, due
from persona.mascot import load_mascots
from persona.voice import Voice

GUARD, MASCOTS = Guard.load(), load_mascots()
VOICE = Voice(MASCOTS, load_institution(), load_figures())
EPISODES = list(load_content(columns.FOLDER).variations())
LESSONS = list(load_content("data/nlu/lessons").variations())
CLAUSE = 8


def _id(response: Response) -> str:
    return f"{response.name}[{response.number}]"


def said(response: Response) -> str:
    """What the customer reads, disclosures included."""
    return VOICE.render(response.text, mascot=response.mascot, tone=response.tone, voiced=False,
                        disclosures=response.metadata["disclosures"], today=date(2026, 11, 23))


@pytest.mark.parametrize("response", EPISODES, ids=_id)
def test_an_episode_is_a_story_of_its_length_and_names_no_product(response: Response) -> None:
    bare = response.text.replace("\n", "")
    assert 60 <= len(bare) <= 160
    decision = GUARD.review(f"《{response.metadata['title']}》\n{response.text}", Context(tone="playful", now=date(2026, 11, 23)))
    assert (decision.verdict, decision.depths) == ("allow", {}), decision


@pytest.mark.parametrize("channel", ["own_web", "platform_account", "demo"])
def test_every_part_of_every_lesson_passes_the_guard(channel: str) -> None:
    for response in LESSONS:
        context = Context(tone="warm", channel=channel, now=date(2026, 11, 23))
        assert GUARD.review(said(response), context).verdict == "allow", response.text


def test_what_a_minor_may_learn_passes_under_the_lock_too() -> None:
    for response in LESSONS:
        if response.metadata["category"] == "none":
            assert GUARD.review(said(response), Context(tone="warm", minor=True, lock="hard")).verdict == "allow", response.text


def test_a_lesson_that_explains_a_product_carries_the_tag_of_its_category() -> None:
    tags = {"fund": "D-FD-1", "pension": "D-PP-3"}
    for response in LESSONS:
        category = response.metadata["category"]
        if category != "none" and "aliases" not in response.metadata:
            assert response.metadata["disclosures"] == [tags[category]]
            assert disclosure_text(tags[category])


def test_no_two_episodes_share_a_clause() -> None:
    seen: dict[str, str] = {}
    for response in EPISODES:
        text = re.sub(r"[\W_]", "", response.text)
        for at in range(len(text) - CLAUSE + 1):
            clause = text[at:at + CLAUSE]
            assert seen.setdefault(clause, _id(response)) == _id(response), clause


def test_the_linter_finds_nothing_in_what_is_written() -> None:
    content = load_content(Path.cwd())
    assert [*check_columns(content, MASCOTS), *check_lessons(content, MASCOTS)] == []


def _codes(tmp_path: Path, text: str) -> set[str]:
    file = tmp_path / "x.yml"
    file.write_text(text, "utf-8")
    content = load_content(tmp_path)
    found: list[Problem] = [*check_columns(content, MASCOTS), *check_lessons(content, MASCOTS)]
    return {problem.code for problem in found}


def _column(*episodes: str, name: str = "xiaofumiao.daily") -> str:
    rows = "".join(f"  - text: 一段\n    metadata: {{{e}, tone: playful}}\n" for e in episodes)
    return f'version: "3.1"\nresponses:\n  utter_column.{name}:\n{rows}'


GOOD = 'episode: 1, title: 甲, from: "2026-10-01", expires: "2027-01-01"'


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        (_column(GOOD), set()),
        (_column(GOOD, name="xiaofumiao.nothing"), {"P660"}),
        (_column('title: 甲, from: "2026-10-01", expires: "2027-01-01"'), {"P661"}),
        (_column('episode: 1, title: 甲, from: "十月", expires: "2027-01-01"'), {"P106"}),
        (_column('episode: 1, title: 甲, from: "2027-01-01", expires: "2026-10-01"'), {"P662"}),
        (_column(GOOD, 'episode: 1, title: 乙, from: "2026-11-01", expires: "2027-01-01"'), {"P663"}),
        (_column(GOOD + ", category: fund"), {"P664"}),
    ],
)
def test_the_linter_tells_what_is_wrong_with_a_column(tmp_path: Path, text: str, codes: set[str]) -> None:
    assert _codes(tmp_path, text) == codes


def _course(*, answer: int = 1, lesson: str = "1", payload: str = "", parts: tuple[str, ...] = ("right", "wrong"), category: str = "none") -> str:
    target = payload or '/ask_column.lesson{"course": "xiaoheniang.x", "lesson": "1", "answer": "%d"}'
    buttons = "".join(f"    - {{title: 选{n}, payload: '{target.replace('%d', str(n))}'}}\n" for n in (1, 2))
    told = "".join(f"  utter_lesson.xiaoheniang.x.{lesson}.{p}:\n  - text: 讲\n" for p in parts)
    return (
        'version: "3.1"\nresponses:\n  utter_lesson.xiaoheniang.x:\n  - text: 开场\n    metadata: {title: 课}\n'
        f"  utter_lesson.xiaoheniang.x.{lesson}:\n  - text: 问？\n    buttons:\n{buttons}"
        f"    metadata: {{title: 词, answer: {answer}, category: {category}}}\n{told}"
    )


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        (_course(), set()),
        (_course(lesson="2", payload='/ask_column.lesson{"course": "xiaoheniang.x", "lesson": "2", "answer": "%d"}'), {"P671"}),
        (_course(answer=3), {"P672"}),
        (_course(payload="/handoff"), {"P673"}),
        (_course(category="fund"), {"P674"}),
        (_course(parts=("right",)), {"P675"}),
        ('version: "3.1"\nresponses:\n  utter_lesson.nobody.x.1:\n  - text: 没开场\n', {"P670"}),
    ],
)
def test_the_linter_tells_what_is_wrong_with_a_lesson(tmp_path: Path, text: str, codes: set[str]) -> None:
    assert _codes(tmp_path, text) == codes


def test_a_column_that_runs_out_soon_is_recalled(tmp_path: Path) -> None:
    (tmp_path / "x.yml").write_text(_column(GOOD), "utf-8")
    content = load_content(tmp_path)
    assert len(list(due(content, MASCOTS, date(2026, 12, 20)))) == 1
    assert list(due(content, MASCOTS, date(2026, 11, 1))) == []
