"""A violating sentence is planted in every path by which a message can reach a customer; none gets through."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from typing import Any

import pytest

pytest.importorskip("rasa")

from rasa.shared.core.events import BotUttered

from tests.talk import Bot, Talk, flat

BAD = "内部渠道的理财稳赚不赔，保本保息年化8%，名额只剩三个"
MARKS = ("稳赚", "保息", "8%", "名额")
FAQ = "信用卡怎么挂失"


def clean(text: str) -> bool:
    return not any(mark in text for mark in MARKS)


def everything(tracker: Any) -> str:
    """All that the store holds of what the bot said."""
    return str([e.as_dict() for e in tracker.events if e.type_name != "user"])


@pytest.fixture
def talk(bot: Bot) -> Talk:
    return bot.talk(mascot="xiaofumiao")


@pytest.fixture
def answers(bot: Bot, monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Let the action server answer with `responses` and `events`."""

    def plant(responses: list[dict[str, Any]] | None = None, events: list[dict[str, Any]] | None = None) -> None:
        async def request(*args: Any, **kwargs: Any) -> dict[str, Any]:
            return {"responses": [dict(r) for r in responses or []], "events": [dict(e) for e in events or []]}

        monkeypatch.setattr(bot.actions, "request", request)

    return plant


PLANTS = {
    "text": {"text": BAD},
    "text beside a response": {"text": BAD, "response": "utter_thank"},
    "button title": {"text": "看看这个", "buttons": [{"title": "保本保息年化8%，稳赚", "payload": "/thank"}]},
    "custom": {"text": "你好", "custom": {"card": {"lines": [BAD]}}},
    "image caption": {"image": "https://www.fuhe.example/a.png", "text": BAD},
    "attachment": {"text": "你好", "attachment": {"type": "file", "payload": {"title": BAD}}},
    "elements": {"text": "你好", "elements": [{"title": BAD, "subtitle": BAD}]},
    "quick replies": {"text": "你好", "quick_replies": [{"title": "稳赚不赔的理财，点我", "payload": "/thank"}]},
}


@pytest.mark.parametrize("turn", [1, 2])
@pytest.mark.parametrize("name", PLANTS)
def test_what_an_action_says(talk: Talk, answers: Callable[..., None], name: str, turn: int) -> None:
    if turn == 2:
        talk("你好")
    answers(responses=[PLANTS[name]])
    raw = talk.raw(FAQ)
    assert flat(raw).strip()
    assert clean(str(raw)), raw
    assert clean(everything(talk.tracker))


def test_metadata_text_does_not_override_what_is_sent(talk: Talk, answers: Callable[..., None]) -> None:
    answers(events=[{"event": "bot", "text": "你好", "data": {}, "metadata": {"text": BAD, "buttons": [{"title": BAD, "payload": "/x"}]}}])
    assert clean(str(talk.raw(FAQ)))
    assert clean(everything(talk.tracker))


def test_a_bot_event_of_an_action(talk: Talk, answers: Callable[..., None]) -> None:
    answers(events=[{"event": "bot", "text": BAD, "data": {}, "metadata": {}}])
    raw = talk.raw(FAQ)
    assert raw and clean(str(raw))
    assert clean(everything(talk.tracker))


def test_an_approved_mark_from_outside_is_not_trusted(talk: Talk, answers: Callable[..., None]) -> None:
    marks = {"reviewed": True, "refused": "wording", "metadata": {"approval": "A-1", "ai_notice": True}}
    answers(events=[{"event": "bot", "text": BAD, "data": {}, "metadata": marks}])
    assert clean(str(talk.raw(FAQ)))


@pytest.mark.parametrize(("response", "message"), [("utter_thank", "谢谢你"), ("utter_clarify", "嗄咦喾磲锖"), ("utter_affirm", "好的")])
def test_a_domain_response(
    bot: Bot, talk: Talk, monkeypatch: pytest.MonkeyPatch, response: str, message: str
) -> None:
    monkeypatch.setitem(bot.agent.nlg.responses, response, [{"text": BAD}])  # type: ignore[attr-defined]
    raw = talk.raw(message)
    assert raw and clean(str(raw))
    assert clean(everything(talk.tracker))


def test_the_affirmation(bot: Bot, talk: Talk, answers: Callable[..., None]) -> None:
    answers(events=[{"event": "followup", "name": "action_default_ask_affirmation"}])
    answer = talk(FAQ)
    assert "Did you mean" not in answer
    assert "转人工" in answer


def test_an_event_that_arrives_through_the_api(bot: Bot, talk: Talk) -> None:
    talk("你好")
    tracker = talk.tracker
    tracker.update_with_events([BotUttered(BAD, {"custom": {"x": BAD}})], bot.agent.domain)
    assert clean(everything(tracker))


def test_the_guard_that_throws(bot: Bot, talk: Talk, monkeypatch: pytest.MonkeyPatch) -> None:
    from persona.rasa_adapter.house import house

    def broken(*args: Any, **kwargs: Any) -> Any:
        raise RuntimeError("boom")

    monkeypatch.setattr(type(house().guard), "review", broken)
    monkeypatch.setitem(bot.agent.nlg.responses, "utter_thank", [{"text": BAD}])  # type: ignore[attr-defined]
    answer = talk("谢谢你")
    assert answer.strip() and clean(answer)
    assert "转人工" in answer


def test_a_refusal_is_audited_with_its_rules(bot: Bot, talk: Talk, answers: Callable[..., None], audit_file: Any) -> None:
    answers(responses=[{"text": BAD}])
    talk(FAQ)
    last = [line for line in audit_file.read_text("utf-8").splitlines() if '"refusal"' in line][-1]
    assert "NM-10" in last


class TestDatabaseGone:
    @pytest.fixture
    def sql_bot(self, tmp_path: Any) -> Iterator[Bot]:
        from rasa.utils.endpoints import EndpointConfig

        store = EndpointConfig(type="persona.rasa_adapter.door.MascotSQLStore", dialect="sqlite", db=str(tmp_path / "c.db"))
        yield Bot(tracker_store=store)

    def test_the_door_stays_shut_and_nothing_is_lost(self, sql_bot: Bot, monkeypatch: pytest.MonkeyPatch) -> None:
        talk = sql_bot.talk()
        talk("你好")
        before = len(talk.tracker.events)
        store = getattr(sql_bot.agent.tracker_store, "_tracker_store", sql_bot.agent.tracker_store)

        def gone(*args: Any, **kwargs: Any) -> Any:
            raise ConnectionError("database is gone")

        with monkeypatch.context() as away:
            away.setattr(store.engine, "connect", gone)
            away.setitem(sql_bot.agent.nlg.responses, "utter_thank", [{"text": BAD}])  # type: ignore[attr-defined]
            answer = talk("谢谢你")
            assert answer.strip() and clean(answer)
            assert "110" in talk("我刚被骗子骗走了三万")
            assert talk.tracker.get_slot("lock") == "hard"
        talk("信用卡怎么挂失")
        tracker = asyncio.new_event_loop().run_until_complete(sql_bot.agent.tracker_store.retrieve_full_tracker(talk.sender))
        texts = [e.text for e in tracker.events if e.type_name == "user"]
        assert texts == ["你好", "谢谢你", "我刚被骗子骗走了三万", "信用卡怎么挂失"]
        assert len(tracker.events) > before


def test_an_end_to_end_step_is_sent_and_stored_screened(bot: Bot, talk: Talk) -> None:
    """`- bot:` steps run as ActionEndToEndResponse and are logged with their text in ActionExecuted."""
    from rasa.core.actions.action import ActionEndToEndResponse
    from rasa.core.channels.channel import CollectingOutputChannel
    from rasa.core.policies.policy import PolicyPrediction

    talk("你好")
    tracker, channel = talk.tracker, CollectingOutputChannel()
    processor = bot.agent.processor
    assert processor is not None
    prediction = PolicyPrediction([1.0], "test", action_metadata={})
    bot.loop.run_until_complete(
        processor._run_action(ActionEndToEndResponse(BAD), tracker, channel, processor.nlg, prediction)
    )
    assert channel.messages and clean(str(channel.messages))
    assert clean(everything(tracker))


def test_a_slot_validation_action_stays_silent(bot: Bot, talk: Talk, answers: Callable[..., None]) -> None:
    """Rasa sends what such an action says before it is logged; remote.py drops it."""
    from rasa.core.actions.action import RemoteAction
    from rasa.core.channels.channel import CollectingOutputChannel

    talk("你好")
    answers(responses=[{"text": BAD}], events=[{"event": "slot", "name": "city", "value": "beijing"}])
    action = RemoteAction("action_validate_slot_mappings", bot.actions)
    events = bot.loop.run_until_complete(
        action.run(CollectingOutputChannel(), bot.agent.nlg, talk.tracker, bot.agent.domain)  # type: ignore[attr-defined]
    )
    assert [e.type_name for e in events] == ["slot"]


def test_an_unknown_channel_is_the_institutions(bot: Bot) -> None:
    assert "110" in bot.talk(channel="wechat")("我被骗了刚转走三万")


def test_the_guard_that_throws_in_an_emergency_still_helps(bot: Bot, talk: Talk, monkeypatch: pytest.MonkeyPatch) -> None:
    from persona.rasa_adapter.house import house

    def broken(*args: Any, **kwargs: Any) -> Any:
        raise RuntimeError("boom")

    monkeypatch.setattr(type(house().guard), "review", broken)
    answer = talk("我被骗了，刚转走五万")
    assert "110" in answer and house().institution.hotline in answer
    assert "不是真人" in answer


def test_the_steps_of_an_emergency_go_on_without_the_action_server(
    bot: Bot, talk: Talk, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def gone(*args: Any, **kwargs: Any) -> Any:
        raise ConnectionError("the action server is down")

    monkeypatch.setattr(bot.actions, "request", gone)
    assert "钱从哪里转出去" in talk("我被骗了，刚转走五万")
    assert "柜台" in talk("福禾银行")
    worry = talk("钱还能追回来吗")
    assert "打包票" in worry or "不好说" in worry  # either of the two variations, never a promise
