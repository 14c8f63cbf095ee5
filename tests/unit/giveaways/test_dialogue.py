from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest

from persona.giveaways.dialogue import Customer, Desk, Turn
from persona.giveaways.entries import Entries
from persona.giveaways.sheet import Giveaway
from persona.institution import load_institution
from tests.unit.giveaways.conftest import DUE, OPEN, WAITING

BANK = load_institution()
SEED = "7.0812,8.2213,4.5610,0.9102,9.3307"


@pytest.fixture
def desk(entries: Entries, sheet: Giveaway, later: Giveaway) -> Any:
    def at(now: datetime, channel: str = "own_web", **changes: Any) -> Desk:
        sheets = {s.id: replace(s, **changes.get(s.id, {})) for s in (sheet, later)}
        return Desk(sheets, entries, BANK, channel, now)

    return at


def names(turn: Turn) -> list[str]:
    return [say.response.removeprefix("utter_giveaway_") for say in turn.say]


def ask(text: str = "我要参加抽奖", **known: Any) -> Customer:
    return Customer("a", text, **known)


def test_the_offer_comes_before_the_entry(desk: Any, sheet: Giveaway) -> None:
    turn = desk(OPEN).join(ask())
    assert (names(turn), turn.giveaway) == (["offer"], sheet.id)
    entered = desk(OPEN).join(ask("参加", offered=sheet.id))
    assert names(entered) == ["entered"]
    assert entered.say[0].values["number"] == "F6-0001"
    assert names(desk(OPEN).join(ask("参加", offered=sheet.id))) == ["already"]
    assert names(desk(OPEN).join(ask())) == ["already"]


@pytest.mark.parametrize("text", ["还能报名吗", "抽奖怎么参加", "参加要花钱么", "现在报名？", "有没有抽奖"])
def test_a_question_is_no_entry(desk: Any, sheet: Giveaway, entries: Entries, text: str) -> None:
    assert names(desk(OPEN).join(ask(text, offered=sheet.id))) == ["offer"]
    assert entries.count(sheet.id) == 0


def test_nobody_is_entered_for_somebody_else(desk: Any, sheet: Giveaway, entries: Entries) -> None:
    assert names(desk(OPEN).again(ask("给我老公也报一个", offered=sheet.id))) == ["again"]
    assert entries.count(sheet.id) == 0


def test_who_has_left_is_offered_it_again(desk: Any, sheet: Giveaway, entries: Entries) -> None:
    entries.enter(sheet, "a", OPEN)
    assert names(desk(OPEN).again(ask("再报名"))) == ["again"]
    desk(OPEN).leave(ask("退出抽奖"))
    assert names(desk(OPEN).again(ask("再报名"))) == ["offer"]
    assert names(desk(OPEN).again(ask("给我老公也报一个"))) == ["again"]
    assert entries.count(sheet.id) == 0


def test_where_the_list_stands_and_who_won_before(desk: Any, sheet: Giveaway, entries: Entries) -> None:
    entries.enter(sheet, "a", OPEN)
    told = desk(OPEN).status(ask("中奖名单在哪看"))
    assert (names(told), told.giveaway) == (["list"], sheet.id)
    assert names(desk(OPEN).status(ask("谁中过"))) == ["earlier"]
    for text in ("我中奖了吗", "报名记录在哪看"):
        assert names(desk(OPEN).status(ask(text))) == ["pending"]
    entries.close(sheet, WAITING)
    entries.draw(sheet, SEED, DUE)
    for text in ("中奖名单在哪看", "谁中过"):
        assert names(desk(DUE).status(ask(text))) == ["result"]


def test_minors_take_no_part_and_an_entry_of_theirs_goes(desk: Any, sheet: Giveaway, entries: Entries) -> None:
    for wish in ("join", "again", "rules", "status"):
        assert names(getattr(desk(OPEN), wish)(ask(minor=True, locked=True, offered=sheet.id))) == ["minor"]
    desk(OPEN).join(ask("参加", offered=sheet.id))
    assert names(desk(OPEN).status(ask(minor=True))) == ["minor_removed"]
    assert entries.count(sheet.id) == 0


def test_an_emergency_hears_of_no_giveaway_but_may_leave(desk: Any, sheet: Giveaway) -> None:
    desk(OPEN).join(ask("参加", offered=sheet.id))
    for wish in ("join", "again", "rules", "status"):
        assert names(getattr(desk(OPEN), wish)(ask(locked=True, offered=sheet.id))) == ["locked"]
    assert names(desk(OPEN).leave(ask(locked=True))) == ["left"]


def test_what_is_answered_before_between_and_after(desk: Any) -> None:
    assert names(desk(datetime(2026, 11, 18)).join(ask())) == ["early"]
    assert names(desk(WAITING).join(ask())) == ["early"]  # the next one is on its way
    assert names(desk(datetime(2026, 12, 10, 8)).join(ask())) == ["early"]
    assert names(desk(datetime(2026, 12, 20, 23, 59, 30)).join(ask())) == ["ended"]
    assert names(desk(datetime(2027, 3, 1)).join(ask())) == ["none"]
    assert names(desk(OPEN, "platform_account").join(ask())) == ["none"]


def test_a_full_or_changed_giveaway_says_so(desk: Any, sheet: Giveaway, entries: Entries) -> None:
    entries.enter(sheet, "b", OPEN)
    assert names(desk(OPEN, kaixiangye_06={"claim_days": 2}).join(ask())) == ["changed"]
    # the limit is part of the rules, so it is what it was when the first entry came
    entries.leave("b")
    small = replace(sheet, id="small", most=1)
    narrow = Desk({"small": small}, Entries(entries._engine, {"small": small}), BANK, "own_web", OPEN)
    assert names(narrow.join(Customer("b", "参加", offered="small"))) == ["entered"]
    assert names(narrow.join(ask())) == ["full"]


def test_several_open_ones_are_offered_by_name(desk: Any, sheet: Giveaway, later: Giveaway) -> None:
    both = {"kaixiangye_07": {"opens": sheet.opens}}
    turn = desk(OPEN, **both).join(ask())
    assert names(turn) == ["which"]
    assert [b["title"] for b in turn.say[0].buttons] == [sheet.title, later.title]
    chosen = desk(OPEN, **both).join(ask(named=later.id))
    assert (names(chosen), chosen.giveaway) == (["offer"], later.id)


def test_the_result_is_told_by_number(desk: Any, sheet: Giveaway, entries: Entries) -> None:
    for number in range(80):
        entries.enter(sheet, f"c{number}", OPEN)
    assert names(desk(OPEN).status(Customer("c0", "我中奖了吗"))) == ["pending"]
    assert names(desk(OPEN).status(ask("我中奖了吗"))) == ["not_entered"]
    entries.close(sheet, WAITING)
    published = entries.draw(sheet, SEED, DUE)
    won = {row["number"]: row["prize"] for row in published["winners"]}
    for number in range(80):
        label = sheet.label(number + 1)
        turn = desk(DUE).status(Customer(f"c{number}", "我中奖了吗"))
        assert names(turn) == ["won" if label in won else "lost"]
        assert turn.say[0].values.get("prize") == won.get(label)
        assert names(desk(DUE).status(ask(f"{label} 中没中"))) == names(turn)
    assert names(desk(DUE).status(ask("F6-4444 中没中"))) == ["unknown_number"]
    result = desk(DUE).status(ask("开奖结果呢"))
    assert names(result) == ["result"]
    assert not any(number in result.say[0].values["winners"] for number in won)


def test_asking_how_to_leave_is_not_leaving(desk: Any, sheet: Giveaway, entries: Entries) -> None:
    entries.enter(sheet, "a", OPEN)
    assert names(desk(OPEN).leave(ask("抽奖怎么退出"))) == ["leave_how"]
    assert names(desk(OPEN).leave(ask("退出抽奖"))) == ["left"]


def test_leaving_after_the_list_was_closed_keeps_only_a_number(desk: Any, sheet: Giveaway, entries: Entries) -> None:
    entries.enter(sheet, "a", OPEN)
    entries.close(sheet, WAITING)
    assert names(desk(WAITING).leave(ask())) == ["left_late"]
    assert names(desk(WAITING).leave(ask())) == ["left_none"]


@pytest.mark.parametrize(("text", "part"), [
    ("要不要交税", "tax"), ("地址填哪", "claim"), ("未中奖有安慰奖吗", "prizes"), ("要买理财吗", "terms"), ("哪天开奖", "dates"),
    ("内部员工能抽吗", "staff"), ("不会是内定的吧", "fair"), ("要我先交运费才给奖品 是你们吗", "fee"), ("中了怎么给我", "claim"),
    ("抽中了能折现不", "cash"), ("有人拿好几个号报", "cheat"), ("我弟十六能报吗", "relative"), ("寄到西藏吗", "where"), ("收货地址填错了", "address"),
    ("要留身份证吗", "personal"), ("忘了领会怎样", "unclaimed"), ("要先集赞吗", "terms"), ("杯子收到是碎的", "broken"), ("全家都能报名吗", "relative"), ("你们抽奖是假的吧", "fair"), ("包郵嗎", "claim"),
])
def test_one_question_gets_one_line_of_the_rules(desk: Any, sheet: Giveaway, text: str, part: str) -> None:
    turn = desk(OPEN).rules(ask(text, offered=sheet.id))
    assert names(turn) == [f"about_{part}"]
    assert names(desk(OPEN).rules(ask("规则里怎么说交税", offered=sheet.id))) == ["rules_prizes", "rules_draw", "rules"]
    assert names(desk(OPEN).rules(ask(text, offered=sheet.id, minor=True))) == ["minor"]
