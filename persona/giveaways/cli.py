"""`mascot giveaway`: what staff do with a give-away, and what anyone can check afterwards."""

from __future__ import annotations

import argparse
import csv
import json
import sys
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from persona.errors import ContentError
from persona.giveaways.draw import verify
from persona.giveaways.sheet import Giveaway, load_giveaways, rules_digest
from persona.institution import load_institution

if TYPE_CHECKING:
    from persona.giveaways.entries import Entries

OK, NOT_SO, BAD_CALL = 0, 1, 2
STATES = {"unapproved": "未获批准", "early": "未开始", "open": "报名中", "waiting": "等开奖", "due": "开奖和兑奖", "over": "已结束"}
REFUSALS = {
    "closed": "还没到时候：截止以后才能 close，close 以后、到了开奖时间才能 draw。",
    "changed": "规则和第一个人报名时不一样，不能开奖；先把活动单改回去。",
    "already": "已经用别的数值开过奖了，结果不能改。",
}


def _parser() -> argparse.ArgumentParser:
    ap = argparse.ArgumentParser(prog="mascot giveaway", description="抽奖：看、导出、截止、开奖、核对。")
    what = ap.add_subparsers(dest="what", required=True, metavar="命令")
    what.add_parser("list", help="列出每次抽奖、状态和报名人数")
    for name, told in (("show", "规则、指纹、报名人数"), ("export", "导出报名名单（CSV）"), ("close", "截止：固定名单，给出名单指纹"), ("draw", "开奖")):
        sub = what.add_parser(name, help=told)
        sub.add_argument("id", help="活动单的 id")
        if name != "show":
            sub.add_argument("--out", help="写到文件（默认打印出来）")
        if name == "draw":
            sub.add_argument("--seed", required=True, help="活动单点名的公开数值，照公布的写")
    sub = what.add_parser("verify", help="用公布的结果重算一遍，谁都能跑")
    sub.add_argument("file", help="公布的结果（JSON）")
    sub.add_argument("--list-sha256", help="截止时公布的名单指纹")
    sub.add_argument("--sheet", help="公布过的活动单（YAML），核对规则没变")
    return ap


def _entries(sheets: dict[str, Giveaway]) -> Entries:
    from persona.compliance.audit import project_log
    from persona.database import engine
    from persona.giveaways.entries import Entries

    return Entries(engine(), sheets, project_log(load_institution()).append)


def _write(text: str, out: str | None) -> None:
    if out:
        Path(out).write_text(text, encoding="utf-8")
        print(f"写好了：{out}")
    else:
        print(text, end="")


def _json(data: dict[str, Any]) -> str:
    return json.dumps(data, ensure_ascii=False, indent=1) + "\n"


def _list(sheets: dict[str, Giveaway], now: datetime) -> int:
    entries = _entries(sheets)
    for sheet in sheets.values():
        mark = "  规则被改过，报名停了" if entries.changed(sheet) else ""
        print(f"{sheet.id}  {sheet.title}  {STATES[sheet.state(now)]}  报名 {entries.count(sheet.id)} 人{mark}")
    return OK


def _show(sheet: Giveaway, args: argparse.Namespace, sheets: dict[str, Giveaway], now: datetime) -> int:
    entries = _entries(sheets)
    for key, value in sheet.values(load_institution()).items():
        print(f"{key}: {value}")
    print(f"状态：{STATES[sheet.state(now)]}\n报名：{entries.count(sheet.id)} 人\n规则指纹：{sheet.digest()}")
    if entries.changed(sheet):
        print("规则和第一个人报名时不一样，报名停了；改回去。")
        return NOT_SO
    return OK


def _export(sheet: Giveaway, args: argparse.Namespace, sheets: dict[str, Giveaway], now: datetime) -> int:
    """Numbers, times, prizes, and the keyed hash by which the bank's own form recognises a winner."""
    entries = _entries(sheets)
    published = entries.published(sheet.id)
    won = {row["number"]: row["prize"] for row in published["winners"]} if published else {}
    rows = [(e.number, e.entered_at, won.get(e.number, ""), e.person) for e in entries.entries(sheet)]
    with open(args.out, "w", encoding="utf-8-sig", newline="") if args.out else _Out() as stream:
        writer = csv.writer(stream)
        writer.writerow(("编号", "报名时间", "奖品", "客户标识的密钥哈希"))
        writer.writerows(rows)
    if args.out:
        print(f"写好了：{args.out}（{len(rows)} 人）")
    return OK


class _Out:
    """Standard output as a context manager that does not close it."""

    def __enter__(self) -> Any:
        return sys.stdout

    def __exit__(self, *details: object) -> None:
        sys.stdout.flush()


def _close(sheet: Giveaway, args: argparse.Namespace, sheets: dict[str, Giveaway], now: datetime) -> int:
    _write(_json(_entries(sheets).close(sheet, now)), args.out)
    return OK


def _draw(sheet: Giveaway, args: argparse.Namespace, sheets: dict[str, Giveaway], now: datetime) -> int:
    if not args.seed.strip():
        print("--seed 是空的；照活动单点名的公开数值写。", file=sys.stderr)
        return BAD_CALL
    _write(_json(_entries(sheets).draw(sheet, args.seed, now)), args.out)
    return OK


def _verify(args: argparse.Namespace) -> int:
    try:
        published = json.loads(Path(args.file).read_text(encoding="utf-8"))
        if not isinstance(published, dict):
            raise ValueError("应当是一个 JSON 对象")
        wrong = verify(published)
        if args.list_sha256 and published.get("list_sha256") != args.list_sha256.strip():
            wrong.append("名单指纹不是截止时公布的那一个")
        if args.sheet:
            from persona.giveaways.sheet import load_giveaway

            if rules_digest(load_giveaway(args.sheet).rules()) != published.get("rules_sha256"):
                wrong.append("规则和活动单不一样")
    except (OSError, ValueError) as problem:
        print(f"{args.file} 读不懂：{problem}", file=sys.stderr)
        return BAD_CALL
    for line in wrong:
        print(f"不对：{line}")
    if not wrong:
        print(f"对得上：{len(published['numbers'])} 个编号，用「{published['seed']}」算出 {len(published['winners'])} 个中奖编号，和公布的一样。")
    return NOT_SO if wrong else OK


_RUN: dict[str, Callable[[Giveaway, argparse.Namespace, dict[str, Giveaway], datetime], int]] = {
    "show": _show, "export": _export, "close": _close, "draw": _draw,
}


def main(argv: Sequence[str]) -> int:
    """Run the command; exit 0 done, 1 it does not hold or not now, 2 bad call."""
    args = _parser().parse_args(argv)
    if args.what == "verify":
        return _verify(args)
    try:
        sheets = load_giveaways()
    except ContentError as problem:
        print(problem, file=sys.stderr)
        return NOT_SO
    now = load_institution().now().replace(tzinfo=None)
    if args.what == "list":
        return _list(sheets, now)
    if args.id not in sheets:
        print(f"没有「{args.id}」这次抽奖；有：{'、'.join(sheets)}", file=sys.stderr)
        return BAD_CALL
    from persona.giveaways.entries import Refused

    try:
        return _RUN[args.what](sheets[args.id], args, sheets, now)
    except Refused as refusal:
        print(REFUSALS[refusal.reason], file=sys.stderr)
        return NOT_SO
