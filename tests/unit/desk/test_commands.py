"""`mascot approve` and the four switches: what they write, what they refuse, what the audit says."""

from __future__ import annotations

import difflib
import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from persona import products
from persona.cli import main
from persona.compliance.audit import verify

ROOT = Path(__file__).parents[3]
ANSWER = '''version: "3.1"
# 年费
nlu:
- intent: faq/fee
  examples: |
    - 年费多少
responses:
  utter_faq/fee:
  - text: "年费看领用合约，拿不准拨{hotline}。"   # 先说结论
    metadata:
      tone: warm
      category: card
      figures: []
      disclosures: []
      source: "领用合约"
      author: 沈知夏
      reviewed: "2026-11-01"
      expires: "2027-11-01"
'''
APPROVE = ["--by", "周既明", "--role", "合规审查岗", "--until", "2099-12-31"]


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A small project: one answer, two sheets, the shipped live.yml."""
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "fee.yml").write_text(ANSWER, encoding="utf-8")
    (tmp_path / "products").mkdir()
    for name in ("fuhe_consumer_loan", "hechuan_balanced_fund"):
        shutil.copy(products.FOLDER / f"{name}.yml", tmp_path / "products")
    shutil.copy(ROOT / "live.yml", tmp_path)
    monkeypatch.setattr(products, "FOLDER", tmp_path / "products")
    monkeypatch.setenv("MASCOT_AUDIT", str(tmp_path / "audit.jsonl"))
    monkeypatch.delenv("MASCOT_LIVE", raising=False)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def changes(project: Path) -> Callable[[str], list[str]]:
    """Added and removed lines of a file since the test began."""
    before = {path: path.read_text("utf-8") for path in project.rglob("*.yml")}

    def lines(name: str) -> list[str]:
        path = project / name
        found = difflib.unified_diff(before[path].splitlines(), path.read_text("utf-8").splitlines(), n=0, lineterm="")
        return [line for line in found if line[:1] in "+-" and line[:3] not in ("+++", "---")]

    return lines


def audit(project: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in (project / "audit.jsonl").read_text("utf-8").splitlines()]


def told(capsys: pytest.CaptureFixture[str]) -> list[tuple[str, int]]:
    """What the linter says of approvals."""
    capsys.readouterr()
    main(["lint", "data", "--format", "json"])
    return [(p["code"], p["line"]) for p in json.loads(capsys.readouterr().out) if p["code"].startswith("P68")]


def test_an_answer_is_approved_by_one_new_line(project: Path, changes: Callable[[str], list[str]], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["approve", "utter_faq/fee", *APPROVE]) == 0
    added = changes("data/fee.yml")
    assert len(added) == 1 and added[0].startswith("+      approval: {id: A-00") and "周既明" in added[0] and '"2099-12-31"' in added[0]
    line = audit(project)[-1]
    assert line["kind"] == "approval" and line["subject"] == "utter_faq/fee[0]" and line["by"] == "周既明" and not verify(project / "audit.jsonl")
    assert not told(capsys)
    assert main(["approve", "--list"]) == 0


def test_a_changed_answer_is_listed_and_linted(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main(["approve", "utter_faq/fee", *APPROVE])
    file = project / "data" / "fee.yml"
    file.write_text(file.read_text("utf-8").replace("拿不准拨", "问一声"), encoding="utf-8")
    assert main(["approve", "--list"]) == 1 and "批准以后内容变了  utter_faq/fee[0]" in capsys.readouterr().out
    assert told(capsys) == [("P681", 19)]
    assert main(["approve", "utter_faq/fee", *APPROVE]) == 0
    assert not told(capsys)


def test_a_sheet_is_approved_in_its_own_lines_and_a_fund_by_two(project: Path, changes: Callable[[str], list[str]], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["approve", "fuhe_consumer_loan", *APPROVE]) == 0
    keys = {line[1:].strip().split(":")[0] for line in changes("products/fuhe_consumer_loan.yml")}
    assert keys <= {"id", "by", "role", "at", "until", "sha256"} and "until" in keys
    assert main(["approve", "hechuan_balanced_fund", *APPROVE]) == 1 and "还缺第二个人" in capsys.readouterr().err
    assert main(["approve", "hechuan_balanced_fund", *APPROVE, "--second", "顾明远"]) == 0


@pytest.mark.parametrize(("old", "new", "more", "why"), [
    ("年费看领用合约", "年费稳赚不赔", [], "稳赚"),
    ("拨{hotline}", "拨{hotlin}", [], "hotlin"),
    ("author: 沈知夏", "author: 周既明", [], "批准人就是作者"),
    ("      author: 沈知夏\n", "", [], "--author"),
    ("", "", ["--until", "2020-01-01"], "今天以后"),
    ("", "", ["--second", "沈知夏"], "批准人就是作者"),
])
def test_what_cannot_be_approved(project: Path, capsys: pytest.CaptureFixture[str], old: str, new: str, more: list[str], why: str) -> None:
    file = project / "data" / "fee.yml"
    text = ANSWER.replace(old, new)
    file.write_text(text, encoding="utf-8")
    assert main(["approve", "utter_faq/fee", *APPROVE, *more]) == 1
    assert why in capsys.readouterr().err and file.read_text("utf-8") == text and not (project / "audit.jsonl").exists()


@pytest.mark.parametrize("argv", [["approve"], ["approve", "utter_faq/fe", *APPROVE], ["approve", "utter_faq/fee", *APPROVE, "--index", "3"],
                                  ["approve", "utter_faq/fee", "--by", "甲", "--role", "岗", "--until", "明年"],
                                  ["withdraw", "utter_faq/fee", "--by", "甲"], ["withdraw", "utter_nothing", "--by", "甲", "--reason", "错"],
                                  ["withdraw", "utter_faq/fee", "--undo", "--by", "甲", "--reason", "错"],
                                  ["replace", "utter_faq/fee", "--text", "好", "--by", "甲", "--reason", "错"],
                                  ["notice", "rain", "--text", "今天网点提前关门。", "--topics", "faq/feee", "--by", "甲", "--reason", "暴雨"]])
def test_a_bad_call_says_what_to_write(project: Path, capsys: pytest.CaptureFixture[str], argv: list[str]) -> None:
    assert main(argv) == 2 and capsys.readouterr().err.strip()


def test_the_list_shows_all_that_is_in_force_with_who_and_why(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["freeze", "--list"]) == 0 and "产品照常讲" in capsys.readouterr().out
    assert main(["withdraw", "utter_faq/fee", "--by", "甲", "--reason", "写错了"]) == main(["freeze", "--by", "乙", "--reason", "核对"]) == 0
    capsys.readouterr()
    assert main(["notice", "--list"]) == 0
    told = capsys.readouterr().out.splitlines()
    assert [line.split("，")[0] for line in told] == ["下架 utter_faq/fee：写错了（甲", "暂停讲产品 products：核对（乙"]


REPLACE = ["replace", "utter_faq/fee", "--text", "年费先看合约。", "--by", "周既明", "--role", "合规", "--until", "2099-01-01", "--reason", "改"]


@pytest.mark.parametrize(("argv", "undo"), [
    (["withdraw", "utter_faq/fee", "--by", "甲", "--reason", "写错了"], ["withdraw", "utter_faq/fee"]),
    (["withdraw", "fuhe_consumer_loan", "--by", "甲", "--reason", "利率在核对"], ["withdraw", "fuhe_consumer_loan"]),
    (["notice", "rain", "--text", "今天网点提前关门。", "--by", "甲", "--reason", "暴雨"], ["notice", "rain"]),
    (["freeze", "--by", "甲", "--reason", "核对"], ["freeze"]),
    ([*REPLACE, "--author", "沈知夏"], ["replace", "utter_faq/fee"]),
])
def test_a_switch_is_one_line_and_its_undoing_leaves_no_trace_but_in_the_audit(
    project: Path, changes: Callable[[str], list[str]], argv: list[str], undo: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(argv) == 0
    done = changes("live.yml")
    assert [line[0] for line in done] == ["-", "+", "+"] and done[0].endswith(": {}")
    assert main([undo[0], "--list"]) == 0 and [*undo, "products"][1] in capsys.readouterr().out
    assert main([*undo, "--undo", "--by", "乙", "--reason", "核对完了"]) == 0
    assert changes("live.yml") == []
    assert [(line["kind"], line["by"], line["undo"]) for line in audit(project)] == [(argv[0], argv[argv.index("--by") + 1], False), (argv[0], "乙", True)]


def test_a_replacement_by_its_own_author_or_against_the_guard_is_not_written(project: Path, changes: Callable[[str], list[str]]) -> None:
    assert main([*REPLACE, "--author", "周既明"]) == 2
    assert main(["replace", "utter_faq/fee", "--text", "理财稳赚不赔。", *REPLACE[4:], "--author", "沈知夏"]) == 1
    assert main(["notice", "a", "--text", "理财稳赚不赔。", "--by", "甲", "--reason", "x"]) == 1
    assert changes("live.yml") == [] and not list(project.glob(".live*"))
