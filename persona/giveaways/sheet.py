"""The sheet of a give-away: what is promised, to whom, until when, by whose approval.

Source of what has to stand there: 规范促销行为暂行规定 (市场监管总局令第32号) Articles 11 to 13.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

from persona.errors import ContentError, Problem
from persona.institution import CHANNELS, Institution, load_institution
from persona.layers import current
from persona.products import Approval
from persona.voice import fill
from persona.yamlfile import read
from persona.yamlvalues import Reader

FOLDER = Path(__file__).parent
SCHEMA = "mascot-giveaway/1"
MOST_WORTH = 50_000  # yuan: highest prize of a draw (令第32号)
ADULT = 18
SHIPPED_WITHIN = 30  # days, platform rules
KEYS = (
    "schema", "id", "title", "number", "organiser", "contact", "prizes", "entry", "age", "draw", "claim", "delivery",
    "tax", "channels", "author", "approval", "source",
)
_ID = re.compile(r"[a-z][a-z0-9_]{2,40}")
_PREFIX = re.compile(r"[A-Z][A-Z0-9]{0,3}")
_MOMENT = "%Y-%m-%d %H:%M"


@dataclass(frozen=True)
class Prize:
    """So many pieces of one thing; ``unit_value`` in yuan a piece."""

    name: str
    count: int
    unit: str
    unit_value: int

    def __str__(self) -> str:
        return f"{self.name}{self.count}{self.unit}（单价{self.unit_value}元）"


@dataclass(frozen=True)
class Giveaway:
    """One sheet. Moments are wall-clock times where the bank is, without zone; placeholders stay as written."""

    id: str
    title: str
    number: str
    organiser: str
    contact: str
    prizes: tuple[Prize, ...]
    opens: datetime
    closes: datetime
    most: int
    age: int
    draws: datetime
    seed: str
    seed_known: datetime
    published: str
    claim_days: int
    claim: str
    unclaimed: str
    delivery: str
    delivery_days: int
    tax: str
    channels: tuple[str, ...]
    author: str
    approval: Approval
    source: str
    file: str = ""

    def rules(self) -> dict[str, Any]:
        """What customers were promised, as plain data: this is what is frozen at the first entry."""
        data = asdict(self)
        for key in ("author", "approval", "source", "file"):
            del data[key]
        for key in ("opens", "closes", "draws", "seed_known"):
            data[key] = data[key].strftime(_MOMENT)
        data["prizes"], data["channels"] = list(data["prizes"]), list(data["channels"])
        return data

    def digest(self) -> str:
        """Fingerprint of :meth:`rules`."""
        return rules_digest(self.rules())

    def claim_until(self) -> datetime:
        """Last moment a winner may claim: the end of the last day."""
        return datetime.combine(self.draws.date() + timedelta(days=self.claim_days), datetime.max.time())

    def state(self, now: datetime) -> str:
        """``unapproved``, ``early``, ``open``, ``waiting`` (closed, no draw due yet), ``due`` (draw or claim time), ``over``."""
        if not self.approval.at <= now.date() <= self.approval.until:
            return "unapproved"
        if now < self.opens:
            return "early"
        if now <= self.closes:
            return "open"
        if now < self.draws:
            return "waiting"
        return "due" if now <= self.claim_until() else "over"

    def label(self, number: int) -> str:
        """What an entry is called: ``F6-0412``."""
        return f"{self.number}-{number:04d}"

    def values(self, institution: Institution) -> dict[str, str]:
        """What answers fill in. Nothing of it is written anywhere else."""
        names = institution.placeholders()
        return {
            "giveaway": self.title,
            "organiser": fill(self.organiser, names),
            "contact": fill(self.contact, names),
            "prizes": "、".join(map(str, self.prizes)),
            "opens": moment(self.opens),
            "closes": moment(self.closes),
            "closes_day": day(self.closes.date()),
            "draws": moment(self.draws),
            "year": f"{self.opens.year}年",
            "seed": self.seed,
            "published": fill(self.published, names),
            "age": str(self.age),
            "most": f"{self.most}人",
            "claim_days": str(self.claim_days),
            "claim_until": day(self.claim_until().date()),
            "claim": fill(self.claim, names),
            "unclaimed": fill(self.unclaimed, names),
            "delivery": fill(self.delivery, names),
            "tax": fill(self.tax, names),
        }


def rules_digest(rules: Mapping[str, Any]) -> str:
    """sha256 over the rules as compact JSON with sorted keys, UTF-8."""
    text = json.dumps(rules, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


def day(value: date) -> str:
    """「11月20日」."""
    return f"{value.month}月{value.day}日"


def moment(value: datetime) -> str:
    """「12月1日15:00」; the last minute of a day is the day's end."""
    if (value.hour, value.minute) == (23, 59):
        return f"{day(value.date())}24:00"
    return f"{day(value.date())}{value.hour}:{value.minute:02d}"


def load_giveaways(folder: Path | str | None = None) -> dict[str, Giveaway]:
    """Every sheet in ``folder`` by id, in the order they open; ended and unapproved ones included: ask ``state``."""
    found: dict[str, Giveaway] = {}
    problems: list[Problem] = []
    prefixes: dict[str, str] = {}
    for file in sorted(Path(folder or current(FOLDER)).glob("*.yml")):
        try:
            sheet = load_giveaway(file)
        except ContentError as error:
            problems += error.problems
            continue
        if sheet.id in found:
            problems.append(Problem(sheet.file, 1, "G102", "id", f"「{sheet.id}」已经用过", "换一个 id。"))
        if sheet.number in prefixes:
            problems.append(Problem(sheet.file, 1, "G102", "number", f"编号「{sheet.number}」{prefixes[sheet.number]} 已经用过",
                                    "每次抽奖用自己的编号开头。"))
        found[sheet.id] = sheet
        prefixes[sheet.number] = sheet.file
    if problems:
        raise ContentError(problems)
    return dict(sorted(found.items(), key=lambda item: (item[1].opens, item[0])))


def load_giveaway(path: Path | str) -> Giveaway:
    """One sheet; raises ContentError with everything that is wrong in it."""
    reader = Reader(read(path), SCHEMA)
    reader.only(KEYS)
    reader.only(("from", "until", "most"), "entry")
    reader.only(("at", "seed", "seed_known", "published"), "draw")
    reader.only(("days", "how", "unclaimed"), "claim")
    reader.only(("how", "days"), "delivery")
    reader.only(("id", "by", "role", "at", "until", "sha256"), "approval")
    sheet = Giveaway(
        id=reader.text("id"),
        title=reader.text("title", max_chars=16),
        number=reader.text("number"),
        organiser=reader.text("organiser"),
        contact=reader.text("contact"),
        prizes=_prizes(reader),
        opens=_moment(reader, "entry", "from"),
        closes=_moment(reader, "entry", "until"),
        most=reader.whole("entry", "most", low=1, high=10_000_000),
        age=reader.whole("age", low=1, high=100),
        draws=_moment(reader, "draw", "at"),
        seed=reader.text("draw", "seed", max_chars=80),
        seed_known=_moment(reader, "draw", "seed_known"),
        published=reader.text("draw", "published", max_chars=40),
        claim_days=reader.whole("claim", "days", low=1, high=90),
        claim=reader.text("claim", "how", max_chars=40),
        unclaimed=reader.text("claim", "unclaimed", max_chars=40),
        delivery=reader.text("delivery", "how", max_chars=40),
        delivery_days=reader.whole("delivery", "days", low=1, high=SHIPPED_WITHIN),
        tax=reader.text("tax", max_chars=60),
        channels=reader.texts("channels", low=1),
        author=reader.text("author"),
        approval=Approval(
            reader.text("approval", "id"), reader.text("approval", "by"), reader.text("approval", "role"),
            reader.day("approval", "at"), reader.day("approval", "until"), reader.text("approval", "sha256"),
        ),
        source=reader.text("source"),
        file=reader.document.file,
    )
    if not reader.problems:
        _check(sheet, reader)
    reader.finish()
    return sheet


def _prizes(reader: Reader) -> tuple[Prize, ...]:
    found = []
    for at in range(reader.items("prizes")):
        here: tuple[str | int, ...] = ("prizes", at)
        reader.only(("name", "count", "unit", "unit_value"), *here)
        found.append(Prize(
            reader.text(*here, "name", max_chars=16), reader.whole(*here, "count", low=1), reader.text(*here, "unit", max_chars=1),
            reader.whole(*here, "unit_value", low=1),
        ))
    return tuple(found)


def _moment(reader: Reader, *path: str) -> datetime:
    """A quoted moment ``"2026-11-20 09:00"`` where the bank is."""
    value = reader.text(*path)
    try:
        return datetime.strptime(value, _MOMENT)
    except ValueError:
        if value:
            reader.bad("G101", path, f"「{value}」不是时刻", '写成 "2026-11-20 09:00" 的样子，按本行所在时区。')
        return datetime.max


def _check(sheet: Giveaway, reader: Reader) -> None:
    institution = load_institution()
    if not _ID.fullmatch(sheet.id):
        reader.bad("G102", ("id",), f"id「{sheet.id}」不合写法", "只用小写字母、数字和下划线，字母开头。")
    if not _PREFIX.fullmatch(sheet.number):
        reader.bad("G102", ("number",), f"编号开头「{sheet.number}」不合写法", "一到四个大写字母或数字，字母开头，例如 F6。")
    if not sheet.prizes:
        reader.bad("G103", ("prizes",), "没有奖品", "写上名称、数量、单位、单价。")
    for at, prize in enumerate(sheet.prizes):
        if prize.unit_value > MOST_WORTH:
            reader.bad("G103", ("prizes", at, "unit_value"), f"单价{prize.unit_value}元，抽奖的最高奖不得超过{MOST_WORTH}元", "换一种奖品。")
    if sum(prize.count for prize in sheet.prizes) > sheet.most:
        reader.bad("G103", ("entry", "most"), "奖品比名额还多", "改奖品数量或名额上限。")
    if sheet.age < ADULT:
        reader.bad("G104", ("age",), f"写的是{sheet.age}岁", f"抽奖只对成年人，写 {ADULT}。")
    if sheet.organiser != "{bank}" or "{hotline}" not in sheet.contact:
        reader.bad("G105", ("organiser",), "主办方或联系方式不对", "organiser 写 \"{bank}\"，contact 里要有 {hotline}。")
    order = (("from", sheet.opens), ("until", sheet.closes), ("seed_known", sheet.seed_known), ("at", sheet.draws))
    for (earlier, before), (later, after) in pairwise(order):
        if before >= after and not (later == "at" and before == after):
            place = ("entry", "until") if later == "until" else ("draw", later)
            reader.bad("G106", place, f"{later} 不在 {earlier} 之后", "次序是：报名开始、报名截止、开奖用的公开数值公布、开奖。")
    for channel in sheet.channels:
        if channel not in CHANNELS:
            reader.bad("G107", ("channels",), f"没有这个渠道：{channel}", "可选：" + "、".join(CHANNELS) + "。")
    names = institution.placeholders()
    for path, text in ((("contact",), sheet.contact), (("draw", "published"), sheet.published), (("claim", "how"), sheet.claim),
                       (("claim", "unclaimed"), sheet.unclaimed), (("delivery", "how"), sheet.delivery), (("tax",), sheet.tax)):
        try:
            fill(text, names)
        except KeyError as problem:
            reader.bad("G108", path, str(problem), "占位符看 institution.yml。")
    approval = sheet.approval
    if approval.at > min(approval.until, sheet.opens.date()) or approval.until < sheet.claim_until().date():
        reader.bad("G109", ("approval", "until"), "批准没有盖住从报名到兑奖的全部日子", "请批准人把起止日写全。")
    if approval.by == sheet.author:
        reader.bad("G109", ("approval", "by"), "批准人就是作者", "换一个人批准。")
    if approval.sha256 != sheet.digest() and not reader.problems:
        reader.bad("G110", ("approval", "sha256"), "规则和批准时不一样",
                   f"还没人报名：交给批准人再看，同意后把指纹换成 {sheet.digest()}；已经有人报名：改回去，规则公布后不能变。")
