"""The clerk's side: who may take, what may be written, what the audit keeps; and the same in a terminal."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from persona.compliance import Guard
from persona.compliance.audit import read
from persona.institution import Institution, load_institution
from persona.tickets import Ticket, store
from persona.tickets.cli import main
from persona.tickets.desk import Desk, DeskError

NOW = datetime(2026, 11, 23, 10, 30, tzinfo=ZoneInfo("Asia/Shanghai"))
PUSHY = "这款理财保本保息，稳赚不赔。"


@pytest.fixture
def lines() -> list[dict[str, Any]]:
    return []


@pytest.fixture
def ticket(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Ticket:
    monkeypatch.setenv("MASCOT_DB", f"sqlite:///{tmp_path}/t.db")
    monkeypatch.setenv("MASCOT_AUDIT", str(tmp_path / "audit.jsonl"))
    monkeypatch.setattr(Institution, "now", lambda self: NOW)
    return store().open(
        "u1", now=NOW, due=NOW, longest=None, reason="handoff", urgency="normal", mascot="xiaofumiao",
        channel="own_web", transcript=[("customer", "转人工")],
    )


@pytest.fixture
def desk(guard: Guard, lines: list[dict[str, Any]]) -> Desk:
    return Desk(guard, lines.append, load_institution())


def test_a_message_waits_for_the_customer_under_the_clerks_name(desk: Desk, ticket: Ticket, lines: list[dict[str, Any]]) -> None:
    desk.take(ticket.number, "王敏", "1023")
    sent = desk.say(ticket.number, "您好，\n\n请问是哪一笔？")
    assert sent.line.spoken == "王敏（人工，工号1023）：您好，\n请问是哪一笔？"
    assert store().pending("u1")[-1] == sent.line
    assert [line["kind"] for line in lines] == ["ticket_taken", "staff_message"]
    assert lines[1]["staff_id"] == "1023" and "u1" not in json.dumps(lines)


def test_advice_stops_a_text_until_a_reason_is_given_and_the_audit_keeps_both(desk: Desk, ticket: Ticket, lines: list[dict[str, Any]]) -> None:
    desk.take(ticket.number, "王敏", "1023")
    with pytest.raises(DeskError) as refused:
        desk.say(ticket.number, PUSHY)
    assert refused.value.code == "refused" and refused.value.findings
    assert store().pending("u1")[-1].kind == "joined"
    sent = desk.say(ticket.number, PUSHY, force="复述客户看到的广告")
    assert sent.forced and sent.findings
    assert (lines[-1]["kind"], lines[-1]["forced"], lines[-1]["text"]) == ("staff_forced", "复述客户看到的广告", PUSHY)
    assert "NM-10" in lines[-1]["rules"]


@pytest.mark.parametrize("text", ["请把短信验证码发给我", "报一下您的卡密码", "加我微信聊，回得快", "打我手机13800000000"])
def test_no_reason_sends_a_request_for_a_secret_or_a_private_contact(desk: Desk, ticket: Ticket, lines: list[dict[str, Any]], text: str) -> None:
    desk.take(ticket.number, "王敏", "1023")
    with pytest.raises(DeskError) as refused:
        desk.say(ticket.number, text, force="主管同意")
    assert refused.value.code == "never"
    assert store().pending("u1")[-1].kind == "joined" and lines[-1]["kind"] == "ticket_taken"


@pytest.mark.parametrize(("act", "code"), [
    (lambda d, n: d.say(n, "您好"), "not_taken"),
    (lambda d, n: d.take(n, "", "1023"), "bad_staff"),
    (lambda d, n: (d.take(n, "王敏", "1023"), d.take(n, "李强", "2040")), "taken"),
    (lambda d, n: (d.take(n, "王敏", "1023"), d.say(n, "  ")), "bad_text"),
    (lambda d, n: (d.close(n), d.close(n)), "closed"),
    (lambda d, n: (d.close(n), d.take(n, "王敏", "1023")), "closed"),
])
def test_what_cannot_be_done_is_told(desk: Desk, ticket: Ticket, act: Any, code: str) -> None:
    with pytest.raises(DeskError) as problem:
        act(desk, ticket.number)
    assert problem.value.code == code and problem.value.message


def test_the_terminal_does_the_same(ticket: Ticket, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["list"]) == 0
    assert ticket.number in capsys.readouterr().out
    assert main(["take", ticket.number, "--name", "王敏", "--id", "1023"]) == 0
    assert main(["say", ticket.number, PUSHY]) == 1
    assert "改法" in capsys.readouterr().err
    assert main(["say", ticket.number, "请把验证码发给我", "--force", "急"]) == 1
    assert main(["say", ticket.number, "请问是哪一笔？"]) == 0
    assert main(["close", ticket.number, "--note", "已核对"]) == 0
    capsys.readouterr()
    assert main(["show", ticket.number, "--json"]) == 0
    shown = json.loads(capsys.readouterr().out)
    assert (shown["state"], shown["note"], shown["staff"]) == ("closed", "已核对", "王敏")
    assert [line["kind"] for line in shown["lines"]] == ["text", "joined", "text", "closed"]
    assert "sender" not in shown
    assert main(["list", "--state", "waiting", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == []
    assert main(["show", "T20200101-0001"]) == 1
    assert [line["kind"] for line in read(tmp_path / "audit.jsonl")] == ["ticket_taken", "staff_message", "ticket_closed"]


def test_without_a_database_the_terminal_says_so(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("MASCOT_DB", "sqlite:////nosuch/folder/t.db")
    assert main(["list"]) == 2
    assert "MASCOT_DB" in capsys.readouterr().err
