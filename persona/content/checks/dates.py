"""What is past its date, and what will be within thirty days."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from persona.content.house import House
from persona.content.model import Response
from persona.errors import Problem
from persona.textual import PLACEHOLDER, is_day, no_day
from persona.yamlfile import read

SOON = timedelta(days=30)


def answer(response: Response, house: House) -> Iterator[Problem]:
    """``reviewed`` and ``expires`` of an answer."""
    found: dict[str, date] = {}
    for key in ("reviewed", "expires"):
        written = response.metadata.get(key)
        if written in (None, ""):
            continue
        if is_day(str(written)):
            found[key] = date.fromisoformat(str(written))
        else:
            yield response.problem(("metadata", key), "P106", *no_day(str(written)), str(written))
    reviewed, expires = found.get("reviewed"), found.get("expires")
    until, checked = ("metadata", "expires"), ("metadata", "reviewed")
    if "episode" in response.metadata:
        pass  # an episode is meant to run out, and may be written ahead; the column's own check knows its dates
    elif expires and expires < house.today:
        yield response.problem(until, "P624", f"{expires} 已经过期，不会再说出口", "重新核对内容，改 reviewed 和 expires。", str(expires))
    elif reviewed and reviewed > house.today:
        yield response.problem(checked, "P625", f"复核日 {reviewed} 在将来", "写真正复核的那一天。", str(reviewed))
    elif reviewed and expires and reviewed >= expires:
        yield response.problem(until, "P625", f"到期日 {expires} 不在复核日 {reviewed} 之后", "改 reviewed 或 expires。", str(expires))
    elif expires and expires - house.today <= SOON:
        yield response.problem(until, "P650", f"{expires} 到期，还有 {(expires - house.today).days} 天", "核对内容，改 reviewed 和 expires。", str(expires))


def figures(house: House) -> Iterator[Problem]:
    """Figures past their review date, told where they stand, with the answers that fall silent."""
    for name, figure in house.figures.items():
        if house.today < figure.as_of <= figure.review_by and figure.as_of != date.max and (document := house.figures_file):
            yield document.problem("P303", ("figures", name, "as_of"), f"截至日 {figure.as_of} 在将来", "写这个数是哪天的值。", str(figure.as_of), name)
        left = figure.review_by - house.today
        if left > SOON or figure.review_by < figure.as_of:
            continue
        used = [response.name for response in house.content.variations() if name in PLACEHOLDER.findall(response.text)]
        uses = "用到它的：" + "、".join(dict.fromkeys(used)) if used else "还没有回答用到它"
        document = house.figures_file
        line, column = document.place(("figures", name, "review_by"), str(figure.review_by)) if document else (figure.line, 0)
        file = document.file if document else house.figures.source
        if left.days < 0:
            yield Problem(file, line, "P628", name, f"数字过了复核日 {figure.review_by}，不会再说出口；{uses}",
                          "核对新值，改 value、as_of 和 review_by。", column, str(figure.review_by))
        else:
            yield Problem(file, line, "P304", name, f"数字要在 {figure.review_by} 前复核，还有 {left.days} 天；{uses}",
                          "核对新值，改 value、as_of 和 review_by。", column, str(figure.review_by))


def products(house: House) -> Iterator[Problem]:
    """Approvals of product sheets."""
    for product in house.products.values():
        if product.approval is None:  # said by the loader
            continue
        left = product.approval.until - house.today
        if left > SOON:
            continue
        document = read(product.file)
        line, column = document.place(("approval", "until"), str(product.approval.until))
        code, what = ("P515", f"批准 {product.approval.id} 在 {product.approval.until} 到期了，这一页不会再说出口") if left.days < 0 else (
            "P516", f"批准 {product.approval.id} 在 {product.approval.until} 到期，还有 {left.days} 天")
        yield Problem(document.file, line, code, "approval.until", what, "请批准人重新看过，写上新的起止日和指纹。", column, str(product.approval.until))
