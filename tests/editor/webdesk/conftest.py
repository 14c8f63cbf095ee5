"""A small project of the shipped content, on its own disk, with a tracker's database of its own."""

from __future__ import annotations

import json
import shutil
import sqlite3
from collections.abc import Callable
from datetime import timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any

import pytest

from persona.compliance import Guard
from persona.institution import load_institution

ROOT = Path(__file__).parents[3]
FILES = ("faq/annual_fee", "faq/unknown_debit", "faq/branch_hours", "chitchat/food", "dialogue/handoff", "dialogue/bank_other")
Ask = Callable[..., None]
_guard = lru_cache(maxsize=1)(Guard.load)  # the shipped rules, read once for all tests


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in FILES:
        target = tmp_path / "data/nlu" / f"{name}.yml"
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / "data/nlu" / f"{name}.yml", target)
    for name in ("live.yml", "domain.yml"):
        shutil.copy(ROOT / name, tmp_path)
    monkeypatch.setattr(Guard, "load", staticmethod(lambda folder=None: _guard()))
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MASCOT_AUDIT", str(tmp_path / "audit" / "audit.jsonl"))
    monkeypatch.setenv("MASCOT_DB", f"sqlite:///{tmp_path}/conversations.db")
    monkeypatch.delenv("MASCOT_LIVE", raising=False)
    return tmp_path


@pytest.fixture
def ask(root: Path) -> Ask:
    """Writes one message of a customer as Rasa's tracker store does, so many days ago."""

    def write(text: str, intent: str = "nlu_fallback", days: int = 0, ranking: list[tuple[str, float]] | None = None, **more: Any) -> None:
        moment = (load_institution().now().replace(hour=9, minute=30, second=0, microsecond=0) - timedelta(days=days)).timestamp()
        base = intent.split("/")[0]
        parse = {"intent": {"name": base, "reason": "unsure", **more}, "intent_ranking": [{"name": n, "confidence": p} for n, p in ranking or []],
                 "response_selector": {base: {"response": {"intent_response_key": intent}}} if "/" in intent else {}}
        with sqlite3.connect(root / "conversations.db") as db:
            db.execute("create table if not exists events (id integer primary key, sender_id text, type_name text, timestamp float, intent_name text, action_name text, data text)")
            db.execute("insert into events (sender_id, type_name, timestamp, data) values ('a', 'user', ?, ?)",
                       (moment, json.dumps({"event": "user", "text": text, "parse_data": parse})))

    return write


