"""A lesson may let the bait speak and never say fraud; the same words around an offer of one's own stay refused."""

from __future__ import annotations

import sre_parse
from sre_constants import ASSERT, ASSERT_NOT, BRANCH, IN, LITERAL, MAX_REPEAT, RANGE, SUBPATTERN
from typing import Any

import pytest

from persona.compliance import Guard, implied

LESSONS = [
    # how it ends
    "群里天天分红，想把钱转出来，页面就打不开了。",
    "先让您每天赚一点，等您多投了，再提就提不出来。",
    # what to do on hearing it
    "听到「稳赚不赔」，先放下手机。",
    "有人跟您说「包下款」，把电话挂了，打卡背面的号码问。",
    # why it cannot be
    "真有稳赚的生意，他为什么要告诉您？",
    "天天涨停的票，轮不到陌生人来送。",
    # whose money is meant
    "躺着收钱的广告，盯着的是您的养老钱。",
    # a gift, and a paper to sign
    "外婆听了五场讲座，抱回来一份年息十二个点的合同。",
    # a quiz
    "判断题：群友推荐的票明天必涨，可以先跟一点。答案：错。",
    "考考您：下面哪句不能信？A「请带身份证到网点」 B「零风险，月入一万」。",
    # the steps of a script
    "第一天拉您进群，第二天晒收益说日赚八百，第三天要您垫钱。",
]

OFFERS = [
    "群里天天分红，别家想转都转不出来，我们随时能转，放心投。",
    "先让您每天赚一点，再提也提得出来，现在就买。",
    "听到「稳赚不赔」先放下手机，听我说，这款真的稳赚。",
    "有人跟您说「包下款」，把电话挂了，加我微信，黑户也能批。",
    "真有稳赚的生意，他为什么要告诉您？我们就告诉您，保本保息。",
    "天天涨停的票，轮不到陌生人来送，跟我买就行。",
    "躺着收钱的广告盯着您的养老钱，福禾盯着给您赚钱，稳稳八个点。",
    "外婆听了五场讲座，抱回来一份年息十二个点的合同，这款真划算，快来抢。",
    "判断题：本行理财保本，可以放心买。答案：对。",
    "考考您：哪家稳赚？A别人家 B我们家，选B就对了，零风险。",
    "第一步加群，第二步入金，第三步躺着收钱，日赚八百。",
    "不会提不出来，天天分红，稳赚。",
    "遇到保本的先别急着挂，我们这款就是保本。",
]


@pytest.mark.parametrize("text", LESSONS)
def test_a_lesson_passes_the_rules(rules_only: Guard, text: str) -> None:
    decision = rules_only.review(text, scope="wording")
    assert decision.allowed, [(f.rule, f.text) for f in decision.findings]


@pytest.mark.parametrize("text", OFFERS)
def test_the_same_words_around_an_offer_are_refused(guard: Guard, text: str) -> None:
    assert not guard.review(text, scope="wording").allowed


def test_a_story_with_its_lesson_is_no_advert_to_the_second_opinion(guard: Guard) -> None:
    """The whole guard reads the story through; without its end it is an advert."""
    assert guard.review("隔壁说那个项目月月准时分红，上个月起，公司的门再没开过。", scope="wording").allowed
    assert not guard.review("隔壁说那个项目月月准时分红，来的人都赚了。", scope="wording").allowed


def heads(pieces: Any) -> tuple[set[str], bool]:
    """The characters a match of a parsed pattern can begin with, and whether it can be empty."""
    out: set[str] = set()
    for kind, value in pieces:
        empty = False
        if kind is LITERAL:
            found = {chr(value)}
        elif kind is IN:
            found = {chr(c) for sign, v in value for c in ([v] if sign is LITERAL else range(v[0], v[1] + 1) if sign is RANGE else [])}
        elif kind in (ASSERT, ASSERT_NOT):
            continue
        elif kind is SUBPATTERN:
            found, empty = heads(value[3])
        elif kind is BRANCH:
            each = [heads(branch) for branch in value[1]]
            found, empty = set().union(*[one for one, _ in each]), any(none for _, none in each)
        elif kind is MAX_REPEAT:
            found, empty = heads(value[2])
            empty = empty or value[0] == 0
        else:
            raise ValueError(f"a match may begin with anything: {kind}")
        out |= found
        if not empty:
            return out, False
    return out, True


@pytest.mark.parametrize("name", ["_ENDS", "_HALT", "_WHY", "_WHOSE"])
def test_the_first_look_passes_over_nothing(name: str) -> None:
    source = getattr(implied, name).source
    looked_for, rest = source.removeprefix("(?=[").split("])", 1)
    assert heads(sre_parse.parse(rest)) == (set(looked_for), False)
