"""Card benefits: listed while they last, told with their conditions, gone when they are over."""

from __future__ import annotations

import json
import re
from datetime import date
from pathlib import Path

import pytest

from persona.benefits import MISSED, POINTS, REDEEM, TOPIC, Benefit, answer, load_benefits
from persona.columns import Reply
from persona.content import load_content
from persona.leisure_checks import check_benefits
from persona.mascot import load_mascots

BREAKFAST = Benefit("breakfast", "工作日早餐立减", ("早餐",), date(2026, 11, 1), date(2026, 12, 31))
MOVIE = Benefit("movie", "周五电影立减", ("电影",), date(2026, 9, 1), date(2026, 11, 30))
COMING = Benefit("spring", "春节立减", ("春节",), date(2027, 1, 20), date(2027, 2, 20))
ALL = (MOVIE, BREAKFAST, COMING)


def ask(text: str, day: str, topic: str = TOPIC, **picked: str) -> Reply | None:
    return answer(topic, text, picked, ALL, date.fromisoformat(day))


def test_the_list_holds_what_may_be_used_today() -> None:
    reply = ask("信用卡有什么优惠", "2026-11-30")
    assert reply is not None and reply.values == {"benefits": "周五电影立减，到2026年11月30日；工作日早餐立减，到2026年12月31日"}
    assert [json.loads(b["payload"].split("benefits", 1)[1]) for b in reply.buttons] == [{"benefit": "movie"}, {"benefit": "breakfast"}]
    reply = ask("信用卡有什么优惠", "2026-12-01")
    assert reply is not None and "电影" not in reply.values["benefits"]
    assert ask("信用卡有什么优惠", "2028-01-01") is None  # the topic's own answer says where to look


@pytest.mark.parametrize(("text", "day", "response"), [
    ("早餐立减怎么参加", "2026-11-30", "utter_benefit.breakfast"),
    ("电影那个还有吗", "2026-12-01", "utter_benefits_over"),
    ("春节那个立减", "2026-12-01", "utter_benefits_coming"),
])
def test_one_that_is_named_is_told_or_said_to_be_over(text: str, day: str, response: str) -> None:
    reply = ask(text, day)
    assert reply is not None and reply.response == response


def test_one_that_is_long_over_is_forgotten() -> None:
    assert ask("电影那个还有吗", "2027-04-01") is None


def test_what_did_not_arrive_is_no_question_for_the_sheet() -> None:
    assert ask("早餐立减没减下来", "2026-12-01", MISSED) is None
    reply = ask("早餐的名额还有吗", "2026-12-01", MISSED)
    assert reply is not None and reply.response == "utter_benefit.breakfast"


def test_what_else_there_is_is_the_list_again_and_points_are_points() -> None:
    reply = ask("还有别的吗", "2026-12-01", MISSED)
    assert reply is not None and reply.response == "utter_benefits"
    assert ask("积分有什么优惠", "2026-12-01", POINTS) is None
    reply = ask("早餐那个积分怎么报名", "2026-12-01", POINTS)
    assert reply is not None and reply.response == "utter_benefit.breakfast"


def test_a_button_opens_its_benefit() -> None:
    reply = ask("随便什么", "2026-12-01", benefit="breakfast")
    assert reply is not None and reply.response == "utter_benefit.breakfast"


def test_the_projects_own_can_be_used_and_every_one_has_two_voices() -> None:
    found = load_benefits()
    assert len(found) >= 3
    responses = load_content("data/nlu/benefits").responses
    assert all({r.mascot for r in responses[b.response]} >= {"", "xiaolanghua"} for b in found)


GOOD = "先看条件：名额不限；到2027年6月30日。满20元减8元。"
DATES = 'title: 甲, from: "2026-11-01", expires: "2027-06-30"'


@pytest.mark.parametrize(("rows", "codes"), [
    ([(GOOD, DATES)], set()),
    ([(GOOD, 'expires: "2027-06-30"')], {"P667"}),
    ([(GOOD, 'title: 甲, from: "2027-07-01", expires: "2027-06-30"')], {"P662"}),
    ([("名额不限，满20元减8元。", DATES)], {"P668"}),
    ([("到2027年6月30日，满20元减8元。", DATES)], {"P668"}),
    ([(GOOD, DATES), (GOOD.replace("减8元", "减9元"), DATES)], {"P669"}),
])
def test_the_linter_tells_what_is_wrong_with_a_benefit(tmp_path: Path, rows: list[tuple[str, str]], codes: set[str]) -> None:
    text = "".join(f"  - text: {text}\n    metadata: {{{meta}}}\n" for text, meta in rows)
    (tmp_path / "x.yml").write_text(f'version: "3.1"\nresponses:\n  utter_benefit.x:\n{text}', encoding="utf-8")
    assert {problem.code for problem in check_benefits(load_content(tmp_path))} == codes


def test_beside_money_the_wave_has_only_her_two_approved_sentences() -> None:
    card = load_mascots()["xiaolanghua"]
    approved = [part for phrase in card.signature for part in re.split("[，。]", phrase) if part]
    told = [r for r in load_content("data/nlu/benefits").variations() if r.mascot == card.id]
    assert len(told) >= 5
    for response in told:
        rest = response.text
        for part in approved:
            rest = rest.replace(part, "")
        assert not re.search("|".join([*map(re.escape, card.metaphors_use), "潮", "涨", "浪", "礁", "绕过"]), rest), response.text


def test_a_benefit_ends_on_a_day_and_at_an_hour() -> None:
    ends = [found for r in load_content("data/nlu/benefits").variations() for found in re.findall(r"至\d{4}年\d+月\d+日(.{3})", r.text)]
    # An anniversary falls on a day, whatever the hour.
    assert ends and {end for end in ends if end != "满周年"} == {"24:"}


def test_a_button_of_the_list_opens_the_list_and_a_word_on_points_a_benefit() -> None:
    reply = ask("/faq/points.benefits", "2026-12-01")
    assert reply is not None and reply.response == "utter_benefits"
    reply = ask("早餐那个怎么弄", "2026-12-01", REDEEM)
    assert reply is not None and reply.response == "utter_benefit.breakfast"
    assert ask("怎么兑换有什么优惠", "2026-12-01", REDEEM) is None
