"""What can go wrong with content, told to the person who has to mend it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Edit:
    """A safe change of a file: replace the characters from ``start`` to ``end`` (offsets of its text) by ``new``."""

    start: int
    end: int
    new: str


@dataclass(frozen=True, order=True)
class Problem:
    """One thing wrong in one place: where it is, what it is, how to mend it (in Chinese).

    ``column`` counts characters from 1, 0 where only the line is known; ``text`` is what stands there and is wrong.
    """

    file: str
    line: int
    code: str
    key: str
    what: str
    fix: str
    column: int = 0
    text: str = ""
    edit: Edit | None = field(default=None, compare=False, repr=False)

    def __str__(self) -> str:
        where = f"{self.file}:{self.line}" if self.line else self.file
        where += f":{self.column}" if self.line and self.column else ""
        key = f" {self.key}：" if self.key else " "
        return f"[{self.code}] {where}{key}{self.what} → {self.fix}"

    def as_dict(self) -> dict[str, str | int]:
        """The problem as plain data, for JSON and SARIF output."""
        return {
            "code": self.code,
            "file": self.file,
            "line": self.line,
            "column": self.column,
            "text": self.text,
            "key": self.key,
            "what": self.what,
            "fix": self.fix,
        }


class ContentError(ValueError):
    """A file cannot be used. Carries every problem that was found, not only the first.

    ``partial`` is what could be read all the same: the linter goes on with it, nothing that talks to customers does.
    """

    def __init__(self, problems: Iterable[Problem], partial: Any = None) -> None:
        self.problems: list[Problem] = sorted(problems)
        self.partial = partial
        super().__init__(self.problems)

    def __str__(self) -> str:
        head = f"内容有 {len(self.problems)} 处要改："
        return "\n".join([head, *(f"  {problem}" for problem in self.problems)])


class RenderError(KeyError):
    """A text cannot be said as it stands; the caller answers with something safe instead."""

    def __init__(self, message: str, name: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.name = name

    def __str__(self) -> str:
        # KeyError would show the repr of its argument: unreadable for Chinese editors.
        return self.message


class StaleFigure(RenderError):  # noqa: N818 - a state of affairs, not a failure
    """A dated figure is past its review date and must not be said."""


class StaleProduct(RenderError):  # noqa: N818 - as above
    """A product sheet is not approved today and must not be said."""
