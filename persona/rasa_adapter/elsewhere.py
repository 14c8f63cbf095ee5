"""Lines beside an answer: whose rules hold when another institution is asked about, where English is spoken, what else was asked, and a word to who is angry.

The parse says who it is (`persona/nlu/institutions.py`) and in what language was asked (`persona/nlu/languages.py`), the words
stand in data/nlu/dialogue/other_institution.yml and ask_capabilities_followups.yml. Each mascot has its own for the first;
where somebody is in trouble all four say the same.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from persona.labels import full_label
from persona.nlu.institutions import PRODUCT, Mention, institutions

BEFORE, BEFORE_URGENT = "utter_other_institution", "utter_other_institution_urgent"
THEIRS = "utter_other_product"
ANSWERS = "utter_faq/"
TO_STOP = "utter_faq/lost_card"  # first of all it has to be stopped, by the one whose it is
IN_CHINESE = "utter_in_chinese"
OTHERS = "utter_asked_too"  # said last: what else the message asked, which the buttons below answer
SORRY = "utter_sorry_first"  # said first to somebody who is angry
TELLS = (ANSWERS, "utter_calc", "utter_ask_recommendation", "utter_ask_promise", "utter_compare_products", "utter_product_", "utter_handoff", "utter_complain")
IN_ENGLISH = "utter_ask_capabilities"  # says it itself


def asked_about(parsed: Mapping[str, Any]) -> list[Mention]:
    """The other institutions of the last message (`parse_data`), none where they are only named beside a matter of ours."""
    if full_label(parsed).split(".")[0] in institutions().ours:
        return []
    return [
        Mention(str(e["value"]), str(e.get("role") or ""), int(e.get("start") or 0), int(e.get("end") or 0))
        for e in parsed.get("entities") or []
        if e.get("entity") == "institution"
    ]


def names(mentions: Sequence[Mention]) -> str:
    """How they are called in an answer."""
    return "、".join(mention.name for mention in mentions)


def instead(name: str, parsed: Mapping[str, Any], without_answer: frozenset[str]) -> str:
    """`name`, or the word that it is theirs alone: nothing of ours would be true for it.

    without_answer: responses that know no answer or speak of our own products."""
    mentions = asked_about(parsed)
    if not mentions:
        return name
    label = full_label(parsed)
    if name.startswith(ANSWERS) and any(institutions().theirs_alone(m, label) for m in mentions):
        return THEIRS
    guessed = name == "utter_clarify" and not any(m.role == PRODUCT for m in mentions)
    return THEIRS if name in without_answer and not guessed else name


def lines(name: str, tone: str, parsed: Mapping[str, Any], others: bool = False, angry: bool = False) -> list[str]:
    """Responses whose words go beside the answer `name`. others: the message asked something else, too. angry: at the bank."""
    found = [SORRY] if angry and tone != "urgent" and name.startswith(ANSWERS) else []
    if name.startswith(ANSWERS) and asked_about(parsed):
        found.append(BEFORE_URGENT if tone == "urgent" or name.startswith(TO_STOP) else BEFORE)
    if not name.startswith(IN_ENGLISH) and any(e.get("entity") == "language" for e in parsed.get("entities") or []):
        found.append(IN_CHINESE)
    if others and tone != "urgent" and name.startswith(TELLS):
        found.append(OTHERS)
    return found
