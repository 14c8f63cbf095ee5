"""The REST channel in front of the internet: tokens, origins, addresses, limits and retries over two workers, request ids."""

from __future__ import annotations

import logging
import re
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import jwt
import pytest

pytest.importorskip("rasa")

from persona.rasa_adapter.logs import mask_logs
from tests.services.gate import Redis, Worker, eventually, worker
from tests.services.processes import free_port

KEY = "0123456789abcdef0123456789abcdef"
PAGE = "https://www.bank.example"


def bearer(sub: str, **claims: Any) -> dict[str, str]:
    return {"Authorization": "Bearer " + jwt.encode({"sub": sub, "exp": time.time() + 600, **claims}, KEY)}


@pytest.fixture(scope="module")
def redis(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Redis]:
    server = Redis(tmp_path_factory.mktemp("redis"))
    yield server
    server.stop()


@pytest.fixture(scope="module")
def gate() -> Iterator[Worker]:
    with worker(jwt_key=KEY, allowed_origins=[PAGE], per_minute=0) as running:
        yield running


def test_without_a_token_nothing_passes(gate: Worker) -> None:
    before = len(gate.turns)
    refused = gate.say()
    assert (refused.status, refused.error) == (401, "unauthorized") and refused.headers["WWW-Authenticate"] == "Bearer"
    assert gate.say(**bearer("u-1", exp=time.time() - 600)).error == "token_expired"
    other = gate.say("u-2", **bearer("u-1"))
    assert (other.status, other.error) == (403, "wrong_sender")
    assert len(gate.turns) == before
    assert gate.say("u-1", **bearer("u-1")).status == 200


def test_the_sender_may_be_left_to_the_token(gate: Worker) -> None:
    answer = gate.ask(body={"message": "你好"}, **bearer("u-7"))
    assert answer.status == 200 and answer.json[0]["recipient_id"] == "u-7" and gate.turns[-1].sender_id == "u-7"


def test_only_listed_origins_are_let_in(gate: Worker) -> None:
    asks = {"Access_Control_Request_Method": "POST", "Access_Control_Request_Headers": "authorization"}
    allowed = gate.ask("OPTIONS", Origin=PAGE, **asks)
    assert allowed.status == 204 and allowed.headers["Access-Control-Allow-Origin"] == PAGE
    assert "Authorization" in allowed.headers["Access-Control-Allow-Headers"] and "DELETE" in allowed.headers["Access-Control-Allow-Methods"]
    for origin in ("https://evil.example", PAGE + ".evil.example", "null", "http://www.bank.example"):
        refused = gate.ask("OPTIONS", Origin=origin, **asks)
        assert refused.status == 403 and "Access-Control-Allow-Origin" not in refused.headers
    answer = gate.say("u-1", Origin=PAGE, **bearer("u-1"))
    assert answer.headers["Access-Control-Allow-Origin"] == PAGE and "Origin" in answer.headers["Vary"]
    assert "Access-Control-Allow-Origin" not in gate.say("u-1", Origin="https://evil.example", **bearer("u-1")).headers


def test_by_default_no_origin_is_let_in_and_there_is_no_history() -> None:
    with worker() as plain:
        assert "Access-Control-Allow-Origin" not in plain.say(Origin=PAGE).headers
        assert plain.ask("OPTIONS", Origin=PAGE).status == 403
        for method in ("GET", "DELETE"):
            assert (plain.ask(method, "history").status, plain.ask(method, "history").error) == (404, "no_history")


@pytest.mark.parametrize("method", ["GET", "DELETE"])
def test_the_history_is_the_tokens_own(method: str) -> None:
    with worker(jwt_key=KEY, client_token="client-token-0123", editor_token="editor-token-0123") as running:
        assert running.ask(method, "history").status == 401
        for token in ("client-token-0123", "editor-token-0123"):
            refused = running.ask(method, "history", Authorization=f"Bearer {token}")
            assert (refused.status, refused.error) == (403, "no_own_sender")


@pytest.mark.parametrize("sender", ["13812345678", "u13812345678", "6222020200112233446", "wx_138 1234 5678", "11010519491231002X", "１３８１２３４５６７８"])
def test_a_sender_that_is_a_secret_is_refused(gate: Worker, sender: str) -> None:
    before = len(gate.turns)
    refused = gate.say(sender, **bearer(sender))
    assert (refused.status, refused.error) == (400, "secret_sender") and sender not in refused.text
    assert len(gate.turns) == before


@pytest.mark.parametrize("sender", ["1b9d6bcd-bbfd-4b2d-9b5d-ab8dfbbd4bed", "13812345-6789-4123-8123-123456789012", "0138123456789abcdef0138123456789", "customer-1000234567"])
def test_random_ids_are_no_secrets(gate: Worker, sender: str) -> None:
    assert gate.say(sender, **bearer(sender)).status == 200


@pytest.mark.parametrize("ident", ["", "x" * 129, "有中文", True, 1.5, ["m"], {"a": 1}])
def test_a_message_id_has_a_form(gate: Worker, ident: Any) -> None:
    assert gate.say("u-1", message_id=ident, **bearer("u-1")).error == "bad_message_id"


@pytest.mark.parametrize(("levels", "status"), [(20, 200), (21, 400), (900, 400)])
def test_metadata_may_be_nested_and_not_without_end(gate: Worker, levels: int, status: int) -> None:
    nested: Any = "x"
    for _ in range(levels - 1):
        nested = [nested]
    answer = gate.ask(body={"sender": "u-1", "message": "你好", "metadata": {"a": nested}}, **bearer("u-1"))
    assert answer.status == status and (status == 200 or answer.error == "bad_metadata")


def test_a_retry_is_answered_once_also_when_the_first_is_still_running(gate: Worker) -> None:
    before, gate.takes = len(gate.turns), 0.5
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda _: gate.say("r-1", "转人工", 7345678901234567890, **bearer("r-1")), range(4)))
    gate.takes = 0.0
    answers.append(gate.ask(body={"sender": "r-1", "message": "转人工"}, Idempotency_Key="7345678901234567890", **bearer("r-1")))
    assert len(gate.turns) == before + 1 and {a.status for a in answers} == {200} and len({a.text for a in answers}) == 1
    assert sum(a.headers["Idempotent-Replayed"] == "true" for a in answers) == 4
    assert gate.say("r-2", "转人工", 7345678901234567890, **bearer("r-2")).headers["Idempotent-Replayed"] is None
    assert len(gate.turns) == before + 2  # another sender's id is another message


def test_a_stream_is_replayed_as_a_stream(gate: Worker) -> None:
    before = len(gate.turns)
    body = {"sender": "s-1", "message": "你好", "metadata": {"message_id": "s"}}
    first, second = (gate.ask(path="webhook?stream=true", body=body, **bearer("s-1")).text for _ in range(2))
    assert first == second and "s-1" in first and len(gate.turns) == before + 1


def test_a_client_that_hangs_up_does_not_stop_the_turn(gate: Worker) -> None:
    before, gate.takes = len(gate.turns), 1.0
    with pytest.raises(OSError):
        gate.ask(body={"sender": "h-1", "message": "你好", "metadata": {"message_id": "h"}}, timeout=0.3, **bearer("h-1"))
    answer = gate.say("h-1", message_id="h", **bearer("h-1"))
    gate.takes = 0.0
    assert answer.status == 200 and answer.headers["Idempotent-Replayed"] == "true" and len(gate.turns) == before + 1


def test_a_turn_that_failed_may_be_tried_again(gate: Worker) -> None:
    before, gate.fails = len(gate.turns), True
    sorry = gate.say("f-1", message_id="f", **bearer("f-1"))
    gate.fails = False
    again = gate.say("f-1", message_id="f", **bearer("f-1"))
    assert sorry.status == 200 and sorry.json[0]["text"] and again.json[0]["text"].startswith("第") and len(gate.turns) == before + 2


def test_limits_by_sender_and_by_address() -> None:
    with worker(per_minute=2, per_minute_address=5, trusted_proxies=["127.0.0.1"]) as running:
        statuses = [running.say("u-1", X_Forwarded_For="198.51.100.1").status for _ in range(3)]
        assert statuses == [200, 200, 429]
        more = [running.say(f"new-{n}", X_Forwarded_For="198.51.100.1") for n in range(3)]
        assert [a.status for a in more] == [200, 200, 429] and int(more[-1].headers["Retry-After"]) > 0
        assert running.say("elsewhere", X_Forwarded_For="198.51.100.2").status == 200


def test_wrong_tokens_count_against_the_address() -> None:
    with worker(client_token="client-token-0123", per_minute_address=3) as running:
        assert [running.say(Authorization="Bearer guess").status for _ in range(4)] == [401, 401, 401, 429]
        assert running.say(Authorization="Bearer guess", X_Forwarded_For="198.51.100.9").status == 429  # no proxy is trusted


def test_the_request_id_comes_back_and_stands_in_the_log(gate: Worker, caplog: pytest.LogCaptureFixture) -> None:
    mask_logs()
    assert gate.say("q-1", X_Request_ID="trace-42", **bearer("q-1")).headers["X-Request-ID"] == "trace-42"
    assert gate.say("q-1", X_Request_ID="13812345678", **bearer("q-1")).headers["X-Request-ID"] != "13812345678"
    gate.fails = True
    with caplog.at_level(logging.ERROR):
        gate.ask(path="webhook?stream=true", body={"sender": "q-1", "message": "你好"}, X_Request_ID="trace-43", **bearer("q-1"))
    gate.fails = False
    assert caplog.records and all("trace-43" in r.getMessage() for r in caplog.records)


# ── two workers and a Redis ──


def test_two_workers_give_one_answer_and_keep_one_count(redis: Redis) -> None:
    options = {"redis_url": redis.url, "per_minute": 6}
    with worker(**options) as one, worker(**options) as two:
        one.takes = 0.6
        first: list[Any] = []
        running = threading.Thread(target=lambda: first.append(one.say("w-1", "转人工", "m-1")))
        running.start()
        assert eventually(lambda: one.turns)
        second = two.say("w-1", "转人工", "m-1")  # the first is still running, at the other worker
        running.join()
        third = two.say("w-1", "转人工", "m-1")
        assert len(one.turns) + len(two.turns) == 1
        assert first[0].text == second.text == third.text and second.headers["Idempotent-Replayed"] == "true"
        one.takes = 0.0
        statuses = [w.say("w-2").status for w in (one, two, one, two, one, two, one, two)]
        assert statuses == [200] * 6 + [429] * 2
        held = redis.dump()
        assert "mascot:once:" in held and "w-1" not in re.sub(r'"recipient_id": "[^"]*"', "", held) and "转人工" not in held


def test_without_redis_the_start_is_refused_and_during_an_outage_each_worker_decides(redis: Redis) -> None:
    from persona.rasa_adapter.channel import MascotRest

    with pytest.raises(ValueError, match="Redis"):
        MascotRest.from_credentials({"redis_url": f"redis://127.0.0.1:{free_port()}/0"})
    with worker(redis_url=redis.url, per_minute=3) as running:
        assert running.say("o-0", message_id="o-0").status == 200
        redis.stop()
        answers = [running.say("o-1", message_id="o-1") for _ in range(2)]  # answered, and once by this worker
        assert [a.status for a in answers] == [200, 200] and answers[0].text == answers[1].text and len(running.turns) == 2
        assert running.say("o-0", message_id="o-0").headers["Idempotent-Replayed"] == "true"
        assert [running.say("o-2").status for _ in range(4)] == [200, 200, 200, 429]  # and a limit there still is
        redis.start()
