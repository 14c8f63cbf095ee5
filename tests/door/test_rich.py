"""`meta` on request: what a page needs beside the text; nothing of it without the request."""

from __future__ import annotations

import asyncio
import json
from asyncio import Queue
from typing import Any

import pytest
from rasa.core.channels.channel import CollectingOutputChannel, UserMessage
from rasa.core.channels.rest import QueueOutputChannel

from persona.institution import load_institution
from persona.mascot import load_mascot
from persona.products import load_products
from persona.rasa_adapter.rich import calls, disclosures, links, meta, mood, with_meta
from tests.talk import Bot

BANK = load_institution()
CAT = load_mascot("xiaofumiao")
KEYS = {"speaker", "mascot", "mood", "tone", "sober", "ai", "disclosures", "actions", "ticket", "options"}


def ask(bot: Bot, sender: str, text: str, **metadata: Any) -> list[dict[str, Any]]:
    """What REST answers: Rasa's collecting channel behind the project's hook."""
    channel = CollectingOutputChannel()
    message = UserMessage(text, channel, sender, input_channel="rest", metadata=metadata)
    bot.loop.run_until_complete(with_meta(bot.agent.handle_message)(message))
    return list(channel.messages)


@pytest.mark.parametrize("asked", [{}, {"rich": False}, {"rich": "true"}, {"rich": 1}])
def test_without_the_request_only_rasas_own_keys(bot: Bot, asked: dict[str, Any]) -> None:
    for element in ask(bot, f"plain-{asked}", "基金是什么", **asked):
        assert set(element) <= {"recipient_id", "text", "buttons", "image", "attachment", "custom"}


def test_the_text_is_the_same_with_and_without_meta(bot: Bot) -> None:
    plain = bot.say("same-words", "房贷提前还划算吗")
    bot.agent.tracker_store._tracker_store.store.pop("same-words", None)
    rich = ask(bot, "same-words", "房贷提前还划算吗", rich=True)
    assert [{k: v for k, v in e.items() if k != "meta"} for e in rich] == plain


def test_every_element_has_the_whole_meta_and_disclosures_at_their_place(bot: Bot) -> None:
    elements = ask(bot, "rich-fund", "基金是什么", rich=True)
    found = [d for e in elements for d in e["meta"]["disclosures"]]
    assert "D-FD-1" in [d["id"] for d in found]
    for element in elements:
        assert set(element["meta"]) == KEYS
        assert element["meta"]["speaker"] == "bot" and element["meta"]["ai"] is True
        for d in element["meta"]["disclosures"]:
            assert element["text"][d["start"]:d["end"]] == d["text"]
        titles = [b["title"] for b in element.get("buttons", [])]
        assert [o["title"] for o in element["meta"]["options"]] == titles
        assert [o["n"] for o in element["meta"]["options"]] == list(range(1, len(titles) + 1))
    json.dumps(elements)


def test_an_emergency_can_be_dialled_and_has_the_still_face(bot: Bot) -> None:
    elements = ask(bot, "rich-scammed", "我刚被骗了，转了两万", rich=True, mascot="xiaolanghua")
    about = elements[0]["meta"]
    assert about["tone"] == "urgent" and about["mascot"] == "xiaolanghua" and about["mood"] == "静水"
    assert {"110", BANK.hotline} <= {a["value"] for e in elements for a in e["meta"]["actions"] if a["type"] == "call"}


def test_who_speaks_follows_the_customers_choice_before_the_pages(bot: Bot) -> None:
    ask(bot, "rich-who", "换小禾娘来", rich=True, mascot="xiaoshizi")
    assert ask(bot, "rich-who", "信用卡年费怎么收", rich=True, mascot="xiaoshizi")[0]["meta"]["mascot"] == "xiaoheniang"


def test_the_stream_carries_meta_too() -> None:
    async def handle(message: UserMessage) -> None:
        await message.output_channel.send_response(
            "u", {"text": "先看一眼。", "metadata": {"tone": "warm"}, "buttons": [{"title": "好", "payload": "/affirm"}]}
        )

    async def run() -> dict[str, Any]:
        queue: Queue[Any] = Queue()
        await with_meta(handle)(UserMessage("在吗", QueueOutputChannel(queue), "u", metadata={"rich": True}))
        return dict(queue.get_nowait())

    element = asyncio.new_event_loop().run_until_complete(run())
    assert element["meta"]["options"] == [{"n": 1, "title": "好", "payload": "/affirm"}]


def test_a_person_is_no_ai() -> None:
    about = meta({"text": "您好，我是王敏。"}, {"speaker": "staff", "name": "王敏", "ticket": "T-1", "tone": "warm"}, CAT, BANK)
    assert (about["speaker"], about["ai"], about["ticket"], about["name"], about["mood"]) == ("staff", False, "T-1", "王敏", CAT.avatar_neutral)


@pytest.mark.parametrize(("text", "numbers"), [
    ("拨110，再拨95XXX0。", ["110", "95XXX0"]),
    ("拨 9 5 X X X 0", ["95XXX0"]),
    ("在国外拨+86 95XXX0", ["+8695XXX0"]),
    ("罚款110元，住了120天，第110号，房间1101，编号A110", []),
    ("骗子让你打400-110-9999", []),
    ("心里难受，拨12356；投诉没人理，拨12378", ["12356", "12378"]),
])
def test_only_known_numbers_can_be_dialled(text: str, numbers: list[str]) -> None:
    assert [c["value"] for c in calls(text, BANK)] == numbers


@pytest.mark.parametrize(("text", "found"), [
    ("公告在www.fuhe.example/notice。", ["https://www.fuhe.example/notice"]),
    ("http://fuhe.example", ["https://fuhe.example"]),
    ("www.fuhe.example.evil.test 和 fuhe.example-bank.test 和 xfuhe.example", []),
    ("javascript:alert(1)", []),
])
def test_only_the_banks_own_addresses_are_links(text: str, found: list[str]) -> None:
    assert [link["value"] for link in links(text, BANK)] == found


def test_disclosures_of_every_product_sheet_are_found_with_their_blanks_filled() -> None:
    for sheet in load_products().values():
        text = sheet.text()
        found = disclosures(text, tuple(sheet.disclosures))
        assert {d["id"] for d in found} == set(sheet.disclosures), sheet
        assert all(text[d["start"]:d["end"]] == d["text"] for d in found)


def test_faces_follow_the_tone() -> None:
    neutral = CAT.avatar_neutral
    assert mood(CAT, {"tone": "warm"}, "能查。") in CAT.avatar_warm
    assert mood(CAT, {"tone": "playful"}, "数到十七。") != neutral
    assert {mood(CAT, {"tone": t}, "x") for t in ("plain", "urgent")} == {neutral}
    assert mood(CAT, {"tone": "warm", "sober": True}, "x") == neutral
    assert len({mood(CAT, {"tone": "playful"}, chr(ord("一") + n)) for n in range(20)}) == len(CAT.avatar_moods) - 1
