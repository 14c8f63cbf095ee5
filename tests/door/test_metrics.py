"""Who empties the folder in which workers add up their numbers."""

from __future__ import annotations

from pathlib import Path

import pytest

pytest.importorskip("rasa")

from persona import metrics
from persona.rasa_adapter.metrics_api import MascotMetrics
from persona.workers import LISTEN


def test_a_worker_that_joins_later_leaves_the_numbers_of_the_others(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(metrics.FOLDER, str(tmp_path))
    other = tmp_path / "1.json"
    other.write_text("{}", "utf-8")
    monkeypatch.setenv(LISTEN, "3")  # under `mascot serve`: one that died was replaced, or all are renewed
    MascotMetrics.from_credentials(None)
    assert other.exists()
    monkeypatch.delenv(LISTEN)  # a server of its own
    MascotMetrics.from_credentials(None)
    assert not other.exists()
