"""What the linter looks for. One small generator a kind; a new kind of content adds its own to a list here."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from functools import partial

from persona.content.checks import (
    answers,
    approvals,
    branches,
    dates,
    examples,
    flow,
    lexicon,
    manner,
    metadata,
    places,
    spoken,
)
from persona.content.house import House, furnish
from persona.content.model import Content, Response
from persona.content.passed import digest
from persona.errors import Problem
from persona.figures import Figures
from persona.institution import Institution
from persona.leisure_checks import check_benefits, check_columns, check_lessons, due
from persona.mascot import Mascot, load_mascots


def _with_card(problems: Iterator[Problem], house: House) -> Iterator[Problem]:
    """A column or course of a mascot without a card: the missing card is the finding, not what follows from it."""
    return (one for one in problems if one.key.split(".")[1] in house.mascots)


# looked at for every variation of every answer
ANSWER: tuple[Callable[[Response, House], Iterator[Problem]], ...] = (
    manner.secrets, answers.placeholders, answers.shape, answers.marks, answers.buttons, answers.pictures, metadata.required, metadata.values, metadata.source, metadata.unwritten,
    metadata.figures, metadata.disclosures, dates.answer, manner.plain_voice, manner.literals, manner.in_character,
    manner.tone, approvals.answer, branches.zones,
)
# looked at once
PROJECT: tuple[Callable[[House], Iterator[Problem]], ...] = (
    examples.sentences, examples.few,
    places.pairs, places.folders, places.speaker, places.scenes, places.copied, places.beside, places.titles, places.trailing, lexicon.entries,
    dates.figures, dates.products, approvals.products, approvals.live, flow.intents, flow.rules, flow.actions, flow.unused, branches.cities, branches.notice,
    lambda house: _with_card(check_columns(house.content, house.mascots), house), lambda house: due(house.content, house.mascots, house.today),
    lambda house: check_benefits(house.content),
    lambda house: _with_card(check_lessons(house.content, house.mascots), house),
)


def check(content: Content, institution: Institution, figures: Figures, today: date | None = None,
          mascots: Mapping[str, Mascot] | None = None) -> list[Problem]:
    """Everything an editor has to mend in the content files, in the order of files and lines."""
    return check_house(furnish(content, institution, figures, today or institution.today(),
                               mascots if mascots is not None else load_mascots()))


def check_house(house: House) -> list[Problem]:
    """Everything but what the guard says."""
    return _first_of_each(_all(house))


def _all(house: House) -> list[Problem]:
    problems = [*house.problems, *house.content.problems]
    for look in PROJECT:
        problems += look(house)
    return [*problems, *_of_answers(house)]


def _of_answers(house: House) -> Iterator[Problem]:
    """What is wrong with single variations. Those of a file are looked at again when it changes, when what they are held against
    does (`key`), or when a name comes or goes that a button can lead to.
    """
    content = house.content
    names = digest(sorted({*content.topics, *content.responses}), sorted(content.unread), sorted(house.unread))
    of_file: dict[str, list[Response]] = {}
    for response in content.variations():
        of_file.setdefault(response.file, []).append(response)
    for group in of_file.values():
        look = partial(_examined, group, house)
        document = group[0].document
        if document is None or not house.key:
            yield from look()
        else:
            subject = house.key, names, document.digest, [(response.name, response.number) for response in group]
            yield from house.passed.unless(subject, look)


def _examined(group: Sequence[Response], house: House) -> Iterator[Problem]:
    return (problem for response in group for examine in ANSWER for problem in examine(response, house))


def check_project(house: House) -> list[Problem]:
    """Everything: the files, and what the guard says of every answer as it will be heard."""
    found = _all(house)
    return _first_of_each([*found, *spoken.spoken(house, found)])


def check_answer(response: Response, house: House) -> list[Problem]:
    """The same for one variation on its own, which may be one that nobody has saved yet."""
    found = list(_examined([response], house))
    return _first_of_each([*found, *spoken.answer(response, house, found)])


# One name that is gone can be missed in many places; mended in one, it is mended in all.
TOGETHER, TOGETHER_FROM = ("P606", "P618", "P627", "P636"), 4


def _together(problems: list[Problem]) -> list[Problem]:
    """The same missing name in four places or more is one finding that lists them."""
    places: dict[tuple[str, str], list[Problem]] = {}
    for problem in problems:
        if problem.code in TOGETHER and problem.text:
            places.setdefault((problem.code, problem.text), []).append(problem)
    places = {what: sorted(same) for what, same in places.items()}
    kept = []
    for problem in problems:
        same = places.get((problem.code, problem.text), [])
        if len(same) < TOGETHER_FROM:
            kept.append(problem)
        elif problem is same[0]:
            others = list(dict.fromkeys(f"{one.file}:{one.line}" for one in same[1:]))
            listed = "、".join(others[:3]) + (" 等" if len(others) > 3 else "")
            kept.append(replace(problem, what=f"{problem.what}；一样的还有 {len(same) - 1} 处：{listed}"))
    return kept


def _first_of_each(problems: list[Problem]) -> list[Problem]:
    """Sorted; where two findings mark overlapping words of a line, the first one found has said it. So it has when lines that
    several answers share through an anchor are found wrong in each of them.
    """
    kept: dict[tuple[str, int, int, str, str, str], Problem] = {}
    marked: dict[tuple[str, int], list[tuple[int, int]]] = {}
    for problem in _together(problems):
        spans = marked.setdefault((problem.file, problem.line), [])
        start, end = problem.column, problem.column + len(problem.text)
        if problem.text and any(start < b and a < end for a, b in spans):
            continue
        if problem.text:
            spans.append((start, end))
        kept.setdefault((problem.file, problem.line, problem.column, problem.code, problem.what, problem.fix), problem)
    return sorted(kept.values())
