"""Questions without an answer: read, masked, grouped."""

from __future__ import annotations

import sqlite3
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest

from persona.fallbacks import Group, Turn, database, grouped, turns
from persona.institution import load_institution
from persona.labels import Labels
from tests.editor.webdesk.conftest import Ask

AT = datetime(2026, 11, 29, 9, 0, tzinfo=timezone.utc)
LABELS = Labels({"faq/annual_fee": "年费", "faq/lost_card": "卡丢了要挂失"})


def asked(*texts: str, label: str = "nlu_fallback", ranking: tuple[tuple[str, float], ...] = ()) -> list[Turn]:
    return [Turn(AT + timedelta(minutes=n), text, label, ranking) for n, text in enumerate(texts)]


def groups(*texts: str) -> list[list[str]]:
    return [sorted(group.texts) for group in grouped(asked(*texts), LABELS)]


@pytest.mark.parametrize("texts", [
    ("花呗怎么关", "花呗能不能关掉", "请问花呗怎么关"), ("你们有保管箱吗", "我想租个保管箱放首饰"), ("ETC怎么注销", "etc 怎么注销？"),
])
def test_the_same_question_in_other_words_is_one_group(texts: tuple[str, ...]) -> None:
    assert len(groups(*texts)) == 1


@pytest.mark.parametrize("texts", [("花呗怎么关", "保管箱怎么租"), ("存单怎么质押", "存折怎么换新"), ("能不能办", "怎么弄"), ("外币怎么换", "外卡怎么刷"),
                                   ("信用卡怎么注销", "信用卡怎么提额"), ("手机银行登录不上", "手机银行转账限额")])
def test_different_questions_are_not_thrown_together(texts: tuple[str, ...]) -> None:
    assert len(groups(*texts)) == 2


def test_a_group_says_how_often_when_and_what_it_looks_like() -> None:
    found = grouped(asked("保管箱怎么租", "保管箱怎么租？", "租保管箱多少钱", ranking=(("nlu_fallback", 0.5), ("crisis", 0.3), ("faq/annual_fee", 0.2), ("faq/lost_card", 0.01))), LABELS)
    assert [(g.count, g.texts[0], g.first, g.last) for g in found] == [(3, "保管箱怎么租", AT, AT + timedelta(minutes=2))]
    assert [(label, title) for label, title, _ in found[0].guesses] == [("faq/annual_fee", "年费")]  # no emergency, nothing unlikely


def test_the_most_frequent_group_comes_first_and_answered_turns_are_in_none() -> None:
    found = grouped([*asked("保管箱怎么租"), *asked("数字人民币怎么开", "怎么开数字人民币", label="bank_other"), *asked("年费多少", label="faq/annual_fee")], LABELS)
    assert [(g.count, g.kinds) for g in found] == [(2, ("bank_other",)), (1, ("nlu_fallback",))]
    assert isinstance(found[0], Group) and found[0].as_dict()["kinds"] == ["银行的事，还没有回答"]


def test_without_a_database_there_is_none_and_none_is_made(root: Path) -> None:
    assert database() is None and not (root / "conversations.db").exists()
    with sqlite3.connect(root / "conversations.db") as db:
        db.execute("create table tickets (number text)")
    assert database() is None  # somebody left a message by other means; nobody has talked


def test_turns_are_read_since_a_moment_masked_and_whole_labels(root: Path, ask: Ask) -> None:
    ask("上周的", days=9)
    ask("我的卡6222021234567890128掉了，密码是Abc12345", ranking=[("faq/lost_card", 0.4)])
    ask("年费怎么收", "faq/annual_fee")
    ask("。。。", reason="blank")
    with sqlite3.connect(root / "conversations.db") as db:
        db.execute("insert into events (sender_id, type_name, timestamp, data) select sender_id, type_name, timestamp, 'broken' from events limit 1")
    bank = load_institution()
    found = turns(database(), bank.now() - timedelta(days=7), bank.tz)  # type: ignore[arg-type]
    assert [turn.label for turn in found] == ["nlu_fallback", "faq/annual_fee", "nlu_fallback"]
    assert "6222" not in found[0].text and "Abc" not in found[0].text and "[已隐去:卡号]" in found[0].text
    assert len(grouped(found, LABELS)) == 1  # a blank message is a turn and no question
