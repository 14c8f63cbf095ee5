"""Which day it is and which feast, for 「今天是什么节」: read from the clock and from `feasts.yml`, never guessed."""

from __future__ import annotations

from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from persona.textual import written_day

FEASTS = Path(__file__).parent / "feasts.yml"
_WEEK = "一二三四五六日"


@lru_cache(maxsize=1)
def _known() -> dict[str, Any]:
    with open(FEASTS, encoding="utf-8") as file:
        found: dict[str, Any] = yaml.load(file, Loader=yaml.CSafeLoader)
    return found


def feasts_of(day: date) -> list[str]:
    """The feasts of a day, those of the sun's calendar first."""
    known = _known()
    fixed = known["fixed"].get(day.strftime("%m-%d"))
    return [*([fixed] if fixed else []), *(name for name, days in known["dated"].items() if day.isoformat() in days)]


def told(day: date) -> dict[str, str]:
    """What an answer is filled with: `date`, and `feast` as the end of its sentence."""
    found = feasts_of(day)
    none = "我的历上没有节" if day.year <= _known()["until"] else "农历的节我没记到这一年，看手机日历更准"
    return {"date": f"{written_day(day)}，星期{_WEEK[day.weekday()]}", "feast": f"是{'，也是'.join(found)}" if found else none}
