"""One broken file at a time in a copy of the project: it is found, on its line, and nothing else is reported."""

import re
from pathlib import Path

import pytest
import yaml

from persona.content import fix
from persona.content.checks import check_project
from persona.content.codes import CODES
from persona.content.house import load_house
from persona.content.passed import CACHE, code
from persona.lint import KEPT as READ
from persona.yamlfile import parse
from persona.yamlkept import kept
from tests.editor.conftest import TODAY

ROOT = Path(__file__).resolve().parents[3]
CASES = [case for file in sorted((Path(__file__).parent / "broken").glob("*.yml"))
         for case in yaml.safe_load(file.read_text(encoding="utf-8"))]
pytestmark = pytest.mark.skipif(not (ROOT / "data" / "nlu").is_dir(), reason="the library is tested without its content")


@pytest.fixture(scope="module", autouse=True)
def read_before(copied, reviewed):
    """What has not changed is not read again, as with `mascot lint`."""
    with kept(copied.folder / READ, code()):
        yield


@pytest.fixture
def project(whole, reviewed):
    """The whole project. A case that changes what the guard depends on overwrites what is kept; the next one gets it back."""
    (whole / CACHE).write_bytes(reviewed)
    return whole


def damage(root, case):
    """Do what the case says; the file to look at and its text."""
    file = root / case["file"]
    before = file.read_bytes() if file.exists() else None
    target = file
    text = before.decode() if before is not None else ""
    if "write" in case:
        text = case["write"]
    elif "copy_of" in case:
        text = (root / case["copy_of"]).read_text(encoding="utf-8")
    elif "append" in case:
        text = text.rstrip("\n") + "\n" + case["append"]
    elif "find" in case:
        assert case["find"] in text, f"the project has changed, choose another place: {case['find']}"
        text = text.replace(case["find"], case["replace"], 1)
    elif "regex" in case:
        text, times = re.subn(case["regex"], case["replace"], text, count=0 if case.get("all") else 1)
        assert times, f"the project has changed, choose another place: {case['regex']}"
    elif "copy_examples_to" in case:
        target = root / case["copy_examples_to"]
        block = "".join(re.findall(r"    - .*\n", text)[:12])
        text = target.read_text(encoding="utf-8").replace("examples: |\n", "examples: |\n" + block, 1)
    elif "delete" in case:
        file.unlink()
        return case["in"], ""
    elif "rename" in case:
        target = root / case["rename"]
        file.unlink()
    target.write_bytes(text.replace("\n", case.get("newline", "\n")).encode(case.get("encoding", "utf-8")))
    return case.get("in") or target.relative_to(root).as_posix(), text


def findings(root):
    return check_project(load_house(root, TODAY))


def test_the_project_itself_is_clean(project):
    assert [str(problem) for problem in findings(project)] == []


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"].replace(" ", "_"))
def test_a_broken_file_gives_one_finding_in_its_place(project, case):
    shown, text = damage(project, case)
    found = findings(project)
    rows = (project / shown).read_text(encoding=case.get("encoding", "utf-8")).split("\n") if "in" in case else text.split("\n")
    told = [str(problem) for problem in found]
    assert [problem.code for problem in found] == [case["finds"]], told
    (problem,) = found
    assert problem.file == shown, told
    if case["at"]:
        lines = [number for number, row in enumerate(rows, 1) if case["at"] in row]
        assert problem.line == lines[-1 if case.get("last") else 0], told
        assert problem.column >= 1, told
    assert re.search("[\u4e00-\u9fff]", problem.what) and re.search("[\u4e00-\u9fff]", problem.fix), told


@pytest.mark.parametrize("case", [case for case in CASES if case["finds"] in {*fix.SLIPS, "P103"} and "find" in case], ids=lambda case: case["name"].replace(" ", "_"))
def test_a_slip_that_can_be_mended_leaves_nothing_behind(case):
    text = (ROOT / case["file"]).read_text(encoding="utf-8").replace(case["find"], case["replace"], 1)
    edits = [problem.edit for problem in parse(text, case["file"]).problems if problem.edit]
    assert edits or case["finds"] in ("P113", "P118"), "nothing safe can be done about these"
    assert not edits or parse(fix.apply(text, edits), case["file"]).problems == []


def test_several_broken_files_are_all_told_in_one_pass(project):
    chosen = {}
    for case in CASES:
        if not {"in", "copy_examples_to", "copy_of", "rename", "delete"} & case.keys() and case["file"].startswith("data/nlu"):
            chosen.setdefault(case["file"], case)
    for case in chosen.values():
        damage(project, case)
    found = findings(project)
    assert sorted((problem.file, problem.code) for problem in found) == sorted((case["file"], case["finds"]) for case in chosen.values())


def test_every_kind_of_finding_about_content_has_a_case():
    covered = {case["finds"] for case in CASES}
    # cards, sheets and the institution have tests of their own beside their loaders, columns and lessons in tests/unit/leisure, approvals in tests/unit/desk, a bank's own project (P13x) in tests/editor/own
    wanted = {code for code in CODES if code[:2] in ("P6", "P7", "C4", "P1") and code[:3] not in ("P66", "P67", "P68", "P13")}
    elsewhere = {"P107", "P108", "P634"}
    assert wanted - covered == elsewhere


def test_the_table_knows_every_code_that_is_used():
    used = set()
    for file in (ROOT / "persona").rglob("*.py"):
        used |= set(re.findall(r"\"([A-Z]\d{3})\"", file.read_text(encoding="utf-8")))
    assert used == set(CODES)
