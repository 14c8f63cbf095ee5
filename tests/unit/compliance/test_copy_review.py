"""Where the draft stands in an editor's message, and how the findings are told."""

from __future__ import annotations

import pytest

from persona.compliance import Guard
from persona.compliance.copy_review import Draft, draft_in, meant, publishing, review

DRAFT = "低风险理财，稳赚不赔，手慢无"


@pytest.mark.parametrize(
    "message",
    [
        f"帮我审文案：{DRAFT}", f"请帮我看一下这段推文:{DRAFT}", f"审核一下这段\n{DRAFT}", f"审文案 {DRAFT}", f"麻烦看看「{DRAFT}」能不能发",
        f"改成：{DRAFT}", f"那改成“{DRAFT}”呢", f"改成：「{DRAFT}」", f"帮我审一下：{DRAFT}，这样能发吗？", f"审一下：{DRAFT}。合规吗",
        f"检查这条短信：{DRAFT}，有没有问题？", f"那改成 {DRAFT}", f"换成，{DRAFT}",
    ],
)
def test_the_draft_is_what_stands_after_the_request(message: str) -> None:
    found = draft_in(message)
    assert found is not None and found.text.startswith("低风险理财，稳赚不赔，手慢无") and len(found.text) <= len(DRAFT) + 1


@pytest.mark.parametrize("message", ["帮我审文案", "审一下", "帮我看看这段文案：", "审稿"])
def test_no_draft_yet(message: str) -> None:
    assert draft_in(message) is None


@pytest.mark.parametrize(
    ("message", "channel"),
    [("审小红书文案：你好呀各位", "platform_account"), ("审直播口播：你好呀各位", "public_comment"), ("审文案：小红书见，各位好", "own_web")],
)
def test_the_place_is_named_before_the_draft(message: str, channel: str) -> None:
    assert draft_in(message) == Draft(message.split("：")[1], channel)


@pytest.mark.parametrize("message", ["那我直接发了", "可以上线了吧", "那我发小红书了啊"])
def test_publishing_belongs_to_the_review_before_it(message: str) -> None:
    assert publishing(message) and meant(message, True) and not meant(message, False)


@pytest.mark.parametrize("message", ["那你帮我写一条能发的", "替我拟个版本", "那改成 周末来听一堂反诈课"])
def test_a_wish_in_a_review_belongs_to_it(message: str) -> None:
    assert meant(message, True) and not meant(message, False)


@pytest.mark.parametrize("message", ["那你帮我写一条能发的", "替我编个段子版"])
def test_a_wish_is_no_draft(message: str) -> None:
    assert draft_in(message) is None


@pytest.mark.parametrize("message", ["发现一笔不认识的", "年终奖什么时候发给你", "帮我查一下短信提醒费", "查一下「福禾安盈」的风险等级", "信用卡怎么挂失"])
def test_an_editors_other_questions_are_questions(message: str) -> None:
    assert not meant(message, False)


def test_the_lines_are_one_line_each_and_quote_little(guard: Guard) -> None:
    draft = "「低\n风险」{bank}理财😀" + "稳赚不赔" * 30
    done = review(guard, Draft(draft))
    assert done.findings and not done.decision.allowed
    for line in done.lines:
        assert "\n" not in line and not any(mark in line for mark in "{}😀")
    assert all(line.startswith(f"{n}. ") for n, line in enumerate(done.findings, 1))
    assert max(len(line.split("：")[0]) for line in done.findings) < 40


def test_only_whole_lines_are_taken_out(guard: Guard) -> None:
    done = review(guard, Draft(DRAFT))
    line = done.findings[0]
    assert done.without_lines(f"甲\n{line}\n乙") == "甲\n乙"
    for text in (f"{line}。", f" {line}", line.replace("1. ", ""), DRAFT):
        assert done.without_lines(text) == text


def test_a_masked_number_is_told(guard: Guard) -> None:
    done = review(guard, Draft("有事加我微信[已隐去:手机号]细谈"))
    assert any("打了码" in line for line in done.questions)


def test_a_second_opinion_alone_is_told_too(guard: Guard, monkeypatch: pytest.MonkeyPatch) -> None:
    from persona.compliance.model import Decision, Finding

    finding = Finding("SO-01", "本行规则", 0, 2, "好呀", "请人看一眼。", "换成平实的说法。", "wording")
    monkeypatch.setattr(guard, "review", lambda *_: Decision("refuse", findings=[finding], ruleset="x"))
    done = review(guard, Draft("好呀好呀"))
    assert len(done.findings) == 1 and done.questions[0].startswith("？")
