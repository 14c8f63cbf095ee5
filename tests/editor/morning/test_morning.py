"""The morning page: what it counts, and that it says so when there is nothing to count."""

from __future__ import annotations

import json
import re
import shutil
import sqlite3
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest

from persona.cli import main
from persona.compliance.audit import AuditLog
from persona.institution import load_institution
from persona.morning.facts import gather
from persona.morning.pictures import bars
from persona.morning.show import as_text, page
from persona.tickets import store
from tests.editor.webdesk.conftest import ROOT, Ask, root

__all__ = ["root"]


@pytest.fixture
def ask(root: Path) -> Ask:
    from tests.editor.webdesk import conftest

    made: Ask = conftest.ask.__wrapped__(root)  # type: ignore[attr-defined]
    return made


def test_an_empty_house_says_so_and_makes_no_file(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    morning = gather(root, 7)
    told, html = as_text(morning), page(morning)
    for words in ("还没有对话库", "还没有审计文件", "没有下架"):
        assert words in told and words in html
    assert not list(root.rglob("*.db")) and not (root / "audit").exists()
    assert len(morning.days) == 7 and not any(day.turns or day.refused or day.handovers for day in morning.days)
    assert main(["report"]) == 0 and "还没有对话库" in capsys.readouterr().out


def test_turns_fallbacks_refusals_and_handovers_stand_on_their_day(root: Path, ask: Ask) -> None:
    bank = load_institution()
    for days, texts in ((0, ("保管箱怎么租", "租保管箱多少钱")), (2, ("保管箱怎么租",))):
        for text in texts:
            ask(text, days=days)
    ask("年费怎么收", "faq/annual_fee", days=2)
    log = AuditLog(root / "audit" / "audit.jsonl")
    log.append({"kind": "refusal", "rules": ["NM-10"], "text": "稳赚", "mascot": "xiaofumiao", "channel": "own_web"})
    log.append({"kind": "chitchat", "messages": 5, "day": (bank.today() - timedelta(days=2)).isoformat()})
    now = bank.now()
    store().open("u1", now=now, due=now - timedelta(hours=1), longest=None, reason="complain", urgency="urgent", mascot="xiaofumiao", channel="own_web")
    morning = gather(root, 3)
    assert [(d.turns, d.fallbacks, d.refused, d.handovers) for d in morning.days] == [(2, 1, 0, 0), (0, 0, 0, 0), (2, 2, 1, 1)]
    assert [d.said for d in morning.days] == [5, 0, 1]
    assert [(g.count, len(g.texts)) for g in morning.groups] == [(3, 2)] and [row.rule for row in morning.audit.rows] == ["NM-10"]
    assert len(morning.desk.open) == 1 and morning.desk.overdue == {morning.desk.open[0].number}
    told = as_text(morning)
    assert "说了 4 句，3 句没有答上来（75%）" in told and "超时 1 张" in told and "NM-10" in told


def test_what_expires_is_unapproved_or_lacking_is_listed(root: Path) -> None:
    today = load_institution().today()
    fee = root / "data/nlu/faq/annual_fee.yml"
    text = re.sub(r'expires: "[\d-]+"', f'expires: "{today + timedelta(days=10)}"', fee.read_text("utf-8"), count=1)
    fee.write_text(text.replace("      tone: plain\n", '      tone: plain\n      approval: {id: A-1, by: 周既明, role: 合规, at: "2026-01-01", until: "2099-01-01", sha256: "00"}\n', 1), "utf-8")
    food = root / "data/nlu/chitchat/food.yml"
    own = food.read_text("utf-8")
    for scene in ("bored", "birthday"):  # a mascot with words of its own for most scenes is missed in the others
        shutil.copy(ROOT / f"data/nlu/chitchat/{scene}.yml", food.parent)
    assert gather(root, 1).missed == {}
    food.write_text(own.replace("value: xiaoheniang", "value: xiaoshizi"), "utf-8")
    morning = gather(root, 1)
    assert [d.name for d in morning.within(0, 30) if d.what == "回答到期"] == ["utter_faq/annual_fee[0]"]
    assert ("批准以后内容变了", "utter_faq/annual_fee[0]", "A-1", "data/nlu/faq/annual_fee.yml") in morning.approvals
    assert morning.missed == {"xiaoheniang": ["utter_chitchat/food"]}
    kinds = {share.key: share for share in morning.kinds}
    assert kinds["faq"].topics == 3 and kinds["chitchat"].own["xiaoshizi"] > kinds["chitchat"].own["xiaofumiao"]


def test_the_page_needs_nothing_beside_it_and_text_stays_text(root: Path, ask: Ask, capsys: pytest.CaptureFixture[str]) -> None:
    ask("<script>alert(1)</script>怎么租保管箱")
    assert main(["report", "--html", "morning.html", "--days", "30"]) == 0
    html = (root / "morning.html").read_text("utf-8")
    assert "&lt;script&gt;" in html and "<script" not in html and "http:" not in html and "https:" not in html and "src=" not in html
    assert html.count("<svg") >= 1 and "prefers-color-scheme:dark" in html
    capsys.readouterr()
    assert main(["report", "--json"]) == 0
    data = json.loads(capsys.readouterr().out)
    assert {"days", "groups", "due", "approvals", "missed", "tickets", "live", "kinds", "topics", "audit", "notes"} <= set(data) and len(data["days"]) == 7


@pytest.mark.parametrize("argv", [["--days", "0"], ["--days", "9999"], ["--html", "/nowhere/at/all.html"]])
def test_a_bad_call_says_what_to_write(root: Path, capsys: pytest.CaptureFixture[str], argv: list[str]) -> None:
    assert main(["report", *argv]) == 2 and capsys.readouterr().err.strip()


def test_a_database_that_cannot_be_read_is_told_and_the_rest_stays(root: Path) -> None:
    (root / "conversations.db").write_bytes(b"no database, but long enough that it is opened and read " * 40)
    morning = gather(root, 7)
    assert "对话库连不上" in morning.notes["tracker"] and morning.kinds[0].answers > 0


def test_a_broken_live_file_is_told(root: Path) -> None:
    (root / "live.yml").write_text("schema: mascot-live/1\nfreeze: {all: {by: 甲}}\n", "utf-8")
    assert "live.yml 有错" in as_text(gather(root, 1))


def test_a_picture_has_a_bar_for_each_day_with_something_and_says_its_numbers() -> None:
    svg = bars("句数", ["11-28", "11-29", "11-30"], [2, 0, 4])
    heights = [float(h) for h in re.findall(r'height="([\d.]+)" class', svg)]
    assert len(heights) == 2 and heights[1] == pytest.approx(2 * heights[0], abs=0.2) and "11-28 2；11-29 0；11-30 4" in svg
    assert "都是 0" in bars("句数", ["11-28"], [0]) and "没有数" in bars("比例", ["11-28"], [None], "%")


def test_days_are_the_banks(root: Path) -> None:
    with sqlite3.connect(root / "conversations.db") as db:
        db.execute("create table events (id integer primary key, type_name text, timestamp float, data text)")
        midnight = datetime.combine(load_institution().today(), datetime.min.time(), load_institution().tz)
        for moment in (midnight - timedelta(seconds=1), midnight):
            db.execute("insert into events (type_name, timestamp, data) values ('user', ?, ?)", (moment.astimezone(timezone.utc).timestamp(), json.dumps({"text": "甲", "parse_data": {"intent": {"name": "nlu_fallback"}}})))
    assert [day.turns for day in gather(root, 2).days] == [1, 1]
