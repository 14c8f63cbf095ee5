"""A bank installs the wheel and brings its own content: init, train, one conversation over REST. No source tree in sight."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.services.processes import ROOT, Rest, environment, free_port

TOPIC = '''version: "3.1"
nlu:
- intent: faq/fence_garden
  examples: |
    - 篱笆菜园几点开放
    - 你们楼下的篱笆菜园怎么进
    - 菜园要预约吗
    - 篱笆菜园能带孩子去吗
    - 想去看你们的篱笆菜园
responses:
  utter_faq/fence_garden:
  - text: "篱笆菜园跟着网点开门，去之前拨{hotline}问一声。"
    metadata: {tone: warm, category: none, source: 本行公告, reviewed: "2026-11-23", expires: "2099-11-23"}
'''
# What this bank switches off; a model of half the topics is trained in half the time.
OFF = ["data/nlu/faq/etc_toll.yml", "data/nlu/chitchat/*.yml", "data/nlu/columns/*.yml", "data/nlu/lessons/*.yml",
       *(f"data/nlu/faq/{letter}*.yml" for letter in "cdimprt")]


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built from a copy of the tree and installed into a folder of its own."""
    folder = tmp_path_factory.mktemp("wheel")
    source = folder / "source"
    for name in ("persona", "actions", "data"):
        shutil.copytree(ROOT / name, source / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "setup.py", "MANIFEST.in", "README.md", "LICENSE", "domain.yml", "config.yml", "endpoints.yml", "credentials.yml", "live.yml"):
        shutil.copy(ROOT / name, source)
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "-q"]
    subprocess.run([*pip, "wheel", "--no-deps", "--no-build-isolation", "-w", str(folder), str(source)], check=True)
    (wheel,) = folder.glob("*.whl")
    subprocess.run([*pip, "install", "--no-deps", "--no-index", "--target", str(folder / "site"), str(wheel)], check=True)
    shutil.rmtree(source)
    return folder / "site"


@pytest.fixture(scope="module")
def project(installed: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("own") / "bank"
    run(installed, folder.parent, "init", "bank", "--bank", "青篱银行", "--hotline", "95XXX7")
    (folder / "data/nlu/faq/fence_garden.yml").write_text(TOPIC, encoding="utf-8")
    text = (folder / "mascot.yml").read_text("utf-8")
    assert "# - data/nlu/faq/etc_toll.yml\n" in text
    (folder / "mascot.yml").write_text(text.replace("# - data/nlu/faq/etc_toll.yml\n", "".join(f"- {name}\n" for name in OFF)), encoding="utf-8")
    run(installed, folder, "train")
    return folder


def command_environment(installed: Path, folder: Path) -> dict[str, str]:
    env = {**environment(folder), "PYTHONPATH": str(installed)}
    return {key: value for key, value in env.items() if key != "MASCOT_LIVE"}


def run(installed: Path, folder: Path, *args: str) -> str:
    done = subprocess.run([sys.executable, "-m", "persona.cli", *args], cwd=folder, env=command_environment(installed, folder),
                          capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-9000:]
    return done.stdout


@contextmanager
def served(installed: Path, folder: Path) -> Iterator[Rest]:
    port, actions = free_port(), free_port()
    command = [sys.executable, "-m", "persona.cli", "serve", "--port", str(port), "--actions-port", str(actions)]
    with open(folder / "serve.log", "wb") as log:
        running = subprocess.Popen(command, cwd=folder, env=command_environment(installed, folder), stdout=log, stderr=log, start_new_session=True)
        try:
            client = Rest(port)
            client.wait()
            yield client
        finally:
            os.killpg(running.pid, signal.SIGTERM)
            running.wait(30)


def test_the_script_it_begins_with_holds(installed: Path, project: Path) -> None:
    assert "都对" in run(installed, project, "test")


def test_the_library_that_runs_is_the_installed_one(installed: Path, project: Path) -> None:
    where = subprocess.run([sys.executable, "-c", "import persona; print(persona.__file__)"], cwd=project,
                           env=command_environment(installed, project), capture_output=True, text=True, check=True)
    assert where.stdout.strip().startswith(str(installed))
    assert (installed / "persona/library/data/rules/rules.yml").is_file()


def test_it_understands_the_banks_topic_and_no_longer_the_one_that_is_off(installed: Path, project: Path) -> None:
    asked = {"own": "篱笆菜园几点开放", "off": "ETC怎么办", "library": "银行卡丢了怎么办"}
    (project / "asked.jsonl").write_text("".join(json.dumps({"id": name, "text": text}) + "\n" for name, text in asked.items()), encoding="utf-8")
    lines = run(installed, project, "parse", "--jsonl", "asked.jsonl").splitlines()
    read = {line["id"]: line for line in map(json.loads, lines)}
    assert read["own"]["intent"] == "faq/fence_garden" and read["library"]["intent"] == "faq/lost_card"
    assert "faq/etc" not in json.dumps(read["off"])


def test_it_talks_over_rest_in_the_banks_name(installed: Path, project: Path) -> None:
    with served(installed, project) as rest:
        first = rest.say("a", "你好")
        assert "青篱银行的AI助手" in first and "小篱笆" in first and "不是真人" in first
        assert "95XXX7" in rest.say("a", "篱笆菜园几点开放")
        assert "95XXX7" in rest.say("a", "银行卡丢了怎么挂失")
        urgent = rest.say("b", "有人冒充公安让我转到安全账户，我已经转了五万")
        assert "110" in urgent and "95XXX7" in urgent and "〔青篱银行〕" in urgent
        assert "福禾" not in first + urgent
        assert "稳赚" not in rest.say("c", "推荐个稳赚不赔的理财")
        state = rest.ready()
        assert state["ready"] and "guard_changed" not in state
