"""What the linter remembers between runs saves time and hides nothing."""

import os
import shutil

import pytest

from persona.content import reading
from persona.content.passed import CACHE, Passed
from persona.lint import FOUND, KEPT, main

ANSWER = "data/nlu/faq/annual_fee.yml"
# name: file, what stands there, what is written instead, the kind of finding it is
CHANGES = {
    "an answer": (ANSWER, "也看领用合约", "稳赚不赔可以", "C401"),
    "a button": (ANSWER, "想注销卡", "稳赚不赔", "C401"),
    "a tone": (ANSWER, "tone: plain", "tone: plane", "P621"),
    "a sentence": (ANSWER, "- 刷几次免年费\n", "- 附属卡要年费吗\n", "P601"),
    "a rule": ("persona/compliance/rules/NM-10.yml", "'兜底'", "'本金'", "C401"),
    "a figure": ("persona/figures.yml", '"3.5%"', '"稳赚不赔"', "C401"),
    "the bank": ("persona/institution.yml", 'mascot: ', 'mascoot: ', "P104"),
    "a message of the class": ("persona/quiz/items/gambling.yml", "不充，退出", "福禾稳赚，", "Q111"),
    "a set-up file": ("credentials.yml", "\n", "\n\t- [\n", "P113"),
}


@pytest.fixture(autouse=True)
def remembered(whole, reviewed):
    """Every run as a process of its own, with what an earlier one has left in build/."""
    (whole / CACHE).parent.mkdir(exist_ok=True)
    (whole / CACHE).write_bytes(reviewed)
    yield whole
    touch(whole)


def touch(root):
    """Let the copy see which files a test has changed."""
    for file, *_ in CHANGES.values():
        os.utime(root / file)


def told(capsys):
    reading._read_file.cache_clear()
    status = main(["--format", "json"])
    return status, capsys.readouterr().out


def change(root, name):
    """Change the file; its time and, mostly, its size stay."""
    file, before, after, code = CHANGES[name]
    path = root / file
    stamp, text = path.stat().st_mtime_ns, path.read_text(encoding="utf-8")
    assert before in text, "the project has changed, choose another place"
    path.write_text(text.replace(before, after, 1), encoding="utf-8")
    os.utime(path, ns=(stamp, stamp))
    return code


def test_it_remembers(remembered, capsys):
    assert told(capsys) == (0, "[]\n")
    first = (remembered / CACHE).read_bytes(), (remembered / KEPT).read_bytes()
    assert told(capsys) == (0, "[]\n")
    assert first == ((remembered / CACHE).read_bytes(), (remembered / KEPT).read_bytes())


@pytest.mark.parametrize("name", CHANGES)
def test_a_change_of_anything_is_seen_and_taken_back_it_is_gone(remembered, capsys, copied, name):
    assert told(capsys) == (0, "[]\n")
    code = change(remembered, name)
    seen = [told(capsys), told(capsys)]
    assert seen[0] == seen[1] and seen[0][0] == FOUND
    assert f'"code": "{code}"' in seen[0][1]
    touch(remembered)
    copied.put_back()
    assert told(capsys) == (0, "[]\n")


def test_what_is_remembered_and_what_is_looked_at_anew_are_the_same(remembered, capsys):
    told(capsys)
    for name in CHANGES:
        change(remembered, name)
    seen = told(capsys)
    shutil.rmtree(remembered / "build")
    assert told(capsys) == seen


@pytest.mark.parametrize("damage", [
    lambda content: b"", lambda content: b"\xff\x00" + content, lambda content: b"{}", lambda content: b"7", lambda content: content[:len(content) // 2],
    lambda content: content.replace("稳赚不赔可以".encode(), "也看领用合约".encode()),
], ids=["empty", "binary", "an object", "a number", "cut off", "another text"])
def test_a_damaged_file_hides_nothing(remembered, capsys, damage):
    change(remembered, "an answer")
    seen = told(capsys)
    assert "C401" in seen[1] and "稳赚不赔可以" in (remembered / KEPT).read_text(encoding="utf-8")
    for file in (remembered / CACHE, remembered / KEPT):
        file.write_bytes(damage(file.read_bytes()))
    assert told(capsys) == seen


def test_a_folder_that_cannot_be_written_is_no_harm(remembered, capsys):
    shutil.rmtree(remembered / "build")
    (remembered / "build").write_text("a file in its place")
    change(remembered, "an answer")
    try:
        status, seen = told(capsys)
    finally:
        (remembered / "build").unlink()
    assert status == FOUND and "C401" in seen


def test_what_is_remembered_does_not_grow_for_ever(tmp_path, monkeypatch):
    monkeypatch.setattr("persona.content.passed.MANY", 5)
    for run in range(4):
        passed = Passed(tmp_path / "passed.json")
        for number in range(4):
            passed.add(run, number)
        passed.store()
    left = Passed(tmp_path / "passed.json")
    assert len(left.before) == 4 + 5
    assert left.known(3, 0) and left.known(2, 3) and not left.known(0, 3)
