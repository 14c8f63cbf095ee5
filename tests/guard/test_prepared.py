"""A rule set that is kept in build/ saves time and decides nothing."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from persona import project
from persona.compliance import Guard, RuleError, prepared, reading, rules
from persona.compliance.rules import HERE
from tests.guard.refused import REFUSED


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project with a copy of the rules, kept."""
    home = tmp_path_factory.mktemp("project")
    (home / "domain.yml").touch()
    root = home / "persona" / "compliance"
    shutil.copytree(HERE, root, ignore=shutil.ignore_patterns("__pycache__", "corpus", "*.py"))
    rules.keep(root)
    assert prepared.file_of(root) == home / "build" / "guard.json"
    return home


@pytest.fixture
def root(kept: Path, tmp_path: Path) -> Path:
    """The rules in a project of their own."""
    return Path(shutil.copytree(kept, tmp_path / "home")) / "persona" / "compliance"


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """The rule files that are read."""
    seen: list[Path] = []

    class Seen(reading.Lines):
        def __init__(self, path: Path) -> None:
            seen.append(path)
            super().__init__(path)

    monkeypatch.setattr(reading, "Lines", Seen)
    return seen


def test_what_is_kept_is_what_would_be_read(root: Path, read: list[Path]) -> None:
    kept = rules.load(root)
    assert read == []
    prepared.file_of(root).unlink()
    assert rules.load(root) == kept
    assert read


def test_the_decisions_are_the_same(root: Path) -> None:
    kept = Guard.load(root)
    prepared.file_of(root).unlink()
    fresh = Guard.load(root)
    for text in REFUSED[:200]:
        assert kept.review(text) == fresh.review(text)


def test_a_rule_that_breaks_stops_the_start(root: Path) -> None:
    rule = root / "rules" / "SO-01.yml"
    rule.write_text(rule.read_text(encoding="utf-8").replace("explain:", "explian:"), encoding="utf-8")
    with pytest.raises(RuleError, match=r"SO-01\.yml:\d+ 不认识的键「explian」"):
        Guard.load(root)


def test_a_rule_that_changes_is_in_force_at_once(root: Path) -> None:
    text = "今天喝菊花茶。"
    assert Guard.load(root).review(text).allowed
    rule = root / "rules" / "PI-01.yml"
    rule.write_text(rule.read_text(encoding="utf-8").replace("  any:\n", "  any:\n    - 菊花茶\n", 1), encoding="utf-8")
    assert {finding.rule for finding in Guard.load(root).review(text).findings} == {"PI-01"}


@pytest.mark.parametrize("name", ["rules/SO-01.yml", "lexicon/groups.yml", "lexicon/depth.yml", "disclosures.yml", "rules/.hidden.yml"])
def test_any_file_the_rules_are_read_from_counts(root: Path, name: str) -> None:
    before = prepared.digests(root)[1]
    with open(root / name, "a", encoding="utf-8") as file:
        file.write("# \n")
    assert prepared.digests(root)[1] != before


def test_other_code_reads_the_rules_again(root: Path, read: list[Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    other = tmp_path / "code"
    shutil.copytree(HERE, other, ignore=shutil.ignore_patterns("__pycache__", "corpus"))
    monkeypatch.setattr(prepared, "HERE", other)
    rules.load(root)
    assert read == []
    with open(other / "checks.py", "a", encoding="utf-8") as file:
        file.write("# \n")
    rules.load(root)
    assert read


def test_an_institution_that_changes_is_read_at_once(root: Path) -> None:
    file = root.parent / "institution.yml"
    file.write_text("hotline: '4008009999'\n", encoding="utf-8")
    prepared.file_of(root).unlink()
    rules.keep(root)
    text = "有事请拨 4008009999。"
    assert Guard.load(root).review(text).allowed
    file.write_text("hotline: '4008001111'\n", encoding="utf-8")
    assert not Guard.load(root).review(text).allowed


def test_a_start_with_what_is_kept_reads_no_yaml(root: Path) -> None:
    code = f"import sys; from persona.compliance import Guard; Guard.load({str(root)!r}); print('yaml' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False"]


@pytest.mark.parametrize("damage", [lambda data: data[:-1], lambda data: data[:30], lambda data: b"", lambda data: data.replace(b"SO-01", b"SO-02", 1)])
def test_a_damaged_file_is_not_used(root: Path, read: list[Path], damage: object) -> None:
    kept = rules.load(root)
    file = prepared.file_of(root)
    file.write_bytes(damage(file.read_bytes()))  # type: ignore[operator]
    assert rules.load(root) == kept
    assert read


def test_nothing_is_kept_where_nothing_can_be_written(root: Path) -> None:
    build = prepared.file_of(root).parent
    shutil.rmtree(build)
    build.write_text("no folder")
    rules.keep(root)
    assert not Guard.load(root).review("保本保息").allowed


def test_an_installed_package_keeps_nothing(root: Path) -> None:
    prepared.file_of(root).unlink()
    (root.parents[1] / "domain.yml").unlink()
    rules.keep(root)
    assert not prepared.file_of(root).exists()


def test_training_keeps_the_rules(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    prepared.file_of(root).unlink()
    monkeypatch.setattr(project, "HERE", root)
    monkeypatch.setattr(project, "model_is_current", lambda: True)
    assert project.train(only_if_changed=True) == 0
    assert os.listdir(prepared.file_of(root).parent) == ["guard.json"]
    rule = root / "rules" / "SO-01.yml"
    rule.write_text("- ", encoding="utf-8")
    assert project.train(only_if_changed=True) == 0
