from __future__ import annotations

import csv
import json
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from persona.cli import main
from persona.compliance.audit import read
from persona.database import engine
from persona.giveaways.entries import Entries
from persona.giveaways.sheet import Giveaway
from persona.institution import Institution
from tests.unit.giveaways.conftest import DUE, OPEN, WAITING

SEED = "7.0812,8.2213,4.5610,0.9102,9.3307"


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, database: str) -> Any:
    monkeypatch.setenv("MASCOT_DB", database)
    monkeypatch.setenv("MASCOT_AUDIT", str(tmp_path / "audit.jsonl"))

    def at(now: datetime) -> None:
        monkeypatch.setattr(Institution, "now", lambda self: now.replace(tzinfo=self.tz))

    at(OPEN)
    return at


def test_from_entry_to_a_draw_that_anyone_checks(clock: Any, sheet: Giveaway, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    entries = Entries(engine(), {sheet.id: sheet})
    for number in range(75):
        entries.enter(sheet, f"c{number}", OPEN)
    assert main(["giveaway", "list"]) == 0
    assert "报名中  报名 75 人" in capsys.readouterr().out
    assert main(["giveaway", "show", sheet.id]) == 0
    assert sheet.digest() in capsys.readouterr().out
    assert main(["giveaway", "close", sheet.id]) == 1
    assert main(["giveaway", "draw", sheet.id, "--seed", SEED]) == 1
    capsys.readouterr()
    clock(WAITING)
    assert main(["giveaway", "close", sheet.id]) == 0
    closed = json.loads(capsys.readouterr().out)
    clock(DUE)
    out = tmp_path / "result.json"
    assert main(["giveaway", "draw", sheet.id, "--seed", SEED, "--out", str(out)]) == 0
    assert main(["giveaway", "draw", sheet.id, "--seed", "1"]) == 1
    assert main(["giveaway", "draw", sheet.id, "--seed", " "]) == 2
    assert main(["giveaway", "verify", str(out), "--list-sha256", closed["list_sha256"], "--sheet", sheet.file]) == 0
    assert main(["giveaway", "verify", str(out), "--list-sha256", "0" * 64]) == 1
    data = json.loads(out.read_text("utf-8"))
    data["winners"][0]["number"] = "F6-0001" if data["winners"][0]["number"] != "F6-0001" else "F6-0002"
    out.write_text(json.dumps(data), "utf-8")
    assert main(["giveaway", "verify", str(out)]) == 1
    out.write_text("[]", "utf-8")
    assert main(["giveaway", "verify", str(out)]) == 2
    exported = tmp_path / "list.csv"
    assert main(["giveaway", "export", sheet.id, "--out", str(exported)]) == 0
    rows = list(csv.reader(exported.read_text("utf-8-sig").splitlines()))
    assert len(rows) == 76
    assert sum(bool(row[2]) for row in rows[1:]) == 70
    kinds = [line["kind"] for line in read(tmp_path / "audit.jsonl")]
    assert kinds == ["giveaway_close", "giveaway_draw"]


def test_an_unknown_giveaway_is_a_bad_call(clock: Any, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["giveaway", "show", "nothing"]) == 2
    assert "kaixiangye_06" in capsys.readouterr().err
