"""`mascot withdraw | notice | replace | freeze`: write live.yml, checked before and with an audit line."""

from __future__ import annotations

import argparse
import difflib
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from persona.approval import REASONS, Approval, digest, needs_two_response, wrong
from persona.approve import next_id
from persona.compliance import Guard
from persona.compliance.audit import project_log
from persona.compliance.model import CATEGORIES
from persona.content import Content, load_content
from persona.errors import ContentError
from persona.institution import Institution, load_institution
from persona.live import NEVER, Live, live_path, load_live
from persona.products import load_products
from persona.yamledit import EditError, drop, put, save
from persona.yamlfile import read

DONE, REFUSED, BAD_CALL = 0, 1, 2
EMPTY = "schema: mascot-live/1\nwithdraw: {}\nnotice: {}\nreplace: {}\nfreeze: {}\n"
_HELP = {
    "withdraw": "下架一条回答（utter_…）或一张产品页（id）：客户听到的是「正在核对」和热线。几秒钟生效，不用训练、不用重启。",
    "notice": "在回答前面挂一行公告。几秒钟生效。",
    "replace": "把一条回答临时换成另一段话，带它自己的批准。几秒钟生效。",
    "freeze": "暂停讲产品：产品页一张都不说。几秒钟生效。",
}
DID = {"withdraw": "下架", "notice": "公告", "replace": "替换", "freeze": "暂停讲产品"}
_NAME = {"withdraw": "回答的名字或产品页的 id", "notice": "公告的名字，例如 maintenance", "replace": "回答的名字", "freeze": "products"}


def _arguments(action: str, argv: Sequence[str]) -> argparse.Namespace:
    ap = argparse.ArgumentParser(prog=f"mascot {action}", description=_HELP[action])
    ap.add_argument("name", nargs="?", default="products" if action == "freeze" else None, help=_NAME[action])
    ap.add_argument("--by", help="谁决定的（替换：谁批准的）")
    ap.add_argument("--reason", help="为什么")
    ap.add_argument("--undo", action="store_true", help="撤销这一项")
    ap.add_argument("--list", action="store_true", help="现在有哪些")
    if action in ("notice", "replace"):
        ap.add_argument("--text", help="要说的话")
        ap.add_argument("--until", metavar="日期", help="到哪一天，含当天" + ("（不写就一直挂着）" if action == "notice" else ""))
    if action == "notice":
        ap.add_argument("--topics", default="", help="只挂在这些话题或类别前面，逗号隔开，例如 loan,faq/early_repay（默认全部）")
    if action == "replace":
        ap.add_argument("--role", help="批准人的岗位")
        ap.add_argument("--author", help="这段话是谁写的")
        ap.add_argument("--second", default="", help="第二位批准人（four_eyes 要求时）")
    return ap.parse_args(argv)


@dataclass(frozen=True)
class Order:
    """What is to be done to live.yml, by whom and why; `text` and below as the section asks for them."""

    action: str
    name: str
    by: str
    reason: str
    undo: bool = False
    text: str = ""
    until: str = ""
    topics: str = ""
    role: str = ""
    author: str = ""
    second: str = ""


def carry_out(order: Order) -> str:
    """Write live.yml, checked before and with an audit line; what was done, in a sentence.

    ValueError (EditError among them) for an order that is not whole or fits nothing, ContentError for what must not be
    said: the file stays as it was.
    """
    if not order.name or not order.by.strip() or not order.reason.strip():
        raise ValueError("要写明改哪一项、是谁、为什么。")
    path, institution = live_path(), load_institution()
    before = path.read_text(encoding="utf-8") if path.exists() else EMPTY
    if order.undo:
        after, entry = drop(before, (order.action,), order.name), {}
    else:
        at = institution.now().strftime("%Y-%m-%d %H:%M")
        entry = {**_entry(order, institution), "reason": order.reason, "by": order.by, "at": at}
        after = put(_with_section(before, order.action), (order.action,), order.name, entry)
    _write(path, before, after)
    project_log(institution).append({"kind": order.action, "subject": order.name, "undo": order.undo, "by": order.by, "reason": order.reason,
                **({"approval": entry["approval"]} if "approval" in entry else {})})
    return f"{'撤销了' if order.undo else '写好了'}：{order.action} {order.name}，在 {path}。正在运行的机器人几秒钟内照办；客户下一句就能看到。"


def main(action: str, argv: Sequence[str]) -> int:
    """Run one of the four commands; exit 0 done, 1 refused, 2 bad call."""
    args = _arguments(action, argv)
    try:
        if args.list:
            _state()  # says what is wrong with a broken file
            return _list(live_path())
        if not args.name or not args.by or not args.reason:
            raise ValueError(f"要写明是谁、为什么：mascot {action} 名字 --by 姓名 --reason 原因；看清单用 --list")
        given = {key: value for key, value in vars(args).items() if key != "list" and value is not None}
        print(carry_out(Order(action, **given)))
    except ContentError as error:
        print(f"没有写：{error}", file=sys.stderr)
        return REFUSED
    except (EditError, ValueError) as error:
        print(error, file=sys.stderr)
        return BAD_CALL
    return DONE


def _with_section(text: str, action: str) -> str:
    """The text with an empty section of that name, when it has none."""
    if any(line.startswith(f"{action}:") for line in text.splitlines()):
        return text
    return text.rstrip("\n") + f"\n{action}: {{}}\n"


def _write(path: Path, before: str, after: str) -> None:
    """Check what would be written, then write it in one step. ContentError leaves the file as it was."""
    draft = path.with_name(f".{path.name}.new")
    try:
        draft.write_text(after, encoding="utf-8")
        load_live(draft, Guard.load(), path.name)
    finally:
        draft.unlink(missing_ok=True)
    if not path.exists():
        path.write_text(before, encoding="utf-8")
    save(path, before, after)


def _entry(order: Order, institution: Institution) -> dict[str, object]:
    """What the section holds besides who, when and why. ValueError says what is missing."""
    if order.action == "freeze":
        return {}
    if order.action == "notice":
        if not order.text:
            raise ValueError("公告要写要说的话（--text）。")
        topics = [topic.strip() for topic in order.topics.replace("，", ",").split(",") if topic.strip()]
        labels = {*load_content(Path.cwd()).labels, *CATEGORIES} if topics else set()
        for topic in topics:
            if topic not in labels:
                near = difflib.get_close_matches(topic, labels, n=3)
                raise ValueError(f"没有「{topic}」这个话题或类别。" + (f"是不是 {'、'.join(near)}？" if near else ""))
        return {"text": order.text, **({"topics": topics} if topics else {}), **({"until": _day(order.until)} if order.until else {})}
    content = load_content(Path.cwd())  # under the paths that the desk has read already
    if order.name in NEVER:
        raise ValueError(f"{order.name} 是下架以后顶上来的话，不能再下架或替换。")
    known = [*content.responses, *(load_products(approved=False) if order.action == "withdraw" else ())]
    if order.name not in known:
        near = difflib.get_close_matches(order.name, known, n=3)
        raise ValueError(f"没有叫「{order.name}」的回答{'或产品页' if order.action == 'withdraw' else ''}。" + (f"是不是 {'、'.join(near)}？" if near else ""))
    return {} if order.action == "withdraw" else _replacement(order, content, institution)


def _replacement(order: Order, content: Content, institution: Institution) -> dict[str, object]:
    for key, what in (("text", "要说的话"), ("author", "作者"), ("role", "批准人的岗位"), ("until", "批准到哪一天")):
        if not getattr(order, key):
            raise ValueError(f"替换要有自己的批准：补上{what}（--{key}）。")
    meta = content.responses[order.name][0].metadata
    disclosures = [str(ident) for ident in meta.get("disclosures") or []]
    today, until = institution.today(), date.fromisoformat(_day(order.until))
    given: list[Approval | None] = [Approval.of(r.metadata.get("approval")) for r in content.variations()]
    given += [p.approval for p in load_products(approved=False).values()]
    given += [r.approval for r in _state().replaced.values()]
    sha256 = digest(order.text, (), disclosures)
    approval = Approval(f"A-{next_id(given):04d}", order.by, order.role, today, until, sha256, order.second)
    reason = wrong(approval, sha256, order.author, today, needs_two_response(institution.four_eyes, str(meta.get("category") or "none")))
    if reason:
        raise ValueError(f"{REASONS[reason]}（作者 {order.author}，批准人 {order.by}）。")
    return {"text": order.text, "disclosures": disclosures, "author": order.author, "approval": approval.entry()}


def _state() -> Live:
    return load_live(live_path()) if live_path().exists() else Live()


def _day(text: str) -> str:
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError:
        raise ValueError(f"日期 {text!r} 看不懂（--until）；写 2026-12-31 这样的日期。") from None


def _list(path: Path) -> int:
    """Everything that is in force, whichever of the four commands was asked: who, when, why."""
    data = read(path).data if path.exists() else None
    lines = [f"{DID[section]} {name}：{entry.get('reason')}（{entry.get('by')}，{entry.get('at')}）"
             for section in DID for name, entry in ((data or {}).get(section) or {}).items()]
    print("\n".join(lines) or "没有下架、公告、替换，产品照常讲。")
    return DONE
