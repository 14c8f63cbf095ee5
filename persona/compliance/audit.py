"""The audit: one JSON line for every message that matters, chained by hash.

Each line holds the hash of the line before it, so a changed, missing or swapped line is found by `verify`.
Every line is flushed to disk before `append` returns. When a day ends or a file grows too big it is renamed and the next
file goes on with the chain. Files older than the retention are removed, and a line says through which number.
"""

from __future__ import annotations

import hashlib
import json
import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta, timezone
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from persona.institution import Institution

try:
    import fcntl
except ImportError:  # pragma: no cover - Windows
    fcntl = None  # type: ignore[assignment]

AUDIT_PATH = "MASCOT_AUDIT"  # environment variable: another place for the log
DEFAULT_PATH = "audit/audit.jsonl"
LEAST_RETENTION_DAYS = 1095
MAX_BYTES = 64 * 1024 * 1024
_START = "0" * 64
_T = TypeVar("_T")


def _hash(line: dict[str, Any]) -> str:
    body = {key: value for key, value in line.items() if key != "hash"}
    text = json.dumps(body, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def message_hash(text: str) -> str:
    """What stands for a message or a conversation id in the audit."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:32]


def conversation_hash(sender_id: str) -> str:
    """What stands for a conversation in the audit and on a ticket."""
    return hashlib.sha256(sender_id.encode("utf-8", "surrogatepass")).hexdigest()[:16]


@contextmanager
def locked(path: Path, wait: bool = True) -> Iterator[bool]:
    """Hold the lock file `path` among processes; yields whether it is held (only False when `wait` is)."""
    with open(path, "a") as lock:
        if fcntl is not None:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX if wait else fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                yield False
                return
        yield True


class AuditLog:
    """Appends records to `path`; safe for several threads and processes on one machine."""

    def __init__(self, path: str | Path, retention_days: int = LEAST_RETENTION_DAYS, max_bytes: int = MAX_BYTES) -> None:
        self.path = Path(path)
        self.retention_days = max(int(retention_days), LEAST_RETENTION_DAYS)
        self.max_bytes = max_bytes
        self.written: Callable[[], object] | None = None  # called after each line, e.g. Feed.catch_up
        self._lock = threading.Lock()
        self._tail: tuple[int, int, str, int] | None = None  # file, size, hash and number after the last line of ours
        self.path.parent.mkdir(parents=True, exist_ok=True)

    def append(self, record: dict[str, Any]) -> dict[str, Any]:
        """Write one record; returns the line as written, with `seq`, `time`, `prev` and `hash`."""
        line = self._append(record)
        if self.written is not None:
            self.written()
        return line

    def _append(self, record: dict[str, Any]) -> dict[str, Any]:
        with self._lock, locked(self.path.with_name(self.path.name + ".lock")):
            if self._full():
                self._rotate()
                self._prune()
            return self._write(record)

    def _write(self, record: dict[str, Any]) -> dict[str, Any]:
        prev, seq = self._last()
        line = {key: value for key, value in record.items() if key not in ("seq", "prev", "hash")}
        line.setdefault("time", datetime.now(timezone.utc).isoformat(timespec="milliseconds"))
        line["seq"], line["prev"] = seq + 1, prev
        line["hash"] = _hash(line)
        data = (json.dumps(line, ensure_ascii=False, sort_keys=True) + "\n").encode("utf-8", "surrogatepass")
        with open(self.path, "ab") as out:
            if out.tell() and not self._ends_as_we_left_it() and not self._ends_clean():
                out.write(b"\n")  # a line torn by a crash stays visible, the next one starts afresh
            out.write(data)
            out.flush()
            os.fsync(out.fileno())
            self._tail = (os.fstat(out.fileno()).st_ino, out.tell(), line["hash"], line["seq"])
        return line

    def _ends_as_we_left_it(self) -> bool:
        """Whether nobody has written since this log did; asked under the lock."""
        try:
            found = self.path.stat()
        except FileNotFoundError:
            return False
        return self._tail is not None and self._tail[:2] == (found.st_ino, found.st_size)

    def _ends_clean(self) -> bool:
        with open(self.path, "rb") as file:
            file.seek(-1, os.SEEK_END)
            return file.read(1) == b"\n"

    def _last(self) -> tuple[str, int]:
        """Hash and number of the last whole line, in this file or the one before it."""
        if self._tail is not None and self._ends_as_we_left_it():
            return self._tail[2:]
        line = last_line(self.path)
        return (str(line["hash"]), int(line["seq"])) if line else (_START, 0)

    def _full(self) -> bool:
        try:
            stat = self.path.stat()
        except FileNotFoundError:
            return False
        written = datetime.fromtimestamp(stat.st_mtime, timezone.utc).date()
        return stat.st_size > self.max_bytes or written < datetime.now(timezone.utc).date()

    def _rotate(self) -> None:
        day = datetime.fromtimestamp(self.path.stat().st_mtime, timezone.utc).date()
        old = files(self.path)[:-1]
        number = int(old[-1].stem[len(self.path.stem) + 1:][:6]) + 1 if old else 1
        os.replace(self.path, self.path.with_name(f"{self.path.stem}-{number:06d}-{day:%Y%m%d}{self.path.suffix}"))

    def _prune(self) -> None:
        """Remove files whose day is past the retention, after a line that says so."""
        oldest = datetime.now(timezone.utc).date() - timedelta(days=self.retention_days)
        doomed = []
        for path in files(self.path):
            day = _day_of(path)
            if path == self.path or day is None or day >= oldest:
                break  # a gap in the middle would look like tampering
            doomed.append(path)
        last = next((line for path in reversed(doomed) if (line := _last_in(path)) is not None), None)
        if last:
            self._write({"kind": "pruned", "through": last["seq"]})
        for path in doomed:
            path.unlink()


def project_log(institution: Institution) -> AuditLog:
    """The project's audit: the file that AUDIT_PATH names in the environment, else DEFAULT_PATH, with the institution's retention."""
    return AuditLog(Path(os.environ.get(AUDIT_PATH, DEFAULT_PATH)), institution.audit_retention_days)


def _day_of(path: Path) -> date | None:
    try:
        return datetime.strptime(path.stem[-8:], "%Y%m%d").date()
    except ValueError:
        return None


def files(path: str | Path) -> list[Path]:
    """The rotated files of a log, oldest first, and the current one."""
    base = Path(path)
    number = "[0-9]" * 6
    old = sorted(base.parent.glob(f"{base.stem}-{number}-{'[0-9]' * 8}{base.suffix}"))
    return [*old, base] if base.exists() else old


def _steady(path: str | Path, work: Callable[[list[Path]], _T]) -> _T:
    """`work` on the files of a log, again when a writer has renamed, begun or removed one meanwhile."""
    while True:
        found = files(path)
        try:
            result = work(found)
        except FileNotFoundError:
            continue
        if files(path) == found:
            return result


def last_line(path: str | Path) -> dict[str, Any] | None:
    """The last whole line of a log; None when there is none."""
    return _steady(
        path, lambda found: next((line for file in reversed(found) if (line := _last_in(file)) is not None), None)
    )


def lines_after(path: str | Path, seq: int) -> list[dict[str, Any]]:
    """The whole lines whose number is greater than `seq`, in order; only the end of the log is read."""
    return _steady(path, lambda found: _lines_after(found, seq))


def _lines_after(paths: list[Path], seq: int) -> list[dict[str, Any]]:
    out: list[dict[str, Any]] = []
    for file in reversed(paths):
        found = _whole_lines(file, seq)
        out[:0] = [line for line in found if line["seq"] > seq]
        if found and found[0]["seq"] <= seq + 1:
            break
    return out


def _ends(path: Path) -> Iterator[list[bytes]]:
    """The rows of longer and longer ends of a file; the last end is the whole file."""
    with open(path, "rb") as file:
        size = file.seek(0, os.SEEK_END)
        block = min(size, 65536)
        while True:
            file.seek(size - block)
            rows = file.read(block).split(b"\n")
            whole = block == size
            yield rows if whole else rows[1:]
            if whole:
                return
            block = min(size, block * 4)


def _whole_lines(path: Path, seq: int) -> list[dict[str, Any]]:
    """Whole lines at the end of a file, back to `seq` or, when it is not in the file, to the beginning."""
    found: list[dict[str, Any]] = []
    for rows in _ends(path):
        found = [line for row in rows if (line := _parsed(row)) is not None]
        if found and found[0]["seq"] <= seq:
            break
    return found


def _parsed(row: bytes) -> dict[str, Any] | None:
    try:
        line = json.loads(row)
    except ValueError:
        return None
    return line if isinstance(line, dict) and "hash" in line and isinstance(line.get("seq"), int) else None


def _last_in(path: Path) -> dict[str, Any] | None:
    return next((line for rows in _ends(path) for row in reversed(rows) if (line := _parsed(row)) is not None), None)


def read(path: str | Path) -> list[dict[str, Any]]:
    """All whole lines of a log in order."""
    return _steady(path, _read)


def _read(paths: list[Path]) -> list[dict[str, Any]]:
    out = []
    for file in paths:
        for row in file.read_bytes().split(b"\n"):
            try:
                line = json.loads(row)
            except ValueError:
                continue
            if isinstance(line, dict):
                out.append(line)
    return out


def verify(path: str | Path) -> list[str]:
    """What is wrong with the chain; empty when every line is whole, in order and unchanged."""
    return _steady(path, lambda found: _verify(found) if found else [f"{path}：没有审计文件"])


def _verify(found: list[Path]) -> list[str]:
    problems: list[str] = []
    prev: str | None = None
    seq: int | None = None
    start: int | None = None
    removed: set[int] = set()
    for file in found:
        for number, row in enumerate(file.read_bytes().split(b"\n"), 1):
            if not row:
                continue
            where = f"{file.name}:{number}"
            try:
                line = json.loads(row)
                stated, before, count = line["hash"], line["prev"], int(line["seq"])
            except (ValueError, KeyError, TypeError):
                problems.append(f"{where} 这一行不完整")
                continue
            if _hash(line) != stated:
                problems.append(f"{where} 内容被改过")
            if seq is not None and count != seq + 1:
                problems.append(f"{where} 序号从 {seq} 跳到 {count}，中间少了或乱了")
            elif prev is not None and before != prev:
                problems.append(f"{where} 和上一行接不上")
            elif seq is None:
                start = count
                if count == 1 and before != _START:
                    problems.append(f"{where} 第一行的起点不对")
            if line.get("kind") == "pruned":
                removed.add(line.get("through"))
            prev, seq = stated, count
    if start is not None and start > 1 and start - 1 not in removed:
        problems.append(f"{found[0].name}:1 从第 {start} 条开始，前面的不见了，也没有到期清理的记录")
    return problems
