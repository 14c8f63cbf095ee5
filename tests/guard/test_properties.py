"""Properties over many sentences, hostile input, linear time."""

from __future__ import annotations

import random
import time

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from persona.compliance import Guard
from persona.compliance.normalise import normalise
from persona.compliance.train_second_opinion import corpus
from tests.guard.refused import REFUSED

INNOCENT = ["谢谢你的耐心。", "网点周一到周五开门。", "有问题随时说。", "今天也辛苦了。"]
LAX = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def wide(text: str) -> str:
    return "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in text)


@LAX
@given(st.sampled_from(REFUSED), st.randoms(use_true_random=False), st.sampled_from([" ", "\u3000", "\u200b", "\u2060", "\ufeff", "\u00ad"]))
def test_blanks_and_invisible_characters_never_turn_refuse_into_allow(guard: Guard, text: str, rng: random.Random, gap: str) -> None:
    cut = "".join(c + gap * (rng.random() < 0.4) for c in text)
    assert not guard.review(cut).allowed


def test_full_width_never_turns_refuse_into_allow(guard: Guard) -> None:
    for text in REFUSED:
        assert not guard.review(wide(text)).allowed, text


@LAX
@given(st.sampled_from(REFUSED), st.sampled_from(INNOCENT))
def test_an_innocent_sentence_never_turns_refuse_into_allow(guard: Guard, text: str, more: str) -> None:
    end = "" if text[-1] in "。！？" else "。"
    assert not guard.review(text + end + more).allowed
    assert not guard.review(more + text).allowed


@LAX
@given(st.text(max_size=300))
def test_offsets_always_lead_back(text: str) -> None:
    normal = normalise(text)
    places = normal.places
    assert len(normal.text) == (len(text) if places is None else len(places))
    for at in range(0, len(normal.text), 7):
        start, end = normal.origin(at, at + 1)
        assert 0 <= start < end <= len(text)


@LAX
@given(st.text(alphabet=st.characters(), max_size=400))
def test_any_text_gets_a_decision(guard: Guard, text: str) -> None:
    decision = guard.review(text)
    assert decision.reason != "error"
    for finding in decision.findings:
        assert text[finding.start:finding.end] == finding.text


def test_hostile_input_never_raises(guard: Guard) -> None:
    rng = random.Random(7)
    pieces = ["保本", "「", "」", "《", "》", "〔", "\n\n", "不", "骗", "年化", "%", "9" * 30, "{x}", "\u202e", "\ud800", "💰", "，", "。", "？", "稳赚", "http://", "-", "\x00"]
    for _ in range(4000):
        text = "".join(rng.choice(pieces) for _ in range(rng.randint(0, 25)))
        assert guard.review(text).reason != "error", text


def fastest(guard: Guard, text: str) -> float:
    best = 9.0
    for _ in range(3):
        start = time.thread_time()
        guard.review(text)
        best = min(best, time.thread_time() - start)
    return best


def test_time_grows_with_length_and_no_more(guard: Guard) -> None:
    quiet = "还款日可以在账单第一行看到，忘了也不用急，先看余额够不够。"
    nasty = ["保" * 50, "不" * 50, "年化收益率可以达到" * 6, "「" * 50, "1" * 50, "（《「" * 17, "每天赚每天赚，", "a.b-c" * 10, quiet]
    for unit in nasty:
        guard.review(unit * 20)
        short, long = unit * (2000 // len(unit)), unit * (16000 // len(unit))
        assert fastest(guard, long) < 8 * 3.5 * max(fastest(guard, short), 0.002), unit


def test_the_corpus_is_met(guard: Guard, rules_only: Guard) -> None:
    """A floor, not a measure: the second opinion was trained on these sentences, the hints and half-said things of `wide`,
    `spoken` and `written` included, of which no rule has a word (docs/quality.md has the measures)."""
    files = corpus()
    refuse, allow = ([text for sides in files.values() for text in sides[side]] for side in ("refuse", "allow"))
    missed = [text for text in refuse if guard.review(text, scope="wording").allowed]
    wrong = [text for text in allow if not guard.review(text, scope="wording").allowed]
    assert len(missed) <= 0.12 * len(refuse), missed
    assert len(wrong) <= 0.03 * len(allow), wrong
    first = files["base"]["refuse"]
    assert sum(not rules_only.review(text, scope="wording").allowed for text in first) >= 0.8 * len(first)
