"""What an endpoints file asks of the machine: variables from the environment, Redis, PostgreSQL; checked before a start.

Each problem is one sentence that says what to mend. Nothing here imports rasa.
"""

from __future__ import annotations

import os
import re
import socket
from collections.abc import Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

ENDPOINTS = "MASCOT_ENDPOINTS"  # environment variable: the endpoints file in use
DEFAULT = "endpoints.yml"
_VARIABLE = re.compile(r"\$\{(\w+)\}")
SECONDS = 3.0


def endpoints_file() -> Path:
    """The endpoints file of this process: `MASCOT_ENDPOINTS`, else endpoints.yml."""
    return Path(os.environ.get(ENDPOINTS) or DEFAULT)


def read(file: Path) -> Mapping[str, Any]:
    """The endpoints file as it stands, `${NAME}` not filled in; a file that has not changed is not parsed again."""
    now = file.stat()
    return _parsed(file, (now.st_dev, now.st_ino, now.st_mtime_ns, now.st_size))


@lru_cache(maxsize=4)
def _parsed(file: Path, state: tuple[int, ...]) -> Mapping[str, Any]:
    return yaml.safe_load(file.read_text(encoding="utf-8")) or {}


def variables(file: Path) -> list[str]:
    """Names of the environment variables that the file needs, in its order, comments left out."""
    found: list[str] = []

    def walk(value: Any) -> None:
        if isinstance(value, Mapping):
            for item in value.values():
                walk(item)
        elif isinstance(value, list):
            for item in value:
                walk(item)
        elif isinstance(value, str):
            found.extend(name for name in _VARIABLE.findall(value) if name not in found)

    walk(read(file))
    return found


def filled(setting: Any) -> Any:
    """A setting with `${NAME}` taken from the environment, as Rasa reads endpoints.yml."""
    return os.path.expandvars(setting) if isinstance(setting, str) else setting


def no_redis(host: Any, port: Any, problem: BaseException | str) -> str:
    """The sentence for a lock store that is not there."""
    return f"连不上 Redis（{host}:{port}，{problem}），不启动：没有它，几个进程会同时回答同一位客户。请先启动 Redis，或检查 REDIS_HOST、REDIS_PORT、REDIS_PASSWORD。"


def shared_lock(file: Path) -> bool:
    """Whether several processes can answer with this file: the lock is not in one process's memory."""
    return str((read(file).get("lock_store") or {}).get("type") or "in_memory") != "in_memory"


def problems(file: Path, workers: int = 1) -> Iterator[str]:
    """Why a start with this file must fail, one sentence each. A database that is away is none: see `warnings`."""
    missing = [name for name in variables(file) if not os.environ.get(name)]
    if missing:
        yield f"{file}：环境变量 {'、'.join(missing)} 没有设，不启动。"
        return
    if not shared_lock(file):
        if workers > 1:
            yield f"{file}：--workers {workers} 要有共享的锁，lock_store 现在在内存里，不启动。请用 endpoints.production.yml，或者 --workers 1。"
        return
    lock = read(file)["lock_store"]
    if str(lock["type"]) == "redis" or str(lock["type"]).endswith("RedisLockStore"):
        trouble = _redis(lock)
        if trouble:
            yield trouble


def warnings(file: Path) -> Iterator[str]:
    """What is away but does not hold the start up: the mascot answers without it."""
    for name, key, port, meanwhile in (
        ("PostgreSQL", "tracker_store", 5432, "对话先记在内存里，库回来后补存"),
        ("RabbitMQ", "event_broker", 5672, "审计在磁盘上等，连上以后补发"),
    ):
        settings = read(file).get(key) or {}
        host = filled(settings.get("url") or settings.get("host"))
        if not host or settings.get("dialect") == "sqlite":
            continue
        number = int(filled(settings.get("port")) or port)
        try:
            socket.create_connection((host, number), SECONDS).close()
        except OSError as problem:
            yield f"连不上 {name}（{host}:{number}，{problem}）：{meanwhile}。"


def _redis(lock: Mapping[str, Any]) -> str | None:
    import redis

    host, port = filled(lock.get("url") or "localhost"), filled(lock.get("port") or 6379)
    try:
        redis.Redis(
            host=host, port=int(port), db=int(filled(lock.get("db") or 1)), username=filled(lock.get("username")),
            password=filled(lock.get("password")), ssl=bool(lock.get("use_ssl")), socket_timeout=SECONDS,
        ).ping()
    except (redis.RedisError, OSError, ValueError) as problem:
        return no_redis(host, port, problem)
    return None
