"""Normalise a customer's sentence for the classifier (offsets are not kept here)."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from pathlib import Path

import opencc
import yaml

from persona.layers import current
from persona.nlu.languages import languages

MAX_CHARS = 600  # what a sentence means stands in its first lines; the rest only costs time

_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
_LINK = re.compile(r"(?:https?://|www\.)\S+|\b[\w-]+\.(?:com|cn|top|net|cc|vip|xyz|example)(?:/\S*)?", re.I)
# Politeness around a question; it must not decide what the question is about.
_POLITE = re.compile(
    r"^(?:你好|您好|哈喽|hi|hello|在吗|亲|喂|请问(?:一下|下)?|想(?:请)?问(?:一下|下)?|问(?:一下|下)|麻烦(?:问一下|问下|帮)?|咨询(?:一下|下)|急|求助|(?:那)?算了吧?(?=.{2})|(?:那)?你?(?:给我|跟我)?说说(?=.{2}))+"
    r"|(?:谢谢(?:你|您|了|啦)?|多谢|感谢|拜托了?|急急急|急|在线等)+$"
)
# What people say while they think, as voice input writes it down between two pauses.
_FILLERS = re.compile(r"(?<!\S)(?:那个|就是说?|嗯+|呃+|啊|然后呢?|怎么说呢)(?!\S)")
_SPACED = re.compile(r"\s*(?:[\u3400-\u9fff] +){3,}[\u3400-\u9fff]\s*[?!。]*\s*")
_KEEP = re.compile(r"[^\w%+*]+")


SPELLING = Path(__file__).with_name("lexicon") / "spelling.yml"
INSTITUTIONS = Path(__file__).with_name("lexicon") / "institutions.yml"


@lru_cache(maxsize=1)
def _spelling() -> tuple[re.Pattern[str], dict[str, str]]:
    with open(current(SPELLING), encoding="utf-8") as file:
        known = yaml.load(file, Loader=yaml.CSafeLoader)["spelling"]
    return re.compile("|".join(map(re.escape, sorted(known, key=len, reverse=True)))), known


@lru_cache(maxsize=1)
def _banks() -> re.Pattern[str]:
    """Names of other banks, in simplified lower-case text."""
    with open(current(INSTITUTIONS), encoding="utf-8") as file:
        names = yaml.load(file, Loader=yaml.CSafeLoader)["banks"].values()
    return re.compile("|".join(word for words in names for word in words))


@lru_cache(maxsize=1)
def _simplifier() -> opencc.OpenCC:
    return opencc.OpenCC("t2s")


@lru_cache(maxsize=1)
def _traditionaliser() -> opencc.OpenCC:
    return opencc.OpenCC("s2t")


def simplify(text: str) -> str:
    """Full-width to half-width, traditional to simplified, lower case; length may change."""
    plain = unicodedata.normalize("NFKC", text)
    if _SPACED.fullmatch(plain):
        plain = plain.replace(" ", "")  # 「你 们 几 点 开 门」
    return _simplifier().convert(plain).lower()  # type: ignore[no-any-return]


_WIDE = {c: c - 0xFEE0 for c in (*range(0xFF10, 0xFF1A), *range(0xFF21, 0xFF3B), *range(0xFF41, 0xFF5B), 0xFF05)}


def half_width(text: str) -> str:
    """Full-width letters, digits and percent signs as half-width ones; same length, Chinese punctuation stays."""
    return text.translate(_WIDE)


def traditional(text: str) -> str:
    """Simplified to traditional; same length, so that a phrase can be looked for in the text as it was typed."""
    return _traditionaliser().convert(text)  # type: ignore[no-any-return]


def normalise(text: str) -> str:
    """The form features are taken from: simplified, English words between Chinese ones in Chinese, any bank as a bank, numbers by their length, links as one sign,
    no punctuation."""
    text = languages().inside(simplify(text[:MAX_CHARS]))
    pattern, known = _spelling()
    text = pattern.sub(lambda m: known[m.group()], text)
    text = _banks().sub("银行", text)
    text = _LINK.sub("网址", text)
    text = _NUMBER.sub(lambda m: "0" * min(len(m.group().replace(",", "").split(".")[0]), 6), text)
    text = _KEEP.sub(" ", text).replace("_", " ").strip()
    return _without_politeness(_without_fillers(text))


def _without_fillers(text: str) -> str:
    """Leave sounds of thinking out when something else remains."""
    rest = " ".join(_FILLERS.sub(" ", text).split())
    return rest if len(rest) >= 2 else text


def _without_politeness(text: str) -> str:
    """Leave openers and thanks out when something else remains."""
    while True:
        rest = _POLITE.sub("", text).strip()
        if rest == text or len(rest) < 2:
            return text
        text = rest
