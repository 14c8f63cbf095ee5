"""What needs no audit line of its own: counted, one line a day and process."""

from __future__ import annotations

import atexit
import os
import threading
from collections import Counter
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any


class Tally:
    """Counts messages by mascot and channel; `write` gets the line when the day is over and when the process ends.

    A process that is killed takes the count of its day with it; the lines of weight are on disk by then.
    """

    def __init__(self, write: Callable[[dict[str, Any]], object], today: Callable[[], date]) -> None:
        self._write = write
        self._today = today
        self._counts: Counter[tuple[str, str]] = Counter()
        self._day: date | None = None
        self._lock = threading.Lock()
        atexit.register(self.flush)

    def count(self, mascot: str, channel: str) -> None:
        """One more message of no weight."""
        day = self._today()
        with self._lock:
            line = self._taken() if self._day not in (None, day) else None
            self._day = day
            self._counts[mascot, channel] += 1
        if line:
            self._write(line)

    def flush(self) -> None:
        """Write the line of the day so far, if there is anything to write."""
        with self._lock:
            line = self._taken()
        if line:
            self._write(line)

    def _taken(self) -> dict[str, Any] | None:
        if not self._counts:
            return None
        line: dict[str, Any] = {
            "kind": "chitchat",
            "day": str(self._day),
            "messages": sum(self._counts.values()),
            "mascots": _by(self._counts, 0),
            "channels": _by(self._counts, 1),
            "process": os.getpid(),
        }
        self._counts.clear()
        return line


def _by(counts: Mapping[tuple[str, str], int], place: int) -> dict[str, int]:
    out: Counter[str] = Counter()
    for key, number in counts.items():
        out[key[place]] += number
    return dict(sorted(out.items()))
