"""Who is speaking: the bank, its numbers, hours and menu paths. A bank replaces one file, no answer."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta, timezone, tzinfo
from pathlib import Path
from types import MappingProxyType
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from persona.branches import Branch, HousingFund, Place, cities, place, read_branches, read_housing_fund
from persona.institution_path import DEFAULT as DEFAULT
from persona.institution_path import FILE as FILE
from persona.institution_path import institution_file
from persona.textual import nearest
from persona.yamlfile import read
from persona.yamlvalues import Reader

PROFILES = ("full", "card")
CHANNELS = ("own_app", "own_web", "platform_account", "public_comment", "demo")
# What may need an approval (`approval_required`), and what may need two names (`four_eyes`).
DEPTHS = ("offer", "explain")
FOUR_EYES = (
    *DEPTHS, "deposit", "loan", "card", "wealth", "fund", "insurance", "pension", "gold", "structured", "payment",
)
# How much may be said there: what a narrower channel carries, every wider one carries too.
_WIDTH = {"own_app": 3, "own_web": 3, "platform_account": 2, "public_comment": 1, "demo": 0}
_UNKNOWN = "public_comment"  # where somebody may read who is no customer


# What holds everywhere; a branch adds its own centre.
_FUND = HousingFund("当地住房公积金管理中心", "当地中心的网站、小程序或窗口", "", "以当地公积金中心公告为准")


def _frozen(data: Mapping[str, Any] | None = None) -> Mapping[str, Any]:
    return MappingProxyType(dict(data or {}))


@dataclass(frozen=True)
class Group:
    """The bank's discussion group: its rules are shown first, the link only to who has seen them."""

    enabled: bool
    name: str
    rules: str
    link: str


@dataclass(frozen=True)
class Institution:
    """The institution on whose behalf the mascot speaks."""

    name: str
    app: str
    licence: str
    timezone: str
    hotline: str
    hotline_abroad: str
    domains: tuple[str, ...]
    official: Mapping[str, tuple[str, ...]]
    mascot: str
    channel: str
    hours: Mapping[str, str]
    paths: Mapping[str, str]
    reply_by: str
    complaint_days: Mapping[str, int] = field(default_factory=_frozen)
    audit_retention_days: int = 1095
    approval_required: tuple[str, ...] = ("offer",)
    four_eyes: tuple[str, ...] = ()
    branches: Mapping[str, Branch] = field(default_factory=_frozen)
    group: Group | None = None
    profile: str = "full"
    extra: Mapping[str, Any] = field(default_factory=_frozen)
    source: str = ""

    @property
    def tz(self) -> tzinfo:
        """The time zone in which all hours, dates and expiries are read."""
        return _zone(self.timezone)

    def now(self) -> datetime:
        """This moment, where the bank is; inside :func:`clock`, the moment named there."""
        return _stopped.astimezone(self.tz) if _stopped else datetime.now(self.tz)

    def today(self) -> date:
        """Today's date, where the bank is."""
        return self.now().date()

    def place(self, slots: Mapping[str, Any], metadata: Mapping[str, Any] | None) -> Place:
        """Where the customer is; see :func:`persona.branches.place`."""
        return place(self.branches, slots, metadata)

    def placeholders(self, here: Place | None = None) -> dict[str, str]:
        """Everything an answer may fill in from here: ``bank``, ``hotline``, ``path_card_lock`` …

        here (Place): where the customer is; a branch's own hours and hotline replace the institution's.
        """
        found = {
            "bank": self.name,
            "app": self.app,
            "hotline": self.hotline,
            "hotline_abroad": self.hotline_abroad,
            "reply_by": self.reply_by,
            "cities": "、".join(cities(self.branches)),
        }
        found.update({f"hours_{key}": value for key, value in self.hours.items()})
        found.update({f"path_{key}": value for key, value in self.paths.items()})
        return {**found, **here.placeholders()} if here else found


_stopped: datetime | None = None


@contextmanager
def clock(moment: datetime) -> Iterator[None]:
    """Let it be `moment` (with its time zone) for every institution, for conversation scripts that name an hour."""
    global _stopped
    before, _stopped = _stopped, moment
    try:
        yield
    finally:
        _stopped = before


def narrowed(own: str, named: object) -> str:
    """The channel a message is read on: a client may name a narrower one than the institution's, never a wider.

    own (str): the institution's channel. named (object): what the client says; None: nothing.
    RETURNS (str): a channel; a name that nobody knows counts as a public place.
    """
    if named is None or named == "":
        return own
    channel = named if isinstance(named, str) and named in _WIDTH else _UNKNOWN
    return channel if _WIDTH[channel] <= _WIDTH[own] else own


def _group(reader: Reader, domains: tuple[str, ...]) -> Group | None:
    if reader.get("group") is None:
        return None
    reader.only(("enabled", "name", "rules", "link"), "group")
    enabled = reader.get("group", "enabled")
    if not isinstance(enabled, bool):
        reader.bad("P105", ("group", "enabled"), "应当是 true 或 false", "不开就写 false，不加引号。")
    link = reader.text("group", "link")
    host = link.split("://")[-1].split("/")[0]
    if link and not any(host == d or host.endswith(f".{d}") for d in domains):
        reader.bad("P210", ("group", "link"), f"「{host}」不是本行网址", "只能用 domains 里的网址。")
    return Group(enabled is True, reader.text("group", "name", max_chars=20), reader.text("group", "rules", max_chars=110), link)


def _zone(name: str) -> tzinfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        # Slim containers ship no tz database; mainland China has had one fixed offset since 1991.
        if name == "Asia/Shanghai":
            return timezone(timedelta(hours=8), name)
        raise


def load_institution(path: Path | str | None = None) -> Institution:
    """Read ``institution.yml``; raises ContentError with everything that is wrong in it."""
    file = Path(path) if path else institution_file()
    reader = Reader(read(file), "mascot-institution/1")
    hotline = reader.text("hotline")
    zone = reader.text("timezone")
    if zone:
        try:
            _zone(zone)
        except (ZoneInfoNotFoundError, ValueError):
            reader.bad("P201", ("timezone",), f"不认识的时区「{zone}」", "写成 Asia/Shanghai 的样子。")
            zone = "Asia/Shanghai"  # what the rest is read with, once the finding stands
    known = {
        "schema", "name", "app", "licence", "timezone", "mascot", "channel", "hotline", "hotline_abroad", "domains",
        "official", "hours", "reply_by", "complaint_days", "audit_retention_days", "paths",
        "approval_required", "four_eyes", "housing_fund", "branches", "group", "profile",
    }
    given = reader.document.data or {}
    for key in (key for key in given if key not in known):  # a bank may keep more in the file; a slip of a key that is missing is none
        near = nearest(key, known - set(given))
        if near:
            reader.bad("P109", (key,), f"不认识的键「{key}」", f"是不是「{near}」？", key)
    hours = {key: reader.text("hours", key) for key in reader.mapping("hours")}
    for key in ("hotline", "human", "branch"):
        if key not in hours:
            reader.text("hours", key)
    paths = {key: reader.text("paths", key) for key in reader.mapping("paths")}
    for group, values in (("hours", hours), ("paths", paths)):
        for key, value in values.items():
            if "{" in value or "}" in value:
                reader.bad("P202", (group, key), "这里不能再用占位符", "直接写文字，去掉花括号。")
    for key in paths:
        if not key.isidentifier() or not key.isascii():
            reader.bad("P203", ("paths", key), f"键「{key}」不能当占位符", "只用小写字母、数字和下划线。")
    days = {key: reader.whole("complaint_days", key, low=1, high=365)
            for key in reader.mapping("complaint_days", required=False)}
    required = reader.texts("approval_required", required=False) or ("offer",)
    four_eyes = reader.texts("four_eyes", required=False)
    for key, given, allowed in (("approval_required", required, DEPTHS), ("four_eyes", four_eyes, FOUR_EYES)):
        for value in given:
            if value not in allowed:
                reader.bad("P204", (key,), f"「{value}」不在可选范围里", "可选：" + "、".join(allowed) + "。")
    domains = reader.texts("domains", low=1)
    official = {key: reader.texts("official", key) for key in reader.mapping("official")}
    fund = read_housing_fund(reader, "housing_fund", base=_FUND)
    branches = read_branches(
        reader, hotline, hours.get("branch", ""), official.get("phones", ()), official.get("accounts", ()), fund)
    institution = Institution(
        name=reader.text("name"),
        app=reader.text("app"),
        licence=reader.text("licence"),
        timezone=zone,
        hotline=hotline,
        hotline_abroad=reader.text("hotline_abroad", required=False, default=f"+86 {hotline}"),
        domains=domains,
        official=_frozen(official),
        mascot=reader.text("mascot"),
        channel=reader.one_of(CHANNELS, "channel", default="own_web"),
        hours=_frozen(hours),
        paths=_frozen(paths),
        reply_by=reader.text("reply_by"),
        complaint_days=_frozen(days),
        audit_retention_days=reader.whole("audit_retention_days", low=1, required=False, default=1095),
        approval_required=required,
        four_eyes=four_eyes,
        branches=_frozen(branches),
        group=_group(reader, domains),
        profile=reader.one_of(PROFILES, "profile", required=False, default="full"),
        extra=_frozen({key: value for key, value in (reader.document.data or {}).items() if key not in known}),
        source=str(file),
    )
    reader.finish(institution)
    return institution
