"""Short courses: what comes next, what a pick is worth, how far somebody has come.

A course is a set of responses: `utter_lesson.<mascot>.<course>` introduces it (metadata: title, aliases), and
`….1`, `….1.right`, `….1.wrong` are a lesson with its question and the explanation either way (metadata: title, answer).
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from persona.columns import SHOWN, Reply, button
from persona.content import Content, Response, load_content
from persona.layers import current
from persona.mascot import Mascot

FOLDER = Path("data/nlu/lessons")  # of the project the bot is started in
PREFIX = "utter_lesson."
INTENT = "ask_column.lesson"
_NAME = re.compile(r"utter_lesson\.([a-z][a-z0-9_]*)\.([a-z][a-z0-9_]*)(?:\.(\d+)(?:\.(right|wrong))?)?$")
_MOVES = (
    ("stop", re.compile(r"到这|不上了|下课|不学了|不想学|退出")),
    ("reveal", re.compile(r"不知道|不晓得|不会做|猜不|看答案|答案是(?:什么|啥)|告诉我答案|选不出")),
    ("where", re.compile(r"(?:学|上|讲)到(?:哪|第?几)|进度|还(?:剩|有)(?:几|多少)(?:节|课|讲)|学了(?:几|多少)|上了几")),
    ("restart", re.compile(r"从头|重新(?:上|学|开始|来)|再(?:上|学)一遍|从第一(?:课|节|讲)")),
    ("other", re.compile(r"换(?:一)?(?:个|门|种)(?:别的)?(?:小)?课|换(?:一)?门|换课|(?:别|其他|其它)的课|不(?:想|要)?(?:上|学|听)这(?:个|门|节)")),
    ("again", re.compile(r"(?:没|不)(?:太|大|怎么|看|听|搞|弄)?(?:懂|明白|理解)|再(?:讲|说|来|看|念)(?:一|1)?遍|(?:讲|说|念)?慢(?:一)?点|(?:什么|啥)意思|解释|为(?:什么|啥|何)|凭(?:什么|啥)|举个?例|太长|短(?:一)?点|太快")),
    ("next", re.compile(r"下一(?:课|节|讲)|跳过|换一(?:课|节|讲)|^(?:那|好|行|嗯|哦|再|[，,\s])*(?:讲|上|来|学)(?:一(?:节|课|讲)|节|讲)[吧呗啊呀。！!]*$|^(?:那|好|嗯|哦|[，,\s])*(?:下面|后面|接下来|往后)(?:的)?(?:呢|讲(?:什么|啥))[？?]*$")),
    ("go_on", re.compile(r"^(?:那|好|行|嗯|我|就)*(?:想|要)?听(?:听|吧|一下|课|讲)*[。！!]*$|^(?:那|好|行|嗯|咱们?|我们?|就)*[，,\s]*(?:开始|开讲)(?:上课|学|讲)?[吧啊呀。！!]*$|继续|接着|下一步|往下(?:讲|学)|刚才的课|回到课")),
    ("list", re.compile(r"(?:什么|哪些|啥|几门|多少)(?:课|课程)|(?:课程?|小课).{0,2}(?:表|列表|目录|有哪些|有什么|有啥)|别的课|其他课|选课")),
)
_NUMBER = re.compile(r"第([一二三四五六七八九1-9])(?:课|节|讲|步)")
_DIGITS = {char: at for at, char in enumerate("一二三四五六七八九", 1)}


@dataclass(frozen=True)
class Wish:
    """What a customer wants of a course (None: not said which): `move` is go_on, next, again, restart, where, stop, reveal,
    list, other or "" (begin); `lesson` a number that was named (0: none), `answer` the choice picked for its question."""

    course: Course | None
    move: str = ""
    lesson: int = 0
    answer: str = ""


@dataclass(frozen=True)
class Lesson:
    """One lesson: `answer` is the number (from 1) of the right one of `choices`."""

    number: int
    title: str
    answer: int
    choices: tuple[str, ...]


@dataclass(frozen=True)
class Course:
    """Lessons of one mascot, numbered from 1; `category` is the product category explained, or none."""

    mascot: str
    id: str
    title: str
    category: str
    aliases: tuple[str, ...] = ()
    lessons: tuple[Lesson, ...] = ()

    @property
    def key(self) -> str:
        """``xiaoheniang.fund``."""
        return f"{self.mascot}.{self.id}"

    def lesson(self, number: int) -> Lesson | None:
        """The lesson of that number."""
        return next((one for one in self.lessons if one.number == number), None)


@dataclass(frozen=True)
class Progress:
    """What a customer has done: the course in hand, the lesson whose question is open (0: none), and for every course
    the lessons answered, each with whether it was right."""

    course: str = ""
    asked: int = 0
    done: Mapping[str, Mapping[int, bool]] = field(default_factory=dict)

    @classmethod
    def read(cls, raw: Any) -> Progress:
        """From the slot; whatever else stands there counts as nothing."""
        try:
            data = json.loads(raw) if isinstance(raw, str) else {}
            done = {str(c): {int(n): bool(ok) for n, ok in given.items()} for c, given in data.get("done", {}).items()}
            return cls(str(data.get("course") or ""), int(data.get("asked") or 0), done)
        except (ValueError, AttributeError, TypeError):
            return cls()

    def write(self) -> str:
        """For the slot."""
        return json.dumps({"course": self.course, "asked": self.asked, "done": self.done})

    def answered(self, course: str, number: int, right: bool) -> Progress:
        """With one more lesson done; the first answer counts, a second try does not."""
        given = dict(self.done.get(course, {}))
        given.setdefault(number, right)
        return Progress(course, 0, {**self.done, course: given})

    def cleared(self, course: str) -> Progress:
        """With one course forgotten."""
        return Progress(course, 0, {c: given for c, given in self.done.items() if c != course})

    def due(self, course: Course) -> Lesson | None:
        """The lesson that comes next; None when all are done."""
        given = self.done.get(course.key, {})
        return next((one for one in course.lessons if one.number not in given), None)


@dataclass(frozen=True)
class Turn:
    """What to utter, in order, and the progress afterwards."""

    replies: tuple[Reply, ...]
    progress: Progress


def parts(name: str) -> tuple[str, str, int, str] | None:
    """Mascot, course, lesson (0: the introduction) and part (right, wrong or "") of a response's name."""
    match = _NAME.match(name)
    return (match[1], match[2], int(match[3] or 0), match[4] or "") if match else None


def courses_in(content: Content) -> dict[str, Course]:
    """Every course by key, in the order of the files; lessons in the order of their numbers."""
    found: dict[str, Course] = {}
    lessons: dict[str, list[Lesson]] = {}
    for name, group in content.responses.items():
        place = parts(name)
        if not place or place[3]:
            continue
        mascot, course, number, _ = place
        first = group[0]
        if number:
            lessons.setdefault(f"{mascot}.{course}", []).append(_lesson(number, first))
        else:
            meta = first.metadata
            aliases = tuple(map(str, meta.get("aliases") or ()))
            found[f"{mascot}.{course}"] = Course(mascot, course, str(meta.get("title") or course), str(meta.get("category") or "none"), aliases)
    return {
        key: replace(course, lessons=tuple(sorted(lessons.get(key, []), key=lambda one: one.number)))
        for key, course in found.items()
    }


def _lesson(number: int, response: Response) -> Lesson:
    answer = response.metadata.get("answer")
    return Lesson(number, str(response.metadata.get("title") or ""), answer if isinstance(answer, int) else 0,
                  tuple(b.title for b in response.buttons))


def load_courses(folder: Path = FOLDER) -> dict[str, Course]:
    """The courses of the project in the working directory."""
    return courses_in(load_content(current(folder)))


def named(text: str, courses: Mapping[str, Course], speaker: str) -> Course | None:
    """The course a sentence names: the longest title or alias in it, the speaker's own before another's."""
    hits = [
        (c.mascot == speaker, len(word), c) for c in courses.values() for word in (c.title, *c.aliases) if word in text
    ]
    return max(hits, key=lambda hit: hit[:2])[2] if hits else None


def moves(text: str) -> str:
    """What a sentence wants of the course in hand: stop, reveal, where, restart, other, again, next, go_on, list, or ""."""
    return next((move for move, pattern in _MOVES if pattern.search(text)), "")


def wanted(
    text: str, picked: Mapping[str, str], progress: Progress, courses: Mapping[str, Course], speaker: str
) -> Wish:
    """What a message asks for. picked (Mapping): entities of a button, `course`, `lesson`, `answer`, `move`; else empty."""
    number = _NUMBER.search(text)
    move = picked.get("move", "") if picked else moves(text)
    lesson = picked.get("lesson", "") if picked else str(_DIGITS.get(number[1], number[1])) if number and not move else ""
    course = courses.get(picked.get("course", "")) or named(text, courses, speaker)
    if course is None and move not in ("list", "other"):
        own = [c for c in courses.values() if c.mascot == speaker]
        in_hand = courses.get(progress.course)
        resumed = in_hand if in_hand and (move or lesson or (in_hand in own and progress.due(in_hand))) else None
        # 「第一课讲什么」, 「听」: of several, the one that heads the list.
        course = resumed or (own[0] if len(own) == 1 or (own and (lesson or move in ("next", "go_on"))) else None)
    return Wish(course, move, int(lesson) if lesson.isdecimal() else 0, picked.get("answer", ""))


def turn(
    wish: Wish, progress: Progress, courses: Mapping[str, Course], mascots: Mapping[str, Mascot], speaker: str
) -> Turn:
    """One turn of a course."""
    course = wish.course
    if course is None and wish.move == "stop":
        return Turn((Reply("utter_deny"),), progress)  # nothing was begun
    if course is None or wish.move in ("list", "other"):
        others = {k: c for k, c in courses.items() if wish.move != "other" or k != progress.course}
        return Turn((_list(others, mascots, speaker),), progress)
    names = {"course": course.title, "owner": mascots[course.mascot].name}
    if wish.move == "stop":
        return Turn((Reply("utter_lesson_stop", {**names, **_told(course, progress)}),), replace(progress, asked=0))
    if wish.move == "where":
        again = button("继续上课", INTENT, course=course.key, move="go_on")
        afresh = button("从头来", INTENT, course=course.key, move="restart")
        return Turn((Reply("utter_lesson_where", {**names, **_told(course, progress)}, (again, afresh)),), progress)
    if course.mascot != speaker:
        swap = button(f"换{names['owner']}来", INTENT, course=course.key, host=course.mascot)
        return Turn((Reply("utter_lesson_elsewhere", names, (swap,)),), progress)
    named_lesson = course.lesson(wish.lesson)
    if wish.answer and named_lesson:
        return _answered(course, named_lesson, wish.answer, progress)
    asked = course.lesson(progress.asked) if progress.course == course.key else None
    if asked and wish.move in ("reveal", "next"):  # 「下一课」 without an answer: the answer first, then on
        return _revealed(course, asked, progress)
    if wish.move == "again":
        return _again(course, progress)
    if wish.move == "restart":
        progress = progress.cleared(course.key)
    due = named_lesson or progress.due(course)
    if due is None:
        return Turn((_finished(course, progress),), progress)
    begun = bool(progress.done.get(course.key)) or progress.course == course.key
    opening = () if begun and wish.move != "restart" else (Reply(PREFIX + course.key),)
    return Turn((*opening, _given(course, due)), Progress(course.key, due.number, progress.done))


def _again(course: Course, progress: Progress) -> Turn:
    """The lesson in hand once more, or the one that was answered last: what explains it stands there."""
    given = progress.done.get(course.key, {})
    number = (progress.asked if progress.course == course.key else 0) or next(iter(list(given)[-1:]), 0)
    lesson = course.lesson(number) or progress.due(course)
    if lesson is None:
        return Turn((_finished(course, progress),), progress)
    asked = 0 if lesson.number in given else lesson.number
    return Turn((Reply("utter_lesson_again"), replace(_given(course, lesson), values={"asked_again": "yes"})), Progress(course.key, asked, progress.done))


def _given(course: Course, lesson: Lesson) -> Reply:
    return Reply(f"{PREFIX}{course.key}.{lesson.number}")


def _answered(course: Course, lesson: Lesson, answer: str, progress: Progress) -> Turn:
    right = answer == str(lesson.answer)
    progress = progress.answered(course.key, lesson.number, right)
    return _explained(course, Reply(f"{PREFIX}{course.key}.{lesson.number}.{'right' if right else 'wrong'}"), progress)


def _revealed(course: Course, lesson: Lesson, progress: Progress) -> Turn:
    told = Reply("utter_lesson_reveal", {"answer": lesson.choices[lesson.answer - 1]})
    return _explained(course, told, progress.answered(course.key, lesson.number, False))


def _explained(course: Course, told: Reply, progress: Progress) -> Turn:
    if progress.due(course) is None:
        return Turn((told, _finished(course, progress)), progress)
    onward = button("下一课", INTENT, course=course.key, move="go_on")
    enough = button("先到这儿", INTENT, course=course.key, move="stop")
    return Turn((replace(told, buttons=(onward, enough)),), progress)


def _finished(course: Course, progress: Progress) -> Reply:
    afresh = button("从头来", INTENT, course=course.key, move="restart")
    others = button("还有什么课", INTENT, move="list")
    return Reply("utter_lesson_finished", {"course": course.title, **_told(course, progress)}, (afresh, others))


def _told(course: Course, progress: Progress) -> dict[str, str]:
    """Counts as words: how many lessons, how many done, how many right, and the title of the next."""
    given = progress.done.get(course.key, {})
    due = progress.due(course)
    return {
        "total": str(len(course.lessons)), "done": str(len(given)), "right": str(sum(given.values())),
        "next": f"下一课是「{due.title}」。" if due else "全上完了。",
    }


def _list(courses: Mapping[str, Course], mascots: Mapping[str, Mascot], speaker: str) -> Reply:
    if not courses:
        return Reply("utter_lesson_none")
    ordered = sorted(courses.values(), key=lambda c: c.mascot != speaker)
    told = "；".join(f"{c.title}（{len(c.lessons)}课，{mascots[c.mascot].name}）" for c in ordered)
    rows = tuple(button(c.title, INTENT, course=c.key) for c in ordered[:SHOWN])
    return Reply("utter_lesson_list", {"courses": told}, rows)
