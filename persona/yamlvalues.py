"""Typed values out of a YAML document: a text, a list, a number, a day; what is wrong is collected, with its place."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from persona.errors import ContentError, Problem
from persona.textual import is_day, no_day
from persona.yamlfile import Document, dotted


class Reader:
    """Take typed values out of a document, collecting what is wrong instead of stopping."""

    def __init__(self, document: Document, schema: str | None = None) -> None:
        self.document = document
        self.problems: list[Problem] = document.problems
        if document.data is None and not self.problems:
            self.bad("P104", (), "文件是空的", "照同类文件的样子写。")
        elif document.data is not None and not isinstance(document.data, dict):
            self.bad("P105", (), "最外层应当是「键: 值」", "照同类文件的样子写。")
            document.data = None
        if schema and isinstance(document.data, dict) and document.data.get("schema") != schema:
            self.bad("P108", ("schema",), f"版本应当是 {schema}", f"第一行写 schema: {schema}。")

    def bad(self, code: str, path: Sequence[str | int], what: str, fix: str, text: str = "") -> None:
        """Note a problem at ``path``; ``text`` is what stands there and is wrong."""
        self.problems.append(self.document.problem(code, path, what, fix, text))

    def finish(self, partial: Any = None) -> None:
        """Raise everything that was collected, with what was read in spite of it."""
        if self.problems:
            raise ContentError(self.problems, partial)

    def get(self, *path: str | int) -> Any:
        """The value at ``path`` or None."""
        value = self.document.data
        for step in path:
            if isinstance(value, dict):
                value = value.get(step)
            elif isinstance(value, list) and isinstance(step, int) and step < len(value):
                value = value[step]
            else:
                return None
        return value

    def _missing(self, value: Any, path: Sequence[str | int], required: bool, kind: str) -> bool:
        if value is not None and value != "":
            return False
        if required and self.document.data is not None and not self._wrong_above(path):
            self.bad("P104", path, f"缺少「{path[-1]}」", f"补上这一项（{kind}）。")
        return True

    def _wrong_above(self, path: Sequence[str | int]) -> bool:
        """Whether something that holds ``path`` is no mapping; told once, instead of all that it lacks."""
        value = self.document.data
        for depth, step in enumerate(path):
            if isinstance(step, str) and value is not None and not isinstance(value, dict):
                if dotted(path[:depth]) not in {one.key for one in self.problems if one.code == "P105"}:
                    self.bad("P105", path[:depth], "应当是「键: 值」", "每项一行，写成「键: 值」。")
                return True
            try:
                value = value[step] if value is not None else None
            except (KeyError, IndexError, TypeError):
                value = None
        return False

    def text(self, *path: str | int, required: bool = True, max_chars: int = 0, default: str = "") -> str:
        """A non-empty string."""
        value = self.get(*path)
        if self._missing(value, path, required, "文字"):
            return default
        if not isinstance(value, str):
            self.bad("P105", path, *no_text(value))
            return default
        value = value.strip()
        if max_chars and len(value) > max_chars:
            self.bad("P107", path, f"{len(value)} 个字，最多 {max_chars} 个", "删短。")
        return value

    def texts(self, *path: str | int, required: bool = True, low: int = 0, high: int = 0,
              max_chars: int = 0) -> tuple[str, ...]:
        """A list of strings; one string alone counts as a list of one."""
        value = self.get(*path)
        if self._missing(value, path, required, "列表"):
            return ()
        if isinstance(value, str):
            value = [value]
        if not isinstance(value, list):
            self.bad("P105", path, "应当是列表", "每项一行，行首写「- 」。")
            return ()
        found = tuple(self.text(*path, number, max_chars=max_chars) for number in range(len(value)))
        if low and len(found) < low:
            self.bad("P110", path, f"只有 {len(found)} 项，至少要 {low} 项", "补足。")
        if high and len(found) > high:
            self.bad("P110", path, f"有 {len(found)} 项，最多 {high} 项", "删掉多的。")
        return found

    def mapping(self, *path: str | int, required: bool = True) -> dict[str, Any]:
        """A mapping with string keys."""
        value = self.get(*path)
        if self._missing(value, path, required, "键: 值"):
            return {}
        if not isinstance(value, dict):
            self.bad("P105", path, "应当是「键: 值」", "每项一行，写成「键: 值」。")
            return {}
        return value

    def items(self, *path: str | int, required: bool = True) -> int:
        """How many items the list at ``path`` has (0 when it is no list)."""
        value = self.get(*path)
        if self._missing(value, path, required, "列表"):
            return 0
        if not isinstance(value, list):
            self.bad("P105", path, "应当是列表", "每项一行，行首写「- 」。")
            return 0
        return len(value)

    def whole(self, *path: str | int, low: int = 0, high: int = 10**9, default: int = 0,
              required: bool = True) -> int:
        """A whole number between ``low`` and ``high``."""
        value = self.get(*path)
        if self._missing(value, path, required, "整数"):
            return default
        if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
            self.bad("P105", path, f"应当是 {low} 到 {high} 的整数，现在是「{value}」", "改成整数，不加引号。", str(value))
            return default
        return value

    def day(self, *path: str | int, required: bool = True) -> date:
        """A quoted date ``"2026-11-23"``."""
        value = self.text(*path, required=required)
        if not value:
            return date.max
        if is_day(value):
            return date.fromisoformat(value)
        self.bad("P106", path, *no_day(value), value)
        return date.max

    def one_of(self, allowed: Sequence[str], *path: str | int, required: bool = True, default: str = "") -> str:
        """A string out of ``allowed``."""
        value = self.text(*path, required=required, default=default)
        if value and value not in allowed:
            self.bad("P110", path, f"「{value}」不在可选范围里", "可选：" + "、".join(allowed) + "。")
            return default
        return value

    def only(self, allowed: Sequence[str], *path: str | int) -> None:
        """Complain about keys nobody reads: they are usually misspelt."""
        value = self.get(*path)
        if isinstance(value, dict):
            for key in value:
                if key not in allowed:
                    self.bad("P109", (*path, key), f"不认识的键「{key}」", "可用的键：" + "、".join(allowed) + "。")


def no_text(value: Any) -> tuple[str, str]:
    """What stands where a text belongs, and how to write it."""
    if isinstance(value, (list, dict)):
        return f"应当是一段文字，现在是{'列表' if isinstance(value, list) else '「键: 值」'}", '写成一段："…"。'
    read_as = ("「是」" if value else "「否」") if isinstance(value, bool) else f"数字 {value}"
    return f"应当是文字，现在被读成{read_as}", "两边加上英文双引号。"
