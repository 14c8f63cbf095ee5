"""The command: what it prints, what it mends, how it exits."""

import json
import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import jsonschema
import pytest

from persona import lint
from persona.content import fix, output
from persona.content.codes import CODES, GROUPS, table
from persona.errors import Edit, Problem

ROOT = Path(__file__).resolve().parents[3]
FILE = "data/nlu/faq/annual_fee.yml"
pytestmark = pytest.mark.skipif(not (ROOT / "data" / "nlu").is_dir(), reason="the library is tested without its content")
# The parts of the SARIF 2.1.0 schema that code hosts insist on.
SARIF = {
    "type": "object", "required": ["version", "runs"], "properties": {
        "version": {"const": "2.1.0"}, "$schema": {"type": "string", "format": "uri"},
        "runs": {"type": "array", "items": {"type": "object", "required": ["tool", "results"], "properties": {
            "tool": {"type": "object", "required": ["driver"], "properties": {"driver": {
                "type": "object", "required": ["name"], "properties": {"rules": {"type": "array", "items": {
                    "type": "object", "required": ["id"]}}}}}},
            "columnKind": {"enum": ["utf16CodeUnits", "unicodeCodePoints"]},
            "results": {"type": "array", "items": {"type": "object", "required": ["message", "ruleId"], "properties": {
                "level": {"enum": ["none", "note", "warning", "error"]},
                "message": {"type": "object", "required": ["text"]},
                "locations": {"type": "array", "minItems": 1, "items": {"type": "object", "properties": {"physicalLocation": {
                    "type": "object", "required": ["artifactLocation", "region"], "properties": {
                        "artifactLocation": {"type": "object", "properties": {"uri": {"type": "string", "pattern": "^[^/]"}}},
                        "region": {"type": "object", "properties": {
                            "startLine": {"type": "integer", "minimum": 1}, "startColumn": {"type": "integer", "minimum": 1},
                            "endColumn": {"type": "integer", "minimum": 1}}}}}}}}}}}}}}},
}


def change(project, *pairs, file=FILE):
    path = project / file
    text = path.read_text(encoding="utf-8")
    for old, new in pairs:
        assert old in text, old
        text = text.replace(old, new, 1)
    path.write_text(text, encoding="utf-8")
    return path


def run(capsys, *args):
    code = lint.main(args)
    return code, capsys.readouterr().out


def test_formats_paths_and_exit_codes(project, capsys):
    assert run(capsys) == (lint.CLEAN, "没有要改的。\n")
    change(project, ("tone: plain", "tone: playful"), ('expires: "2027-05-23"', "expires: 2027-05-23"))
    code, text = run(capsys)
    assert code == lint.FOUND
    assert f"[P641] {FILE}:" in text and f"为什么：{CODES['P641'].why}" in text and text.endswith("2 处要改。\n")
    assert run(capsys, "data/nlu/scam")[0] == lint.CLEAN
    assert lint.main(["nowhere.yml"]) == lint.BAD_CALL
    code, text = run(capsys, "--format", "json", FILE)
    found = json.loads(text)
    assert [one["code"] for one in found] == ["P641", "P103"] and code == lint.FOUND
    assert found[0]["text"] == "playful" and found[0]["column"] == 13 and found[0]["level"] == "error"
    code, text = run(capsys, "--format", "sarif")
    document = json.loads(text)
    jsonschema.Draft7Validator(SARIF).validate(document)
    results = document["runs"][0]["results"]
    assert {one["ruleId"] for one in results} == {"P641", "P103"} == {rule["id"] for rule in document["runs"][0]["tool"]["driver"]["rules"]}


def test_reminders_do_not_fail(project, capsys):
    change(project, ("tone: plain\n", "tone: plain \n"))
    code, text = run(capsys)
    assert code == lint.CLEAN
    assert "（提醒）" in text and text.endswith("没有要改的，1 处提醒。\n")


def test_fix_mends_what_is_safe_and_nothing_else_moves(project, capsys):
    original = (project / FILE).read_text(encoding="utf-8")
    change(project, ('expires: "2027-05-23"', "expires: 2027-05-23"), ("- text: ", "- text："), ("拨{hotline}问", "拨｛hotline｝问"),
           ("tone: plain\n", "tone: plain   \n"), ("payload: /handoff", "payload:/handoff"), ("    - 刷几次", "      - 刷几次"))
    wealth = change(project, ("disclosures: [D-WM-1]", "disclosures: []  # 见合规"), file="data/nlu/faq/wealth.yml")
    brushing = change(project, ("拿不准拨96110", "拿不准拨９６１１０"), file="data/nlu/scam/brushing.yml")
    brushing.write_bytes(brushing.read_bytes().replace(b"\n", b"\r\n"))
    code, shown = run(capsys, "--fix")
    assert code == lint.CLEAN, shown
    assert (project / FILE).read_text(encoding="utf-8") == original
    assert "disclosures: [D-WM-1]  # 见合规" in wealth.read_text(encoding="utf-8")
    assert brushing.read_bytes() == (ROOT / "data/nlu/scam/brushing.yml").read_bytes()
    assert f"+++ b/{FILE}" in shown and '+      expires: "2027-05-23"' in shown
    before = {file: file.read_bytes() for file in project.rglob("*.yml")}
    assert run(capsys, "--fix") == (lint.CLEAN, "没有要改的。\n")
    assert before == {file: file.read_bytes() for file in project.rglob("*.yml")}


def test_fix_leaves_alone_what_needs_a_decision(project, capsys):
    path = change(project, ("tone: plain", "tone: playful"))
    before = path.read_bytes()
    assert run(capsys, "--fix")[0] == lint.FOUND
    assert path.read_bytes() == before


def test_edits_that_overlap_are_made_one_at_a_time():
    assert fix.apply("abcdef", [Edit(0, 3, "X"), Edit(2, 4, "Y"), Edit(5, 5, "Z")]) == "abYeZf"
    assert fix.apply("ab", [Edit(1, 1, "-"), Edit(1, 1, "-")]) == "a-b"


def test_the_same_words_are_told_once_and_counted():
    problems = [Problem("a.yml", 3, "P650", "x", "甲", "乙"), Problem("a.yml", 4, "P650", "y", "甲", "乙")]
    assert output.text(problems).count("为什么") == 1
    assert output.count(problems) == "没有要改的，2 处提醒。"


def test_all_codes_are_listed(capsys):
    assert run(capsys, "--codes") == (lint.CLEAN, table() + "\n")
    assert all(code in table() for code in CODES)


def test_no_code_stands_for_two_kinds():
    assert sum(len(codes) for codes in GROUPS.values()) == len(CODES)


def test_watch_tells_what_changed_and_stops_at_once(project):
    env = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1"}
    process = subprocess.Popen(
        [sys.executable, "-m", "persona.cli", "lint", "--watch", FILE], stdout=subprocess.PIPE, text=True, env=env,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # a run in the background hands on that Ctrl-C is ignored
    )
    try:
        assert process.stdout.readline() == "没有要改的。\n"
        process.stdout.readline()
        change(project, ("tone: plain", "tone: playful"))
        assert process.stdout.readline().startswith("[P641]")
        assert process.stdout.readline() == "1 处要改。\n"
        change(project, ("tone: playful", "tone: plain"))
        assert process.stdout.readline().startswith("好了 [P641]")
    finally:
        process.send_signal(signal.SIGINT)
        assert process.wait(60) == lint.CLEAN  # at once, unless the machine is busy elsewhere


def test_what_is_saved_during_the_first_look_is_looked_at_again(project, monkeypatch):
    looks = []

    def look(root):
        looks.append(root)
        if len(looks) == 1:
            change(project, ("tone: plain", "tone: playful"))
        return []

    def soon(seconds):
        if len(looks) > 1:
            raise KeyboardInterrupt
        naps.append(seconds)
        assert len(naps) < 5, "the change was missed"

    naps = []
    monkeypatch.setattr(lint, "problems_in", look)
    monkeypatch.setattr(lint.time, "sleep", soon)
    assert lint.watch(project, []) == lint.CLEAN and len(looks) == 2


def test_it_needs_neither_rasa_nor_tensorflow():
    code = "import sys, persona.lint, persona.content; print([name for name in sys.modules if re.match('rasa|tensorflow|spacy|sklearn', name)])"
    shown = subprocess.run([sys.executable, "-c", "import re; " + code], capture_output=True, text=True, check=True,
                           env={**os.environ, "PYTHONPATH": str(ROOT)}).stdout
    assert re.fullmatch(r"\[\]\s*", shown)
