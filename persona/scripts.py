"""Conversation scripts (`mascot-conversation/1`): who says what, and what the answer must and must not hold."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from persona.institution import Institution
from persona.textual import PAIRED, pattern_slip
from persona.yamlfile import read
from persona.yamlvalues import Reader

SCHEMA = "mascot-conversation/1"
FOLDER = Path("tests/conversations")
FIRST = 60  # characters that count as the beginning of an answer
_FLAGS = re.I | re.S


@dataclass(frozen=True)
class Step:
    """One thing the customer says. The patterns are regular expressions, matched in the whole answer."""

    user: str
    line: int
    must: tuple[str, ...] = ()
    first: tuple[str, ...] = ()
    never: tuple[str, ...] = ()
    max_chars: int = 0


@dataclass(frozen=True)
class Script:
    """One conversation with a new customer. ``meta`` goes with every message; ``clock`` is the hour it takes place."""

    id: str
    file: str
    line: int
    meta: Mapping[str, Any]
    steps: tuple[Step, ...]
    clock: datetime | None = None


@dataclass(frozen=True)
class Miss:
    """What is wrong with an answer."""

    missing: tuple[str, ...] = ()
    late: tuple[str, ...] = ()
    wrong: tuple[str, ...] = ()
    notes: tuple[str, ...] = field(default=())

    def __bool__(self) -> bool:
        return bool(self.missing or self.late or self.wrong or self.notes)


def judge(step: Step, answer: str) -> Miss:
    """What the step asks for and the answer does not hold, and the reverse."""
    notes = [] if answer.strip() else ["没有回答"]
    if step.max_chars and len(answer) > step.max_chars:
        notes.append(f"{len(answer)} 个字，最多 {step.max_chars} 个")
    return Miss(
        tuple(p for p in step.must if not re.search(p, answer, _FLAGS)),
        tuple(p for p in step.first if not re.search(p, answer[:FIRST], _FLAGS)),
        tuple(p for p in step.never if re.search(p, answer, _FLAGS)),
        tuple(notes),
    )


def script_files(paths: Sequence[Path]) -> list[Path]:
    """The files themselves and every `*.yml` of the folders."""
    return [file for path in paths for file in (sorted(path.glob("*.yml")) if path.is_dir() else [path])]


def load_scripts(file: Path, institution: Institution) -> list[Script]:
    """The conversations of a file; raises ContentError with everything that is wrong in it."""
    reader = Reader(read(file), SCHEMA)
    reader.only(("schema", "defaults", "global_never", "sets", "conversations"))
    sets = {name: reader.texts("sets", name) for name in reader.mapping("sets", required=False)}
    defaults = reader.mapping("defaults", required=False)  # metadata of every conversation in the file
    always = reader.texts("global_never", required=False)

    def patterns(*path: str | int, more: tuple[str, ...] = ()) -> tuple[str, ...]:
        found: list[str] = []
        for one in (*reader.texts(*path, required=False), *more):
            if one.startswith("@") and one[1:] not in sets:
                reader.bad("P110", path, f"sets 里没有「{one[1:]}」", "可选：" + "、".join(sets) + "。")
            found += sets.get(one[1:], ()) if one.startswith("@") else [one]
        filled = [one.replace("{hotline}", re.escape(institution.hotline)) for one in found]
        for one in filled:
            try:
                re.compile(one)
            except re.error as error:
                reader.bad("P122", path, f"正则式「{one}」读不懂：{pattern_slip(error)}", PAIRED)
        return tuple(filled)

    scripts = []
    for number in range(reader.items("conversations")):
        here = ("conversations", number)
        reader.only(("id", "mascot", "meta", "clock", "steps"), *here)
        steps = []
        for at in range(reader.items(*here, "steps")):
            step = (*here, "steps", at)
            reader.only(("user", "must", "first", "never", "max_chars"), *step)
            user = reader.get(*step, "user")
            if not isinstance(user, str):
                reader.bad("P104", (*step, "user"), "缺少「user」", "写上顾客说的话，两边加引号。")
            steps.append(Step(
                str(user), reader.document.line(*step), patterns(*step, "must"), patterns(*step, "first"),
                patterns(*step, "never", more=always), reader.whole(*step, "max_chars", required=False)))
        mascot = reader.text(*here, "mascot", required=False)
        scripts.append(Script(
            reader.text(*here, "id"), reader.document.file, reader.document.line(*here),
            {**defaults, **({"mascot": mascot} if mascot else {}), **reader.mapping(*here, "meta", required=False)},
            tuple(steps), _clock(reader, here)))
    reader.finish()
    return scripts


def _clock(reader: Reader, here: tuple[str | int, ...]) -> datetime | None:
    text = reader.text(*here, "clock", required=False)
    if not text:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        reader.bad("P106", (*here, "clock"), f"「{text}」不是时刻", '写成 "2026-11-23T10:30+08:00" 的样子。')
        return None
    return moment
