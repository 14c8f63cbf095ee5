"""`mascot review` and `mascot rules`."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable
from datetime import datetime
from itertools import groupby
from pathlib import Path
from typing import Any

import yaml

from persona.compliance.copy_review import closing, questions_for
from persona.compliance.guard import Guard
from persona.compliance.model import CATEGORIES, CHANNELS, SCOPES, SPEAKERS, Context, Decision
from persona.compliance.rules import HERE, RuleError
from persona.layers import changes, current


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> Any:
        raise SystemExit(self._bad(message))

    def _bad(self, message: str) -> int:
        print(f"{self.prog}：{message}\n用 --help 看用法。", file=sys.stderr)
        return 2


def _review_parser() -> _Parser:
    parser = _Parser(prog="mascot review", description="审一句话或一批话：能不能说，哪条规则，缺什么披露。")
    parser.add_argument("text", nargs="?", metavar="TEXT", help="要审的话；不写就从标准输入读")
    source = parser.add_mutually_exclusive_group()
    source.add_argument("--file", metavar="F", help="审一个文本文件")
    source.add_argument("--jsonl", metavar="F", help="一行一个 JSON：{\"id\", \"text\", \"channel\"?, \"asked\"?}；- 是标准输入")
    parser.add_argument("--channel", choices=CHANNELS, default="own_web", help="说话的渠道")
    parser.add_argument("--asked", action="append", choices=CATEGORIES, metavar="CATEGORY", help="客户问过的类别，可写多次")
    parser.add_argument("--speaker", choices=SPEAKERS, default="bot", help="谁在说")
    parser.add_argument("--scope", choices=SCOPES, default="full", help="full 全查；wording 只查说法，不查披露")
    parser.add_argument("--json", action="store_true", help="输出 JSON")
    return parser


def _context(channel: str, asked: Any, speaker: str) -> Context:
    if isinstance(asked, str):
        asked = [asked]
    return Context(channel=channel, asked=frozenset(map(str, asked)) if isinstance(asked, list) else None, speaker=speaker)


def _print(decision: Decision, guard: Guard, speaker: str) -> None:
    # a second opinion on words that a rule has struck out already says nothing new
    first = [f for f in decision.findings if not f.rule.startswith("SO-")]
    told = [f for f in decision.findings if f in first or not any(f.start < one.end and one.start < f.end for one in first)]
    if decision.allowed:
        print("通过：没有查出问题。")
    else:
        print(f"不通过：{len(told)} 处。")
    for number, finding in enumerate(told, 1):
        where = f"第 {finding.start + 1}—{finding.end} 字「{finding.text[:30]}」" if finding.text else "整条"
        print(f"{number}. [{finding.rule}] {where}\n   {finding.message}\n   依据：{finding.law}\n   怎么改：{finding.fix}")
        if finding.rewrite:
            print(f"   可以写成：{finding.rewrite}")
    for name in decision.missing:
        print(f"还缺 {name}：{guard.disclosures[name]['text']}")
    for question in questions_for(guard, decision) if speaker == "copy" else ():
        print(f"要人判断：{question}")
    print(closing(decision.ruleset, datetime.now().date()))


def _jsonl(path: str, guard: Guard, args: argparse.Namespace) -> int:
    try:
        data = sys.stdin.buffer.read() if path == "-" else Path(path).read_bytes()
    except OSError as error:
        print(f"读不了 {path}：{error.strerror}", file=sys.stderr)
        return 2
    status = 0
    for number, raw in enumerate(data.split(b"\n"), 1):
        if not raw.strip():
            continue
        row: Any = None
        try:
            row = json.loads(raw.decode("utf-8-sig"))
            if not isinstance(row, dict) or not isinstance(row.get("text"), str):
                raise ValueError("要有 text，且是文字")
            context = _context(row.get("channel") or args.channel, row.get("asked") or args.asked, row.get("speaker") or args.speaker)
            out = {"id": row.get("id"), **guard.review(row["text"], context, args.scope).as_dict()}
        except ValueError as error:
            status = 2
            print(f"{path}:{number} {error}", file=sys.stderr)
            out = {"id": row.get("id") if isinstance(row, dict) else None, **guard.review(None, None, args.scope).as_dict()}  # type: ignore[arg-type]
        print(json.dumps(out, ensure_ascii=False))
    return status


def _with_guard(parser: _Parser, argv: list[str], run: Callable[[argparse.Namespace, Guard], int]) -> int:
    """Run a command on the loaded rules; 2 for a bad call or a broken rule set."""
    try:
        args = parser.parse_args(argv)
        return run(args, Guard.load())
    except SystemExit as stop:
        return int(stop.code or 0)
    except RuleError as error:
        print(error, file=sys.stderr)
        return 2


def review_main(argv: list[str]) -> int:
    """0 allow, 1 refuse, 2 bad input; with --jsonl 0 when every line was read."""
    return _with_guard(_review_parser(), argv, _review)


def _review(args: argparse.Namespace, guard: Guard) -> int:
    if args.jsonl:
        if args.text is not None:
            print("mascot review：--jsonl 和 TEXT 只能写一个", file=sys.stderr)
            return 2
        return _jsonl(args.jsonl, guard, args)
    try:
        if args.file:
            text = Path(args.file).read_text(encoding="utf-8-sig")
        else:
            text = args.text if args.text is not None else sys.stdin.read()
    except (OSError, UnicodeDecodeError) as error:
        print(f"读不了 {args.file or '标准输入'}：{error}", file=sys.stderr)
        return 2
    if not text.strip():
        print("mascot review：没有要审的文字", file=sys.stderr)
        return 2
    decision = guard.review(text, _context(args.channel, args.asked, args.speaker), args.scope)
    if args.json:
        print(json.dumps({"id": None, **decision.as_dict()}, ensure_ascii=False))
    else:
        _print(decision, guard, args.speaker)
    return 0 if decision.allowed else 1


_EVIDENCE = {"verbatim": "条文原文", "digest": "摘要，条号待核", "unverified": "待核，不对客引用"}
_LAWS = {
    "NM": "网络营销", "AD": "广告", "WM": "理财", "FD": "基金", "IN": "保险", "LN": "贷款", "CC": "信用卡", "DP": "存款",
    "PP": "个人养老金", "GD": "贵金属", "SD": "结构性存款", "PY": "支付", "SU": "适当性", "CP": "消费者权益", "PI": "个人信息",
    "AF": "反诈与非法中介", "AI": "人工智能标识", "MI": "未成年人", "GA": "有奖活动", "SO": "第二意见",
}
_WHERE = {"speakers": "谁说的话", "categories": "哪类产品", "depths": "谈到多深", "channels": "哪个渠道", "except_tones": "这些语气不查"}
_WORDS = {
    "bot": "机器人", "staff": "员工", "campaign": "活动推送", "copy": "文案稿", "mention": "提到", "explain": "讲解", "offer": "推介",
    "own_web": "本行网页", "own_app": "本行APP", "platform_account": "平台账号", "public_comment": "评论区", "demo": "演示",
    "playful": "玩笑", "warm": "亲切", "plain": "平实", "urgent": "急事", "deposit": "存款", "loan": "贷款", "card": "信用卡",
    "wealth": "理财", "fund": "基金", "insurance": "保险", "pension": "个人养老金", "gold": "贵金属", "structured": "结构性存款",
    "payment": "支付", "asked": "客户问过", "lock": "会话状态", "channel": "渠道", "speaker": "说话的人", "tone": "语气",
    "none": "平常", "soft": "难处中", "hard": "急难中", "consent": "同意过营销", "opted_out": "说过别推销", "minor": "未成年",
    "flow": "正在办", "template": "活动规则",
}


def _said(value: Any) -> str:
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, list):
        return "、".join(map(_said, value)) or "没有"
    return _WORDS.get(str(value), str(value))


def _explain(path: Path, guard: Guard) -> None:
    rule = yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
    law = rule["law"]
    article = law.get("article", "") if law["evidence"] == "verbatim" else ""
    print(f"{rule['id']}  {rule['title']}")
    print(f"依据：《{law['name']}》{article}" if "《" not in law["name"] and "〔" not in law["name"] else f"依据：{law['name']}{article}")
    print(f"施行：{law['effective_from']}；证据：{_EVIDENCE[law['evidence']]}；出处：{law.get('source', '没有写')}")
    print(f"为什么：{rule['explain']}\n怎么改：{rule['fix']}")
    if rule.get("rewrite"):
        print(f"可以写成：{rule['rewrite']}")
    for name in rule["detect"].get("need") or []:
        print(f"要有的披露 {name}：{guard.disclosures[name]['text']}")
    for key, values in (rule.get("applies") or {}).items():
        print(f"{_WHERE.get(key, key)}：{_said(values)}")
    for question in rule.get("manual") or []:
        print(f"要人判断：{question}")
    for side, name in (("refuse", "不能说"), ("allow", "可以说")):
        print(f"{name}：")
        for one in rule["examples"][side]:
            if isinstance(one, str):
                print(f"  - {one}")
            else:
                known = "，".join(f"{_said(key)}：{_said(value)}" for key, value in one.items() if key != "text")
                print(f"  - {one['text']}（{known}）")
    print(f"文件：{path}")
    print(closing(guard.ruleset, datetime.now().date()))


def rules_main(argv: list[str]) -> int:
    """List the rules, or explain one."""
    parser = _Parser(prog="mascot rules", description="列出规则；给编号就讲一条。")
    parser.add_argument("id", nargs="?", metavar="ID", help="规则编号，如 NM-15")
    parser.add_argument("--json", action="store_true", help="输出 JSON")
    return _with_guard(parser, argv, _rules)


def _rules(args: argparse.Namespace, guard: Guard) -> int:
    if args.id:
        names = {_bare(rule.id): rule.id for rule in guard.rules}
        if _bare(args.id) not in names:
            print(f"没有编号为 {args.id} 的规则；运行 mascot rules 看全部。", file=sys.stderr)
            return 2
        path = current(HERE) / "rules" / f"{names[_bare(args.id)]}.yml"
        if args.json:
            print(json.dumps(yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader), ensure_ascii=False, default=str))
        else:
            _explain(path, guard)
        return 0
    if args.json:
        altered = [{"id": one.id, "how": one.how, "reason": one.reason, "by": one.by} for one in changes()]
        print(json.dumps({"ruleset": guard.ruleset, "changed": altered, "rules": [{"id": r.id, "title": r.title, "law": r.law, "kind": r.kind, "reason": r.reason} for r in guard.rules]}, ensure_ascii=False))
        return 0
    for prefix, rules in groupby(guard.rules, lambda rule: rule.id[:2]):
        print(f"{_LAWS.get(prefix, prefix)}")
        for rule in rules:
            print(f"  {rule.id:8} {rule.title}  〔{rule.law}〕")
    for change in changes():
        print(f"mascot.yml：{change}")
    print(f"共 {len(guard.rules)} 条；讲一条：mascot rules NM-15。机器判断不了的事由谁定，见 docs/compliance.md。")
    print(closing(guard.ruleset, datetime.now().date()))
    return 0


def _bare(name: str) -> str:
    """NM-15, nm-15, nm15: the same rule."""
    return name.lower().replace("-", "")
