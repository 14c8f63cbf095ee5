"""Checks of training sentences: what Rasa would misread, what stands twice, what teaches nothing new."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator

from persona.content.checks.manner import personal
from persona.content.checks.places import intent_place
from persona.content.house import House
from persona.content.model import Example, normal_form
from persona.content.passed import code
from persona.errors import Problem

TOPIC_MIN, INTENT_MIN, SPLIT_MIN = 40, 25, 25
SAME_MIN = 4  # 「好」「好！」「OK」「ok」: so short, every way of typing it is worth a line
NEAR_MIN = 6  # shorter sentences differ by a character and mean something else
COPY_MIN = 10
SERIES_MAX, SERIES_CHARS = 3, 16
_POLITE = re.compile(r"^(?:你好|您好|请问一下|请问|麻烦问一下|麻烦问下|想问一下|想问下|我想问一下|我想问|想问|问一下|问下|麻烦)+|[吗呢啊呀吧嘛哦哈啦么的了]+$", re.M)
_ASKING = re.compile(r"怎么样|怎么|如何|怎样|哪里|哪儿|在哪|可不可以|可以|能不能|能否|请问|咋|想|要|我|吗|呢|的|了|啊|吧|办|弄|搞|才能|能")


def sentences(house: House) -> Iterator[Problem]:
    """Every check of what the sentences say. Comparing thirty thousand of them takes a second: those that passed are not
    compared again, wherever their lines have moved.
    """
    looks = (written, repeated, alike, series, secrets) if house.content.examples else ()
    copies = {problem.file for problem in house.content.problems if problem.code == "P610"}  # told as copies of whole files
    found = house.passed.unless((code(), house.content.examples_key), lambda: (problem for look in looks for problem in look(house)))
    yield from (problem for problem in found if problem.code != "P601" or problem.file not in copies)


def _bare(sentences: list[str]) -> list[str]:
    """Without politeness in front and particles behind."""
    lines = "\n".join(sentences)
    while (rest := _POLITE.sub("", lines)) != lines:
        lines = rest
    return lines.split("\n")


def _at(example: Example, code: str, what: str, fix: str, text: str = "") -> Problem:
    return Problem(example.file, example.line, code, example.intent, what, fix, example.column, text or example.text)


def _place(example: Example) -> str:
    return f"{example.file}:{example.line}（{example.intent}）"


def written(house: House) -> Iterator[Problem]:
    """Signs that mean something to Rasa."""
    for example in house.content.examples:
        raw = example.raw
        if raw[:1] in tuple("/#-\"'"):
            yield _at(example, "P603", f"例句不能以「{raw[0]}」开头", "换个开头，或去掉这个符号。", raw[0])
        elif " - " in raw:
            yield _at(example, "P603", "一行里有两句", "拆成两行，每行前面写「- 」。", raw[raw.index(" - ") + 1:])
        elif "{" in raw or "[" in raw or "}" in raw or "]" in raw:
            yield _at(example, "P604", f"例句里有方括号或花括号：{raw}", "改成普通文字；Rasa 会把它们当成标注，词由 persona/nlu/lexicon 认。", raw)


def secrets(house: House) -> Iterator[Problem]:
    """Somebody's number in a training sentence stays in the model and in every copy of the project."""
    for example in house.content.examples:
        for start, end, kind in personal(example.raw):
            found = example.raw[start:end]
            yield Problem(example.file, example.line, "P643", example.intent, f"例句里有像真人的{kind}：{found}",
                          "删掉，或换成一看就是假的样子：138xxxx0000。", example.column + start, found)


def repeated(house: House) -> Iterator[Problem]:
    """The same sentence twice. A copied file or block is one finding."""
    groups: dict[tuple[str, str, str, str], list[tuple[Example, Example, bool]]] = defaultdict(list)
    exact: dict[str, Example] = {}
    alike: dict[str, Example] = {}
    for example, whole in zip(house.content.examples, house.content.normals, strict=True):
        first = exact.setdefault(example.text, example)
        same = first is not example
        if not same:
            first = alike.setdefault(whole or example.text, example)
        if first is not example:
            groups[example.file, example.intent, first.file, first.intent].append((example, first, same))
    for pairs in groups.values():
        if len(pairs) > 5:
            example, first, _ = pairs[0]
            yield _at(example, "P601", f"从这里起有 {len(pairs)} 句在 {first.file}（{first.intent}）已经有了，像是整段复制的", "只留一处，另一处删掉。")
            continue
        for example, first, same in pairs:
            if same:
                yield _at(example, "P601", f"例句「{example.text}」在 {_place(first)} 已经有了", "删掉一处。")
            elif first.intent != example.intent:
                yield _at(example, "P602", f"例句「{example.text}」和 {_place(first)} 的「{first.text}」只差标点、大小写或简繁", "只留在一个意图里。")
            elif len(normal_form(example.text)) >= SAME_MIN:
                yield _at(example, "P644", f"例句「{example.text}」和 {_place(first)} 的「{first.text}」只差标点、大小写或简繁", "删掉一句，换一种真不一样的说法。")


def alike(house: House) -> Iterator[Problem]:
    """Sentences that differ by a particle, or long ones that differ by one character."""
    told: set[int] = set()
    kept: dict[str, int] = {}
    texts = house.content.examples
    whole = house.content.normals
    seen = set()
    pairs: list[tuple[int, int]] = []
    for number, (text, bare) in enumerate(zip(whole, _bare(whole), strict=True)):
        if text in seen:
            told.add(number)  # stands twice: told by `repeated`
            continue
        seen.add(text)
        if len(bare) >= NEAR_MIN:
            earliest = kept.setdefault(bare, number)
            if earliest != number:
                pairs.append((earliest, number))
    pairs += _one_off((number, text) for number, text in enumerate(whole) if number not in told and len(text) >= COPY_MIN)
    for number, earlier in sorted({(later, earlier) for earlier, later in pairs}):
        if number in told:
            continue
        told.add(number)
        example, first = texts[number], texts[earlier]
        across = first.intent != example.intent
        yield _at(example, "P645" if across else "P644",
                  f"例句「{example.text}」和 {_place(first)} 的「{first.text}」几乎一样",
                  "只留在一个意图里，或写出两边的不同。" if across else "删掉一句，换一种真不一样的说法。")


def _one_off(texts: Iterable[tuple[int, str]]) -> list[tuple[int, int]]:
    """Pairs that become equal when one character is replaced, left out or put in.

    Of two such texts either the first or the second half stands unchanged in both, so only texts that share a half
    at the same place, counted from the front or from the back, are compared.
    """
    fronts: dict[str, list[tuple[int, str]]] = defaultdict(list)
    backs: dict[str, list[tuple[int, str]]] = defaultdict(list)
    for one in texts:
        text = one[1]
        half = len(text) // 2
        fronts[text[:half]].append(one)
        backs[text[-half:]].append(one)
        if len(text) % 2:
            fronts[text[:half + 1]].append(one)
            backs[text[-half - 1:]].append(one)
    found = []
    for group in (*fronts.values(), *backs.values()):
        for at, (a, first) in enumerate(group if len(group) > 1 else ()):
            for b, other in group[at + 1:]:
                if _differ_by_one(first, other):
                    found.append((min(a, b), max(a, b)))
    return found


def _differ_by_one(one: str, other: str) -> bool:
    if abs(len(one) - len(other)) > 1:
        return False
    start = 0
    while start < min(len(one), len(other)) and one[start] == other[start]:
        start += 1
    if len(one) == len(other):
        return one[start + 1:] == other[start + 1:]
    short, long = sorted((one, other), key=len)
    return short[start:] == long[start + 1:]


def series(house: House) -> Iterator[Problem]:
    """「怎么租」「如何租」「哪里租」: many questions, one wording."""
    rough: dict[tuple[str, int], list[tuple[str, Example]]] = defaultdict(list)
    whole = house.content.normals
    cores = _ASKING.sub("", "\n".join(whole)).split("\n")
    for example, text, core in zip(house.content.examples, whole, cores, strict=True):
        if 4 <= len(text) <= SERIES_CHARS and len(core) >= 4 and len(text) - len(core) <= 6:
            rough[example.intent, sum(core.encode())].append((core, example))
    groups: dict[tuple[str, str], list[Example]] = defaultdict(list)
    for some in rough.values():  # with the same characters the sum is the same; few need to be sorted
        for core, example in some if len(some) > SERIES_MAX else ():
            groups[example.intent, "".join(sorted(core))].append(example)
    for same in groups.values():
        if len({normal_form(example.text) for example in same}) > SERIES_MAX:
            listed = "、".join(f"「{example.text}」" for example in same[:5])
            yield _at(same[1], "P646", f"{len(same)} 句是一个模子：{listed}", "留一两句，其余换成不同情形、不同的人会说的话。")


def few(house: House) -> Iterator[Problem]:
    """Too few sentences to learn from."""
    content = house.content
    totals: dict[str, int] = defaultdict(int)
    for topic in content.topics.values():
        totals[topic.label] += topic.examples
    broken = {problem.file for problem in content.problems if problem.code in ("P105", "P118", "P104", "P102")}
    for intent, topic in content.topics.items():
        if topic.file in broken:
            continue
        split = "." in intent
        most = SPLIT_MIN if split else TOPIC_MIN if intent.startswith(("faq/", "scam/")) else INTENT_MIN
        have = topic.examples if split else totals[topic.label]
        if have < most:
            line, column = intent_place(topic, house)
            yield Problem(topic.file, line, "P647", intent, f"只有 {have} 句例句，至少要 {most} 句", "照编辑手册「例句怎么写才有用」补：换情形，换说话的人。", column, intent)
