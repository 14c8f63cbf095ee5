"""Read all content files. What is misspelt is told and read as it was meant, so that one slip is one finding."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

from persona.content.model import Button, Content, Example, Response, Topic
from persona.errors import Edit, Problem
from persona.layers import data_of
from persona.textual import nearest
from persona.yamlfile import Document, Path_, dotted, read
from persona.yamlvalues import no_text

VERSION = "3.1"
TOP = ("version", "nlu", "responses", "rules", "stories")
BLOCK = ("intent", "examples")
# synonyms, lookups and patterns are Rasa's own; understanding here reads persona/nlu/lexicon instead
ANSWER = ("text", "buttons", "condition", "metadata", "channel", "image", "custom", "id")
BUTTON = ("title", "payload")
CONDITION = ("type", "name", "value")
METADATA = (
    "tone", "sober", "category", "figures", "disclosures", "source", "reviewed", "expires", "hallmark", "values",
    "author", "approval",
    "episode", "title", "from", "aliases", "only", "answer",  # columns and lessons
)
TEXTS = ("tone", "category", "source", "author", "title")  # of metadata
_INTENT = re.compile(r"[a-z_][a-z0-9_./]*")
_INVISIBLE = re.compile(r"[\u00ad\u200b-\u200f\u2060\ufeff]")
_FILE = re.compile(r"[a-z0-9_.]+\.yml")
_MARKUP = re.compile(r"\[([^\]]*)\](?:\([^)]*\)|\{[^}]*\})")


def load_content(root: Path | str, also: Sequence[Path] = ()) -> Content:
    """Read all ``*.yml`` below ``root/data`` (or ``root`` itself), and ``also`` (drafts); never raises for bad content."""
    base = Path(root)
    folder = data_of(base)
    folder = folder if folder.is_dir() else base
    examples: list[Example] = []
    responses: dict[str, list[Response]] = {}
    problems: list[Problem] = []
    documents: list[Document] = []
    places: dict[str, tuple[str, int]] = {}
    counts: dict[str, int] = {}
    unread: set[str] = set()
    keys: list[bytes] = []
    # A copy (「annual_fee - 副本.yml」) comes after what it was copied from, so that it is the one that is told.
    files = [*sorted([*folder.rglob("*.yml"), *folder.rglob("*.yaml")], key=lambda file: (not _FILE.fullmatch(file.name), file)), *also]
    # nobody reads a topic that was saved under another ending, which is told; its buttons elsewhere are right
    unread |= {f"{file.parent.name}/{file.stem}" for file in folder.rglob("*.*") if file.suffix not in (".yml", ".yaml")}
    for file in files:
        document, blocks, answers, slips, key = _read_file(file, _stamp(file))
        documents.append(document)
        problems += slips
        if document.broken or any(problem.code == "P105" for problem in slips):
            unread |= document.names()
        if not blocks and not answers and slips:
            unread |= {f"{file.parent.name}/{file.stem}", file.stem}
        for intent, line, found in blocks:
            places.setdefault(intent, (document.file, line))
            counts[intent] = counts.get(intent, 0) + len(found)
            examples += found
        keys.append(key)
        for response in answers:
            group = responses.setdefault(response.name, [])
            if group and group[0].file != response.file:
                if response.number == 0:
                    line, column = document.place(("responses", response.name))
                    problems.append(Problem(
                        response.file, line, "P610", response.name, f"这个回答在 {group[0].file} 已经有了",
                        "多出来的一份删掉，或并到一个文件里；Rasa 只认后读到的那个。", column, response.name))
                continue
            group.append(response)
    frozen = {name: tuple(group) for name, group in responses.items()}
    topics = {intent: Topic(intent, *place, counts[intent], frozen.get(f"utter_{intent}", ()))
              for intent, place in places.items()}
    return Content(MappingProxyType(topics), MappingProxyType(frozen), tuple(examples),
                   tuple(str(file) for file in files), tuple(problems), tuple(documents), frozenset(unread), hashlib.sha256(b"".join(keys)).hexdigest())


def read_responses(file: Path) -> tuple[Response, ...]:
    """The answers of one file; none when it is broken."""
    return _read_file(file, _stamp(file))[2]


def responses_of(document: Document) -> tuple[Response, ...]:
    """The answers of a document that was read already; what is misspelt is told among its problems."""
    return tuple(_responses(document)) if isinstance(document.data, dict) else ()


def _stamp(file: Path) -> tuple[object, ...]:
    try:
        return file.read_bytes(), Path.cwd()  # paths are shown as seen from here
    except OSError:
        return ()


@lru_cache(maxsize=2048)
def _read_file(file: Path, stamp: tuple[object, ...]) -> tuple[
        Document, tuple[tuple[str, int, list[Example]], ...], tuple[Response, ...], tuple[Problem, ...], bytes]:
    """One file; remembered until its content changes, which is what makes ``--watch`` quick."""
    document = read(file)
    if document.broken:
        return document, (), (), tuple(document.problems), b""
    problems = document.problems
    if document.data is None:
        problems.append(Problem(document.file, 1, "P104", "", "文件是空的", "照同一文件夹里的文件写，或删掉它。"))
    elif not isinstance(document.data, dict):
        problems.append(Problem(document.file, 1, "P105", "", "最外层应当是「键: 值」", "最上面写 version: \"3.1\"，下面写 nlu: 和 responses:。", 1))
    else:
        _known(document, (), document.data, TOP)
        _version(document)
        if not any(key in document.data for key in TOP[1:]):
            problems.append(Problem(document.file, document.first, "P104", "", "只有 version，没有内容", "照同一文件夹里的文件写，或删掉它。", 1))
        blocks, answers = tuple(_intents(document)), tuple(_responses(document))
        return document, blocks, answers, tuple(problems), _key(blocks)
    return document, (), (), tuple(problems), b""


def _key(blocks: Sequence[tuple[str, int, list[Example]]]) -> bytes:
    """A digest of what is said, wherever it stands."""
    return hashlib.sha256("\n".join(f"{intent}\0" + "\n".join(one.raw for one in found) for intent, _, found in blocks).encode()).digest()


def _known(document: Document, path: Path_, value: dict[str, Any], allowed: Sequence[str]) -> None:
    """Tell keys nobody reads; one that is a slip of a missing key is then read as that key."""
    unknown = [key for key in value if key not in allowed]
    for key in unknown:
        here = (*path, key)
        line, column = document.place(here)
        plain = _INVISIBLE.sub("", unicodedata.normalize("NFKC", key)).lower()
        near = nearest(plain, [name for name in allowed if name not in value], 0.7)
        fix = f"是不是「{near}」？" if near else "可用的键：" + "、".join(allowed) + "。"
        what = f"不认识的键「{key}」"
        if near and plain == near and key.lower() != plain:
            what, fix = f"键「{near}」里有全角字母，或看不见的字符", f"删掉重打：{near}:。"
        document.problems.append(Problem(document.file, line, "P109", dotted(here), what, fix, column, key))
        if near:
            value[near] = value.pop(key)
            _moved(document, here, (*path, near))


def _version(document: Document) -> None:
    value = document.data.get("version")
    if value == VERSION:
        return
    line, column = document.place(("version",))
    what = "没有 version" if value is None else f"version 写成了 {value}"
    if "version" not in document.data:
        line, column = document.place(tuple(list(document.data)[:1]))
    document.problems.append(Problem(document.file, line, "P117", "version", what, f'最上面写 version: "{VERSION}"，带英文双引号。', column))


def _wrong(document: Document, path: Path_, what: str, fix: str, code: str = "P105", text: str = "") -> None:
    document.problems.append(document.problem(code, path, what, fix, text))


def _intents(document: Document) -> Iterator[tuple[str, int, list[Example]]]:
    blocks = document.data.get("nlu")
    if blocks is not None and not isinstance(blocks, list):
        inner = ("intent",) if isinstance(blocks, dict) and "intent" in blocks else ()
        _wrong(document, ("nlu", *inner), "nlu 下面应当是列表，前面少了「- 」" if inner else "nlu 下面应当是列表", "写成「- intent: faq/话题」，一个话题一段。")
    for number, block in enumerate(blocks if isinstance(blocks, list) else []):
        here = ("nlu", number)
        if not isinstance(block, dict):
            _wrong(document, here, "这一行不是意图；它没有缩进到 examples 下面", "例句前面空四格。")
            continue
        _known(document, here, block, BLOCK)
        if not isinstance(block.get("intent"), str):
            _wrong(document, here, "这一段没有 intent", "写上 intent: faq/话题。", "P104")
            continue
        intent = block["intent"]
        if not _INTENT.fullmatch(intent):
            _wrong(document, (*here, "intent"), f"「{intent[:20]}」不能当意图名", "只用小写英文、数字、下划线、「/」和「.」；examples: | 写在下一行。", text=intent)
            continue
        yield intent, document.line(*here, "intent"), _examples(document, intent, block, (*here, "examples"))


def _examples(document: Document, intent: str, block: Mapping[str, Any], here: Path_) -> list[Example]:
    raw = block.get("examples")
    if isinstance(raw, list):
        return _listed(document, intent, raw, here)
    if raw is None:
        _wrong(document, here if "examples" in block else here[:-1], "没有例句", "在 examples: | 下面一行写一句，行首「- 」。", "P104")
        return []
    span = document.spans.get(here)
    start = document.source.split("\n")[span.start[0] - 1][span.start[1] - 1:span.start[1]] if span else ""
    if not isinstance(raw, str) or start != "|":
        _wrong(document, here, "examples: 后面少了「|」", "写成 examples: |，例句从下一行开始。", "P118")
        return []
    rows, first = document.source.split("\n"), document.line(*here)
    step = next((len(row) - len(row.lstrip(" ")) for row in rows[first:] if row.strip()), 4)
    found = []
    for offset, row in enumerate(raw.split("\n")):
        line, text = first + 1 + offset, row[2:].strip() if row.startswith("- ") else ""
        if text:
            found.append(Example(intent, _plain(text) if "[" in text else text, document.file, line, step + 3, text))
            continue
        text = row.strip()
        if not text:
            continue
        # What Rasa skips without a word is still an example here, so that its loss is the only finding.
        column = step + 1 + len(row) - len(row.lstrip())
        start_of = sum(len(one) + 1 for one in rows[:line - 1])
        if not text.strip("- "):
            document.problems.append(Problem(document.file, line, "P611", intent, "空的例句", "写上一句，或删掉这一行。", column, text))
            continue
        if text.startswith("#"):
            document.problems.append(Problem(document.file, line, "P611", intent, f"例句中间写了注释：{text}", "删掉，或移到 examples: 上面；「|」下面的每一行都算例句。", column, text))
            continue
        if text.startswith("-"):
            if row.startswith(" "):
                edit = Edit(start_of + step, start_of + column - 1, "")
                what, fix = f"例句前多了空格：{text}", "和上一句对齐；不对齐，Rasa 会跳过这一句。"
            else:
                edit, what, fix = Edit(start_of + column, start_of + column, " "), f"「-」后面少一个空格：{text}", "写成「- 例句」。"
            text = text[1:].strip()
        else:
            edit = Edit(start_of + column - 1, start_of + column - 1 + len(text), "- " + text.lstrip("－—–·•*、 　"))
            what, fix = f"例句前少了「- 」：{text}", "行首写「- 」。"
        document.problems.append(Problem(document.file, line, "P611", intent, what, fix, column, text, edit))
        found.append(Example(intent, _plain(text.lstrip("－—–·•*、 　")), document.file, line, column, text))
    return found


def _listed(document: Document, intent: str, raw: list[Any], here: Path_) -> list[Example]:
    """``examples:`` without ``|``: Rasa takes the list for something else and trains on nothing."""
    _wrong(document, here, "examples: 后面少了「|」", "写成 examples: |，例句不变。", "P118")
    found = []
    for number, row in enumerate(raw):
        text = row.get("text") if isinstance(row, dict) else row
        if isinstance(text, str) and text.strip():
            text = text.strip().removeprefix("- ")
            line, column = document.place((*here, number))
            found.append(Example(intent, _plain(text), document.file, line, column, text))
    return found


def _plain(text: str) -> str:
    return _MARKUP.sub(lambda match: match.group(1), text)


def _responses(document: Document) -> Iterator[Response]:
    groups = document.data.get("responses")
    if groups is not None and not isinstance(groups, dict):
        _wrong(document, ("responses",), "responses 下面应当是「utter_话题:」", "照同一文件夹里的文件写。")
    for name in [name for name in groups if not name.startswith("utter_")] if isinstance(groups, dict) else ():
        _wrong(document, ("responses", name), f"回答的名字「{name}」不是 utter_ 开头", f"写成 utter_{name}。", "P649", name)
        groups[f"utter_{name}"] = groups.pop(name)
        _moved(document, ("responses", name), ("responses", f"utter_{name}"))
    for name, group in groups.items() if isinstance(groups, dict) else ():
        here: Path_ = ("responses", name)
        if not isinstance(group, list):
            inner = ("text",) if isinstance(group, dict) and "text" in group else ()
            _wrong(document, (*here, *inner), f"{name} 下面应当是列表", "写成「- text: …」，每条变体前一个「- 」。")
            continue
        for number, item in enumerate(group):
            if isinstance(item, dict):
                yield _response(document, name, number, item)
            else:
                _wrong(document, (*here, number), "这一条不是「text: …」", "写成「- text: \"…\"」。")


def _response(document: Document, name: str, number: int, item: dict[str, Any]) -> Response:
    here = ("responses", name, number)
    for inside in (here, *((*here, key, at) for key in ("buttons", "condition") for at, _ in enumerate(_mappings(item.get(key))))):
        _without_its_head(document, here, inside, item)
    raw_buttons, raw_conditions = item.get("buttons"), item.get("condition")
    buttons = []
    for at, button in enumerate(_list_of(document, (*here, "buttons"), raw_buttons)):
        if at == len(_mappings(raw_buttons)) - 1:
            _too_far_left(document, here, item, (*here, "buttons", at), button, BUTTON)
        _known(document, (*here, "buttons", at), button, BUTTON)
        _texts(document, (*here, "buttons", at), button, BUTTON)
        line = document.line(*here, "buttons", at)
        buttons.append(Button(str(button.get("title") or ""), str(button.get("payload") or ""), line, at))
    _known(document, here, item, ANSWER)
    metadata = item.get("metadata")
    conditions = _list_of(document, (*here, "condition"), raw_conditions)
    for at, condition in enumerate(conditions):
        _known(document, (*here, "condition", at), condition, CONDITION)
    if isinstance(metadata, dict):
        _known(document, (*here, "metadata"), metadata, METADATA)
        _texts(document, (*here, "metadata"), metadata, TEXTS)
    elif metadata is not None:
        listed = isinstance(metadata, list) and all(isinstance(one, dict) for one in metadata)
        _wrong(document, (*here, "metadata"), "metadata 下面应当是「键: 值」", "去掉每行前面的「- 」。" if listed else "每项一行：tone: warm。")
        metadata = item["metadata"] = {key: value for one in metadata for key, value in one.items()} if listed else {}
    _texts(document, here, item, ("text",))
    return Response(
        name, number, item.get("text") or "", tuple(buttons), tuple(conditions),
        metadata if isinstance(metadata, dict) else {}, str(item.get("channel") or ""),
        document.file, document.line(*here), document,
    )


def _texts(document: Document, here: Path_, holder: dict[str, Any], keys: Sequence[str]) -> None:
    """Tell what is no text where one belongs; it is then read as the text that was most likely meant."""
    for key in keys:
        value = holder.get(key)
        if value is None or isinstance(value, str):
            continue
        alone = next(iter(value)) if isinstance(value, dict) and len(value) == 1 and None in value.values() else ""
        if alone:  # {app} without quotes
            _wrong(document, (*here, key), f"「{{{alone}}}」没加引号", f'写成 "{{{alone}}}"。', text=f"{{{alone}}}")
        else:
            _wrong(document, (*here, key), *no_text(value), text="" if isinstance(value, (list, dict)) else str(value))
        holder[key] = f"{{{alone}}}" if alone else str(value[0] if isinstance(value, list) and value else value)


def _mappings(raw: Any) -> list[dict[str, Any]]:
    return [one for one in raw if isinstance(one, dict)] if isinstance(raw, list) else []


def _without_its_head(document: Document, here: Path_, inside: Path_, item: dict[str, Any]) -> None:
    """The line ``metadata:`` is gone, so that its keys stand in what came before it: one finding, read as it was meant."""
    holder = item if inside == here else item[str(inside[-2])][inside[-1]]
    own = BUTTON if "buttons" in inside else ANSWER
    empty = "metadata" in item and item["metadata"] is None
    lost = [key for key in holder if key in METADATA and key not in own] if isinstance(holder, dict) and (empty or "metadata" not in item) else []
    if len(lost) < 2:
        return
    line, column = document.place((*inside, lost[0]))
    what, fix = (" 应当在 metadata: 里面", "这几行前面各加两个空格。") if empty else (" 上面少了一行 metadata:", "在它们上面补一行 metadata:，和 text 对齐。")
    document.problems.append(Problem(document.file, line, "P109", dotted(inside), "、".join(lost) + what, fix, column, lost[0]))
    item["metadata"] = {key: holder.pop(key) for key in lost}
    for key in lost:
        _moved(document, (*inside, key), (*here, "metadata", key))


def _too_far_left(document: Document, outer: Path_, item: dict[str, Any], here: Path_, inside: dict[str, Any], keys: Sequence[str]) -> None:
    """Keys of the last button that stand to its left, where they belong to the answer: read as they were meant."""
    for key in [key for key in item if key in keys and key not in ANSWER and key not in inside]:
        _wrong(document, (*outer, key), f"「{key}」和按钮没对齐", f"前面补空格，和按钮的「{next(iter(inside), 'title')}」对齐。", "P109", key)
        inside[key] = item.pop(key)
        _moved(document, (*outer, key), (*here, key))


def _moved(document: Document, old: Path_, new: Path_) -> None:
    """What was read at `old` stands for `new`: findings about it are told where it was written."""
    document.spans.update({(*new, *path[len(old):]): span for path, span in document.spans.items() if path[:len(old)] == old})


def _list_of(document: Document, here: Path_, raw: Any) -> list[dict[str, Any]]:
    """The mappings of a list; whatever else stands there is told."""
    if raw is None:
        return []
    if not isinstance(raw, list):
        _wrong(document, here, f"{here[-1]} 应当是列表", "每项一行，行首写「- 」。")
        return []
    for at, one in enumerate(raw):
        if not isinstance(one, dict):
            _wrong(document, (*here, at), "应当是「键: 值」", "照旁边的写。")
    return [one for one in raw if isinstance(one, dict)]
