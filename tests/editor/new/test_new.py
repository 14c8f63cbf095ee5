"""`mascot new`: what it writes passes the linter, is heard by no customer, and never replaces a file."""

from pathlib import Path

import pytest

from persona import lint
from persona.content.reading import load_content
from persona.errors import ContentError
from persona.mascot import load_mascot, load_mascots
from persona.new import cli
from persona.new.drafts import check_draft
from persona.products import load_product

ROOT = Path(__file__).resolve().parents[3]
KINDS = {
    "faq": ("safe_deposit_key", "保管箱钥匙"), "scam": ("ticket_refund", "演唱会退票"), "scene": ("cooking", "做菜"),
    "column": ("xiaoshizi.garden", "菜园"), "product": ("fuhe_try", "福禾试试存"), "rule": ("ZZ-01", "试一试"),
}


@pytest.fixture(autouse=True)
def inside(project):
    return project


@pytest.mark.parametrize("kind", KINDS)
def test_a_draft_passes_and_tells_the_next_step(kind, project, capsys):
    ident, title = KINDS[kind]
    assert cli.main([kind, ident, "--title", title]) == cli.DONE
    told = capsys.readouterr().out
    draft = project / cli.FOLDER / cli.KINDS[kind] / f"{ident}.yml"
    assert draft.is_file() and "1. 改 " in told and "mv " in told
    assert lint.main([str(draft)]) == lint.CLEAN
    before = draft.read_text(encoding="utf-8")
    assert cli.main([kind, ident, "--title", title]) == cli.BAD_CALL
    assert draft.read_text(encoding="utf-8") == before
    assert f"utter_faq/{ident}" not in load_content(project).responses


def test_what_stands_in_the_project_is_not_replaced():
    assert cli.main(["faq", "early_repay", "--title", "提前还款"]) == cli.BAD_CALL
    assert not Path("drafts/nlu/faq/early_repay.yml").exists()


@pytest.mark.parametrize("call", [
    ["faq", "Bad", "--title", "甲"], ["faq", "../x", "--title", "甲"], ["faq", "fine"], ["faq", "fine", "--title", "甲: [乙]"],
    ["column", "garden", "--title", "甲"], ["column", "nobody.garden", "--title", "甲"], ["rule", "x", "--title", "甲"],
])
def test_a_name_that_cannot_be_one_writes_nothing(call, project):
    assert cli.main(call) == cli.BAD_CALL
    assert not list(project.glob("drafts/**/fine.yml"))


def test_a_mistake_in_a_draft_is_found_at_its_line(project):
    draft = cli.write_draft(project, "faq", "broken_one", "某件事", load_institution_today())
    draft.write_text(draft.read_text(encoding="utf-8").replace("/handoff", "/hand_off"), encoding="utf-8")
    problems, later = check_draft(project, draft)
    assert [one.code for one in problems] == ["P618"] and [one.code for one in later] == ["P647", "P657"]
    assert "hand_off" in draft.read_text(encoding="utf-8").split("\n")[problems[0].line - 1]


def test_what_is_left_to_write_is_told_and_stops_a_draft_that_was_moved_too_early(project):
    for kind in ("scam", "column", "rule"):
        ident, title = KINDS[kind]
        _, later = check_draft(project, cli.write_draft(project, kind, ident, title, load_institution_today()))
        assert "P657" in [one.code for one in later], kind
    draft = cli.write_draft(project, "faq", "not_yet", "某件事", load_institution_today())
    draft.rename(project / "data/nlu/faq/not_yet.yml")
    assert {one.code for one in lint.problems_in(project) if "not_yet" in one.file} == {"P647", "P657"}


def test_a_rule_whose_example_is_let_through_is_told(project):
    draft = cli.write_draft(project, "rule", "ZZ-02", "试", load_institution_today())
    draft.write_text(draft.read_text(encoding="utf-8").replace("- 待填的说法就是这样。", "- 今天天气不错。"), encoding="utf-8")
    (problem,), _ = check_draft(project, draft)
    assert problem.code == "R101" and "今天天气不错" in problem.what


def test_a_drafted_sheet_may_not_be_said_and_is_not_approved(project):
    draft = cli.write_draft(project, "product", "fuhe_other", "福禾另一种", load_institution_today())
    _, later = check_draft(project, draft)
    assert [one.code for one in later] == ["P657", "P512"]
    with pytest.raises(ContentError) as told:
        load_product(draft)
    assert not told.value.partial


def test_a_card_is_copied_with_its_comments_under_its_own_name(project, capsys):
    home = project / "persona" / "mascots"
    assert cli._new_mascot(project, "xiaosongshu", "xiaoshizi", "小松鼠") == cli.DONE
    card = home / "xiaosongshu.yml"
    mascot = load_mascot(card)
    assert (mascot.id, mascot.name, mascot.self_name, mascot.aliases) == ("xiaosongshu", "小松鼠", "小松鼠", ("小松鼠",))
    assert "小柿子" not in card.read_text(encoding="utf-8") and "columns" not in mascot.extensions
    assert list(load_mascots(home)) == sorted([*load_mascots(), "xiaosongshu"])
    with pytest.raises(FileExistsError):
        cli._new_mascot(project, "xiaosongshu", "xiaoshizi", "小山雀")
    assert lint.main([]) == lint.CLEAN  # no scene is missing: it has the neutral ones
    card.unlink()


def load_institution_today():
    return cli.load_institution().today()
