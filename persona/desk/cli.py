"""The command `mascot desk`."""

from __future__ import annotations

import argparse
import sys
import webbrowser
from collections.abc import Sequence
from pathlib import Path

from persona.desk.ask import Refused
from persona.desk.server import DeskServer

DONE, BAD_CALL = 0, 2


def main(argv: Sequence[str]) -> int:
    """Run the command until Ctrl-C; exit 0, or 2 for a bad call."""
    ap = argparse.ArgumentParser(
        prog="mascot desk", description="编辑工作台：在浏览器里审文案、看答不上来的、改一条回答、下架与公告。只在本机打开，Ctrl-C 结束。")
    ap.add_argument("--port", type=int, default=0, help="端口（默认随便挑一个空的）")
    ap.add_argument("--no-open", action="store_true", help="只打印地址，不打开浏览器")
    args = ap.parse_args(argv)
    root = Path.cwd()
    if not (root / "data").is_dir():
        print("这里没有 data 文件夹；请在项目文件夹里运行。", file=sys.stderr)
        return BAD_CALL
    desk = DeskServer(root)
    try:
        desk.shop.tools()
        server = desk.open(args.port)
    except Refused as refused:
        print(refused, file=sys.stderr)
        return BAD_CALL
    except (OSError, OverflowError) as problem:
        print(f"端口 {args.port} 打不开（{problem}）；换一个，或者不写 --port。", file=sys.stderr)
        return BAD_CALL
    print(f"打开 {desk.url(server)}\n这个地址带口令，只给自己用；Ctrl-C 结束。", flush=True)
    if not args.no_open:
        webbrowser.open(desk.url(server))
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        pass
    finally:
        server.server_close()
    return DONE
