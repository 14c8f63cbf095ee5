"""Approved product sheets: what may be said about a named product, by whose approval, until when."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from types import MappingProxyType

from persona.approval import REASONS, Approval, needs_two, wrong
from persona.errors import ContentError, Problem, RenderError, StaleProduct
from persona.layers import current
from persona.textual import PLACEHOLDER, lone_brace, squeeze, written_day
from persona.yamlfile import read
from persona.yamlvalues import Reader

FOLDER = Path(__file__).parent / "products"
SCHEMA = "mascot-product/1"
ROLES = ("issuer", "agency")
GRADES = ("R1", "R2", "R3", "R4", "R5")
BODY_MAX = 220
# category -> what has to stand in the same bubble when a product of it is named
REQUIRED: Mapping[str, tuple[str, ...]] = MappingProxyType({
    "deposit": ("D-DEP-1", "D-DEP-3"),
    "wealth": ("D-WM-1", "D-WM-2", "D-WM-3"),
    "fund": ("D-FD-1", "D-FD-2", "D-FD-3"),
    "insurance": ("D-IN-1", "D-IN-2", "D-IN-3"),
    "loan": ("D-LN-1", "D-LN-2", "D-LN-3"),
    "card": ("D-CC-1", "D-CC-4"),
    "pension": ("D-PP-1", "D-PP-2", "D-PP-3"),
    "gold": ("D-GD-1",),
    "structured": ("D-SD-1", "D-SD-2"),
})
AGENCY: Mapping[str, str] = MappingProxyType({"wealth": "D-WM-5", "fund": "D-FD-4"})
KEYS = (
    "schema", "id", "name", "category", "kind", "provider", "role", "risk", "term", "minimum", "fees", "rate",
    "early", "author", "approval", "as_of", "source", "disclosures", "body", "called",
)
# A folded YAML block puts a space where a line ended; Chinese has none there.
_FOLD = re.compile(r"(?<=[^\x00-\x7F]) +(?=[^\x00-\x7F]|\{)")
# What a question under a sheet is about -> the sentences that answer it. Each is read out whole, as it was approved.
ASPECTS = tuple((re.compile(asked), re.compile(told)) for asked, told in (
    ("风险|等级|亏|赔|安全|保本|本金|(能|可以|适合).{0,3}买", "可能亏损|损失|盈亏|适合风险|存款保险|逾期|审批结果"),
    ("封闭|期限|多久|多长|几年|到期|随时|提前|中途|取|赎|拿", "期限|存期|最长|提前|赎回|封闭|转让"),
    ("费", "(?<!消)费"),
    ("收益|利率|利息|赚", "业绩比较基准|利率|利息|约定收益"),
    ("起购|起点|门槛|最少|至少", "起购|起存|起贷|元起|满[0-9]+元"),
))
_SENTENCE = re.compile(r"[^。\n]+。?")
FIELDS = ("name", "kind", "provider", "grade", "suits", "term", "minimum", "fees", "rate", "basis", "early", "as_of")


# What customers name that is sold on the sheets of another category.
_SOLD_AS = {"cd": "deposit", "mortgage": "loan", "installment": "card", "bond": "gold"}


def category_of(named: str) -> str:
    """The category of a product word's entity value: `cd` (大额存单) belongs to the deposits."""
    return _SOLD_AS.get(named, named)


# Money that can be lost comes before money in the bank: 「存单到期，有个理财能买吗」 asks about the former.
_CAN_LOSE = ("wealth", "fund", "insurance", "gold", "structured", "pension", "bond")


def foremost(named: Sequence[str]) -> str:
    """Of several products named in one message the first that can lose money, else the first."""
    return next((kind for kind in named if kind in _CAN_LOSE), named[0])


@dataclass(frozen=True)
class Product:
    """One sheet. ``disclosures`` maps each id to the sentence with its blanks filled."""

    id: str
    name: str
    category: str
    kind: str
    provider: str
    role: str
    grade: str
    suits: str
    term: str
    minimum: str
    fees: str
    rate: str
    basis: str
    early: str
    author: str
    approval: Approval | None
    as_of: date
    source: str
    disclosures: Mapping[str, str]
    body: str
    called: tuple[str, ...] = ()  # short names that customers use; nothing that is said is made of them
    file: str = ""
    line: int = 1  # of the approval

    def wrong(self, today: date, four_eyes: Collection[str] = ()) -> str:
        """Why it may not be said today: a key of ``approval.REASONS``, or ""."""
        return wrong(self.approval, self.digest(), self.author, today, needs_two(four_eyes, self.category, "offer"))

    def valid(self, today: date, four_eyes: Collection[str] = ()) -> bool:
        """Whether its approval carries it ``today``; ``four_eyes`` is what the institution wants two names for."""
        return not self.wrong(today, four_eyes)

    def text(self) -> str:
        """Body and disclosures as one bubble, whether or not it may be said today."""
        fields = {name: str(getattr(self, name)) for name in FIELDS}
        fields["as_of"] = written_day(self.as_of)
        body = PLACEHOLDER.sub(lambda match: fields.get(match.group(1), match.group()), self.body)
        return squeeze("\n".join([body, *self.disclosures.values()]))

    def render(self, today: date) -> str:
        """What may be said today; raises StaleProduct outside of the approval's dates."""
        reason = self.wrong(today)
        if reason:
            given = self.approval
            dates = f"（{given.id}，{given.at} 到 {given.until}，今天 {today}）" if given else ""
            raise StaleProduct(f"{self.name}：{REASONS[reason]}{dates}", self.id)
        return self.text()

    def lines(self, question: str) -> str:
        """What the sheet says to a question about it: whole sentences, then what its category must disclose; "" for none."""
        wanted = [told for asked, told in ASPECTS if asked.search(question)]
        found = [s for s in _SENTENCE.findall(self.text().removeprefix(f"{self.name}：")) if any(told.search(s) for told in wanted)]
        due = [self.disclosures[ident] for ident in REQUIRED[self.category]]
        return "\n".join([*found, *(d for d in due if not set(_SENTENCE.findall(d)) <= set(found))]) if found else ""

    def digest(self) -> str:
        """Fingerprint of what was approved: the text with its disclosures."""
        said = "\n".join([self.text(), *self.disclosures])
        return hashlib.sha256(said.encode("utf-8")).hexdigest()


def load_products(folder: Path | str | None = None, approved: bool = True) -> dict[str, Product]:
    """Every sheet in ``folder`` by id, expired ones included: ask ``valid`` or ``render``.

    ``approved=False`` also takes sheets whose approval is missing or does not fit: one of them must not silence the rest.
    """
    found: dict[str, Product] = {}
    problems: list[Problem] = []
    for file in sorted(Path(folder or current(FOLDER)).glob("*.yml")):
        try:
            product = load_product(file, approved)
        except ContentError as error:
            problems += error.problems
            continue
        if product.id in found:
            line, column = read(file).place(("id",), product.id)
            problems.append(Problem(product.file, line, "P502", "id", f"「{product.id}」在 {found[product.id].file} 已经用过", "换一个 id。", column, product.id))
        found[product.id] = product
    if problems:
        raise ContentError(problems, found)
    return found


def load_product(path: Path | str, approved: bool = True) -> Product:
    """One sheet; raises ContentError with everything that is wrong in it, its approval included when ``approved``."""
    reader = Reader(read(path), SCHEMA)
    reader.only(KEYS)
    reader.only(("grade", "suits", "issuer_grade"), "risk")
    reader.only(("statement", "basis"), "rate")
    reader.only(("id", "by", "role", "second", "at", "until", "sha256"), "approval")
    approval = _approval(reader) if approved or reader.get("approval") else None
    graded = reader.get("risk") is not None
    product = Product(
        id=reader.text("id"),
        name=reader.text("name"),
        category=reader.one_of(tuple(REQUIRED), "category"),
        kind=reader.text("kind"),
        provider=reader.text("provider"),
        role=reader.one_of(ROLES, "role"),
        grade=reader.one_of(GRADES, "risk", "grade") if graded else "",
        suits=reader.text("risk", "suits") if graded else "",
        term=reader.text("term"),
        minimum=reader.text("minimum"),
        fees=reader.text("fees"),
        rate=reader.text("rate", "statement"),
        basis=reader.text("rate", "basis"),
        early=reader.text("early"),
        author=reader.text("author"),
        approval=approval,
        as_of=reader.day("as_of"),
        source=reader.text("source"),
        disclosures=MappingProxyType(_disclosures(reader)),
        body=_FOLD.sub("", reader.text("body")),
        called=tuple(reader.texts("called", required=False)),
        file=reader.document.file,
        line=reader.document.line("approval"),
    )
    if not reader.problems:
        _check(product, reader)
        if approved:
            _check_approval(product, reader)
    reader.finish()
    return product


def _approval(reader: Reader) -> Approval:
    return Approval(
        reader.text("approval", "id"), reader.text("approval", "by"), reader.text("approval", "role"),
        reader.day("approval", "at"), reader.day("approval", "until"), reader.text("approval", "sha256"),
        reader.text("approval", "second", required=False),
    )


def _disclosures(reader: Reader) -> dict[str, str]:
    """``id: ""`` takes the canonical sentence; where that has blanks, the sheet fills them."""
    from persona.compliance import disclosure_text

    found: dict[str, str] = {}
    for ident in reader.mapping("disclosures"):
        here = ("disclosures", ident)
        try:
            canonical = str(disclosure_text(ident))
        except KeyError:
            reader.bad("P503", here, f"没有编号为 {ident} 的披露", "看 compliance/disclosures.yml 里有哪些编号。")
            continue
        own = reader.text(*here, required=False)
        if "__" in (own or canonical):
            reader.bad("P504", here, "披露里还有空没填（__）", f"照这句填好：{canonical}")
        found[ident] = own or canonical
    return found


def _check(product: Product, reader: Reader) -> None:
    needed = [*REQUIRED[product.category]]
    if product.role == "agency" and product.category in AGENCY:
        needed.append(AGENCY[product.category])
    for ident in needed:
        if ident not in product.disclosures:
            reader.bad("P505", ("disclosures",), f"缺少 {ident}", "补上；这一类产品点名就必须带它。")
    if product.category in ("wealth", "fund", "structured") and not product.grade:
        reader.bad("P506", ("risk",), "缺少风险等级", "写 risk: {grade: R2, suits: C2}。")
    _check_grades(product, reader)
    if lone_brace(product.body) >= 0:
        reader.bad("P507", ("body",), "有落单的花括号", "删掉它，或补成 {name} 这样的占位符。")
    for name in PLACEHOLDER.findall(product.body):
        if name not in FIELDS:
            reader.bad("P508", ("body",), f"不认识的占位符 {{{name}}}", "可用：" + "、".join(FIELDS) + "。")
    text = product.text()
    body = text.split("\n", 1)[0]
    for key, fact in (("name", product.name), ("provider", product.provider), ("kind", product.kind),
                      ("rate", product.rate), ("fees", product.fees)):
        if fact not in text:
            reader.bad("P509", ("body",), f"正文里没有说到 {key}：{fact}", f"在正文里写 {{{key}}}。")
    if "为准" not in text:
        reader.bad("P509", ("body",), "正文里没有「以合同为准」", "补一句以合同或凭证为准。")
    if len(body) > BODY_MAX:
        reader.bad("P107", ("body",), f"填好后 {len(body)} 个字，最多 {BODY_MAX} 个", "删短。")


def _check_grades(product: Product, reader: Reader) -> None:
    """The stricter of two grades is the one that is told, and it must not be above what it suits."""
    if not product.grade:
        return
    issuer = reader.one_of(GRADES, "risk", "issuer_grade") if reader.get("risk", "issuer_grade") is not None else product.grade
    if issuer > product.grade:
        reader.bad("P513", ("risk", "grade"), f"发行方定为 {issuer}，这里写 {product.grade}", f"孰高：写 {issuer}，适合的等级一起改。")
    suits = re.fullmatch(r"C([1-5])", product.suits)
    if suits is None or suits.group(1) < product.grade[1:]:
        reader.bad("P514", ("risk", "suits"), f"{product.grade} 的产品不适合「{product.suits}」", f"写 C{product.grade[1:]} 或更高。")


def _check_approval(product: Product, reader: Reader) -> None:
    approval = product.approval
    if approval is None:
        return
    if approval.at > approval.until:
        reader.bad("P510", ("approval", "until"), "批准的止日早于起日", "改日期。")
    if product.author in (approval.by, approval.second):
        reader.bad("P511", ("approval", "by"), "批准人就是作者", "换一个人批准。")
    # A sheet that has to be mended changes anyway; its fingerprint is asked for when it is right.
    if not reader.problems and approval.sha256 != product.digest():
        reader.bad("P512", ("approval", "sha256"), "内容和批准时不一样",
                   f"交给批准人再看；同意后运行 mascot approve {product.id} --by 姓名 --role 岗位 --until 日期。")


def product_values(product: Product, today: date) -> dict[str, str]:
    """The sheet's facts as values for a dialogue's own sentences; raises StaleProduct like ``render``."""
    if not product.valid(today):
        raise StaleProduct(f"{product.name} 今天没有有效的批准", product.id)
    return {f"product_{name}": str(getattr(product, name)) for name in FIELDS}


__all__ = ["Approval", "Product", "RenderError", "StaleProduct", "category_of", "load_product", "load_products", "product_values"]
