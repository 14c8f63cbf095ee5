"""Numbers in Prometheus' text format, added up over processes."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from persona import metrics

LINE = re.compile(r'(?:# (?:HELP|TYPE) [a-z_]+ .+|[a-z_]+(?:\{[a-z]+="(?:[^"\\\n]|\\.)*"(?:,[a-z]+="(?:[^"\\\n]|\\.)*")*\})? \S+)')


@pytest.fixture(autouse=True)
def fresh(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(metrics.FOLDER, raising=False)
    metrics._counts.clear()
    metrics._steps.clear()


def value(text: str, name: str) -> float:
    return next(float(line.rpartition(" ")[2]) for line in text.splitlines() if line.rpartition(" ")[0] == name)


def test_the_text_is_prometheus() -> None:
    metrics.count("turns")
    metrics.count("messages", "fallback", 2)
    metrics.count("refusals", 'odd"rule\\\n')
    metrics.observe("parse", 0.003)
    metrics.observe("parse", 30)
    text = metrics.render([("mascot_queue_length", "gauge", "Waiting.", {"urgency": "urgent"}, 3)])
    assert text.endswith("\n") and all(LINE.fullmatch(line) for line in text.splitlines())
    assert value(text, "mascot_turns_total") == 1 and value(text, 'mascot_messages_total{outcome="fallback"}') == 2
    assert value(text, 'mascot_queue_length{urgency="urgent"}') == 3
    buckets = [float(line.rpartition(" ")[2]) for line in text.splitlines() if line.startswith('mascot_step_seconds_bucket{step="parse"')]
    assert len(buckets) == len(metrics.BUCKETS) + 1 and buckets == sorted(buckets) and buckets[:3] == [0, 0, 1] and buckets[-1] == 2
    assert value(text, 'mascot_step_seconds_count{step="parse"}') == 2 and value(text, 'mascot_step_seconds_sum{step="parse"}') == pytest.approx(30.003)
    for name in re.findall(r"# TYPE (\S+)", text):
        assert text.count(f"# TYPE {name} ") == 1


def test_a_step_is_timed_also_when_it_fails() -> None:
    @metrics.timed("door")
    def fails() -> None:
        raise RuntimeError

    with pytest.raises(RuntimeError):
        fails()
    assert value(metrics.render(), 'mascot_step_seconds_count{step="door"}') == 1


def test_workers_add_up_and_a_start_begins_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(metrics.FOLDER, str(tmp_path / "numbers"))
    metrics.start()
    metrics.count("turns", by=2)
    metrics.observe("store", 0.2)
    (tmp_path / "numbers" / "1.json").write_text(json.dumps(metrics.snapshot()), "utf-8")  # another worker with the same numbers
    (tmp_path / "numbers" / "2.json").write_text("{", "utf-8")  # one that is just writing
    metrics.publish()
    text = metrics.render()
    assert value(text, "mascot_turns_total") == 4 and value(text, 'mascot_step_seconds_count{step="store"}') == 2
    metrics.start()
    assert list((tmp_path / "numbers").iterdir()) == [] and value(metrics.render(), "mascot_turns_total") == 2
