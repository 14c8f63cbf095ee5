"""The audit chain holds, and every tampering shows."""

from __future__ import annotations

import json
import os
import threading
import time
from datetime import date
from pathlib import Path

import pytest

from persona.compliance.audit import AuditLog, files, message_hash, read, verify


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
    log = AuditLog(tmp_path / "a.jsonl", 30)
    assert log.retention_days == 1095
    log.append({"n": 1})
    (tmp_path / "a-000001-20200101.jsonl").write_text("", encoding="utf-8")
    (tmp_path / "a-000002-20260101.jsonl").write_text("", encoding="utf-8")
    assert [path.name for path in log.prune(date(2026, 11, 23))] == ["a-000001-20200101.jsonl"]


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
