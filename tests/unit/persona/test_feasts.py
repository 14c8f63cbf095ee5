"""「今天是什么节」: the day and its feast, and no feast made up."""

from __future__ import annotations

from datetime import date

import pytest

from persona.feasts import asks_when, feasts_of, told, when


@pytest.mark.parametrize(
    ("day", "feasts"),
    [
        (date(2026, 11, 30), []),
        (date(2027, 1, 1), ["元旦"]),
        (date(2027, 2, 6), ["春节"]),
        (date(2028, 10, 3), ["中秋节"]),
        (date(2033, 10, 1), ["国庆节"]),
        (date(2026, 12, 22), ["冬至"]),
        (date(2027, 4, 5), ["清明节"]),
    ],
)
def test_the_feasts_of_a_day(day: date, feasts: list[str]) -> None:
    assert feasts_of(day) == feasts


def test_a_day_is_told_in_full() -> None:
    assert told(date(2026, 11, 30)) == {"date": "2026年11月30日，星期一", "feast": "我的历上没有节"}
    assert told(date(2027, 5, 1))["feast"] == "是劳动节"


def test_years_that_are_not_written_down_are_owned_to() -> None:
    assert "没记到" in told(date(2031, 2, 2))["feast"]


@pytest.mark.parametrize(("text", "answer"), [
    ("今天冬至吗", "冬至在2026年12月22日，星期二，还有21天"), ("小雪过了没", "小雪已经过了，是11月22日，下一回在2027年11月22日"),
    ("离过年还有几天", "春节在2027年2月6日，星期六，还有67天"), ("五一是几号", "劳动节在2027年5月1日，星期六，还有151天"),
])
def test_the_day_of_a_feast_is_told(text: str, answer: str) -> None:
    assert asks_when(text) and when(text, date(2026, 12, 1)) == answer


def test_a_feast_is_told_on_its_day_and_none_is_made_up() -> None:
    assert when("今天冬至吗", date(2026, 12, 22)) == "今天就是冬至"
    assert "没记" in when("中秋几号", date(2031, 1, 1)) and "没记" in when("父亲节几号", date(2026, 1, 1))


@pytest.mark.parametrize("text", ["冬至放假吗", "春节还款日几号", "明天大雪吗", "端午快乐", "冬至吃什么"])
def test_a_feast_that_is_only_named_is_not_asked_for(text: str) -> None:
    assert not asks_when(text)
