"""Locks, opt-out, sessions, commands: what a conversation remembers and what it does not obey."""

from __future__ import annotations

import time
from typing import Any

import pytest

pytest.importorskip("rasa")

from rasa.core.channels.channel import CollectingOutputChannel, UserMessage
from rasa.shared.core.events import Restarted

from persona.project import LOCAL_GREETED
from tests.talk import Bot, flat


def test_the_ai_notice_stands_in_the_first_answer_only(bot: Bot) -> None:
    talk = bot.talk()
    first, second = talk("你好"), talk("怎么查流水")
    assert "AI" in first and "不是真人" in first
    assert "不是真人" not in second


def _typed(bot: Bot, sender: str, text: str) -> str:
    channel = CollectingOutputChannel()
    bot.loop.run_until_complete(bot.agent.handle_message(UserMessage(text, channel, sender, input_channel="cmdline")))
    return flat(channel.messages)


def test_under_the_greeting_of_the_terminal_the_notice_is_not_said_twice(bot: Bot, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(LOCAL_GREETED, "1")
    sender = bot.talk().sender
    assert "不是真人" not in _typed(bot, sender, "你好")
    assert "不是真人" in bot.talk()("你好")  # another channel has no greeting
    now = time.time
    monkeypatch.setattr(time, "time", lambda: now() + 3 * 3600)
    assert "不是真人" in _typed(bot, sender, "怎么查流水")  # a new session is greeted by nobody
    assert "不是真人" not in _typed(bot, sender, "那要盖章的呢")


def test_a_terminal_that_nobody_greeted_has_the_notice_in_the_first_answer(bot: Bot) -> None:
    assert "不是真人" in _typed(bot, bot.talk().sender, "你好")


def test_the_notice_is_the_last_line_of_an_urgent_answer(bot: Bot) -> None:
    answer = bot.talk().raw("我被骗了，刚转走五万")[0]["text"]
    assert "110" in answer[:80]
    assert "不是真人" in answer.splitlines()[-1]


def test_hard_lock_survives_a_restart_and_ends_with_a_confirmed_question(bot: Bot) -> None:
    talk = bot.talk()
    talk("我被骗了，刚转走五万")
    tracker = talk.tracker
    tracker.update(Restarted())
    assert tracker.get_slot("lock") == "hard"
    assert "110" in talk("讲个笑话")
    assert "理财" not in talk("有什么理财推荐买")
    talk("都处理好了")
    talk("讲个笑话")
    talk("都处理好了")
    assert talk.tracker.get_slot("lock") == "none"


def test_a_new_session_ends_the_lock_but_not_the_opt_out(bot: Bot, monkeypatch: pytest.MonkeyPatch) -> None:
    talk = bot.talk()
    talk("别再给我推销了")
    talk("我被骗了，刚转走五万")
    assert talk.tracker.get_slot("lock") == "hard"
    now = time.time
    monkeypatch.setattr(time, "time", lambda: now() + 3 * 3600)
    answer = talk("你好")
    tracker: Any = talk.tracker
    assert tracker.get_slot("lock") in (None, "none")
    assert tracker.get_slot("opted_out") is True
    assert "不是真人" in answer


@pytest.mark.parametrize("command", ["/restart", "/affirm", "/session_start", "/faq", "/nosuch", '/greet{"a":', "/faq/early_repay"])
def test_a_typed_command_is_text(bot: Bot, command: str) -> None:
    talk = bot.talk()
    talk("我被骗了，刚转走五万")
    answer = talk(command)
    assert answer.strip()
    assert talk.tracker.get_slot("lock") == "hard"
    assert [e for e in talk.tracker.events if e.type_name == "restart"] == []


def test_an_offered_payload_its_title_and_its_number_are_commands(bot: Bot) -> None:
    for choice in ("/faq/early_repay.interest", "利息算到哪天", "第二个", "2"):
        talk = bot.talk()
        talk("房贷怎么提前还款")
        assert "实际还款" in talk(choice), choice


def test_the_same_answer_never_comes_twice_running(bot: Bot) -> None:
    talk = bot.talk()
    assert len({talk("信用卡年费怎么收"), talk("信用卡年费怎么收"), talk("信用卡年费怎么收")}) >= 2


def test_two_misses_offer_a_person(bot: Bot) -> None:
    talk = bot.talk()
    talk("嗄咦喾磲锖")
    assert "转人工" in talk("麤靐龘")


@pytest.mark.parametrize("text", ["", "   ", "???", "😀", "{", "{}", "{bank}", "a" * 20_000, "卡" * 20_000, "\u200b", "‮abc", "None"])
def test_odd_input_gets_an_answer(bot: Bot, text: str) -> None:
    answer = bot.talk()(text)
    assert answer.strip()
    assert "{" not in answer and "None" not in answer


def test_mascot_by_word_before_metadata_before_default(bot: Bot) -> None:
    talk = bot.talk(mascot="xiaolanghua")
    assert "小福喵" not in talk("你好")
    assert talk.tracker.latest_bot_utterance.metadata["metadata"]["mascot"] == "xiaolanghua"
    talk("换小禾娘来")
    talk("你好")
    assert talk.tracker.latest_bot_utterance.metadata["metadata"]["mascot"] == "xiaoheniang"
