"""The commands `mascot export --csv` and `mascot import`."""

from __future__ import annotations

import argparse
import difflib
import sys
from collections.abc import Sequence
from pathlib import Path

from persona.content import load_content
from persona.institution import load_institution
from persona.labels import Labels
from persona.sheets import check
from persona.sheets.plan import Change, Plan, plan
from persona.sheets.rows import exported
from persona.sheets.table import CellProblem, read_table, written
from persona.yamledit import EditError, save

DONE, FOUND, BAD_CALL = 0, 1, 2


def export_main(argv: Sequence[str]) -> int:
    """Run `mascot export`; exit 0 written, 2 bad call."""
    ap = argparse.ArgumentParser(prog="mascot export", description="把全部回答导成一张表：一条说法一行，Excel 和 WPS 直接打开。")
    ap.add_argument("--csv", nargs="?", const="-", required=True, metavar="文件", help="写进这个文件；不写文件名就打印出来")
    ap.add_argument("--only", default="", metavar="开头", help="只导名字这样开头的，例如 faq/ 或 scam/")
    args = ap.parse_args(argv)
    if not _in_project():
        return BAD_CALL
    rows = list(exported(load_content(Path.cwd()), Labels.load(), args.only))
    if not rows:
        print(f"没有名字以「{args.only}」开头的回答。", file=sys.stderr)
        return BAD_CALL
    sheet = written(rows)
    if args.csv == "-":
        sys.stdout.buffer.write(sheet.encode("utf-8"))
        sys.stdout.buffer.flush()
        return DONE
    try:
        Path(args.csv).write_bytes(sheet.encode("utf-8"))
    except OSError as problem:
        print(f"{args.csv} 写不进去（{problem.strerror}）；在 Excel 里开着的话先关掉。", file=sys.stderr)
        return BAD_CALL
    print(f"写好了：{args.csv}，{len(rows)} 行。改完运行 mascot import {args.csv} --dry-run。")
    return DONE


def import_main(argv: Sequence[str]) -> int:
    """Run `mascot import`; exit 0 clean, 1 findings (nothing written, or drafts that need work), 2 bad call."""
    ap = argparse.ArgumentParser(prog="mascot import", description="把编辑的表收进项目：改过的回答写回原文件，新话题写成草稿。有一格不对，就一个字也不写。")
    ap.add_argument("file", help="CSV 文件，UTF-8 或 GBK")
    ap.add_argument("--dry-run", action="store_true", help="只看会改什么，不写")
    args = ap.parse_args(argv)
    if not _in_project():
        return BAD_CALL
    try:
        raw = Path(args.file).read_bytes()
    except OSError as problem:
        print(f"{args.file} 打不开（{problem.strerror}）。", file=sys.stderr)
        return BAD_CALL
    root = Path.cwd()
    made = plan(root, read_table(raw), load_institution().today())
    drafted: list[CellProblem] = []
    if not made.problems:
        wrong, drafted, notes = check.found(root, made)
        made.problems += wrong
        made.notes += notes
    if made.problems:
        _tell(made.problems)
        _tell(made.notes)
        print(f"{len(made.problems)} 处要改，什么都没有写。")
        return FOUND
    if args.dry_run:
        for change in made.altered:
            print(_diff(change))
    _tell(drafted)
    _tell(made.notes)
    if not made.altered:
        print("和现在一样，没有要改的。")
        return DONE
    if args.dry_run:
        print(f"以上是会改的 {_counted(made)}；没有写。去掉 --dry-run 才写。")
        return FOUND if drafted else DONE
    try:
        write(made)
    except (EditError, OSError) as problem:
        print(f"没有写成，已经恢复原样：{problem}", file=sys.stderr)
        return BAD_CALL
    print(f"写好了：{_counted(made)}。")
    for change in made.altered:
        print(f"  {change.shown}")
    if made.drafts:
        print("草稿改完，照 mascot new 的办法搬进项目（编辑手册「新建一条」）；中文名写进 persona/labels.yml。")
    if any(change.before != change.after for change in made.changes.values()):
        print("接下来：mascot lint，mascot train。")
    return FOUND if drafted else DONE


def write(made: Plan) -> None:
    """Write every file of the plan; when one cannot be written, those already written are put back."""
    done: list[Change] = []
    for change in made.altered:
        if change.before is not None and change.file.read_text(encoding="utf-8") != change.before:
            raise EditError(f"{change.shown} 刚被别人改过；再运行一次。")
        if change.before is None and change.file.exists():
            raise EditError(f"{change.shown} 刚被别人写了；再运行一次。")
    try:
        for change in made.altered:
            change.file.parent.mkdir(parents=True, exist_ok=True)
            if change.before is None:
                change.file.touch(exist_ok=False)
            done.append(change)
            save(change.file, change.before or "", change.after)
    except (EditError, OSError):
        for change in reversed(done):
            if change.before is None:
                change.file.unlink(missing_ok=True)
            else:
                change.file.write_text(change.before, encoding="utf-8")
        raise


def _in_project() -> bool:
    if (Path.cwd() / "data").is_dir():
        return True
    print("这里没有 data 文件夹；请在项目文件夹里运行。", file=sys.stderr)
    return False


def _tell(problems: Sequence[CellProblem]) -> None:
    for problem in problems:
        print(problem)


def _counted(made: Plan) -> str:
    changed = sum(change.before != change.after for change in made.changes.values())
    told = [f"{changed} 个文件"] if changed else []
    return "、".join([*told, *([f"{len(made.drafts)} 份草稿"] if made.drafts else [])])


def _diff(change: Change) -> str:
    old = (change.before or "").splitlines()
    lines = difflib.unified_diff(old, change.after.splitlines(), f"a/{change.shown}" if change.before is not None else "/dev/null", f"b/{change.shown}", lineterm="", n=1)
    return "\n".join(lines)
