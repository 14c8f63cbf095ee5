"""Audit lines on their way to an event broker: in order, at least once, and never instead of the file.

How far the broker has them stands beside the log (`audit.jsonl.sent`). When the broker is away the lines wait on disk
and go out with the first line after it is back.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from persona import atomic
from persona.compliance.audit import last_line, lines_after, locked

logger = logging.getLogger(__name__)

EVENT = "mascot_audit"
RETRY = 30.0  # seconds before a broker that failed is asked again


def message(line: dict[str, Any]) -> dict[str, Any]:
    """What a broker gets for an audit line."""
    return {"event": EVENT, "sender_id": line.get("conversation"), "audit": line}


class Feed:
    """Hands lines to `publish`, which raises when the broker does not take one; `send` is for brokers that confirm."""

    def __init__(self, path: Path, publish: Callable[[dict[str, Any]], object] | None = None, retry: float = RETRY) -> None:
        self.path = path
        self.retry = retry
        self._publish = publish or (lambda event: None)
        self._mark = path.with_name(path.name + ".sent")
        self._lock = path.with_name(path.name + ".sent.lock")
        self._closed_until = 0.0
        with locked(self._lock):  # several workers start at once
            if not self._mark.exists():  # a broker that is new gets what is written from now on
                last = last_line(path)
                self._keep(int(last["seq"]) if last else 0)

    def catch_up(self) -> int:
        """Send what the broker does not have yet; returns how many lines it took. Never raises."""
        if time.monotonic() < self._closed_until:
            return 0
        sent = 0
        try:
            # Another process that is sending takes our lines along, or the next line does.
            with locked(self._lock, wait=False) as mine:
                for line in lines_after(self.path, self.sent) if mine else ():
                    self._publish(message(line))
                    self._keep(int(line["seq"]))
                    sent += 1
        except Exception:
            logger.exception("the event broker takes no audit lines; they wait in %s", self.path)
            self._closed_until = time.monotonic() + self.retry
        return sent

    async def send(self, confirmed: Callable[[list[dict[str, Any]]], Awaitable[object]], most: int) -> int:
        """As `catch_up` for a broker that confirms: `confirmed` gets at most `most` messages and returns when it has them.

        What it raises goes to the caller; the lines that were not confirmed are sent again next time.
        """
        done = 0
        with locked(self._lock, wait=False) as mine:
            lines = lines_after(self.path, self.sent) if mine else []
            for start in range(0, len(lines), most):
                batch = lines[start:start + most]
                await confirmed([message(line) for line in batch])
                self._keep(int(batch[-1]["seq"]))
                done += len(batch)
        return done

    @property
    def sent(self) -> int:
        """The number of the last line that the broker has."""
        try:
            return int(self._mark.read_text())
        except (OSError, ValueError):
            return 0

    def _keep(self, seq: int) -> None:
        atomic.write(self._mark, str(seq).encode())
