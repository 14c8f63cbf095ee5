"""The word lists of understanding: entries that are whole, patterns that can be read, topics that exist."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from fnmatch import fnmatchcase
from functools import cache, partial
from pathlib import Path
from typing import Any

from persona.content.house import House
from persona.content.passed import code, fingerprint
from persona.errors import Problem
from persona.nlu.replies import FILES as REPLIES
from persona.nlu.sayings import FILES as SAYINGS
from persona.textual import PAIRED, nearest, pattern_slip
from persona.yamlfile import Document, Path_, read

PRODUCTS = "product_talk"
_MEANT = ("questions", "*", "means", "*")  # where its answers stand
# file -> where its patterns stand; * is every key or item
PATTERNS: dict[str, tuple[tuple[str, ...], ...]] = {
    "signals": (("signals", "*", "any", "*"), ("signals", "*", "none", "*")),
    **{name: (("replies", "*", "any", "*"), ("replies", "*", "none", "*")) for name in REPLIES},
    PRODUCTS: (("questions", "*", "any", "*"), ("questions", "*", "none", "*")),
    "institutions": (("banks", "*", "*"), ("products", "*", "*"), ("own",), ("before",), ("after",)),
    "concepts": (("patterns", "*"), ("told",)),
    "context": (("cues",),),
    **{name: (("said", "*", "any", "*"), ("steps", "*", "any", "*")) for name in SAYINGS},
}
_REPLY = ("intent", "after", "max_chars", "any", "examples")
ENTRIES = {"signals": ("intent", "max_chars", "any", "examples"), **dict.fromkeys(REPLIES, _REPLY)}
MORE = ("none", "heard")


def entries(house: House) -> Iterator[Problem]:
    """Entries of signals and replies, and every pattern."""
    if house.root is None:
        return  # single files are looked at, not the project
    known = {*house.content.labels, *house.content.unread}
    for name in PATTERNS:
        file = house.home / "nlu" / "lexicon" / f"{name}.yml"
        subject = code(), fingerprint([file])
        if name in ENTRIES:
            yield from house.passed.unless(("entries", *subject, sorted(known)), partial(_entries, file, name, known))
        if name == PRODUCTS:
            yield from house.passed.unless(("meant", *subject, sorted(known)), partial(_meant, file, known))
        yield from house.passed.unless(("patterns", *subject), partial(_patterns, file, name))


def replied(house: House) -> frozenset[str]:
    """The labels that a few words stand for after another answer or beside a product."""
    ways = {**dict.fromkeys(REPLIES, ("replies", "*", "intent")), PRODUCTS: _MEANT}
    found = (_found(read(house.home / "nlu" / "lexicon" / f"{name}.yml").data, way) for name, way in ways.items())
    return frozenset(str(intent) for group in found for _, intent in group)


def _meant(file: Path, known: set[str]) -> Iterator[Problem]:
    """Answers of the questions about products that do not exist."""
    document = read(file)
    for path, intent in _found(document.data, _MEANT):
        if intent not in known:
            yield document.problem("P618", path, f"没有「{intent}」这个话题", _near(str(intent), known), str(intent))


def _patterns(file: Path, name: str) -> Iterator[Problem]:
    document = read(file)
    for way in PATTERNS[name]:
        for path, pattern in _found(document.data, way):
            yield from _pattern(document, path, pattern)


def _found(value: Any, way: tuple[str, ...], path: Path_ = ()) -> Iterator[tuple[Path_, Any]]:
    """Everything that stands at `way`."""
    if not way:
        yield path, value
    elif way[0] == "*":
        for step, inner in (value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()):
            yield from _found(inner, way[1:], (*path, step))
    elif isinstance(value, dict) and way[0] in value:
        yield from _found(value[way[0]], way[1:], (*path, way[0]))


def _pattern(document: Document, path: Path_, pattern: Any) -> Iterator[Problem]:
    if not isinstance(pattern, str):
        yield document.problem("P105", path, "这里应当是一个正则式", "写成文字，两边加英文双引号。")
        return
    try:
        re.compile(pattern)
    except (re.error, OverflowError, RecursionError) as error:
        yield document.problem("P122", path, f"正则式读不懂：{pattern_slip(error)}", PAIRED)


def _entries(file: Path, name: str, known: set[str]) -> Iterator[Problem]:
    document = read(file)
    if not isinstance(document.data, dict):
        return  # told by what reads all the files beside the content
    under = "replies" if name in REPLIES else name
    entries, groups = document.data.get(under), document.data.get("groups")
    groups = groups if isinstance(groups, dict) else {}

    @cache  # many entries follow the same answers
    def leads(place: str) -> bool:
        return place in known or any(fnmatchcase(one, place) for one in known)

    for number, entry in enumerate(entries if isinstance(entries, list) else ()):
        here = (under, number)
        if not isinstance(entry, dict):
            yield document.problem("P105", here, "应当是「键: 值」", "照旁边的写。")
            continue
        unknown = [key for key in entry if key not in (*ENTRIES[name], *MORE)]
        for key in unknown:
            yield document.problem("P109", (*here, key), f"不认识的键「{key}」", "可用的键：" + "、".join((*ENTRIES[name], *MORE)) + "。", key)
        lacking = [key for key in ENTRIES[name] if entry.get(key) in (None, "", [])]
        if lacking and not unknown:
            yield document.problem("P104", here, f"缺少 {'、'.join(lacking)}", "照旁边的补上。")
        lists = [key for key in ("any", "none", "after") if entry.get(key) is not None and not isinstance(entry[key], list)]
        for key in lists:
            yield document.problem("P105", (*here, key), f"{key} 应当是列表", f"写成 {key}: [\"…\"]。")
        intent = entry.get("intent")
        if isinstance(intent, str) and intent not in known:
            yield document.problem("P618", (*here, "intent"), f"没有「{intent}」这个话题", _near(intent, known), intent)
        if "after" in entry and "after" not in lists:
            yield from _places(document, (*here, "after"), [place for place in entry["after"] if place not in groups], leads, known)
    for group, places in groups.items():
        if isinstance(places, list):
            yield from _places(document, ("groups", group), places, leads, known)
        else:
            yield document.problem("P105", ("groups", group), f"{group} 应当是列表", f"写成 {group}: [\"…\"]。")


def _places(document: Document, here: Path_, places: list[Any], leads: Callable[[str], bool], known: set[str]) -> Iterator[Problem]:
    for place in places:
        if not leads(str(place).partition(":")[0]):
            yield document.problem("P618", here, f"没有「{place}」这个话题或回答", _near(str(place), known), str(place))


def _near(name: str, known: set[str]) -> str:
    near = nearest(name, known, 0.8)
    return f"是不是 {near}？" if near else "对照 data/nlu 下的意图名。"
