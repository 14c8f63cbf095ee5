"""`mascot lint --fix`: the changes that cannot be wrong, made in the text itself; comments, order and quotes stay."""

from __future__ import annotations

import difflib
import re
from collections.abc import Sequence
from pathlib import Path

from persona.errors import Edit, Problem

SLIPS = ("P113", "P114", "P115", "P116", "P118", "P123")  # told by persona/yamlsource.py, in the text as it was written
_TRAILING = re.compile(r"[ \t]+$", re.M)


def tidy(text: str) -> str:
    """Without byte order mark, carriage returns and spaces at the ends of lines."""
    return _TRAILING.sub("", text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n"))


def apply(text: str, edits: Sequence[Edit]) -> str:
    """All edits that do not overlap an earlier one, from the end to the beginning."""
    done = len(text) + 1
    for edit in sorted(set(edits), key=lambda one: (one.start, one.end), reverse=True):
        if edit.end <= done:
            text = text[:edit.start] + edit.new + text[edit.end:]
            done = edit.start
    return text


def changed(files: Sequence[Path], problems: Sequence[Problem]) -> dict[Path, tuple[str, str]]:
    """File -> (text before, text after) for every file a safe change is known for."""
    edits: dict[Path, list[Edit]] = {}
    slipped = {problem.file for problem in problems if problem.code in SLIPS and (problem.edit or problem.code != "P118")}
    for problem in problems:
        # Everything else was found in the text as it was meant; its offsets hold once the slips are mended.
        if problem.edit and (problem.code in SLIPS or problem.file not in slipped):
            edits.setdefault(Path(problem.file).resolve(), []).append(problem.edit)
    found = {}
    for file in files:
        try:
            before = file.read_bytes().decode("utf-8")
        except (OSError, UnicodeDecodeError):
            continue
        after = tidy(before)
        # The offsets of an edit are those of the text without carriage returns; where more is tidied, the next round applies them.
        if after == before:
            after = apply(before, edits.get(file.resolve(), []))
        if after != before:
            found[file] = (before, after)
    return found


def diff(file: str, before: str, after: str) -> str:
    """What was changed, as editors know it from `git diff`."""
    lines = difflib.unified_diff(before.splitlines(), after.splitlines(), f"a/{file}", f"b/{file}", lineterm="", n=1)
    return "\n".join(lines)
