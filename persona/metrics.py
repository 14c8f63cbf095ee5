"""What the process counts, in Prometheus' text format 0.0.4. Names, numbers and fixed labels; never a customer's words or id.

Several workers: each writes its numbers to `<MASCOT_METRICS_DIR>/<pid>.json`, and whoever is asked adds all of them up.
Without the folder a process knows its own numbers only.
"""

from __future__ import annotations

import json
import os
import threading
import time
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from functools import wraps
from inspect import iscoroutinefunction
from pathlib import Path
from typing import Any, TypeVar, cast

from persona import atomic

FOLDER = "MASCOT_METRICS_DIR"
BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0)  # seconds
COUNTERS = {
    "turns": "Messages of customers that were answered.",
    "messages": "Messages of customers by how they were understood: understood or fallback.",
    "refusals": "Messages of the mascot that the guard replaced, by rule; a message may break several.",
    "secrets": "Messages in which a secret was masked, by kind.",
    "action_failures": "Custom actions that did not answer in time; a safe answer was given.",
    "store_failures": "Readings and writings of the tracker store that failed.",
    "shared_state_failures": "Questions to Redis that failed.",
    "requests_refused": "Requests refused before a turn, by code.",
    "replays": "Retries that got the answer of the first request.",
}
STEPS = ("turn", "parse", "action", "door", "store")
_STEP_HELP = "Seconds by step of a turn: the whole turn, understanding, action server, door with guard and audit, tracker store."

_lock = threading.Lock()
_counts: dict[tuple[str, str], float] = defaultdict(float)
_steps: dict[str, list[float]] = {}  # buckets, then +Inf, then the sum
_dirty = False
_F = TypeVar("_F", bound=Callable[..., Any])


def count(name: str, label: str = "", by: float = 1) -> None:
    """Add to a counter of `COUNTERS`; `label` is its label's value."""
    global _dirty
    with _lock:
        _counts[name, label] += by
        _dirty = True


def observe(step: str, seconds: float) -> None:
    """Note how long a step took."""
    global _dirty
    with _lock:
        row = _steps.setdefault(step, [0.0] * (len(BUCKETS) + 2))
        row[bisect_left(BUCKETS, seconds)] += 1
        row[-1] += seconds
        _dirty = True


@contextmanager
def timing(step: str) -> Iterator[None]:
    """Note how long the block took, also when it fails."""
    started = time.perf_counter()
    try:
        yield
    finally:
        observe(step, time.perf_counter() - started)


def timed(step: str) -> Callable[[_F], _F]:
    """A function whose every call is noted."""

    def wrap(function: _F) -> _F:
        if iscoroutinefunction(function):

            @wraps(function)
            async def slow(*args: Any, **kwargs: Any) -> Any:
                with timing(step):
                    return await function(*args, **kwargs)

            return cast(_F, slow)

        @wraps(function)
        def fast(*args: Any, **kwargs: Any) -> Any:
            with timing(step):
                return function(*args, **kwargs)

        return cast(_F, fast)

    return wrap


# ── several processes ──


def folder() -> Path | None:
    """Where the workers put their numbers, or None."""
    name = os.environ.get(FOLDER, "").strip()
    return Path(name) if name else None


def start() -> None:
    """Before the workers begin: an empty folder. Numbers of an earlier start are not these."""
    place = folder()
    if place is not None:
        place.mkdir(parents=True, exist_ok=True)
        for file in place.glob("*.json"):
            file.unlink(missing_ok=True)


def snapshot() -> dict[str, Any]:
    """The numbers of this process."""
    with _lock:
        return {"counts": [[*key, value] for key, value in _counts.items()], "steps": {k: list(v) for k, v in _steps.items()}}


def publish() -> None:
    """Put this process' numbers where the others find them, when they have changed."""
    global _dirty
    place = folder()
    if place is None or not _dirty:
        return
    _dirty = False
    atomic.write(place / f"{os.getpid()}.json", json.dumps(snapshot()).encode())


def gathered() -> list[dict[str, Any]]:
    """The numbers of all processes: this one's as they are now, the others' as they were last written."""
    found = [snapshot()]
    place = folder()
    for file in sorted(place.glob("*.json")) if place else ():
        if file.stem != str(os.getpid()):
            with suppress(OSError, ValueError):
                found.append(json.loads(file.read_text(encoding="utf-8")))
    return found


# ── text ──

_LABELS = {"messages": "outcome", "refusals": "rule", "secrets": "kind", "action_failures": "action", "requests_refused": "code", "replays": ""}


def render(gauges: Iterable[tuple[str, str, str, Mapping[str, str], float]] = ()) -> str:
    """All numbers as Prometheus reads them. gauges: (name, type, help, labels, value), rows of one name together."""
    counts: dict[tuple[str, str], float] = defaultdict(float)
    steps: dict[str, list[float]] = {}
    for process in gathered():
        for name, label, value in process["counts"]:
            counts[name, label] += value
        for step, row in process["steps"].items():
            steps[step] = [a + b for a, b in zip(steps.get(step, [0.0] * len(row)), row, strict=True)]
    lines: list[str] = []
    for name, told in COUNTERS.items():
        rows = sorted((label, value) for (known, label), value in counts.items() if known == name)
        lines += _head(f"mascot_{name}_total", "counter", told)
        key = _LABELS.get(name, "")
        lines += [_row(f"mascot_{name}_total", {key: label} if key else {}, value) for label, value in rows or ([("", 0.0)] if not key else [])]
    lines += _head("mascot_step_seconds", "histogram", _STEP_HELP)
    for step in STEPS:
        row, seen = steps.get(step, [0.0] * (len(BUCKETS) + 2)), 0.0
        for edge, value in zip((*map(str, BUCKETS), "+Inf"), row, strict=False):
            seen += value
            lines.append(_row("mascot_step_seconds_bucket", {"step": step, "le": edge}, seen))
        lines += [_row("mascot_step_seconds_sum", {"step": step}, row[-1]), _row("mascot_step_seconds_count", {"step": step}, seen)]
    known = ""
    for name, kind, told, labels, value in gauges:
        if name != known:
            lines += _head(name, kind, told)
            known = name
        lines.append(_row(name, labels, value))
    return "\n".join(lines) + "\n"


def _head(name: str, kind: str, told: str) -> list[str]:
    return [f"# HELP {name} {told}", f"# TYPE {name} {kind}"]


def _row(name: str, labels: Mapping[str, str], value: float) -> str:
    inner = ",".join(f'{k}="{_escaped(v)}"' for k, v in labels.items())
    return f"{name}{{{inner}}} {value:.10g}" if inner else f"{name} {value:.10g}"


def _escaped(text: str) -> str:
    return text.replace("\\", r"\\").replace('"', r"\"").replace("\n", r"\n")
