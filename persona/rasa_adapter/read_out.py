"""A few words about the answer before (「要多久」, 「英文的有吗」): its sentence that tells it, instead of all of it again or a question back."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any

from rasa.shared.core.trackers import DialogueStateTracker

from persona import reckoned
from persona.choosing import is_about
from persona.labels import Labels, full_label
from persona.nlu.aspects import ASPECT, Aspects, most_shared, nearest, pairs, sentences, sharing
from persona.nlu.parser import public
from persona.rasa_adapter import topics
from persona.rasa_adapter.said import given

FAQ = "utter_faq/"
RESULT = "utter_calc_result_"
TERMS = ".terms"  # of a topic: the answer that tells what it costs and how long it takes
WHOLE = "whole"  # the response that is read from: what its approval holds for
_SCREEN = re.compile(r"\{path_|\{app\}")
SHORT = 20  # characters of a message that says too little by itself
CHOOSES = "utter_choose_option"
_STEP = re.compile(r"第([一二三123])(?:个)?(?:步|点|样|条|项|句|地方|办法|种)?")
_STEPS = re.compile(r"^[1-9]\. *(.+)$", re.M)
Options = Callable[[str], Sequence[Mapping[str, Any]]]


@lru_cache(maxsize=1)
def _aspects() -> Aspects:
    return Aspects.load()


def read_out(
    name: str, asked_back: str, again: bool, elder: bool, tracker: DialogueStateTracker, options: Options
) -> tuple[str, dict[str, Any]] | None:
    """The response's name and what is said instead of `name`; None when `name` is said as it is.

    asked_back: the response that asks what was meant.  again: `name` was said just before.  elder: the customer uses no screen.  options: the variations of a response that fit."""
    message = tracker.latest_message
    if message is None:
        return None
    topic, text = str(tracker.get_slot("topic") or ""), str(message.text or "")
    aspect = next((str(e.get("value")) for e in message.entities if e.get("entity") == ASPECT), "")
    if aspect and name.startswith(FAQ) and not is_about(options(name), text):
        label = name.removeprefix("utter_")
        others = _family(label) if _aspects().wide(aspect) else []
        found = _in_answers(dict.fromkeys((label, public(label) + TERMS, public(label), *others)), options, elder and aspect == "person", lambda answers: _aspects().told(aspect, answers, text))
        return found or (f"utter_aspect_{aspect}", {})
    step = _step(name, text, tracker, options)
    if step:
        return step
    if again and name.startswith(RESULT) and reckoned.of_result(text) and not reckoned.holds_figure(text):
        return _in_answers([name.removeprefix("utter_")], options, False, lambda answers: most_shared(text, answers))
    if topic.startswith("faq/") and len(text) <= SHORT and (name == asked_back or again):
        if any((r.get("metadata") or {}).get("tone") == "urgent" for r in options(name)):
            return None  # what is to be done now is said whole
        if any(str(word) in text for r in options(name) for word in (r.get("metadata") or {}).get("aliases") or ()):
            return None  # a variation was written for these words
        title = Labels.load().title(topic) or ""
        if name != asked_back:
            meant = full_label(message.parse_data) == name.removeprefix("utter_")  # not by a city that was told now
            return _in_answers([name.removeprefix("utter_")], options, False, lambda answers: sharing(text, answers, _seen(), common=meant) or (nearest(text, answers, title) if name.startswith(FAQ) else []))
        family = dict.fromkeys((topic, *_family(topic)))
        return _in_answers(family, options, False, lambda answers: sharing(text, answers, _seen(), title))
    return None


def _family(label: str) -> list[str]:
    """The labels of all answers of a topic, in their order."""
    return sorted(x for x in topics.labels() if public(x) == public(label))


def _step(name: str, text: str, tracker: DialogueStateTracker, options: Options) -> tuple[str, dict[str, Any]] | None:
    """「第二步没看懂」: that step of the answer before, when there is no button to choose."""
    number = _STEP.search(text) if name == CHOOSES else None
    answer = next((one for one in reversed(given(tracker).names) if one.startswith(FAQ)), "")
    response = next(iter(options(answer)), None) if number and answer else None
    if number is None or response is None or (response.get("metadata") or {}).get("tone") == "urgent":
        return None
    at, steps = "一二三123".index(number[1]) % 3, _STEPS.findall(str(response.get("text") or ""))
    return (answer, {**response, WHOLE: response, "text": steps[at]}) if at < len(steps) else None


def _in_answers(
    labels: Iterable[str], options: Options, off_screen: bool, told: Callable[[list[str]], list[str]]
) -> tuple[str, dict[str, Any]] | None:
    """The sentences that `told` finds in the first of the answers that tells it; none on a screen when `off_screen`."""
    for one in labels:
        for response in list(options(f"utter_{one}"))[:1]:
            found = [s for s in told([str(response.get("text") or "")]) if not (off_screen and _SCREEN.search(s))]
            if found:
                return f"utter_{one}", {**response, WHOLE: response, "text": "".join(s if s.endswith("。") else f"{s}\n" for s in found).rstrip()}
    return None


@lru_cache(maxsize=1)
def _seen() -> dict[str, int]:
    """In how many sentences of all answers a pair of letters stands."""
    return Counter(p for text in topics.texts() for s in sentences(text) for p in pairs(s))
