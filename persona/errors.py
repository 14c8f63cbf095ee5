"""What can go wrong with content, told to the person who has to mend it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, order=True)
class Problem:
    """One thing wrong in one place: where it is, what it is, how to mend it (in Chinese)."""

    file: str
    line: int
    code: str
    key: str
    what: str
    fix: str

    def __str__(self) -> str:
        where = f"{self.file}:{self.line}" if self.line else self.file
        key = f" {self.key}：" if self.key else " "
        return f"[{self.code}] {where}{key}{self.what} → {self.fix}"

    def as_dict(self) -> dict[str, str | int]:
        """The problem as plain data, for JSON and SARIF output."""
        return {
            "code": self.code,
            "file": self.file,
            "line": self.line,
            "key": self.key,
            "what": self.what,
            "fix": self.fix,
        }


class ContentError(ValueError):
    """A file cannot be used. Carries every problem that was found, not only the first."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems: list[Problem] = sorted(problems)
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
