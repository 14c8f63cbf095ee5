"""Several worker processes on one listening socket: started, watched, restarted, renewed one by one, stopped gracefully.

The parent opens the socket and never closes it before the end, so no connection is refused while a worker is replaced.
"""

from __future__ import annotations

import contextlib
import os
import select
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

LISTEN, READY = "MASCOT_LISTEN_FD", "MASCOT_READY_FD"  # environment of a worker: the socket, and where it says that it is ready
DRAIN = 15.0  # seconds a worker has to finish its turns after SIGTERM
KILL = DRAIN + 5.0  # seconds after which it is killed
START = 300.0  # seconds a worker has to become ready
PAUSE = (0.0, 1.0, 2.0, 5.0, 10.0, 30.0)  # seconds before a worker that keeps dying is started again


class NotStartedError(RuntimeError):
    """A worker ended before it was ready; `code` is its exit status."""

    def __init__(self, code: int) -> None:
        super().__init__(f"exit status {code}")
        self.code = code


def listen(host: str, port: int, backlog: int = 511) -> socket.socket:
    """A listening socket that children may inherit."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    opened = socket.socket(family)
    opened.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    opened.bind((host, port))
    opened.listen(backlog)
    return opened


@dataclass
class Worker:
    """One process; `ready` once it has said so."""

    process: subprocess.Popen[bytes]
    pipe: int
    began: float
    ready: bool = False
    asked: float = 0.0  # when it was asked to end

    def look(self) -> bool:
        """Whether it is ready; reads what it says."""
        if not self.ready and select.select([self.pipe], [], [], 0)[0] and os.read(self.pipe, 1):
            self.ready = True
        return self.ready

    def ask_to_end(self) -> None:
        """SIGTERM: it accepts no more and finishes its turns."""
        self.asked = time.monotonic()
        if self.process.poll() is None:
            self.process.terminate()

    def end(self, until: float) -> None:
        """Wait for the end, kill it at the time `until`."""
        try:
            self.process.wait(max(0.1, until - time.monotonic()))
        except subprocess.TimeoutExpired:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
        os.close(self.pipe)


@dataclass
class Pool:
    """`count` workers that run `command` on the socket `on`."""

    name: str
    command: Sequence[str]
    on: socket.socket
    count: int
    environment: Mapping[str, str]
    log: Path | None = None
    overlap: bool = True  # False: an old worker has ended before a new one starts, because they could not share a lock
    workers: list[Worker] = field(default_factory=list)
    leaving: list[Worker] = field(default_factory=list)
    deaths: int = 0
    _again: float = 0.0

    def start(self) -> Worker:
        """One more worker; it is not waited for."""
        reading, writing = os.pipe()
        fd = self.on.fileno()
        environment = {**self.environment, LISTEN: str(fd), READY: str(writing)}
        with open(self.log, "ab") if self.log else contextlib.nullcontext() as log:
            process = subprocess.Popen(
                self.command, env=environment, pass_fds=(fd, writing), start_new_session=True,
                stdout=log, stderr=subprocess.STDOUT if log else None,
            )
        os.close(writing)
        worker = Worker(process, reading, time.monotonic())
        self.workers.append(worker)
        return worker

    def wait_ready(self, wanted: Sequence[Worker], stopped: Callable[[], bool]) -> bool:
        """Wait until these workers are ready; False when told to stop or after `START` seconds. RAISES NotStartedError."""
        until = time.monotonic() + START
        while not all(worker.look() for worker in wanted):
            for worker in wanted:
                code = worker.process.poll()
                if code is not None and not worker.look():
                    raise NotStartedError(code)
            if time.monotonic() > until:
                print(f"{self.name} 等了 {START:.0f} 秒还没准备好，不等了。", file=sys.stderr, flush=True)
                return False
            if stopped():
                return False
            time.sleep(0.05)
        return True

    def watch(self) -> None:
        """Replace the dead, forget those that have left, kill those that hang. Who keeps dying is started after longer and longer pauses."""
        now = time.monotonic()
        for worker in [w for w in self.leaving if w.process.poll() is not None or now > w.asked + KILL]:
            self.leaving.remove(worker)
            worker.end(now)
        for worker in [w for w in self.workers if w.process.poll() is not None]:
            self.workers.remove(worker)
            worker.end(now)
            self.deaths = self.deaths + 1 if now - worker.began < 60 else 1
            self._again = now + PAUSE[min(self.deaths - 1, len(PAUSE) - 1)]
            print(f"{self.name} {worker.process.pid} 没了（{worker.process.returncode}），补一个。", file=sys.stderr, flush=True)
        for worker in self.workers:
            if not worker.ready and worker.look():
                print(f"{self.name} {worker.process.pid} 补上了。", file=sys.stderr, flush=True)
        while len(self.workers) < self.count and now >= self._again:
            self.start()

    def renew(self, stopped: Callable[[], bool]) -> bool:
        """Every worker replaced, one at a time: the new one is ready before the old one is asked to end. False: given up.

        Without `overlap` what arrives in between waits in the socket's queue.
        """
        for old in list(self.workers):
            if not self.overlap:
                self.workers.remove(old)
                old.ask_to_end()
                old.end(time.monotonic() + KILL)
            new = self.start()
            try:
                good = self.wait_ready([new], stopped)
            except NotStartedError as problem:
                print(f"新的{self.name}起不来（{problem}）{'，旧的继续' if self.overlap else ''}。", file=sys.stderr, flush=True)
                good = False
            if not good:
                self.workers.remove(new)
                new.ask_to_end()
                new.end(time.monotonic() + KILL)
                return False
            if self.overlap:
                self.workers.remove(old)
                old.ask_to_end()
                self.leaving.append(old)
        return True

    def stop(self) -> None:
        """Every worker finishes its turns and ends."""
        everyone = [*self.workers, *self.leaving]
        for worker in everyone:
            worker.ask_to_end()
        until = time.monotonic() + KILL
        for worker in everyone:
            worker.end(until)
        self.workers.clear()
        self.leaving.clear()


class Signals:
    """SIGINT, SIGTERM and SIGHUP say stop; SIGUSR1 says renew."""

    def __init__(self) -> None:
        self.stop = False
        self.renew = False

    def __enter__(self) -> Signals:
        self._before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGUSR1)}
        for number in self._before:
            signal.signal(number, self._heard)
        return self

    def __exit__(self, *_: Any) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)

    def stopped(self) -> bool:
        """Whether a stop was asked for."""
        return self.stop

    def _heard(self, number: int, frame: Any) -> None:
        if number == signal.SIGUSR1:
            self.renew = True
        else:
            self.stop = True


def supervise(pools: Sequence[Pool], opened: Callable[[], None], renewed: Callable[[], None] = lambda: None) -> int:
    """Start the pools in order, keep them up until a signal, stop them in the opposite order; the exit status.

    The first pool is not waited for before the second is started. `opened` is called when all are ready, `renewed` after
    every worker of the last pool was replaced (SIGUSR1).
    """
    with Signals() as signals:
        try:
            for pool in pools:
                for _ in range(pool.count):
                    pool.start()
            for pool in pools:
                if not pool.wait_ready(pool.workers, signals.stopped):
                    return 0 if signals.stop else 1
            opened()
            while not signals.stop:
                for pool in pools:
                    pool.watch()
                if signals.renew:
                    signals.renew = False
                    if all(pool.renew(signals.stopped) for pool in pools):
                        renewed()
                time.sleep(0.2)
            return 0
        except NotStartedError as problem:
            return problem.code if problem.code > 0 else 1
        finally:
            for pool in reversed(pools):
                pool.stop()
