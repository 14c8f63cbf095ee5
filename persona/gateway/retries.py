"""A message that is sent again is answered once: the same id of the same sender gets the first answer, no second turn."""

from __future__ import annotations

import asyncio
import json
import logging
import time
import uuid
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

from persona.gateway.shared import Shared, UnavailableError

logger = logging.getLogger(__name__)

WINDOW = 600.0  # seconds an answer is kept
TURN_TAKES = 90.0  # seconds after which a turn whose worker died may be taken again
PATIENCE = 25.0  # seconds a retry waits for the first
POLL = 0.05
_RUNNING = "running:"

Answer = list[dict[str, Any]]


class StillRunningError(Exception):
    """The first message of this id has no answer yet."""


@dataclass
class Local:
    """Marks and answers of this process, the oldest forgotten first."""

    most: int = 5_000
    _kept: OrderedDict[str, tuple[str, float]] = field(default_factory=OrderedDict)

    def claim(self, key: str, mark: str, seconds: float) -> str | None:
        """As `Shared.claim`."""
        found, until = self._kept.get(key, ("", 0.0))
        now = time.monotonic()
        if until > now:
            return found
        self._put(key, mark, now + seconds)
        return None

    def change(self, key: str, mark: str, answer: str, seconds: float) -> None:
        """As `Shared.change`."""
        if self._kept.get(key, ("", 0.0))[0] == mark:
            self._kept.pop(key)
            if seconds:
                self._put(key, answer, time.monotonic() + seconds)

    def _put(self, key: str, value: str, until: float) -> None:
        self._kept.pop(key, None)
        self._kept[key] = (value, until)
        while len(self._kept) > self.most:
            self._kept.popitem(last=False)


class Retries:
    """This process first, then Redis when there is one: without it a retry that reaches another worker is a new message."""

    def __init__(self, shared: Shared | None = None) -> None:
        self.local = Local()
        self.shared = shared

    async def once(self, key: str, turn: Callable[[], Awaitable[Answer]], final: Callable[[Answer], bool]) -> tuple[Answer, bool]:
        """The answer to the message `key`, and whether it is an earlier one.

        turn: makes the answer.  final: whether an answer may be kept; another one, like a failure, leaves the retry free
        to try again.  RAISES StillRunningError, and whatever `turn` raises.
        """
        mark = _RUNNING + uuid.uuid4().hex
        known = await self._claim(key, mark)
        if known is not None:
            return json.loads(known), True
        answer: Answer | None = None
        try:
            answer = await turn()
        finally:
            keep = answer is not None and final(answer)
            await self._change(key, mark, json.dumps(answer) if keep else "", WINDOW if keep else 0)
        return answer, False

    async def _claim(self, key: str, mark: str) -> str | None:
        until = time.monotonic() + PATIENCE
        while (found := self.local.claim(key, mark, TURN_TAKES)) is not None:
            if not found.startswith(_RUNNING):
                return found
            await _later(until)
        try:
            while self.shared is not None and (found := await self.shared.claim(key, mark, TURN_TAKES)) is not None:
                if found and not found.startswith(_RUNNING):
                    self.local.change(key, mark, found, WINDOW)
                    return found
                await _later(until)
        except UnavailableError:
            return None  # ours here; another worker does not know it
        except BaseException:
            self.local.change(key, mark, "", 0)
            raise
        return None

    async def _change(self, key: str, mark: str, answer: str, seconds: float) -> None:
        self.local.change(key, mark, answer, seconds)
        if self.shared is not None:
            try:
                await self.shared.change(key, mark, answer, seconds)
            except UnavailableError:
                logger.warning("an answer could not be shared; a retry at another worker is answered anew")


async def _later(until: float) -> None:
    if time.monotonic() > until:
        raise StillRunningError
    await asyncio.sleep(POLL)
