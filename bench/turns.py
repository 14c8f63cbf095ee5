"""Where a turn of ours goes: timers around its steps, in the process of the Agent, with the real action server.

`python bench/turns.py [--store memory|sqlite] [--project ours|whole] [--profile 40] [--long 60]`; builds and trains
bench/out/ours when it is not there. HTTP between client and server is not part of it.
"""

from __future__ import annotations

import argparse
import asyncio
import cProfile
import functools
import gc
import inspect
import json
import logging
import os
import pstats
import statistics
import sys
import time
from collections import defaultdict
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))

from load import TALK  # noqa: E402
from processes import environment, free_port, start, stop, wait_port  # noqa: E402
from projects import MESSAGES, OUT, BenchError, Content, build_ours, build_whole, load  # noqa: E402
from report import table  # noqa: E402
from run import train  # noqa: E402

STORES = {"memory": "endpoints.yml", "sqlite": "endpoints.sqlite.yml"}


class Clock:
    """Own time of each step: what a step's inner steps take is theirs."""

    def __init__(self) -> None:
        self.own: dict[str, float] = defaultdict(float)
        self.calls: dict[str, int] = defaultdict(int)
        self.on = False
        self._stack: list[list[Any]] = []

    def enter(self, name: str) -> None:
        self._stack.append([name, time.perf_counter(), 0.0])

    def leave(self) -> None:
        name, began, inner = self._stack.pop()
        took = time.perf_counter() - began
        self.own[name] += took - inner
        self.calls[name] += 1
        if self._stack:
            self._stack[-1][2] += took

    def watch(self, owner: Any, attribute: str, name: str) -> None:
        """Replace `owner.attribute` by itself with a timer around it."""
        plain = inspect.getattr_static(owner, attribute)
        call: Callable[..., Any] = plain.__func__ if isinstance(plain, (staticmethod, classmethod)) else plain

        if inspect.iscoroutinefunction(call):
            @functools.wraps(call)
            async def timed(*args: Any, **kwargs: Any) -> Any:
                if not self.on:
                    return await call(*args, **kwargs)
                self.enter(name)
                try:
                    return await call(*args, **kwargs)
                finally:
                    self.leave()
        else:
            @functools.wraps(call)
            def timed(*args: Any, **kwargs: Any) -> Any:
                if not self.on:
                    return call(*args, **kwargs)
                self.enter(name)
                try:
                    return call(*args, **kwargs)
                finally:
                    self.leave()

        setattr(owner, attribute, type(plain)(timed) if isinstance(plain, (staticmethod, classmethod)) else timed)


def watch_all(clock: Clock) -> None:
    """The steps of a turn, outer ones first; before the Agent is loaded, because its graph keeps functions."""
    from rasa.core.actions.action import RemoteAction
    from rasa.core.agent import Agent
    from rasa.core.policies.rule_policy import RulePolicy
    from rasa.core.processor import MessageProcessor
    from rasa.core.tracker_store import InMemoryTrackerStore, SQLTrackerStore
    from rasa.nlu.utils.spacy_utils import SpacyNLP
    from rasa.shared.core.trackers import DialogueStateTracker
    from rasa.utils.endpoints import EndpointConfig

    from persona.compliance import Guard
    from persona.compliance.audit import AuditLog
    from persona.rasa_adapter import door
    from persona.rasa_adapter.classifier import MascotClassifier
    from persona.rasa_adapter.nlg import MascotNLG
    from persona.rasa_adapter.screen import Screen
    from persona.voice import Voice

    for owner, attribute, name in (
        (Agent, "handle_message", "其余 rest of handle_message"),
        (MessageProcessor, "parse_message", "理解 parse：Rasa 的图"),
        (SpacyNLP, "process", "理解 parse：spaCy"),
        (MascotClassifier, "process", "理解 parse：分类器 classifier"),
        (MessageProcessor, "get_tracker", "读会话 tracker read"),
        (MessageProcessor, "run_action_extract_slots", "填槽 extract slots"),
        (MessageProcessor, "predict_next_with_tracker_if_should", "策略 policies：Rasa 的图"),
        (RulePolicy, "predict_action_probabilities", "策略 policies：RulePolicy"),
        (MessageProcessor, "_run_action", "执行动作 run action"),
        (DialogueStateTracker, "copy", "执行动作：复制会话 tracker copy"),
        (RemoteAction, "_action_call_format", "动作调用 action call：打包 payload"),
        (EndpointConfig, "request", "动作调用 action call：HTTP"),
        (RemoteAction, "_validate_action_result", "动作调用 action call：校验 schema"),
        (MascotNLG, "generate", "回答 NLG"),
        (Voice, "render", "回答 NLG：人设 voice"),
        (door.MascotTracker, "update", "出口 door：tracker.update"),
        (door.MascotTracker, "_mask", "出口 door：打码 mask"),
        (door.MascotTracker, "_situation", "出口 door：situation"),
        (Screen, "__call__", "出口 door：screen"),
        (Guard, "review", "审查 guard review"),
        (AuditLog, "append", "审计 audit line"),
        (InMemoryTrackerStore, "save", "存会话 save"),
        (SQLTrackerStore, "save", "存会话 save"),
        (SQLTrackerStore, "_additional_events", "存会话 save：数旧事件"),
    ):
        clock.watch(owner, attribute, name)


def ready(project: str, port: int) -> Path:
    """The scratch project of run.py, built and trained when needed, pointed at this action server."""
    folder = OUT / project
    if not any((folder / "models").glob("*.tar.gz")):
        print(f"训练 {project} …", flush=True)
        folder = build_ours(Content(), port) if project == "ours" else build_whole(port)
        train(project, folder)
    for name in STORES.values():
        data = load(folder / name)
        data["action_endpoint"]["url"] = f"http://127.0.0.1:{port}/webhook"
        (folder / name).write_text(json.dumps(data), "utf-8")  # JSON is YAML
    return folder


def hold(args: argparse.Namespace, folder: Path) -> None:
    """Load the Agent, hold the conversations, print."""
    os.environ.update(environment(folder))
    os.chdir(folder)
    from rasa.core.agent import load_agent
    from rasa.core.channels.channel import CollectingOutputChannel, UserMessage
    from rasa.core.utils import AvailableEndpoints
    from rasa.utils.common import configure_logging_and_warnings
    from rasa.utils.log_utils import configure_structlog

    configure_logging_and_warnings(logging.ERROR)
    configure_structlog(logging.ERROR)
    clock = Clock()
    watch_all(clock)
    loop = asyncio.new_event_loop()
    endpoints = AvailableEndpoints.read_endpoints(STORES[args.store])
    agent = loop.run_until_complete(load_agent(str(folder / "models"), endpoints=endpoints))
    run = f"{os.getpid()}"

    def say(sender: str, text: str) -> float:
        channel = CollectingOutputChannel()
        began = time.perf_counter()
        loop.run_until_complete(agent.handle_message(UserMessage(text, channel, sender, input_channel="rest")))
        took = time.perf_counter() - began
        if not channel.messages:
            raise BenchError(f"「{text}」没有回答")
        return took

    def conversations(prefix: str, count: int) -> list[list[float]]:
        return [[say(f"{prefix}-{run}-{i}", text) for text, _ in MESSAGES] for i in range(count)]

    conversations("warm", 5)
    gc.collect()
    bare = conversations("bare", args.conversations)
    if args.profile:
        with cProfile.Profile() as profile:
            conversations("profile", args.conversations)
        stats = pstats.Stats(profile)
        stats.sort_stats("tottime").print_stats(args.profile)
        stats.sort_stats("cumulative").print_stats(args.profile)
    clock.on = True
    watched = conversations("watch", args.conversations)
    clock.on = False
    turns = args.conversations * len(MESSAGES)
    own = sum(clock.own.values())
    lines = [["步骤 step（own time）", "毫秒/句", "占比", "次/句"]]
    for name, spent in sorted(clock.own.items(), key=lambda item: -item[1]):
        lines.append([name, f"{spent / turns * 1e3:.2f}", f"{spent / own:.0%}", f"{clock.calls[name] / turns:.1f}"])
    flat = [t * 1e3 for row in bare for t in row]
    print(f"\n{args.project}，{args.store}，{turns} 句，不含 HTTP 收发；一句中位 {statistics.median(flat):.1f} 毫秒，"
          f"平均 {statistics.mean(flat):.1f}（带计时器 {statistics.mean(t * 1e3 for r in watched for t in r):.1f}）")
    print(table(lines))
    print("每句话的中位（毫秒）：" + "；".join(
        f"{text[:8]} {statistics.median(row[i] for row in bare) * 1e3:.1f}" for i, (text, _) in enumerate(MESSAGES)))
    print(f"审查 guard review 占一句话的 {clock.own['审查 guard review'] / own:.1%}")
    if args.long:
        times = [say(f"long-{run}", TALK[i % len(TALK)]) * 1e3 for i in range(args.long)]
        if args.profile:
            with cProfile.Profile() as profile:
                for text in TALK * 5:
                    say(f"long-{run}", text)
            pstats.Stats(profile).sort_stats("tottime").print_stats(args.profile)
        tenth = max(args.long // 10, 1)
        print("一段长对话（毫秒，每一成的中位）：" + " ".join(
            f"{statistics.median(times[i:i + tenth]):.1f}" for i in range(0, args.long, tenth)))


def main() -> int:
    ap = argparse.ArgumentParser(prog="bench/turns.py", description="一句话的时间花在哪里。")
    ap.add_argument("--store", choices=sorted(STORES), default="memory")
    ap.add_argument("--project", choices=["ours", "whole"], default="ours")
    ap.add_argument("--conversations", type=int, default=40)
    ap.add_argument("--profile", type=int, default=0, metavar="N", help="另用 cProfile 列出最费时的 N 个函数；有 --long 时也列长对话结尾的")
    ap.add_argument("--long", type=int, default=0, metavar="N", help="另说一段 N 句的长对话")
    args = ap.parse_args()
    OUT.mkdir(parents=True, exist_ok=True)
    try:
        with ExitStack() as stack:
            port = free_port()
            folder = ready(args.project, port)
            command = [sys.executable, "-m", "rasa_sdk", "--actions", "actions", "-p", str(port)]
            actions = start(command, OUT, "actions.log")
            stack.callback(stop, actions)
            wait_port(actions, port, OUT, "actions.log")
            hold(args, folder)
    except KeyboardInterrupt:
        return 130
    except (BenchError, OSError) as problem:
        print(f"没有测成：{problem}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
