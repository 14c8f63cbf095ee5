"""Which variations of an answer may be said now, and how far the voice may touch them. No Rasa: the bot and the preview share it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from persona import columns

# Written in the mascot's own voice already: nothing is added to them.
LEISURE = ("utter_ask_column", "utter_column", "utter_lesson")
IN_CHARACTER = ("utter_chitchat/", *LEISURE)
_LEFT_OUT = frozenset({"mascot", "product"})
_CHANGES = re.compile(r"\{[^{}]*\}|[你您喵\n]")
_NOT_LETTERS = re.compile(r"[\W_]+")


def fitting(responses: Iterable[Mapping[str, Any]], values: Mapping[str, Any], today: date) -> list[dict[str, Any]]:
    """The first part of :func:`choices`."""
    return choices(responses, values, today)[0]


def choices(responses: Iterable[Mapping[str, Any]], values: Mapping[str, Any], today: date) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Variations whose conditions all hold, the most specific ones only; and what else may be said once all of those have been:
    variations that only leave out who speaks or which product is meant. Expired content is in neither.

    responses: as in Rasa's domain (`text`, `condition`, `metadata` …). values: the slots, `mascot` among them.
    """
    found: list[tuple[frozenset[str], int, Mapping[str, Any]]] = []
    for response in responses:
        conditions = response.get("condition") or []
        if any(str(values.get(c["name"])) != str(c["value"]) for c in conditions):
            continue
        if str((response.get("metadata") or {}).get("expires") or "9999") < today.isoformat():
            continue
        found.append((frozenset(c["name"] for c in conditions), len(conditions), response))
    most = max((n for _, n, _ in found), default=0)
    named = frozenset().union(*(names for names, n, _ in found if n == most))
    fit = columns.choose([dict(r) for _, n, r in found if n == most], values.get("episode"), today)
    return [dict(r) for r in fit], [dict(r) for names, n, r in found if n < most and named - names <= _LEFT_OUT]


def freshest(responses: Sequence[dict[str, Any]], earlier: Sequence[str], asked: str = "") -> list[dict[str, Any]]:
    """`responses` ordered by when each was said last, never first: a joke is not told twice while another is left.

    earlier: the `letters` of all texts of the session, oldest first. Responses said equally long ago keep their order.
    asked: the customer's words; what was not said yet and is about them (`metadata: aliases`) goes first, so that
    「工牌又反了吧」 hears of the badge and not of the box. With `only: true` it is said to nothing else. Of what was not said yet, words
    for everybody go before words for others.
    """
    responses = [r for r in responses if not _beside(r, asked)] or list(responses)
    if len(responses) < 2:
        return list(responses)

    def last(response: Mapping[str, Any]) -> int:
        # What the voice fills in, addresses or takes out differs from turn to turn; the longest piece between does not.
        piece = max(map(letters, _CHANGES.split(str(response.get("text") or ""))), key=len)
        return next((at for at in range(len(earlier) - 1, -1, -1) if piece and piece in earlier[at]), -1)

    def about(response: Mapping[str, Any]) -> bool:
        return last(response) < 0 and _named(response, asked)

    def waits(response: Mapping[str, Any]) -> bool:
        return bool((response.get("metadata") or {}).get("aliases")) and not about(response)

    ordered = sorted(responses, key=lambda response: (last(response), waits(response)))
    def alone(response: Mapping[str, Any]) -> bool:
        return bool((response.get("metadata") or {}).get("only"))

    # What is about that thing only goes before what is about it among others.
    return sorted(ordered, key=lambda response: (not about(response), not alone(response)))


def is_about(responses: Iterable[Mapping[str, Any]], asked: str) -> bool:
    """Whether one of the variations is about one thing only, and that was asked for."""
    return any((response.get("metadata") or {}).get("only") and _named(response, asked) for response in responses)


def _named(response: Mapping[str, Any], asked: str) -> bool:
    return any(str(word) in asked for word in (response.get("metadata") or {}).get("aliases") or ())


def _beside(response: Mapping[str, Any], asked: str) -> bool:
    """Whether a variation is about one thing only, and that was not asked for."""
    return bool((response.get("metadata") or {}).get("only")) and not _named(response, asked)


def letters(text: str) -> str:
    """A text without its spaces and signs."""
    return _NOT_LETTERS.sub("", text)
