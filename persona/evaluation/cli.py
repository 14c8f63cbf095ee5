"""The command `mascot eval`."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from datetime import date
from pathlib import Path

from persona.evaluation import show
from persona.evaluation.measure import Report, measure
from persona.evaluation.rows import BadRowsError, read_file
from persona.evaluation.run import cross_validate, score
from persona.nlu.archive import ModelMissingError, load_parser, newest
from persona.nlu.parser import public

BAD_CALL = 2


def _arguments(argv: Sequence[str]) -> argparse.Namespace:
    ap = argparse.ArgumentParser(
        prog="mascot eval", description="听懂多少：给带标注的句子打分（用训练好的模型），或者用项目自己的例句交叉验证。"
    )
    ap.add_argument("files", nargs="*", metavar="FILE.jsonl", help='一行一个 {"text", "label"（或 intent、topic）, "also_ok"?}')
    ap.add_argument("--cv", action="store_true", help="交叉验证项目自己的例句（不写文件时默认做这个）")
    ap.add_argument("--folds", type=int, default=3, help="分几折（默认 3，每折训练一次）")
    ap.add_argument("--outside", action="append", default=[], metavar="标签", help="文件里表示“不归这里答”的标签，可写多次")
    ap.add_argument("--format", choices=("text", "json", "html"), default="text")
    ap.add_argument("--out", metavar="F", help="写进文件，屏幕上是文字版（默认只打印）")
    ap.add_argument("--models", default="models", help="模型文件夹（默认 models）")
    args = ap.parse_args(argv)
    if not 2 <= args.folds <= 20:
        ap.error("--folds 要在 2 到 20 之间")
    return args


def _progress(line: str) -> None:
    if sys.stderr.isatty():
        print(f"\r\033[K{line}", end="", file=sys.stderr, flush=True)
    else:
        print(line, file=sys.stderr, flush=True)


def _reports(args: argparse.Namespace) -> list[Report]:
    reports = []
    if args.files:
        parser = load_parser(newest(Path(args.models)))
        known = {public(label) for label in parser.model.labels}
        for name in args.files:
            rows = read_file(Path(name), known, args.outside)
            reports.append(measure(name, score(rows, parser.parse, _progress, name)))
    if args.cv or not args.files:
        reports.append(measure(f"交叉验证（{args.folds} 折）", cross_validate(Path(), args.folds, _progress)))
    if sys.stderr.isatty():
        print(file=sys.stderr)
    return reports


def main(argv: Sequence[str]) -> int:
    """Run the command; exit 0, or 2 for bad files, a missing model or an unwritable place."""
    args = _arguments(argv)
    try:
        reports = _reports(args)
        if args.format == "json":
            result = json.dumps([report.as_dict() for report in reports], ensure_ascii=False, indent=1) + "\n"
        elif args.format == "html":
            result = show.page(reports, f"{date.today().isoformat()}，mascot eval {' '.join(argv)}")
        else:
            result = show.text(reports) + "\n"
        if args.out:
            Path(args.out).write_text(result, encoding="utf-8")
            print(f"{show.text(reports)}\n\n写好了：{args.out}")
        else:
            sys.stdout.write(result)
    except (BadRowsError, ModelMissingError) as problem:
        print(problem, file=sys.stderr)
        return BAD_CALL
    except OSError as problem:
        print(f"{args.out or problem.filename} 写不了：{problem.strerror}", file=sys.stderr)
        return BAD_CALL
    return 0
