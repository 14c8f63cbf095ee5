"""Until when an answer is promised."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from persona.institution import load_institution
from persona.tickets.deadlines import deadlines, reply_due, spoken

BANK = load_institution()
TZ = ZoneInfo("Asia/Shanghai")
SUNDAY_NIGHT = datetime(2026, 11, 22, 23, 40, tzinfo=TZ)
FRIDAY = datetime(2026, 11, 27, 20, 0, tzinfo=TZ)
WEEKDAYS = {**BANK.hours, "human": "周一至周五 9:00—17:00"}


@pytest.mark.parametrize(
    ("promise", "hours", "now", "due"),
    [
        ("次日12:00前", BANK.hours, SUNDAY_NIGHT, "2026-11-23 12:00"),
        ("次日12:00前", WEEKDAYS, FRIDAY, "2026-11-30 12:00"),
        ("当日18:00前", BANK.hours, SUNDAY_NIGHT, "2026-11-22 18:00"),
        ("当日18:00前", WEEKDAYS, SUNDAY_NIGHT, "2026-11-23 18:00"),
        ("2个工作日12:00前", WEEKDAYS, FRIDAY, "2026-12-01 12:00"),
        ("24小时内", BANK.hours, FRIDAY, "2026-11-28 20:00"),
    ],
)
def test_the_promise_becomes_a_moment(promise: str, hours: dict[str, str], now: datetime, due: str) -> None:
    bank = replace(BANK, reply_by=promise, hours=hours)
    assert f"{reply_due(bank, now):%Y-%m-%d %H:%M}" == due


def test_a_promise_nobody_understands_is_none() -> None:
    with pytest.raises(ValueError, match="次日12:00前"):
        reply_due(replace(BANK, reply_by="尽快"), FRIDAY)


def test_complaints_have_the_institutions_days() -> None:
    first, longest = deadlines(BANK, "complain", SUNDAY_NIGHT)
    assert (first - SUNDAY_NIGHT).days == BANK.complaint_days["first"] == 15
    assert longest is not None and (longest - SUNDAY_NIGHT).days == BANK.complaint_days["longest"] == 60
    assert deadlines(BANK, "handoff", SUNDAY_NIGHT)[1] is None


@pytest.mark.parametrize(("moment", "said"), [
    ("2026-11-22T23:50+08:00", "今天23:50"), ("2026-11-23T12:00+08:00", "明天12:00"), ("2026-12-07T12:00+08:00", "12月7日12:00"),
])
def test_how_a_moment_is_said(moment: str, said: str) -> None:
    assert spoken(datetime.fromisoformat(moment), SUNDAY_NIGHT) == said
