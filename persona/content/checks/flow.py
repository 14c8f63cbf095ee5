"""Checks between the content files, domain.yml, the rules and the code: does every name mean something to the others?"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

from persona.content.checks.places import intent_place
from persona.content.house import House
from persona.errors import Problem
from persona.layers import PACKAGE, is_own
from persona.textual import nearest
from persona.yamlfile import Document, Path_, read

# Rasa brings these along; see rasa/shared/core/constants.py
DEFAULT_ACTIONS = frozenset((
    "action_listen", "action_restart", "action_session_start", "action_default_fallback", "action_deactivate_loop",
    "action_revert_fallback_events", "action_default_ask_affirmation", "action_default_ask_rephrase", "action_two_stage_fallback",
    "action_unlikely_intent", "action_back", "action_extract_slots", "action_validate_slot_mappings",
))
DEFAULT_INTENTS = frozenset(("nlu_fallback", "restart", "back", "out_of_scope", "session_start"))
RULE = ("rule", "story", "steps", "condition", "conversation_start", "wait_for_user_input", "metadata")
STEP = ("intent", "action", "slot_was_set", "active_loop", "entities", "user", "or", "checkpoint")


@dataclass(frozen=True)
class Domain:
    """What domain.yml declares, each name with its place in the file."""

    document: Document
    intents: dict[str, Path_] = field(default_factory=dict)
    actions: dict[str, Path_] = field(default_factory=dict)
    slots: dict[str, Any] = field(default_factory=dict)


def domain(house: House) -> Domain | None:
    """domain.yml of the project; None when there is none or when it cannot be read."""
    file = house.home.parent / "domain.yml" if house.root and is_own(house.root) else house.root / "domain.yml" if house.root else None
    if file is None or not file.is_file():
        return None
    return _read_domain(file, file.read_bytes(), Path.cwd())


@lru_cache(maxsize=2)
def _read_domain(file: Path, content: bytes, seen_from: Path) -> Domain:
    document = read(file)
    data = document.data
    if not isinstance(data, dict):
        if not document.problems:
            document.problems.append(Problem(document.file, 1, "P104", "", "文件是空的", "从版本库里取回来；没有它，什么都听不懂。", 1))
        return Domain(document)
    intents: dict[str, Path_] = {}
    for number, item in enumerate(data.get("intents") or []):
        intents[str(next(iter(item)) if isinstance(item, dict) and item else item)] = ("intents", number)
    actions: dict[str, Path_] = {str(name): ("actions", number) for number, name in enumerate(data.get("actions") or [])}
    slots = data.get("slots")
    return Domain(document, intents, actions, slots if isinstance(slots, dict) else {})


def intents(house: House) -> Iterator[Problem]:
    """Intents of the data and of domain.yml are the same."""
    declared = domain(house)
    if declared is None:
        return
    yield from declared.document.problems
    yield from _twice(declared)
    if not declared.intents:
        return
    content = house.content
    used = {topic.intent.split("/")[0]: topic for topic in reversed(list(content.topics.values()))}
    unused = [name for name in declared.intents if name not in used and name not in DEFAULT_INTENTS and name not in content.unread
              and not any(one.startswith(f"{name}/") for one in content.unread)]
    for name, topic in used.items():
        if name in declared.intents:
            continue
        near = nearest(name, unused)
        if near:
            unused.remove(near)
        line, column = intent_place(topic, house)
        yield Problem(topic.file, line, "P701", topic.intent, f"domain.yml 的 intents 里没有「{name}」，Rasa 不认它",
                      f"是不是 {near}？" if near else f"在 domain.yml 的 intents 里加上 {name}，在 data/rules/rules.yml 里加一条规则。", column, name)
    for name in unused:
        yield declared.document.problem("P702", declared.intents[name], f"意图「{name}」没有例句", "在 data/nlu 下写例句，或从这里删掉。", name, name)


def _twice(declared: Domain) -> Iterator[Problem]:
    """A name listed twice: Rasa then goes on with an empty domain, and says so in one line among many."""
    data = declared.document.data
    for section in ("intents", "entities", "actions"):
        seen: set[str] = set()
        for number, item in enumerate((data.get(section) if isinstance(data, dict) else None) or []):
            name = str(next(iter(item)) if isinstance(item, dict) and item else item)
            if name in seen:
                yield declared.document.problem("P711", (section, number), f"{section} 里「{name}」列了两次", "删掉一个。", name, name)
            seen.add(name)


def rules(house: House) -> Iterator[Problem]:
    """Rules and stories name intents and actions that exist, and every plain intent has a rule."""
    declared = domain(house)
    handled: set[str] = set()
    known = {intent.split("/")[0] for intent in house.content.topics} | set(house.content.topics)
    known |= DEFAULT_INTENTS | house.content.unread | set(declared.intents if declared else ())
    clean = True
    for document in house.content.documents:
        data = document.data if isinstance(document.data, dict) else {}
        for section in ("rules", "stories"):
            for number, rule in enumerate(data.get(section) or []):
                for problem in _rule(document, (section, number), rule, house, declared, known, handled):
                    clean = False
                    yield problem
    if declared and clean and handled and not any(document.broken for document in house.content.documents):
        for name, path in declared.intents.items():
            if name not in handled and name not in DEFAULT_INTENTS and any(
                    intent.split("/")[0] == name for intent in house.content.topics):
                yield declared.document.problem("P709", path, f"意图「{name}」没有规则接住，会落到兜底回答", "在 data/rules/rules.yml 里加一条规则。", name, name)


def _rule(document: Document, here: Path_, rule: Any, house: House, declared: Domain | None, known: set[str], handled: set[str]) -> Iterator[Problem]:
    def bad(path: Path_, code: str, what: str, fix: str, text: str = "") -> Problem:
        return document.problem(code, path, what, fix, text, name)

    name = str(rule.get("rule") or rule.get("story") or "") if isinstance(rule, dict) else ""
    if not isinstance(rule, dict) or not isinstance(rule.get("steps"), list):
        if isinstance(rule, dict) and (slip := nearest("steps", (key for key in rule if key not in RULE))):
            yield bad((*here, slip), "P109", f"不认识的键「{slip}」", "是不是「steps」？", slip)
        else:
            yield bad(here, "P105", "规则要有 rule 和 steps", "照旁边的规则写。")
        return
    for key in rule:
        if key not in RULE:
            yield bad((*here, key), "P109", f"不认识的键「{key}」", "可用的键：rule、steps、condition。", key)
    for number, step in enumerate(rule["steps"]):
        at = (*here, "steps", number)
        if not isinstance(step, dict):
            yield bad(at, "P105", "这一步应当是「键: 值」", "写成「- intent: …」或「- action: …」。")
            continue
        for key in step:
            if key == "bot":
                yield bad((*at, "bot"), "P710", "规则里直接写了机器人的话", "写成 action: utter_…，话写在 data/nlu 里。", "bot")
            elif key not in STEP:
                yield bad((*at, key), "P109", f"不认识的键「{key}」", "可用的键：intent、action、slot_was_set。", key)
        intent, action = step.get("intent"), step.get("action")
        if intent and action:
            yield bad((*at, "action"), "P105", "一步里又有 intent 又有 action，Rasa 只认前一个", "拆成两步，每步前面一个「- 」。", "action")
        if isinstance(intent, str):
            handled.add(intent.split("/")[0])
            if "/" in intent and intent.split("/")[0] in ("faq", "scam", "chitchat"):
                yield bad((*at, "intent"), "P703", f"规则只看得见「{intent.split('/')[0]}」，写 {intent} 训练会停下", f"写 {intent.split('/')[0]}；要自己的流程，就起一个不带斜杠的意图。", intent)
            elif intent not in known:
                near = nearest(intent, known)
                yield bad((*at, "intent"), "P703", f"没有「{intent}」这个意图", f"是不是 {near}？" if near else "对照 domain.yml 的 intents。", intent)
        if isinstance(action, str) and not _action_known(action, house, declared):
            near = nearest(action, [*(declared.actions if declared else ()), *house.content.responses])
            yield bad((*at, "action"), "P704", f"没有「{action}」这个动作或回答", f"是不是 {near}？" if near else "对照 domain.yml 的 actions 和 data/nlu 里的 utter_…。", action)
        if declared and isinstance(step.get("slot_was_set"), list):
            for one in step["slot_was_set"]:
                for slot in one if isinstance(one, dict) else [one]:
                    if slot not in declared.slots and declared.slots:
                        yield bad((*at, "slot_was_set"), "P706", f"domain.yml 里没有槽位「{slot}」", "对照 domain.yml 的 slots。", str(slot))


def _action_known(action: str, house: House, declared: Domain | None) -> bool:
    content = house.content
    if action in content.responses or action in DEFAULT_ACTIONS or action in content.unread:
        return True
    if action.startswith("utter_"):
        base = action.removeprefix("utter_")
        return any(name.startswith(f"utter_{base}/") for name in content.responses) or any(
            one.startswith((f"{base}/", f"utter_{base}/")) for one in content.unread)
    return declared is None or not declared.actions or action in declared.actions


class _Code(NamedTuple):
    """The program, and the names it writes down: actions, answers, and what a name put together begins with."""

    text: str
    actions: frozenset[str]
    answers: frozenset[str]
    begun: tuple[str, ...]


@lru_cache(maxsize=8)
def _code(folders: tuple[Path, ...]) -> _Code:
    text = "\n".join(file.read_text(encoding="utf-8", errors="replace") for folder in folders for file in sorted(folder.rglob("*.py")))
    answers = {*re.findall(r"utter_[A-Za-z0-9_./]+", text), *(f"utter_{word}" for word in re.findall(r"[\"']([a-z_.]+)[\"']", text))}
    begun = {*re.findall(r"(utter_[A-Za-z0-9_./]+)\{", text), *(name for name in answers if name[-1:] in "./_" and name != "utter_")}
    return _Code(text, frozenset(re.findall(r"[\"'](action_\w+)[\"']", text)), frozenset(answers), tuple(begun))


def _sources(house: House) -> _Code:
    assert house.root is not None
    library = (PACKAGE.parent / "actions", PACKAGE) if is_own(house.root) else (house.home,)
    return _code(tuple(folder for folder in (house.root / "actions", *library) if folder.is_dir()))


def actions(house: House) -> Iterator[Problem]:
    """Actions that domain.yml declares are written somewhere."""
    declared = domain(house)
    if declared is None or house.root is None or not (is_own(house.root) or (house.root / "actions").is_dir()):
        return
    written = _sources(house).actions | DEFAULT_ACTIONS
    for name, path in declared.actions.items():
        if name.startswith("action_") and name not in written:
            near = nearest(name, written)
            line, column = declared.document.place(path)
            yield Problem(declared.document.file, line, "P705", name, f"程序里没有「{name}」这个动作",
                          f"是不是 {near}？" if near else "改名，或从这里删掉；新动作请工程师写在 actions/ 里。", column, name)


def unused(house: House) -> Iterator[Problem]:
    """Answers nobody asks for, and conditions that can never hold."""
    declared = domain(house)
    if declared is None or house.root is None:
        return
    if not any(document.broken for document in house.content.documents):
        yield from _unused(house)
    slots = declared.slots
    for response in house.content.variations():
        for number, condition in enumerate(response.conditions if slots else ()):
            slot, value = str(condition.get("name", "")), condition.get("value")
            here = ("condition", number)
            if condition.get("type") != "slot":
                yield response.problem((*here, "type"), "P707", f"condition 的 type 是「{condition.get('type')}」" if "type" in condition else "condition 缺 type", "写 type: slot。", str(condition.get("type") or ""))
            elif slot not in slots:
                near = nearest(slot, slots)
                yield response.problem((*here, "name"), "P706", f"domain.yml 里没有槽位「{slot}」，这一条永远说不出来",
                                       f"是不是 {near}？" if near else "可用：" + "、".join(slots) + "。", slot)
            elif not _possible(slots[slot], value) or (slots[slot].get("type") == "text" and not _ever_said(slot, str(value), house)):
                others = sorted({str(one.condition(slot)) for one in house.content.variations()} - {"", str(value)})
                fix = "写 true 或 false，不加引号。" if slots[slot].get("type") == "bool" else "对照 domain.yml 里这个槽位的 values。"
                fix = f"别处写的是：{'、'.join(others)}。" if slots[slot].get("type") == "text" and others else fix
                yield response.problem((*here, "value"), "P707", f"槽位「{slot}」不会等于「{value}」，这一条永远说不出来", fix, str(value))


def _possible(slot: Any, value: Any) -> bool:
    kind = slot.get("type") if isinstance(slot, dict) else None
    if kind == "bool":
        return str(value) in ("True", "False")  # compared as text when an answer is chosen
    if kind == "categorical":
        return value in (slot.get("values") or [])
    return kind != "text" or isinstance(value, str)


def _ever_said(slot: str, value: str, house: House) -> bool:
    """Whether a slot of free text can hold a value: the code writes it, or it is the name of a topic or of a mascot."""
    return slot == "mascot" or house.content.defines(value) or any(f"{quote}{value}{quote}" in _sources(house).text for quote in "\"'")


def _unused(house: House) -> Iterator[Problem]:
    code = _sources(house)
    literal = set(code.answers)
    for document in house.content.documents:
        literal |= set(re.findall(r"action:\s*(utter_[A-Za-z0-9_./]+)", document.source))
    for name, group in house.content.responses.items():
        answer = group[0]
        if answer.kind in ("faq", "scam", "chitchat") or answer.intent in house.content.topics \
                or name in literal or name.split(".")[0] in literal or name.startswith(code.begun):
            continue
        line, column = answer.document.place(("responses", name)) if answer.document else (answer.line, 0)
        near = nearest(name, [one for one in literal if one not in house.content.responses])
        yield Problem(answer.file, line, "P708", name, "这条回答没有人用：没有这个名字的意图，规则和程序也没有提到它",
                      f"是不是 {near}？" if near else "改名，或删掉。", column, name)
