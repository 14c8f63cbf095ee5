"""A quick look may say that there is nothing to find only where there is nothing to find."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from persona.compliance import Guard, checks
from persona.compliance import normalise as n
from persona.compliance.implied import WAYS
from persona.compliance.late import Late

MANY = settings(max_examples=300, deadline=None)
SIGNS = "稳赚，。.：·*- \x00wW/:aKkſKıİcomnetio0138４9٣中1-+_@"


@MANY
@given(st.text(alphabet=[*"稳赚12a，。", *map(chr, sorted(n._TABLE)[::7])], max_size=40))
def test_folding_one_by_one_is_the_same_as_the_whole_table(text: str) -> None:
    plain = text.translate(n._TABLE)
    assert n._ASTRAL.search(text) or n._FOLDED.sub(n._fold, text) == plain


@pytest.mark.parametrize(("look", "found"), [
    (n._SYMBOL, n._BETWEEN), (n._CLOSE, n._STRUNG), (checks._DOT, checks._LINK), (checks._DIGITS, checks._PHONE),
])
def test_where_there_is_a_match_the_quick_look_sees_something(look: Late, found: Late) -> None:
    @MANY
    @given(st.one_of(st.from_regex(found.source, alphabet=st.sampled_from(SIGNS)), st.text(alphabet=SIGNS, max_size=30)))
    def agree(text: str) -> None:
        assert look.search(text) or not found.search(text)

    agree()


@pytest.mark.parametrize("text", ["稳*赚", "稳 * 赚", "稳，赚，不，赔", "稳。。赚，不", "HTTP://a", "WWW.中", "a.KIM", "a.ıo", "+86 138 1234 5678", "95588", "400-123-4567", "0571-87654321"])
def test_what_is_looked_for_is_seen(text: str) -> None:
    folded = text.translate(n._TABLE)
    dense = folded.replace(n.GONE, "")
    looks = (n._SYMBOL.search(folded), n._CLOSE.search(dense), checks._DOT.search(text), checks._DIGITS.search(text))
    assert any(looks)


def test_no_lesson_makes_a_sentence_worse_than_the_worst(guard: Guard) -> None:
    assert guard.model is not None
    lessons = [f"L:{name}" for name in (*WAYS, "自家", "联系", "催买", "从头", "旁人")]
    worst = frozenset(name for name in lessons if guard.model._by_feature.get(name, 0) > 0)
    assert worst
    for text in ("稳赚不赔的好机会，名额有限。", "还款日在账单第一行。", "加我微信，带你翻本，先到先得！", "好。"):
        for marks in (frozenset(), frozenset({"R:", "r:NM-10"})):
            most = guard.model.most(text, marks)
            assert all(guard.model.score(text, marks | some) <= most for some in (frozenset(), worst, *(frozenset({name}) for name in lessons)))
