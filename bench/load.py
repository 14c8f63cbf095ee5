"""What the benchmark says to running servers: conversations one after the other, several at once, one very long."""

from __future__ import annotations

import statistics
import threading
import time
from collections.abc import Sequence
from typing import Any

from processes import Client, Server, cpu
from projects import MESSAGES, BenchError

# A long talk: without the hand-over, after which a clerk reads along and every turn does more.
TALK = tuple(text for text, names in MESSAGES if not any("handoff" in name for name in names))
END = 20  # turns at either end of a long talk that are compared


def converse(client: Client | Server, sender: str) -> tuple[list[float], list[str]]:
    """One conversation: seconds of each turn, and what was answered."""
    times, answers = [], []
    for text, _ in MESSAGES:
        took, bubbles = client.say(sender, text)
        if not bubbles:
            raise BenchError(f"{sender} 对「{text}」没有得到回答")
        times.append(took)
        answers.append("\n".join(str(b.get("text") or "") for b in bubbles))
    return times, answers


def numbers(times: list[float]) -> dict[str, float]:
    """Percentiles in milliseconds, and messages a second on one connection."""
    cuts = statistics.quantiles(times, n=100, method="inclusive")
    return {"p50": cuts[49] * 1e3, "p95": cuts[94] * 1e3, "p99": cuts[98] * 1e3, "rate": len(times) / sum(times), "messages": len(times)}


def at_once(servers: Sequence[Server], connections: int, conversations: int, label: str) -> float:
    """Messages a second over several connections, spread over the servers; each conversation stays on one connection."""
    failed: list[Exception] = []

    def hold(number: int) -> None:
        client = Client(label, servers[number % len(servers)].port)
        try:
            for i in range(number, conversations, connections):
                converse(client, f"{label}-{i}")
        except Exception as problem:
            failed.append(problem)
        finally:
            client.close()

    threads = [threading.Thread(target=hold, args=(n,)) for n in range(connections)]
    began = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failed:
        raise BenchError(f"{label}：{failed[0]}")
    return conversations * len(MESSAGES) / (time.perf_counter() - began)


def in_blocks(servers: dict[str, Server], conversations: int, block: int) -> dict[str, dict[str, Any]]:
    """The same conversations with each server, in turns of `block`, so that noise hits all alike; with CPU per message."""
    times: dict[str, list[float]] = {name: [] for name in servers}
    spent = dict.fromkeys(servers, 0.0)
    for first in range(0, conversations, block):
        for name, server in servers.items():
            before = cpu(server.process)
            for i in range(first, min(first + block, conversations)):
                times[name] += converse(server, f"c-{i}")[0]
            spent[name] += cpu(server.process) - before
    return {name: {**numbers(times[name]), "cpu": spent[name] / len(times[name]) * 1e3} for name in servers}


def long_talk(servers: dict[str, Server], turns: int, talks: int = 1) -> dict[str, dict[str, float]]:
    """Milliseconds of a turn at the beginning, in the middle and at the end of one conversation, the servers in turns."""
    times: dict[str, list[list[float]]] = {name: [] for name in servers}
    for talk in range(talks):
        for name, server in servers.items():
            times[name].append([server.say(f"long-{talk}", TALK[i % len(TALK)])[0] * 1e3 for i in range(turns)])
    out = {}
    for name, rows in times.items():
        first, last = ([t for row in rows for t in part(row)] for part in (lambda r: r[:END], lambda r: r[-END:]))
        middle = [t for row in rows for t in row[turns // 2 - END // 2:turns // 2 + END // 2]]
        out[name] = {"first": statistics.median(first), "middle": statistics.median(middle), "last": statistics.median(last), "turn_1": statistics.median(row[0] for row in rows)}
    return out
