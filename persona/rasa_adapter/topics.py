"""Which product categories a question asks about, told by the project's own answer to it.

「重定价日是什么意思」 names no product, and its answer is about loans: after an opt-out it must be answered all the same.
Only the domain's responses count, never what an action says.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from persona.compliance.model import CATEGORIES
from persona.rasa_adapter.house import house

_answers: Mapping[str, list[dict[str, Any]]] = {}


def learn(responses: Mapping[str, list[dict[str, Any]]]) -> None:
    """Take the domain's responses; called when they are loaded."""
    global _answers
    _answers = responses
    asked_by.cache_clear()


def labels() -> list[str]:
    """The bank topics that have an answer (`faq/x`)."""
    return [name.removeprefix("utter_") for name in _answers if name.startswith("utter_faq/")]


def texts() -> list[str]:
    """What the answers to bank topics say, as it was written."""
    return [str(answer.get("text") or "") for label in labels() for answer in _answers[f"utter_{label}"]]


@lru_cache(maxsize=2048)
def asked_by(label: str) -> frozenset[str]:
    """Categories that the answer to a label explains, by its metadata or by its words."""
    found: set[str] = set()
    for answer in _answers.get(f"utter_{label}", []):
        found.add(str((answer.get("metadata") or {}).get("category")))
        depths = house().guard.review(str(answer.get("text") or ""), None, "wording").depths
        found.update(category for category, depth in depths.items() if depth == "explain")
    return frozenset(found & set(CATEGORIES))
