"""The engine under the rules: reading patterns, ruling them out, compiling late, starting quickly, growing linearly."""

from __future__ import annotations

import os
import random
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from bench.hostile import run as run_hostile
from persona.compliance import Guard, disclosure_text, grammar, prepared
from persona.compliance.beginnings import beginnings
from persona.compliance.lexicon import expand
from persona.compliance.match import Scan
from persona.compliance.rules import HERE
from persona.compliance.second_opinion import clause
from persona.compliance.train_second_opinion import corpus

ALPHABET = "保本利率年化0123（）()[]{}|?*+\\.^$<>…，。「」-:!=d数"


def sources(guard: Guard) -> list[str]:
    return [guard.patterns.source(i) for i in range(len(guard.patterns))]


def compiles(source: str) -> bool:
    try:
        re.compile(source)
    except (re.error, OverflowError, RecursionError):
        return False
    return True


def corpus_texts() -> list[str]:
    return [text for sides in corpus().values() for side in ("refuse", "allow") for text in sides[side]]


def test_every_pattern_compiles(guard: Guard) -> None:
    """Loading only reads patterns; here each is compiled, so that none fails when a customer meets it."""
    broken = [source for source in sources(guard) if not compiles(source)]
    assert broken == []


def test_the_reader_knows_nearly_every_pattern(guard: Guard) -> None:
    assert len(guard.patterns.prefilter.always) <= 0.02 * len(guard.patterns)


def test_what_the_reader_accepts_compiles(guard: Guard) -> None:
    """Patterns with a character lost, doubled or changed: the quick reader never takes what `re` refuses."""
    rng, groups = random.Random(3), {"数": r"(?:\d+|[一二三])"}
    reader, taken, refused = grammar.Reader(groups), 0, 0
    written = [pattern for pattern in guard.patterns.written if len(pattern) < 120]
    for _ in range(6000):
        text = list(rng.choice(written))
        for _ in range(rng.randint(1, 3)):
            at = rng.randrange(len(text))
            text[at:at + 1] = rng.choice(([], [text[at]] * 2, [rng.choice(ALPHABET)], [rng.choice(ALPHABET), text[at]]))
            text = text or ["本"]
        pattern = "".join(text)
        try:
            part = reader.read(pattern)
        except (grammar.UnknownError, KeyError):
            refused += 1
            continue
        taken += 1
        full = expand(pattern, groups)
        assert compiles(full), pattern
        assert not part.least or not re.compile(full).search(""), pattern
    assert taken > 1000 and refused > 300


def test_the_prefilter_loses_no_match(guard: Guard) -> None:
    """Whatever a pattern finds in a text, the prefilter has let the pattern through, and where it stands."""
    rng = random.Random(4)
    sentences = corpus_texts()
    texts = ["，".join(rng.sample(sentences, 2)) for _ in range(24)] + [rng.choice("。😀\n").join(rng.sample(sentences, 24)) for _ in range(6)]
    for text in texts:
        scan = Scan(text, guard.patterns)
        for i in range(len(guard.patterns)):
            expected = [match.span() for match in guard.patterns[i].finditer(scan.text)]
            assert scan.spans(i) == expected, (guard.patterns.written[i], scan.text)


@pytest.mark.parametrize(("pattern", "reaches"), [
    ("保本", False), ("保……8息", False), ("<数>个点", False), (r"保[^。！？\n]本", False), (r"保\d(?:本|息)?", False),
    ("保.本", True), ("保本[，。]", True), ("(?:保本|息。)", True), (r"保[^，]本", True), (r"保\s本", True), ("<甲>", True), (r"保\u3002本", True),
    (r"保[\u3000-\u9fff]本", True),
])
def test_which_patterns_reach_over_the_end_of_a_sentence(pattern: str, reaches: bool) -> None:
    assert grammar.Reader({"数": r"(?:\d+|[一二])", "甲": "(?:乙|丙？)"}).reaches(pattern) == reaches


def test_a_pattern_is_found_wherever_it_stands(guard: Guard) -> None:
    """A pattern is tried where a match can begin; that loses and adds nothing."""
    for text in ["，".join(random.Random(5).sample(corpus_texts(), 60)), *random.Random(6).sample(corpus_texts(), 20)]:
        for i in range(len(guard.patterns)):
            expected = [match.span() for match in guard.patterns[i].finditer(text)]
            assert guard.patterns.spans(i, text, [(0, len(text))]) == expected, (guard.patterns.written[i], text)


@pytest.mark.parametrize(("source", "starts"), [
    ("保本", None),  # `re` is quick itself
    ("(?:保|赚)本", None),
    ("(?:保本|[稳必]赚)", "保稳必"),
    ("(?:真的?)?(?:不亏|(?:零|无)风险)", "真不零无"),
    (r"(?<!不)(?:\d+|[一二])?个|十", "5一二个十"),
    ("(?:[^a]b|c)", None),
    ("(?:a?)(?:b?)", None),
    ("(?i)(?:a|bc?)d|[e]", None),
    ("(?:(?i:a)|[b])c", None),
])
def test_where_a_match_can_begin(source: str, starts: str | None) -> None:
    found = beginnings(source)
    assert (found is None) == (starts is None)
    if found and starts:
        assert {c for c in map(chr, range(0x21, 0xA000)) if re.match(found, c) and not c.isdecimal()} | {"5"} & set(starts) == set(starts)


def test_the_categories_alone_are_those_of_the_decision(guard: Guard) -> None:
    for text in [*corpus_texts(), "大额存单\n\n基金和存款", ""]:
        assert guard.categories(text) == frozenset(guard.review(text, None, "wording").categories), text


def test_the_prefilter_leaves_little_to_do(guard: Guard) -> None:
    left = [len(Scan(text, guard.patterns).candidates) for text in corpus_texts()]
    assert sum(left) / len(left) < 0.06 * len(guard.patterns)


def test_a_start_compiles_nothing_and_writes_nothing(tmp_path: Path) -> None:
    code = (
        "from persona.compliance import Guard; g = Guard.load(); "
        "print(sum(p is not None for p in g.patterns._compiled), g.review('保本保息').verdict)"
    )
    env = {**os.environ, "HOME": str(tmp_path), "XDG_CACHE_HOME": str(tmp_path / "c"), "MASCOT_CACHE": str(tmp_path / "m"),
           "PYTHONDONTWRITEBYTECODE": "1"}
    before = {path: path.stat().st_mtime_ns for path in HERE.rglob("*.json")}
    done = subprocess.run([sys.executable, "-c", code], env=env, capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["0", "refuse"]
    assert list(tmp_path.iterdir()) == []
    assert before.keys() == {path for path in HERE.rglob("*.json") if path in before}


def test_a_start_is_much_quicker_than_compiling_everything(monkeypatch: pytest.MonkeyPatch) -> None:
    """The time itself is measured by bench/guard.py; a ratio does not depend on who else uses the machine."""
    monkeypatch.setattr(prepared, "take", lambda root, key: None)  # every rule is read
    ratios = []
    for _ in range(3):
        began = time.thread_time()
        guard = Guard.load()
        loaded = time.thread_time()
        some = [guard.patterns.source(i) for i in range(0, len(guard.patterns), 8)]
        re.purge()
        for source in some:
            re.compile(source)
        ratios.append((loaded - began) / (8 * (time.thread_time() - loaded)))
    assert sorted(ratios)[1] < 0.5, ratios


def nasty(guard: Guard, i: int) -> str:
    """A text on which the pattern has much to try: words it needs, one after the other, with gaps that do not end."""
    rng = random.Random(i)
    try:
        branches = grammar.needs(grammar.Reader(guard.patterns._groups).read(guard.patterns.written[i]))
    except grammar.UnknownError:
        branches = ((),)
    words = [min(sorted(some), key=len) for branch in branches[:3] for some in branch] or ["保本"]
    return "".join(word + rng.choice(("", "的", "1")) for word in words) + words[0] * 3 + "12"


def finds(guard: Guard, i: int, text: str) -> float:
    best = 9.0
    for _ in range(2):
        began = time.thread_time()
        guard.patterns.spans(i, text, [(0, len(text))])
        best = min(best, time.thread_time() - began)
    return best


def test_no_pattern_grows_faster_than_its_input(guard: Guard) -> None:
    """Eight times the text may take eight times as long (and half as much again); a backtracking trap takes 64 times."""
    slow = []
    for i in range(len(guard.patterns)):
        unit = nasty(guard, i)
        short, long = (unit * (size // len(unit) + 1) for size in (1000, 8000))
        for _ in range(4):
            if finds(guard, i, long) < 8 * 1.5 * max(finds(guard, i, short), 0.0001):
                break
        else:
            slow.append(guard.patterns.written[i])
    assert slow == []


@pytest.mark.parametrize("unit", ["还款日可以在账单第一行看到，忘了也不用急。", "保", "稳赚不赔，", "年化3.5%的理财，", "「", "1", "a.b-", "95", "没有保本，"])
def test_a_message_of_any_length_takes_time_by_its_length(guard: Guard, unit: str) -> None:
    def fastest(text: str) -> float:
        best = 9.0
        for _ in range(2):
            began = time.thread_time()
            guard.review(text)
            best = min(best, time.thread_time() - began)
        return best

    guard.review(unit * 50)
    short, long = unit * (5_000 // len(unit)), unit * (40_000 // len(unit))
    assert fastest(long) < 8 * 2.5 * max(fastest(short), 0.002)


def test_hostile_messages(guard: Guard) -> None:
    """A small part of `python bench/hostile.py`, which throws 100,000."""
    wrong, _ = run_hostile(guard, 3000, seed=20261123)
    assert wrong == []


def offers() -> Iterator[tuple[str, tuple[str, ...]]]:
    yield "理财就是你委托管理人去投，盈亏自己担。", ("D-WM-1",)
    yield "本行理财的业绩比较基准为2.30%，", ("D-WM-1", "D-WM-2", "D-WM-3")
    yield "本行理财欢迎购买。", ("D-WM-1", "D-WM-3")


@pytest.mark.parametrize(("text", "names"), list(offers()))
def test_adding_what_is_missing_turns_refuse_into_allow(guard: Guard, text: str, names: tuple[str, ...]) -> None:
    refused = guard.review(text)
    assert not refused.allowed and set(refused.missing) <= set(names)
    for _ in range(4):
        decision = guard.review(text)
        if decision.allowed:
            break
        assert decision.missing, decision.findings
        text += "".join(disclosure_text(name).replace("__", "2") for name in decision.missing)
    assert guard.review(text).allowed


def test_the_clause_around_a_hit_is_looked_for_nearby() -> None:
    """Whoever clears hits in a text without marks looks back a bounded way from each."""
    assert clause("长" * 10_000 + "保本", 10_000, 10_002) == "长" * 240 + "保本"
    assert clause("远，近保本呢，后", 3, 5) == "近保本呢"
