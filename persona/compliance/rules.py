"""The rule set: as it was kept (prepared.py), else read from its files (reading.py)."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from persona.compliance import bank, prepared

HERE = Path(__file__).parent


class RuleError(ValueError):
    """The rule set cannot be used; every problem with file and line."""

    def __init__(self, problems: list[str]) -> None:
        self.problems = problems
        super().__init__("规则有错，守门不启动：\n" + "\n".join(problems))


@dataclass(frozen=True)
class Rule:
    """One rule as it was written; `any`, `with_`, … hold indices into the compiled patterns."""

    id: str
    title: str
    law: str
    explain: str
    fix: str
    reason: str
    kind: str
    applies: dict[str, list[str]]
    unless: list[str]
    any: list[int]
    with_: list[int]
    without: list[int]
    except_: list[int]
    when: list[int]
    within: str = "sentence"
    check: str | None = None
    need: list[str] = field(default_factory=list)
    rewrite: str | None = None
    manual: list[str] = field(default_factory=list)
    threshold: float | None = None
    clears: float | None = None


def files(root: Path) -> list[Path]:
    """Every file a decision depends on."""
    return [path for path in prepared.files(root) if not path.name.startswith(".")]


def fingerprint(root: Path) -> str:
    """Twelve hexadecimal digits that change with any character of any rule."""
    return prepared.digests(root)[0][:12]


def _read(root: Path) -> dict[str, Any]:
    from persona.compliance import reading  # with what only reading needs: most starts do not read

    return {**reading.read(root), "institution": bank.facts(bank.file_for(root))}


def load(root: Path) -> tuple[dict[str, Any], str]:
    """The checked rule set and its fingerprint."""
    rules, key = prepared.digests(root)
    return prepared.take(root, key) or _read(root), rules[:12]


def keep(root: Path) -> None:
    """Keep the rule set for the next start, unless it is kept already. RuleError when any rule is broken."""
    key = prepared.digests(root)[1]
    if prepared.take(root, key) is None:
        built = _read(root)
        if prepared.digests(root)[1] == key:  # else somebody has written meanwhile
            prepared.keep(root, key, built)
