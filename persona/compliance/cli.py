"""`mascot review` and `mascot rules`."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable
from datetime import datetime
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
    if decision.allowed:
        print("通过：没有查出问题。")
    else:
        print(f"不通过：{len(decision.findings)} 处。")
    for number, finding in enumerate(decision.findings, 1):
        where = f"第 {finding.start + 1}—{finding.end} 字「{finding.text[:30]}」" if finding.text else "整条"
        print(f"{number}. [{finding.rule}] {where}\n   {finding.message}\n   依据：{finding.law}\n   怎么改：{finding.fix}")
        if finding.rewrite:
            print(f"   可以写成：{finding.rewrite}")
    for name in decision.missing:
        print(f"还缺 {name}：{guard.disclosures[name]['text']}")
    for question in questions_for(guard, decision) if speaker == "copy" else ():
        print(f"要人判断：{question}")
    print(closing(decision, datetime.now().date()))


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


def _explain(path: Path) -> None:
    rule = yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
    law = rule["law"]
    article = law.get("article", "") if law["evidence"] == "verbatim" else ""
    print(f"{rule['id']}  {rule['title']}")
    print(f"依据：{law['name']}{article}（{law['effective_from']} 起；{_EVIDENCE[law['evidence']]}；{law.get('source', '')}）")
    print(f"为什么：{rule['explain']}\n怎么改：{rule['fix']}")
    if rule.get("rewrite"):
        print(f"可以写成：{rule['rewrite']}")
    for key, values in (rule.get("applies") or {}).items():
        print(f"适用 {key}：{'、'.join(values)}")
    for question in rule.get("manual") or []:
        print(f"要人判断：{question}")
    for side, name in (("refuse", "不能说"), ("allow", "可以说")):
        print(f"{name}：")
        for one in rule["examples"][side]:
            if isinstance(one, str):
                print(f"  - {one}")
            else:
                known = "，".join(f"{key}={value}" for key, value in one.items() if key != "text")
                print(f"  - {one['text']}（{known}）")
    print(f"文件：{path}")


def rules_main(argv: list[str]) -> int:
    """List the rules, or explain one."""
    parser = _Parser(prog="mascot rules", description="列出规则；给编号就讲一条。")
    parser.add_argument("id", nargs="?", metavar="ID", help="规则编号，如 NM-15")
    parser.add_argument("--json", action="store_true", help="输出 JSON")
    return _with_guard(parser, argv, _rules)


def _rules(args: argparse.Namespace, guard: Guard) -> int:
    if args.id:
        names = {rule.id.lower(): rule.id for rule in guard.rules}
        if args.id.lower() not in names:
            print(f"没有编号为 {args.id} 的规则；运行 mascot rules 看全部。", file=sys.stderr)
            return 2
        path = current(HERE) / "rules" / f"{names[args.id.lower()]}.yml"
        if args.json:
            print(json.dumps(yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader), ensure_ascii=False, default=str))
        else:
            _explain(path)
        return 0
    if args.json:
        altered = [{"id": one.id, "how": one.how, "reason": one.reason, "by": one.by} for one in changes()]
        print(json.dumps({"ruleset": guard.ruleset, "changed": altered, "rules": [{"id": r.id, "title": r.title, "law": r.law, "kind": r.kind, "reason": r.reason} for r in guard.rules]}, ensure_ascii=False))
        return 0
    for rule in guard.rules:
        print(f"{rule.id:8} {rule.title}  〔{rule.law}〕")
    for change in changes():
        print(f"mascot.yml：{change}")
    print(f"共 {len(guard.rules)} 条，规则集 {guard.ruleset}。")
    return 0
