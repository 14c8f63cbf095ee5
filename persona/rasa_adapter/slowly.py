"""「说慢点」 and large print: how much of an answer a message holds, and what comes on 「好了」."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any

from rasa.shared.core.events import BotUttered

from persona.bearings import hard_to_read, step_back
from persona.rasa_adapter.said import ASKS_CITY, SLOWLY, response_of
from persona.steps import GO_ON, closing, opening, steps
from persona.voice import neutral

# No answers themselves: a piece of one, and the question for the city that may follow it.
BESIDE = frozenset({SLOWLY, ASKS_CITY})
ANSWERS = "utter_faq/"  # emergencies, lessons and columns are short already
_SAME = re.compile(r"(?:再|重新?)(?:说|讲|念|来)一?(?:遍|次|下)|(?:刚才|这)(?:那|一)?(?:步|句|条)|没听(?:清|见|到)|没看清")


def begun(text: str, name: str, tone: str, disclosures: Sequence[str], hotline: str) -> str:
    """The beginning of an answer for somebody who reads large print; a short answer stays whole."""
    if tone == "urgent" or not name.startswith(ANSWERS):
        return text
    first, rest = _opened(text, disclosures, hotline)
    if not rest and first == text.split("\n")[0]:
        return text
    return "\n".join([first + GO_ON, *disclosures]) if rest else "\n".join([first, *disclosures, neutral().elder_line])


def _opened(text: str, disclosures: Sequence[str], hotline: str) -> tuple[str, str]:
    line = neutral().elder_line
    way = neutral().elder_way.replace("{hotline}", hotline)
    return opening(text, way, (line, *disclosures))


def next_step(
    said: Sequence[BotUttered], whole: Callable[[BotUttered], tuple[str, Sequence[str]]], *, elder: bool, again: bool, hotline: str, asked: str = ""
) -> tuple[BotUttered, str] | None:
    """The answer that is taken apart and its next step; None when there is none.

    said: what was said in the session, oldest first. whole: an answer's full text, of which large print showed the beginning,
    and its disclosures. again: the customer asks for all of it in small steps, not for what follows the beginning. asked: the customer's words, which may ask for a step that was told.
    """
    left, told = list(said), []
    while left and response_of(left[-1]) in BESIDE:
        last = left.pop()
        told += [str(last.text)] if response_of(last) == SLOWLY else []
    if not left:
        return None
    answer, given = left[-1], len(dict.fromkeys(told))
    text, disclosures = whole(answer)
    parts = steps("\n".join(line for line in text.split("\n") if line.strip() not in (*disclosures, neutral().elder_line)))
    from_the_start = told[-1].startswith(parts[0]) if told and parts else again
    if elder and GO_ON in (answer.text or "") and not from_the_start:
        parts = steps(_opened(text, disclosures, hotline)[1], afresh=False)  # on from the beginning that was read
    given = max(given - (2 if step_back(asked) else 1 if _SAME.search(asked) or hard_to_read(asked) else 0), 0) if told else given
    if given >= len(parts):
        return None
    step = parts[given] + closing(parts[given], given + 1 == len(parts))
    return answer, "\n".join([step, *disclosures])


def stored(event: BotUttered) -> dict[str, Any]:
    """The metadata an answer was said with."""
    return dict(event.metadata.get("metadata") or {})
