"""What a second core is worth: one stack (worker, action server, client) pinned to one core against two on one core each.

`python bench/cores.py`; builds and trains bench/out/whole when it is not there. Both stacks share the database and the audit
file, as two workers of one bank do. run.py has the other measure, a second worker on a machine that is busy already.
"""

from __future__ import annotations

import json
import multiprocessing
import os
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import NamedTuple

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))

from load import at_once, converse  # noqa: E402
from processes import LOCAL, Server, free_port, start, stop, wait_port  # noqa: E402
from projects import MESSAGES, OUT, BenchError, build_whole, load  # noqa: E402

CONNECTIONS = 4  # of each client
LOOP = 2.0  # seconds of a plain loop


class Stack(NamedTuple):
    """What answers on one core."""

    core: int
    server: Server


def pin(pid: int, core: int) -> None:
    """A process with all its threads; what they start stays there, too."""
    for thread in os.listdir(f"/proc/{pid}/task"):
        with suppress(ProcessLookupError):
            os.sched_setaffinity(int(thread), {core})


def two_cores() -> list[int] | None:
    """Two cores this process may use; None where there are fewer, or where processes cannot be pinned."""
    if not hasattr(os, "sched_getaffinity"):
        return None
    allowed = sorted(os.sched_getaffinity(0))
    return [allowed[0], allowed[-1]] if len(allowed) > 1 else None


def begin(stack: ExitStack, core: int, folder: Path, number: int) -> Stack:
    """A worker and an action server of its own on the core, warm."""
    port, actions_port = free_port(), free_port()
    log, endpoints = f"actions.core{number}.log", f"endpoints.core{number}.yml"
    actions = start([sys.executable, "-m", "rasa_sdk", "--actions", "actions", "-p", str(actions_port)], OUT, log)
    stack.callback(stop, actions)
    wait_port(actions, actions_port, OUT, log)
    data = load(folder / "endpoints.yml")
    data["action_endpoint"]["url"] = f"http://{LOCAL}:{actions_port}/webhook"
    (folder / endpoints).write_text(json.dumps(data), "utf-8")  # JSON is YAML
    command = [sys.executable, "-m", "persona.rasa_adapter.run", "run", "-i", LOCAL, "-p", str(port), "-m", "models",
               "--endpoints", endpoints, "--credentials", "credentials.yml"]
    server = Server(f"whole.core{number}", command, folder, port)
    stack.callback(server.stop)
    server.first_answer(MESSAGES[0][0])
    for process in (actions, server.process):
        pin(process.pid, core)
    for i in range(5):
        converse(server, f"core-warm-{number}-{i}")
    return Stack(core, server)


def on_cores(cores: Sequence[int], work: Callable[[int], float]) -> float:
    """What `work` gives for each core in a process of its own there, all begun together: as many times the least of them,
    for nothing is done until the slower one has finished."""
    fork = multiprocessing.get_context("fork")
    ready, told = fork.Barrier(len(cores)), fork.Queue()

    def run(core: int) -> None:
        os.sched_setaffinity(0, {core})
        ready.wait()
        try:
            told.put(work(core))
        except Exception as problem:
            told.put(problem)

    processes = [fork.Process(target=run, args=(core,)) for core in cores]
    for process in processes:
        process.start()
    found = [told.get() for _ in cores]
    for process in processes:
        process.join()
    for one in found:
        if isinstance(one, Exception):
            raise BenchError(str(one))
    return float(len(found) * min(found))


def together(stacks: Sequence[Stack], conversations: int, label: str) -> float:
    """Messages a second of all stacks at the same time; each client is a process on its stack's core."""
    servers = {one.core: one.server for one in stacks}
    return on_cores(list(servers), lambda core: at_once([servers[core]], CONNECTIONS, conversations, f"{label}-{core}"))


def loop(core: int) -> float:
    """Rounds of a plain loop that shares nothing: what a second core can be worth here at most."""
    done, until = 0, time.perf_counter() + LOOP
    seen: dict[int, str] = {}
    while time.perf_counter() < until:
        for number in range(2_000):
            seen[number % 97] = str(number)
        done += 1
    return done


def scaling(folder: Path, conversations: int, rounds: int) -> dict[str, float] | None:
    """Messages a second of one stack and of two, in turns, and rounds of a plain loop on one core and on two; the one is the
    first and the second by turns."""
    cores = two_cores()
    if cores is None:
        return None
    rates: dict[str, list[float]] = {"one": [], "two": [], "loop_one": [], "loop_two": []}
    with ExitStack() as stack:
        stacks = [begin(stack, core, folder, number) for number, core in enumerate(cores)]
        for turn in range(rounds):
            for name, some in (("one", stacks[:1]), ("two", stacks), ("one", stacks[1:])):
                rates[name].append(together(some, conversations, f"{name}-{os.getpid()}-{turn}"))
                rates[f"loop_{name}"].append(on_cores([each.core for each in some], loop))
    return {name: statistics.median(found) for name, found in rates.items()}


def main() -> int:
    OUT.mkdir(parents=True, exist_ok=True)
    folder = OUT / "whole"
    try:
        if not any((folder / "models").glob("*.tar.gz")):
            from run import train

            folder = build_whole(free_port())
            train("whole", folder)
        found = scaling(folder, 30, 3)
    except KeyboardInterrupt:
        return 130
    except (BenchError, OSError) as problem:
        print(f"没有测成：{problem}", file=sys.stderr)
        return 1
    if found is None:
        print("没有两个可用的核，或者系统不能把进程固定在一个核上：没有测。")
        return 0
    print(f"一套（进程、动作服务器、客户端）在一个核上 {found['one']:.1f} messages/s，两套各在一个核上 {found['two']:.1f}，"
          f"是 {found['two'] / found['one']:.2f} 倍；什么都不共用的空循环是 {found['loop_two'] / found['loop_one']:.2f} 倍；负载 {os.getloadavg()[0]:.1f}。")
    return 0


if __name__ == "__main__":
    sys.exit(main())
