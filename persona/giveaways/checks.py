"""What the linter looks for in give-aways: every answer as it will be said, and rules that changed after the first entry."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from yaml import YAMLError

from persona.compliance import Context
from persona.content import Content
from persona.errors import Problem, RenderError
from persona.giveaways.sheet import Giveaway
from persona.institution import Institution
from persona.voice import Voice

# Answers that stand or fall with a sheet's own words.
SPOKEN = ("offer", "rules_prizes", "rules_draw", "rules", "early", "won")
MOST = 220  # characters of one message


def check_giveaways(sheets: Mapping[str, Giveaway], content: Content, institution: Institution, voice: Voice, review: Callable[[str, Context], Any]) -> Iterator[Problem]:
    """The guard's findings on the sheets' answers, answers that get too long, and frozen sheets that changed."""
    today = institution.today()
    for sheet in sheets.values():
        values = {**sheet.values(institution), "number": sheet.label(1), "prize": sheet.prizes[0].name}
        for name in (f"utter_giveaway_{part}" for part in SPOKEN):
            for response in content.responses.get(name, ()):
                try:
                    text = voice.render(response.text, mascot=institution.mascot, tone=response.tone, values=values, today=today)
                except RenderError as problem:
                    yield Problem(response.file, response.line, "G111", name, str(problem), "改占位符。")
                    continue
                if len(text) > MOST:
                    yield Problem(sheet.file, 1, "G111", name, f"填好后 {len(text)} 个字，最多 {MOST} 个", "把活动单里的文字删短，或少放一种奖品。")
                for finding in review(text, Context(tone=response.tone, now=today)).findings:
                    yield Problem(sheet.file, 1, "G112", name, f"{finding.rule}「{finding.text}」：{finding.message}", finding.fix)
    yield from _frozen(sheets)


def _frozen(sheets: Mapping[str, Giveaway]) -> Iterator[Problem]:
    """Asks the database, when there is one: a linter makes none."""
    from persona.database import surely_empty

    try:
        if surely_empty("giveaway"):
            return
    except YAMLError:
        return  # endpoints.yml cannot be read, which is told
    from sqlalchemy import inspect
    from sqlalchemy.exc import SQLAlchemyError

    from persona.database import engine
    from persona.giveaways.entries import GIVEAWAY, Entries

    try:
        if not inspect(engine()).has_table(GIVEAWAY.name):
            return
        entries = Entries(engine(), sheets)
        for sheet in sheets.values():
            if entries.changed(sheet):
                yield Problem(sheet.file, 1, "G113", sheet.id, "已经有人报名，规则却和那时不一样，报名停了", "改回去；规则公布后不能变，要变就另办一次。")
    except SQLAlchemyError:
        return  # no database, no entries to protect
