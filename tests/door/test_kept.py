"""What is kept between turns, left out or looked at only at its end is what Rasa would have read, replayed and sent."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

pytest.importorskip("rasa")

from rasa.core.actions.action import RemoteAction
from rasa.core.channels.channel import UserMessage
from rasa.core.tracker_store import InMemoryTrackerStore, SQLTrackerStore
from rasa.engine.graph import ExecutionContext, GraphSchema
from rasa.engine.runner.dask import DaskGraphRunner
from rasa.engine.storage.local_model_storage import LocalModelStorage
from rasa.engine.storage.resource import Resource
from rasa.graph_components.providers.domain_provider import DomainProvider
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import (
    ActionExecuted,
    BotUttered,
    Event,
    Restarted,
    SessionStarted,
    SlotSet,
    UserUtteranceReverted,
    UserUttered,
)
from rasa.shared.core.trackers import DialogueStateTracker, EventVerbosity
from rasa.utils.endpoints import EndpointConfig
from rasa_sdk import Tracker

from actions import common, handoff, places, product
from persona.rasa_adapter import lean
from persona.rasa_adapter.door import MascotInMemoryStore, MascotSQLStore, MascotTracker
from persona.rasa_adapter.kept import duplicate, written
from persona.rasa_adapter.policy import MascotPolicy
from persona.rasa_adapter.recent import Session, Shape, recent_states
from persona.rasa_adapter.said import given
from persona.rasa_adapter.walked import Finding, walked
from tests.talk import Bot, Talk

SAID = (
    "你好", "想提前还房贷，收不收违约金", "那手续费呢", "有什么大额存单", "帮我算一下存款利息", "五万，存一年", "哈哈哈哈", "asdkjh", "换成小柿子",
    "我的验证码是384756", "转人工", "我刚被骗子骗走了三万", "谢谢你", "/restart", "重新开始", "信用卡怎么挂失", "别给我推销了", "基金推荐一个",
)


@pytest.fixture(scope="module")
def sql_bot(bot: Bot, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bot]:  # after `bot`, which says where audit lines go
    file = tmp_path_factory.mktemp("kept") / "c.db"
    yield Bot(tracker_store=EndpointConfig(type="persona.rasa_adapter.door.MascotSQLStore", dialect="sqlite", db=str(file)))


def store_of(bot: Bot) -> MascotSQLStore:
    store = bot.agent.tracker_store
    inner: MascotSQLStore = getattr(store, "_tracker_store", store)
    return inner


def read_anew(bot: Bot, sender: str) -> DialogueStateTracker:
    """The conversation as Rasa itself reads it back."""
    stored = bot.loop.run_until_complete(SQLTrackerStore.retrieve(store_of(bot), sender))
    assert stored is not None
    return stored


def state(tracker: DialogueStateTracker) -> Any:
    return json.loads(json.dumps(tracker.current_state(EventVerbosity.ALL)))


def same(one: DialogueStateTracker, other: DialogueStateTracker) -> None:
    assert state(one) == state(other)
    assert one.slots.keys() == other.slots.keys()
    for name, slot in one.slots.items():
        assert (slot.value, slot.has_been_set) == (other.slots[name].value, other.slots[name].has_been_set)


def test_what_is_kept_is_what_is_stored(sql_bot: Bot) -> None:
    talk = sql_bot.talk()
    for text in SAID:
        talk(text)
        kept = store_of(sql_bot)._kept._held
        assert talk.sender in kept
        same(talk.tracker, read_anew(sql_bot, talk.sender))


def test_a_reader_cannot_change_what_is_kept(sql_bot: Bot) -> None:
    talk = sql_bot.talk()
    talk("你好")
    first = talk.tracker
    first.update(SlotSet("city", "somewhere"))
    first.update(ActionExecuted("action_listen"))
    same(talk.tracker, read_anew(sql_bot, talk.sender))


def test_what_another_worker_says_is_read(sql_bot: Bot) -> None:
    talk = sql_bot.talk()
    talk("你好")
    other = MascotSQLStore(sql_bot.agent.domain, dialect="sqlite", db=str(store_of(sql_bot).engine.url.database))
    there = asyncio.new_event_loop()
    tracker = there.run_until_complete(other.retrieve(talk.sender))
    tracker.update(SlotSet("city", "beijing"))
    there.run_until_complete(other.save(tracker))
    assert talk.tracker.get_slot("city") == "beijing"
    same(talk.tracker, read_anew(sql_bot, talk.sender))
    talk("信用卡怎么挂失")
    assert there.run_until_complete(other.retrieve(talk.sender)).latest_message.text == "信用卡怎么挂失"
    same(talk.tracker, read_anew(sql_bot, talk.sender))


def test_what_was_deleted_is_gone(sql_bot: Bot) -> None:
    talk = sql_bot.talk()
    talk("你好")
    with store_of(sql_bot).engine.begin() as connection:
        connection.exec_driver_sql("DELETE FROM events WHERE sender_id = ?", (talk.sender,))
    assert not talk.tracker.events
    talk("谢谢你")
    assert [e.text for e in read_anew(sql_bot, talk.sender).events if isinstance(e, UserUttered)] == ["谢谢你"]


def test_two_who_save_the_same_turn_lose_nothing(sql_bot: Bot) -> None:
    """Without a shared lock both have read the same rows; the second one compares, as Rasa does."""
    talk = sql_bot.talk()
    talk("你好")
    store = store_of(sql_bot)
    one, two = talk.tracker, talk.tracker
    one.update(SlotSet("city", "beijing"))
    two.update(SlotSet("city", "shanghai"))
    two.update(ActionExecuted("action_listen"))
    for tracker in (one, two):
        sql_bot.loop.run_until_complete(store.save(tracker))
    same(talk.tracker, read_anew(sql_bot, talk.sender))


def test_a_new_session_begins_where_rasa_begins_it(sql_bot: Bot) -> None:
    talk = sql_bot.talk()
    talk("你好")
    before = len(talk.tracker.events)
    channel = "rest"
    assert sql_bot.agent.processor is not None
    tracker = talk.tracker
    sql_bot.loop.run_until_complete(sql_bot.agent.processor._update_tracker_session(tracker, None))
    for event in (ActionExecuted("action_session_start"), SessionStarted(), ActionExecuted("action_listen"), UserUttered("在吗", input_channel=channel)):
        tracker.update(event)
    sql_bot.loop.run_until_complete(store_of(sql_bot).save(tracker))
    assert len(talk.tracker.events) < before
    same(talk.tracker, read_anew(sql_bot, talk.sender))


def test_a_replaced_file_is_noticed(tmp_path: Path) -> None:
    from sqlalchemy import text

    from persona.database import sqlite_engine

    engine = sqlite_engine(f"sqlite:///{tmp_path}/a.db", "FULL")
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE old (x)"))
    for name in ("a.db", "a.db-wal", "a.db-shm"):
        (tmp_path / name).unlink(missing_ok=True)
    with engine.begin() as connection:
        assert connection.execute(text("SELECT name FROM sqlite_master")).all() == []


def test_copies_are_what_replaying_gives(bot: Bot, talk: Talk) -> None:
    for text in SAID:
        talk(text)
        tracker = talk.tracker
        replayed = DialogueStateTracker.copy(tracker)
        # What the tracker was told to do next is done with by now; replaying would bring it back.
        replayed.followup_action = tracker.followup_action
        same(tracker.copy(), replayed)


def test_the_end_of_a_conversation_is_described_as_rasa_describes_it(bot: Bot, talk: Talk) -> None:
    for text in SAID:
        talk(text)
    events = list(talk.tracker.events)
    domain = bot.agent.domain
    assert domain is not None
    alone = 0
    for length in range(1, len(events) + 1):
        tracker = DialogueStateTracker.from_events("t", events[:length], domain.slots)
        everything = tracker.past_states(domain)
        for most in (1, 3, 5):
            found = recent_states(tracker, domain, most)
            if found is None:
                continue
            alone += len(found) < len(everything)
            assert len(found) >= min(most, len(everything))
            assert found == everything[len(everything) - len(found):]
    assert alone > len(events)


def test_a_late_message_costs_the_rules_no_more_than_an_early_one(bot: Bot, talk: Talk, monkeypatch: pytest.MonkeyPatch) -> None:
    described: list[str] = []
    describe = Domain.get_active_state

    def counted(self: Domain, *args: Any, **settings: Any) -> Any:
        described.append("")
        return describe(self, *args, **settings)

    def moments(text: str) -> int:
        described.clear()
        talk(text)
        return len(described)

    for text in SAID[:6]:
        talk(text)
    monkeypatch.setattr(Domain, "get_active_state", counted)
    costs = [moments("你好") for _ in range(12)]
    assert 0 < costs[-1] <= costs[2]


def test_the_rules_decide_as_over_the_whole_conversation(bot: Bot, talk: Talk, monkeypatch: pytest.MonkeyPatch) -> None:
    for text in SAID:
        talk(text)
    processor, domain = bot.agent.processor, bot.agent.domain
    assert processor is not None and domain is not None
    nodes = processor.graph_runner._instantiated_nodes.values()
    policy = next(node._component for node in nodes if isinstance(node._component, MascotPolicy))
    assert policy._shape is not None
    events = list(talk.tracker.events)
    for length in range(1, len(events) + 1):
        tracker = DialogueStateTracker.from_events("t", events[:length], domain.slots)
        last = policy._find_action_from_rules(tracker, domain, False)
        with monkeypatch.context() as whole:
            whole.setattr(policy, "_shape", None)
            everything = policy._find_action_from_rules(tracker, domain, False)
        assert (last[0], last[2]) == (everything[0], everything[2])
        assert last[0] is None or last[1] == everything[1]


def test_the_events_that_count_are_those_rasa_counts(bot: Bot, talk: Talk) -> None:
    for text in SAID:
        talk(text)
    events = [*talk.tracker.events, UserUtteranceReverted(), ActionExecuted("action_listen"), Restarted(), *talk.tracker.events]
    for length in range(len(events) + 1):
        ours = Session.from_events("t", events[:length], talk.tracker.slots.values())
        assert ours.applied_events() == DialogueStateTracker.applied_events(ours)
    before = given(talk.tracker)
    assert [e.text for e in before.asked] == [e.text for e in talk.tracker.events if isinstance(e, UserUttered)]
    assert before.said == [e for e in talk.tracker.events if isinstance(e, BotUttered)]


def test_rules_that_ask_for_words_are_noticed() -> None:
    intent = [{"prev_action": {"action_name": "action_listen"}, "user": {"intent": "greet"}}]
    words = [{"prev_action": {"action_name": "action_listen"}, "user": {"text": "你好"}}]
    after = [*intent, {"prev_action": {"action_name": "utter_greet"}, "user": {"intent": "greet"}}]
    assert not Shape({json.dumps(rule): "x" for rule in (intent, after)}).asks_words
    assert Shape({json.dumps(after): "x"}).longest == 2
    assert Shape({json.dumps(intent): "x"}, {json.dumps(words): "y"}).asks_words


def test_the_components_run_as_dask_runs_them(bot: Bot, talk: Talk) -> None:
    talk("你好")
    processor = bot.agent.processor
    assert processor is not None and isinstance(processor.graph_runner, lean.InOrder)
    tracker = talk.tracker
    for text in SAID:
        inputs = {"__message__": [UserMessage(text, sender_id="t")], "__tracker__": tracker}
        for target in (processor.model_metadata.nlu_target, processor.model_metadata.core_target):
            ours, dask = (run(processor.graph_runner, inputs, [target])[target] for run in (lean.InOrder.run, DaskGraphRunner.run))
            if isinstance(ours, list):
                assert [m.as_dict(only_output_properties=True) for m in ours] == [m.as_dict(only_output_properties=True) for m in dask]
            else:
                assert list(ours.probabilities) == list(dask.probabilities) and ours.policy_name == dask.policy_name


def test_the_components_have_the_domain_that_the_archive_holds_twice(bot: Bot, tmp_path: Path) -> None:
    processor = bot.agent.processor
    assert processor is not None
    storage, told = LocalModelStorage.from_model_archive(tmp_path, Path("models") / processor.model_filename)
    with storage.read_from(Resource("domain_provider")) as folder:
        written = yaml.load((folder / "domain.yml").read_text("utf-8"), Loader=yaml.CSafeLoader)
    provider = DomainProvider.load({}, storage, Resource("domain_provider"), ExecutionContext(GraphSchema({})))
    assert provider.provide_inference() is told.domain
    assert {"version": written["version"], **json.loads(json.dumps(told.domain.as_dict()))} == written


def test_a_conversation_in_memory_is_the_text_that_rasa_writes(bot: Bot, talk: Talk) -> None:
    for text in SAID:
        talk(text)
    store = bot.agent.tracker_store._tracker_store
    assert isinstance(store, MascotInMemoryStore)
    tracker = talk.tracker
    assert store.store[tracker.sender_id] == InMemoryTrackerStore.serialise_tracker(tracker)
    assert written(tracker) == written(MascotTracker.adopt(store.deserialise_tracker(tracker.sender_id, store.store[tracker.sender_id])))


def test_an_action_is_told_what_it_reads(bot: Bot, talk: Talk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lean, "RECENT", 4)
    monkeypatch.setattr(lean, "WORDED", 10)
    action = RemoteAction("action_faq", EndpointConfig(url="http://127.0.0.1", enable_selective_domain=True))
    for text in ("你们有哪些理财可以买", "睡不着，陪我聊聊", *SAID):
        talk(text)
        tracker, domain = talk.tracker, bot.agent.domain
        short = json.loads(json.dumps(lean.action_call(action, tracker, domain)))["tracker"]
        whole = json.loads(json.dumps(lean._call_format(action, tracker, domain)))["tracker"]
        assert {k: v for k, v in short.items() if k != "events"} == {k: v for k, v in whole.items() if k != "events"}
        here, there = Tracker.from_dict(short), Tracker.from_dict(whole)
        for read in (common.said, common.label, common.channel, common.speaker, common.last_column, places._waiting, product.shown):
            assert read(here) == read(there)
        assert handoff.customer(here, "handoff").transcript[-10:] == handoff.customer(there, "handoff").transcript[-10:]
        assert [e["event"] for e in here.events if e["event"] in ("user", "bot")] == [e["event"] for e in there.events if e["event"] in ("user", "bot")]
    asked = [n for n, e in enumerate(whole["events"]) if e["event"] == "user"]
    assert short["events"][-len(whole["events"][asked[-4]:]):] == whole["events"][asked[-4]:]
    assert len(json.dumps(short)) < len(json.dumps(whole)) / 3
    assert product.shown(here) and 10 < len(handoff.customer(here, "handoff").transcript) < len(asked)


class Names(Finding):
    def __init__(self) -> None:
        self.names: list[str] = []

    def add(self, event: Event) -> None:
        self.names.append(event.type_name)


def test_what_was_found_is_gone_on_from_and_is_as_if_looked_at_anew(bot: Bot, talk: Talk) -> None:
    for text in SAID:
        talk(text)
    events = [*talk.tracker.events, SessionStarted(), *bot.talk().tracker.events, BotUttered("再见"), UserUttered("好")]
    grown = Session("t", [])
    for event in events:
        grown.events.append(event)
        walked(grown, Names)  # the last look of some turns ago is gone on from, too
        if isinstance(event, UserUttered):
            assert vars(given(grown)) == vars(given(DialogueStateTracker.from_events("t", list(grown.events))))
    assert walked(grown, Names).names == [e.type_name for e in events]


def test_copies_part_and_another_history_is_looked_at_anew() -> None:
    first = Session("t", [])
    first.events.extend([UserUttered("一"), BotUttered("二")])
    before = walked(first, Names).names
    second = duplicate(first, Session)
    first.events.append(SlotSet("x"))
    second.events.append(SessionStarted())
    for _ in range(2):
        assert walked(first, Names).names == ["user", "bot", "slot"]
        assert walked(second, Names).names == ["user", "bot", "session_started"]
    assert before == ["user", "bot"]
    second.events.popleft()
    assert walked(second, Names).names == ["bot", "session_started"]
    second.events.clear()
    assert walked(second, Names).names == [] == walked(None, Names).names


def test_an_empty_domain_is_told_from_a_full_one(bot: Bot) -> None:
    assert bot.agent.domain is not None
    assert Domain.is_empty is lean.is_empty
    assert Domain.empty().is_empty() and not bot.agent.domain.is_empty()
    assert not Domain.from_dict({"intents": ["greet"]}).is_empty()


def test_rules_are_looked_up_by_the_intent_they_ask_for() -> None:
    def moment(intent: str | None = None, done: str | None = "action_listen") -> dict[str, Any]:
        return {**({"prev_action": {"action_name": done}} if done else {}), **({"user": {"intent": intent}} if intent else {})}

    greet, thank, bare, start = ([moment("greet")], [moment("thank")], [moment(None, "utter_greet")], [moment("thank", None)])
    lookup = {json.dumps(rule): "x" for rule in (greet, thank, bare, start)}
    shape = Shape(lookup, {json.dumps([moment("greet"), moment("greet", "utter_greet")]): "y"})
    assert shape.may_hold(lookup, [moment("thank"), moment("greet")]).keys() == {json.dumps(rule) for rule in (greet, bare, start)}
    assert shape.may_hold(lookup, [{}]).keys() == {json.dumps(rule) for rule in (bare, start)}


def test_events_find_their_class(bot: Bot) -> None:
    for event in (UserUttered, BotUttered, SlotSet, SessionStarted):
        assert lean.event_type(event.type_name) is event
        assert lean.event_type(event.type_name) is event
    with pytest.raises(ValueError):
        lean.event_type("nonsense")
    assert lean.event_type("nonsense", SlotSet) is SlotSet
    assert isinstance(MascotTracker("x", []), DialogueStateTracker)


@pytest.fixture
def talk(bot: Bot) -> Talk:
    return bot.talk()


def test_a_kept_connection_outlives_no_server() -> None:
    """Requests share a connection; when the server goes the next one fails at once, and a new server is found."""
    import aiohttp
    from aiohttp import web

    peers: list[Any] = []

    async def answer(request: web.Request) -> web.Response:
        assert request.transport is not None
        peers.append(request.transport.get_extra_info("peername"))
        return web.json_response({"events": [], "responses": []})

    async def serve(port: int = 0) -> tuple[web.AppRunner, int]:
        app = web.Application()
        app.router.add_post("/webhook", answer)
        runner = web.AppRunner(app)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", port).start()
        return runner, int(runner.addresses[0][1])

    async def story() -> None:
        lean.install()
        runner, port = await serve()
        endpoint = EndpointConfig(url=f"http://127.0.0.1:{port}/webhook")
        for _ in range(3):
            assert await endpoint.request(json={}) == {"events": [], "responses": []}
        assert len(set(peers)) == 1
        await runner.cleanup()
        with pytest.raises(aiohttp.ClientConnectionError):
            await endpoint.request(json={})
        runner, _ = await serve(port)
        assert await endpoint.request(json={}) == {"events": [], "responses": []}
        await runner.cleanup()
        await lean._connections[asyncio.get_running_loop()].close()

    asyncio.new_event_loop().run_until_complete(story())
