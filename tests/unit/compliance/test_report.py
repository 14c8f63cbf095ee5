"""What the audit report tells, and that it tells when the chain is broken."""

from __future__ import annotations

import json
from datetime import date, timedelta, timezone
from pathlib import Path

import pytest

from persona.compliance.audit import AuditLog, read
from persona.compliance.report import as_html, audit_main, build, first_day

ZONE = timezone(timedelta(hours=8))
TODAY = date(2026, 11, 23)
NAMES = {"NM-10": ("承诺保本", "《办法》第十条"), "NM-15": ("诱导性用语", "")}


def refusal(rules: list[str], text: str, time: str, mascot: str = "xiaofumiao", channel: str = "own_web") -> dict[str, object]:
    return {"kind": "refusal", "rules": rules, "text": text, "time": time, "mascot": mascot, "channel": channel}


LINES = [
    refusal(["NM-10"], "很早以前", "2026-11-01T02:00:00+00:00"),
    refusal(["NM-10", "NM-15"], "保本<b>高收益</b>，拨13912345678", "2026-11-20T02:00:00+00:00"),
    refusal(["NM-10"], "稳赚", "2026-11-22T20:00:00+00:00", "xiaoshizi", "own_app"),
    refusal([], "出了错", "2026-11-23T01:00:00+00:00"),
    {"kind": "opt_out", "time": "2026-11-23T01:00:00+00:00"},
    {"kind": "chitchat", "messages": 40, "time": "2026-11-23T01:00:00+00:00"},
]


def test_rules_are_counted_by_frequency_with_masked_examples_and_the_banks_days() -> None:
    report = build(LINES, NAMES, date(2026, 11, 17), TODAY, ZONE)
    assert [(row.rule, row.count) for row in report.rows] == [("NM-10", 2), ("ERR", 1), ("NM-15", 1)]
    first = report.rows[0]
    assert first.title == "承诺保本" and dict(first.mascots) == {"xiaofumiao": 1, "xiaoshizi": 1}
    assert dict(first.days) == {"2026-11-20": 1, "2026-11-23": 1}  # 20:00 in London is the next day in Shanghai
    assert "13912345678" not in str(report.as_dict()) and "已隐去" in first.examples[0]
    assert report.kinds == {"refusal": 3, "opt_out": 1, "chitchat": 40}


def test_since_is_a_number_of_days_or_a_date() -> None:
    assert first_day("7d", TODAY) == date(2026, 11, 17)
    assert first_day("1d", TODAY) == TODAY and first_day("0d", TODAY) == TODAY
    assert first_day("2026-11-01", TODAY) == date(2026, 11, 1)
    for wrong in ("last week", "7", "2026-13-01", "99999d9"):
        with pytest.raises(ValueError, match="7d"):
            first_day(wrong, TODAY)


def test_the_page_needs_nothing_else_and_escapes_what_was_said() -> None:
    from datetime import datetime

    page = as_html(build(LINES, NAMES, date(2026, 11, 17), TODAY, ZONE, ["x:3 内容被改过"]), "某行", datetime(2026, 11, 23, 9))
    assert "<b>" not in page and "&lt;b&gt;" in page
    assert not any(mark in page for mark in ("http://", "https://", "<script", "src=", "@import", "url("))
    assert "内容被改过" in page and "NM-10" in page and "不代替合规审批" in page


def test_the_command(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    log = AuditLog(tmp_path / "audit.jsonl")
    log.append({"kind": "refusal", "rules": ["NM-15"], "text": "低风险", "mascot": "xiaofumiao", "channel": "own_web"})
    log.append({"kind": "opt_out"})
    path = ["--path", str(log.path)]
    assert audit_main([*path]) == 0
    out = capsys.readouterr().out
    assert "NM-15" in out and "低风险" in out and "审计链完好" in out
    assert audit_main([*path, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["rules"][0]["rule"] == "NM-15"
    assert audit_main([*path, "--html", str(tmp_path / "a.html")]) == 0 and (tmp_path / "a.html").read_text("utf-8")
    assert audit_main([*path, "--html", str(tmp_path / "none" / "a.html")]) == 2
    assert audit_main([*path, "--since", "gestern"]) == 2
    assert audit_main([*path, "--verify"]) == 0
    rows = log.path.read_text("utf-8").splitlines()
    log.path.write_text("\n".join(rows[1:]) + "\n", "utf-8")
    log.append({"kind": "opt_in"})
    assert audit_main([*path, "--verify"]) == 1  # the first line is gone
    assert len(read(log.path)) == 2
