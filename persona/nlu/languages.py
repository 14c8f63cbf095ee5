"""Short questions in English or typed in pinyin, put into Chinese word by word (`lexicon/languages.yml`).

No translation: the words name a topic, and the classifier reads words. Where too few are known nothing is guessed.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import yaml

from persona.layers import current

FILE = Path(__file__).with_name("lexicon") / "languages.yml"
ENGLISH, PINYIN = "en", "pinyin"
CHINESE = re.compile(r"[\u3400-\u9fff]")
_WORD = re.compile(r"[a-z]+(?:'[a-z]+)?")
_LETTERS = re.compile(r"[^a-z]+")
KNOWN = 0.6  # share of the words that carry meaning
SPELT = 0.75  # share of the letters of a message in pinyin


@dataclass(frozen=True)
class Reading:
    """`chinese`: the words that were known, in Chinese; empty when too few were. `language`: `en`, `pinyin`, or empty for neither."""

    chinese: str
    language: str


class Languages:
    """The two word lists, ready to be looked through, longest entry first. All text is simplified, lower case and half-width.

    kept: English words that stay as they are between Chinese ones."""

    def __init__(self, english: dict[str, str], kept: list[str], fillers: list[str], pinyin: dict[str, str]) -> None:
        self._english = {str(k): str(v) for k, v in english.items()}
        self._fillers = frozenset(map(str, fillers))
        self._pinyin = {str(k): str(v) for k, v in pinyin.items()}
        self._phrases = self._bounded(self._english)
        self._inside = self._bounded({word: chinese for word, chinese in self._english.items() if word not in kept})
        self._spelt = re.compile(self._longest(self._pinyin))

    @classmethod
    def _bounded(cls, words: dict[str, str]) -> re.Pattern[str]:
        return re.compile(r"(?<![a-z'])(" + cls._longest(words) + r")s?(?![a-z'])")

    @staticmethod
    def _longest(words: dict[str, str]) -> str:
        return "|".join(map(re.escape, sorted(words, key=lambda w: (-len(w), w))))

    def read(self, plain: str) -> Reading:
        """A message without a Chinese character, in Chinese words."""
        words = _WORD.findall(plain)
        if CHINESE.search(plain) or not words:
            return Reading("", "")
        spelt = _LETTERS.sub("", plain)
        syllables = self._spelt.findall(spelt)
        if len("".join(syllables)) >= SPELT * len(spelt) and len(spelt) > 3:
            return Reading("".join(self._pinyin[s] for s in syllables), PINYIN)
        found = self._phrases.findall(plain)
        rest = [w for w in _WORD.findall(self._phrases.sub(" ", plain)) if w not in self._fillers]
        if not found or len(found) < KNOWN * (len(found) + len(rest)):
            return Reading("", ENGLISH if self._looks_english(words) else "")
        return Reading("".join(self._english[f] for f in found), ENGLISH)

    def _looks_english(self, words: list[str]) -> bool:
        """Two words of which one is a filler or known: 「asdf qwer」 is no English."""
        return len(words) > 1 and any(w in self._fillers or w in self._english for w in words)

    def inside(self, plain: str) -> str:
        """Chinese with English words in it: the words in Chinese."""
        return self._inside.sub(lambda m: self._english[m.group(1)], plain) if CHINESE.search(plain) else plain


@lru_cache(maxsize=1)
def languages() -> Languages:
    """The lists as they are in force."""
    with open(current(FILE), encoding="utf-8") as file:
        known = yaml.load(file, Loader=yaml.CSafeLoader)
    return Languages(known["english"], known["kept"], known["fillers"], known["pinyin"])
