"""Small talk in the renderer: no joke twice, plain talk when asked for, a list when nobody is called that."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

pytest.importorskip("rasa")

from rasa.shared.core.domain import Domain
from rasa.shared.core.events import BotUttered, SlotSet, UserUttered

from persona.rasa_adapter import topics
from persona.rasa_adapter.door import MascotInMemoryStore
from persona.rasa_adapter.nlg import MascotNLG
from tests.talk import Bot

FILES = [*Path("data/nlu/chitchat").glob("*.yml"), *map(Path, ("data/nlu/dialogue/service.yml", "data/nlu/dialogue/thank.yml"))]
JOKES = "utter_chitchat/joke"
Say = Callable[..., str]


@pytest.fixture(scope="module")
def nlg(bot: Bot) -> MascotNLG:
    responses: dict[str, Any] = {}
    for file in FILES:
        responses |= yaml.safe_load(file.read_text("utf-8")).get("responses") or {}
    domain = Domain.from_dict({"version": "3.1", "responses": responses, "slots": {slot: {"type": "text", "mappings": [{"type": "custom"}]} for slot in ("mascot", "lock")}})
    store = MascotInMemoryStore(domain)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(topics, "learn", lambda responses: None)  # it speaks beside the process's own bot, which knows its topics
        found = MascotNLG(domain=domain)
    found.store = store  # type: ignore[attr-defined]  # stores are known weakly
    return found


@pytest.fixture
def say(nlg: MascotNLG, request: pytest.FixtureRequest) -> Say:
    """One answer; the conversation is the test's own."""
    tracker = nlg.store.init_tracker(request.node.name)  # type: ignore[attr-defined]
    tracker.update(SlotSet("mascot", "xiaofumiao"))

    def speak(response: str, text: str = "讲个笑话", mascot: str = "", lock: str = "") -> str:
        entities = [{"entity": "mascot", "value": mascot, "start": 0, "end": 1}] if mascot else []
        for slot, value in {"mascot": mascot, "lock": lock}.items():
            if value:
                tracker.update(SlotSet(slot, value))
        tracker.update(UserUttered(text, {"name": "chitchat", "confidence": 1.0}, entities))
        message = asyncio.run(nlg.generate(response, tracker, "rest"))
        assert message is not None
        said = str(message["text"])
        tracker.update(BotUttered(said, {"buttons": message.get("buttons")}, {"metadata": message["metadata"]}))
        return said

    return speak


def test_no_joke_twice_while_another_is_left(say: Say, nlg: MascotNLG) -> None:
    own = [r for r in nlg.responses[JOKES] if {"type": "slot", "name": "mascot", "value": "xiaofumiao"} in r.get("condition", ())]
    shared = [r for r in nlg.responses[JOKES] if not r.get("condition")]
    told = [say(JOKES).replace("，喵", "") for _ in [*own, *shared]]
    assert len(set(told)) == len(told) > len(own)
    assert all(any(r["text"] in text for r in shared) for text in told[len(own):]), "its own first, then those of all"
    assert say(JOKES).replace("，喵", "") == told[0], "then the one told longest ago"


def test_plain_talk_lasts_until_another_mascot_is_called(say: Say, nlg: MascotNLG) -> None:
    shared = [r["text"] for r in nlg.responses[JOKES] if not r.get("condition")]
    assert say(JOKES) not in shared
    assert "直说" in say("utter_chitchat/be_serious", "别喵了")
    assert any(text in say(JOKES) for text in shared)
    assert "🐾" not in say("utter_thank", "谢谢")
    say("utter_switch_mascot", "换小禾娘来", mascot="xiaoheniang")
    assert say(JOKES) not in shared


def test_who_is_not_there_gets_the_list(say: Say) -> None:
    assert all(name in say("utter_switch_mascot", "换小猪佩奇来") for name in ("小福喵", "小禾娘", "小柿子", "小浪花"))
    assert "账本" in say("utter_switch_mascot", "换小禾娘来", mascot="xiaoheniang")


def test_a_joke_has_no_steps(say: Say) -> None:
    joke = say(JOKES)
    assert joke[:6] not in say("utter_say_again", "说慢点")


def test_thanks_are_the_mascots_own_but_not_from_somebody_in_trouble(say: Say) -> None:
    shared = [r["text"] for r in yaml.safe_load(Path("data/nlu/dialogue/thank.yml").read_text("utf-8"))["responses"]["utter_thank"]
              if not r.get("condition")]
    assert say("utter_thank", "谢谢") not in shared
    assert say("utter_thank", "谢谢", lock="hard") in shared
