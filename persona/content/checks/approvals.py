"""Approvals that do not hold, are missing or end soon; what is wrong in live.yml."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from persona.approval import REASONS, Approval, author_of, needs_two_response, response_digest, wrong
from persona.compliance import Guard
from persona.compliance.rules import RuleError
from persona.content.house import House
from persona.content.model import Content, Response
from persona.errors import ContentError, Problem
from persona.live import DEFAULT, load_live
from persona.yamlfile import read

AHEAD = timedelta(days=30)
CODES = {"unapproved": "P680", "changed": "P681", "author": "P682", "second": "P683", "early": "P684", "expired": "P685"}
DUE = "P686"
_FIX = "请批准人再看；同意后运行 mascot approve {} --by 姓名 --role 岗位 --until 日期。"


def needing(content: Content) -> list[Response]:
    """Answers that explain a product category by their metadata: what `approval_required: [offer, explain]` adds."""
    return [one for one in content.variations() if str(one.metadata.get("category") or "none") != "none"]


def answer(response: Response, house: House) -> Iterator[Problem]:
    """The approval of an answer: it holds, or it is not needed and not there."""
    meta, here = response.metadata, ("metadata", "approval")
    if "approval" not in meta:
        if "explain" in house.institution.approval_required and str(meta.get("category") or "none") != "none":
            yield response.problem(("metadata",), "P680", "讲解要批准（institution.yml 的 approval_required），这条没有批准", _FIX.format(response.name))
        return
    approval = Approval.of(meta["approval"])
    two = needs_two_response(house.institution.four_eyes, str(meta.get("category") or "none"))
    reason = wrong(approval, response_digest(response.item), author_of(meta), house.today, two)
    if approval is None:
        yield response.problem(here, "P680", "批准没写全：要有 id、by、role、at、until、sha256", _FIX.format(response.name))
    elif reason:
        yield response.problem(here, CODES[reason], REASONS[reason], _FIX.format(response.name))
    elif approval.until <= house.today + AHEAD:
        yield response.problem(here, DUE, f"批准 {approval.id} 在 {approval.until} 到期，还有 {(approval.until - house.today).days} 天",
                               "提前送审，重新批准。")


def products(house: House) -> Iterator[Problem]:
    """What the sheets' own loader and dates do not see: a second name, a day that has not come."""
    for product in house.products.values():
        reason = product.wrong(house.today, house.institution.four_eyes)
        if reason in ("second", "early"):
            yield Problem(product.file, read(product.file).line("approval"), CODES[reason], "approval", REASONS[reason], _FIX.format(product.id))


def live(house: House) -> Iterator[Problem]:
    """The project's live.yml."""
    path = house.root / DEFAULT if house.root else None
    if path is None or not path.is_file():
        return
    try:
        state = load_live(path)
        if state.notices or state.replaced:
            load_live(path, Guard.load(house.home / "compliance"))
    except ContentError as error:
        yield from error.problems
    except RuleError:  # said by the guard's own check
        return
