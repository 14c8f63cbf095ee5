"""An approval is for exactly one text, by somebody who did not write it, until a day."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from persona.approval import Approval, digest, needs_two, response_digest, wrong
from persona.content import load_content
from persona.content.checks import approvals
from persona.content.codes import is_warning
from persona.content.house import furnish
from persona.figures import Figures
from persona.institution import load_institution
from persona.products import load_products

TODAY = date(2026, 11, 24)
ITEM = {
    "text": "分期的总费用看合同，拨{hotline}也能问。",
    "buttons": [{"title": "转人工", "payload": "/handoff"}],
    "metadata": {"tone": "plain", "category": "card", "disclosures": ["D-CC-4"]},
}
GIVEN = Approval("A-0100", "周既明", "合规审查岗", TODAY, TODAY + timedelta(days=90), response_digest(ITEM))


def changed(**more: object) -> str:
    return response_digest({**ITEM, **more})


def test_the_fingerprint_is_the_same_on_every_machine_and_in_every_version() -> None:
    canonical = '{"buttons":[["转人工","/handoff"]],"disclosures":[],"text":"先锁卡。"}'
    assert digest(" 先锁卡。\n", [{"payload": "/handoff", "title": "转人工"}]) == hashlib.sha256(canonical.encode()).hexdigest()


def test_how_a_text_is_quoted_or_folded_and_what_customers_do_not_see_does_not_matter() -> None:
    assert changed(text=ITEM["text"] + "\n") == GIVEN.sha256
    assert changed(metadata={**ITEM["metadata"], "tone": "warm", "reviewed": "2026-12-01", "approval": GIVEN.record()}) == GIVEN.sha256


@pytest.mark.parametrize("more", [
    {"text": "分期的总费用看合同，拨{hotline}也能问！"},
    {"buttons": [{"title": "转人工吧", "payload": "/handoff"}]},
    {"buttons": [{"title": "转人工", "payload": "/faq/installment"}]},
    {"buttons": []},
    {"metadata": {"disclosures": []}},
    {"metadata": {"disclosures": ["D-CC-2"]}},
    {"image": "https://www.fuhe.example/a.png"},
    {"custom": {"card": "x"}},
])
def test_one_character_that_customers_see_ends_the_approval(more: dict[str, object]) -> None:
    assert changed(**more) != GIVEN.sha256
    assert wrong(GIVEN, changed(**more), "沈知夏", TODAY) == "changed"


def test_a_new_wording_of_a_disclosure_ends_the_approval(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("persona.approval._sentence", lambda ident: "新的提示")
    assert response_digest(ITEM) != GIVEN.sha256


@pytest.mark.parametrize(("approval", "author", "two", "reason"), [
    (GIVEN, "沈知夏", False, ""),
    (None, "沈知夏", False, "unapproved"),
    (GIVEN, "周既明", False, "author"),
    (GIVEN, "沈知夏", True, "second"),
    (replace(GIVEN, second="周既明"), "沈知夏", True, "second"),
    (replace(GIVEN, second="沈知夏"), "沈知夏", True, "author"),
    (replace(GIVEN, second="顾明远"), "沈知夏", True, ""),
    (replace(GIVEN, at=TODAY + timedelta(days=1)), "", False, "early"),
    (replace(GIVEN, until=TODAY), "", False, ""),
    (replace(GIVEN, until=TODAY - timedelta(days=1)), "", False, "expired"),
])
def test_who_may_approve_and_how_long_it_holds(approval: Approval | None, author: str, two: bool, reason: str) -> None:
    assert wrong(approval, GIVEN.sha256, author, TODAY, two) == reason


def test_four_eyes_are_for_categories_or_depths() -> None:
    assert needs_two(("fund",), "fund", "offer") and needs_two(("offer",), "loan", "offer")
    assert not needs_two(("fund",), "loan", "offer") and not needs_two((), "fund", "offer")


@pytest.mark.parametrize("raw", [None, "A-0031", {}, {"id": "A-1", "by": "甲", "role": "岗", "sha256": "0", "at": "昨天", "until": "2027-01-01"},
                                 {"id": "A-1", "role": "岗", "sha256": "0", "at": "2026-01-01", "until": "2027-01-01"}])
def test_an_approval_that_is_not_whole_is_none(raw: object) -> None:
    assert Approval.of(raw) is None


def test_every_sheet_of_the_project_is_approved_by_the_banks_clock_and_two_persons_where_asked() -> None:
    bank = load_institution()
    for product in load_products().values():
        assert product.wrong(date(2026, 11, 24), bank.four_eyes) == ""
    fund = load_products()["hechuan_balanced_fund"]
    assert bank.four_eyes == ("fund",) and fund.approval and fund.approval.second
    assert replace(fund, approval=replace(fund.approval, second="")).wrong(TODAY, bank.four_eyes) == "second"


YAML = '''version: "3.1"
responses:
  utter_faq/fee:
  - text: "分期的总费用看合同。"
    metadata:
      tone: plain
      category: card
      author: 沈知夏
      approval: {id: A-1, by: 周既明, role: 合规, at: "2026-11-01", until: "2027-01-10", sha256: "SHA"}
'''.replace("SHA", digest("分期的总费用看合同。"))


def linted(folder: Path, text: str, today: date = TODAY, **policy: object) -> list[str]:
    (folder / "fee.yml").write_text(text, encoding="utf-8")
    bank = replace(load_institution(), **policy)  # type: ignore[arg-type]
    house = furnish(load_content(folder), bank, Figures({}), today, {})
    return [f"{p.code}:{p.line}" for one in house.content.variations() for p in approvals.answer(one, house)]


def test_the_linter_tells_what_is_wrong_with_an_approval_and_its_line(tmp_path: Path) -> None:
    assert linted(tmp_path, YAML) == []
    assert linted(tmp_path, YAML.replace("看合同", "见合同")) == ["P681:9"]
    assert linted(tmp_path, YAML.replace("沈知夏", "周既明")) == ["P682:9"]
    assert linted(tmp_path, YAML, four_eyes=("card",)) == ["P683:9"]
    assert linted(tmp_path, YAML, date(2026, 10, 31)) == ["P684:9"]
    assert linted(tmp_path, YAML, date(2027, 1, 11)) == ["P685:9"]
    assert linted(tmp_path, YAML.replace("id: A-1, ", "")) == ["P680:9"]


def test_what_ends_within_thirty_days_is_a_reminder(tmp_path: Path) -> None:
    assert linted(tmp_path, YAML, date(2026, 12, 10)) == []
    assert linted(tmp_path, YAML, date(2026, 12, 11)) == linted(tmp_path, YAML, date(2027, 1, 10)) == ["P686:9"]
    assert is_warning("P686") and not is_warning("P685")


def test_an_explanation_without_approval_is_told_where_the_institution_wants_one(tmp_path: Path) -> None:
    bare = YAML.split("      author")[0]
    assert linted(tmp_path, bare) == []
    assert linted(tmp_path, bare, approval_required=("offer", "explain")) == ["P680:5"]
    assert linted(tmp_path, bare.replace("card", "none"), approval_required=("offer", "explain")) == []
