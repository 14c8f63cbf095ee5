"""Change one entry of a YAML file and leave every other character as it is: comments, order, quotes, line ends.

A parsed and dumped file would be another file to whoever reads `git diff`, so the source text is edited at the places
that PyYAML's nodes name.
"""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

import yaml
from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from persona.yamlfile import Loader

STEP = "  "
_PLAIN = re.compile(r"/?[A-Za-z_\u4e00-\u9fff][\w\u4e00-\u9fff./（）·-]*")
_RESERVED = frozenset({"y", "n", "yes", "no", "on", "off", "true", "false", "null"})
Way = tuple["str | int", ...]
Item = str | Mapping[str, str]


class EditError(ValueError):
    """The file cannot be changed there; says in Chinese why and what to do."""


def scalar(value: str) -> str:
    """A YAML source for a text: plain where nothing can be misread, else in double quotes."""
    if _PLAIN.fullmatch(value) and value.lower() not in _RESERVED:
        return value
    escaped = value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("\t", "\\t")
    return f'"{escaped}"'


def flow(values: Mapping[str, object]) -> str:
    """`{key: value, …}` on one line."""
    return "{" + ", ".join(f"{scalar(key)}: {_flow_value(value)}" for key, value in values.items()) + "}"


def _flow_value(value: object) -> str:
    if isinstance(value, Mapping):
        return flow(value)
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(_flow_value(item) for item in value) + "]"
    return scalar(str(value))


def put(text: str, way: Way, key: str, value: str | Sequence[object] | Mapping[str, object]) -> str:
    """The text with `key` of the mapping at `way` set; a mapping already there is changed entry by entry, a list as a whole."""
    parents, node = _walk(text, way)
    if not isinstance(node, MappingNode):
        raise EditError("这里不是「键: 值」")
    aliased = _alias(text, parents)
    if aliased:
        return _unshared(text, parents, aliased, key, value)
    _refuse_shared(text, node)
    for name, old in node.value:
        if name.value != key:
            continue
        if isinstance(value, Mapping) and isinstance(old, MappingNode):
            for inner, _ in old.value:
                if inner.value not in value:
                    text = drop(text, (*way, key), inner.value)
            for inner_key, inner_value in value.items():
                text = put(text, (*way, key), inner_key, inner_value if isinstance(inner_value, Mapping) else str(inner_value))
            return text
        if isinstance(value, (list, tuple)):
            return put_items(text, way, key, value)
        source = _like(text, old, value) if isinstance(value, str) else _flow_value(value)
        return text[:old.start_mark.index] + source + text[_end(text, old):]
    return _added(text, node, key, _flow_value(value))


def extend(text: str, way: Way, lines: Sequence[str]) -> str:
    """The text with `lines` at the end of the block (`|`) at `way`, indented as its last line is."""
    _, node = _walk(text, way)
    if not isinstance(node, ScalarNode) or node.style != "|":
        raise EditError("这里不是「|」开头的一段")
    end = _end(text, node)
    last = text[text.rfind("\n", 0, end) + 1:end]
    pad = "\n" + " " * (len(last) - len(last.lstrip(" ")))
    return text[:end] + "".join(pad + line for line in lines) + text[end:]


def put_items(text: str, way: Way, key: str, items: Sequence[Item]) -> str:
    """The text with the list `key` of the mapping at `way` holding `items` (texts, or mappings of texts), `[]` for none.

    What stays of a block list stays as it is written. A list that others use by name becomes the mapping's own first.
    """
    parents, _ = _walk(text, way)
    aliased = _alias(text, parents)
    if aliased:
        return _unshared(text, parents, aliased, key, list(items))
    text = own(text, (*way, key))
    node = _walk(text, way)[1]
    if not isinstance(node, MappingNode):
        raise EditError("这里不是「键: 值」")
    pair = next((pair for pair in node.value if pair[0].value == key), None)
    if pair is None:
        column = node.value[0][0].start_mark.column if node.value else 0
        return _added(text, node, key, _flow_value(list(items)) if node.flow_style or not items else _block(items, column))
    name, old = pair
    if not isinstance(old, SequenceNode) or old.flow_style or not items:
        start, end = old.start_mark.index, _end(text, old)
        if isinstance(old, SequenceNode) and not old.flow_style:
            start = text.index(":", name.end_mark.index) + 1
            return text[:start] + " []" + text[start:text.index("\n", start)] + text[end:]  # a comment stays
        block = isinstance(old, SequenceNode) and not old.value and any(isinstance(item, Mapping) for item in items)
        return text[:start].rstrip(" ") + _block(items, name.start_mark.column) + text[end:] if block else text[:start] + _flow_value(list(items)) + text[end:]
    return _changed_items(text, (*way, key), items)


def _block(items: Sequence[Item], column: int) -> str:
    """`- …` lines that begin with a line end, the dashes at `column`."""
    pad, lines = "\n" + " " * column, ""
    for item in items:
        pairs = [f"{scalar(key)}: {scalar(value)}" for key, value in item.items()] if isinstance(item, Mapping) else [scalar(item)]
        lines += f"{pad}- " + f"{pad}  ".join(pairs)
    return lines


def _changed_items(text: str, way: Way, items: Sequence[Item]) -> str:
    """A block list item by item: what is gone first, then what is different, then what is new."""
    held = _items(text, way)
    while len(held) > len(items):
        gone = next((at for at in reversed(range(len(held))) if held[at] not in items), len(held) - 1)
        node = _walk(text, (*way, gone))[1]
        start, end = text.rfind("\n", 0, node.start_mark.index) + 1, text.find("\n", _end(text, node)) + 1 or len(text)
        text = text[:start] + text[end:]
        del held[gone]
    for at, (was, item) in enumerate(zip(held, items, strict=False)):
        if was == item:
            continue
        if isinstance(was, dict) and isinstance(item, Mapping):
            for key, value in item.items():
                text = put(text, (*way, at), key, value) if was.get(key) != value else text
        else:
            node = _walk(text, (*way, at))[1]
            source = flow(item) if isinstance(item, Mapping) else _like(text, node, item)
            text = text[:node.start_mark.index] + source + text[_end(text, node):]
    if len(items) > len(held):
        node = _walk(text, way)[1]
        at, line = _end(text, node), text.rfind("\n", 0, node.value[0].start_mark.index) + 1
        at = text.find("\n", at) if text.find("\n", at) >= 0 else len(text)  # behind a comment
        text = text[:at] + _block(items[len(held):], text.index("-", line) - line) + text[at:]
    return text


def _items(text: str, way: Way) -> list[str | dict[str, str]]:
    node = _walk(text, way)[1]
    return [{k.value: v.value for k, v in one.value} if isinstance(one, MappingNode) else str(one.value) for one in node.value]


def own(text: str, way: Way) -> str:
    """The text in which the node at `way` is written out, neither an alias nor the anchor that aliases stand for.

    An alias becomes a copy of what it stands for; an anchor moves on (see `unanchored`). Nothing else changes in what the
    file says. A node that is not there is nobody's.
    """
    try:
        parents, node = _walk(text, way)
    except EditError:
        return text
    name = parents[-1][0]
    if name is None or not _alias(text, parents):
        return unanchored(text, way)
    at = name.end_mark.index
    aliased = re.match(r"\s*:\s*\*[\w-]+", text[at:])
    assert aliased is not None
    return f"{text[:at]}:{_copy(text, node, name.start_mark.column)}{text[at + aliased.end():]}"


def unanchored(text: str, way: Way) -> str:
    """The text in which no alias stands for the node at `way`: its anchor has moved on to a copy at the first of them."""
    parents, node = _walk(text, way)
    name = parents[-1][0]
    anchor = re.match(r"\s*:\s*(&([\w-]+))", text[name.end_mark.index:]) if name is not None else None
    if name is None or anchor is None:
        return text
    start, rest = (name.end_mark.index + anchor.span(1)[side] for side in (0, 1))
    free, after = text[:start].rstrip(" "), text[rest:]
    use = re.search(rf"\*{re.escape(anchor.group(2))}(?![\w-])", text[_end(text, node):])
    if use is None:
        return free + after
    at = _end(text, node) + use.start()
    line = text[text.rfind("\n", 0, at) + 1:at]
    copy = _copy(text, node, len(line) - len(line.lstrip(" -")))
    return f"{free}{text[rest:at].rstrip(' ')} &{anchor.group(2)}{copy}{text[at + len(use.group()):]}"


def _copy(text: str, node: Node, column: int) -> str:
    """The source of a node for a key at `column`: behind a space on one line, or as a block on lines of its own."""
    start, end = node.start_mark.index, _end(text, node)
    if not isinstance(node, (MappingNode, SequenceNode)) or node.flow_style:
        return " " + text[start:end]
    first = node.value[0][0] if isinstance(node, MappingNode) else node.value[0]  # the node's own mark may be its anchor's
    start = text.rfind("\n", 0, first.start_mark.index) + 1
    lines = text[start:end].split("\n")
    indent = len(lines[0]) - len(lines[0].lstrip(" "))
    wanted = column + (0 if isinstance(node, SequenceNode) else len(STEP))
    return "".join("\n" + (" " * max(wanted + len(line) - len(line.lstrip(" ")) - indent, 0) + line.lstrip(" ")).rstrip() for line in lines)


def add_example(text: str, intent: str, phrase: str) -> str:
    """The text with one more line at the end of the examples of `intent`."""
    _, blocks = _walk(text, ("nlu",))
    for at, block in enumerate(blocks.value):
        if isinstance(block, MappingNode) and any(k.value == "intent" and v.value == intent for k, v in block.value):
            return extend(text, ("nlu", at, "examples"), [f"- {phrase}"])
    raise EditError(f"没有「{intent}」的例句")


def drop(text: str, way: Way, key: str) -> str:
    """The text without `key` of the mapping at `way`; an emptied block mapping becomes `{}`."""
    _, node = _walk(text, way)
    if not isinstance(node, MappingNode):
        raise EditError("这里不是「键: 值」")
    pairs = node.value
    at = next((n for n, (name, _) in enumerate(pairs) if name.value == key), None)
    if at is None:
        raise EditError(f"没有「{key}」这一项")
    name, old = pairs[at]
    if node.flow_style:
        start = pairs[at - 1][1].end_mark.index if at else name.start_mark.index
        end = old.end_mark.index if at or len(pairs) == 1 else pairs[at + 1][0].start_mark.index
        return text[:start] + text[end:]
    start = text.rfind("\n", 0, name.start_mark.index) + 1
    end = text.find("\n", _value_end(text, name, old)) + 1 or len(text)
    if len(pairs) > 1:
        return text[:start] + text[end:]
    colon = _colon_before(text, start)
    return text[:colon] + " {}" + text[colon:start] + text[end:]


def save(file: Path, before: str, after: str) -> None:
    """Write `after` in one step; EditError when the file is no longer what was read."""
    if file.read_text(encoding="utf-8") != before:
        raise EditError(f"{file} 刚被别人改过；再运行一次。")
    handle, name = tempfile.mkstemp(dir=file.parent, prefix=f".{file.name}.")
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="") as out:
            out.write(after)
            out.flush()
            os.fsync(out.fileno())
        os.chmod(name, file.stat().st_mode & 0o777)
        os.replace(name, file)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def _walk(text: str, way: Way) -> tuple[list[tuple[Node | None, Node]], Node]:
    """The nodes on the way, each with its key's node, and the last of them."""
    loader = Loader(text)
    try:
        node = loader.get_single_node()
    except yaml.YAMLError as error:
        raise EditError(f"YAML 读不懂：{error}") from error
    finally:
        loader.dispose()
    found: list[tuple[Node | None, Node]] = [(None, node)]
    for step in way:
        if isinstance(node, MappingNode):
            pair = next(((k, v) for k, v in node.value if k.value == step), None)
        elif isinstance(node, SequenceNode) and isinstance(step, int) and step < len(node.value):
            pair = (None, node.value[step])
        else:
            pair = None
        if pair is None:
            raise EditError(f"没有「{step}」这一项")
        found.append(pair)
        node = pair[1]
    return found, node


def _alias(text: str, parents: list[tuple[Node | None, Node]]) -> str:
    """The name after `*` when the last node on the way is written as an alias, else ""."""
    name = parents[-1][0]
    if name is None:
        return ""
    match = re.match(r"\s*:\s*\*([\w-]+)", text[name.end_mark.index:])
    return match.group(1) if match else ""


def _unshared(text: str, parents: list[tuple[Node | None, Node]], alias: str, key: str, value: object) -> str:
    """`metadata: *shared` becomes a mapping of its own that takes over what is shared."""
    name = parents[-1][0]
    assert name is not None
    match = re.match(r"\s*:\s*\*[\w-]+", text[name.end_mark.index:])
    assert match is not None
    end = name.end_mark.index + match.end()
    pad = "\n" + " " * (name.start_mark.column + len(STEP))
    source = _flow_value(value)
    return f"{text[:name.end_mark.index]}:{pad}<<: *{alias}{pad}{scalar(key)}: {source}{text[end:]}"


def _refuse_shared(text: str, node: Node) -> None:
    """An entry added to a mapping that others use by name would be theirs too."""
    head = re.search(r"&([\w-]+)\s*$", text[:node.start_mark.index]) or re.match(r"&([\w-]+)", text[node.start_mark.index:])
    if head and re.search(rf"\*{re.escape(head.group(1))}(?![\w-])", text):
        raise EditError(f"这一块别处也在用（*{head.group(1)}）；先把它抄成自己的一份，再写。")


def _added(text: str, node: MappingNode, key: str, source: str) -> str:
    if node.flow_style:
        if not node.value:
            return _first(text, node, key, source)
        at = node.value[-1][1].end_mark.index
        return f"{text[:at]}, {scalar(key)}: {source}{text[at:]}"
    at = text.find("\n", _value_end(text, *node.value[-1]))
    at = len(text) if at < 0 else at
    pad = "\n" + " " * node.value[0][0].start_mark.column
    return f"{text[:at]}{pad}{scalar(key)}: {source}{text[at:]}"


def _first(text: str, node: MappingNode, key: str, source: str) -> str:
    """The first entry of an empty `{}`: a block below its key."""
    start = text.rfind("\n", 0, node.start_mark.index) + 1
    pad = "\n" + " " * (len(text[start:]) - len(text[start:].lstrip(" "))) + STEP
    end = text.find("\n", node.end_mark.index)
    end = len(text) if end < 0 else end
    rest = text[node.end_mark.index:end].rstrip()  # a comment after the braces
    return f"{text[:node.start_mark.index].rstrip(' ')}{rest}{pad}{scalar(key)}: {source}{text[end:]}"


def _like(text: str, old: Node, value: str) -> str:
    """The new value in the old one's quotes."""
    if isinstance(old, ScalarNode) and old.style == "'" and "\n" not in value:
        return "'" + value.replace("'", "''") + "'"
    if isinstance(old, ScalarNode) and old.style == '"' and scalar(value) == value:
        return f'"{value}"'
    return scalar(value)


def _end(text: str, node: Node) -> int:
    """Where the node's last character stands; the end mark of a block lies behind the comments that follow it."""
    if isinstance(node, (MappingNode, SequenceNode)) and not node.flow_style and node.value:
        last = node.value[-1]
        return _value_end(text, *last) if isinstance(last, tuple) else _end(text, last)
    if isinstance(node, ScalarNode) and node.style in ("|", ">"):
        return len(text[:node.end_mark.index].rstrip())
    return int(node.end_mark.index)


def _value_end(text: str, name: Node, value: Node) -> int:
    """Where a pair ends; an alias ends here, what it stands for somewhere else."""
    alias = re.match(r"\s*:\s*\*[\w-]+", text[name.end_mark.index:])
    return name.end_mark.index + alias.end() if alias else _end(text, value)


def _colon_before(text: str, start: int) -> int:
    """Behind the `:` of the key whose block begins at `start`, comments in between left alone."""
    lines = text[:start].splitlines(keepends=True)
    at = start
    for line in reversed(lines):
        at -= len(line)
        code = line.split(" #", 1)[0].rstrip()
        if code.endswith(":") and not code.lstrip().startswith("#"):
            return at + len(code)
    return start
