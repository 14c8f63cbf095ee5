"""A project whose story holds a violating `- bot:` step, trained for real: Rasa sends such steps word for word."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

pytest.importorskip("rasa")

from rasa.utils.endpoints import EndpointConfig

from tests.services.processes import ROOT, environment, rasa
from tests.talk import Bot

FIXTURE = ROOT / "tests" / "fixtures" / "end_to_end"


def test_a_sentence_written_into_a_story_is_screened(tmp_path: Path) -> None:
    done = subprocess.run(
        rasa(
            "train", "--skip-validation", "--domain", str(FIXTURE / "domain.yml"), "--config", str(FIXTURE / "config.yml"),
            "--data", str(FIXTURE / "data"), "--out", str(tmp_path),
        ),
        cwd=ROOT, env=environment(tmp_path), capture_output=True, text=True, check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    model = next(tmp_path.glob("*.tar.gz"))
    talk = Bot(model=str(model), tracker_store=EndpointConfig(type="persona.rasa_adapter.door.MascotInMemoryStore")).talk()
    sent = str(talk.raw("你好"))
    stored = str([e.as_dict() for e in talk.tracker.events])
    assert "转人工" in sent
    assert "MemoizationPolicy" in stored  # the story's step did run
    for mark in ("稳赚", "保息", "8%", "名额"):
        assert mark not in sent
        assert mark not in stored
