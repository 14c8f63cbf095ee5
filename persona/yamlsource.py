"""What an editor's keyboard does to YAML: found in the text itself, so that the rest of the file can still be read.

A full-width colon, a tab or a curly quote makes YAML stop, often many lines below. ``prepare`` names the true place and
gives the text as it was meant; ``explain`` finds the true place of what YAML still cannot read.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import replace

import yaml

from persona.errors import Edit, Problem

_BLOCK = re.compile(r"^(\s*)(?:- +)?[^\s#'\"][^'\"]*:\s*[|>][+-]?\d?\s*(?:#.*)?$")
_PLACEHOLDER_FIRST = re.compile(r"^\s*(?:- +)?[\w./-]+:\s+(\{[A-Za-z_]\w*\}\s*[^\s#,])")
_BARE = re.compile(r"\s*[^\s#\"'\-:|>\[\]{}][^:：\"']*")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_CONFLICT = re.compile(r"^(?:<{7}|>{7}) ")
_OPEN_QUOTE = re.compile(r"^\s*(?:- +)?(?:[\w./-]+:\s+|- +)([\"'])")
_KEY = re.compile(r"^\s*(?:- +)?[\w./-]+:(?:\s|$)|^\s*- ")
_COLON_INSIDE = re.compile(r"^\s*(?:- +)?[\w./-]+:\s+[^\"'\[{|>].*?(: )")
# Nearly every file has none of these, and then nothing needs to be looked at line by line.
# The patterns begin with a plain character, which is searched for many times quicker than the beginning of a line.
_SLIP = re.compile(r"\n(?: *[\t\u00a0\u3000\u2002\u2003]|[^\S\n]*(?:- +)?[A-Za-z_](?:[\w./-]*\s*：|[a-z_]*:\S)|[^\S\n]*-[\"'A-Za-z_\u201c])")
_ELSEWHERE = re.compile(r":\s+[“”‘’]|:\s*｜|\[[\w .,-]*[，、]|:\s+[［【]|\{[^\"'\n：{}]*：|:[\t\u00a0\u3000]", re.A)
_NARROW = "换成半角空格；每一层两个。"
_SPACES = "\t\u00a0\u3000\u2002\u2003"


def prepare(text: str, shown: str) -> tuple[str, list[Problem]]:
    """The text as it was meant, line by line, and what had to be mended for it."""
    problems: list[Problem] = []
    if text.startswith("\ufeff"):
        problems.append(Problem(shown, 1, "P111", "", "文件开头有看不见的 BOM 标记", "另存为「UTF-8（无 BOM）」；或运行 mascot lint --fix。", 1))
        text = text[1:]
    if "\r" in text:
        problems.append(Problem(shown, text[:text.index("\r")].count("\n") + 1, "P112", "", "换行是 Windows 的 CRLF",
                                "编辑器右下角把换行改成 LF；或运行 mascot lint --fix。", 1))
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    if not _SLIP.search("\n" + text) and not _ELSEWHERE.search(text):
        return text, problems
    lines = text.split("\n")
    offset = 0
    inside = step = -1  # indentation of the key whose block of text we are in, and of the block's lines
    for number, line in enumerate(lines):
        blank = not line.strip()
        indent = len(line) - len(line.lstrip(" "))
        body = line.lstrip(" " + _SPACES)
        lead = line[:len(line) - len(body)]
        if inside >= 0 and not blank and indent <= inside and not (set(lead) & set(_SPACES)):
            inside = step = -1
        elif inside >= 0 and not blank and step < 0 and not set(lead) & set(_SPACES):
            step = indent
        if not blank and set(lead) & set(_SPACES):
            at = next(i for i, char in enumerate(lead) if char in _SPACES)
            name = "Tab" if lead[at] == "\t" else "全角空格"
            problems.append(Problem(shown, number + 1, "P113", "", f"行首的缩进里有{name}", _NARROW, at + 1, lead[at]))
            wide = "".join("  " if char in _SPACES else char for char in lead)
            lines[number] = (" " * (step if step >= 0 else inside + 2) if inside >= 0 else wide) + body
        if inside < 0 and not blank and not body.startswith("#"):
            for problem, mended in _mend(lines[number], shown, number + 1, offset):
                # an edit is meant for the line as it was written
                problems.append(problem if lines[number] == line else replace(problem, edit=None))
                lines[number] = mended
            opened = _BLOCK.match(lines[number])
            if opened:
                inside = len(opened.group(1))
        offset += len(line) + 1
    return "\n".join(lines), _in_one(problems)


def _in_one(problems: list[Problem]) -> list[Problem]:
    """Lines that follow each other and begin with the same wrong sign are one slip."""
    kept: list[Problem] = []
    last = 0
    for problem in problems:
        first = kept[-1] if kept else problem
        if kept and (first.code, first.text, last + 1) == ("P113", problem.text, problem.line) and problem.code == "P113":
            what = first.what.partition("，到第")[0]
            kept[-1] = replace(first, what=f"{what}，到第 {problem.line} 行都是")
        else:
            kept.append(problem)
        last = problem.line
    return kept


def _mend(line: str, shown: str, number: int, offset: int) -> Iterator[tuple[Problem, str]]:
    """Each slip of a line, and the line without it and those before."""
    for pattern, code, told in _OF_A_LINE:
        match = pattern.search(line)
        what, fix, new = told(match) if match else ("", "", "")
        if not match or not what:
            continue
        start, end = match.span("slip")
        line = line[:start] + new + line[end:]
        yield Problem(shown, number, code, "", what, fix, start + 1, match["slip"].strip() or match["slip"], Edit(offset + start, offset + end, new)), line


def _colon(match: re.Match[str]) -> tuple[str, str, str]:
    key = match["key"]
    return f"「{key}」后面是全角冒号「：」", f"改成半角冒号加空格：{key}: …", ": " if match.end() < len(match.string.rstrip()) else ":"


def _list(match: re.Match[str]) -> tuple[str, str, str]:
    new = "[" + ", ".join(re.split(r"\s*[，、,]\s*", match["slip"][1:-1].strip())) + "]"
    return ("方括号或里面的逗号是全角的" if re.search("[，、［【］】]", match["slip"]) else ""), f"改成半角：{new}。", new


def _curly(match: re.Match[str]) -> tuple[str, str, str]:
    paired = (match["open"] in "“”") == (match["close"] in "“”\"")
    return ("整个值用了中文引号，顾客会看到它们" if paired else ""), '最外面用英文双引号 "…"，里面引用用「」。', f'"{match["value"]}"'


# pattern, whose group `slip` is what is wrong; code; what is wrong ("": nothing), how to mend it, what should stand there
_OF_A_LINE: tuple[tuple[re.Pattern[str], str, Callable[[re.Match[str]], tuple[str, str, str]]], ...] = (
    (re.compile(r"^\s*(?:- +)?(?P<key>[A-Za-z_][\w./-]*)(?P<slip>\s*：\s*)(?=\S|$)"), "P114", _colon),
    (re.compile(r"^\s*(?:- +)?[a-z_]+(?P<slip>:)(?=\S)(?!//)(?![^\"']*\": )"), "P115", lambda _: ("冒号后面少一个空格", "在冒号后面加一个空格。", ": ")),
    (re.compile(r"^\s*(?:- +)?[A-Za-z_][\w./-]*:(?P<slip> *[\t\u00a0\u3000][\s\u00a0\u3000]*)"), "P115",
     lambda match: (f"冒号后面是{'Tab' if chr(9) in match['slip'] else '全角空格'}", "换成一个半角空格。", " ")),
    (re.compile(r"^\s*(?P<slip>-)(?=[\"'\u201c]|[A-Za-z_][\w./-]*:(?:\s|$))"), "P115", lambda _: ("「-」后面少一个空格", "在「-」后面加一个空格。", "- ")),
    (re.compile(r"^\s*(?:- +)?[A-Za-z_]+:(?P<slip>\s*｜)\s*$"), "P118", lambda _: ("「｜」是全角的", "改成半角的 |。", " |")),
    (re.compile(r":\s+(?P<slip>[\[［【]\s*(?:[\w.-]+(?:\s*[，、,]\s*[\w.-]+)*)?\s*[\]］】])\s*(?:#.*)?$", re.A), "P123", _list),
    (re.compile(r"^\s*(?:- +)?(?:[\w./-]+:\s+)?\{(?:[^\"'：]*, *)?(?P<key>[A-Za-z_]\w*)(?P<slip>\s*：\s*)"), "P114", _colon),
    (re.compile(r"^\s*(?:- +)?[A-Za-z_][\w./-]*:\s+(?P<slip>(?P<open>[“”‘’])(?P<value>[^\"“”‘’]*)(?P<close>[“”‘’\"]))\s*$"), "P116", _curly),
)


def explain(error: yaml.MarkedYAMLError, text: str, shown: str) -> Problem:
    """Where the mistake most likely stands, which is often above the place where YAML gave up, and what it is."""
    lines = text.split("\n")
    mark = error.problem_mark or error.context_mark
    stopped = min(mark.line if mark else 0, len(lines) - 1)
    column = mark.column + 1 if mark else 0
    why, around = str(error.problem or ""), str(error.context or "")

    def at(line: int, what: str, fix: str, col: int = 0) -> Problem:
        return Problem(shown, line + 1, "P101", "", what, fix, col, lines[line].strip()[:60])

    for number, line in enumerate(lines):
        if _CONFLICT.match(line):
            return at(number, "YAML 读不懂：两个人的改动还没有合好", "留下要的那一份，删掉 <<<<<<<、======= 和 >>>>>>> 这几行。", 1)
        if line.rstrip() == "---" and "document" in why + around:
            return at(number, "YAML 读不懂：一个文件里用 --- 分成了两份", "删掉 --- 这一行。", 1)
    for number, line in _outside_blocks(lines, stopped):
        if (match := _PLACEHOLDER_FIRST.match(line)) is not None:
            return at(number, "YAML 读不懂：值以花括号开头，没加引号", '整个值用英文双引号括起来："…"', match.start(1) + 1)
    open_line = _unclosed(lines, stopped)
    inner = _quote_inside(lines, stopped)
    if inner is not None:
        return at(inner[0], "YAML 读不懂：英文双引号里又写了英文双引号", "里面的换成「」。", inner[1])
    if open_line is not None:
        return at(open_line, "YAML 读不懂：这里的引号没有关上", '在这一行的末尾补上 "。', len(lines[open_line]) + 1)
    if "escape character" in why:
        return at(stopped, "YAML 读不懂：双引号里有看不懂的反斜杠", "换行写 \\n；真要一个反斜杠就写两个。", column)
    if "flow sequence" in around or "flow mapping" in around:
        start = error.context_mark.line if error.context_mark else stopped
        sign = "]" if "sequence" in around else "}"
        return at(start, f"YAML 读不懂：括号没有关上，少了「{sign}」", f"补上「{sign}」，各项之间用半角逗号。",
                  error.context_mark.column + 1 if error.context_mark else 0)
    if "could not find expected ':'" in why and error.context_mark:
        start = error.context_mark.line
        return at(start, "YAML 读不懂：这一行少了半角冒号，或缩进不对", "键后面写半角冒号加空格；接着上一行的文字要缩进；是备注，就在前面加「# 」。", error.context_mark.column + 1)
    if "cannot start any token" in why:
        return at(stopped, f"YAML 读不懂：值不能以「{lines[stopped][mark.column:mark.column + 1] if mark else ''}」开头", '整个值用英文双引号括起来："…"', column)
    name = re.match(r"[*&]([A-Za-z_]\w*)\s*$", lines[stopped][mark.column:]) if mark else None
    if name and "undefined alias" in why:
        return at(stopped, f"YAML 读不懂：前面没有 &{name[1]}", f"看看名字是不是写错了；共用的那一份写 &{name[1]}，要在它前面。", column)
    if name and "duplicate anchor" in why + around:
        return at(stopped, f"YAML 读不懂：&{name[1]} 用过了", "换一个名字。", column)
    if any(word in why + around for word in ("alias", "tag", "anchor")):
        return at(stopped, "YAML 读不懂：值以「*」「&」或「!」开头", '整个值用英文双引号括起来："…"', column)
    match = _COLON_INSIDE.match(lines[stopped])
    if "mapping values" in why and match:
        return at(stopped, "YAML 读不懂：没加引号的文字里有「: 」",
                  "整个值用英文单引号括起来：'…'" if '"' in lines[stopped] else '整个值用英文双引号括起来，或把冒号改成「：」。', match.start(1) + 1)
    bare = next((number for number in (stopped, stopped - 1) if number >= 0 and _BARE.fullmatch(lines[number])), -1)
    if bare >= 0:
        return at(bare, "YAML 读不懂：这一行不是「键: 值」", "删掉；是备注，就在前面加「# 」。", len(lines[bare]) - len(lines[bare].lstrip()) + 1)
    odd = _odd_indent(lines, stopped)
    return at(odd, "YAML 读不懂：缩进不对", "和同一层的行对齐；每一层两个空格，不用 Tab。", len(lines[odd]) - len(lines[odd].lstrip()) + 1)


def _outside_blocks(lines: list[str], last: int) -> Iterator[tuple[int, str]]:
    inside = -1
    for number, line in enumerate(lines[:last + 1]):
        if inside >= 0 and line.strip() and len(line) - len(line.lstrip(" ")) <= inside:
            inside = -1
        if inside >= 0 or not line.strip() or line.lstrip().startswith("#"):
            continue
        yield number, line
        opened = _BLOCK.match(line)
        if opened:
            inside = len(opened.group(1))


def _closing(line: str, start: int, quote: str) -> int:
    """Offset of the quote that closes the one before ``start``, or -1."""
    at = start
    while at < len(line):
        if quote == '"' and line[at] == "\\":
            at += 2
            continue
        if line[at] == quote:
            if quote == "'" and line[at + 1:at + 2] == "'":
                at += 2
                continue
            return at
        at += 1
    return -1


def _unclosed(lines: list[str], stopped: int) -> int | None:
    """The first line whose quote does not close although the next line starts a new key."""
    for number, line in _outside_blocks(lines, stopped):
        match = _OPEN_QUOTE.match(line)
        if not match or _closing(line, match.end(), match.group(1)) >= 0:
            continue
        following = next((other for other in lines[number + 1:] if other.strip()), "")
        if not following or _KEY.match(following):
            return number
    return None


def _quote_inside(lines: list[str], stopped: int) -> tuple[int, int] | None:
    """The line and column where a quoted text goes on after its closing quote."""
    for number, line in _outside_blocks(lines, stopped):
        match = _OPEN_QUOTE.match(line)
        if not match:
            continue
        end = _closing(line, match.end(), match.group(1))
        rest = line[end + 1:].strip() if end >= 0 else ""
        if rest and rest[0] not in ":#,]}" and match.group(1) in rest:
            return number, end + 1
    return None


def _odd_indent(lines: list[str], stopped: int) -> int:
    """The last line up to ``stopped`` whose indentation fits no level; else the line where YAML stopped."""
    odd = [number for number, line in _outside_blocks(lines, stopped)
           if (len(line) - len(line.lstrip(" "))) % 2]
    if odd:
        return odd[-1]
    # A line moved out by a whole level ends its mapping; YAML then stops at the line after it.
    deep = [len(line) - len(line.lstrip(" ")) for line in lines[:stopped + 1]]
    before = stopped - 1
    if before > 0 and deep[before] < deep[stopped] == deep[before - 1] and not lines[before].rstrip().endswith((":", "|", ">")):
        return before
    return stopped


def control(text: str, shown: str) -> Problem:
    """A character that no YAML may hold."""
    match = _CONTROL.search(text)
    at = match.start() if match else 0
    return Problem(shown, text.count("\n", 0, at) + 1, "P101", "", "YAML 读不懂：有看不见的控制字符", "删掉这个位置前后的字，重新打一遍。",
                   at - text.rfind("\n", 0, at), match[0] if match else "")
