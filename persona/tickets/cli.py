"""`mascot tickets`: the desk in a terminal, on the same store and through the same review as the REST desk."""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Sequence
from typing import Any

from persona.tickets.model import CLOSED, STATES, WAITING, WITH_STAFF, Line, Ticket

STATE = {WAITING: "排队", WITH_STAFF: "人工接手", CLOSED: "已办结"}
REASON = {"handoff": "找人工", "message": "留言", "complain": "投诉", "missold": "卖错产品", "callback": "同意回电"}
URGENCY = {"critical": "危急", "urgent": "紧急", "normal": "普通"}
_SPEAKER = {"customer": "客户", "bot": "机器人", "staff": "人工"}
BAD_CALL = 2


def _parser() -> argparse.ArgumentParser:
    ap = argparse.ArgumentParser(prog="mascot tickets", description="看工单、接手、答复、办结（和 REST 工作台同一套规矩）。")
    ap.add_argument("--json", action="store_true", help="输出 JSON")
    commands = ap.add_subparsers(dest="command")
    listing = commands.add_parser("list", help="列出工单，先急后缓、先来后到")
    listing.add_argument("--state", choices=STATES)
    for name, what in (("show", "看一张工单和对话"), ("take", "接手"), ("say", "写给客户"), ("close", "办结")):
        one = commands.add_parser(name, help=what)
        one.add_argument("number", help="编号，如 T20261122-0031")
        if name == "take":
            one.add_argument("--name", default=os.environ.get("MASCOT_STAFF_NAME", ""), help="姓名（或环境变量 MASCOT_STAFF_NAME）")
            one.add_argument("--id", default=os.environ.get("MASCOT_STAFF_ID", ""), help="工号（或环境变量 MASCOT_STAFF_ID）")
        elif name == "say":
            one.add_argument("text", help="要说的话")
            one.add_argument("--force", default="", metavar="理由", help="审查有意见仍要发，写明理由，记入审计")
        elif name == "close":
            one.add_argument("--note", default="", help="办结说明，客户看不到")
    for command in commands.choices.values():
        command.add_argument("--json", action="store_true", default=argparse.SUPPRESS, help="输出 JSON")
    return ap


def main(argv: Sequence[str] | None = None) -> int:
    """Exit 0 done, 1 refused or impossible, 2 bad call."""
    ap = _parser()
    args = ap.parse_args(argv)
    from sqlalchemy.exc import SQLAlchemyError

    from persona.compliance import Guard
    from persona.compliance.audit import project_log
    from persona.institution import load_institution
    from persona.tickets.desk import Desk, DeskError, show
    from persona.tickets.store import UnknownTicketError, store

    try:
        bank = load_institution()
        if args.command in (None, "list"):
            tickets = store().queue(getattr(args, "state", None))
            _print([t.as_dict() for t in tickets] if args.json else "\n".join(map(_row, tickets)) or "没有工单。", args.json)
            return 0
        if args.command != "show":
            desk = Desk(Guard.load(), project_log(bank).append, bank)
            if args.command == "take":
                desk.take(args.number, args.name, args.id)
            elif args.command == "close":
                desk.close(args.number, args.note)
            else:
                desk.say(args.number, args.text, args.force)
        ticket, lines = store().get(args.number), store().transcript(args.number)
        _print(show(ticket, lines, bank.now()) if args.json else _page(ticket, lines), args.json)
    except DeskError as problem:
        if args.json:
            _print({"error": problem.code, "message": problem.message, "findings": [f.as_dict() for f in problem.findings]}, True)
        print(problem.message, *(f"  「{f.text}」{f.message}改法：{f.fix}" for f in problem.findings), sep="\n", file=sys.stderr)
        return 1
    except UnknownTicketError as problem:
        print(f"没有工单 {problem.args[0]}。", file=sys.stderr)
        return 1
    except SQLAlchemyError as problem:
        print(f"工单库连不上：{type(problem).__name__}。看 endpoints.yml 的 tracker_store 或环境变量 MASCOT_DB。", file=sys.stderr)
        return BAD_CALL
    return 0


def _print(data: Any, as_json: bool) -> None:
    print(json.dumps(data, ensure_ascii=False) if as_json else data)


def _row(ticket: Ticket) -> str:
    who = f"  {ticket.staff}（{ticket.staff_id}）" if ticket.staff else ""
    return (
        f"{ticket.number}  {URGENCY[ticket.urgency]}  {STATE[ticket.state]}  {REASON[ticket.reason]}"
        f"  {ticket.due:%m-%d %H:%M} 前答复{who}"
    )


def _page(ticket: Ticket, lines: Sequence[Line]) -> str:
    said = [_row(ticket)]
    for line in lines:
        who = line.name or _SPEAKER[line.speaker]
        text = {"joined": "（接手）", "closed": "（办结）"}.get(line.kind, line.text)
        said.append(f"  {line.at:%H:%M} {who}：{text}" + ("" if line.delivered else "（客户还没看到）"))
    return "\n".join([*said, *([f"  说明：{ticket.note}"] if ticket.note else [])])
