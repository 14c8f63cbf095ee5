"""The command `mascot report` without `audit`."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path

from persona.compliance.rules import RuleError
from persona.errors import ContentError
from persona.morning.facts import gather
from persona.morning.show import as_text, page

DONE, BAD_CALL = 0, 2
MOST_DAYS = 366


def main(argv: Sequence[str]) -> int:
    """Run the command; exit 0 made, 2 bad call or a project that cannot be read."""
    ap = argparse.ArgumentParser(
        prog="mascot report", description="早会的一页：客户问了什么、没答上什么、拒了什么、工单、到期、批准、内容有多少。审计另看 mascot report audit。")
    ap.add_argument("--days", type=int, default=7, help="看几天，今天算一天（默认 7）")
    ap.add_argument("--html", metavar="文件", help="写成一个网页文件，能发给别人看")
    ap.add_argument("--json", action="store_true", help="输出 JSON")
    args = ap.parse_args(argv)
    root = Path.cwd()
    if not 1 <= args.days <= MOST_DAYS:
        print(f"--days 写 1 到 {MOST_DAYS}。", file=sys.stderr)
        return BAD_CALL
    if not (root / "data").is_dir():
        print("这里没有 data 文件夹；请在项目文件夹里运行。", file=sys.stderr)
        return BAD_CALL
    try:
        morning = gather(root, args.days)
        if args.html:
            Path(args.html).write_text(page(morning), encoding="utf-8")
    except (ContentError, RuleError) as broken:
        print(broken, file=sys.stderr)
        return BAD_CALL
    except OSError as problem:
        print(f"写不了 {args.html}：{problem.strerror}", file=sys.stderr)
        return BAD_CALL
    if args.json:
        print(json.dumps(morning.as_dict(), ensure_ascii=False))
    else:
        print(f"写好了：{args.html}" if args.html else as_text(morning))
    return DONE
