"""The project as it would be after an import, looked at by the linter; findings named by row and cell."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from persona.content.checks import check_project
from persona.content.codes import is_warning
from persona.content.house import load_house
from persona.content.passed import CACHE
from persona.errors import Problem
from persona.new.drafts import FOLDER, LATER
from persona.sheets.plan import Change, Plan
from persona.sheets.table import CellProblem, Row

# Not looked at, and not to be written to by a check.
_APART = frozenset((".git", ".venv", "build", "models", "audit", "results", "data", "persona", FOLDER.as_posix()))
# part of the path of a finding -> column of the sheet
_CELLS = (
    ("text", "text"), ("buttons", "buttons"), ("metadata.disclosures", "disclosures"), ("metadata.source", "source"),
    ("metadata.reviewed", "reviewed"), ("metadata.expires", "expires"), ("metadata.tone", "tone"), ("metadata.category", "category"),
    ("metadata.author", "author"),
)


def found(root: Path, made: Plan) -> tuple[list[CellProblem], list[CellProblem], list[CellProblem]]:
    """What the linter says of the rows that change something: mistakes in answers that customers hear, mistakes in
    drafts, and what is only to be known (reminders, what a draft still lacks)."""
    if not made.altered:
        return [], [], []
    wrong: list[CellProblem] = []
    drafted: list[CellProblem] = []
    notes: list[CellProblem] = []
    with _afterwards(root, made) as (there, drafts):
        changed = {str((there / change.shown).resolve()): change for change in made.changes.values() if change.before != change.after}
        fresh = {str(file.resolve()): change for file, change in drafts.items()}
        for problem in check_project(load_house(there, also=tuple(drafts))):
            file = str(Path(problem.file).resolve() if Path(problem.file).is_absolute() else (there / problem.file).resolve())
            change = fresh.get(file) or changed.get(file)
            if change is None:
                continue
            draft = file in fresh
            row = change.rows[0] if draft else _row_of(problem, made, change.rows)
            if row is None:
                continue
            told = row.problem(_column(problem, row), f"[{problem.code}] {problem.what}", problem.fix)
            if draft and problem.code in LATER:
                notes.append(row.problem("examples", f"草稿还差（{LATER[problem.code]}）：{problem.what}", problem.fix))
            elif is_warning(problem.code):
                notes.append(told)
            elif draft:
                drafted.append(told)
            else:
                wrong.append(told)
    return sorted(set(wrong)), sorted(set(drafted)), sorted(set(notes))


def _row_of(problem: Problem, made: Plan, rows: list[Row]) -> Row | None:
    """The row a finding in a changed file belongs to; what was there before belongs to nobody."""
    key = re.match(r"(utter_[^\[]+)\[(\d+)\]", problem.key)
    if key:
        row = made.answers.get((key[1], int(key[2])))
        return row if row in rows else None
    for row in rows:
        if problem.text and problem.text.lstrip("- ") in row.get("examples"):
            return row
    return None


def _column(problem: Problem, row: Row) -> str:
    path = problem.key.partition("].")[2]
    for start, column in _CELLS:
        if path.startswith(start):
            return column
    if problem.text and problem.text.lstrip("- ") in row.get("examples"):
        return "examples"
    return "text" if path else "topic"


@contextmanager
def _afterwards(root: Path, made: Plan) -> Iterator[tuple[Path, Mapping[Path, Change]]]:
    """A copy of the project in links, with the changed files as they would be; the drafts stand beside it."""
    with TemporaryDirectory() as scratch:
        there = Path(scratch) / "project"
        there.mkdir()
        for entry in root.iterdir():
            if entry.name not in _APART:
                os.symlink(entry.resolve(), there / entry.name)
        for folder in ("data", "persona"):
            for file in (root / folder).rglob("*"):
                if file.is_file() and "__pycache__" not in file.parts:
                    target = there / file.relative_to(root)
                    target.parent.mkdir(parents=True, exist_ok=True)
                    os.symlink(file.resolve(), target)
        if (root / CACHE).is_file():
            (there / CACHE).parent.mkdir(parents=True)
            shutil.copy(root / CACHE, there / CACHE)
        for change in made.changes.values():
            target = there / change.shown
            target.parent.mkdir(parents=True, exist_ok=True)
            target.unlink(missing_ok=True)
            target.write_text(change.after, encoding="utf-8")
        drafts: dict[Path, Change] = {}
        for change in made.drafts.values():
            file = Path(scratch) / "aside" / change.shown
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(change.after, encoding="utf-8")
            drafts[file] = change
        yield there, drafts
