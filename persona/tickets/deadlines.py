"""Until when the bank answers: institution.yml's `reply_by` and `complaint_days` as a moment, and how it is said."""

from __future__ import annotations

import re
from datetime import datetime, time, timedelta

from persona.hours import is_open
from persona.institution import Institution
from persona.tickets.model import COMPLAINTS

_REPLY_BY = re.compile(r"(?:(当日|当天|次日|第二天)|(\d{1,2})(?:个工作)?日内?)\s*(\d{1,2})[:：](\d{2})\s*前")
_WITHIN = re.compile(r"(\d{1,3})\s*(?:个)?小时内")


def reply_due(institution: Institution, created: datetime) -> datetime:
    """The promised moment. 「次日12:00前」, 「当日18:00前」, 「2个工作日12:00前」, 「24小时内」.

    Days on which no person serves are not counted. RAISES ValueError for any other form: a promise nobody understands
    is none.
    """
    text = institution.reply_by
    hours = _WITHIN.search(text)
    if hours:
        return created + timedelta(hours=int(hours[1]))
    match = _REPLY_BY.search(text)
    if not match:
        raise ValueError(f"看不懂的回复时限：{text!r}，写成「次日12:00前」「2个工作日12:00前」或「24小时内」")
    days = int(match[2]) if match[2] else 0 if match[1].startswith("当") else 1
    day = created.date()
    while days or not _serves(institution, datetime.combine(day, time(), created.tzinfo)):
        day += timedelta(days=1)
        if days and _serves(institution, datetime.combine(day, time(), created.tzinfo)):
            days -= 1
    return datetime.combine(day, time(int(match[3]), int(match[4])), created.tzinfo)


def _serves(institution: Institution, midnight: datetime) -> bool:
    """Whether a person serves at any time of that day."""
    return any(is_open(institution.hours["human"], midnight + timedelta(minutes=15 * n)) for n in range(96))


def deadlines(institution: Institution, reason: str, created: datetime) -> tuple[datetime, datetime | None]:
    """When the answer is due, and for a complaint the last day when it is involved (regulation: 15 and 60 days)."""
    if reason not in COMPLAINTS:
        return reply_due(institution, created), None
    first, longest = institution.complaint_days.get("first", 15), institution.complaint_days.get("longest", 60)
    return created + timedelta(days=first), created + timedelta(days=longest)


def spoken(moment: datetime, today: datetime, clock: bool = True) -> str:
    """「今天18:00」, 「明天12:00」, 「12月7日」: a moment as a customer reads it."""
    days = (moment.date() - today.date()).days
    day = {0: "今天", 1: "明天"}.get(days) or f"{moment.month}月{moment.day}日"
    return day + (f"{moment:%H:%M}" if clock else "")
