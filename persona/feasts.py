"""Which day it is and which feast, for 「今天是什么节」: read from the clock and from `feasts.yml`, never guessed."""

from __future__ import annotations

import re
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from persona.textual import written_day

FEASTS = Path(__file__).parent / "feasts.yml"
_WEEK = "一二三四五六日"
MOST = 16  # characters of a question about a feast's day
JUST_GONE = 60  # days in which a feast has only just been
_WHEN = re.compile(r"(?:今[天儿日个]|现在|今年|到|过)[^，,。]{0,6}(?:吗|么|没有?|不|了没)[呀啊]?[?？]*$|(?:是不是|今[天儿]是?)[^，,。]{2,3}(?:节气?)?[?？]*$|(?:什么|啥)时候|哪(?:一)?天|几(?:号|月)|(?:还有|还差|剩)(?:几|多少|多久|多长)|多久|星期几|周几|(?:了|到)没(?:有)?[?？]*$")
_NOT_OF_THE_DAY = re.compile(r"放假|上班|营业|开门|关门|网点|活动|抽|奖|存|取|还款|利率|利息|转|到账|快乐|红包|吃|喝|玩|明天|后天|下(?:雨|雪)|下得|会(?:不会)?下")


@lru_cache(maxsize=1)
def _known() -> dict[str, Any]:
    with open(FEASTS, encoding="utf-8") as file:
        found: dict[str, Any] = yaml.load(file, Loader=yaml.CSafeLoader)
    return found


def feasts_of(day: date) -> list[str]:
    """The feasts of a day, those of the sun's calendar first."""
    known = _known()
    fixed = known["fixed"].get(day.strftime("%m-%d"))
    dated = {**known["dated"], **known["terms"]}
    return [*([fixed] if fixed else []), *(name for name, days in dated.items() if day.isoformat() in days)]


def named(text: str) -> str:
    """The feast or solar term that simplified text names, or "": 「过年」 is 春节."""
    known = _known()
    names = {name: name for name in (*known["fixed"].values(), *known["dated"], *known["terms"])} | known["also"]
    found = max((word for word in names if word in text), key=len, default="")
    return str(names.get(found, ""))


def asks_when(text: str) -> bool:
    """Whether a short text asks on which day a feast is, or if it is today: 「今儿霜降了没」, 「离过年还有几天」."""
    return len(text) <= MOST and bool(_WHEN.search(text)) and not _NOT_OF_THE_DAY.search(text) and bool(named(text))


def when(text: str, today: date) -> str:
    """The answer to such a question; that the day is not written down where it is not."""
    name, known = named(text), _known()
    fixed = [day for day, feast in known["fixed"].items() if feast == name]
    written = known["dated"].get(name) or known["terms"].get(name) or [f"{today.year + more}-{fixed[0]}" for more in (-1, 0, 1) if fixed]
    days = sorted(map(date.fromisoformat, written))
    coming = next((day for day in days if day >= today), None)
    gone = next((day for day in reversed(days) if day < today), None)
    if coming == today:
        return f"今天就是{name}"
    if gone and (today - gone).days <= JUST_GONE:
        after = f"，下一回在{written_day(coming)}" if coming else ""
        return f"{name}已经过了，是{gone.month}月{gone.day}日{after}"
    if coming:
        return f"{name}在{written_day(coming)}，星期{_WEEK[coming.weekday()]}，还有{(coming - today).days}天"
    return "这个日子我的历上没记，看手机日历更准"


def told(day: date) -> dict[str, str]:
    """What an answer is filled with: `date`, and `feast` as the end of its sentence."""
    found = feasts_of(day)
    none = "我的历上没有节" if day.year <= _known()["until"] else "农历的节我没记到这一年，看手机日历更准"
    return {"date": f"{written_day(day)}，星期{_WEEK[day.weekday()]}", "feast": f"是{'，也是'.join(found)}" if found else none}
