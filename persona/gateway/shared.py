"""What several workers must know together, in Redis: how often somebody asked, and which message was answered already.

Redis holds hashes for keys, times, and for ten minutes the mascot's answers; never a customer's words or id.
"""

from __future__ import annotations

import hashlib
import logging
import time
import uuid
from collections.abc import Awaitable
from typing import Any, TypeVar

from persona import metrics

logger = logging.getLogger(__name__)

PREFIX = "mascot:"
TIMEOUT = 0.5  # seconds for one answer of Redis
REST = 5.0  # seconds without asking after Redis failed: each worker decides alone meanwhile
_T = TypeVar("_T")

# KEYS[1]: the times of one key.  ARGV: limit, a name for this request.  Redis' own clock, so that workers agree.
_WAIT = """
local t = redis.call('TIME')
local now = t[1] * 1000 + math.floor(t[2] / 1000)
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now - 60000)
if redis.call('ZCARD', KEYS[1]) < tonumber(ARGV[1]) then
  redis.call('ZADD', KEYS[1], now, ARGV[2])
  redis.call('PEXPIRE', KEYS[1], 60000)
  return 0
end
local first = redis.call('ZRANGE', KEYS[1], 0, 0, 'WITHSCORES')
return math.floor((60000 - (now - first[2])) / 1000) + 1
"""
# KEYS[1]: one message.  ARGV: what stands there, what is to stand there, milliseconds (0: nothing).
_CHANGE = """
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
if ARGV[3] == '0' then redis.call('DEL', KEYS[1]) else redis.call('SET', KEYS[1], ARGV[2], 'PX', ARGV[3]) end
return 1
"""


class UnavailableError(Exception):
    """Redis does not answer; what it would have known is not known."""


def key_of(*parts: str) -> str:
    """The name under which something is kept: a hash, so that no id stands in Redis."""
    return hashlib.sha256("\x00".join(parts).encode("utf-8", "surrogatepass")).hexdigest()


class Shared:
    """The state in one Redis. A failure is logged once, counted, and leaves Redis alone for some seconds."""

    def __init__(self, url: str) -> None:
        import redis.asyncio

        self.url = url
        self._client: Any = redis.asyncio.Redis.from_url(url, socket_timeout=TIMEOUT, socket_connect_timeout=TIMEOUT)
        self._wait = self._client.register_script(_WAIT)
        self._change = self._client.register_script(_CHANGE)
        self._failed = 0.0

    def check(self) -> None:
        """RAISES ValueError when Redis cannot be reached: said at the start, not to the first customer."""
        import redis

        client = redis.Redis.from_url(self.url, socket_timeout=2, socket_connect_timeout=2)
        try:
            client.ping()
        except redis.RedisError as problem:
            raise ValueError(
                f"credentials.yml：redis_url 写了，Redis 却连不上（{type(problem).__name__}）；启动 Redis，或者去掉 redis_url。"
            ) from None
        finally:
            client.close()

    async def wait(self, key: str, per_minute: int) -> int:
        """Seconds to wait before `key` may send again, over all workers; RAISES UnavailableError."""
        return int(await self._ask(self._wait([f"{PREFIX}rate:{key}"], [per_minute, uuid.uuid4().hex])))

    async def claim(self, key: str, mark: str, seconds: float) -> str | None:
        """Make `key` ours: None when it is now, else what stands there (another's mark, or its answer)."""
        name = f"{PREFIX}once:{key}"
        for _ in range(2):  # what stood there may run out between the two questions
            if await self._ask(self._client.set(name, mark, nx=True, px=int(seconds * 1000))):
                return None
            found = await self._ask(self._client.get(name))
            if found is not None:
                return str(found.decode("utf-8"))
        return ""

    async def change(self, key: str, mark: str, answer: str, seconds: float) -> None:
        """Put the answer where our mark stands; with 0 seconds, take the mark away."""
        await self._ask(self._change([f"{PREFIX}once:{key}"], [mark, answer, int(seconds * 1000)]))

    async def _ask(self, question: Awaitable[_T]) -> _T:
        import redis

        if time.monotonic() - self._failed < REST and self._failed:
            getattr(question, "close", lambda: None)()
            raise UnavailableError
        try:
            found = await question
        except (redis.RedisError, OSError) as problem:
            if not self._failed:
                logger.error("Redis does not answer (%s); limits and retries are known to each worker alone", type(problem).__name__)
            self._failed = time.monotonic()
            metrics.count("shared_state_failures")
            raise UnavailableError from None
        if self._failed:
            logger.warning("Redis answers again")
            self._failed = 0.0
        return found
