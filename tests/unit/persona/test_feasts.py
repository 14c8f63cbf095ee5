"""「今天是什么节」: the day and its feast, and no feast made up."""

from __future__ import annotations

from datetime import date

import pytest

from persona.feasts import feasts_of, told


@pytest.mark.parametrize(
    ("day", "feasts"),
    [
        (date(2026, 11, 30), []),
        (date(2027, 1, 1), ["元旦"]),
        (date(2027, 2, 6), ["春节"]),
        (date(2028, 10, 3), ["中秋节"]),
        (date(2033, 10, 1), ["国庆节"]),
    ],
)
def test_the_feasts_of_a_day(day: date, feasts: list[str]) -> None:
    assert feasts_of(day) == feasts


def test_a_day_is_told_in_full() -> None:
    assert told(date(2026, 11, 30)) == {"date": "2026年11月30日，星期一", "feast": "我的历上没有节"}
    assert told(date(2027, 5, 1))["feast"] == "是劳动节"


def test_years_that_are_not_written_down_are_owned_to() -> None:
    assert "没记到" in told(date(2031, 2, 2))["feast"]
