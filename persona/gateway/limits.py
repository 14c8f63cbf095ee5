"""How often somebody may ask: at most so many in any window of 60 seconds, in this process."""

from __future__ import annotations

import time
from collections import OrderedDict


class RateLimit:
    """At most `per_minute` messages a key in any window of 60 seconds; the oldest keys are forgotten first. 0: no limit."""

    def __init__(self, per_minute: int, keys: int = 10_000) -> None:
        self.per_minute = per_minute
        self.keys = keys
        self._seen: OrderedDict[str, list[float]] = OrderedDict()

    def wait(self, key: str, now: float | None = None) -> int:
        """Seconds to wait before `key` may send again; 0 when it may."""
        if self.per_minute <= 0:
            return 0
        moment = time.monotonic() if now is None else now
        recent = [t for t in self._seen.pop(key, []) if moment - t < 60]
        wait = 0 if len(recent) < self.per_minute else int(60 - (moment - recent[0])) + 1
        if not wait:
            recent.append(moment)
        self._seen[key] = recent
        while len(self._seen) > self.keys:
            self._seen.popitem(last=False)
        return wait
