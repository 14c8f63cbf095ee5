"""Workers on one socket: replaced when they die, renewed one by one, ended gently. The workers here are ten lines of Python."""

from __future__ import annotations

import http.client
import os
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from persona.workers import NotStartedError, Pool, listen

WORKER = """
import http.server, os, signal, socket, sys, threading, time
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        time.sleep(float(self.path[1:] or 0))
        self.send_response(200); self.end_headers(); self.wfile.write(str(os.getpid()).encode())
    def log_message(self, *a): pass
if sys.argv[1] == "broken": sys.exit(7)
server = http.server.HTTPServer(("", 0), Handler, bind_and_activate=False)
server.socket = socket.socket(fileno=int(os.environ["MASCOT_LISTEN_FD"]))
server.socket.setblocking(False)  # of two workers woken by one connection the second must not wait in accept
signal.signal(signal.SIGTERM, lambda *a: sys.argv[1] == "hangs" or threading.Thread(target=server.shutdown).start())
os.write(int(os.environ["MASCOT_READY_FD"]), b"1")
server.serve_forever(0.05)
"""


def ask(port: int, seconds: float = 0) -> int:
    """The process id of who answered."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    connection.request("GET", f"/{seconds}")
    answer = int(connection.getresponse().read())
    connection.close()
    return answer


def soon(what: Callable[[], bool]) -> None:
    for _ in range(400):
        if what():
            return
        time.sleep(0.05)
    raise AssertionError("not within 20 seconds")


@pytest.fixture
def pool() -> Iterator[Pool]:
    sock = listen("127.0.0.1", 0)
    made = Pool("试", [sys.executable, "-c", WORKER, "good"], sock, 2, dict(os.environ))
    for _ in range(2):
        made.start()
    assert made.wait_ready(made.workers, lambda: False)
    yield made
    made.stop()
    sock.close()


def port(pool: Pool) -> int:
    return int(pool.on.getsockname()[1])


def test_a_dead_worker_is_replaced_and_the_address_stays(pool: Pool, capfd: pytest.CaptureFixture[str]) -> None:
    victim = pool.workers[0].process
    os.kill(victim.pid, signal.SIGKILL)
    victim.wait()
    assert ask(port(pool)) == pool.workers[1].process.pid
    pool.watch()
    soon(lambda: (pool.watch(), len(pool.workers) == 2 and all(w.ready for w in pool.workers))[1])
    assert victim.pid not in {w.process.pid for w in pool.workers}
    assert "补一个" in capfd.readouterr().err


def test_a_worker_that_keeps_dying_is_started_more_and_more_slowly(pool: Pool) -> None:
    pool.command = [sys.executable, "-c", WORKER, "broken"]
    for worker in pool.workers:
        worker.process.kill()
        worker.process.wait()
    pool.watch()
    first = pool._again
    for _ in range(3):
        pool._again = 0.0
        pool.watch()
        for worker in pool.workers:
            worker.process.wait()
        pool.watch()
    assert pool.deaths >= 4 and pool._again > first and pool._again - time.monotonic() > 1
    count = len(pool.workers)
    pool.watch()
    assert len(pool.workers) == count


def test_renewing_drops_nothing(pool: Pool) -> None:
    old = {w.process.pid for w in pool.workers}
    answers: list[int] = []
    slow = threading.Thread(target=lambda: answers.append(ask(port(pool), 1.0)))
    slow.start()
    time.sleep(0.2)
    assert pool.renew(lambda: False)
    slow.join()
    assert answers[0] in old  # the turn in flight was finished by the worker that had it
    soon(lambda: (pool.watch(), not pool.leaving)[1])
    assert {ask(port(pool)) for _ in range(6)} <= {w.process.pid for w in pool.workers}
    assert not old & {w.process.pid for w in pool.workers} and len(pool.workers) == 2


def test_a_renewed_worker_that_does_not_end_is_killed(pool: Pool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("persona.workers.KILL", 1.0)
    pool.command, good = [sys.executable, "-c", WORKER, "hangs"], pool.command
    assert pool.renew(lambda: False)
    soon(lambda: (pool.watch(), not pool.leaving)[1])
    hanging = [w.process for w in pool.workers]
    pool.command = good
    assert pool.renew(lambda: False)
    soon(lambda: (pool.watch(), not pool.leaving)[1])
    assert [process.returncode for process in hanging] == [-signal.SIGKILL] * 2


def test_without_a_shared_lock_old_and_new_never_answer_together(pool: Pool) -> None:
    pool.overlap = False
    old = pool.workers.pop()
    old.ask_to_end()
    old.end(time.monotonic() + 5)
    before, answers = pool.workers[0], []
    busy = threading.Thread(target=lambda: answers.append((ask(port(pool), 0.8), before.process.poll())))
    busy.start()
    time.sleep(0.2)
    waiting = threading.Thread(target=lambda: answers.append((ask(port(pool)), before.process.poll())))
    waiting.start()
    assert pool.renew(lambda: False)
    busy.join()
    waiting.join()
    first, second = answers
    assert first[0] == before.process.pid  # finished
    assert second[0] in (before.process.pid, pool.workers[0].process.pid) and not pool.leaving
    assert ask(port(pool)) == pool.workers[0].process.pid != before.process.pid


def test_a_new_worker_that_does_not_start_leaves_the_old_ones(pool: Pool, capfd: pytest.CaptureFixture[str]) -> None:
    old = {w.process.pid for w in pool.workers}
    pool.command = [sys.executable, "-c", WORKER, "broken"]
    assert pool.renew(lambda: False) is False
    assert {w.process.pid for w in pool.workers} == old and ask(port(pool)) in old
    assert "旧的继续" in capfd.readouterr().err


def test_a_stop_lets_the_request_in_flight_end(pool: Pool) -> None:
    answers: list[int] = []
    slow = threading.Thread(target=lambda: answers.append(ask(port(pool), 0.8)))
    slow.start()
    time.sleep(0.2)
    pids = {w.process.pid for w in pool.workers}
    pool.stop()
    slow.join()
    assert answers and answers[0] in pids


def test_a_worker_that_ends_before_it_is_ready_says_how(tmp_path: Path) -> None:
    with listen("127.0.0.1", 0) as sock:
        pool = Pool("试", [sys.executable, "-c", WORKER, "broken"], sock, 1, dict(os.environ), tmp_path / "log")
        with pytest.raises(NotStartedError) as problem:
            pool.wait_ready([pool.start()], lambda: False)
        assert problem.value.code == 7
        pool.stop()


def test_a_taken_port_is_an_error() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with pytest.raises(OSError):
            listen("127.0.0.1", taken.getsockname()[1])
