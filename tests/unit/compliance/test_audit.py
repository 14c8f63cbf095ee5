"""The audit chain holds, and every tampering shows."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from persona.compliance import audit
from persona.compliance.audit import AuditLog, files, last_line, lines_after, message_hash, read, verify
from persona.compliance.feed import Feed
from persona.compliance.tally import Tally


@pytest.fixture
def log(tmp_path: Path) -> AuditLog:
    return AuditLog(tmp_path / "audit" / "audit.jsonl", 1095)


def test_lines_are_chained(log: AuditLog) -> None:
    for number in range(5):
        log.append({"verdict": "allow", "n": number, "text": "话\ud800"})
    lines = read(log.path)
    assert [line["seq"] for line in lines] == [1, 2, 3, 4, 5]
    assert [line["hash"] for line in lines[:-1]] == [line["prev"] for line in lines[1:]]
    assert verify(log.path) == []


def test_tampering_is_found(log: AuditLog) -> None:
    for number in range(6):
        log.append({"n": number})
    rows = log.path.read_text(encoding="utf-8").splitlines()
    changed = rows.copy()
    changed[2] = changed[2].replace('"n": 2', '"n": 9')
    for broken, said in ((changed, "改过"), (rows[:2] + rows[3:], "跳到"), ([rows[1], rows[0], *rows[2:]], "跳到"), ([*rows, "{"], "不完整")):
        log.path.write_text("\n".join(broken) + "\n", encoding="utf-8")
        assert any(said in problem for problem in verify(log.path)), said


def test_a_forged_line_does_not_fit(log: AuditLog) -> None:
    log.append({"n": 1})
    log.append({"n": 2})
    rows = [json.loads(row) for row in log.path.read_text(encoding="utf-8").splitlines()]
    from persona.compliance.audit import _hash

    rows[0]["n"] = 7
    rows[0]["hash"] = _hash(rows[0])
    log.path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    assert any("接不上" in problem for problem in verify(log.path))


def test_two_writers_by_turns_keep_one_chain(tmp_path: Path) -> None:
    """Each remembers how it left the file, and notices that the other has written meanwhile, or a line was torn."""
    one, two = AuditLog(tmp_path / "audit.jsonl"), AuditLog(tmp_path / "audit.jsonl")
    for log in (one, one, two, one, two, two):
        log.append({"kind": "message"})
    with open(one.path, "ab") as file:
        file.write(b'{"kind": "mess')
    two.append({"kind": "message"})
    one.append({"kind": "message"})
    assert [line["seq"] for line in read(one.path)] == list(range(1, 9))
    assert [p for p in verify(one.path) if "不完整" not in p] == []


def test_it_goes_on_after_a_torn_line(log: AuditLog) -> None:
    log.append({"n": 1})
    with open(log.path, "ab") as file:
        file.write(b'{"n": 2, "ha')
    line = log.append({"n": 3})
    assert line["seq"] == 2
    assert len(verify(log.path)) == 1 and "不完整" in verify(log.path)[0]


def test_rotation_keeps_the_chain(tmp_path: Path) -> None:
    log = AuditLog(tmp_path / "a.jsonl", 1095, max_bytes=600)
    for number in range(12):
        log.append({"n": number})
    assert len(files(log.path)) > 2
    assert verify(log.path) == [] and len(read(log.path)) == 12
    before = len(files(log.path))
    yesterday = time.time() - 86400
    os.utime(log.path, (yesterday, yesterday))
    log.append({"n": 12})
    assert len(files(log.path)) == before + 1 and read(log.path)[-1]["seq"] == 13 and verify(log.path) == []


def test_old_files_are_pruned_after_the_retention_only(tmp_path: Path) -> None:
    log = AuditLog(tmp_path / "a.jsonl", 30, max_bytes=200)
    assert log.retention_days == 1095
    for number in range(4):
        log.append({"n": number})
    old = files(log.path)[0]
    assert old != log.path
    old.rename(old.with_name("a-000001-20200101.jsonl"))
    log.append({"n": 4})
    assert not old.exists() and next(line["seq"] for line in read(log.path)) == 2
    pruned = [line for line in read(log.path) if line.get("kind") == "pruned"]
    assert [line["through"] for line in pruned] == [1]
    assert verify(log.path) == []
    files(log.path)[0].unlink()
    assert any("不见了" in problem for problem in verify(log.path))


@pytest.mark.parametrize("keep", [1, 2])
def test_lines_missing_at_the_beginning_are_found(log: AuditLog, keep: int) -> None:
    for number in range(4):
        log.append({"n": number})
    rows = log.path.read_text(encoding="utf-8").splitlines()
    log.path.write_text("\n".join(rows[keep:]) + "\n", encoding="utf-8")
    assert any("不见了" in problem for problem in verify(log.path))


def test_a_process_killed_while_writing_leaves_a_chain_that_goes_on(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    code = (
        "import sys; from persona.compliance.audit import AuditLog\n"
        "log = AuditLog(sys.argv[1], max_bytes=20_000)\n"
        "while True: log.append({'kind': 'message', 'text': '话' * 200})"
    )
    for _ in range(3):
        process = subprocess.Popen([sys.executable, "-c", code, str(path)])
        wanted = len(read(path)) + 20
        until = time.monotonic() + 20
        while len(read(path)) < wanted and time.monotonic() < until:
            time.sleep(0.02)
        process.kill()
        process.wait()
        before = len(read(path))
        assert before >= wanted
        line = AuditLog(path).append({"kind": "start"})
        assert line["seq"] == before + 1
    assert len(files(path)) > 1
    assert [p for p in verify(path) if "不完整" not in p] == []


@pytest.mark.parametrize("reader", [read, last_line, verify, lambda path: lines_after(path, 0)])
def test_a_reader_is_not_disturbed_by_a_file_closed_meanwhile(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, reader: Callable[[Path], object]
) -> None:
    log = AuditLog(tmp_path / "a.jsonl", max_bytes=200)
    for number in range(3):
        log.append({"n": number})
    listed = []

    def files_then_another_line(path: str | Path) -> list[Path]:
        found = files(path)
        listed.append(found)
        if len(listed) == 1:
            with monkeypatch.context() as still:
                still.setattr(audit, "files", files)
                log.append({"n": 3})  # closes the file that was just listed
        return found

    monkeypatch.setattr(audit, "files", files_then_another_line)
    seen = reader(log.path)
    assert len(listed) > 2 and listed[0] != listed[-1]
    monkeypatch.undo()
    assert seen == reader(log.path)


def test_lines_after_reads_the_end_over_several_files(tmp_path: Path) -> None:
    log = AuditLog(tmp_path / "a.jsonl", max_bytes=600)
    for number in range(12):
        log.append({"n": number})
    for seq in (0, 3, 11, 12, 40):
        assert [line["seq"] for line in lines_after(log.path, seq)] == list(range(seq + 1, 13))
    assert last_line(log.path)["seq"] == 12  # type: ignore[index]
    big = AuditLog(tmp_path / "b.jsonl")
    for number in range(300):
        big.append({"text": "长" * 200, "n": number})
    assert [line["seq"] for line in lines_after(big.path, 5)] == list(range(6, 301))


class Broker:
    """Takes events while it is up."""

    def __init__(self) -> None:
        self.up = True
        self.taken: list[int] = []

    def publish(self, event: dict[str, Any]) -> None:
        if not self.up:
            raise ConnectionError("away")
        assert event["event"] == "mascot_audit"
        self.taken.append(event["audit"]["seq"])


def test_a_broker_that_was_away_is_caught_up_in_order(tmp_path: Path, log: AuditLog) -> None:
    log.append({"n": 0})  # from before there was a broker
    broker = Broker()
    log.written = Feed(log.path, broker.publish, retry=0).catch_up
    log.append({"n": 1})
    broker.up = False
    for number in range(3):
        log.append({"n": number})
    assert broker.taken == [2] and len(read(log.path)) == 5 and verify(log.path) == []
    # another process, after a restart
    again = AuditLog(log.path)
    broker.up = True
    again.written = Feed(log.path, broker.publish, retry=0).catch_up
    again.append({"n": 9})
    assert broker.taken == [2, 3, 4, 5, 6]
    log.append({"n": 10})
    assert broker.taken == [2, 3, 4, 5, 6, 7]


def test_a_broker_that_fails_is_left_alone_for_a_while(log: AuditLog) -> None:
    calls: list[Any] = []

    def publish(event: dict[str, Any]) -> None:
        calls.append(event)
        raise ConnectionError("away")

    log.written = Feed(log.path, publish, retry=60).catch_up
    for number in range(5):
        log.append({"n": number})
    assert len(calls) == 1 and len(read(log.path)) == 5


def test_small_talk_is_one_line_a_day(log: AuditLog) -> None:
    days = iter([date(2026, 11, 22)] * 3 + [date(2026, 11, 23)] * 2)
    tally = Tally(log.append, lambda: next(days))
    for channel in ("own_web", "own_app", "own_web", "own_web", "own_web"):
        tally.count("xiaofumiao", channel)
    tally.flush()
    tally.flush()
    rows = [(row["day"], row["messages"], row["channels"]) for row in read(log.path)]
    assert rows == [("2026-11-22", 3, {"own_app": 1, "own_web": 2}), ("2026-11-23", 2, {"own_web": 2})]


def test_several_threads_keep_one_chain(log: AuditLog) -> None:
    def write() -> None:
        for _ in range(10):
            log.append({"who": threading.get_ident()})

    threads = [threading.Thread(target=write) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert verify(log.path) == [] and len(read(log.path)) == 40


def test_no_file_is_a_problem(tmp_path: Path) -> None:
    assert verify(tmp_path / "none.jsonl")
    assert len(message_hash("你好")) == 32 and message_hash("\ud800")
