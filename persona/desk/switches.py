"""下架与公告: live.yml, by the functions of `mascot withdraw | notice | replace | freeze`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from persona.approval import REASONS, needs_two_response
from persona.content import Content
from persona.desk.ask import Refused, text
from persona.errors import ContentError
from persona.institution import Institution
from persona.live import NEVER, NOTICE_MAX, SECTIONS, Live, live_path, load_live
from persona.live_cli import DID, Order, carry_out
from persona.yamledit import EditError
from persona.yamlfile import read

FIELDS: tuple[tuple[str, str, int], ...] = (
    ("name", "名字", 120), ("by", "谁决定的", 40), ("reason", "为什么", 200), ("text", "要说的话", 600), ("until", "到哪一天", 10),
    ("topics", "话题", 400), ("role", "岗位", 40), ("author", "作者", 40), ("second", "第二位批准人", 40),
)


def state(institution: Institution, content: Content) -> dict[str, Any]:
    """What is in force, entry by entry, with who and why; `problem` says what is wrong with the file itself."""
    path, problem, live = live_path(), "", Live()
    try:
        live = load_live(path) if path.exists() else live
    except ContentError as error:
        problem = f"live.yml 有错，机器人按上一份好的走：{error}"
    data = read(path).data if path.exists() else {}
    today = institution.today()
    entries = []
    for action in SECTIONS:
        section = data.get(action) if isinstance(data, dict) else None
        for name, entry in section.items() if isinstance(section, dict) else ():
            entry = entry if isinstance(entry, dict) else {}
            entries.append({
                "action": action, "did": DID[action], "name": str(name), **{key: str(entry.get(key) or "") for key in ("by", "at", "reason", "text")},
                "until": _until(entry), "note": _note(action, str(name), live, content, institution),
            })
    past = {notice.id for notice in live.notices if notice.until < today}
    for one in entries:
        if one["action"] == "notice" and one["name"] in past:
            one["note"] = "日子过了，客户已经看不到。"
    return {"entries": entries, "problem": problem, "file": str(path), "notice_max": NOTICE_MAX}


def _until(entry: Mapping[str, Any]) -> str:
    approval = entry.get("approval")
    return str(entry.get("until") or (approval.get("until") if isinstance(approval, dict) else "") or "")


def _note(action: str, name: str, live: Live, content: Content, institution: Institution) -> str:
    if action != "replace" or name not in live.replaced:
        return ""
    group = content.responses.get(name)
    category = str(group[0].metadata.get("category") or "none") if group else "none"
    reason = live.replaced[name].wrong(institution.today(), needs_two_response(institution.four_eyes, category))
    return f"{REASONS[reason]}：新话旧话都不说，按下架处理。" if reason else ""


def carried_out(body: Mapping[str, Any]) -> str:
    """Do what the page asks; the sentence for the editor. Refused with the reason when it is not done."""
    action, undo = text(body, "action", "要做的事", 20), body.get("undo") is True
    if action not in SECTIONS:
        raise Refused("不认识要做的事，刷新页面再试。", 400)
    given = {key: text(body, key, name, most, lines=key == "text") for key, name, most in FIELDS}
    if action == "freeze":
        given["name"] = "products"
    for key, name in (("name", "名字"), ("by", "谁决定的"), ("reason", "为什么")):
        if not given[key]:
            raise Refused(f"「{name}」还没有写。谁、为什么，审计里要留一行。")
    if action == "notice" and not undo and not given["name"].replace("_", "").replace("-", "").isalnum():
        raise Refused("公告的名字只用字母、数字、汉字、下划线和短横，例如 maintenance。")
    if given["name"] in NEVER:
        raise Refused(f"{given['name']} 是下架以后顶上来的话，不能再下架或替换。")
    try:
        carry_out(Order(action, undo=undo, **given))
    except ContentError as error:
        raise Refused("没有写：" + "；".join(f"{one.what}。{one.fix}" for one in error.problems)) from error
    except EditError as error:
        raise Refused(f"现在没有{DID[action]}「{given['name']}」，不用撤销。" if undo else f"live.yml 写不进去：{error}。") from error
    except ValueError as error:
        raise Refused(str(error)) from error
    return f"{'撤销了' if undo else '写好了'}：{DID[action]} {given['name']}。正在运行的机器人几秒钟内照办，客户下一句就能看到；审计里留了一行。"
