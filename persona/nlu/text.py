"""Normalise a customer's sentence for the classifier (offsets are not kept here)."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from pathlib import Path

import opencc
import yaml

MAX_CHARS = 600  # what a sentence means stands in its first lines; the rest only costs time

_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
_LINK = re.compile(r"(?:https?://|www\.)\S+|\b[\w-]+\.(?:com|cn|top|net|cc|vip|xyz|example)(?:/\S*)?", re.I)
_KEEP = re.compile(r"[^\w%+*]+")


SPELLING = Path(__file__).with_name("lexicon") / "spelling.yml"


@lru_cache(maxsize=1)
def _spelling() -> tuple[re.Pattern[str], dict[str, str]]:
    with open(SPELLING, encoding="utf-8") as file:
        known = yaml.safe_load(file)["spelling"]
    return re.compile("|".join(map(re.escape, sorted(known, key=len, reverse=True)))), known


@lru_cache(maxsize=1)
def _simplifier() -> opencc.OpenCC:
    return opencc.OpenCC("t2s")


def simplify(text: str) -> str:
    """Full-width to half-width, traditional to simplified, lower case; length may change."""
    return _simplifier().convert(unicodedata.normalize("NFKC", text)).lower()  # type: ignore[no-any-return]


def normalise(text: str) -> str:
    """The form features are taken from: simplified, numbers by their length, links as one sign, no punctuation."""
    text = simplify(text[:MAX_CHARS])
    pattern, known = _spelling()
    text = pattern.sub(lambda m: known[m.group()], text)
    text = _LINK.sub("网址", text)
    text = _NUMBER.sub(lambda m: "0" * min(len(m.group().replace(",", "").split(".")[0]), 6), text)
    return _KEEP.sub(" ", text).replace("_", " ").strip()
