"""`mascot test`: conversation scripts, held with the real Agent and the real actions."""

from __future__ import annotations

import argparse
import atexit
import os
import shutil
import sys
import tempfile
import time
import warnings
from collections.abc import Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from persona.errors import ContentError
from persona.institution import clock, load_institution
from persona.labels import full_label
from persona.nlu.archive import ModelMissingError, newest
from persona.project import MODELS, model_is_current
from persona.rasa_adapter.run import quiet
from persona.scripts import FOLDER, Miss, Script, Step, judge, load_scripts, script_files

if TYPE_CHECKING:
    from persona.rasa_adapter.bot import Bot

PASSED, FAILED, BAD_CALL = 0, 1, 2


@dataclass(frozen=True)
class Failure:
    """The first answer of a script that is not as it should be."""

    script: Script
    number: int
    step: Step
    answer: str
    miss: Miss
    heard: str

    def __str__(self) -> str:
        lines = [
            f"✗ {self.script.file}:{self.step.line} {self.script.id}，第 {self.number} 句",
            f"    顾客：{self.step.user}",
            f"    听成：{self.heard}",
            "    回答：" + self.answer.replace("\n", "\n          "),
        ]
        named = (("缺少", self.miss.missing), ("开头缺少", self.miss.late), ("不该有", self.miss.wrong), ("另外", self.miss.notes))
        return "\n".join([*lines, *(f"    {name}：{'　'.join(found)}" for name, found in named if found)])


def hold(bot: Bot, script: Script) -> Failure | None:
    """Hold one conversation to its first wrong answer; None when there is none."""
    with clock(script.clock) if script.clock else nullcontext():
        talk = bot.talk(f"{Path(script.file).stem}:{script.id}", **{"mascot": load_institution().mascot, **script.meta})
        for number, step in enumerate(script.steps, 1):
            answer = talk(step.user)
            miss = judge(step, answer)
            if miss:
                return Failure(script, number, step, answer, miss, _heard(talk.tracker))
    return None


def _heard(tracker: Any) -> str:
    data = tracker.latest_message.parse_data if tracker and tracker.latest_message else {}
    intent = data.get("intent") or {}
    ranking = "，".join(f"{one['name']} {one['confidence']:.2f}" for one in (data.get("intent_ranking") or [])[:3])
    return f"{full_label(data)} {float(intent.get('confidence') or 0):.2f}（最像：{ranking or '没有'}）"


def main(argv: Sequence[str]) -> int:
    """Run the command; exit 0 all as expected, 1 something is not, 2 bad call."""
    ap = argparse.ArgumentParser(prog="mascot test", description="按对话脚本和训练好的模型说一遍，看回答对不对。")
    ap.add_argument("paths", nargs="*", help=f"脚本文件或文件夹（默认 {FOLDER}）")
    ap.add_argument("-k", metavar="名字", default="", help="只跑 id 里有这几个字的对话")
    args = ap.parse_args(argv)
    paths = [Path(path) for path in args.paths] or [FOLDER]
    for path in paths:
        if not path.exists():
            print(f"没有这个文件：{path}", file=sys.stderr)
            return BAD_CALL
    bank = load_institution()
    scripts: list[Script] = []
    broken: list[ContentError] = []
    for file in script_files(paths):
        try:
            scripts += [script for script in load_scripts(file, bank) if args.k in script.id]
        except ContentError as error:
            broken.append(error)
    for wrong in broken:
        print(wrong, file=sys.stderr)
    if broken or not scripts:
        print("没有可跑的对话。" if not broken else "先改好脚本。", file=sys.stderr)
        return BAD_CALL
    try:
        newest(MODELS)
    except ModelMissingError as problem:
        print(problem, file=sys.stderr)
        return BAD_CALL
    if not model_is_current():
        print("提醒：内容在训练以后改过，下面说的还是旧的；先运行 mascot train。")
    return _run(scripts)


def _run(scripts: Sequence[Script]) -> int:
    for name, value in (("RASA_TELEMETRY_ENABLED", "false"), ("TF_CPP_MIN_LOG_LEVEL", "3"), ("SQLALCHEMY_SILENCE_UBER_WARNING", "1")):
        os.environ.setdefault(name, value)
    warnings.simplefilter("ignore")  # Rasa's own, about its libraries
    quiet()
    warnings.simplefilter("ignore")  # sanic's import shows them again
    # Nothing of a rehearsal may stand among the records of real conversations. The audit writes at exit, so the folder goes last.
    scratch = tempfile.mkdtemp(prefix="mascot-test-")
    atexit.register(shutil.rmtree, scratch, ignore_errors=True)
    os.environ["MASCOT_AUDIT"] = f"{scratch}/audit.jsonl"
    os.environ["MASCOT_DB"] = f"sqlite:///{scratch}/conversations.db"
    from rasa.utils.endpoints import EndpointConfig

    from persona.rasa_adapter.bot import Bot

    bot = Bot(tracker_store=EndpointConfig(type="persona.rasa_adapter.door.MascotInMemoryStore"))
    started, failures = time.monotonic(), 0
    for script in scripts:
        failure = hold(bot, script)
        if failure:
            failures += 1
            print(failure, flush=True)
    spent = time.monotonic() - started
    said = sum(len(script.steps) for script in scripts)
    print(f"{len(scripts)} 段对话、{said} 句，{spent:.1f} 秒：" + (f"{failures} 段不对。" if failures else "都对。"))
    return FAILED if failures else PASSED
