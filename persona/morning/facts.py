"""What the morning page says, gathered from the project, the tracker's database, the tickets and the audit. Only read."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy.exc import SQLAlchemyError

from persona import fallbacks
from persona.approval import Approval
from persona.approve import standing, to_be_approved
from persona.compliance import Guard
from persona.compliance.audit import AUDIT_PATH, DEFAULT_PATH, files, read, verify
from persona.compliance.report import Report, build
from persona.content.checks.places import missed, speakers
from persona.content.house import House, load_house
from persona.content.model import Response
from persona.errors import ContentError
from persona.institution import Institution
from persona.labels import Labels
from persona.leisure_checks import due as columns_due
from persona.live import Live, live_path, load_live
from persona.products import Product, load_products
from persona.tickets.model import CLOSED, Ticket

if TYPE_CHECKING:
    from sqlalchemy.engine import Engine

AHEAD = (30, 60)  # days
KINDS: Mapping[str, str] = {"faq": "银行问答", "scam": "防骗", "chitchat": "闲聊", "column": "栏目", "lesson": "小课", "dialogue": "对话"}
SAID = ("message", "refusal", "chitchat")


@dataclass(frozen=True)
class Share:
    """Content of one kind, or of one topic. `own`: mascot -> variations in its own words; the rest are everybody's."""

    key: str
    title: str
    topics: int
    answers: int
    examples: int
    own: Mapping[str, int]


@dataclass(frozen=True)
class Due:
    """Something whose date comes: `what` it is, its name, where it stands."""

    day: date
    what: str
    name: str
    file: str


@dataclass(frozen=True)
class Day:
    """One day's numbers. `said`: bubbles the door let out or refused, from the audit; handovers: tickets opened."""

    day: date
    turns: int
    fallbacks: int
    said: int
    refused: int
    handovers: int


@dataclass(frozen=True)
class Desk:
    """Tickets. `open` in the order they are served; overdue: their numbers."""

    open: tuple[Ticket, ...]
    overdue: frozenset[str]
    opened: int
    closed: int


@dataclass(frozen=True)
class Morning:
    """Everything on the page. `notes`: why a part is empty, by part: `tracker`, `tickets`, `audit`, `live`."""

    bank: str
    made: datetime
    since: date
    until: date
    mascots: Mapping[str, str]
    kinds: Sequence[Share]
    topics: Sequence[Share]
    due: Sequence[Due]
    columns: Sequence[str]
    approvals: Sequence[tuple[str, str, str, str]]  # why, name, approval, file
    scenes: Sequence[tuple[str, frozenset[str]]]
    missed: Mapping[str, Sequence[str]]
    days: Sequence[Day]
    groups: Sequence[fallbacks.Group]
    audit: Report
    desk: Desk
    live: Live
    notes: Mapping[str, str]

    def within(self, low: int, high: int) -> list[Due]:
        """What is due from `low` to `high` days from now, both included."""
        today = self.until
        return [one for one in self.due if low <= (one.day - today).days <= high]

    def as_dict(self) -> dict[str, Any]:
        """The keys of `--json`."""
        def shares(found: Sequence[Share]) -> list[dict[str, Any]]:
            return [{"id": s.key, "title": s.title, "topics": s.topics, "answers": s.answers, "examples": s.examples, "own": dict(s.own)} for s in found]

        return {
            "bank": self.bank, "made": self.made.isoformat(timespec="minutes"), "since": self.since.isoformat(), "until": self.until.isoformat(),
            "mascots": dict(self.mascots), "kinds": shares(self.kinds), "topics": shares(self.topics),
            "due": [{"day": d.day.isoformat(), "days": (d.day - self.until).days, "what": d.what, "name": d.name, "file": d.file} for d in self.due],
            "columns": list(self.columns),
            "approvals": [dict(zip(("why", "name", "approval", "file"), one, strict=True)) for one in self.approvals],
            "scenes": {name: sorted(own) for name, own in self.scenes}, "missed": {ident: list(names) for ident, names in self.missed.items()},
            "days": [{**vars(d), "day": d.day.isoformat()} for d in self.days], "groups": [group.as_dict() for group in self.groups],
            "audit": self.audit.as_dict(),
            "tickets": {"open": [t.as_dict() for t in self.desk.open], "overdue": sorted(self.desk.overdue), "opened": self.desk.opened, "closed": self.desk.closed},
            "live": self.live.summary(), "notes": dict(self.notes),
        }


def gather(root: Path, days: int, house: House | None = None) -> Morning:
    """The facts of the last `days` days, today included. ContentError when the project cannot be read at all."""
    house = house or load_house(root)
    bank, today = house.institution, house.today
    since = today - timedelta(days=max(days, 1) - 1)
    start = datetime.combine(since, time(), bank.tz)
    labels = Labels.load(file if (file := house.home / "labels.yml").is_file() else None)
    notes: dict[str, str] = {}
    live = _live(notes)
    products = load_products(house.home / "products", approved=False)
    subjects, required = to_be_approved(house.content, products, bank)
    turns, tickets = _asked(start, bank, notes)
    audit, said, refused = _audit(since, today, bank, notes)
    return Morning(
        bank=bank.name, made=bank.now(), since=since, until=today, mascots={m.id: m.name for m in house.mascots.values()},
        kinds=_kinds(house), topics=_topics(house, labels), due=sorted(_due(house, products, live, today), key=lambda d: (d.day, d.what, d.name)),
        columns=[problem.what for problem in columns_due(house.content, house.mascots, today)],
        approvals=[(why, one.name, one.approval.id if one.approval else "", one.file.as_posix()) for why, one in standing(subjects, required, today)],
        scenes=[(name, frozenset(own)) for name, own in sorted(speakers(house).items())], missed=missed(house),
        days=_days(since, today, turns, tickets, said, refused), groups=fallbacks.grouped(turns, labels), audit=audit,
        desk=Desk(tuple(t for t in tickets if t.state != CLOSED), frozenset(t.number for t in tickets if t.state != CLOSED and t.due < bank.now()),
                  sum(t.created >= start for t in tickets), sum(t.closed is not None and t.closed >= start for t in tickets)),
        live=live, notes=notes,
    )


def _kind(response: Response) -> str:
    return next((kind for kind in ("column", "lesson") if response.name.startswith(f"utter_{kind}.")), response.kind)


def _share(key: str, title: str, topics: int, examples: int, answers: Sequence[Response]) -> Share:
    return Share(key, title, topics, len(answers), examples, dict(Counter(r.mascot for r in answers if r.mascot)))


def _kinds(house: House) -> list[Share]:
    out = []
    for kind, title in KINDS.items():
        answers = [r for r in house.content.variations() if _kind(r) == kind]
        asked = [t for t in house.content.topics.values() if (t.label.split("/")[0] if "/" in t.label else "dialogue") == kind]
        names = {t.label for t in asked} if asked else {r.name for r in answers}
        out.append(_share(kind, title, len(names), sum(t.examples for t in asked), answers))
    return out


def _topics(house: House, labels: Labels) -> list[Share]:
    found: dict[str, tuple[int, list[Response]]] = {}
    for topic in house.content.topics.values():
        examples, answers = found.get(topic.label, (0, []))
        found[topic.label] = (examples + topic.examples, [*answers, *topic.responses])
    return [_share(label, labels.title(label) or label, 1, examples, answers) for label, (examples, answers) in sorted(found.items())]


def _due(house: House, products: Mapping[str, Product], live: Live, today: date) -> list[Due]:
    """Everything with a date up to the farthest look ahead, past ones included."""
    last = today + timedelta(days=AHEAD[-1])
    found = []
    for response in house.content.variations():
        name = f"{response.name}[{response.number}]"
        if "episode" not in response.metadata and (day := _date(response.metadata.get("expires"))):
            found.append(Due(day, "回答到期", name, response.file))
        approval = Approval.of(response.metadata.get("approval"))
        if approval:
            found.append(Due(approval.until, "回答的批准", name, response.file))
    found += [Due(figure.review_by, "数字要复核", figure.name, f"{house.figures.source}:{figure.line}") for figure in house.figures.values()]
    found += [Due(one.approval.until, "产品页的批准", one.name, one.file) for one in products.values() if one.approval]
    found += [Due(notice.until, "公告撤下", notice.id, str(live_path())) for notice in live.notices]
    found += [Due(one.approval.until, "替换的批准", name, str(live_path())) for name, one in live.replaced.items() if one.approval]
    return [Due(one.day, one.what, one.name, _shown(one.file)) for one in found if one.day <= last]


def _shown(file: str) -> str:
    path = Path(file)
    return path.relative_to(Path.cwd()).as_posix() if path.is_relative_to(Path.cwd()) else file


def _date(text: object) -> date | None:
    try:
        return date.fromisoformat(str(text))
    except ValueError:
        return None


def _live(notes: dict[str, str]) -> Live:
    path = live_path()
    try:
        return load_live(path) if path.exists() else Live()
    except ContentError as error:
        notes["live"] = f"{path} 有错，机器人按上一份好的走：{error}"
        return Live()


def _asked(start: datetime, bank: Institution, notes: dict[str, str]) -> tuple[list[fallbacks.Turn], list[Ticket]]:
    try:
        database = fallbacks.database()
        if database is None:
            notes["tracker"] = "还没有对话库：还没有人和机器人说过话。"
        turns = fallbacks.turns(database, start, bank.tz) if database is not None else []
        tickets = _tickets(database) if database is not None else []
    except SQLAlchemyError as error:
        notes["tracker"] = notes["tickets"] = f"对话库连不上（{type(error).__name__}），这一部分今天没有数。"
        return [], []
    if database is not None and not turns:
        notes["tracker"] = "这几天没有人说过话。"
    if not tickets:
        notes["tickets"] = "没有工单。"
    return turns, tickets


def _tickets(at: Engine) -> list[Ticket]:
    from sqlalchemy import inspect

    from persona.tickets.store import store

    return store().queue() if inspect(at).has_table("tickets") else []


def _audit(since: date, today: date, bank: Institution, notes: dict[str, str]) -> tuple[Report, Counter[date], Counter[date]]:
    path = os.environ.get(AUDIT_PATH, DEFAULT_PATH)
    there = bool(files(path))
    if not there:
        notes["audit"] = "还没有审计文件：机器人还没有说过要留底的话。"
    lines = read(path) if there else []
    said: Counter[date] = Counter()
    refused: Counter[date] = Counter()
    for line in lines:
        if line.get("kind") not in SAID:
            continue
        day = _date(line.get("day")) if line["kind"] == "chitchat" else None
        try:
            day = day or datetime.fromisoformat(str(line["time"])).astimezone(bank.tz).date()
            said[day] += int(line.get("messages", 1))
        except (KeyError, ValueError, TypeError):
            continue
        refused[day] += line["kind"] == "refusal"
    names = {rule.id: (rule.title, rule.law) for rule in Guard.load().rules}
    return build(lines, names, since, today, bank.tz, verify(path) if there else ()), said, refused


def _days(since: date, until: date, turns: Sequence[fallbacks.Turn], tickets: Sequence[Ticket], said: Mapping[date, int],
          refused: Mapping[date, int]) -> list[Day]:
    asked, missed_ = Counter(t.at.date() for t in turns), Counter(t.at.date() for t in turns if t.fallback)
    handed = Counter(t.created.date() for t in tickets)
    days = [since + timedelta(days=n) for n in range((until - since).days + 1)]
    return [Day(d, asked[d], missed_[d], said.get(d, 0), refused.get(d, 0), handed[d]) for d in days]


