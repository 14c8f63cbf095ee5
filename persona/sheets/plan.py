"""What an editor's sheet would change: worked out whole, checked whole, then written whole or not at all."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from persona import layers
from persona.content import Content, Response, load_content
from persona.content.model import Example, normal_form
from persona.labels import Labels
from persona.new.cli import new_text
from persona.new.drafts import FOLDER
from persona.sheets.rows import SETTABLE, button_of, counted, day, names_in, parts, row_of
from persona.sheets.table import HEADING, CellProblem, Row, Table
from persona.yamledit import EditError, drop, extend, put

_TOPIC = re.compile(r"(?:(faq|scam)/)?([a-z][a-z0-9_]*)")
_TITLE = re.compile(r"[^\s\"'{}\[\]:#$\\]{1,20}")
# in an exported sheet for reading only
_FIXED = ("condition", "sober", "figures", "approval", "count", "file", "title")
DATES = ("reviewed", "expires")


@dataclass
class Change:
    """One file: as it is (None: it is new), as it would be, and which rows did it."""

    file: Path
    shown: str
    before: str | None
    after: str
    rows: list[Row] = field(default_factory=list)


@dataclass
class Plan:
    """Everything a sheet does. `notes` are for the editor to know; with `problems` nothing is written."""

    changes: dict[str, Change] = field(default_factory=dict)
    drafts: dict[str, Change] = field(default_factory=dict)
    notes: list[CellProblem] = field(default_factory=list)
    problems: list[CellProblem] = field(default_factory=list)
    answers: dict[tuple[str, int], Row] = field(default_factory=dict)

    @property
    def altered(self) -> list[Change]:
        """Files that would be other than they are, the new ones last."""
        return [one for one in (*self.changes.values(), *self.drafts.values()) if one.before != one.after]


def plan(root: Path, table: Table, today: date) -> Plan:
    """Work out what the sheet changes in the project in `root`. Nothing is written."""
    made = Plan(problems=list(table.problems))
    _Planner(root, load_content(root), Labels.load(), table, today, made).run()
    made.problems.sort()
    made.notes.sort()
    return made


class _Planner:
    def __init__(self, root: Path, content: Content, labels: Labels, table: Table, today: date, made: Plan) -> None:
        self.root, self.content, self.labels, self.table, self.today, self.made = root, content, labels, table, today, made
        self.examples: dict[str, Example] = {}
        for example, whole in zip(content.examples, content.normals, strict=True):
            self.examples.setdefault(whole, example)
        self.asked: dict[str, Row] = {}  # example in its normal form -> the row that brings it
        self.new: dict[str, Row] = {}
        self.titles: dict[str, list[str]] = {}
        for intent in content.topics:
            title = labels.title(intent) if "." not in intent or labels.title(intent) != labels.title(intent.split(".")[0]) else None
            if title:
                self.titles.setdefault(title, []).append(intent)

    def run(self) -> None:
        """Every row in its turn."""
        for row in self.table.rows:
            name = self._name(row)
            if name in self.content.responses:
                self._known(row, name)
            elif name:
                self._draft(row, name.removeprefix("utter_"))

    def bad(self, row: Row, key: str, what: str, fix: str) -> None:
        self.made.problems.append(row.problem(key, what, fix))

    def _name(self, row: Row) -> str:
        """The answer a row is about, or "" (told)."""
        name, topic = row.get("name"), row.get("topic")
        if name:
            if name in self.content.responses:
                return name
            self.bad(row, "name", f"没有「{name}」这个回答", "名称不要改；新的话题不写名称，只写「话题」。")
            return ""
        if not topic:
            self.bad(row, "topic", "空着", "写上话题，例如 faq/lost_card；新话题写新的英文名。")
            return ""
        bare = topic.removeprefix("/").removeprefix("utter_")
        for intent in (bare, f"faq/{bare}", f"scam/{bare}"):
            if f"utter_{intent}" in self.content.responses:
                return f"utter_{intent}"
        named = self.titles.get(topic, [])
        if len(named) == 1 and f"utter_{named[0]}" in self.content.responses:
            return f"utter_{named[0]}"
        if named:
            self.bad(row, "topic", f"叫「{topic}」的话题有 {len(named)} 个", "写英文名：" + "、".join(named) + "。")
            return ""
        match = _TOPIC.fullmatch(bare)
        if not match:
            self.bad(row, "topic", f"没有「{topic}」这个话题", "新话题写英文名，小写字母和下划线，例如 faq/safe_box，中文名写在「标题」里。")
            return ""
        return f"utter_{match[1] or 'faq'}/{match[2]}"

    # ── what is there already ──

    def _known(self, row: Row, name: str) -> None:
        group = self.content.responses[name]
        number = counted(row.get("number")) if row.get("number") else 0 if len(group) == 1 else None
        if number is None or number >= len(group):
            self.bad(row, "number", f"{name} 有 {len(group)} 条说法，没说改哪一条" if not row.get("number") else f"没有第 {row.get('number')} 条，{name} 一共 {len(group)} 条", f"写 1 到 {len(group)}。")
            return
        if (name, number) in self.made.answers:
            self.bad(row, "name" if row.get("name") else "topic", f"{name} 第 {number + 1} 条，第 {self.made.answers[name, number].number} 行已经写过", "留一行，删一行。")
            return
        self.made.answers[name, number] = row
        response = group[number]
        was = row_of(response, self.content, self.labels)
        for key in _FIXED:
            if row.get(key) and row.get(key) != was[key]:
                self.bad(row, key, f"这一格不能在表里改（原来是「{was[key] or '空'}」）", "改回去；要改它，直接改文件。")
        edits = list(self._edits(row, response, was))
        fresh = self._fresh(row, response.intent)
        if not edits and not fresh:
            return
        change = self._change(response)
        try:
            for at, key, value in edits:
                change.after = put(change.after, (*response.path, *at), key, value)
            if any(key in ("text", "buttons", "disclosures") for _, key, _ in edits) and "approval" in response.metadata:
                change.after = drop(change.after, (*response.path, "metadata"), "approval")
                self.made.notes.append(row.problem("text", f"{name} 第 {number + 1} 条改了，原来的批准（{was['approval'] or '没写全'}）作废", "改定以后重新送审：mascot approve " + name + "。"))
            if fresh:
                self._append(change, row, response.intent, fresh)
        except EditError as error:
            self.bad(row, edits[0][1] if edits else "examples", f"{response.file}：{error}", "请直接改文件。")
            return
        change.rows.append(row)

    def _edits(self, row: Row, response: Response, was: Mapping[str, str]) -> Iterator[tuple[tuple[str, ...], str, str | list[object]]]:
        """Path below the variation, key and new value of every cell that was changed; an empty cell changes nothing."""
        text = row.get("text")
        if text and text != was["text"] and not self._damaged(row, "text", text, was["text"]):
            if re.search(r"\n\s*\n", text):
                self.bad(row, "text", "中间有空行", "空行会把一条消息切成两条；删掉空行。")
            else:
                yield (), "text", text
        if row.get("buttons") and row.get("buttons") != was["buttons"] and not self._damaged(row, "buttons", row.get("buttons"), was["buttons"]):
            buttons = self._buttons(row)
            if buttons and buttons != [{"title": one.title, "payload": one.payload} for one in response.buttons]:
                yield (), "buttons", list(buttons)
        if row.get("disclosures") and names_in(row.get("disclosures")) != names_in(was["disclosures"]):
            yield ("metadata",), "disclosures", list(names_in(row.get("disclosures")))
        for key in SETTABLE:
            value = self._day(row, key) if key in DATES else row.get(key)
            if value and value != was[key] and not self._damaged(row, key, value, was[key]):
                yield ("metadata",), key, value

    def _damaged(self, row: Row, key: str, new: str, old: str) -> bool:
        """A sheet in GBK has lost what GBK has no sign for; that is not an edit."""
        if not self.table.lossy or "?" not in new or _in_gbk(old) == old:
            return False
        if _in_gbk(old) != new:
            lost = "".join(dict.fromkeys(char for char in old if _in_gbk(char) == "?" and char != "?"))
            self.bad(row, key, f"这张表是 GBK 编码，原文里的 {lost} 存不下，变成了问号", "另存为「CSV UTF-8（逗号分隔）」，把问号改回来。")
        return True

    def _day(self, row: Row, key: str) -> str:
        cell = row.get(key)
        found = day(cell) if cell else ""
        if found is None:
            self.bad(row, key, f"「{cell}」不是日期", "写成 2027-05-20 的样子。")
        return found or ""

    def _buttons(self, row: Row) -> list[dict[str, str]]:
        found = []
        for one in parts(row.get("buttons")):
            button = button_of(one, self.content, self.labels)
            if isinstance(button, str):
                self.bad(row, "buttons", button, "一行一个，写成「标题 → 去处」，去处是话题名或 /handoff，例如：先挂失 → faq/lost_card。")
                return []
            found.append(button)
        return found

    def _change(self, response: Response) -> Change:
        found = self.made.changes.get(response.file)
        if found is None:
            shown = response.file.removeprefix(layers.IN_LIBRARY)
            text = layers.to_read(self.root, response.file).read_text(encoding="utf-8")
            inherited = shown != response.file
            found = self.made.changes[response.file] = Change(self.root / shown, shown, None if inherited else text, text)
            if inherited:
                self.made.notes.append(CellProblem(0, "", f"{shown} 在库里，会抄进本行项目再改", "库更新时它不会跟着变。"))
        return found

    # ── what customers say ──

    def _fresh(self, row: Row, intent: str) -> list[str]:
        """The examples of a row that the topic does not have; what another has, or the sheet has twice, is told."""
        fresh = []
        for text in parts(row.get("examples")):
            text = text.lstrip("-－·• ").strip()
            normal = normal_form(text)
            if not normal:
                continue
            known, asked = self.examples.get(normal), self.asked.get(normal)
            if known and known.intent != intent:
                self.bad(row, "examples", f"「{text}」已经在 {known.intent}（{known.file}:{known.line}）", "一句话只能归一个话题：删掉这句，或先从那边删。")
            elif asked:
                self.bad(row, "examples", f"「{text}」第 {asked.number} 行已经有了", "留一处。")
            elif re.match(r"[{}\[\]/#\"']", text):
                self.bad(row, "examples", f"「{text}」不能这样开头", "例句不用括号、斜杠、引号开头。")
            elif not known:
                self.asked[normal] = row
                fresh.append(text)
        return fresh

    def _append(self, change: Change, row: Row, intent: str, fresh: Sequence[str]) -> None:
        topic = self.content.topics.get(intent)
        if topic is None or topic.file.removeprefix(layers.IN_LIBRARY) != change.shown:
            self.bad(row, "examples", f"{intent} 的例句不在 {change.shown} 里", "请直接改那个文件。")
            return
        document = next(one for one in self.content.documents if one.file == topic.file)
        number = next(n for n, block in enumerate(document.data["nlu"]) if block.get("intent") == intent)
        change.after = extend(change.after, ("nlu", number, "examples"), [f"- {one}" for one in fresh])

    # ── what is new ──

    def _draft(self, row: Row, intent: str) -> None:
        kind, _, ident = intent.partition("/")
        file = self.root / FOLDER / "nlu" / kind / f"{ident}.yml"
        shown = file.relative_to(self.root).as_posix()
        title = row.get("title") or ident
        if kind != "faq":
            self.bad(row, "topic", "表里只能新建 faq 话题", f"骗局要写给本人和给家人两份：mascot new scam {ident} --title 中文名。")
            return
        if ident in self.new:
            self.bad(row, "topic", f"新话题 {ident} 第 {self.new[ident].number} 行已经写过", "一个话题一行。")
            return
        self.new[ident] = row
        if file.exists():
            self.bad(row, "topic", f"{shown} 已经有了", "改那份草稿，或换一个名字。")
            return
        for key in ("title", "examples", "text", "source"):
            if not row.get(key):
                self.bad(row, key, f"新话题要写{HEADING[key]}", "补上这一格。" if key != "examples" else "一行一句，或用 | 隔开。")
        if row.get("title") and not _TITLE.fullmatch(title):
            self.bad(row, "title", f"「{title}」不能当标题", "1 到 20 个字，不带空格、引号和括号。")
            return
        if re.search(r"\n\s*\n", row.get("text")):
            self.bad(row, "text", "中间有空行", "空行会把一条消息切成两条；删掉空行。")
        fresh = self._fresh(row, intent)
        text = new_text(self.root, "faq", ident, title, self.today)
        here = ("responses", f"utter_{intent}", 0)
        meta = (*here, "metadata")
        if fresh:
            text = re.sub(r"(^  examples: \|\n)(?:    - .*\n)+", lambda m: m[1] + "".join(f"    - {one}\n" for one in fresh), text, count=1, flags=re.M)
        if row.get("text"):
            text = put(text, here, "text", row.get("text"))
        if row.get("buttons"):
            text = put(text, here, "buttons", list(self._buttons(row)))
        for key in SETTABLE:
            value = self._day(row, key) if key in DATES else row.get(key)
            if value:
                text = put(text, meta, key, value)
        if row.get("disclosures"):
            text = put(text, meta, "disclosures", list(names_in(row.get("disclosures"))))
        self.made.drafts[shown] = Change(file, shown, None, text, [row])
        self.made.answers[f"utter_{intent}", 0] = row


def _in_gbk(text: str) -> str:
    """As a program leaves it that saves in GBK."""
    return text.encode("gbk", errors="replace").decode("gbk")

