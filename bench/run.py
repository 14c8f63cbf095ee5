"""`make bench`: stock Rasa 3.6 and this project, same content, same messages, same run.

Writes bench/out/result.json; `--write` also replaces the block of docs/quality.md. Judges nothing: exit 0 when it
could measure.
"""

from __future__ import annotations

import argparse
import difflib
import hashlib
import json
import os
import shutil
import signal
import statistics
import subprocess
import sys
from collections.abc import Callable
from contextlib import ExitStack
from datetime import date
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))

import report  # noqa: E402
from cores import scaling  # noqa: E402
from load import at_once, converse, in_blocks, long_talk  # noqa: E402
from processes import LOCAL, Server, cpu, first_prompt, free_port, rss, start, stop, timed, wait_port  # noqa: E402
from projects import (  # noqa: E402
    EPOCHS,
    MESSAGES,
    OUT,
    ROOT,
    BenchError,
    Content,
    build_floor,
    build_ours,
    build_stock,
    build_whole,
    has_jieba,
)

RASA = {"stock": ["-m", "rasa"], "floor": ["-m", "rasa"], "ours": ["-m", "persona.rasa_adapter.run"], "whole": ["-m", "persona.rasa_adapter.run"]}
STORES = {"memory": "endpoints.yml", "sqlite": "endpoints.sqlite.yml"}


def tell(text: str) -> None:
    print(text, flush=True)


def fingerprint(folder: Path) -> str:
    digest = hashlib.sha256()
    for file in [folder / "config.yml", folder / "domain.yml", *sorted((folder / "data").rglob("*.yml"))]:
        digest.update(file.read_bytes())
    return digest.hexdigest()


def train(kind: str, folder: Path, keep: bool = False) -> dict[str, Any]:
    """Train a scratch project; the whole one by `mascot train`, as `make train` does.

    With `keep` a model that was trained from the same files is taken from bench/out/kept, with the numbers of its day.
    """
    kept = OUT / "kept" / kind
    note = kept / "spent.json"
    if keep and note.exists():
        spent = json.loads(note.read_text("utf-8"))
        if spent["fingerprint"] == fingerprint(folder):
            shutil.copytree(kept / "models", folder / "models")
            return {**spent, "kept": True}
    command = [*RASA[kind], "train", "--skip-validation", "--data", "data", "--out", "models"]
    spent = timed([sys.executable, *(["-m", "persona.cli", "train"] if kind == "whole" else command)], folder, "train.log")
    if not any((folder / "models").glob("*.tar.gz")):
        raise BenchError(f"{folder} 没有训练出模型，见 {folder / 'train.log'}")
    shutil.rmtree(kept, ignore_errors=True)
    shutil.copytree(folder / "models", kept / "models")
    spent |= {"fingerprint": fingerprint(folder), "date": date.today().isoformat()}
    note.write_text(json.dumps(spent), "utf-8")
    return spent


def serve(name: str, kind: str, folder: Path, endpoints: str) -> Server:
    port = free_port()
    command = [sys.executable, *RASA[kind], "run", "-i", LOCAL, "-p", str(port), "-m", "models",
               "--endpoints", endpoints, "--credentials", "credentials.yml"]
    return Server(name, command, folder, port)


def unexpected(answers: list[str], content: Content) -> list[str]:
    """Messages whose answer shares no ten characters with the response they should get."""
    wrong = []
    for (text, names), answer in zip(MESSAGES, answers, strict=True):
        wanted = [str(r.get("text") or "") for name in names for r in content.responses[name]]
        longest = max(difflib.SequenceMatcher(None, w, answer, autojunk=False).find_longest_match().size for w in wanted)
        if longest < 10:
            wrong.append(text)
    return wrong


def measure(servers: dict[str, Server], content: Content, args: argparse.Namespace) -> dict[str, dict[str, Any]]:
    """Warm up, then hold the conversations in turns of `--block`, so that noise hits all alike."""
    found: dict[str, dict[str, Any]] = {}
    for name, server in servers.items():
        for i in range(args.warmup):
            _, answers = converse(server, f"warm-{i}")
        found[name] = {"other_answer": unexpected(answers, content), "answers": answers}
    for name, one in in_blocks(servers, args.conversations, args.block).items():
        found[name] |= one
    rates: dict[str, list[float]] = {name: [] for name in servers}
    for turn in range(args.rounds):
        for name, server in servers.items():
            rates[name].append(at_once([server], 8, args.conversations // 2, f"w{turn}"))
    for name, server in servers.items():
        found[name] |= {"rate_8": statistics.median(rates[name]), "rss": rss(server.process)}
    return found


def workers(one: Server, two: Server, args: argparse.Namespace) -> dict[str, float]:
    """Messages a second over 8 connections with one worker and with two on the same database, in turns."""
    rates: dict[str, list[float]] = {"one": [], "two": []}
    for turn in range(args.rounds):
        for name, servers in (("one", [one]), ("two", [one, two])):
            rates[name].append(at_once(servers, 8, args.conversations // 2, f"{name}-{turn}"))
    return {name: statistics.median(found) for name, found in rates.items()}


def bench(args: argparse.Namespace, stack: ExitStack) -> dict[str, Any]:
    tell("准备同样内容的两个项目 …")
    content = Content()
    actions_port = free_port()
    makers: dict[str, Callable[[], Path]] = {
        "stock": lambda: build_stock(content, actions_port, args.stock_epochs),
        "floor": lambda: build_floor(content),
        "ours": lambda: build_ours(content, actions_port),
        "whole": lambda: build_whole(actions_port),
    }
    wanted = [k for k in ("stock", "floor", "ours", "whole") if k not in args.skip]
    tokenizer = "JiebaTokenizer" if has_jieba() else "SpacyTokenizer（spaCy blank zh；没有安装 jieba）"
    if "stock" in wanted:
        tell(f"stock 的分词：{tokenizer}")
    noise = [os.getloadavg()[0]]
    folders, trained = {}, {}
    for kind in wanted:
        folders[kind] = makers[kind]()
        tell(f"训练 {kind} …")
        trained[kind] = train(kind, folders[kind], args.keep)
        again = f"（{trained[kind]['date']} 训练的，没有重训）" if trained[kind].get("kept") else ""
        took = f"{trained[kind]['wall']:.0f} 秒，CPU {trained[kind]['cpu']:.0f} 秒" if "cpu" in trained[kind] else "用时没有记下"
        tell(f"  {took}{again}")
    command = [sys.executable, "-m", "rasa_sdk", "--actions", "actions", "-p", str(actions_port)]
    actions = start(command, OUT, "actions.log")
    stack.callback(stop, actions)
    wait_port(actions, actions_port, OUT, "actions.log")
    servers: dict[str, Server] = {}
    runs: dict[str, dict[str, Any]] = {}
    plan = [(name, kind, STORES.get(name, "endpoints.yml")) for name, kind in
            (("stock", "stock"), ("floor", "floor"), ("memory", "ours"), ("sqlite", "ours"), ("whole", "whole")) if kind in folders and name not in args.skip]
    for name, kind, endpoints in plan:
        tell(f"启动 {name} …")
        servers[name] = server = serve(name, kind, folders[kind], endpoints)
        stack.callback(server.stop)
        runs[name] = {"first_answer": server.first_answer(MESSAGES[0][0])}
        tell(f"  第一句回答 {runs[name]['first_answer']:.1f} 秒")
        if name != "sqlite":
            runs[name] |= {f"train_{k}": v for k, v in trained[kind].items() if k != "fingerprint"}
    tell(f"对话：每边 {args.conversations} 段，每段 {len(MESSAGES)} 句 …")
    for name, one in measure(servers, content, args).items():
        runs[name] |= one
    extra: dict[str, Any] = {}
    if "whole" in servers:
        tell(f"一段 {args.turns} 句的长对话 …")
        extra["long"] = long_talk({k: v for k, v in servers.items() if k != "stock"}, args.turns)
        for name in [n for n in servers if n != "whole"]:
            servers.pop(name).stop()
        tell("两个进程 …")
        second = serve("whole.2", "whole", folders["whole"], "endpoints.yml")
        stack.callback(second.stop)
        second.first_answer(MESSAGES[0][0])
        for i in range(args.warmup):
            converse(second, f"warm2-{i}")
        extra["workers"] = workers(servers["whole"], second, args)
        extra["actions_cpu"] = cpu(actions)
        second.stop()
        servers["whole"].stop()
        tell("一套在一个核上，两套各在一个核上 …")
        extra["cores"] = scaling(folders["whole"], args.conversations // 2, args.rounds)
    memory = rss(actions)
    stack.close()
    noise.append(os.getloadavg()[0])
    result: dict[str, Any] = {
        "command": " ".join(["python bench/run.py", *sys.argv[1:]]) if sys.argv[1:] else "make bench", "machine": report.machine(), "tokenizer": tokenizer, "conversations": args.conversations,
        "block": args.block, "warmup": args.warmup, "epochs": args.stock_epochs, "turns": args.turns, **extra, "runs": runs, "actions_rss": memory, "noise": noise,
        "longest": max(len(text) for found in content.examples.values() for text in found),
    }
    if "whole" in folders and not args.no_chat:
        tell("make chat 到第一个提示符 …")
        try:
            result["first_prompt"] = first_prompt(folders["whole"])
        except (BenchError, subprocess.SubprocessError) as problem:
            tell(f"  没有测成：{problem}")
    return result


def main() -> int:
    ap = argparse.ArgumentParser(prog="bench/run.py", description="与 stock Rasa 3.6 并排测训练、启动、内存和每句用时。")
    ap.add_argument("--conversations", type=int, default=60, help="每边几段对话（默认 60）")
    ap.add_argument("--warmup", type=int, default=5, help="每边先说几段不计时（默认 5）")
    ap.add_argument("--block", type=int, default=5, help="每边连着说几段再换（默认 5）")
    ap.add_argument("--skip", action="append", default=[], choices=["stock", "floor", "ours", "sqlite", "whole"], help="不测哪一个，可重复")
    ap.add_argument("--rounds", type=int, default=3, help="8 条连接的吞吐测几轮，取中位（默认 3）")
    ap.add_argument("--turns", type=int, default=300, help="长对话说几句（默认 300）")
    ap.add_argument("--stock-epochs", type=int, default=EPOCHS, help=f"stock 每个模型训练几遍（默认 {EPOCHS}，Rasa 的推荐；每句用时与它无关）")
    ap.add_argument("--keep", action="store_true", help="内容没变就用上次训练的模型")
    ap.add_argument("--no-chat", action="store_true", help="不测 make chat 到第一个提示符")
    ap.add_argument("--write", action="store_true", help="写进 docs/quality.md")
    args = ap.parse_args()
    if min(args.conversations // 2, args.warmup, args.block, args.rounds, args.turns // 40) < 1 or {"stock", "floor", "ours", "whole"} <= set(args.skip):
        ap.error("各数至少是 1，至少测一个项目")

    def leave(number: int, frame: object) -> None:
        raise KeyboardInterrupt

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, leave)
    OUT.mkdir(parents=True, exist_ok=True)
    shutil.rmtree(OUT / "audit", ignore_errors=True)
    (OUT / "conversations.db").unlink(missing_ok=True)  # the action server's: no queue of an earlier run
    try:
        with ExitStack() as stack:
            result = bench(args, stack)
    except KeyboardInterrupt:
        print("停了，子进程都结束了。", file=sys.stderr)
        return 130
    except (BenchError, ImportError, OSError, subprocess.SubprocessError) as problem:
        print(f"没有测成：{problem}", file=sys.stderr)
        return 1
    (OUT / "result.json").write_text(json.dumps(result, ensure_ascii=False, indent=1), "utf-8")
    tell("\n" + report.table(report.rows(result)))
    for line in report.remarks(result):
        tell(f"- {line}")
    if args.write:
        report.write(result)
        tell(f"写进了 {report.QUALITY.relative_to(ROOT)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
