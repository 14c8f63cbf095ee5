"""The `mascot` command. One function a command; heavy imports happen inside them."""

from __future__ import annotations

import argparse
import json
import os
import signal
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import nullcontext
from pathlib import Path
from typing import Any

from persona.errors import ContentError

BAD_CALL = 2


def _lines(path: str) -> Iterator[dict[str, Any]]:
    """Objects of a JSON-lines file (`-`: standard input); a broken line raises ValueError with its number."""
    with nullcontext(sys.stdin) if path == "-" else open(path, encoding="utf-8") as stream:
        for number, line in enumerate(stream, 1):
            if not line.strip():
                continue
            try:
                row = json.loads(line)
            except ValueError as problem:
                raise ValueError(f"{path} 第 {number} 行不是 JSON：{problem}") from problem
            if not isinstance(row, dict) or not isinstance(row.get("text"), str):
                raise ValueError(f"{path} 第 {number} 行要是带 text 的对象，例如 {{\"id\": 1, \"text\": \"…\"}}")
            yield row


def parse_main(argv: Sequence[str]) -> int:
    """`mascot parse`: what a sentence means, by the trained model, without starting Rasa."""
    ap = argparse.ArgumentParser(prog="mascot parse", description="看一句话被听成什么（用训练好的模型，不启动 Rasa）。")
    ap.add_argument("text", nargs="?", help="要看的一句话")
    ap.add_argument("--jsonl", help="一行一个 {\"id\", \"text\"}；- 为标准输入")
    ap.add_argument("--json", action="store_true", help="输出 JSON")
    ap.add_argument("--models", default="models", help="模型文件夹（默认 models）")
    args = ap.parse_args(argv)
    if (args.text is None) == (args.jsonl is None):
        ap.error("给一句话，或者 --jsonl 文件，二选一")
    from persona.nlu.archive import ModelMissingError, load_understanding

    try:
        understand = load_understanding(Path(args.models))
        rows = _lines(args.jsonl) if args.jsonl else iter([{"text": args.text}])
        for row in rows:
            result = understand(row["text"]).as_dict()
            if "id" in row:
                result = {"id": row["id"], **result}
            if args.json or args.jsonl:
                print(json.dumps(result, ensure_ascii=False))
            else:
                _show(result)
    except (ModelMissingError, ValueError, OSError) as problem:
        print(problem, file=sys.stderr)
        return BAD_CALL
    return 0


def _show(result: dict[str, Any]) -> None:
    mark = "（没把握，会反问）" if result["fallback"] else ""
    print(f"{result['intent']}  {result['confidence']:.2f}{mark}")
    for label, probability in result["top"]:
        print(f"  {probability:.2f}  {label}")
    for entity in result["entities"]:
        print(f"  {entity['entity']} = {entity['value']}")


def review_main(argv: Sequence[str]) -> int:
    """`mascot review`: the guard's opinion on a text."""
    from persona.compliance.cli import review_main as run

    return run(list(argv))


def rules_main(argv: Sequence[str]) -> int:
    """`mascot rules`: the guard's rules."""
    from persona.compliance.cli import rules_main as run

    return run(list(argv))


def report_main(argv: Sequence[str]) -> int:
    """`mascot report`: the morning page; `mascot report audit`: what the audit says."""
    if argv and argv[0] == "audit":
        from persona.compliance.report import audit_main

        return audit_main(argv[1:])
    from persona.morning.cli import main as run

    return run(argv)


def lint_main(argv: Sequence[str]) -> int:
    """`mascot lint`: what is wrong with the content."""
    from persona.lint import main as run

    return run(argv)


def giveaway_main(argv: Sequence[str]) -> int:
    """`mascot giveaway`: entries, closing, draw, verification."""
    from persona.giveaways.cli import main as run

    return run(argv)


def approve_main(argv: Sequence[str]) -> int:
    """`mascot approve`: allow a text until a day."""
    from persona.approve import main as run

    return run(argv)


def eval_main(argv: Sequence[str]) -> int:
    """`mascot eval`: how well customers are understood."""
    from persona.evaluation.cli import main as run

    return run(argv)


def live_main(action: str) -> Callable[[Sequence[str]], int]:
    """`mascot withdraw | notice | replace | freeze`: live.yml."""

    def run(argv: Sequence[str]) -> int:
        from persona.live_cli import main

        return main(action, argv)

    return run


def train_main(argv: Sequence[str]) -> int:
    """`mascot train`: build the spaCy pipeline and train the model."""
    ap = argparse.ArgumentParser(prog="mascot train", description="生成词库、训练模型。")
    ap.add_argument("--if-changed", action="store_true", help="内容和配置没变就不训练")
    args = ap.parse_args(argv)
    from persona.project import train

    return train(only_if_changed=args.if_changed)


def chat_main(argv: Sequence[str]) -> int:
    """`mascot chat`: talk to the mascot in the terminal."""
    ap = argparse.ArgumentParser(prog="mascot chat", description="在终端里和形象说话；/stop 结束。")
    ap.add_argument("--port", type=int, default=5005)
    ap.add_argument("--actions-port", type=int, default=5055)
    ap.add_argument("--editor", action="store_true", help="以编辑身份说话：可以贴稿子请它审")
    ap.add_argument("--debug", action="store_true", help="显示 Rasa 的全部日志")
    args = ap.parse_args(argv)
    from persona.project import chat

    return chat(args.port, args.actions_port, debug=args.debug, editor=args.editor)


def serve_main(argv: Sequence[str]) -> int:
    """`mascot serve`: the REST channel and the action server."""
    ap = argparse.ArgumentParser(
        prog="mascot serve", description="启动 REST 接口和动作服务器（127.0.0.1）。SIGTERM：答完手上的再停；SIGUSR1：不停服务，逐个换上新模型。",
    )
    ap.add_argument("--port", type=int, default=5005)
    ap.add_argument("--actions-port", type=int, default=5055)
    ap.add_argument("--endpoints", default="", metavar="FILE", help="另一份 endpoints（生产用 endpoints.production.yml，动作服务器的地址以它为准）")
    ap.add_argument("--workers", type=int, default=1, metavar="N", help="几个 Rasa 进程、几个动作服务器；大于 1 要有 Redis 的锁")
    ap.add_argument("--host", default="127.0.0.1", help="在哪个地址上听；只在容器的内部网络里改它")
    ap.add_argument("--no-actions", action="store_true", help="动作服务器在别处，不启动")
    ap.add_argument("--debug", action="store_true", help="显示 Rasa 的全部日志")
    args = ap.parse_args(argv)
    if not 1 <= args.workers <= 64:
        ap.error("--workers 要在 1 到 64 之间")
    from persona.project import serve

    return serve(args.port, args.actions_port, args.debug, args.endpoints, args.workers, args.host, not args.no_actions)


def test_main(argv: Sequence[str]) -> int:
    """`mascot test`: hold the conversation scripts."""
    from persona.rasa_adapter.rehearsal import main as run

    return run(argv)


def preview_main(argv: Sequence[str]) -> int:
    """`mascot preview`: an answer as each mascot says it."""
    from persona.preview.cli import main as run

    return run(argv)


def desk_main(argv: Sequence[str]) -> int:
    """`mascot desk`: the editors' page."""
    from persona.desk.cli import main as run

    return run(argv)


def new_main(argv: Sequence[str]) -> int:
    """`mascot new`: a file to begin with."""
    from persona.new.cli import main as run

    return run(argv)


def init_main(argv: Sequence[str]) -> int:
    """`mascot init`: a bank's own project."""
    from persona.new.bank import init_main as run

    return run(argv)


def take_main(argv: Sequence[str]) -> int:
    """`mascot take`: a library file, to be changed in the bank's project."""
    from persona.new.bank import take_main as run

    return run(argv)


def export_main(argv: Sequence[str]) -> int:
    """`mascot export --csv`: the answers as a sheet."""
    from persona.sheets.cli import export_main as run

    return run(argv)


def import_main(argv: Sequence[str]) -> int:
    """`mascot import`: an editor's sheet into the project."""
    from persona.sheets.cli import import_main as run

    return run(argv)


def tickets_main(argv: Sequence[str]) -> int:
    """`mascot tickets`: what was handed over to staff."""
    from persona.tickets.cli import main as run

    return run(argv)


COMMANDS: dict[str, tuple[Callable[[Sequence[str]], int], str]] = {
    "chat": (chat_main, "在终端里聊天"),
    "serve": (serve_main, "启动 REST 接口"),
    "train": (train_main, "训练模型"),
    "parse": (parse_main, "看一句话被听成什么"),
    "eval": (eval_main, "听懂多少：打分、交叉验证"),
    "review": (review_main, "查一段话能不能说"),
    "rules": (rules_main, "列出或解释合规规则"),
    "report": (report_main, "早会的一页；report audit 看审计"),
    "tickets": (tickets_main, "看工单、接手、答复、办结"),
    "lint": (lint_main, "检查内容文件"),
    "new": (new_main, "新建话题、骗局、场景、栏目、产品页、规则、形象"),
    "export": (export_main, "把回答导成一张表（CSV）"),
    "import": (import_main, "把编辑的表收进项目"),
    "init": (init_main, "新建一家银行自己的项目"),
    "take": (take_main, "把库里的一个文件抄进本行项目里改"),
    "preview": (preview_main, "看一条回答每个形象怎么说"),
    "desk": (desk_main, "编辑工作台：在浏览器里审文案、改回答、下架"),
    "test": (test_main, "按对话脚本说一遍"),
    "giveaway": (giveaway_main, "抽奖：名单、截止、开奖、核对"),
    "approve": (approve_main, "批准一条回答或一张产品页"),
    "withdraw": (live_main("withdraw"), "下架一条回答或一张产品页（不用训练）"),
    "notice": (live_main("notice"), "在回答前面挂一条公告"),
    "replace": (live_main("replace"), "临时换一段批准过的话"),
    "freeze": (live_main("freeze"), "暂停讲产品"),
}


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; exit status as documented by the command."""
    args = list(sys.argv[1:] if argv is None else argv)
    if not args or args[0] in ("-h", "--help"):
        print("mascot <命令> [选项]；mascot <命令> --help 看详细\n")
        for name, (_, what) in COMMANDS.items():
            print(f"  {name:8} {what}")
        return 0 if args else BAD_CALL
    if args[0] not in COMMANDS:
        print(f"没有 {args[0]!r} 这个命令；可用：{'、'.join(COMMANDS)}", file=sys.stderr)
        return BAD_CALL
    try:
        return COMMANDS[args[0]][0](args[1:])
    except BrokenPipeError:  # `mascot lint | head`: whoever reads has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 128 + signal.SIGPIPE
    except ContentError as broken:  # what every command needs: mascot.yml, institution.yml, a card
        print(broken, file=sys.stderr)
        return BAD_CALL


if __name__ == "__main__":
    sys.exit(main())
