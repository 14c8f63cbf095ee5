"""The command `mascot preview`."""

from __future__ import annotations

import argparse
import hashlib
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path

from persona.compliance.rules import RuleError
from persona.errors import ContentError
from persona.mascot import TONES
from persona.preview.bubbles import (
    Bubble,
    Desk,
    Wish,
    bubbles_of,
    bubbles_of_product,
    find_answers,
    find_products,
    open_desk,
)
from persona.preview.page import LOCAL, page, serve
from persona.preview.terminal import draw

ALLOWED, REFUSED, BAD_CALL = 0, 1, 2
PACKAGE = Path(__file__).parents[1]


def shown(root: Path, name: str, desk: Desk, wish: Wish) -> list[Bubble]:
    """Everything called `name`."""
    if name.endswith((".yml", ".yaml")) and not (root / name).is_file():
        return []
    found = [bubble for group in find_answers(root, name) for bubble in bubbles_of(group, desk, wish)]
    if not found:
        found = [bubble for product in find_products(name) for bubble in bubbles_of_product(product, desk, wish)]
    return found


def _stamp(root: Path) -> str:
    """Changes when a content file is saved."""
    digest = hashlib.sha256()
    for file in [*sorted((root / "data").rglob("*.yml")), *sorted((root / "persona").rglob("*.yml")), *sorted(PACKAGE.rglob("*.yml"))]:
        try:
            digest.update(f"{file} {file.stat().st_mtime_ns}".encode())
        except OSError:
            continue
    return digest.hexdigest()[:16]


def main(argv: Sequence[str]) -> int:
    """Run the command; exit 0 all may be said, 1 something may not, 2 bad call."""
    ap = argparse.ArgumentParser(prog="mascot preview", description="看一条回答每个形象怎么说：手机屏幕、披露、数字、合规意见。不用训练。")
    ap.add_argument("name", help="话题、回答、场景、产品的名字，或一个文件")
    ap.add_argument("--mascot", action="append", default=[], help="只看这个形象，可写多次（默认全部）")
    ap.add_argument("--tone", action="append", default=[], choices=[*TONES, "all"], help="换成这种语气试试，可写多次；all 四种并排（默认它自己的）")
    ap.add_argument("--elder", action="store_true", help="长辈模式")
    ap.add_argument("--html", metavar="文件", help="写成一个网页文件")
    ap.add_argument("--serve", metavar="端口", type=int, help=f"在 {LOCAL} 打开网页，存盘就刷新；Ctrl-C 结束")
    args = ap.parse_args(argv)
    root = Path.cwd()
    try:
        desk = open_desk()
        unknown = [one for one in args.mascot if one not in desk.mascots]
        if unknown:
            print(f"没有这个形象：{unknown[0]}。可选：{'、'.join(desk.mascots)}。", file=sys.stderr)
            return BAD_CALL
        wish = Wish(tuple(args.mascot), TONES if "all" in args.tone else tuple(args.tone), args.elder)
        bubbles = shown(root, args.name, desk, wish)
    except (ContentError, RuleError) as problem:
        print(problem, file=sys.stderr)
        return BAD_CALL
    if args.serve:
        return _serve(root, args.name, wish, args.serve)
    if not bubbles:
        print(f"没有叫「{args.name}」的回答、场景或产品，或者今天一条都不能说。名字是 faq/early_repay 的样子，也可以给文件。", file=sys.stderr)
        return BAD_CALL
    if args.html:
        Path(args.html).write_text(page(args.name, bubbles, elder=args.elder), encoding="utf-8")
        print(f"写好了：{args.html}")
    else:
        print(draw(bubbles, shutil.get_terminal_size((100, 40)).columns, sys.stdout.isatty()))
    return ALLOWED if all(bubble.allowed for bubble in bubbles) else REFUSED


def _serve(root: Path, name: str, wish: Wish, port: int) -> int:
    def drawn() -> str:
        stamp = _stamp(root)
        try:
            return page(name, shown(root, name, open_desk(), wish), elder=wish.elder, stamp=stamp)
        except (ContentError, RuleError) as problem:
            # Half a sentence was saved; the page says so and comes back with the next save.
            return page(name, (), stamp=stamp, message=str(problem))

    try:
        server = serve(port, drawn, lambda: _stamp(root))
    except (OSError, OverflowError) as problem:
        print(f"端口 {port} 打不开（{problem}）；换一个。", file=sys.stderr)
        return BAD_CALL
    print(f"打开 http://{LOCAL}:{server.server_address[1]}/\n存盘就刷新；Ctrl-C 结束。", flush=True)
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        pass
    finally:
        server.server_close()
    return ALLOWED
