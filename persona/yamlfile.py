"""Read YAML and remember the line of every key, so that an editor is sent to the right place."""

from __future__ import annotations

import codecs
import hashlib
import os
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple

import yaml
from yaml.constructor import ConstructorError
from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from persona import yamlkept
from persona.errors import Edit, Problem
from persona.layers import shown
from persona.textual import is_day, no_day
from persona.yamlsource import control, explain, prepare

Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_CONSTRUCTOR = yaml.SafeLoader("")
_TEXT = "tag:yaml.org,2002:str"
_PLAIN = re.compile(r"(?i:true|false)|-?(?:0|[1-9]\d*)(?:\.\d+)?")  # booleans and numbers every program reads alike
Path_ = tuple["str | int", ...]
_NAMES = re.compile(r"^\s*(?:- +)?(?:intent\s*[:：]\s*(\S+)|([A-Za-z_][\w./-]*)\s*[:：])", re.M)


class Span(NamedTuple):
    """Where a key stands and where its value begins and ends, each as (line, column)."""

    key: tuple[int, int]
    start: tuple[int, int]
    end: tuple[int, int]


@dataclass
class Document:
    """One parsed file: plain data, and where each key or item stands (lines and columns count from 1)."""

    file: str
    data: Any
    first: int = 1  # the line where the data begin
    problems: list[Problem] = field(default_factory=list)
    source: str = ""
    spans: dict[Path_, Span] = field(default_factory=dict)
    broken: bool = False
    shared: dict[int, Span] = field(default_factory=dict, repr=False)  # while it is read: where what has an anchor was met first

    @cached_property
    def digest(self) -> str:
        """Changes with the text of the file."""
        return hashlib.sha256(self.source.encode("utf-8", "surrogatepass")).hexdigest()

    def line(self, *path: str | int) -> int:
        """The line of ``path``, or of the nearest thing that contains it."""
        while path and path not in self.spans:
            path = path[:-1]
        return self.spans[path].key[0] if path else self.first

    def problem(self, code: str, path: Sequence[str | int], what: str, fix: str, text: str = "", key: str | None = None) -> Problem:
        """Something wrong at ``path``; ``text`` is what stands there and is wrong, ``key`` what it is about, if not the path."""
        line, column = self.place(path, text)
        return Problem(self.file, line, code, dotted(path) if key is None else key, what, fix, column, text)

    def place(self, path: Sequence[str | int], needle: str = "") -> tuple[int, int]:
        """Line and column of ``needle`` inside the value at ``path``; without it, of the value's key."""
        path = tuple(path)
        while path and path not in self.spans:
            path, needle = path[:-1], ""
        span = self.spans.get(path)
        if span is None:
            return self.first, 1
        needle = needle.split("\n")[0]
        if needle:
            rows = self.source.split("\n")[span.start[0] - 1:span.end[0]]
            for number, row in enumerate(rows):
                at = row.find(needle, span.start[1] - 1 if number == 0 else 0)
                if at >= 0:
                    return span.start[0] + number, at + 1
        return span.key

    def offsets(self, path: Sequence[str | int]) -> tuple[int, int] | None:
        """Where the value at ``path`` stands in the source, as offsets; None when unknown."""
        span = self.spans.get(tuple(path))
        if span is None:
            return None
        starts = [0]
        for row in self.source.split("\n"):
            starts.append(starts[-1] + len(row) + 1)
        return starts[span.start[0] - 1] + span.start[1] - 1, starts[span.end[0] - 1] + span.end[1] - 1

    def names(self) -> set[str]:
        """Every name that stands before a colon or behind ``intent:``: what a broken file was about to define."""
        found = {name for pair in _NAMES.findall(self.source) for name in pair if name}
        return found | {name.removeprefix("utter_") for name in found}


def read(path: Path | str, shown_as: str | None = None) -> Document:
    """Parse ``path``. Never raises for bad content: what is wrong stands in ``problems``."""
    shown = shown_as or _short(Path(path))
    try:
        raw = Path(path).read_bytes()
    except OSError as error:
        return _broken(shown, "", Problem(shown, 1, "P100", "", f"文件读不出来（{error.__class__.__name__}）", "检查文件名。"))
    kept = yamlkept.current()
    if kept and (known := kept.data(raw)):
        first, data, places = known
        return Document(shown, data, first, source=raw.decode(), spans=dict(zip(_paths(data), _spans(places), strict=True)))
    try:
        document = parse(raw.decode("utf-8"), shown)
    except UnicodeDecodeError as error:
        line = raw[:error.start].count(b"\n") + 1
        coding = "utf-16" if raw[:2] in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE) else "gb18030"
        guess = raw.decode(coding, errors="replace")
        name = "不是 UTF-8" if "\ufffd" in guess else f"是 {'UTF-16' if coding == 'utf-16' else 'GBK'}，不是 UTF-8"
        return _broken(shown, guess, Problem(shown, line, "P100", "", f"文件的编码{name}", "用编辑器另存为 UTF-8。", 1))
    # What << takes over has places of its own.
    if kept and not document.problems and list(document.spans) == _paths(document.data):
        kept.keep(raw, document)
    return document


def _paths(data: Any) -> list[Path_]:
    """Every key and item of ``data``, in the order in which `_build` meets them."""
    found: list[Path_] = []

    def walk(value: dict[str, Any] | list[Any], path: Path_) -> None:
        for step, inner in value.items() if isinstance(value, dict) else enumerate(value):
            here = (*path, step)
            found.append(here)
            if isinstance(inner, (dict, list)):
                walk(inner, here)

    if isinstance(data, (dict, list)):
        walk(data, ())
    return found


def _spans(places: list[int]) -> Iterator[Span]:
    numbers = iter(places)
    return map(Span, *[zip(numbers, numbers, strict=True)] * 3)


def parse(text: str, shown: str) -> Document:
    """Like :func:`read`, for text already in memory."""
    meant, problems = prepare(text, shown)
    loader = Loader(meant)
    try:
        node = loader.get_single_node()
    except yaml.MarkedYAMLError as error:
        # A slip of the keyboard that was found already is the cause of what YAML cannot read further down.
        slips = [problem for problem in problems if problem.code not in ("P111", "P112")]
        return _broken(shown, meant, *problems, *([] if slips else [explain(error, meant, shown)]))
    except yaml.YAMLError:
        return _broken(shown, meant, *problems, control(meant, shown))
    finally:
        loader.dispose()
    document = Document(shown, None, source=meant, problems=problems)
    if node is not None:
        document.first = node.start_mark.line + 1
        document.data = _build(node, (), document)
        document.shared.clear()
    return document


def _short(path: Path) -> str:
    """Relative to where the editor stands, when it lies below."""
    layered = shown(path)
    if layered:
        return layered
    real, here = os.path.realpath(path), os.path.join(os.getcwd(), "")
    return Path(real[len(here):] if real.startswith(here) else path).as_posix()


def _broken(shown: str, text: str, *problems: Problem) -> Document:
    return Document(shown, None, problems[-1].line or 1, list(problems), text, broken=True)


def _span(key: Node, value: Node, document: Document) -> Span:
    """Where a key and its value stand. What is meant through an alias stands where its anchor is: there it is mended."""
    at, start, end = key.start_mark, value.start_mark, value.end_mark
    span = Span((at.line + 1, at.column + 1), (start.line + 1, start.column + 1), (end.line + 1, end.column + 1))
    return span if isinstance(value, ScalarNode) else document.shared.setdefault(id(value), span)


def _build(node: Node, path: Path_, document: Document) -> Any:
    if isinstance(node, ScalarNode):
        return node.value if node.tag == _TEXT else _build_scalar(node, path, document)
    if isinstance(node, MappingNode):
        return _build_mapping(node, path, document)
    items = []
    for number, child in enumerate(node.value):
        here = (*path, number)
        document.spans[here] = _span(child, child, document)
        items.append(_build(child, here, document))
    return items


def _build_mapping(node: MappingNode, path: Path_, document: Document) -> dict[str, Any]:
    result: dict[str, Any] = {}
    merged: dict[str, Any] = {}
    again: list[Problem] = []
    for key_node, value_node in node.value:
        if key_node.tag == "tag:yaml.org,2002:merge":
            # << takes over what the named mapping holds; own keys win, wherever they stand
            named = value_node.value if isinstance(value_node, SequenceNode) else [value_node]
            for other in reversed(named):
                merged.update(_build(other, path, document) or {})
            continue
        key = str(key_node.value)
        here = (*path, key)
        if key in result:
            if result[key] is None:  # the empty one came first; what stands under the other is what was meant
                result[key] = _build(value_node, here, document)
            again.append(Problem(
                document.file, key_node.start_mark.line + 1, "P102", dotted(here), f"同一层里「{key}」写了两次，第一次在第 {document.line(*here)} 行",
                "留一个，删一个；YAML 会悄悄只认后一个。", key_node.start_mark.column + 1, key))
            continue
        document.spans[here] = _span(key_node, value_node, document)
        result[key] = _build(value_node, here, document)
    if len(again) > 1 and path and isinstance(path[-1], int):
        first = again[0]
        again = [replace(first, what=f"从「{first.text}」起的 {len(again)} 行像是下一项，前面少了「- 」", fix=f"写成「- {first.text}: …」，和上一项的「- 」对齐。")]
    document.problems += again
    return {**merged, **result}


def _build_scalar(node: ScalarNode, path: Path_, document: Document) -> Any:
    written, kind = str(node.value), node.tag.rpartition(":")[2]

    def bad(code: str, what: str, fix: str, edit: Edit | None = None) -> None:
        document.problems.append(Problem(document.file, node.start_mark.line + 1, code, dotted(path), what, fix,
                                         node.start_mark.column + 1, written, edit))

    if kind == "timestamp":
        span = document.offsets(path)
        if len(written) == 10 and not is_day(written):
            bad("P106", *no_day(written))
        else:
            bad("P103", f"日期 {written} 没有加引号", f'写成 "{written}"。', Edit(*span, f'"{written}"') if span else None)
        return written
    if kind in ("int", "float", "bool") and not _PLAIN.fullmatch(written):
        # Rasa reads YAML 1.2, where these are words or other numbers than here.
        value = getattr(_CONSTRUCTOR, f"construct_yaml_{kind}")(node)
        became = ("「是」" if value else "「否」") if kind == "bool" else f"数字 {value}"
        bad("P105", f"「{written}」没加引号，会被读成{became}", f'加英文双引号："{written}"{"；要开关就写 true 或 false" if kind == "bool" else ""}。')
        return written
    try:
        if kind == "null":
            return None
        if kind in ("int", "float", "bool"):
            return getattr(_CONSTRUCTOR, f"construct_yaml_{kind}")(node)
        raise ValueError(kind)
    except (ConstructorError, ValueError, KeyError):
        bad("P105", f"不认识的写法 {node.tag} {node.value!r}", "写成普通文字；拿不准就加上引号。")
        return None


def dotted(path: Sequence[str | int]) -> str:
    """A path as editors write it: ``refusals.promise`` or ``bad[2].why``."""
    shown = ""
    for step in path:
        shown += f"[{step}]" if isinstance(step, int) else f".{step}" if shown else str(step)
    return shown
