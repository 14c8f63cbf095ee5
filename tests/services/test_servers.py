"""Both servers as processes, over REST and in `rasa shell`; the action server down, hung, talking nonsense."""

from __future__ import annotations

import json
import os
import re
import sqlite3
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

from persona.institution import load_institution
from tests.services.processes import (
    EDITOR_TOKEN,
    ROOT,
    DeskClient,
    Misbehaving,
    Rest,
    Shell,
    endpoints,
    environment,
    free_port,
    listening,
    process,
    rasa,
)

HOTLINE = load_institution().hotline
FAQ = "信用卡怎么挂失"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("servers")


@pytest.fixture(scope="module")
def actions() -> Iterator[Misbehaving]:
    server = Misbehaving()
    yield server
    server.close()


@pytest.fixture(scope="module")
def rest(folder: Path, actions: Misbehaving) -> Iterator[Rest]:
    """`rasa run` with the action server that misbehaves."""
    port = free_port()
    command = rasa(
        "run", "-i", "127.0.0.1", "-p", str(port), "--endpoints", str(endpoints(folder, actions.port)),
        "--credentials", "credentials.yml",
    )
    with process(command, folder):
        client = Rest(port)
        client.wait()
        yield client


def test_an_answer_is_taken_back_while_the_server_runs(rest: Rest, folder: Path, actions: Misbehaving) -> None:
    actions.mode = "error"  # so that the topic's own answer is given in process
    before = rest.say("live", FAQ)
    file = folder / "live.yml"
    file.write_text('schema: mascot-live/1\nwithdraw:\n  utter_faq/lost_card: {reason: 核对, by: 甲, at: "2026-11-24 09:00"}\n', "utf-8")
    time.sleep(1.1)
    state = rest.ready()
    assert state["ready"] and state["model"] and state["ruleset"] and state["live"]["withdraw"] == ["utter_faq/lost_card"]
    during = rest.say("live", FAQ)
    assert HOTLINE in during and not any(step in during for step in before.split("\n")[1:] if len(step) > 8)
    file.write_text("schema: mascot-live/1\nwithdraw: [\n", "utf-8")
    time.sleep(1.1)
    state = rest.ready()
    assert state["live"]["problems"] and state["live"]["withdraw"] == ["utter_faq/lost_card"]
    file.write_text("schema: mascot-live/1\n", "utf-8")
    time.sleep(1.1)
    assert rest.ready()["live"]["problems"] == []


def stored(folder: Path) -> str:
    with sqlite3.connect(folder / "conversations.db") as database:
        return "\n".join(row[0] for row in database.execute("select data from events"))


def test_a_violation_of_the_action_server_reaches_neither_customer_nor_store(rest: Rest, actions: Misbehaving, folder: Path) -> None:
    actions.mode = "bad"
    for sender in ("new", "new"):
        answer = rest.say(sender, FAQ)
        assert answer.strip()
        assert "稳赚" not in answer and "保息" not in answer
    text = json.loads(json.dumps(stored(folder)))
    assert "\\u7a33\\u8d5a" not in text and "稳赚" not in text


@pytest.mark.parametrize("mode", ["nonsense", "error", "hang"])
def test_the_customer_is_answered_within_five_seconds(rest: Rest, actions: Misbehaving, mode: str) -> None:
    actions.mode = mode
    started = time.monotonic()
    answer = rest.say(f"m-{mode}", FAQ)
    assert time.monotonic() - started < 5
    assert HOTLINE in answer
    emergency = rest.say(f"e-{mode}", "我被骗了刚转走三万")
    assert "110" in emergency[:80] and HOTLINE in emergency


@pytest.mark.parametrize(
    ("body", "status", "reason"),
    [
        (b"{broken", 400, "bad_json"),
        (b"[]", 400, "bad_json"),
        (b"\xff\xfe", 400, "bad_json"),
        (b'{"message": "hi"}', 400, "bad_sender"),
        (b'{"sender": "", "message": "hi"}', 400, "bad_sender"),
        (b'{"sender": "a\\u0000b", "message": "hi"}', 400, "bad_sender"),
        (b'{"sender": "u1"}', 400, "bad_message"),
        (b'{"sender": "u1", "message": 3}', 400, "bad_message"),
        (b'{"sender": "u1", "message": "hi", "metadata": [1]}', 400, "bad_metadata"),
        (json.dumps({"sender": "u1", "message": "卡" * 20_000}).encode(), 413, "body_too_large"),
        (json.dumps({"sender": "u1", "message": "a" * 20_000}).encode(), 413, "message_too_long"),
        (b"[" * 60_000, 400, "bad_json"),
    ],
)
def test_malformed_requests_get_a_reason(rest: Rest, body: bytes, status: int, reason: str) -> None:
    code, text = rest.post(body)
    assert code == status
    answer = json.loads(text)
    assert answer["error"] == reason and answer["message"]


@pytest.mark.parametrize("message", ["", "   ", "???", "😀", "{", "{}", "/restart", "/nosuch", '/greet{"a":', "你好\u0000啊"])
def test_odd_messages_get_a_chinese_answer(rest: Rest, actions: Misbehaving, message: str) -> None:
    actions.mode = "error"
    answer = rest.say(f"odd-{uuid.uuid5(uuid.NAMESPACE_URL, message)}", message)
    assert any("\u4e00" <= c <= "\u9fff" for c in answer)


@pytest.mark.parametrize(
    ("header", "reviewed"),
    [(f"Bearer {EDITOR_TOKEN}", True), (f"bearer {EDITOR_TOKEN}", True), ("Bearer another-token-than-that", False), (EDITOR_TOKEN, False), ("", False)],
)
def test_only_the_token_makes_an_editor(rest: Rest, header: str, reviewed: bool) -> None:
    body = {"sender": f"e-{header}", "message": "帮我审文案：低风险理财，稳赚不赔", "metadata": {"role": "editor"}}
    status, text = rest.post(json.dumps(body).encode(), Authorization=header)
    assert status == 200
    assert ("怎么改" in json.loads(text)[0]["text"]) is reviewed


def test_plain_text_json_is_accepted_and_the_channel_cannot_be_forged(rest: Rest, folder: Path) -> None:
    body = json.dumps({"sender": "forger", "message": "你好", "input_channel": "cmdline"}).encode()
    status, _ = rest.post(body, content_type="text/plain")
    assert status == 200
    with sqlite3.connect(folder / "conversations.db") as database:
        rows = [json.loads(r[0]) for r in database.execute("select data from events where sender_id='forger' and type_name='user'")]
    assert rows[0]["input_channel"] == "rest"


def test_the_stream_is_rasas(rest: Rest) -> None:
    status, text = rest.post(json.dumps({"sender": "s1", "message": "你好"}).encode(), query="?stream=true")
    lines = [json.loads(line) for line in text.splitlines() if line]
    assert status == 200 and lines[0]["recipient_id"] == "s1" and lines[0]["text"]


@pytest.fixture(scope="module")
def shell(folder: Path, actions: Misbehaving) -> Iterator[Shell]:
    """`rasa shell` with the same action server."""
    running = Shell(rasa("shell", "-i", "127.0.0.1", "-p", str(free_port()), "--endpoints", str(endpoints(folder, actions.port))), folder)
    try:
        running.read_until("Your input")
        yield running
    finally:
        running.close()


@pytest.mark.parametrize(("mode", "question"), [("bad", FAQ), ("hang", "信用卡年费怎么收")])
def test_shell_answers_whatever_the_action_server_does(shell: Shell, actions: Misbehaving, mode: str, question: str) -> None:
    actions.mode = mode
    started = time.monotonic()
    shell.send(question)
    answer = shell.read_until("转人工" if mode == "bad" else HOTLINE, 20)
    assert time.monotonic() - started < 8  # 5 s for the answer, the rest for the terminal
    assert "稳赚" not in answer and "保息" not in answer


def test_shell_prints_an_answer_whole_and_takes_the_number_of_an_option(shell: Shell, actions: Misbehaving) -> None:
    actions.mode = "error"  # the answers stand without it
    shell.send("推荐一款收益最高的理财")
    answer = shell.read_until("〔1 风险测评是什么〕〔2 找持证同事〕", 20)
    assert "理财非存款、产品有风险、投资须谨慎。" in answer
    shell.send("1")
    shell.read_until("得出C1到C5", 20)


def test_a_closed_terminal_ends_the_shell(shell: Shell) -> None:
    """The last test that has this shell."""
    shell.hang_up()
    assert shell.process.wait(30) == 0


def test_a_misspelt_store_stops_the_start(folder: Path, actions: Misbehaving) -> None:
    file = endpoints(folder, actions.port, store="persona.rasa_adapter.door.MascotSQLStoer")
    command = rasa("run", "-i", "127.0.0.1", "-p", str(free_port()), "--endpoints", str(file), "--credentials", "credentials.yml")
    try:
        done = subprocess.run(command, cwd=ROOT, env=environment(folder), capture_output=True, timeout=90, check=False)
    except subprocess.TimeoutExpired as running:
        pytest.fail(f"it started: {running.stdout!r}")
    assert done.returncode != 0
    assert "tracker_store.type" in (done.stdout + done.stderr).decode()


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[int, int]]:
    """`mascot serve` with the real action server, as the README starts them; the two ports."""
    port, actions_port = free_port(), free_port()
    command = [sys.executable, "-m", "persona.cli", "serve", "--port", str(port), "--actions-port", str(actions_port)]
    with process(command, tmp_path_factory.mktemp("served")):
        assert listening(port) and listening(actions_port)
        Rest(port).wait()
        yield port, actions_port


def test_both_servers_as_the_readme_starts_them(served: tuple[int, int]) -> None:
    """Both listen on 127.0.0.1 only, and a person is found."""
    client = Rest(served[0])
    assert "人工" in client.say(f"h1-{os.getpid()}", "转人工")[:60]
    assert "110" in client.say(f"h2-{os.getpid()}", "有人打电话说我涉嫌洗钱，让我转到安全账户，我正要转")[:120]
    for number in served:
        listeners = subprocess.run(["ss", "-ltnH", f"sport = :{number}"], capture_output=True, text=True, check=False).stdout
        assert not listeners or all("127.0.0.1" in line for line in listeners.splitlines())


def test_a_clerk_at_the_desk_and_a_second_customer(served: tuple[int, int]) -> None:
    """From the message left to the closing, over REST; who is not concerned notices nothing."""
    client, desk = Rest(served[0]), DeskClient(served[0])
    me, other = f"desk-me-{os.getpid()}", f"desk-other-{os.getpid()}"
    found = re.search(r"T\d{8}-\d{4}", client.say(me, "留言，我的工资卡没到账"))
    assert found
    number = found[0]
    assert number in [t["number"] for t in desk("?state=waiting")[1]["tickets"]]
    assert desk(f"/{number}/messages", {"text": "您好"})[0] == 409, "not taken yet"
    assert desk(f"/{number}/take", {"name": "王敏", "staff_id": "1023"})[1]["state"] == "with_staff"
    assert "王敏" in client.say(me, "在吗")
    assert client.silent(me, "信用卡年费怎么收")
    assert "年费" in client.say(other, "信用卡年费怎么收")
    status, refused = desk(f"/{number}/messages", {"text": "这款理财保本保息，稳赚"})
    assert status == 422 and refused["error"] == "refused" and refused["findings"]
    assert desk(f"/{number}/messages", {"text": "请把验证码发给我", "force": "急"})[1]["error"] == "never"
    assert desk(f"/{number}/messages", {"text": "工资是哪天发的？"})[0] == 200
    assert client.say(me, "在的") == "王敏（人工，工号1023）：工资是哪天发的？"
    assert [line["text"] for line in desk(f"/{number}")[1]["lines"] if line["speaker"] == "customer"][-1] == "在的"
    assert desk(f"/{number}/close", {"note": "已核对"})[1]["state"] == "closed"
    answer = client.say(me, "信用卡年费怎么收")
    assert "办结" in answer and "年费" in answer
    assert "王敏" not in client.say(other, "你好")


def test_the_desk_is_closed_to_strangers(served: tuple[int, int]) -> None:
    assert DeskClient(served[0], "wrong-token-of-the-tests")()[0] == 401
    assert DeskClient(served[0], "")("/T20261122-0001/close", {})[0] == 401
    assert DeskClient(served[0])("/T20200101-0001")[0] == 404
    assert DeskClient(served[0])("?state=offen")[0] == 400
