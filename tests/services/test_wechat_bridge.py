"""The bridge of examples/ between WeChat's posts and the real REST channel: signed, in time, once."""

from __future__ import annotations

import hashlib
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from importlib import util
from typing import Any
from xml.etree import ElementTree

import pytest

pytest.importorskip("rasa")

from tests.services.gate import Worker, worker
from tests.services.processes import ROOT

TOKEN = "wechat-token"
CLIENT = "client-token-of-tests"


@pytest.fixture(scope="module")
def bridge() -> Any:
    spec = util.spec_from_file_location("wechat_bridge", ROOT / "examples" / "wechat_bridge.py")
    assert spec and spec.loader
    module = util.module_from_spec(spec)
    sys.modules["wechat_bridge"] = module
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def mascot() -> Iterator[Worker]:
    with worker(client_token=CLIENT, per_minute=0) as running:
        yield running


@pytest.fixture(scope="module")
def url(bridge: Any, mascot: Worker) -> Iterator[str]:
    server = bridge.server(0, f"http://127.0.0.1:{mascot.port}/webhooks/rest/webhook", TOKEN, CLIENT)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_address[1]}/"
    server.shutdown()


def signature(token: str = TOKEN) -> str:
    made = hashlib.sha1("".join(sorted((token, "1764449351", "n1"))).encode()).hexdigest()
    return f"?timestamp=1764449351&nonce=n1&signature={made}"


def post(url: str, text: str = "信用卡年费", ident: str = "24012345678901234", token: str = TOKEN, **more: str) -> tuple[int, str]:
    fields = {"ToUserName": "gh_bank", "FromUserName": "oOPENID", "CreateTime": "1764449351", "MsgType": "text", "Content": text, "MsgId": ident, **more}
    body = "<xml>" + "".join(f"<{k}><![CDATA[{v}]]></{k}>" for k, v in fields.items()) + "</xml>"
    try:
        with urllib.request.urlopen(urllib.request.Request(url + signature(token), body.encode()), timeout=20) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as problem:
        return problem.code, problem.read().decode()


def test_a_message_is_answered_as_xml(url: str, mascot: Worker) -> None:
    status, body = post(url, ident="1")
    answer = {field.tag: field.text for field in ElementTree.fromstring(body)}
    assert status == 200 and answer["ToUserName"] == "oOPENID" and answer["FromUserName"] == "gh_bank" and answer["MsgType"] == "text"
    assert answer["Content"] and answer["Content"].startswith("第")
    turn = mascot.turns[-1]
    assert turn.text == "信用卡年费" and "OPENID" not in turn.sender_id and turn.metadata["channel"] == "platform_account"


def test_wechats_repeats_are_one_turn(url: str, mascot: Worker, bridge: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bridge, "PATIENCE", 0.4)
    before, mascot.takes = len(mascot.turns), 1.0
    answers = [post(url, "转人工", ident="2")]
    while answers[-1][0] == 503 and len(answers) < 20:
        answers.append(post(url, "转人工", ident="2"))
    mascot.takes = 0.0
    assert answers[0][0] == 503  # too late for the first: WeChat asks again
    assert answers[-1][0] == 200 and "第" in answers[-1][1] and len(mascot.turns) == before + 1


def test_only_wechat_is_let_in(url: str, mascot: Worker) -> None:
    before = len(mascot.turns)
    assert post(url, token="another")[0] == 403
    for body in (b"<xml", b"", b'<!DOCTYPE x [<!ENTITY a "b">]><xml><Content>&a;</Content></xml>', b"<xml></xml>"):
        with pytest.raises(urllib.error.HTTPError) as refused:
            urllib.request.urlopen(urllib.request.Request(url + signature(), body, method="POST"), timeout=10)
        assert refused.value.code == 403
    assert len(mascot.turns) == before
    with urllib.request.urlopen(url + signature() + "&echostr=hello", timeout=10) as answer:
        assert answer.read() == b"hello"


def test_events_are_taken_and_a_mascot_that_is_away_is_said(bridge: Any, url: str, mascot: Worker) -> None:
    assert post(url, MsgType="event", Event="unsubscribe") == (200, "success")
    away = bridge.server(0, "http://127.0.0.1:9/", TOKEN)
    threading.Thread(target=away.serve_forever, daemon=True).start()
    assert post(f"http://127.0.0.1:{away.server_address[1]}/")[0] == 503
    away.shutdown()


def test_a_picture_holds_no_words_and_a_new_follower_is_greeted(url: str, mascot: Worker) -> None:
    assert post(url, "", ident="8", MsgType="image")[0] == 200 and mascot.turns[-1].text == ""
    assert post(url, "", ident="9", MsgType="event", Event="subscribe")[0] == 200 and mascot.turns[-1].text == "你好"


def test_options_are_numbered_and_a_bubble_is_whole_or_not_there(bridge: Any) -> None:
    bubbles = [{"text": "年费看卡种。"}, {"text": "还想问什么？", "buttons": [{"title": "想注销卡", "payload": "/a"}, {"title": "转人工", "payload": "/b"}]}]
    assert bridge.text_of(bubbles) == "年费看卡种。\n还想问什么？\n1. 想注销卡\n2. 转人工"
    long, buttons = {"text": "一行字" * 200}, [{"title": "转人工" * 30, "payload": "/b"}]
    assert bridge.text_of([{**long, "buttons": buttons}]) == long["text"]
    assert bridge.text_of([long, {"text": "第二段" * 100}]) == long["text"]
    assert bridge.text_of([{"text": "一行字" * 300}]) == bridge.SORRY
    assert bridge.text_of([]) == ""


def test_times_are_wechats(bridge: Any) -> None:
    assert bridge.PATIENCE < 5 and abs(int(ElementTree.fromstring(bridge.reply({"FromUserName": "a", "ToUserName": "b"}, "<好>")).findtext("CreateTime") or 0) - time.time()) < 60
