"""Rasa's own commands accept the project: `rasa data validate` and `rasa test core`."""

from __future__ import annotations

import re
import subprocess
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
