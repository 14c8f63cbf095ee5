"""The production profile on real PostgreSQL, Redis and RabbitMQ: what a customer notices when a part of it goes away."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from persona.compliance.audit import last_line, verify
from persona.labels import full_label
from tests.services.production import Production, children
from tests.services.servers import free_port, until

FAQ = "信用卡怎么挂失"


def bubbles(house: Production, sender: str, message: str, **metadata: Any) -> list[dict[str, Any]]:
    status, text = house.rest.post(json.dumps({"sender": sender, "message": message, "metadata": metadata}).encode())
    assert status == 200, text
    return list(json.loads(text))


def offered(answer: list[dict[str, Any]]) -> Any:
    """The payload of the first button of a topic; a payload is obeyed only when this conversation offered it."""
    return next(b for bubble in answer for b in bubble.get("buttons") or [] if b["payload"].startswith("/faq/"))


def remembered(house: Production, sender: str, button: dict[str, str]) -> None:
    """The conversation knows that it offered this button: the answer is the topic's, as a new customer's question would get it."""
    answer = "".join(b.get("text") or "" for b in bubbles(house, sender, button["payload"]))
    rows = house.database.sql(f"select data from events where sender_id = '{sender}' and type_name = 'user' order by id desc limit 1")
    assert answer and full_label(json.loads(rows[0])["parse_data"]) == button["payload"][1:]


def test_two_workers_and_two_action_servers_answer(house: Production) -> None:
    assert len(house.pids()) == 2 and len(house.pids("sharing")) == 2
    for pid in house.pids():
        assert "tensorflow" not in Path(f"/proc/{pid}/maps").read_text(), "a worker holds what it does not use"
    before = house.gate.passed
    assert "95" in house.rest.say("first", FAQ)
    assert house.gate.passed > before
    assert house.messages("first")[0] == ("user", FAQ)


def test_the_order_of_two_messages_sent_at_once_is_kept(house: Production) -> None:
    house.gate.delay = 0.3  # so that the first is still being answered when the second arrives
    words = (FAQ, "附近网点几点关门")
    try:
        def both(sender: str) -> list[int]:
            with ThreadPoolExecutor(2) as sending:
                first = sending.submit(house.rest.say, sender, words[0])
                time.sleep(0.12)
                second = sending.submit(house.rest.say, sender, words[1])
                return [len(first.result()), len(second.result())]

        senders = [f"order-{n}" for n in range(6)]
        with ThreadPoolExecutor(3) as customers:
            assert all(min(lengths) > 5 for lengths in customers.map(both, senders))
    finally:
        house.gate.delay = 0.0
    for sender in senders:
        kinds = [kind for kind, _ in house.messages(sender)]
        said = [text for kind, text in house.messages(sender) if kind == "user"]
        assert said == list(words), said
        assert kinds.index("bot") == 1 and kinds.count("bot") >= 2 and kinds.index("user", 1) > 1, kinds
        assert house.database.sql(f"select count(*) from events where sender_id = '{sender}' and type_name = 'session_started'") == ["1"]


def test_a_conversation_survives_a_killed_worker(house: Production) -> None:
    button = offered(bubbles(house, "killed", FAQ))
    victim, before = house.pids()[0], house.said("补上了")
    os.kill(victim, signal.SIGKILL)
    # The other worker answers meanwhile, on the same address.
    assert len(house.rest.say("meanwhile", "你好")) > 5
    remembered(house, "killed", button)
    until(lambda: house.said("补上了") > before, 180)
    assert len(house.pids()) == 2 and victim not in house.pids()


def test_hostile_characters_are_stored(house: Production) -> None:
    odd = ["a\u0000b\u0000", "卡\ud800丢了", "\ufffe\uffff\u202e卡", "'; drop table events; --", "😀" * 50, "%s %(x)s \\x00 \\u0000", "{}{0}{sender_id}"]
    for number, text in enumerate(odd):
        assert bubbles(house, f"odd-{number}", text, note=text), text
        assert [kind for kind, _ in house.messages(f"odd-{number}")][:2] == ["user", "bot"], text
    for sender in ("a\u0000b", "a\ud800"):
        status, text = house.rest.post(json.dumps({"sender": sender, "message": "你好"}).encode())
        assert status == 400 and json.loads(text)["error"] == "bad_sender"
    assert bubbles(house, "o'dd\"; --", "留言：卡\u0000丢\ud800了，请回电")


def test_a_conversation_survives_a_restarted_database(house: Production) -> None:
    button = offered(bubbles(house, "restarted", FAQ))
    house.database.stop()
    said = {}
    for n in range(4):
        said[f"away-{n}"] = [FAQ, f"第{n}次问：附近网点几点关门"]
        for text in said[f"away-{n}"]:
            assert len(house.rest.say(f"away-{n}", text)) > 5
    house.database.start()
    assert len(house.rest.say("back", "你好")) > 5
    for sender, words in said.items():
        until(lambda s=sender, w=words: sorted(text for kind, text in house.messages(s) if kind == "user") == sorted(w), 30)
    remembered(house, "restarted", button)


def test_a_lost_broker_loses_no_audit_line(house: Production) -> None:
    until(lambda: _sent(house) == _written(house), 30)
    before = house.audited()
    assert before and before == sorted(before)
    house.rabbit.stop()
    for n in range(5):
        assert len(house.rest.say(f"unheard-{n}", "我被骗了刚转走三万")) > 5
    victim, before_it = house.pids()[0], house.said("补上了")
    os.kill(victim, signal.SIGKILL)  # what waits, waits on disk: not in the memory of a worker
    assert _written(house) >= max(before) + 5 and _sent(house) < _written(house)
    house.rabbit.start()
    until(lambda: _sent(house) == _written(house), 90)
    until(lambda: house.said("补上了") > before_it, 180)
    after = house.audited()
    assert sorted({*before, *after}) == list(range(min(before), _written(house) + 1))
    assert after == sorted(after) and verify(house.audit) == []


def _written(house: Production) -> int:
    return int((last_line(house.audit) or {"seq": 0})["seq"])


def _sent(house: Production) -> int:
    try:
        return int(house.audit.with_name("audit.jsonl.sent").read_text())
    except (OSError, ValueError):
        return 0


def test_a_new_model_comes_in_without_dropping_a_conversation(house: Production) -> None:
    assert house.process is not None
    button = offered(bubbles(house, "rollout", FAQ))
    old = set(house.pids())
    assert house.rest.ready()["model"] == "20260101-000000-first.tar.gz"
    house.add_model("20260102-000000-second.tar.gz")
    failed: list[Any] = []
    ended = threading.Event()
    answered = [0]

    def customer(number: int) -> None:
        while not ended.is_set():
            try:
                assert len(house.rest.say(f"during-{number}", FAQ)) > 5
                answered[0] += 1
            except Exception as problem:
                failed.append(problem)
            time.sleep(0.2)

    talking = [threading.Thread(target=customer, args=(n,)) for n in range(2)]
    house.gate.delay = 1.0  # turns are in flight when their worker is asked to end
    try:
        for thread in talking:
            thread.start()
        house.process.send_signal(signal.SIGUSR1)
        until(lambda: house.said("全部换新了"), 300)
        until(lambda: not old & set(children(house.process.pid)), 30)
    finally:
        ended.set()
        for thread in talking:
            thread.join()
        house.gate.delay = 0.0
    assert not failed and answered[0] > 4
    assert {house.rest.ready()["model"] for _ in range(8)} == {"20260102-000000-second.tar.gz"}
    remembered(house, "rollout", button)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"REDIS_PORT": "closed"}, "Redis"),
        ({"REDIS_PASSWORD": "wrong"}, "Redis"),
        ({"DB_PASSWORD": ""}, "DB_PASSWORD"),
    ],
)
def test_no_redis_or_no_secret_is_one_sentence_at_the_start(house: Production, change: dict[str, str], said: str) -> None:
    change = {k: str(free_port()) if v == "closed" else v for k, v in change.items()}
    command = [str(free_port()) if part in (str(house.port), str(house.actions_port)) else part for part in house.command()]
    done = subprocess.run(command, cwd=house.project, env=house.environment(**change), capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 1 and said in done.stderr and len(done.stderr.strip().splitlines()) == 1, done.stderr
    assert "a-password" not in done.stderr and "wrong" not in done.stderr


def test_sigterm_lets_the_turn_in_flight_end(house: Production) -> None:
    """The fixture starts the house again for whoever needs it next."""
    house.gate.delay = 1.5
    with ThreadPoolExecutor(1) as sending:
        answer = sending.submit(house.rest.say, "the last", FAQ)
        time.sleep(0.5)
        assert house.stop() == 0
        assert "95" in answer.result()
    house.gate.delay = 0.0
    assert house.messages("the last")[0] == ("user", FAQ)
    assert house.messages("the last")[1][0] == "bot"
    assert "was destroyed" not in house.log.read_text("utf-8", "replace")  # a graceful stop is no error in the log
