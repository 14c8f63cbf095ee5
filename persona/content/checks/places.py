"""Checks of where things stand: examples beside their answer, files in their folder, a scene in every mascot's words."""

from __future__ import annotations

import re
from codecs import BOM_UTF8
from collections import Counter, defaultdict
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

from persona.content.checks.answers import TITLE_MAX
from persona.content.checks.lexicon import replied
from persona.content.house import House
from persona.content.model import Topic
from persona.content.passed import code, fingerprint
from persona.errors import ContentError, Problem
from persona.institution import Institution
from persona.scripts import FOLDER as SCRIPTS
from persona.scripts import load_scripts
from persona.textual import nearest
from persona.yamlfile import Document, read
from persona.yamlvalues import Reader

KINDS = ("faq", "scam", "chitchat")
SET_UP = ("config.yml", "credentials.yml", "endpoints.yml", "endpoints.production.yml")
STORIES = "tests/stories"
SAVED = ("P111", "P112")  # how a file was saved, not what is in it
LABELS = "mascot-labels/1"
SCENES_LISTED = 5
LINES_LISTED = 12
SENTENCE = 6  # characters of a sentence in a card
# Parts of a card that may be the same in two of them.
NOT_SENTENCES = frozenset({"schema", "never", "forbidden", "palette", "days", "why", "frost_from", "name", "tones", "moods", "neutral"})
_TRAILING = re.compile(r"[ \t]+$", re.M)


def intent_place(topic: Topic, house: House) -> tuple[int, int]:
    """Line and column of the topic's name in its file."""
    document = next((one for one in house.content.documents if one.file == topic.file), None)
    blocks = document.data.get("nlu") if document else None
    for number, block in enumerate(blocks if isinstance(blocks, list) else []):
        if isinstance(block, dict) and block.get("intent") == topic.intent and document:
            return document.place(("nlu", number, "intent"), topic.intent)
    return topic.line, 1


def pairs(house: House) -> Iterator[Problem]:
    """Every topic has an answer, every answer of a topic has examples; a name that is off by a slip is one finding."""
    content = house.content
    lone_topics = [topic for intent, topic in content.topics.items()
                   if intent.split("/")[0] in KINDS and "/" in intent and not topic.responses and f"utter_{intent}" not in content.unread]
    lone_answers = {name: group[0] for name, group in content.responses.items()
                    if group[0].kind in KINDS and group[0].intent not in content.topics and group[0].intent not in content.unread}
    for topic in lone_topics:
        beside = [name for name, response in lone_answers.items() if response.file == topic.file]
        near = nearest(f"utter_{topic.intent}", beside, 0.6)
        line, column = intent_place(topic, house)
        if not near:
            yield Problem(topic.file, line, "P612", topic.intent, "有例句，没有回答", f"补上 utter_{topic.intent}。", column, topic.intent)
            continue
        answer = lone_answers.pop(near)
        fix = "两边改成一样：回答的名字是 utter_ 加话题名。"
        if topic.label.partition("/")[2] == Path(topic.file).stem or not answer.document:
            line, column = answer.document.place(("responses", answer.name)) if answer.document else (answer.line, 0)
            yield Problem(answer.file, line, "P649", answer.name, f"回答叫 {answer.name}，话题叫 {topic.intent}", fix, column, answer.name)
        else:
            yield Problem(topic.file, line, "P649", topic.intent, f"话题叫 {topic.intent}，回答叫 {answer.name}", fix, column, topic.intent)
    led_to = replied(house) if lone_answers else frozenset()
    for name, answer in lone_answers.items():
        if answer.intent in led_to:
            continue  # only ever asked for after another answer
        line, column = answer.document.place(("responses", name)) if answer.document else (answer.line, 0)
        yield Problem(answer.file, line, "P655", name, "有回答，没有例句，顾客问不到", f"补上 - intent: {answer.intent} 和例句，或删掉回答。", column, name)


def beside(house: House) -> Iterator[Problem]:
    """The files no other check reads can be read: set-up, scripts, word lists."""
    if house.root is None:
        return  # single files are looked at, not the project
    files = [house.root / name for name in SET_UP]
    files += sorted((house.root / STORIES).glob("*.yml"))
    files += [house.home / name for name in ("neutral.yml", "compliance/manual.yml", "compliance/disclosures.yml")]
    for file in [*files, *sorted((house.home / "nlu" / "lexicon").glob("*.yml"))]:
        if file.is_file():
            yield from house.passed.unless((code(), fingerprint([file])), partial(_problems, file))
    for file in sorted((house.home / "compliance" / "rules").glob("*.yml")):  # the guard reads them; it minds no line end
        raw = file.read_bytes()
        if b"\r" in raw or raw.startswith(BOM_UTF8):
            yield from (one for one in read(file).problems if one.code in SAVED)
    for file in sorted((house.root / SCRIPTS).glob("*.yml")):
        yield from house.passed.unless((code(), fingerprint([file])), partial(_script, file, house.institution))


def _problems(file: Path) -> list[Problem]:
    return read(file).problems


def _script(file: Path, institution: Institution) -> list[Problem]:
    try:
        load_scripts(file, institution)
    except ContentError as error:
        return error.problems
    return []


def titles(house: House) -> Iterator[Problem]:
    """Every name in labels.yml is a topic or an intent, or the part before the dot of one; what a button misses too is its finding."""
    if house.root is None:
        return  # single files are looked at, not the project
    file = house.home / "labels.yml"
    reader = Reader(read(file), LABELS)
    known = {*house.content.labels, *house.content.unread}
    known |= {button.payload.lstrip("/").split("{")[0] for answer in house.content.variations() for button in answer.buttons}
    for section in ("labels", "beside"):
        for key, value in reader.mapping(section, required=section == "labels").items():
            names = {f"{key}/{topic}": (section, key, topic) for topic in value} if isinstance(value, dict) else {str(key): (section, str(key))}
            for name, path in names.items():
                reader.text(*path, max_chars=TITLE_MAX)
                if name not in known:
                    near = nearest(name, known, 0.8)
                    fix = f"是不是 {near}？" if near else "改成话题的名字，或删掉这一行。"
                    reader.bad("P656", path, f"没有「{name}」这个话题", fix, str(path[-1]))
    yield from reader.problems


def folders(house: House) -> Iterator[Problem]:
    """A topic is looked for in the folder of its kind, in the file of its name."""
    if house.root is None:
        return
    seen: set[str] = set()
    copies = {problem.file for problem in house.content.problems if problem.code == "P610"}
    for topic in house.content.topics.values():
        file = Path(topic.file)
        if topic.file in seen or topic.file in copies or file.parent.parent.name != "nlu":
            continue
        kind, slash, rest = topic.label.partition("/")
        kind = kind if slash else ""
        folder = file.parent.name
        if (kind in KINDS and folder != kind) or (not kind and folder in KINDS):
            seen.add(topic.file)
            line, column = intent_place(topic, house)
            where = f"data/nlu/{kind}/" if kind in KINDS else "data/nlu/dialogue/"
            yield Problem(topic.file, line, "P120", topic.intent, f"{topic.intent} 放在了 {folder}/ 里", f"把文件移到 {where}。", column, topic.intent)
        elif kind in KINDS and topic.responses and rest != file.stem:
            seen.add(topic.file)
            line, column = intent_place(topic, house)
            yield Problem(topic.file, line, "P120", topic.intent, f"文件叫 {file.name}，话题叫 {topic.intent}", f"文件名改成 {rest}.yml，或改话题名。", column, topic.intent)
    data = house.root / "data"
    for path in sorted(data.rglob("*")) if data.is_dir() else ():
        if path.is_file() and path.suffix not in (".yml", ".yaml") and not path.name.startswith("."):
            shown = _shown(path)
            yield Problem(shown, 1, "P119", "", "data/ 里只有 .yml 会被读，这个文件没人看", "改扩展名为 .yml，或移走。", 1)


def _shown(path: Path) -> str:
    try:
        return path.resolve().relative_to(Path.cwd()).as_posix()
    except ValueError:
        return path.as_posix()


def speaker(house: House) -> Iterator[Problem]:
    """The mascot that speaks when nobody asked for another has a card."""
    ident = house.institution.mascot
    if ident and house.mascots and ident not in house.mascots and ident not in house.unread:
        document = read(house.home / "institution.yml")
        yield document.problem("P636", ("mascot",), f"没有这个形象：{ident}", "可选：" + "、".join(house.mascots) + "。", ident)


def speakers(house: House) -> dict[str, set[str]]:
    """Scene of small talk -> the mascots with words of their own for it, "" where there is a neutral variation."""
    found = {name: {response.mascot for response in group} for name, group in house.content.responses.items() if group[0].kind == "chitchat"}
    # a name without a card has been told
    return {name: own for name, own in found.items() if not own - set(house.mascots) - {""}}


def missed(house: House) -> dict[str, list[str]]:
    """Mascot -> the scenes it lacks; see `scenes`."""
    spoken = speakers(house)
    own = Counter(ident for found in spoken.values() for ident in found)
    lacking: dict[str, list[str]] = defaultdict(list)
    for name, found in spoken.items():
        for ident in house.mascots:
            if ident not in found and found != {""} and ("" not in found or own[ident] * 2 > len(spoken)):
                lacking[ident].append(name)
    return lacking


def scenes(house: House) -> Iterator[Problem]:
    """Small talk is written for each mascot. One that has its own words for most scenes is missed in the others;
    one that has few speaks the scene's neutral variation, so that a new card can talk from the first day.
    """
    for ident, names in missed(house).items():
        mascot = house.mascots[ident]
        listed = names if len(names) <= SCENES_LISTED else names[:1]
        for name in listed:
            first = house.content.responses[name][0]
            line, column = first.document.place(("responses", name)) if first.document else (first.line, 0)
            more = f"；这样的场景一共 {len(names)} 个" if len(names) > SCENES_LISTED else ""
            yield Problem(first.file, line, "P642", name, f"没有{mascot.name}的一条{more}", f"加一条，condition 的 mascot 写 {ident}。", column, name)


def copied(house: House) -> Iterator[Problem]:
    """A card made from another one is done when none of its sentences are the other's. Told once a card, with the lines."""
    own = Counter(response.mascot for response in house.content.variations() if response.kind == "chitchat")
    yield from house.passed.unless((house.key, own), partial(_copied, house, own))


def _copied(house: House, own: Counter[str]) -> Iterator[Problem]:
    said = {ident: dict(_sentences(read(Path(card.source)), (card.name, card.self_name))) for ident, card in house.mascots.items() if card.source}
    order = sorted(said, key=lambda ident: -own[ident])  # who has scenes of its own was there first
    for at, ident in enumerate(order):
        for other in order[:at]:
            same = sorted(place for text, place in said[ident].items() if text in said[other])
            if not same:
                continue
            lines = "、".join(str(line) for line, _ in same[:LINES_LISTED]) + (" 等" if len(same) > LINES_LISTED else "")
            yield Problem(read(Path(house.mascots[ident].source)).file, same[0][0], "P427", "",
                          f"还有 {len(same)} 句和{house.mascots[other].name}的一模一样：第 {lines} 行", "改成它自己的；用不着的删掉。", same[0][1])


def _sentences(document: Document, names: tuple[str, str]) -> Iterator[tuple[str, tuple[int, int]]]:
    """Every sentence of a card without the mascot's name, and its line and column."""
    def walk(value: Any, path: tuple[str | int, ...]) -> Iterator[tuple[str, tuple[int, int]]]:
        if isinstance(value, dict):
            for key, inner in value.items():
                if key not in NOT_SENTENCES:
                    yield from walk(inner, (*path, key))
        elif isinstance(value, list):
            for number, inner in enumerate(value):
                yield from walk(inner, (*path, number))
        elif isinstance(value, str) and len(value) >= SENTENCE:
            bare = value
            for name in names:
                bare = bare.replace(name, "我")
            yield bare, document.place(path)

    return walk(document.data, ())


def trailing(house: House) -> Iterator[Problem]:
    """Spaces at the ends of lines; one finding a file."""
    for document in house.content.documents:
        source = document.source
        found = _TRAILING.search(source) if " \n" in source or "\t\n" in source or source[-1:] in (" ", "\t") else None
        if found:
            line = document.source.count("\n", 0, found.start()) + 1
            column = found.start() - document.source.rfind("\n", 0, found.start())
            yield Problem(document.file, line, "P121", "", "行末有空格", "删掉；或运行 mascot lint --fix。", column)
