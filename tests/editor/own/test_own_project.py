"""A bank's own project over the library: what it inherits, replaces, adds, switches off, and what it may not touch."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from persona import cli, layers, lint
from persona.compliance import Guard
from persona.compliance.rules import RuleError
from persona.content import load_content
from persona.content.checks.flow import domain
from persona.content.house import load_house
from persona.errors import ContentError
from persona.institution import load_institution
from persona.labels import Labels
from persona.mascot import load_mascots
from persona.new import bank
from persona.products import load_products
from tests.editor.conftest import DUE

ROOT = Path(__file__).resolve().parents[3]
pytestmark = pytest.mark.skipif(not (ROOT / "data" / "nlu").is_dir(), reason="the library is tested without its content")


def reason(ident):
    file = layers.PACKAGE / "compliance" / "rules" / f"{ident}.yml"
    return re.search(r"^reason: (\w+)", file.read_text("utf-8"), re.M)[1]


OPEN = next(f.stem for f in sorted((layers.PACKAGE / "compliance" / "rules").glob("*.yml")) if reason(f.stem) == "wording")
LOCKED = next(f.stem for f in sorted((layers.PACKAGE / "compliance" / "rules").glob("*.yml")) if reason(f.stem) == "promise")


def made(folder, monkeypatch, *options):
    assert bank.init_main([str(folder), *options]) == bank.DONE
    monkeypatch.chdir(folder)
    layers.forget()
    return folder


@pytest.fixture
def project(tmp_path, monkeypatch):
    return made(tmp_path / "bank", monkeypatch, "--bank", "青篱银行", "--hotline", "95XXX7", "--name", "小篱笆")


def settings(project, text):
    (project / layers.MARK).write_text(f"schema: {layers.SCHEMA}\n{text}", encoding="utf-8")
    return layers.assembled(project)


def codes(project):
    return [problem.code for problem in settings_problems(project)]


def settings_problems(project):
    found = layers.assembled(project)
    return [*found.problems, *layers.reminders(found)]


def test_a_new_project_is_clean_and_says_that_it_is_not_real(tmp_path):
    env = {**os.environ, "PYTHONPATH": str(ROOT)}

    def mascot(folder, *args):
        return subprocess.run([sys.executable, "-m", "persona.cli", *args], cwd=folder, env=env, capture_output=True, text=True, check=False)

    told = mascot(tmp_path, "init", "bank", "--bank", "青篱银行", "--hotline", "95XXX7")
    assert told.returncode == 0 and "占位" in told.stdout, told.stderr
    folder = tmp_path / "bank"
    found = mascot(folder, "lint")
    # the card was copied: what it still shares with the original is counted, as a reminder
    codes = [code for code in re.findall(r"\[(\w+)\]", found.stdout) if code not in DUE]
    assert (found.returncode, codes) == (0, ["P427"]), found.stdout
    assert "占位" in (folder / "persona/institution.yml").read_text("utf-8")
    assert "占位" in (folder / "persona/mascots/own_mascot.yml").read_text("utf-8")
    shown = mascot(folder, "preview", "faq/lost_card")
    assert shown.returncode == 0 and "95XXX7" in shown.stdout and "小篱笆" in shown.stdout and "福禾银行" not in shown.stdout


def test_the_bank_speaks_with_its_own_name_card_and_without_another_banks_products(project):
    ours = load_institution()
    assert (ours.name, ours.app, ours.hotline, ours.mascot) == ("青篱银行", "青篱银行APP", "95XXX7", "own_mascot")
    text = (project / "persona/institution.yml").read_text("utf-8")
    assert not re.search("福禾|fuhe|95XXX0", text)
    mascots = load_mascots()
    assert mascots["own_mascot"].name == "小篱笆" and mascots["own_mascot"].avatar_file.is_file() and "xiaolanghua" in mascots
    assert load_products(approved=False) == {}
    assert Guard.load().institution["phones"] == ["95XXX7", "+86 95XXX7", "95XXX7", "95XXX7"]


def test_a_shipped_mascot_can_be_the_one(tmp_path, monkeypatch):
    project = made(tmp_path / "bank", monkeypatch, "--mascot", "xiaolanghua")
    assert load_institution().mascot == "xiaolanghua" and not list(project.glob("persona/mascots/*.yml"))


@pytest.mark.parametrize("options", [
    ["--bank", "青"], ["--bank", "a: b"], ["--hotline", "电话"], ["--domain", "nowhere"], ["--like", "nobody"], ["--mascot", "Bad"],
    ["--mascot", "xiaolanghua", "--name", "小浪"], ["--name", "小柿子"],
])
def test_what_cannot_be_a_project_leaves_nothing_behind(options, tmp_path, capsys):
    assert bank.init_main([str(tmp_path / "bank"), *options]) == bank.BAD_CALL
    assert capsys.readouterr().err and not list(tmp_path.iterdir())


def test_a_folder_with_something_in_it_is_not_touched(tmp_path, capsys):
    (tmp_path / "a.txt").write_text("x")
    assert bank.init_main([str(tmp_path)]) == bank.BAD_CALL
    assert [one.name for one in tmp_path.iterdir()] == ["a.txt"]


def test_a_file_of_the_same_name_wins_and_goes_again(project):
    there = load_content(project).topics["faq/annual_fee"]
    assert there.file == "库/data/nlu/faq/annual_fee.yml"
    assert bank.take_main(["faq/annual_fee"]) == bank.DONE
    own = project / "data/nlu/faq/annual_fee.yml"
    own.write_text(own.read_text("utf-8").replace("要不要收、收多少", "年费要不要收、收多少"), encoding="utf-8")
    layers.assembled(project)
    answer = load_content(project).responses["utter_faq/annual_fee"][0]
    assert answer.text.startswith("年费要不要收") and answer.file == "data/nlu/faq/annual_fee.yml"
    assert load_content(project).topics["faq/lost_card"].file.startswith("库/")
    own.unlink()
    layers.assembled(project)
    assert load_content(project).topics["faq/annual_fee"].file.startswith("库/")
    assert bank.take_main(["faq/nothing_like_it"]) == bank.BAD_CALL


def test_what_is_new_is_added(project):
    file = project / "data/nlu/faq/safe_box.yml"
    file.write_text('version: "3.1"\nnlu:\n- intent: faq/safe_box\n  examples: |\n    - 保险柜能租吗\n'
                    'responses:\n  utter_faq/safe_box:\n  - text: "先拨{hotline}问。"\n', encoding="utf-8")
    (project / "persona/labels.yml").write_text("schema: mascot-labels/1\nlabels:\n  faq:\n    safe_box: 保管箱\n", encoding="utf-8")
    (project / "domain.yml").write_text('version: "3.1"\nintents:\n- ask_parking\nactions: []\n', encoding="utf-8")
    (project / "persona/compliance/disclosures.yml").write_text(
        "D-OWN-1: {text: 本行另有说明。, category: deposit, law: 本行制度, accept: [另有说明]}\n", encoding="utf-8")
    layers.assembled(project)
    assert load_content(project).topics["faq/safe_box"].examples == 1 and "faq/lost_card" in load_content(project).topics
    labels = Labels.load()
    assert labels.title("faq/safe_box") == "保管箱" and labels.title("faq/annual_fee")
    declared = domain(load_house(project)).intents
    assert {"ask_parking", "faq", "handoff"} <= set(declared)
    assert {"D-OWN-1", "D-WM-1"} <= set(Guard.load().disclosures)


def test_a_topic_and_a_mascot_are_switched_off_with_what_leads_to_them(project):
    before = load_content(project)
    assert any(b.payload == "/faq/annual_fee" for r in before.variations() for b in r.buttons)
    assert any(name.startswith("utter_column.xiaolanghua.") for name in before.responses)
    found = settings(project, "off: [data/nlu/faq/annual_fee.yml, persona/mascots/xiaolanghua.yml, 'persona/giveaways/*.yml']\n")
    assert not found.problems
    content = load_content(project)
    assert "faq/annual_fee" not in content.topics and "xiaolanghua" not in load_mascots()
    assert not any(b.payload == "/faq/annual_fee" for r in content.variations() for b in r.buttons)
    assert not any(r.mascot == "xiaolanghua" for r in content.variations())
    kept = {name for name in before.responses if name != "utter_faq/annual_fee" and "xiaolanghua" not in name}
    assert kept == set(content.responses)
    assert len(content.examples) == len(before.examples) - before.topics["faq/annual_fee"].examples
    settings(project, "off: []\n")
    assert set(load_content(project).topics) == set(before.topics)


@pytest.mark.parametrize("pattern", ["data/nlu/scam/fake_police.yml", "data/nlu/*", "data/rules/rules.yml", f"persona/compliance/rules/{OPEN}.yml", "data/nlu/faq/nothing.yml"])
def test_fraud_dialogue_and_rules_cannot_be_switched_off_like_that(pattern, project):
    assert [p.code for p in settings(project, f"off: ['{pattern}']\n").problems] == ["P131"]
    with pytest.raises(ContentError):
        load_mascots()


def rule(project, ident, word):
    made_up = f"""id: {ident}
title: 本行不用的词
law: {{name: 本行规则, effective_from: "2026-09-30", evidence: digest, source: 本行制度}}
detect: {{any: [{word}]}}
unless: []
explain: 本行不这样说。
fix: 换个说法。
reason: wording
examples:
  refuse: [我们{word}, {word}来了, 这就是{word}]
  allow: [你好, 再见, 谢谢]
"""
    (project / "persona/compliance/rules").mkdir(exist_ok=True)
    (project / f"persona/compliance/rules/{ident}.yml").write_text(made_up, encoding="utf-8")
    layers.assembled(project)


def test_a_bank_tightens_by_adding_a_rule(project):
    before = Guard.load()
    assert before.review("篱笆墙下办事").allowed
    rule(project, "QL-01", "篱笆墙")
    after = Guard.load()
    assert [f.rule for f in after.review("篱笆墙下办事").findings] == ["QL-01"]
    assert {one.id for one in before.rules} < {one.id for one in after.rules} and before.ruleset != after.ruleset
    assert codes(project) == []


def test_a_rule_of_the_library_is_not_replaced_by_a_file_name_alone(project, capsys):
    rule(project, OPEN, "篱笆墙")
    assert codes(project) == ["P132"]
    assert lint.main([]) == lint.FOUND
    assert f"[P132] persona/compliance/rules/{OPEN}.yml:1" in capsys.readouterr().out
    with pytest.raises(ContentError, match=OPEN):
        Guard.load()


def test_a_rule_that_is_off_or_replaced_is_seen_everywhere(project, capsys):
    ruleset = Guard.load().ruleset
    settings(project, f"guard: {{off: {{{OPEN}: {{reason: 试一试, by: 周既明}}}}}}\n")
    guard = Guard.load()
    assert OPEN not in {one.id for one in guard.rules} and guard.ruleset != ruleset
    assert codes(project) == ["P133"]
    assert cli.main(["rules"]) == 0
    assert f"{OPEN} 关掉了（试一试；周既明）" in capsys.readouterr().out
    rule(project, OPEN, "篱笆墙")
    settings(project, f"guard: {{replaced: {{{OPEN}: {{reason: 口径不同, by: 周既明}}}}}}\n")
    assert codes(project) == ["P133"]
    assert [f.rule for f in Guard.load().review("篱笆墙下办事").findings] == [OPEN]


@pytest.mark.parametrize("how", ["off", "replaced"])
def test_promises_cannot_be_let_through_by_anybody(how, project):
    found = settings(project, f"guard: {{{how}: {{{LOCKED}: {{reason: 想说, by: 周既明}}}}}}\n")
    assert [p.code for p in found.problems] == ["P132"] and not found.changes
    with pytest.raises((ContentError, RuleError)):
        Guard.load()


def test_a_change_of_the_guard_needs_a_reason_and_a_name(project):
    assert "P104" in [p.code for p in settings(project, f"guard: {{off: {{{OPEN}: {{by: 周既明}}}}}}\n").problems]
    assert OPEN in {f.stem for f in (project / layers.VIEW / "persona/compliance/rules").iterdir()}


@pytest.mark.parametrize("name", ["persona/nlu/lexicon/signals.yml", "persona/compliance/lexicon/groups.yml", "persona/compliance/second_opinion.json"])
def test_what_emergencies_and_the_guard_are_made_of_is_the_librarys(name, project):
    (project / name).parent.mkdir(parents=True, exist_ok=True)
    (project / name).write_text("{}", encoding="utf-8")
    assert codes(project) == ["P132"]
    assert (project / layers.VIEW / name).resolve() == (layers.PACKAGE.parent / name).resolve()


def test_a_disclosure_is_replaced_only_when_it_is_said(project):
    file = project / "persona/compliance/disclosures.yml"
    file.write_text("D-DEP-2: {text: 提前支取按活期计息。, category: deposit, law: 本行, accept: [按活期]}\n", encoding="utf-8")
    assert codes(project) == ["P132"]
    settings(project, "guard: {replaced: {D-DEP-2: {reason: 法务意见, by: 周既明}}}\n")
    assert codes(project) == ["P133"] and Guard.load().disclosures["D-DEP-2"]["text"] == "提前支取按活期计息。"


def test_replacing_a_fraud_tip_is_allowed_and_said(project):
    assert bank.take_main(["scam/fake_police"]) == bank.DONE
    assert codes(project) == ["P134"]


def test_a_broken_mascot_yml_stops_every_command_with_its_line(project, capsys):
    (project / layers.MARK).write_text(f"schema: {layers.SCHEMA}\nofff: []\n", encoding="utf-8")
    layers.forget()
    assert cli.main(["rules"]) == cli.BAD_CALL
    assert "mascot.yml:2" in capsys.readouterr().err


def test_the_assembled_tree_is_left_alone_when_nothing_changed(project):
    view = layers.assembled(project).view
    before = {file: file.lstat().st_mtime_ns for file in view.rglob("*")}
    layers.forget()
    assert layers.assembled(project).view == view
    assert {file: file.lstat().st_mtime_ns for file in view.rglob("*")} == before
