"""Branches inherit and override; colleagues are licensed, and found in the bank's own channels only."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from persona.branches import LICENCES, cities
from persona.compliance import Context, Guard
from persona.content import load_content
from persona.content.checks import branches as checks
from persona.content.house import furnish
from persona.errors import ContentError, Problem
from persona.figures import load_figures
from persona.institution import DEFAULT, FILE, Institution, load_institution
from persona.products import REQUIRED
from persona.state import changes

BANK = load_institution()
SUZHOU = {"entity": "city", "value": "苏州"}


@pytest.fixture
def edited(tmp_path: Path) -> Callable[..., Path]:
    def edit(*pairs: tuple[str, str]) -> Path:
        text = DEFAULT.read_text(encoding="utf-8")
        for old, new in pairs:
            assert old in text
            text = text.replace(old, new, 1)
        file = tmp_path / "institution.yml"
        file.write_text(text, encoding="utf-8")
        return file

    return edit


def codes(file: Path) -> dict[str, int]:
    with pytest.raises(ContentError) as caught:
        load_institution(file)
    return {problem.code: problem.line for problem in caught.value.problems}


def institution_problems(bank: Institution) -> list[Problem]:
    house = furnish(load_content(Path("nowhere")), bank, load_figures(), BANK.today(), {})
    review = Guard.load().review
    return [*checks.cities(house), *checks.notice(house), *checks.spoken(house, review)]


def test_what_a_branch_does_not_say_is_the_institutions() -> None:
    plain, own = BANK.branches["hangzhou_chengnan"], BANK.branches["suzhou_hexi"]
    assert plain.hours == BANK.hours["branch"] and plain.hotline == BANK.hotline
    assert own.hours != BANK.hours["branch"] and own.housing_fund.channel == plain.housing_fund.channel
    assert own.housing_fund.source == "以当地公积金中心公告为准" and own.housing_fund.as_of


def test_placeholders_are_those_of_the_customers_branch() -> None:
    there = BANK.placeholders(BANK.place({"city": "苏州"}, {}))
    assert there["hours_branch"] == BANK.branches["suzhou_hexi"].hours and there["branch"] == "苏州河西支行"
    assert there["bank"] == BANK.name and "branch" not in BANK.placeholders()


@pytest.mark.parametrize(("slots", "metadata", "kind", "first"), [
    ({}, {}, "", None),
    ({}, {"branch": "hangzhou_yuanqian"}, "branch", "hangzhou_yuanqian"),
    ({}, {"branch": "nowhere"}, "", None),
    ({}, {"branch": ["x"]}, "", None),
    ({"city": "苏州"}, {"branch": "hangzhou_yuanqian"}, "branch", "suzhou_hexi"),
    ({"city": "杭州"}, {"branch": "hangzhou_yuanqian"}, "branch", "hangzhou_yuanqian"),
    ({"city": "无锡"}, {"branch": "hangzhou_yuanqian"}, "city", None),
])
def test_the_city_said_wins_over_the_clients_branch(slots, metadata, kind, first) -> None:
    here = BANK.place(slots, metadata)
    assert here.kind == kind and (here.branch.id if here.branch else None) == first


@pytest.mark.parametrize(("label", "text", "kept"), [
    ("set_city", "我在苏州呢", True),
    ("faq/branch_hours", "苏州网点周六开吗", True),
    ("faq/housing_fund.withdraw", "苏州公积金怎么提", True),
    ("faq/transfer_time", "转到苏州的卡多久到", False),
    ("faq/transfer_time", "我在苏州，转账多久到", True),
    ("faq/transfer_time", "我不在苏州，转账多久到", False),
])
def test_a_city_in_passing_is_not_where_the_customer_is(label: str, text: str, kept: bool) -> None:
    entity = {**SUZHOU, "start": text.index("苏州")}
    assert (changes(label, [entity], text, {}).get("city") == "苏州") is kept


def test_mistakes_in_a_branch_are_told_with_code_and_line(edited) -> None:
    file = edited(
        ("  hours: \"周一至周日 9:00—16:30\"", "  hours: 下午"), ("- id: suzhou_hexi", "- id: hangzhou_chengnan"),
        ("  address: 成都市稻香路66号（虚构）", "  address: 成都市稻香路66号（虚构）\n  hotline: \"400000\""),
        ("staff_id: FH0306", "staff_id: FH0108"), ("银行从业资格（个人贷款）: 虚构0306-1", "驾驶证: 虚构0306-1"),
    )
    found = codes(file)
    assert {"P213", "P205", "P206", "P207"} <= set(found)
    assert "hotline" in file.read_text(encoding="utf-8").split("\n")[found["P205"] - 1]


@pytest.mark.parametrize("private", ["微信 fuhe_li", "13900000000", "139-0000-0000", "QQ 12345", "加vx细聊", "https://x.example"])
@pytest.mark.parametrize("field", ["staff_id: FH0108", "虚构0108-1"])
def test_a_private_contact_of_a_colleague_is_refused(edited, field: str, private: str) -> None:
    file = edited((field, field.replace("FH0108", f'"{private}"').replace("虚构0108-1", f'"{private}"')))
    assert "P209" in codes(file)


@pytest.mark.parametrize(("change", "code"), [
    (("found_at: [柜台]", "found_at: [小满的抖音]"), "P208"),
    (("role: 理财经理", "role: 理财经理\n    phone: \"95XXX0\""), "P109"),
    (("    licences: {银行从业资格（个人理财）: 虚构0108-1, 基金从业资格: 虚构0108-2}", "    licences: {}"), "P207"),
    (("link: https://www.fuhe.example/group", "link: https://weixin.example/g"), "P210"),
    (("profile: full", "profile: cards"), "P110"),
])
def test_what_is_not_the_banks_own_is_refused(edited, change, code: str) -> None:
    assert code in codes(edited(change))


def test_a_colleague_explains_only_what_the_licence_covers() -> None:
    here = BANK.place({"city": "苏州"}, {})
    assert [c.name for c in here.colleagues("insurance")] == ["秦芒种"]
    assert here.colleagues("fund") == [] and here.colleagues("loan") == []
    assert "保险销售资格" in here.colleagues("insurance")[0].introduced("insurance")
    assert "个人理财" not in here.colleagues("insurance")[0].introduced("insurance")


def test_every_product_category_has_a_licence_and_every_number_says_it_is_invented() -> None:
    assert set().union(*LICENCES.values()) == set(REQUIRED)
    for branch in BANK.branches.values():
        assert "虚构" in branch.address
        assert all("虚构" in number for c in branch.colleagues for number in c.licences.values())


def test_the_groups_notice_is_held_against_the_guard(edited) -> None:
    today = BANK.today()
    assert institution_problems(BANK) == [] and BANK.group is not None and not BANK.group.enabled
    assert Guard.load().review(BANK.group.rules, Context(now=today)).allowed
    bad = load_institution(edited(("群里不荐产品，不报收益，", "群里有老师带你买基金，稳赚不赔，")))
    assert {p.code for p in institution_problems(bad)} == {"C401", "P212"}


def test_a_city_nobody_understands_is_found(edited) -> None:
    bank = load_institution(edited(("  city: 成都", "  city: 成都府")))
    assert [p.code for p in institution_problems(bank)] == ["P211"]


def test_another_file_is_named_by_the_environment(edited, monkeypatch) -> None:
    monkeypatch.setenv(FILE, str(edited(("name: 福禾银行", "name: 远舟银行"), ("domains: [fuhe.example]", "domains: [fuhe.example, yuan.example]"))))
    assert load_institution().name == "远舟银行"
    assert Guard.load().institution["domains"] == ["fuhe.example", "yuan.example"]
    assert cities(load_institution().branches) == ["杭州", "苏州", "成都"]
