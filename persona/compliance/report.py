"""`mascot report audit`: what was refused and why, as a table, as JSON, as one HTML page; and whether the chain holds."""

from __future__ import annotations

import argparse
import html
import json
import os
import re
import sys
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta, tzinfo
from pathlib import Path
from typing import Any

from persona.compliance.audit import AUDIT_PATH, DEFAULT_PATH, read, verify
from persona.compliance.guard import Guard
from persona.compliance.secrets import mask
from persona.institution import load_institution

EXAMPLES = 3
EXAMPLE_CHARS = 60
KINDS = {
    "refusal": "拒绝", "message": "讲解、推介、紧急、慎重的回答", "ai_notice": "AI 身份提示", "review": "审稿",
    "opt_out": "不再推销", "opt_in": "恢复介绍", "consent_given": "同意营销", "consent_ended": "同意结束",
    "approval": "批准", "withdraw": "下架、恢复", "notice": "公告", "replace": "替换", "freeze": "暂停产品", "live": "新的 live.yml 生效",
    "history_deleted": "客户删除聊天记录", "callback": "登记回电", "callback_withdrawn": "撤回回电", "handover_withdrawn": "撤回留言", "chitchat": "其他回答（只计数）",
}
_DAYS = re.compile(r"(\d{1,5})d")


@dataclass
class Row:
    """One rule: how often it refused, whom, where and when."""

    rule: str
    title: str
    law: str
    count: int = 0
    examples: list[str] = field(default_factory=list)
    mascots: Counter[str] = field(default_factory=Counter)
    channels: Counter[str] = field(default_factory=Counter)
    days: Counter[str] = field(default_factory=Counter)


@dataclass
class Report:
    """What the audit says about a span of days."""

    since: date
    until: date
    kinds: Counter[str]
    rows: list[Row]
    problems: list[str]

    def as_dict(self) -> dict[str, Any]:
        """The keys of `--json`."""
        return {
            "since": self.since.isoformat(), "until": self.until.isoformat(), "kinds": dict(self.kinds), "problems": self.problems,
            "rules": [
                {"rule": r.rule, "title": r.title, "law": r.law, "count": r.count, "examples": r.examples,
                 "mascots": dict(r.mascots), "channels": dict(r.channels), "days": dict(sorted(r.days.items()))}
                for r in self.rows
            ],
        }


def first_day(text: str, today: date) -> date:
    """The day `--since` means: `7d` is today and the six days before, else a date. ValueError with what to write."""
    days = _DAYS.fullmatch(text)
    try:
        return today - timedelta(days=max(int(days.group(1)), 1) - 1) if days else date.fromisoformat(text)
    except (ValueError, OverflowError):
        raise ValueError(f"--since：{text!r} 看不懂；写 7d 这样的天数，或 2026-11-01 这样的日期。") from None


def build(lines: Iterable[Mapping[str, Any]], names: Mapping[str, tuple[str, str]], since: date, until: date, zone: tzinfo,
          problems: Sequence[str] = ()) -> Report:
    """Count the lines of the days from `since` to `until`, read in `zone`.

    names (Mapping): rule id -> title, law.  RETURNS (Report): rules by count, the most frequent first.
    """
    kinds: Counter[str] = Counter()
    rows: dict[str, Row] = {}
    for line in lines:
        day = _day(line, zone)
        if day is None or not since <= day <= until:
            continue
        kind = str(line.get("kind"))
        kinds[kind] += int(line["messages"]) if kind == "chitchat" else 1
        if kind != "refusal":
            continue
        for rule in line.get("rules") or ["ERR"]:
            title, law = names.get(rule, ("守门程序出错，按不通过处理" if rule == "ERR" else "现在的规则集里没有这一条", ""))
            row = rows.setdefault(rule, Row(rule, title, law))
            row.count += 1
            row.mascots[str(line.get("mascot") or "")] += 1
            row.channels[str(line.get("channel") or "")] += 1
            row.days[day.isoformat()] += 1
            example = _shortened(str(line.get("text") or ""))
            if example and example not in row.examples and len(row.examples) < EXAMPLES:
                row.examples.append(example)
    return Report(since, until, kinds, sorted(rows.values(), key=lambda r: (-r.count, r.rule)), list(problems))


def _day(line: Mapping[str, Any], zone: tzinfo) -> date | None:
    try:
        return datetime.fromisoformat(str(line["time"])).astimezone(zone).date()
    except (KeyError, ValueError):
        return None


def _shortened(text: str) -> str:
    words = " ".join(mask(text)[0].split())
    return words if len(words) <= EXAMPLE_CHARS else words[:EXAMPLE_CHARS] + "…"


def _counts(counter: Counter[str]) -> str:
    return "、".join(f"{name} {number}" for name, number in counter.most_common())


def _by_day(days: Counter[str]) -> str:
    return "、".join(f"{day} {number}" for day, number in sorted(days.items()))


def as_text(report: Report) -> str:
    """The table a person reads in a terminal."""
    out = [f"审计 {report.since} 至 {report.until}"]
    out += [f"  {KINDS.get(kind, kind)}：{number}" for kind, number in report.kinds.most_common()] or ["  没有记录。"]
    out.append("拒绝，按规则：" if report.rows else "没有拒绝。")
    for row in report.rows:
        out.append(f"{row.count:5} 次  {row.rule}  {row.title}" + (f"  〔{row.law}〕" if row.law else ""))
        out.append(f"         形象：{_counts(row.mascots)}；渠道：{_counts(row.channels)}；日期：{_by_day(row.days)}")
        out += [f"         例：{example}" for example in row.examples]
    out += [f"审计链有 {len(report.problems)} 处问题：", *report.problems] if report.problems else ["审计链完好。"]
    return "\n".join(out)


_STYLE = """
body{font:15px/1.6 system-ui,"PingFang SC","Microsoft YaHei","Noto Sans CJK SC",sans-serif;color:#222;max-width:72rem;margin:2rem auto;padding:0 1rem}
h1{font-size:1.4rem}h2{font-size:1.1rem;margin-top:2rem}
table{border-collapse:collapse;width:100%}th,td{border:1px solid #ccc;padding:.4rem .6rem;text-align:left;vertical-align:top}
th{background:#f3f3f3}td.n{text-align:right}td.n,td:first-child{white-space:nowrap}td ul{margin:0;padding-left:1.1rem}small{color:#555}
.bad{color:#a00}@media print{body{margin:0}}
"""


def as_html(report: Report, bank: str, made: datetime) -> str:
    """One page that needs nothing beside it: no script, no outside file."""
    def cell(text: str) -> str:
        return html.escape(text)

    kinds = "".join(f"<tr><td>{cell(KINDS.get(k, k))}</td><td class=n>{n}</td></tr>" for k, n in report.kinds.most_common())
    rows = "".join(
        f"<tr><td>{cell(r.rule)}</td><td>{cell(r.title)}<br><small>{cell(r.law)}</small></td><td class=n>{r.count}</td>"
        f"<td><ul>{''.join(f'<li>{cell(e)}</li>' for e in r.examples)}</ul></td>"
        f"<td>{cell(_counts(r.mascots))}</td><td>{cell(_counts(r.channels))}</td><td>{cell(_by_day(r.days))}</td></tr>"
        for r in report.rows
    )
    chain = "<p>审计链完好。</p>" if not report.problems else (
        "<p class=bad>审计链有问题：</p><ul class=bad>" + "".join(f"<li>{cell(p)}</li>" for p in report.problems) + "</ul>"
    )
    refused = (
        "<table><tr><th>规则</th><th>名称和依据</th><th>次数</th><th>例（已打码）</th><th>形象</th><th>渠道</th><th>日期</th></tr>"
        f"{rows}</table>" if rows else "<p>这几天没有拒绝。</p>"
    )
    return (
        f'<!doctype html><html lang="zh-CN"><head><meta charset="utf-8"><title>审计 {report.since} 至 {report.until}</title>'
        f"<style>{_STYLE}</style></head><body><h1>{cell(bank)} 审计：{report.since} 至 {report.until}</h1>"
        f"<h2>记录</h2><table>{kinds}</table><h2>拒绝了什么、为什么</h2>{refused}<h2>审计链</h2>{chain}"
        f"<p><small>{made:%Y-%m-%d %H:%M} 生成。一条消息犯了几条规则，每条各算一次。机器初筛，不代替合规审批。</small></p></body></html>\n"
    )


def audit_main(argv: Sequence[str]) -> int:
    """0 report made (with --verify: the chain holds), 1 the chain is broken (--verify), 2 bad call."""
    ap = argparse.ArgumentParser(prog="mascot report audit", description="拒了什么、为什么；审计链是否完好。")
    ap.add_argument("--since", default="7d", metavar="7d|日期", help="从哪天起（默认 7d：今天和前六天）")
    ap.add_argument("--html", metavar="FILE", help="写成一个网页文件")
    ap.add_argument("--json", action="store_true", help="输出 JSON")
    ap.add_argument("--verify", action="store_true", help="只查审计链：断了退出码是 1")
    ap.add_argument("--path", default=os.environ.get(AUDIT_PATH, DEFAULT_PATH), help=f"审计文件（默认 {DEFAULT_PATH}）")
    args = ap.parse_args(argv)
    problems = verify(args.path)
    if args.verify:
        print("\n".join(problems) if problems else "审计链完好。")
        return 1 if problems else 0
    bank = load_institution()
    try:
        since = first_day(args.since, bank.today())
    except ValueError as error:
        print(error, file=sys.stderr)
        return 2
    names = {rule.id: (rule.title, rule.law) for rule in Guard.load().rules}
    report = build(read(args.path), names, since, bank.today(), bank.tz, problems)
    if args.html:
        try:
            Path(args.html).write_text(as_html(report, bank.name, bank.now()), encoding="utf-8")
        except OSError as error:
            print(f"写不了 {args.html}：{error.strerror}", file=sys.stderr)
            return 2
    if args.json:
        print(json.dumps(report.as_dict(), ensure_ascii=False))
    elif args.html:
        print(f"写好了：{args.html}")
    else:
        print(as_text(report))
    return 0
