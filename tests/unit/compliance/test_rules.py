"""Every rule proves itself with its own examples, and a broken rule stops the start."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest
import yaml

from persona.compliance import Context, Guard, RuleError
from persona.compliance.disclosures import all_disclosures, disclosure_text
from persona.compliance.rules import HERE, fingerprint

RULES = [yaml.load(p.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader) for p in sorted((HERE / "rules").glob("*.yml"))]


def one(example: Any) -> tuple[str, Context]:
    if isinstance(example, str):
        return example, Context()
    return example["text"], Context(**{key: value for key, value in example.items() if key != "text"})


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule["id"])
def test_examples_that_must_be_refused(guard: Guard, rule: dict[str, Any]) -> None:
    for example in rule["examples"]["refuse"]:
        text, context = one(example)
        decision = guard.review(text, context)
        assert decision.verdict == "refuse", text
        assert rule["id"] in {finding.rule for finding in decision.findings}, text


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule["id"])
def test_examples_that_must_pass(guard: Guard, rule: dict[str, Any]) -> None:
    for example in rule["examples"]["allow"]:
        text, context = one(example)
        decision = guard.review(text, context, scope="wording")
        assert decision.allowed, (text, [(f.rule, f.text) for f in decision.findings])
        assert rule["id"] not in {finding.rule for finding in guard.review(text, context).findings}, text


def test_an_article_that_was_not_seen_is_never_printed(guard: Guard) -> None:
    by_id = {rule.id: rule for rule in guard.rules}
    for rule in RULES:
        article = rule["law"].get("article")
        if article and rule["law"]["evidence"] != "verbatim":
            assert article not in by_id[rule["id"]].law


def test_every_disclosure_is_accepted_in_its_canonical_wording(guard: Guard) -> None:
    for name, item in all_disclosures().items():
        text = item["text"].replace("__", "3")
        bubble = guard._bubble(text, Context())
        assert name in bubble.disclosed, name
        assert disclosure_text(name) == item["text"]


def test_unknown_disclosure_says_what_exists() -> None:
    with pytest.raises(KeyError, match="D-WM-1"):
        disclosure_text("D-XX-9")


@pytest.fixture
def copy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("MASCOT_CACHE", str(tmp_path / "cache"))
    root = tmp_path / "compliance"
    (root / "rules").mkdir(parents=True)
    shutil.copytree(HERE / "lexicon", root / "lexicon")
    shutil.copy(HERE / "disclosures.yml", root)
    for name in ("NM-10", "NM-15"):
        shutil.copy(HERE / "rules" / f"{name}.yml", root / "rules")
    return root


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("<保本>", "<没有这组>", "没有这组"),
        ("- '<保息>'", "- '<保息>('", "写错了"),
        ("reason: promise", "reason: because", "reason"),
        ("id: NM-10", "id: NM-99", "文件名"),
        ("explain:", "explian:", "不认识的键"),
        ("evidence: verbatim", "evidence: sure", "evidence"),
        ("detect:", "detect: [", "YAML"),
    ],
)
def test_a_broken_rule_stops_the_start_with_file_and_line(copy: Path, old: str, new: str, said: str) -> None:
    path = copy / "rules" / "NM-10.yml"
    path.write_text(path.read_text(encoding="utf-8").replace(old, new, 1), encoding="utf-8")
    with pytest.raises(RuleError) as caught:
        Guard.load(copy)
    assert any(problem.startswith("NM-10.yml:") and said in problem for problem in caught.value.problems), caught.value


def test_a_small_rule_set_loads_from_any_folder(copy: Path) -> None:
    small = Guard.load(copy)
    assert {rule.id for rule in small.rules} == {"NM-10", "NM-15"}
    assert small.review("保本保息").verdict == "refuse"
    assert Guard.load(copy).ruleset == small.ruleset


def test_the_fingerprint_follows_every_character(copy: Path) -> None:
    before = fingerprint(copy)
    path = copy / "rules" / "NM-15.yml"
    path.write_text(path.read_text(encoding="utf-8") + "\n", encoding="utf-8")
    assert fingerprint(copy) != before
