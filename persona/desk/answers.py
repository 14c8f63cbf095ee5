"""改一条: one variation of an answer in a form, tried out before it is saved, and saved without touching another line."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from persona.approval import Approval, response_digest
from persona.content.checks import check_answer
from persona.content.checks.answers import CHOICES_MAX
from persona.content.codes import is_warning
from persona.content.fix import diff
from persona.content.house import House
from persona.content.model import Response
from persona.content.reading import responses_of
from persona.desk.ask import Refused, number, text, texts
from persona.desk.workshop import Tools, Workshop
from persona.errors import Problem
from persona.mascot import TONES
from persona.preview.bubbles import Bubble, Wish, bubbles_of
from persona.textual import is_day, no_day
from persona.yamledit import EditError, drop, put, put_items, save, unanchored
from persona.yamlfile import Document, parse

SHOWN = 40
TEXT_MOST = 2000
DATES = (("reviewed", "复核日"), ("expires", "到期日"))
META = ("tone", "source", "reviewed", "expires")


@dataclass(frozen=True)
class Fields:
    """What the form holds."""

    text: str
    buttons: tuple[tuple[str, str], ...]
    disclosures: tuple[str, ...]
    tone: str
    source: str
    reviewed: str
    expires: str


def held(response: Response) -> Fields:
    """What the form shows of a variation."""
    meta = response.metadata
    listed = meta.get("disclosures")
    named = tuple(map(str, listed if isinstance(listed, list) else [listed] if listed else []))
    return Fields(response.text, tuple((b.title, b.payload) for b in response.buttons), named,
                  **{key: str(meta.get(key) or "") for key in META})


def asked_for(body: Mapping[str, Any], house: House, old: Fields) -> Fields:
    """The form as it was sent. Refused for what cannot stand in the file."""
    raw = body.get("buttons", [])
    if not isinstance(raw, list) or not all(isinstance(one, dict) for one in raw) or len(raw) > max(CHOICES_MAX, len(old.buttons)):
        raise Refused(f"按钮最多 {CHOICES_MAX} 个。")
    buttons = []
    for one in raw:
        title, payload = text(one, "title", "按钮上的字", 40), text(one, "payload", "按钮去哪儿", 120)
        if bool(title) != bool(payload):
            raise Refused("每个按钮要写上面的字，也要选点了去哪儿；不要的按钮就两格都清空。")
        if title:
            buttons.append((title, payload))
    fields = Fields(
        text(body, "text", "正文", TEXT_MOST, needed=True, lines=True), tuple(buttons), tuple(texts(body, "disclosures", "披露", 20, 40)),
        **{key: text(body, key, name, 300) for key, name in (("tone", "语气"), ("source", "依据"), *DATES)})
    if fields.text == old.text.strip():
        fields = replace(fields, text=old.text)  # white space at the ends is nobody's change
    unknown = [one for one in fields.disclosures if one not in house.disclosures and one not in old.disclosures]
    if unknown:
        raise Refused(f"没有编号是 {unknown[0]} 的披露。")
    if fields.tone not in TONES and fields.tone != old.tone:
        raise Refused(f"语气只有 {'、'.join(TONES)}。")
    for key, name in DATES:
        value = getattr(fields, key)
        if value and value != getattr(old, key) and not is_day(value):
            raise Refused(f"「{name}」：" + "。".join(no_day(value)))
    return fields


def edited(source: str, response: Response, old: Fields, new: Fields) -> str:
    """The file's text with what is different in the form, and nothing else. EditError where it cannot be written."""
    way = ("responses", response.name, response.number)
    meta = (*way, "metadata")
    if new.text != old.text:
        source = put(source, way, "text", new.text)
    if new.buttons != old.buttons:
        wanted = [{"title": title, "payload": payload} for title, payload in new.buttons]
        source = put_items(source, way, "buttons", wanted)
        source = source if wanted else drop(source, way, "buttons")
    changed = {key: getattr(new, key) for key in META if getattr(new, key) != getattr(old, key)}
    if changed or new.disclosures != old.disclosures:
        source = unanchored(source, meta)
    for key, value in changed.items():
        source = put(source, meta, key, value) if value else drop(source, meta, key)
    return put_items(source, meta, "disclosures", new.disclosures) if new.disclosures != old.disclosures else source


@dataclass(frozen=True)
class Trial:
    """A change that was tried out: the file before and after, and the variation as it would be."""

    file: Path
    before: str
    after: str
    was: Response
    now: Response
    fresh: tuple[Problem, ...]  # what the linter says of it and did not say before
    known: tuple[Problem, ...]  # what it said before, too


def find(body: Mapping[str, Any], house: House) -> Response:
    """The variation that `name` and `number` stand for."""
    name, at = text(body, "name", "名字", 120, needed=True), number(body, "number", "第几条")
    group = house.content.responses.get(name, ())
    for response in group:
        if response.number == at:
            return response
    raise Refused(f"没有 {name} 的第 {at + 1} 条；也许刚被删掉或改名，重新搜一下。", 404)


def _source(path: Path) -> str:
    try:
        source = path.read_bytes().decode("utf-8")
    except (OSError, UnicodeDecodeError):
        raise Refused(f"{path.name} 打不开，或不是 UTF-8；请懂 YAML 的同事看一下。") from None
    if "\r" in source or source.startswith("\ufeff"):
        raise Refused(f"{path.name} 的换行是 Windows 的，或开头有 BOM；先请同事运行 mascot lint --fix。")
    return source


def seen(source: str) -> str:
    """What tells one state of a file from another."""
    return hashlib.sha256(source.encode("utf-8")).hexdigest()


def attempt(body: Mapping[str, Any], shop: Workshop) -> Trial:
    """Try the form on the file. Refused when the file is no longer the one that was opened, or cannot be written so."""
    tools = shop.tools()
    was = find(body, tools.house)
    file = shop.file(was.file)
    before = _source(file)
    if text(body, "seen", "版本", 64) != seen(before):
        raise Refused(f"{was.file} 刚被别人改过，没有保存。把你改的字先抄下来，重新打开这一条再改。", 409)
    old = held(was)
    new = asked_for(body, tools.house, old)
    try:
        after = edited(before, was, old, new)
    except EditError as error:
        raise Refused(f"{was.file} 这一处不能在这里改：{error}") from error
    document = parse(after, was.file)
    now = None if document.broken else next((one for one in responses_of(document) if (one.name, one.number) == (was.name, was.number)), None)
    if now is None or held(now) != new or not _only(was, document):
        raise Refused(f"{was.file} 这一处的写法特别，改了会碰到别的内容；请懂 YAML 的同事直接改文件。")
    baseline = {(one.code, one.text) for one in check_answer(was, tools.house)}
    found = [*check_answer(now, tools.house), *document.problems] if after != before else check_answer(now, tools.house)
    known = tuple(one for one in found if (one.code, one.text) in baseline)
    return Trial(file, before, after, was, now, tuple(one for one in found if one not in known), known)


def _only(was: Response, document: Document) -> bool:
    """Whether nothing but this variation is different."""
    assert was.document is not None

    def rest(data: Any) -> Any:
        groups = data["responses"]
        group = groups[was.name]
        return {**data, "responses": {**groups, was.name: [*group[:was.number], None, *group[was.number + 1:]]}}

    return bool(rest(was.document.data) == rest(document.data))


def tried(trial: Trial, tools: Tools) -> dict[str, Any]:
    """The trial for the page: mascots, findings, the diff, and what becomes of the approval."""
    bubbles = list(bubbles_of([trial.now], tools.desk, Wish()))
    return {
        "changed": trial.after != trial.before, "diff": diff(trial.now.file, trial.before, trial.after),
        "bubbles": [_bubble(one) for one in bubbles], "silent": "" if bubbles else "今天不说这一条：过了到期日，或还没到起日。",
        "fresh": [_problem(one) for one in trial.fresh], "known": [_problem(one) for one in trial.known],
        "blocked": any(not is_warning(one.code) for one in trial.fresh), "approval": approval_note(trial),
    }


def approval_note(trial: Trial) -> str:
    """What the change does to an approval that holds until now, or ""."""
    approval = Approval.of(trial.was.metadata.get("approval"))
    if approval is None or approval.sha256 != response_digest(trial.was.item) or approval.sha256 == response_digest(trial.now.item):
        return ""
    return f"这一条有批准（{approval.id}，{approval.by}，到 {approval.until}）。正文、按钮或披露一改，批准就作废：要重新送审，批准以前机器人不说这一条。"


def saved(body: Mapping[str, Any], shop: Workshop) -> str:
    """Save the form; the sentence for the editor. Refused when the linter has something new against it."""
    trial = attempt(body, shop)
    wrong = [one for one in trial.fresh if not is_warning(one.code)]
    if wrong:
        raise Refused(f"还有 {len(wrong)} 处要改，没有保存。第一处：{wrong[0].what} → {wrong[0].fix}")
    if trial.after == trial.before:
        raise Refused("和文件里的一样，没有可保存的。")
    try:
        save(trial.file, trial.before, trial.after)
    except EditError as error:
        raise Refused(f"{trial.was.file} 刚被别人改过，没有保存。重新打开这一条再改。", 409) from error
    except OSError as error:
        raise Refused(f"写不了 {trial.was.file}：{error.strerror}。", 503) from error
    lost = approval_note(trial)
    return f"保存了：{trial.was.file}。" + ("原来的批准作废了，要重新送审。" if lost else "") + "下次训练（mascot train）、重启以后，客户听到新的。"


def opened(body: Mapping[str, Any], shop: Workshop) -> dict[str, Any]:
    """A variation for the form."""
    tools = shop.tools()
    response = find(body, tools.house)
    source, old = _source(shop.file(response.file)), held(response)
    return {
        "name": response.name, "number": response.number, "title": tools.labels.title(response.intent) or response.intent,
        "file": response.file, "line": response.line, "mascot": response.mascot, "seen": seen(source),
        "conditions": [f"{one.get('name')} 是 {one.get('value')}" for one in response.conditions],
        "fields": {**vars(old), "disclosures": list(old.disclosures), "buttons": [{"title": title, "payload": payload} for title, payload in old.buttons]},
        "names": sorted({*tools.house.names, *tools.house.figures, "self", "user", "tail"}),
    }


def found(body: Mapping[str, Any], tools: Tools) -> dict[str, Any]:
    """Variations that hold every word searched for: in the name first, then in the text, then in what customers say."""
    words = text(body, "query", "要找的字", 60).lower().split()
    ranked: list[tuple[int, Response]] = []
    said: dict[str, list[str]] = {}
    for example in tools.house.content.examples if words else ():
        if all(word in example.text.lower() for word in words):
            said.setdefault(f"utter_{example.intent}", []).append(example.text)
    for response in tools.house.content.variations():
        name = f"{response.name} {tools.labels.title(response.intent) or ''} {response.metadata.get('title', '')}".lower()
        if all(word in name for word in words):
            ranked.append((0, response))
        elif all(word in f"{name} {response.text}".lower() for word in words):
            ranked.append((1, response))
        elif response.name in said:
            ranked.append((2, response))
    ranked.sort(key=lambda one: one[0])
    return {"count": len(ranked), "found": [
        {"name": r.name, "number": r.number, "title": tools.labels.title(r.intent) or r.intent, "mascot": r.mascot and _called(r.mascot, tools),
         "text": r.text[:80], "file": r.file, "said": said.get(r.name, [""])[0] if rank == 2 else ""} for rank, r in ranked[:SHOWN]]}


def payloads(tools: Tools) -> Iterator[dict[str, str]]:
    """Where a button may lead: every intent, with its title where it has one."""
    for intent in sorted(tools.house.content.topics):
        yield {"payload": f"/{intent}", "title": tools.labels.title(intent) or intent}


def _called(ident: str, tools: Tools) -> str:
    mascot = tools.desk.mascots.get(ident)
    return mascot.name if mascot else ident


def _bubble(one: Bubble) -> dict[str, Any]:
    pieces, last = [], 0
    for span in one.spans:
        pieces += [{"text": one.text[last:span.start], "kind": "", "id": ""}, {"text": one.text[span.start:span.end], "kind": span.kind, "id": span.id}]
        last = span.end
    pieces.append({"text": one.text[last:], "kind": "", "id": ""})
    return {
        "mascot": one.mascot.name, "palette": dict(one.mascot.palette), "tone": one.tone, "sober": one.sober, "pieces": [p for p in pieces if p["text"]],
        "buttons": list(one.buttons), "allowed": one.allowed, "opinion": list(one.opinion),
    }


def _problem(one: Problem) -> dict[str, Any]:
    return {"code": one.code, "line": one.line, "text": one.text, "what": one.what, "fix": one.fix, "warning": is_warning(one.code)}
