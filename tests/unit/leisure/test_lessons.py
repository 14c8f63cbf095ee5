"""What comes next in a course, what a pick is worth, how far somebody has come."""

from __future__ import annotations

import pytest

from persona.lessons import INTENT, Progress, Turn, load_courses, parts, turn, wanted
from persona.mascot import load_mascots

MASCOTS = load_mascots()
COURSES = load_courses()
FUND = COURSES["xiaoheniang.fund"]


def say(text: str, progress: Progress = Progress(), speaker: str = "xiaoheniang", **picked: str) -> Turn:  # noqa: B008
    return turn(wanted(text, picked, progress, COURSES, speaker), progress, COURSES, MASCOTS, speaker)


def names(made: Turn) -> list[str]:
    return [reply.response.removeprefix("utter_lesson.xiaoheniang.") for reply in made.replies]


def pick(number: int, right: bool, progress: Progress) -> Turn:
    lesson = FUND.lesson(number)
    assert lesson
    chosen = lesson.answer if right else lesson.answer % len(lesson.choices) + 1
    return say("", progress, course=FUND.key, lesson=str(number), answer=str(chosen))


def test_a_course_opens_with_its_introduction_and_the_first_lesson() -> None:
    made = say("基金入门")
    assert names(made) == ["fund", "fund.1"]
    assert (made.progress.course, made.progress.asked) == (FUND.key, 1)


def test_either_answer_is_explained_and_only_the_first_one_counts() -> None:
    wrong = pick(1, False, say("基金入门").progress)
    assert names(wrong) == ["fund.1.wrong"]
    again = pick(1, True, wrong.progress)
    assert names(again) == ["fund.1.right"]
    assert again.progress.done == {FUND.key: {1: False}}


def test_the_course_goes_on_after_something_else() -> None:
    progress = Progress.read(pick(1, True, say("基金入门").progress).progress.write())
    assert names(say("继续上课", progress)) == ["fund.2"]


def test_stopping_what_was_not_begun_lists_nothing() -> None:
    assert names(say("先不学了")) == ["utter_deny"]


def test_an_unanswered_question_is_asked_again() -> None:
    assert names(say("继续上课", say("基金入门").progress)) == ["fund.1"]


def test_all_lessons_answered_ends_the_course_with_the_score() -> None:
    progress = say("基金入门").progress
    for number in range(1, 7):
        made = pick(number, number != 3, progress)
        progress = made.progress
    assert names(made) == ["fund.6.right", "utter_lesson_finished"]
    assert made.replies[-1].values["right"] == "5"
    assert names(say("继续上课", progress)) == ["utter_lesson_finished"]


def test_where_from_the_start_and_one_lesson_by_number() -> None:
    progress = pick(1, True, say("基金入门").progress).progress
    told = say("学到哪了", progress).replies[0]
    assert told.response == "utter_lesson_where"
    assert (told.values["done"], told.values["total"], told.values["next"]) == ("1", "6", "下一课是「费用」。")
    assert names(say("第四课讲什么", progress)) == ["fund.4"]
    afresh = say("从头来", progress)
    assert names(afresh) == ["fund", "fund.1"]
    assert FUND.key not in afresh.progress.done


def test_who_does_not_know_is_told_the_answer() -> None:
    made = say("不知道", say("基金入门").progress)
    assert made.replies[0].response == "utter_lesson_reveal"
    assert made.replies[0].values["answer"] == "不一定"
    assert made.progress.done == {FUND.key: {1: False}}


def test_the_next_lesson_without_an_answer_tells_it_first() -> None:
    made = say("下一课", say("基金入门").progress)
    assert made.replies[0].response == "utter_lesson_reveal"
    assert names(say("下一课", made.progress)) == ["fund.2"]


@pytest.mark.parametrize("text", ["刚才那节没懂", "没明白", "再讲一遍", "为什么呀"])
def test_what_was_not_understood_is_told_again_before_the_answer_and_after(text: str) -> None:
    opened = say("基金入门").progress
    assert names(say(text, opened)) == ["utter_lesson_again", "fund.1"]
    later = pick(2, True, pick(1, False, opened).progress).progress
    made = say(text, later)
    assert names(made) == ["utter_lesson_again", "fund.2"]
    assert made.progress.done == later.done


@pytest.mark.parametrize("text", ["讲一节", "再来一节", "哦 那下面呢"])
def test_another_lesson_is_the_next_one(text: str) -> None:
    assert names(say(text, pick(1, True, say("基金入门").progress).progress)) == ["fund.2"]


def test_a_lesson_begun_is_asked_again_and_not_given_away() -> None:
    assert names(say("好 上课", say("基金入门").progress)) == ["fund.1"]


def test_another_course_leaves_out_the_one_in_hand() -> None:
    told = say("换一个课", say("基金入门").progress).replies[0]
    assert told.response == "utter_lesson_list"
    assert "基金入门" not in told.values["courses"] and "个人养老金四课" in told.values["courses"]


def test_two_courses_ask_which_one_course_begins() -> None:
    assert names(say("我想上课")) == ["utter_lesson_list"]
    assert say("我想上课", speaker="xiaofumiao").replies[0].response == "utter_lesson.xiaofumiao.safety"


def test_without_any_course_it_says_so() -> None:
    made = turn(wanted("有什么课", {}, Progress(), {}, "xiaofumiao"), Progress(), {}, MASCOTS, "xiaofumiao")
    assert names(made) == ["utter_lesson_none"]


def test_another_mascot_s_course_is_offered_by_switching() -> None:
    reply = say("夜班安全课").replies[0]
    assert reply.response == "utter_lesson_elsewhere"
    assert reply.buttons[0]["payload"].startswith(f"/{INTENT}") and '"host": "xiaofumiao"' in reply.buttons[0]["payload"]


@pytest.mark.parametrize("raw", [None, "", "{", "[]", "7", '{"done": 3}', '{"asked": "x"}', {"course": "x"}])
def test_whatever_stands_in_the_slot_progress_can_be_read(raw: object) -> None:
    assert Progress.read(raw) == Progress()


@pytest.mark.parametrize(
    ("name", "place"),
    [
        ("utter_lesson.xiaoheniang.fund", ("xiaoheniang", "fund", 0, "")), ("utter_lesson.a.b.12", ("a", "b", 12, "")),
        ("utter_lesson.a.b.2.wrong", ("a", "b", 2, "wrong")), ("utter_lesson_where", None), ("utter_faq/fund", None),
    ],
)
def test_a_response_s_name_tells_its_place(name: str, place: tuple[str, str, int, str] | None) -> None:
    assert parts(name) == place


def test_the_right_answer_does_not_always_stand_in_the_same_place() -> None:
    for course in COURSES.values():
        assert len({lesson.answer for lesson in course.lessons}) > 1, course.key
