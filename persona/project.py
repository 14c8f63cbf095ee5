"""Train, chat, serve: the processes of a project folder. Everything binds to 127.0.0.1."""

from __future__ import annotations

import hashlib
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import FrameType
from typing import Any

import yaml

from persona import layers, metrics, services
from persona.compliance.rules import HERE, RuleError, keep
from persona.nlu.names import named
from persona.workers import Pool, listen, supervise

LOCAL = "127.0.0.1"
BUILD = Path("build")
MODELS = Path("models")
ACTION_PORT = 5055
LOCAL_EDITOR = "MASCOT_LOCAL_EDITOR"  # "1": who sits at this terminal is an editor; see rasa_adapter/editor.py
LOCAL_GREETED = "MASCOT_LOCAL_GREETED"  # "1": the greeting above this terminal's prompt said that it is an AI; see rasa_adapter/door.py
# Files whose change makes a new training necessary.
TRAINED_ON = ("domain.yml", "config.yml", "data/**/*.yml", "persona/nlu/**/*.yml", "persona/nlu/*.py")


def content_hash(root: Path = Path(".")) -> str:
    """Changes when anything the model is trained on changes."""
    digest = hashlib.sha256()
    for base, pattern in _trained_on(root):
        for file in sorted(base.glob(pattern)):
            digest.update(str(file.relative_to(base)).encode())
            digest.update(file.read_bytes())
    digest.update(repr(named()).encode())  # a new mascot or product is called by its name
    return digest.hexdigest()


def _trained_on(root: Path) -> Iterator[tuple[Path, str]]:
    """Folder and pattern; of a bank's project the assembled tree, its own configuration and the library's code."""
    if not layers.is_own(root):
        yield from ((root, pattern) for pattern in TRAINED_ON)
        return
    view = layers.assembled(root).view
    for pattern in TRAINED_ON:
        code, own = pattern.endswith(".py"), (root / pattern).is_file() and pattern not in layers.INHERITED
        yield (layers.PACKAGE.parent if code else root if own else view), pattern


def _environment(debug: bool = False) -> dict[str, str]:
    quiet = {
        "RASA_TELEMETRY_ENABLED": "false",
        "TF_CPP_MIN_LOG_LEVEL": "3",
        "SQLALCHEMY_SILENCE_UBER_WARNING": "1",
        "SANIC_HOST": LOCAL,
        "PYTHONUNBUFFERED": "1",
        "PYTHONPATH": os.pathsep.join(p for p in (str(Path.cwd()), os.environ.get("PYTHONPATH", "")) if p),
    }
    if not debug:
        quiet["LOG_LEVEL"] = os.environ.get("LOG_LEVEL", "ERROR")
    return {**os.environ, **quiet}


def rasa_command(*args: str) -> list[str]:
    """The rasa command line with the project's warning filters (persona/rasa_adapter/run.py)."""
    return [sys.executable, "-m", "persona.rasa_adapter.run", *args]


def model_is_current() -> bool:
    """Whether the newest model was trained on what the files hold now."""
    stamp = MODELS / "content.sha256"
    return stamp.exists() and stamp.read_text() == content_hash() and any(MODELS.glob("*.tar.gz"))


def train(only_if_changed: bool = False) -> int:
    """Build the spaCy pipeline and train; the fingerprint of what was trained stands in models/content.sha256."""
    with suppress(RuleError):  # what is wrong with a rule is told where the guard starts
        keep(layers.current(HERE))
    if only_if_changed and model_is_current():
        return 0
    wanted = content_hash()
    print("生成词库 build/spacy_zh，训练模型（约一分钟）…", flush=True)
    started = time.monotonic()
    here = layers.VIEW if layers.is_own(Path.cwd()) else Path()
    layers.current(Path("domain.yml"))  # what is wrong with a bank's own project is told here, not in a traceback of Rasa's
    command = rasa_command("train", "--skip-validation", "--domain", str(here / "domain.yml"), "--data", str(here / "data"), "--out", str(MODELS))
    result = subprocess.run(command, env=_environment(), check=False)
    if result.returncode == 0:
        (MODELS / "content.sha256").write_text(wanted)
        print(f"训练好了，用时 {time.monotonic() - started:.0f} 秒。", flush=True)
    return result.returncode


class StartError(RuntimeError):
    """The project cannot be started like this; the message says what to mend."""


def preflight(endpoints: Path = Path("endpoints.yml")) -> None:
    """Refuse to start when the door is not in endpoints.yml."""
    with open(endpoints, encoding="utf-8") as file:
        named = str(((yaml.safe_load(file) or {}).get("tracker_store") or {}).get("type") or "")
    if not named.startswith("persona.rasa_adapter.door."):
        raise StartError(
            f"{endpoints}：tracker_store.type 是 {named or '（空）'}，出口把关不在，不启动。"
            "请写 persona.rasa_adapter.door.MascotSQLStore 或 persona.rasa_adapter.door.MascotInMemoryStore。"
        )


def port_is_free(port: int) -> bool:
    """Whether nothing listens on the local port."""
    with socket.socket() as probe:
        return probe.connect_ex((LOCAL, port)) != 0


def wait_for(port: int, seconds: float, process: subprocess.Popen[Any]) -> bool:
    """Wait until something listens on the port; False when the process ended or the time is over."""
    until = time.monotonic() + seconds
    while time.monotonic() < until and process.poll() is None:
        if not port_is_free(port):
            return True
        time.sleep(0.1)
    return False


@contextmanager
def action_server(port: int) -> Iterator[subprocess.Popen[bytes]]:
    """The action server as a child process, stopped at the end; its log is build/actions.log."""
    BUILD.mkdir(exist_ok=True)
    with open(BUILD / "actions.log", "wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "rasa_sdk", "--actions", "actions", "-p", str(port)],
            env=_environment(), stdout=log, stderr=subprocess.STDOUT, start_new_session=True,
        )
        try:
            yield process
        finally:
            _stop(process)


def _stop(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is None:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _endpoints(actions_port: int) -> str:
    """endpoints.yml, or a copy in build/ with another port for the action server."""
    if actions_port == ACTION_PORT:
        return "endpoints.yml"
    with open("endpoints.yml", encoding="utf-8") as file:
        data = yaml.safe_load(file)
    data["action_endpoint"]["url"] = f"http://{LOCAL}:{actions_port}/webhook"
    BUILD.mkdir(exist_ok=True)
    copy = BUILD / "endpoints.yml"
    copy.write_text(yaml.safe_dump(data, allow_unicode=True), encoding="utf-8")
    return str(copy)


def _ready(
    port: int, actions_port: int, endpoints: Path = Path(services.DEFAULT), workers: int = 1, actions: bool = True,
) -> bool:
    """Everything that must be true before processes are started; says what is not."""
    try:
        preflight(endpoints)
    except (StartError, OSError) as problem:
        print(problem, file=sys.stderr)
        return False
    trouble = next(services.problems(endpoints, workers), None)
    if trouble:
        print(trouble, file=sys.stderr)
        return False
    for warning in services.warnings(endpoints):
        print(warning, file=sys.stderr)
    if not any(MODELS.glob("*.tar.gz")):
        print("还没有模型，先运行 make train。", file=sys.stderr)
        return False
    for name, number in (("PORT", port), *([("ACTIONS_PORT", actions_port)] if actions else [])):
        if not port_is_free(number):
            print(f"端口 {number} 被别的程序占着；换一个：{name}={number + 100}。", file=sys.stderr)
            return False
    return True


def chat(port: int, actions_port: int, debug: bool = False, editor: bool = False) -> int:
    """Start the action server, greet, open `rasa shell`, stop the server at the end.

    editor (bool): who sits at the terminal may have drafts reviewed.
    """
    if not _ready(port, actions_port):
        return 1
    from persona.institution import load_institution
    from persona.mascot import load_mascots
    from persona.voice import ai_notice

    bank = load_institution()
    mascot = load_mascots()[bank.mascot]
    print(f"\n{mascot.name}：{mascot.greeting(bank.now())}\n{ai_notice(bank, mascot, 'playful')}\n正在开门，十几秒……（/stop 结束）\n", flush=True)
    with action_server(actions_port):
        command = rasa_command("shell", "-i", LOCAL, "-p", str(port), "--endpoints", _endpoints(actions_port))
        previous = signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C belongs to the shell in front
        for number in (signal.SIGTERM, signal.SIGHUP):  # a closed terminal must not leave the action server behind
            signal.signal(number, _leave)
        try:
            environment = {**_environment(debug), LOCAL_EDITOR: "1" if editor else "", LOCAL_GREETED: "1"}
            return subprocess.run([*command, *(["--debug"] if debug else [])], env=environment, check=False).returncode
        finally:
            signal.signal(signal.SIGINT, previous)


def _leave(number: int, frame: FrameType | None) -> None:
    raise SystemExit(128 + number)


def serve(
    port: int, actions_port: int, debug: bool = False, endpoints: str = "", workers: int = 1, host: str = LOCAL, actions: bool = True,
) -> int:
    """REST on host:port until a signal comes; SIGTERM lets turns in flight end, SIGUSR1 takes up the newest model without a pause.

    endpoints (str): another endpoints file than endpoints.yml. workers (int): Rasa processes, and action servers, on one
    address each. actions (bool): False when action servers run elsewhere (`action_endpoint` of the endpoints file).
    """
    file = Path(endpoints or services.DEFAULT)
    if not _ready(port, actions_port, file, workers, actions):
        return 1
    if actions and not endpoints:
        file = Path(_endpoints(actions_port))
    environment = {**_environment(debug), services.ENDPOINTS: str(file)}
    metrics.start()
    pools = []
    if actions:
        BUILD.mkdir(exist_ok=True)
        (BUILD / "actions.log").write_bytes(b"")
        command = [sys.executable, "-m", "persona.rasa_adapter.sharing", "--actions", "actions", "-p", str(actions_port)]
        pools.append(Pool("动作服务器", command, listen(LOCAL, actions_port), workers, environment, BUILD / "actions.log"))
    command = rasa_command("run", "-i", host, "-p", str(port), "--endpoints", str(file), "--credentials", "credentials.yml")
    rasa = [*command, *(["--debug"] if debug else [])]
    pools.append(Pool("Rasa", rasa, listen(host, port), workers, environment, overlap=services.shared_lock(file)))
    print("正在开门，十几秒……", flush=True)
    return supervise(
        pools,
        lambda: print(f"开门了：网页 http://{host}:{port}/web/，接口 POST http://{host}:{port}/webhooks/rest/webhook（Ctrl-C 结束）", flush=True),
        lambda: print("全部换新了。", flush=True),
    )
