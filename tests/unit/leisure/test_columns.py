"""Which episode is shown on which day, what the menu lists, where 「上一期」 leads."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from persona.columns import Column, Episode, Reply, answer, choose, columns_in, load_columns, menu, moves, named
from persona.content import load_content
from persona.leisure import continued, hindrance
from persona.mascot import load_mascots

MASCOTS = load_mascots()
REAL = load_columns(MASCOTS)


def episode(number: int, start: str, end: str = "2027-06-30") -> Episode:
    return Episode(number, f"题{number}", date.fromisoformat(start), date.fromisoformat(end))


DAILY = Column("xiaofumiao", "daily", "值夜日记", ("日记",), (
    episode(1, "2026-10-01"), episode(2, "2026-11-01"), episode(3, "2026-12-01")))
FOOD = Column("xiaofumiao", "food", "食堂窗口", ("食堂",), (episode(1, "2026-10-01", "2026-10-31"),))
WORDS = Column("xiaoheniang", "words", "没听懂的词", (), (episode(1, "2026-10-01"),))
COLUMNS = {c.key: c for c in (DAILY, FOOD, WORDS)}


def ask(text: str, day: str, last: tuple[str, int] | None = None, speaker: str = "xiaofumiao", **picked: str) -> Reply:
    return answer(text, picked, last, COLUMNS, MASCOTS, speaker, date.fromisoformat(day))


@pytest.mark.parametrize(
    ("day", "number"), [("2026-10-01", "1"), ("2026-10-31", "1"), ("2026-11-01", "2"), ("2026-12-31", "3"), ("2027-06-30", "3")]
)
def test_the_newest_episode_that_is_out_is_shown(day: str, number: str) -> None:
    reply = ask("看值夜日记", day)
    assert (reply.response, reply.values["episode"]) == ("utter_column.xiaofumiao.daily", number)


def test_before_the_first_and_after_the_last_day_there_is_no_episode() -> None:
    assert ask("看值夜日记", "2026-09-30").response == "utter_column_none"
    assert ask("看值夜日记", "2027-07-01").response == "utter_column_none"


def test_a_column_without_a_valid_episode_leaves_the_menu_by_itself() -> None:
    assert [c.name for c in menu(COLUMNS, "xiaofumiao", date(2026, 10, 31))] == ["值夜日记", "食堂窗口"]
    assert [c.name for c in menu(COLUMNS, "xiaofumiao", date(2026, 11, 1))] == ["值夜日记"]
    assert ask("有哪些栏目", "2027-07-01").response == "utter_column_closed"


def test_the_menu_lists_the_speaker_s_columns_only() -> None:
    assert ask("还有什么栏目", "2026-11-02").values["columns"] == "值夜日记"
    assert ask("还有什么栏目", "2026-11-02", speaker="xiaoheniang").values["columns"] == "没听懂的词"


def test_back_and_forth_between_episodes() -> None:
    last = (DAILY.key, 2)
    assert ask("上一期", "2026-11-10", last).values["episode"] == "1"
    assert ask("再来一期", "2026-12-10", (DAILY.key, 3)).values["episode"] == "2"
    assert ask("下一期", "2026-12-10", last).values["episode"] == "3"
    assert ask("上一期", "2026-11-10", (DAILY.key, 1)).response == "utter_column_oldest"
    assert ask("下一期", "2026-12-10", (DAILY.key, 3)).response == "utter_column_newest"


def test_the_next_episode_is_announced_by_its_day_and_not_shown() -> None:
    reply = ask("下一期", "2026-11-10", (DAILY.key, 2))
    assert (reply.response, reply.values["date"]) == ("utter_column_coming", "12月1日")


def test_an_episode_by_its_number_two_back_and_which_one_this_is() -> None:
    last = (DAILY.key, 3)
    assert ask("第一期", "2026-12-10", last).values["episode"] == "1"
    assert ask("第九期", "2026-12-10", last).response == "utter_column_earlier"
    assert ask("上上期", "2026-12-10", last).values["episode"] == "1"
    told = ask("这是第几期", "2026-12-10", (DAILY.key, 2))
    assert told.response == "utter_column_which"
    assert (told.values["episode"], told.values["title"], told.values["until"]) == ("2", "题2", "2027年6月30日")


def test_what_another_mascot_writes_is_told_with_the_way_to_her() -> None:
    told = answer("小禾娘有栏目吗", {}, None, COLUMNS, MASCOTS, "xiaofumiao", date(2026, 11, 10), "xiaoheniang")
    assert (told.response, told.values["columns"]) == ("utter_column_theirs", "没听懂的词")
    assert json.loads(told.buttons[0]["payload"].removeprefix("/ask_column")) == {"move": "menu", "host": "xiaoheniang"}
    own = answer("小福喵有栏目吗", {}, None, COLUMNS, MASCOTS, "xiaofumiao", date(2026, 11, 10), "xiaofumiao")
    assert own.response == "utter_ask_column"


def test_a_button_opens_exactly_its_episode_whatever_its_title_says() -> None:
    assert ask("上一期", "2026-12-10", (DAILY.key, 3), column=DAILY.key, episode="2").values["episode"] == "2"
    # A button of an old bubble never opens what is not out yet.
    assert ask("", "2026-11-10", column=DAILY.key, episode="3").values["episode"] == "2"


def test_earlier_episodes_are_listed_with_their_titles() -> None:
    reply = ask("往期", "2026-11-10", (DAILY.key, 2))
    assert reply.values["episodes"] == "第2期《题2》；第1期《题1》"
    assert [b["title"] for b in reply.buttons] == ["第2期", "第1期"]


def test_another_mascot_s_column_is_offered_by_switching() -> None:
    reply = ask("没听懂的词", "2026-11-10")
    assert reply.response == "utter_column_elsewhere"
    payload = reply.buttons[0]["payload"]
    assert json.loads(payload.removeprefix("/ask_column")) == {"column": WORDS.key, "host": "xiaoheniang"}


@pytest.mark.parametrize(
    ("text", "speaker", "key"),
    [
        ("看看你的工牌换装", "xiaofumiao", "xiaofumiao.fashion"), ("ESG那期", "xiaofumiao", "xiaofumiao.esg"),
        ("想看解压的", "xiaolanghua", "xiaofumiao.relax"), ("本周潮汐表", "xiaolanghua", "xiaolanghua.tides"),
        ("出一道小题", "xiaoheniang", "xiaoheniang.quiz"), ("认识你的同事", "xiaoshizi", "xiaoshizi.colleagues"),
    ],
)
def test_columns_are_known_by_name_and_by_other_words(text: str, speaker: str, key: str) -> None:
    found = named(text, REAL, speaker)
    assert found is not None and found.key == key


def test_whichever_opens_a_column_and_the_next_time_another() -> None:
    assert ask("随便看一个", "2026-11-10").response == DAILY.response
    assert ask("你挑一个吧", "2026-10-15", (DAILY.key, 1)).response == FOOD.response
    assert continued("随便看一个", "utter_ask_column") == "ask_column"
    assert moves("随便") == "any" and moves("再来一个") == "older" and moves("还有什么栏目，随便") == "menu"


def test_words_that_name_nothing_name_no_column() -> None:
    assert named("今天几号", REAL, "xiaofumiao") is None
    assert moves("今天几号") == ""


def test_the_renderer_takes_the_wanted_episode_and_never_one_that_is_not_out() -> None:
    rows = [{"metadata": {"episode": n, "from": f"2026-1{n}-01"}} for n in (0, 1, 2)]
    assert choose(rows, "0", date(2026, 11, 5)) == [rows[0]]
    assert choose(rows, "2", date(2026, 11, 5)) == [rows[1]]
    assert choose(rows, None, date(2026, 11, 5)) == [rows[1]]
    assert choose([{"text": "别的"}], None, date(2026, 11, 5)) == [{"text": "别的"}]


def test_a_half_written_entry_of_a_card_is_no_column() -> None:
    card = replace(MASCOTS["xiaofumiao"], extensions={"columns": [{"id": "x"}, "y", {"id": "z", "name": "有名字的"}]})
    assert list(columns_in(load_content(Path("data/nlu/columns")), {"xiaofumiao": card})) == ["xiaofumiao.z"]


def test_every_column_of_every_card_has_its_file_and_the_promised_number_of_episodes() -> None:
    counts = {key: len(column.episodes) for key, column in REAL.items()}
    assert sum(n >= 6 for key, n in counts.items() if key.startswith("xiaofumiao.")) >= 3
    assert all(n >= (2 if key.startswith("xiaofumiao.") else 3) for key, n in counts.items())
    assert {file.stem for file in Path("data/nlu/columns").glob("*.yml")} == set(counts)


@pytest.mark.parametrize(
    ("slots", "channel", "play", "instead"),
    [
        ({}, "own_web", True, None), ({"opted_out": True}, "own_web", True, None),
        ({"lock": "soft"}, "own_web", True, "utter_column_later"), ({"lock": "soft"}, "own_web", False, "utter_column_later"),
        ({"lock": "hard"}, "own_web", True, "utter_emergency_steady"),
        ({"lock": "hard", "minor": True}, "own_web", True, "utter_column_minor"),
        ({"lock": "hard", "minor": True}, "own_web", False, None),
        ({}, "public_comment", True, "utter_column_channel"),
    ],
)
def test_when_columns_and_lessons_have_to_wait(slots: dict[str, object], channel: str, play: bool, instead: str | None) -> None:
    assert hindrance(slots, channel, play=play) == instead


@pytest.mark.parametrize(
    ("text", "last", "intent"),
    [
        ("继续", "utter_lesson.xiaoheniang.fund.2.right", "ask_column.lesson"), ("不知道", "utter_lesson.xiaoheniang.fund.2", "ask_column.lesson"),
        ("再往前", "utter_column.xiaofumiao.daily", "ask_column"), ("继续", "utter_faq/annual_fee", ""),
        ("那信用卡年费怎么才能不交继续问一下", "utter_lesson.xiaoheniang.fund.2", ""), ("转账限额", "utter_lesson.xiaoheniang.fund.2", ""),
    ],
)
def test_a_few_words_go_on_with_what_was_shown(text: str, last: str, intent: str) -> None:
    assert continued(text, last) == intent


@pytest.mark.parametrize("text", ["为啥不是B", "我不服", "我选C", "看不懂"])
def test_what_an_episode_says_is_not_explained_by_another(text: str) -> None:
    reply = ask(text, "2026-12-10", (DAILY.key, 2))
    assert reply.response == "utter_column_why" and reply.values["column"] == DAILY.name


@pytest.mark.parametrize("text", ["讲一个", "给我念一段", "下一题", "再来"])
def test_another_one_after_an_episode_and_after_the_list(text: str) -> None:
    assert ask(text, "2026-12-10", (DAILY.key, 3)).values["episode"] == "2"
    assert ask(text, "2026-12-10").response.startswith("utter_column.")


@pytest.mark.parametrize("text", ["为啥扣我钱", "净值我不懂", "贷款什么意思"])
def test_a_bank_question_is_none_about_the_episode(text: str) -> None:
    assert moves(text) == ""
