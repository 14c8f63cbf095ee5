"""The bank's branches: where they are, when they are open, who is licensed there, and which one a customer means.

Read from `branches:` of institution.yml; what a branch does not say it takes over from the institution.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from persona.hours import is_open
from persona.yamlvalues import Reader

# Topics whose answer depends on where the customer is.
LOCAL = ("faq/branch_hours", "faq/housing_fund")
# Of them: what is the same everywhere, so that nobody is asked where they are.
EVERYWHERE = tuple(f"faq/branch_hours.{part}" for part in ("away", "facilities", "lunch", "phone", "self_service", "where"))
ROLES = ("理财经理", "客户经理", "大堂经理")
LISTED = 3  # branches of one city in an answer
PRESENTED = 2  # colleagues in an answer: more do not fit into one bubble
COUNTER = "柜台"
# What a licence allows its holder to explain. Names as the trade associations use them.
LICENCES: Mapping[str, frozenset[str]] = {
    "银行从业资格（个人理财）": frozenset({"deposit", "wealth", "structured", "pension"}),
    "银行从业资格（个人贷款）": frozenset({"loan"}),
    "银行从业资格（信用卡）": frozenset({"card"}),
    "基金从业资格": frozenset({"fund", "pension"}),
    "保险销售资格": frozenset({"insurance", "pension"}),
    "贵金属业务资格": frozenset({"gold"}),
}
# Numbers and accounts of a person: not the bank's channel (regulation: 金融产品网络营销管理办法, rule NM-01).
_PRIVATE = re.compile(
    r"(?<!\d)(?:\+?86[- ]?)?1[3-9]\d(?:[- ]?\d){8}(?!\d)|微信|薇信|weixin|wechat|(?<![a-z])v[x信](?![a-z])|(?<![a-z])wx|qq|扣扣|钉钉|抖音号|私人|私号|二维码|@|https?:",
    re.I,
)


@dataclass(frozen=True)
class Colleague:
    """A licensed person of a branch. `licences`: kind -> registration number; `found_at`: the bank's own channels only."""

    name: str
    staff_id: str
    role: str
    licences: Mapping[str, str]
    found_at: tuple[str, ...]

    def may_explain(self, category: str) -> bool:
        """Whether one of the licences covers the product category."""
        return any(category in LICENCES[kind] for kind in self.licences)

    def introduced(self, category: str = "") -> str:
        """Name, number and licences in a line; with a category only the licences that cover it."""
        held = [f"{kind}{number}" for kind, number in self.licences.items() if not category or category in LICENCES[kind]]
        return f"{self.name}，{self.role}，工号{self.staff_id}；{'、'.join(held)}"


@dataclass(frozen=True)
class HousingFund:
    """Whose rules hold for the housing fund in that city. Quotas and rates change too often to be kept here."""

    centre: str
    channel: str
    as_of: str
    source: str


@dataclass(frozen=True)
class Branch:
    """One branch."""

    id: str
    city: str
    name: str
    address: str
    hours: str
    hotline: str
    housing_fund: HousingFund
    colleagues: tuple[Colleague, ...] = ()

    def placeholders(self) -> dict[str, str]:
        """What an answer may fill in about this branch; `hotline` and `hours_branch` replace the institution's."""
        found = {
            "branch": self.name,
            "branch_address": self.address,
            "hours_branch": self.hours,
            "hotline": self.hotline,
            "fund_centre": self.housing_fund.centre,
            "fund_channel": self.housing_fund.channel,
        }
        return {name: value for name, value in found.items() if value}


@dataclass(frozen=True)
class Place:
    """Where a customer is, and the branches there, the one that is meant first."""

    city: str = ""
    branches: tuple[Branch, ...] = ()

    @property
    def kind(self) -> str:
        """`branch`, `city` (no branch there) or "" (not known): the pseudo slot `place` of answers."""
        return "branch" if self.branches else "city" if self.city else ""

    @property
    def branch(self) -> Branch | None:
        """The branch that is meant."""
        return self.branches[0] if self.branches else None

    def placeholders(self) -> dict[str, str]:
        """What answers with the condition `place` may fill in."""
        if not self.branch:
            return {"city": self.city} if self.city else {}
        listed = "\n".join(f"{b.name}：{b.address}，{b.hours}" for b in self.branches[:LISTED])
        return {"city": self.city, "branch_list": listed, **self.branch.placeholders()}

    def colleagues(self, category: str = "") -> list[Colleague]:
        """Licensed colleagues here, with a category only those who may explain it."""
        return [c for b in self.branches for c in b.colleagues if not category or c.may_explain(category)]


def place(branches: Mapping[str, Branch], slots: Mapping[str, Any], metadata: Mapping[str, Any] | None) -> Place:
    """Where the customer is: the city said, before the branch in the message's metadata.

    A branch nobody knows counts as none named; a city without a branch stays a city.
    """
    named = branches.get(str((metadata or {}).get("branch") or ""))
    city = str(slots.get("city") or "") or (named.city if named else "")
    there = [b for b in branches.values() if b.city == city]
    return Place(city, tuple(sorted(there, key=lambda b: b is not named)))


def sample(branches: Mapping[str, Branch], kind: str) -> Place:
    """A place of that kind to try an answer on: for `branch` the city whose list is longest, also for a bank that has none."""
    if kind != "branch":
        return Place("某地") if kind else Place()
    if not branches:
        return Place("某地", (Branch("", "某地", "某支行", "某路1号", "9:00—17:00", "", HousingFund("当地中心", "当地中心", "", "")),))
    places = [place(branches, {"city": city}, None) for city in cities(branches)]
    return max(places, key=lambda p: len(p.placeholders()["branch_list"]))


def cities(branches: Mapping[str, Branch]) -> list[str]:
    """Cities with a branch, each once, in the order of the file."""
    return list(dict.fromkeys(b.city for b in branches.values()))


def read_housing_fund(reader: Reader, *path: str | int, base: HousingFund | None = None) -> HousingFund:
    """One `housing_fund:` block; `base` gives what it does not say."""
    reader.only(("centre", "channel", "as_of", "source"), *path)
    as_of = reader.get(*path, "as_of")
    if as_of is not None or base is None:
        reader.day(*path, "as_of")
    return HousingFund(
        reader.text(*path, "centre", required=base is None, default=base.centre if base else ""),
        reader.text(*path, "channel", required=base is None, default=base.channel if base else ""),
        str(as_of) if as_of else base.as_of if base else "",
        reader.text(*path, "source", required=base is None, default=base.source if base else ""),
    )


def read_branches(
    reader: Reader, hotline: str, hours: str, phones: Sequence[str], accounts: Sequence[str], fund: HousingFund
) -> dict[str, Branch]:
    """`branches:` by id. hotline, hours, fund: the institution's. phones, accounts: its official ones."""
    found: dict[str, Branch] = {}
    names: set[str] = set()
    staff: set[str] = set()
    for number in range(reader.items("branches", required=False)):
        here = ("branches", number)
        reader.only(("id", "city", "name", "address", "hours", "hotline", "housing_fund", "colleagues"), *here)
        branch = Branch(
            id=reader.text(*here, "id"),
            city=reader.text(*here, "city"),
            name=reader.text(*here, "name", max_chars=16),
            address=reader.text(*here, "address", max_chars=30),
            hours=reader.text(*here, "hours", required=False, default=hours),
            hotline=reader.text(*here, "hotline", required=False, default=hotline),
            housing_fund=read_housing_fund(reader, *here, "housing_fund", base=fund),
            colleagues=tuple(_colleague(reader, accounts, *here, "colleagues", at)
                             for at in range(reader.items(*here, "colleagues", required=False))),
        )
        if branch.id in found or branch.name in names:
            reader.bad("P213", (*here, "id"), f"网点「{branch.id or branch.name}」写了两次", "编号和名称都不能重复。")
        if branch.hotline != hotline and branch.hotline not in phones:
            reader.bad("P205", (*here, "hotline"), f"电话「{branch.hotline}」不在 official.phones 里",
                       "先登记到 official.phones；不登记，客户来核对时会答「不是本行的」。")
        try:
            is_open(branch.hours, datetime.now())
        except ValueError as unreadable:
            reader.bad("P206", (*here, "hours"), str(unreadable), "写成「周一至周五 9:00—17:00」的样子。")
        for key in ("name", "address", "hours", "hotline"):
            text = getattr(branch, key)
            if "{" in text or "}" in text:
                reader.bad("P202", (*here, key), "这里不能再用占位符", "直接写文字，去掉花括号。")
        for at, colleague in enumerate(branch.colleagues):
            if colleague.staff_id and colleague.staff_id in staff:
                reader.bad("P213", (*here, "colleagues", at, "staff_id"), f"工号「{colleague.staff_id}」写了两次", "一人一个工号。")
            staff.add(colleague.staff_id)
        found[branch.id] = branch
        names.add(branch.name)
    return found


def _colleague(reader: Reader, accounts: Sequence[str], *here: str | int) -> Colleague:
    reader.only(("name", "staff_id", "role", "licences", "found_at"), *here)
    licences = {kind: reader.text(*here, "licences", kind) for kind in reader.mapping(*here, "licences")}
    colleague = Colleague(
        reader.text(*here, "name", max_chars=8), reader.text(*here, "staff_id", max_chars=16),
        reader.one_of(ROLES, *here, "role"), licences,
        reader.texts(*here, "found_at", low=1),
    )
    if not licences:
        reader.bad("P207", (*here, "licences"), "没有写资格和编号", "没有资格的同事不介绍产品，也不在这里登记。")
    for kind in licences:
        if kind not in LICENCES:
            reader.bad("P207", (*here, "licences", kind), f"不认识的资格「{kind}」", "可用：" + "、".join(LICENCES) + "。")
    for channel in colleague.found_at:
        if channel != COUNTER and channel not in accounts:
            reader.bad("P208", (*here, "found_at"), f"「{channel}」不是本行的渠道", f"只能写「{COUNTER}」或 official.accounts 里的账号。")
    for key, text in (("name", colleague.name), ("staff_id", colleague.staff_id), *(("licences", n) for n in licences.values())):
        if _PRIVATE.search(text):
            reader.bad("P209", (*here, key), "有私人电话、私人账号或链接", "删掉；同事只在柜台和本行账号里找客户（NM-01）。")
    return colleague

