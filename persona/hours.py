"""Opening hours as institution.yml writes them: 「8:30—21:00」, 「周一至周五 9:00—17:00」, 「7×24小时」."""

from __future__ import annotations

import re
from datetime import datetime, time

_SPAN = re.compile(r"(\d{1,2})[:：](\d{2})\s*[—–-]+\s*(\d{1,2})[:：](\d{2})")
_DAYS = re.compile(r"周([一二三四五六日])至周([一二三四五六日])")
_WEEK = "一二三四五六日"


def is_open(hours: str, now: datetime) -> bool:
    """Whether `now` (in the institution's time zone) lies within `hours`.

    Raises ValueError when the text is none of the forms above: a wrong answer about hours sends people to a closed door.
    """
    if "24小时" in hours:
        return True
    span = _SPAN.search(hours)
    if not span:
        raise ValueError(f"看不懂的营业时间：{hours!r}，写成「8:30—21:00」或「周一至周五 9:00—17:00」")
    days = _DAYS.search(hours)
    if days and not _WEEK.index(days[1]) <= now.weekday() <= _WEEK.index(days[2]):
        return False
    start, end = time(int(span[1]), int(span[2])), time(int(span[3]) % 24, int(span[4]))
    return start <= now.time() < end
