"""Child processes of the benchmark: started on free local ports, measured, stopped whatever happens."""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import pty
import re
import resource
import select
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from projects import ROOT, BenchError

LOCAL = "127.0.0.1"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind((LOCAL, 0))
        return int(probe.getsockname()[1])


def environment(folder: Path) -> dict[str, str]:
    """The same for every process: quiet, local, the project importable, audit lines in the scratch folder."""
    return {
        **os.environ,
        "RASA_TELEMETRY_ENABLED": "false", "TF_CPP_MIN_LOG_LEVEL": "3", "SQLALCHEMY_SILENCE_UBER_WARNING": "1",
        "MASCOT_EDITOR_TOKEN": "", "MASCOT_DESK_TOKEN": "", "SANIC_HOST": LOCAL, "LOG_LEVEL": "ERROR", "PYTHONUNBUFFERED": "1", "PYTHONPATH": str(ROOT),
        "MASCOT_AUDIT": str(folder / "audit" / "audit.jsonl"),
    }


def family(pid: int) -> list[int]:
    """The process and all its descendants, other process groups included."""
    shown = subprocess.run(["ps", "-eo", "pid=,ppid="], capture_output=True, text=True, check=False).stdout
    parents = [(int(child), int(parent)) for child, parent in (row.split() for row in shown.splitlines())]
    found = [pid]
    for one in found:  # grows while it is read
        found += [child for child, parent in parents if parent == one and child not in found]
    return found


def stop(process: subprocess.Popen[Any]) -> None:
    """End a child and everything it started."""
    if process.poll() is not None:
        return
    members = family(process.pid)
    for sign in (signal.SIGTERM, signal.SIGKILL):
        for pid in members:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, sign)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(10)
        until = time.monotonic() + 5
        while time.monotonic() < until and any(Path(f"/proc/{pid}").exists() for pid in members):
            time.sleep(0.05)


def start(command: Sequence[str], folder: Path, log: str) -> subprocess.Popen[bytes]:
    with open(folder / log, "wb") as file:
        return subprocess.Popen(
            command, cwd=folder, env=environment(folder), stdin=subprocess.DEVNULL, stdout=file,
            stderr=subprocess.STDOUT, start_new_session=True,
        )


def tail(path: Path, lines: int = 12) -> str:
    return "\n".join(path.read_text("utf-8", "replace").splitlines()[-lines:]) if path.exists() else ""


def timed(command: Sequence[str], folder: Path, log: str) -> dict[str, float]:
    """Run a command to its end: wall seconds and CPU seconds of it and its children."""
    before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    process = start(command, folder, log)
    try:
        code = process.wait()
    finally:
        stop(process)
    wall, after = time.monotonic() - began, resource.getrusage(resource.RUSAGE_CHILDREN)
    if code:
        raise BenchError(f"{' '.join(command[1:4])} 在 {folder} 失败（{code}）：\n{tail(folder / log)}")
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return {"wall": wall, "cpu": cpu}


def rss(process: subprocess.Popen[Any]) -> float | None:
    """Resident memory in MB."""
    try:
        found = re.search(r"^VmRSS:\s+(\d+) kB", Path(f"/proc/{process.pid}/status").read_text(), re.M)
        return int(found[1]) / 1024 if found else None
    except OSError:  # not Linux
        shown = subprocess.run(["ps", "-o", "rss=", "-p", str(process.pid)], capture_output=True, text=True, check=False)
        return int(shown.stdout) / 1024 if shown.stdout.strip() else None


def cpu(process: subprocess.Popen[Any]) -> float:
    """CPU seconds a process has used so far."""
    try:
        fields = Path(f"/proc/{process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
    except OSError:  # not Linux
        return float("nan")


IDLE = 2.0  # seconds after which a connection is opened anew; a server closes it after five, and a request must not meet that moment


class Client:
    """One kept connection to a Rasa server's REST channel."""

    def __init__(self, name: str, port: int) -> None:
        self.name, self.port = name, port
        self._http: http.client.HTTPConnection | None = None
        self._used = 0.0

    def say(self, sender: str, text: str) -> tuple[float, list[dict[str, Any]]]:
        """Seconds until the whole answer was read, and the answer."""
        body = json.dumps({"sender": sender, "message": text}).encode()
        if time.monotonic() - self._used > IDLE:
            self.close()
        began = time.perf_counter()
        if self._http is None:
            self._http = http.client.HTTPConnection(LOCAL, self.port, timeout=60)
        try:
            self._http.request("POST", "/webhooks/rest/webhook", body, {"Content-Type": "application/json"})
            response = self._http.getresponse()
            raw = response.read()
        except (OSError, http.client.HTTPException):
            self.close()
            raise
        took = time.perf_counter() - began
        self._used = time.monotonic()
        if response.status != 200:
            raise BenchError(f"{self.name} 回答 {response.status}：{raw[:200]!r}")
        return took, json.loads(raw)

    def close(self) -> None:
        if self._http is not None:
            self._http.close()
            self._http = None


class Server:
    """A Rasa server, and a connection to it."""

    def __init__(self, name: str, command: Sequence[str], folder: Path, port: int) -> None:
        self.name, self.folder, self.port = name, folder, port
        self.log = f"server.{name}.log"
        self._began = time.monotonic()
        self.process = start(command, folder, self.log)
        self.client = Client(name, port)
        self.say = self.client.say

    def first_answer(self, text: str, limit: float = 400) -> float:
        """Seconds from the start of the process to the first answer."""
        while time.monotonic() < self._began + limit:
            if self.process.poll() is not None:
                raise BenchError(f"{self.name} 没起来：\n{tail(self.folder / self.log)}")
            try:
                if self.say("first", text)[1]:
                    return time.monotonic() - self._began
            except (OSError, http.client.HTTPException):
                pass
            time.sleep(0.05)
        raise BenchError(f"{self.name} 在 {limit:.0f} 秒里没有回答：\n{tail(self.folder / self.log)}")

    def stop(self) -> None:
        self.client.close()
        stop(self.process)


def wait_port(process: subprocess.Popen[Any], port: int, folder: Path, log: str, limit: float = 60) -> None:
    until = time.monotonic() + limit
    while time.monotonic() < until and process.poll() is None:
        with socket.socket() as probe:
            if probe.connect_ex((LOCAL, port)) == 0:
                return
        time.sleep(0.1)
    raise BenchError(f"动作服务器没起来：\n{tail(folder / log)}")


def first_prompt(folder: Path, limit: float = 120) -> float:
    """Seconds until `mascot train --if-changed` and `mascot chat` of a trained project ask for input."""
    mascot = [sys.executable, "-m", "persona.cli"]
    env = {**environment(folder), "LC_ALL": "C.UTF-8", "TERM": "xterm"}
    unchanged = [*mascot, "train", "--if-changed"]
    subprocess.run(unchanged, cwd=folder, env=env, check=True, capture_output=True)  # persona/nlu may have been edited
    began = time.monotonic()
    subprocess.run(unchanged, cwd=folder, env=env, check=True, capture_output=True)
    master, slave = pty.openpty()
    process = subprocess.Popen(
        [*mascot, "chat", "--port", str(free_port()), "--actions-port", str(free_port())], cwd=folder, env=env,
        stdin=slave, stdout=slave, stderr=slave, start_new_session=True,
    )
    os.close(slave)
    seen = b""
    try:
        while time.monotonic() < began + limit:
            if select.select([master], [], [], 0.2)[0]:
                try:
                    seen += os.read(master, 65536)
                except OSError:  # the other end is closed
                    break
                if b"\x1b[6n" in seen:  # prompt_toolkit asks where the cursor is
                    os.write(master, b"\x1b[1;1R")
                    seen = seen.replace(b"\x1b[6n", b"")
            if b"Your input" in seen:
                took = time.monotonic() - began
                os.write(master, b"/stop\r")
                process.wait(20)
                return took
        raise BenchError(f"mascot chat 没有等到输入：\n{seen.decode('utf-8', 'replace')[-600:]}")
    except subprocess.TimeoutExpired:
        return took
    finally:
        stop(process)
        os.close(master)
