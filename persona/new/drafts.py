"""Drafts: files under drafts/ that are checked as if they stood in their place, and that no customer hears."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from types import MappingProxyType

from persona.compliance import Context, Guard
from persona.compliance.rules import RuleError
from persona.content.checks import check_project
from persona.content.checks.metadata import UNWRITTEN
from persona.content.house import home_of, load_house
from persona.errors import ContentError, Problem
from persona.layers import own_home
from persona.products import load_product
from persona.yamlfile import read

FOLDER = Path("drafts")
# What a draft lacks before it may move to its place: told as what remains, not as a mistake.
LATER: Mapping[str, str] = MappingProxyType({
    "P647": "例句还不够", "P657": "还有没写的", "Q107": "反诈小课堂里还没有这种骗局的题", "P660": "形象卡的 extensions.columns 里还没有这一栏", "P665": "这一栏还没有接下来的期", "P512": "还没有人批准",
})


def place_of(root: Path, draft: Path) -> Path:
    """Where a draft goes when it is whole."""
    inside = draft.resolve().relative_to((root / FOLDER).resolve())
    home = own_home(root)
    if inside.parts[0] == "rules":
        return home / "compliance" / inside
    return home / inside if inside.parts[0] == "products" else root / "data" / inside


def check_draft(root: Path, draft: Path) -> tuple[list[Problem], list[Problem]]:
    """What is wrong with a draft, and what it still lacks before it may move."""
    kind = draft.resolve().relative_to((root / FOLDER).resolve()).parts[0]
    if kind == "rules":
        return _rule(root, draft), _unwritten(draft)
    if kind == "products":
        try:
            load_product(draft)
        except ContentError as error:
            wrong, lacking = _sorted_out(error.problems)
            return wrong, [*_unwritten(draft), *lacking]
        return [], _unwritten(draft)
    shown = read(draft).file
    return _sorted_out([problem for problem in check_project(load_house(root, also=(draft,))) if problem.file == shown])


def _unwritten(draft: Path) -> list[Problem]:
    """The first of the places that wait for somebody to write."""
    document = read(draft)
    for number, row in enumerate(document.source.split("\n"), 1):
        if (found := UNWRITTEN.search(row.partition("  #")[0])) is not None:
            return [Problem(document.file, number, "P657", "", f"从第 {number} 行起还有「待填」", "一处处写好。", found.start() + 1, found[0])]
    return []


def _sorted_out(found: list[Problem]) -> tuple[list[Problem], list[Problem]]:
    return [one for one in found if one.code not in LATER], [one for one in found if one.code in LATER]


def _rule(root: Path, draft: Path) -> list[Problem]:
    """The rule among the others, with its own examples."""
    document = read(draft)
    if document.problems:
        return document.problems

    def wrong(path: tuple[str | int, ...], what: str, fix: str) -> Problem:
        line, column = document.place(path)
        return Problem(document.file, line, "R101", "", what, fix, column)

    with TemporaryDirectory() as scratch:
        home = Path(scratch) / "persona"
        own = home_of(root)
        shutil.copytree(own / "compliance", home / "compliance", ignore=shutil.ignore_patterns("*.py", "__pycache__", "corpus"))
        shutil.copy(own / "institution.yml", home)
        shutil.copytree(own / "products", home / "products")
        shutil.copy(draft, home / "compliance" / "rules")
        try:
            guard = Guard.load(home / "compliance")
        except RuleError as error:
            return [Problem(document.file, 1, "R101", "", told, "照 docs/compliance.md 改。") for told in error.problems]
        problems = []
        for side in ("refuse", "allow"):
            for number, example in enumerate(document.data["examples"][side]):
                text = example["text"] if isinstance(example, dict) else str(example)
                hit = any(one.rule == document.data["id"] for one in guard.review(text, Context(now=date.today())).findings)
                if hit != (side == "refuse"):
                    problems.append(wrong(("examples", side, number), f"「{text}」{'没拦住' if side == 'refuse' else '被它拦了'}", "改 detect 或 unless，或换例句。"))
        return problems
