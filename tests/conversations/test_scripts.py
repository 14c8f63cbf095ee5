"""Conversations in YAML (`*.yml` beside this file), held with the real Agent and the real actions."""

from __future__ import annotations

import re
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from persona.institution import Institution, load_institution

if TYPE_CHECKING:
    from tests.talk import Bot

HERE = Path(__file__).parent


def _scripts() -> list[Any]:
    found = []
    for file in sorted(HERE.glob("*.yml")):
        document = yaml.safe_load(file.read_text("utf-8"))
        for script in document["conversations"]:
            found.append(pytest.param(document, script, id=f"{file.stem}:{script['id']}"))
    return found


def _patterns(items: list[str] | None, sets: dict[str, list[str]]) -> list[str]:
    out: list[str] = []
    for item in items or []:
        out += _patterns(sets[item[1:]], sets) if item.startswith("@") else [item]
    return [p.replace("{hotline}", re.escape(load_institution().hotline)) for p in out]


@pytest.mark.parametrize(("document", "script"), _scripts())
def test_conversation_holds(
    bot: Bot, document: dict[str, Any], script: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    if "clock" in script:
        moment = datetime.fromisoformat(script["clock"])
        monkeypatch.setattr(Institution, "now", lambda bank: moment.astimezone(bank.tz))
    talk = bot.talk(**{"mascot": script.get("mascot", "xiaofumiao"), **(script.get("meta") or {})})
    sets = document.get("sets", {})
    for number, step in enumerate(script["steps"], 1):
        answer = talk(step["user"])
        flags = re.I | re.S
        missing = [p for p in _patterns(step.get("must"), sets) if not re.search(p, answer, flags)]
        late = [p for p in _patterns(step.get("first"), sets) if not re.search(p, answer[:60], flags)]
        wrong = [
            p for p in _patterns([*step.get("never", []), *document.get("global_never", [])], sets)
            if re.search(p, answer, flags)
        ]
        told = f"第 {number} 句「{step['user']}」\n答：{answer}\n缺：{missing}\n开头缺：{late}\n不该有：{wrong}"
        assert answer.strip(), told
        assert not (missing or late or wrong), told
        assert len(answer) <= step.get("max_chars", 10_000), told
