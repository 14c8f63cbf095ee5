"""What the linter looks for in columns, lessons and card benefits, beside what it looks for in every answer."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date, timedelta

from persona import benefits, columns, lessons
from persona.content import Content, Response
from persona.errors import Problem
from persona.mascot import Mascot
from persona.textual import is_day, no_day, written_day

CHOICES = (2, 3)
AHEAD = timedelta(days=30)


def _at(response: Response, key: str, code: str, what: str, fix: str) -> Problem:
    return response.problem(tuple(key.split(".")), code, what, fix)


def check_columns(content: Content, mascots: Mapping[str, Mascot]) -> Iterator[Problem]:
    """Episodes: known column, number, title, dates in order, nothing but play."""
    known = {c.response for c in columns.columns_in(content, mascots).values()}
    for name, group in content.responses.items():
        if not name.startswith(columns.PREFIX):
            continue
        if name not in known:
            yield _at(group[0], "text", "P660", "形象卡的 extensions.columns 里没有这个栏目",
                      "名字写成 utter_column.形象.栏目；新栏目先加到形象卡里。")
        before: columns.Episode | None = None
        for response in sorted(group, key=lambda r: str(r.metadata.get("from"))):
            for key in ("episode", "title", "from"):
                if response.metadata.get(key) in (None, ""):
                    yield _at(response, "metadata", "P661", f"metadata 里缺少 {key}", f"补上 {key}：第几期、标题、哪天起能看。")
            episode = columns.episode_of(response)
            if episode is None:
                start = str(response.metadata.get("from") or "")
                if start and not is_day(start):
                    yield response.problem(("metadata", "from"), "P106", *no_day(start), start)
                number = response.metadata.get("episode")
                if number not in (None, "") and not isinstance(number, int):
                    yield response.problem(("metadata", "episode"), "P105", f"期号是「{number}」", "写成整数，不加引号：episode: 7。", str(number))
                continue
            if episode.end <= episode.start:
                yield _at(response, "metadata.expires", "P662", "还没开始就到期了", "expires 要在 from 之后。")
            if before and episode.number <= before.number:
                yield _at(response, "metadata.episode", "P663", f"第{episode.number}期在第{before.number}期之后才出，期号却不更大",
                          "期号按 from 的先后往上数，不重复。")
            before = episode
            if response.tone != "playful" or response.metadata.get("category", "none") != "none" or response.metadata.get("disclosures"):
                yield _at(response, "metadata", "P664", "栏目只讲生活，不讲产品", "tone 写 playful，category 写 none；讲产品的改写成一课。")


def check_benefits(content: Content) -> Iterator[Problem]:
    """Card benefits: a title, dates in order, period and quota in the text, the same figures in every voice."""
    for name, group in content.responses.items():
        if not name.startswith(benefits.PREFIX):
            continue
        figures, incomplete = _figures(group[0]), False
        for response in group:
            start, end = columns.day(response.metadata.get("from")), columns.day(response.metadata.get("expires"))
            if start is None or not response.metadata.get("title"):
                yield _at(response, "metadata", "P667", "metadata 里缺少 title 或 from", "补上 title（菜单上的名字）和 from（哪天起能用）。")
            elif end is not None and end <= start:
                yield _at(response, "metadata.expires", "P662", "还没开始就到期了", "expires 要在 from 之后。")
            if end is not None and (written_day(end) not in response.text or "名额" not in response.text):
                incomplete = True
                yield _at(response, "text", "P668", f"没说到{written_day(end)}截止，或没说名额", "条件、期限、名额写在福利前面；名额不限也要写「名额不限」。")
            elif not incomplete and _figures(response) != figures:
                yield _at(response, "text", "P669", "数字和第一条说法不一样", "各形象讲的是同一件事：改成一样的数字。")


def _figures(response: Response) -> list[str]:
    return sorted(re.findall(r"[0-9]+", response.text.replace("24:00", "")))


def check_lessons(content: Content, mascots: Mapping[str, Mascot]) -> Iterator[Problem]:
    """Courses: an introduction, lessons numbered from 1, a question with one answer, the explanation either way."""
    courses = lessons.courses_in(content)
    for name, group in content.responses.items():
        if not name.startswith(lessons.PREFIX):
            continue
        place, first = lessons.parts(name), group[0]
        course = courses.get(f"{place[0]}.{place[1]}") if place else None
        if not place or course is None or place[0] not in mascots:
            yield _at(first, "text", "P670", "这一课没有归处", "名字写成 utter_lesson.形象.课程.课号，另写一条 utter_lesson.形象.课程 作开场。")
            continue
        if first.metadata.get("category", "none") != course.category:
            yield _at(first, "metadata.category", "P674", f"类别和开场的「{course.category}」不一样", "一门课只讲一类。")
        if not place[2]:
            if not first.metadata.get("title"):
                yield _at(first, "metadata", "P620", "metadata 里缺少 title", "补上课程的名字。")
            numbers = [one.number for one in course.lessons]
            if not numbers or numbers != list(range(1, len(numbers) + 1)):
                yield _at(first, "text", "P671", f"课号是 {numbers}", "从 1 起，一课接一课。")
        elif not place[3]:
            yield from _lesson(first, course, place[2], content)


def _lesson(response: Response, course: lessons.Course, number: int, content: Content) -> Iterator[Problem]:
    lesson = course.lesson(number)
    if lesson is None:
        return
    if not response.metadata.get("title"):
        yield _at(response, "metadata", "P620", "metadata 里缺少 title", "补上这一课的题目。")
    if not CHOICES[0] <= len(lesson.choices) <= CHOICES[1]:
        yield _at(response, "buttons", "P672", f"{len(lesson.choices)} 个选项", "写两三个选项。")
    elif not 1 <= lesson.answer <= len(lesson.choices):
        answer = response.metadata.get("answer")
        what = f"answer 是「{answer}」，选项有 {len(lesson.choices)} 个" if answer not in (None, "") else "没有 answer"
        yield _at(response, "metadata.answer", "P672", what, f"answer 写对的是第几个：1 到 {len(lesson.choices)}，不加引号。")
    for at, button in enumerate(response.buttons, 1):
        right = columns.button(button.title, lessons.INTENT, course=course.key, lesson=str(number), answer=str(at))["payload"]
        if button.payload != right:
            yield response.problem(("buttons", button.number, "payload"), "P673", f"选项指向「{button.payload}」", f"写成 {right}", button.payload)
    for part in ("right", "wrong"):
        if f"{response.name}.{part}" not in content.responses:
            yield _at(response, "text", "P675", f"缺少 {response.name}.{part}", "答对答错都要讲明白。")


def due(content: Content, mascots: Mapping[str, Mascot], today: date) -> Iterator[Problem]:
    """Columns that leave the menu within 30 days unless somebody writes."""
    later = today + AHEAD
    for column in columns.columns_in(content, mascots).values():
        if column.showing(today) and not column.showing(later):
            last = content.responses[column.response][-1]
            yield _at(last, "metadata.expires", "P665", f"{mascots[column.mascot].name}的「{column.name}」到 {later} 就没有当期了", "写一期新的，from 在那之前。")
