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
from persona.nlu.aspects import ASPECT, MOST, TERMS, Aspects, most_shared, nearest, pairs, sentences, sharing
from persona.nlu.leads import goes_back
from persona.nlu.parser import public
from persona.nlu.questions import PAUSE
from persona.rasa_adapter import topics
from persona.rasa_adapter.said import STEPS, given

FAQ = "utter_faq/"
WHOLE = "whole"  # the response that is read from: what its approval holds for
_SCREEN = re.compile(r"\{path_|\{app\}")
LATELY = 3  # answers in which a matter is still at hand
ANYWHERE = frozenset({"faq/branch_hours", "faq/proxy_service", "faq/contact_complaint"})  # asked beside any matter: where, by whom
SHORT = 20  # characters of a message that says too little by itself
CHOOSES = "utter_choose_option"
_STEP = re.compile(r"第([一二三四1-4])(?:个)?(?:步|点|样|条|项|句|地方|办法|种)?")
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
    asked = [str(e.get("value")) for e in message.entities if e.get("entity") == ASPECT]
    if asked and name.startswith(FAQ) and not is_about(options(name), text):
        earlier = _before(name, tracker)
        told = [_first_side(aspect, [*earlier, name] if public(topic) in ANYWHERE else [name, *earlier], text, elder, options) for aspect in asked]
        return (f"utter_aspect_{asked[0]}", {}) if not any(told) else _joined([one for one in told if one])
    step = _step(name, text, tracker, options)
    if step:
        return step
    if again and name.startswith(reckoned.RESULT) and reckoned.of_result(text) and not reckoned.holds_figure(text):
        return _in_answers([name.removeprefix("utter_")], options, False, lambda answers: most_shared(text, answers))
    if goes_back(text):
        return None  # 「前面那个问题再说一遍」 asks for all of it
    if topic.startswith("faq/") and len(text) <= SHORT and (name == asked_back or again):
        if any((r.get("metadata") or {}).get("tone") == "urgent" for r in options(name)):
            return None  # what is to be done now is said whole
        if any(str(word) in text for r in options(name) for word in (r.get("metadata") or {}).get("aliases") or ()):
            return None  # a variation was written for these words
        title = Labels.load().title(topic) or ""
        if name != asked_back:
            meant = full_label(message.parse_data) == name.removeprefix("utter_")  # not by a city that was told now
            return _in_answers([name.removeprefix("utter_")], options, False, lambda answers: _again(text, answers, title if name.startswith(FAQ) else None, meant))
        family = dict.fromkeys((topic, *_family(topic)))
        return _in_answers(family, options, False, lambda answers: sharing(text, answers, _seen(), title))
    return None if again or elder else _with_sides(name, text, options)


def _again(text: str, answers: list[str], title: str | None, meant: bool) -> list[str]:
    """The sentences of an answer that was just given which its second hearing asks for, of each question in the message (「怎么关掉 以前的能退吗」).

    title: of the topic, None for what is no topic."""
    def told(asked: str) -> list[str]:
        return sharing(asked, answers, _seen(), common=meant) or ([] if title is None else nearest(asked, answers, title))

    pieces = [piece for piece in PAUSE.split(text) if piece]
    found = [told(one) for one in pieces] if len(pieces) > 1 else []
    if found and all(found):
        return list(dict.fromkeys(some[0] for some in found))
    return told(text)


def _before(name: str, tracker: DialogueStateTracker) -> list[str]:
    """The answers on other topics that were given shortly before `name`, latest first."""
    label = public(name.removeprefix("utter_"))
    earlier = [one for one in reversed(given(tracker).names[-LATELY:]) if one.startswith(FAQ)]
    return [one for one in dict.fromkeys(earlier) if public(one.removeprefix("utter_")) not in (label, *ANYWHERE)]


def _first_side(aspect: str, names: Iterable[str], text: str, elder: bool, options: Options) -> tuple[str, dict[str, Any]] | None:
    """What the first of the answers `names` tells of a side; after 「外地能办吗」 the matter before is still meant by 「几天生效」."""
    return next((one for name in names if (one := _side(aspect, name, text, elder, options))), None)


def _side(aspect: str, name: str, text: str, elder: bool, options: Options) -> tuple[str, dict[str, Any]] | None:
    """What the answer `name`, or another one of its topic, tells of a side of it."""
    label = name.removeprefix("utter_")
    others = _family(label) if _aspects().wide(aspect) else []
    family = dict.fromkeys((label, public(label) + TERMS, public(label), *others))
    return _in_answers(family, options, elder and aspect == "person", lambda answers: _aspects().told(aspect, answers, text))


def _joined(told: list[tuple[str, dict[str, Any]]]) -> tuple[str, dict[str, Any]]:
    """Several sides that were asked at once, each sentence once, with the disclosures of all."""
    name, first = told[0]
    lines = dict.fromkeys(line for _, response in told for line in str(response["text"]).split("\n"))
    return name, _said(first, "\n".join(lines), [response for _, response in told])


def _said(base: Mapping[str, Any], text: str, of: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """`base` with another text, and with what must be told beside each response of `of`."""
    meta = base.get("metadata") or {}
    told = dict.fromkeys(d for one in (base, *of) for d in (one.get("metadata") or {}).get("disclosures") or ())
    return {**base, WHOLE: base.get(WHOLE, base), "text": text, "metadata": {**meta, "disclosures": list(told)}}


def _with_sides(name: str, text: str, options: Options) -> tuple[str, dict[str, Any]] | None:
    """The answer `name` with the sentences on the sides that `text` asks for beside its matter and the answer does not tell; None when it tells all."""
    response = next(iter(options(name)), None) if name.startswith(FAQ) else None
    if response is None or (response.get("metadata") or {}).get("tone") == "urgent":
        return None
    if any(str(word) in text for r in options(name) for word in (r.get("metadata") or {}).get("aliases") or ()):
        return None  # a variation was written for these words
    answer = str(response.get("text") or "")
    clauses = _aspects().clauses(text)
    sides = [found for clause, side in clauses if (found := side or _aspects().within(clause))] if len(clauses) > 1 else []
    missing = [side for side in dict.fromkeys(sides) if not _aspects().told(side, [answer])]
    told = [one for side in missing[:MOST] if (one := _side(side, name, text, False, options))]
    return (name, _said(response, "\n".join([answer, *(str(one["text"]) for _, one in told)]), [one for _, one in told])) if told else None


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
    at, steps = "一二三四1234".index(number[1]) % 4, STEPS.findall(str(response.get("text") or ""))
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
