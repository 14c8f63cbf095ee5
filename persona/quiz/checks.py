"""What the linter looks for in the anti-fraud class: every kind of fraud has a message, and every message may be shown."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from typing import Any

from persona.compliance import Context
from persona.content import Content, Response
from persona.errors import Problem, RenderError
from persona.institution import Institution
from persona.quiz.items import GENUINE, Item, by_kind
from persona.voice import Voice

COUNTS = {"n": "10", "answered": "10", "right": "10"}
MOST = 160  # characters of one message
GENUINE_LEAST = 8


def check_quiz(items: Mapping[str, Item], content: Content, institution: Institution, unread: Collection[str] = ()) -> Iterator[Problem]:
    """Coverage, and items past their date.

    unread: the kinds whose file cannot be read; they are not missing."""
    counts = by_kind(items)
    for label, topic in content.topics.items():
        if label.startswith("scam/") and "." not in label and label.removeprefix("scam/") not in {*counts, *unread}:
            yield Problem(topic.file, topic.line, "Q107", label, "反诈小课堂里没有这种骗局的题",
                          f"在 persona/quiz/items/{label.removeprefix('scam/')}.yml 里加一道。")
    if counts.get(GENUINE, 0) < GENUINE_LEAST and GENUINE not in unread:
        yield Problem("persona/quiz/items/genuine.yml", 1, "Q107", GENUINE, f"真消息只有 {counts.get(GENUINE, 0)} 条，至少 {GENUINE_LEAST} 条", "补几条真的通知。")
    for item in items.values():
        if not item.genuine and f"scam/{item.scam}" not in content.topics:
            yield Problem(item.file, item.line, "Q108", item.id, f"没有 scam/{item.scam} 这种骗局", "对照 data/nlu/scam/ 的文件名。")
        if item.expires < institution.today():
            yield Problem(item.file, item.line, "Q109", item.id, f"{item.expires} 已经过期", "重新核对，改 reviewed 和 expires。")


def showing(item: Item, content: Content) -> list[Response]:
    """The variations of answers in which customers see an item."""
    kind = "genuine" if item.genuine else "fraud"
    return [response for name in ("utter_quiz_question", f"utter_quiz_right_{kind}", f"utter_quiz_reveal_{kind}")
            for response in content.responses.get(name, ())]


def shown(item: Item, content: Content, institution: Institution, voice: Voice, review: Callable[[str, Context], Any]) -> Iterator[Problem]:
    """Length, and the guard's findings for adults and minors."""
    today = institution.today()
    values = {**item.values(institution), **COUNTS}
    for response in showing(item, content):
        try:
            text = voice.render(response.text, mascot=response.mascot or institution.mascot, tone=response.tone, values=values, today=today)
        except RenderError as problem:
            yield Problem(response.file, response.line, "Q110", response.name, str(problem), "改占位符。")
            continue
        if len(text) > MOST:
            yield Problem(item.file, item.line, "Q110", item.id, f"填好后 {len(text)} 个字，最多 {MOST} 个", "删短。")
        # what may be said to a minor in an emergency may be said to everybody: nearly every text is asked about once
        strict = review(text, Context(tone=response.tone, now=today, minor=True, lock="hard")).findings
        for findings in (review(text, Context(tone=response.tone, now=today)).findings, strict) if strict else ():
            for finding in findings:
                what = f"{finding.rule}「{finding.text}」：{finding.message}"
                yield Problem(item.file, item.line, "Q111", item.id, what, "换个说法；骗子的话只写在 message 里。")
