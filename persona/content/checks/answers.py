"""Checks of what an answer looks like: placeholders, length, steps, buttons, pictures."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from urllib.parse import urlparse

from persona.content.house import House
from persona.content.model import Response
from persona.errors import Edit, Problem
from persona.textual import CLOSE, OPEN, PLACEHOLDER, lone_brace, nearest
from persona.yamlfile import Path_

SPECIAL = ("self", "user", "tail")
MAX_CHARS = {"urgent": 110, "playful": 160, "warm": 160, "plain": 160}
CHITCHAT_MAX = 60
BUTTONS_MAX, CHOICES_MAX, TITLE_MAX = 3, 6, 10
_PAYLOAD = re.compile(r"/([A-Za-z0-9_./]+)(\{.*\})?")
_STEP = re.compile(r"^\d+[.、．]", re.M)
_NESTED = re.compile(r"\n[ \t\u3000]+(?:[-·•*]|\d+[.、．])[^\n]*")
_WIDE_BRACES = re.compile(r"｛[A-Za-z_][A-Za-z0-9_]*[｝}]|\{[A-Za-z_][A-Za-z0-9_]*｝")
_MARKS = re.compile(r"/n(?![a-z])|</?[A-Za-z][^>]*>|\*\*|\t|&[a-z]+;|^#+ ", re.M)
_SQUARE = re.compile(r"[\[［【]([a-z][a-z0-9_]*)[\]］】]")
_WIDE = {"｛": "{", "｝": "}", **{chr(0xFF10 + n): str(n) for n in range(10)}}


def texts(response: Response) -> list[tuple[Path_, str]]:
    """Everything a customer reads of an answer, with its place."""
    return [(("text",), response.text), *((("buttons", button.number, "title"), button.title) for button in response.buttons)]


def replace(response: Response, path: Path_, old: str, new: str) -> Edit | None:
    """The safe change of ``old`` into ``new`` inside the value at ``path``; None when it is not written there as such."""
    document = response.document
    span = document.offsets((*response.path, *path)) if document else None
    at = document.source.find(old, *span) if document and span else -1
    return Edit(at, at + len(old), new) if at >= 0 else None


def placeholders(response: Response, house: House) -> Iterator[Problem]:
    """Braces that are no placeholder, and placeholders nobody fills."""
    known = {*house.known(response), *house.figures, *SPECIAL, *values(response)}
    for path, text in texts(response):
        wide = _WIDE_BRACES.search(text)
        if wide:
            old = wide.group()
            new = "{" + old[1:-1] + "}"
            yield response.problem(path, "P653", f"花括号是全角的：{old}", f"改成半角：{new}。", old, replace(response, path, old, new))
            text = text.replace(old, new)
        for square in _SQUARE.finditer(text):
            if square[1] in house.known(response) or square[1] in house.figures:
                old, new = square[0], f"{{{square[1]}}}"
                yield response.problem(path, "P653", f"占位符用了方括号：{old}", f"改成花括号：{new}。", old, replace(response, path, old, new))
        at = lone_brace(text)
        if at >= 0:
            yield response.problem(path, "P605", "有落单的花括号", "删掉它，或补成 {hotline} 这样的占位符。", text[at:at + 6])
        for name in PLACEHOLDER.findall(text):
            if name not in known and name not in house.unread:
                near = nearest(name.lower(), known, 0.85) or (f"path_{name}" if f"path_{name}" in known else "")
                fix = f"是不是 {{{near}}}？" if near else "对照 institution.yml 的 paths 和 figures.yml；缺的先补到那里。"
                yield response.problem(path, "P606", f"不认识的占位符 {{{name}}}", fix, f"{{{name}}}")
        digits = re.search(r"[０-９]+", text)
        if digits:
            old, new = digits.group(), "".join(_WIDE.get(char, char) for char in digits.group())
            yield response.problem(path, "P654", f"数字是全角的：{old}", f"改成半角：{new}。", old, replace(response, path, old, new))


def marks(response: Response, house: House) -> Iterator[Problem]:
    """Signs of other programs, which a chat shows as they are."""
    for path, text in texts(response):
        if (found := _MARKS.search(text)) is not None:
            yield response.problem(path, "P648", f"「{found[0]}」会原样显示给顾客", "换行写 \\n，别的记号删掉。", found[0])


def values(response: Response) -> tuple[str, ...]:
    """Names a dialogue fills itself; the answer lists them under ``metadata.values``."""
    named = response.metadata.get("values")
    return tuple(str(value) for value in named) if isinstance(named, list) else ()


def shape(response: Response, house: House) -> Iterator[Problem]:
    """Empty, split, too long, too many steps, quotes that do not close."""
    text = response.text
    if not text.strip():
        yield response.problem(("text",), "P607", "没有文字", "写上回答；图片和按钮不能代替文字。")
        return
    if "\\n" in text or text.count('"') % 2:
        yield response.problem(("text",), "P658", "回答两头的英文双引号缺了一个，或写成了单引号", '写成 text: "…"，两头都有。', text.strip()[:6])
    if re.search(r"\n[ \t　]*\n", text.strip()):
        before = re.split(r"\n[ \t　]*\n", text.strip(), maxsplit=1)[0]
        yield response.problem(("text",), "P608", "文字里有空行，会被拆成两条消息，提示就不在同一条里了", "删掉空行，只换一行。", before[-6:])
    length = len(PLACEHOLDER.sub(lambda m: _filled(m.group(1), response, house), text).replace("\n", ""))
    most = CHITCHAT_MAX if response.kind == "chitchat" else MAX_CHARS.get(response.tone, 160)
    if length > most:
        what = f"填好后 {length} 个字，{response.tone or '这种语气'} 最多 {most} 个"
        yield response.problem(("text",), "P609", what, "删短；次要的放到按钮后面。")
    if len(_STEP.findall(text)) > 3:
        yield response.problem(("text",), "P613", "编号的步骤超过三步", "合并，或拆成两个话题。")
    nested = _NESTED.search(text)
    if nested:
        yield response.problem(("text",), "P652", "列表里又套了列表，聊天窗口显示不出层次", "并成一层，最多三步。", nested.group().strip()[:8])
    if sum(text.count(mark) for mark in OPEN) != sum(text.count(mark) for mark in CLOSE):
        yield response.problem(("text",), "P614", "引号不成对", "补上另一半引号；引号里的字不改称呼。", _unpaired(text))


def _unpaired(text: str) -> str:
    stack: list[int] = []
    for at, char in enumerate(text):
        if char in OPEN:
            stack.append(at)
        elif char in CLOSE:
            if not stack:
                return text[max(0, at - 4):at + 1]
            stack.pop()
    return text[stack[0]:stack[0] + 6] if stack else ""


def _filled(name: str, response: Response, house: House) -> str:
    if name in house.known(response):
        return house.known(response)[name]
    return house.figures[name].value if name in house.figures else "xx"


def buttons(response: Response, house: House) -> Iterator[Problem]:
    """Too many, too long, or leading nowhere."""
    # A dialogue's question shows all its choices; an answer only suggests what to ask next.
    most = CHOICES_MAX if response.kind == "dialogue" and "？" in response.text else BUTTONS_MAX
    if len(response.buttons) > most:
        yield response.problem(("buttons",), "P615", f"{len(response.buttons)} 个按钮，最多 {most} 个", "留最常问的几个。")
    for button in response.buttons:
        title, payload = ("buttons", button.number, "title"), ("buttons", button.number, "payload")
        if not button.title:
            yield response.problem(title, "P616", "按钮没有 title", f"写上 title：1 到 {TITLE_MAX} 个字，顾客的话；「#」开头的要加引号。")
        elif len(button.title) > TITLE_MAX:
            yield response.problem(title, "P616", f"按钮「{button.title}」{len(button.title)} 个字，应当 1 到 {TITLE_MAX} 个",
                                   "改短，用顾客的话。", button.title)
        twin = next((one for one in response.buttons[:button.number] if one.title == button.title or one.payload == button.payload), None)
        if twin and button.title and button.payload:
            yield response.problem(title, "P659", f"按钮「{button.title}」和第 {twin.number + 1} 个{'去的地方' if twin.title != button.title else ''}一样",
                                   "留一个，或改成别的问题。", button.title)
        if not button.payload:
            yield response.problem(payload, "P617", f"按钮「{button.title}」没有 payload", "补上 payload: /faq/话题 或 /handoff。")
            continue
        match = _PAYLOAD.fullmatch(button.payload)
        if not match:
            fix = '花括号要配成对，写成 {"lost_via": "own_bank"} 的样子。' if "{" in button.payload else "写成 /faq/话题 或 /handoff。"
            yield response.problem(payload, "P619" if "{" in button.payload else "P617", f"按钮指向「{button.payload}」，写法不对", fix, button.payload)
            continue
        target, entities = match.groups()
        if target == response.intent and response.kind in ("faq", "scam"):
            yield response.problem(payload, "P659", f"按钮「{button.title}」又回到这一条", "换成顾客接下来会问的。", target)
        if not house.content.defines(target):
            near = nearest(target, house.content.topics, 0.8)
            yield response.problem(payload, "P618", f"按钮指向的「{target}」不存在",
                                   f"是不是 /{near}？" if near else "对照 data/nlu 下的意图名。", target)
        if entities and not _is_object(entities):
            yield response.problem(payload, "P619", f"按钮里的 {entities} 不是 JSON", '写成 {"lost_via": "own_bank"} 的样子。', entities)


def _is_object(text: str) -> bool:
    try:
        return isinstance(json.loads(text), dict)
    except ValueError:
        return False


def pictures(response: Response, house: House) -> Iterator[Problem]:
    """An image is a message of its own, without the disclosures, and its address is a link like any other."""
    document = response.document
    item = document.data.get("responses", {}).get(response.name, []) if document else []
    image = str(item[response.number].get("image") or "") if response.number < len(item) else ""
    drawn = re.search(r"!\[[^\]]*\]\(([^)]*)\)", response.text)
    for path, address in ((("image",), image), (("text",), drawn.group(1) if drawn else "")):
        host = (urlparse(address).hostname or "") if address else ""
        if address and not any(host == domain or host.endswith(f".{domain}") for domain in house.institution.domains):
            yield response.problem(path, "P651", f"图片不在本行的网址上：{address}", "删掉图片，或放到 institution.yml 的 domains 里的网址。", address)
