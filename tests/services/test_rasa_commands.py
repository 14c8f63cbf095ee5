"""Rasa's own commands accept the project: `rasa data validate` and `rasa test core`; the project's way to start them sends no telemetry."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

from tests.services.processes import ROOT, environment, rasa


def run(folder: Path, *args: str) -> str:
    done = subprocess.run(rasa(*args), cwd=ROOT, env={**environment(folder), "LOG_LEVEL": "INFO"}, capture_output=True, text=True, check=False)
    output = done.stdout + done.stderr
    assert done.returncode == 0, output[-3000:]
    return output


def test_data_validate_finds_nothing(tmp_path: Path) -> None:
    output = run(tmp_path, "data", "validate", "--fail-on-warnings")
    assert "No story structure conflicts found" in output
    assert "UserWarning" not in output


def test_test_stories_hold(tmp_path: Path) -> None:
    output = run(tmp_path, "test", "core", "--stories", "tests/stories", "--out", str(tmp_path))
    correct = re.search(r"Correct:\s+(\d+) / (\d+)", output)
    assert correct and correct[1] == correct[2] != "0", output[-2000:]


def test_no_telemetry_unless_asked_for(tmp_path: Path) -> None:
    asked = "from persona.rasa_adapter import run; import sys; sys.argv = ['rasa', '--version']; run.main(); from rasa import telemetry; print(telemetry.is_telemetry_enabled())"
    silent = {k: v for k, v in environment(tmp_path).items() if k != "RASA_TELEMETRY_ENABLED"}
    done = subprocess.run([sys.executable, "-c", asked], cwd=ROOT, env={**silent, "HOME": str(tmp_path)}, capture_output=True, text=True, check=False)
    assert done.stdout.split()[-1:] == ["False"], done.stderr[-2000:]
