"""Conversations in YAML (`*.yml` beside this file), held with the real Agent and the real actions."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from persona.institution import load_institution
from persona.rasa_adapter.rehearsal import hold
from persona.scripts import Script, Step, load_scripts, script_files

if TYPE_CHECKING:
    from tests.talk import Bot

HERE = Path(__file__).parent
SCRIPTS = [script for file in script_files([HERE]) for script in load_scripts(file, load_institution())]


@pytest.mark.parametrize("script", [pytest.param(one, id=f"{Path(one.file).stem}:{one.id}") for one in SCRIPTS])
def test_conversation_holds(bot: Bot, script: Script) -> None:
    failure = hold(bot, script)
    assert failure is None, str(failure)


def test_a_wrong_answer_is_told_with_what_was_heard(bot: Bot) -> None:
    step = Step("早上好呀", 3, must=("没有人会这样说",), never=("AI",), max_chars=3)
    failure = hold(bot, Script("told", "x.yml", 2, {}, (step,)))
    told = str(failure)
    assert told.startswith("✗ x.yml:3 told，第 1 句")
    for part in ("顾客：早上好呀", "听成：", "缺少：没有人会这样说", "不该有：AI", "最多 3 个"):
        assert part in told
