"""`mascot lint`: every problem of the content in one pass, with file, line and how to mend it, in Chinese."""

from __future__ import annotations

import argparse
import gc
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from persona import __version__
from persona.content import fix, output
from persona.content.checks import check_project
from persona.content.codes import is_warning, table
from persona.content.house import home_of, load_house
from persona.content.passed import code
from persona.errors import Problem
from persona.layers import MARK, assembled, is_own, own_home
from persona.new.drafts import FOLDER, LATER, check_draft
from persona.yamlkept import kept

CLEAN, FOUND, BAD_CALL = 0, 1, 2
KEPT = Path("build") / "yaml.txt"
FIX_ROUNDS = 4


def problems_in(root: Path) -> list[Problem]:
    """All problems of the project in `root`, sorted by file and line."""
    broken = assembled(root).problems if is_own(root) else ()
    # Until a bank's mascot.yml stands, nobody knows what the project is.
    return list(broken) or check_project(load_house(root))


def content_files(root: Path) -> list[Path]:
    """The files editors write: what is read, watched and mended."""
    home = own_home(root)
    found = [*root.glob("data/**/*.yml"), *root.glob("data/**/*.yaml"), *root.glob("tests/conversations/*.yml"), *(root / name for name in ("domain.yml", "live.yml", MARK))]
    found += [file for kind in (".", "mascots", "products", "giveaways", "quiz/items", "nlu/lexicon", "compliance/rules") for file in home.glob(f"{kind}/*.yml")]
    return sorted(file for file in found if file.is_file())


def _wanted(problems: Sequence[Problem], paths: Sequence[Path]) -> list[Problem]:
    return [one for one in problems if not paths or any(Path(one.file).resolve().is_relative_to(path) for path in paths)]


def mend(root: Path, paths: Sequence[Path]) -> list[str]:
    """Make the safe changes until there are none left; the diffs of what was changed."""
    first: dict[Path, str] = {}
    last: dict[Path, str] = {}
    for _ in range(FIX_ROUNDS):
        files = [file for file in content_files(root) if not paths or any(file.resolve().is_relative_to(path) for path in paths)]
        changes = fix.changed(files, _wanted(problems_in(root), paths))
        if not changes:
            break
        for file, (before, after) in changes.items():
            file.write_bytes(after.encode("utf-8"))
            first.setdefault(file, before)
            last[file] = after
    return [fix.diff(_shown(file, root), before, last[file]) for file, before in sorted(first.items())]


def _shown(file: Path, root: Path) -> str:
    return file.resolve().relative_to(root.resolve()).as_posix() if file.resolve().is_relative_to(root.resolve()) else file.as_posix()


def stamps(root: Path) -> dict[Path, tuple[int, int]]:
    """When every file that a check reads was last written, and its size."""
    found = {}
    for file in [*content_files(root), *home_of(root).glob("compliance/**/*.yml")]:
        try:
            found[file] = (file.stat().st_mtime_ns, file.stat().st_size)
        except OSError:
            continue
    return found


def watch(root: Path, paths: Sequence[Path], seconds: float = 0.5) -> int:
    """Check again whenever a file is saved; say only what is new and what is gone, until Ctrl-C."""
    seen = stamps(root)  # before anything is read: what is saved meanwhile is read again
    with kept(root / KEPT, code()):
        known = _wanted(problems_in(root), paths)
    print(output.text(known), "在看着；存盘就查，Ctrl-C 结束。", sep="\n", flush=True)
    try:
        while True:
            time.sleep(seconds)
            now = stamps(root)
            if now == seen:
                continue
            seen = now
            found = _wanted(problems_in(root), paths)
            fresh, gone = [one for one in found if one not in known], [one for one in known if one not in found]
            known = found  # before anything is said: Ctrl-C may come with the first line
            for problem in gone:
                print(f"好了 [{problem.code}] {problem.file}:{problem.line} {problem.key}")
            for problem in fresh:
                print(problem)
            if fresh or gone:
                print(output.count(found), flush=True)
    except KeyboardInterrupt:
        return FOUND if any(not is_warning(problem.code) for problem in known) else CLEAN


def main(argv: Sequence[str]) -> int:
    """Run the command; exit 0 clean (reminders only), 1 findings, 2 bad call."""
    ap = argparse.ArgumentParser(prog="mascot lint", description="检查内容：写法、占位符、披露、合规。提醒不算错，退出码还是 0。")
    ap.add_argument("paths", nargs="*", help="只看这些文件或文件夹（默认整个项目）")
    ap.add_argument("--format", choices=("text", "json", "sarif"), default="text")
    ap.add_argument("--fix", action="store_true", help="改掉一定不会改错的：日期引号、全角冒号和数字、缺的披露编号、行末空格、CRLF；打印改了什么")
    ap.add_argument("--watch", action="store_true", help="存盘就查，只说变化；Ctrl-C 结束")
    ap.add_argument("--codes", action="store_true", help="列出全部编号、意思和理由")
    args = ap.parse_args(argv)
    if args.codes:
        print(table())
        return CLEAN
    if args.watch and (args.fix or args.format != "text"):
        print("--watch 只能单独用。", file=sys.stderr)
        return BAD_CALL
    root = Path.cwd()
    paths = [Path(path).resolve() for path in args.paths]
    missing = [path for path in paths if not path.exists()]
    if missing:
        print(f"没有这个文件：{missing[0]}", file=sys.stderr)
        return BAD_CALL
    if not (root / "data").is_dir():
        print("这里没有 data 文件夹；请在项目文件夹里运行。", file=sys.stderr)
        return BAD_CALL
    if args.watch:
        return watch(root, paths)
    gc.disable()  # one pass over a hundred thousand small objects; nothing to collect before the end
    with kept(root / KEPT, code()):
        return _once(root, paths, args)


def _once(root: Path, paths: Sequence[Path], args: argparse.Namespace) -> int:
    if args.fix:
        for one in mend(root, paths):
            print(one, file=sys.stderr if args.format != "text" else sys.stdout)
    drafted = [path for path in paths if path.is_relative_to(root.resolve() / FOLDER)]
    found = _wanted(problems_in(root), paths) if not drafted or len(drafted) < len(paths) else []
    later: list[Problem] = []
    for draft in (file for path in drafted for file in (sorted(path.rglob("*.yml")) if path.is_dir() else [path])):
        wrong, lacking = check_draft(root, draft)
        found, later = [*found, *wrong], [*later, *lacking]
    if args.format == "json":
        print(output.as_json(found))
    elif args.format == "sarif":
        print(output.sarif(found, __version__))
    else:
        print(output.text(found))
        for problem in later:
            print(f"草稿还差（{LATER[problem.code]}）：{problem.what} → {problem.fix}")
    return FOUND if any(not is_warning(problem.code) for problem in found) else CLEAN
