"""Approvals that do not hold, are missing or end soon; what is wrong in live.yml."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from yaml import YAMLError

from persona.approval import REASONS, Approval, author_of, needs_two_response, response_digest, wrong
from persona.compliance import Guard
from persona.compliance.model import CATEGORIES
from persona.content.house import House
from persona.content.model import Content, Response
from persona.errors import ContentError, Problem
from persona.live import DEFAULT, load_live
from persona.textual import nearest
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
    document = read(path)
    said = {*house.content.responses, *house.products, *house.content.unread, *house.unread}
    for section in ("withdraw", "replace") if isinstance(document.data, dict) else ():
        for name in document.data[section] if isinstance(document.data.get(section), dict) else ():
            if name not in said:
                near = nearest(name, said, 0.6)
                line, column = document.place((section, name))
                yield Problem(document.file, line, "L106", f"{section}.{name}", f"没有「{name}」这条回答或产品，写了也不起作用",
                              f"是不是 {near}？" if near else "写回答的全名（utter_…）或产品页的 id。", column, name)
    labels = {*house.content.labels, *house.content.unread, *CATEGORIES}
    notices = document.data.get("notice") if isinstance(document.data, dict) else None
    for name, notice in notices.items() if isinstance(notices, dict) else ():
        topics = notice.get("topics") if isinstance(notice, dict) else None
        for at, topic in enumerate(topics if isinstance(topics, list) else ()):
            if topic not in labels:
                yield document.problem("L106", ("notice", name, "topics", at), f"没有「{topic}」这个话题或类别，公告不会挂上去",
                                       "对照 data/nlu 下的话题名；类别写 loan、card 这样的英文。", str(topic), f"notice.{name}")
    try:
        state = load_live(path)
        if state.notices or state.replaced:
            load_live(path, Guard.load(house.home / "compliance"))
    except ContentError as error:
        yield from error.problems
    except (YAMLError, ValueError):  # of a file the guard reads: said by its own check
        return
