"""`live.yml`: what is taken back, announced, replaced or frozen while the bot runs. Read when it changes, never trained."""

from __future__ import annotations

import hashlib
import logging
import os
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from persona.approval import Approval, digest, wrong
from persona.errors import ContentError, Problem
from persona.textual import PLACEHOLDER
from persona.yamlfile import read
from persona.yamlvalues import Reader

if TYPE_CHECKING:
    from persona.compliance import Guard

logger = logging.getLogger(__name__)

LIVE_PATH = "MASCOT_LIVE"  # environment variable: another file
DEFAULT = "live.yml"
SCHEMA = "mascot-live/1"
SECTIONS = ("withdraw", "notice", "replace", "freeze")
EVERY = 1.0  # seconds between two looks at the file
NOTICE_MAX = 60
# What is said when something was taken back: without these there would be nothing left to say.
NEVER = frozenset({"utter_withdrawn", "utter_emergency_steady", "utter_product_frozen"})


@dataclass(frozen=True)
class Notice:
    """A line in front of answers: all of them, or those of some topics and categories."""

    id: str
    text: str
    topics: tuple[str, ...]
    until: date

    def fits(self, response: str, category: str, today: date) -> bool:
        """Whether it stands in front of a response today. A topic covers its parts (`faq/x` also `faq/x.part`)."""
        if today > self.until:
            return False
        label = response.removeprefix("utter_")
        return not self.topics or bool({label, label.split(".")[0], category} & set(self.topics))


@dataclass(frozen=True)
class Replacement:
    """Another text for a response, with an approval of its own."""

    text: str
    disclosures: tuple[str, ...]
    author: str
    approval: Approval | None

    def wrong(self, today: date, two: bool = False) -> str:
        """Why it may not be said: a key of ``approval.REASONS``, or ""."""
        return wrong(self.approval, digest(self.text, (), self.disclosures), self.author, today, two)


@dataclass(frozen=True)
class Live:
    """One state of the file."""

    withdrawn: frozenset[str] = frozenset()
    notices: tuple[Notice, ...] = ()
    replaced: Mapping[str, Replacement] = field(default_factory=lambda: MappingProxyType({}))
    frozen: bool = False
    fingerprint: str = ""

    def takes_back(self, name: str, product: bool = False) -> bool:
        """Whether a response or product (by id) must not be said."""
        return name in self.withdrawn or (product and self.frozen)

    def summary(self) -> dict[str, Any]:
        """Names only: for `/readyz` and the audit."""
        return {
            "fingerprint": self.fingerprint, "withdraw": sorted(self.withdrawn), "notice": [n.id for n in self.notices],
            "replace": sorted(self.replaced), "freeze": ["products"] if self.frozen else [],
        }


def load_live(path: Path, guard: Guard | None = None, shown_as: str | None = None) -> Live:
    """Read the file; ContentError with everything that is wrong. A notice must pass `guard` and offer nothing."""
    reader = Reader(read(path, shown_as), SCHEMA)
    reader.only(("schema", *SECTIONS))
    who = ("reason", "by", "at")
    for section, keys in (("withdraw", who), ("notice", ("text", "topics", "until", *who)), ("freeze", who),
                          ("replace", ("text", "disclosures", "author", "approval", *who))):
        for name in reader.mapping(section, required=False):
            reader.only(keys, section, name)
            for key in who:
                reader.text(section, name, key)
    for name in reader.mapping("freeze", required=False):
        if name != "products":
            reader.bad("L103", ("freeze", name), f"不能暂停「{name}」", "现在只有 products。")
    for section in ("withdraw", "replace"):
        for name in NEVER & set(reader.mapping(section, required=False)):
            reader.bad("L104", (section, name), "这句话是下架以后顶上来的，不能再下架或替换", "要改，改内容文件再训练。")
    notices = tuple(_notice(reader, name, guard) for name in reader.mapping("notice", required=False))
    replaced = {name: _replacement(reader, name, guard) for name in reader.mapping("replace", required=False)}
    reader.finish()
    return Live(
        frozenset(reader.mapping("withdraw", required=False)), notices, MappingProxyType(replaced),
        bool(reader.mapping("freeze", required=False)), hashlib.sha256(path.read_bytes()).hexdigest()[:12],
    )


def _notice(reader: Reader, name: str, guard: Guard | None) -> Notice:
    here = ("notice", name, "text")
    text = reader.text(*here, max_chars=NOTICE_MAX)
    if "\n" in text or "{" in text or "}" in text:
        reader.bad("L105", here, "公告只能是一行普通文字，没有占位符", "去掉换行和花括号。")
    for problem in refused(text, guard, notice=True):
        reader.bad("L101", here, problem, "改写；公告里不讲产品，不做推介。")
    until = reader.get("notice", name, "until")
    return Notice(name, text, reader.texts("notice", name, "topics", required=False),
                  reader.day("notice", name, "until") if until is not None else date.max)


def _replacement(reader: Reader, name: str, guard: Guard | None) -> Replacement:
    text = reader.text("replace", name, "text")
    for problem in refused(text, guard):
        reader.bad("L101", ("replace", name, "text"), problem, "改写，重新批准。")
    return Replacement(
        text, reader.texts("replace", name, "disclosures", required=False), reader.text("replace", name, "author"),
        Approval.of(reader.get("replace", name, "approval")),
    )


def refused(text: str, guard: Guard | None, notice: bool = False) -> list[str]:
    """Why the guard would not let a text out; a notice may not explain or offer a product either."""
    if guard is None or not text:
        return []
    decision = guard.review(PLACEHOLDER.sub("某", text), None, "full" if notice else "wording")
    found = [f"{finding.rule}「{finding.text}」：{finding.message}" for finding in decision.findings]
    if notice and not found and any(depth != "mention" for depth in decision.depths.values()):
        found.append("公告讲到了产品")
    return found


class LiveFile:
    """The file's state, looked at again when it has changed. A broken file leaves the last good state in force."""

    def __init__(self, path: Path, guard: Guard | None = None, clock: Callable[[], float] = time.monotonic) -> None:
        self.path = path
        self.problems: list[Problem] = []
        self.changed: Callable[[Live], object] | None = None  # called with each new state
        self._guard = guard
        self._clock = clock
        self._looked = clock()
        self._seen = self._stamp()
        self._live = load_live(path, guard) if self._seen else Live()

    @classmethod
    def open(cls, guard: Guard | None = None) -> LiveFile:
        """The project's file, or the one the environment names; ContentError when it is broken at the start."""
        return cls(live_path(), guard)

    def current(self) -> Live:
        """The state in force. Never raises."""
        now = self._clock()
        if now - self._looked >= EVERY:
            self._looked = now
            try:
                self._look()
            except Exception:
                logger.exception("%s could not be looked at; the last good state stays", self.path)
        return self._live

    def _look(self) -> None:
        stamp = self._stamp()
        if stamp == self._seen:
            return
        self._seen = stamp
        try:
            if not stamp:
                raise ContentError([Problem(str(self.path), 0, "L102", "", "文件不见了", "放回来；要清空，留着文件，各段写 {}。")])
            self._live = load_live(self.path, self._guard)
        except ContentError as error:
            self.problems = error.problems
            logger.error("%s is broken, the last good state stays in force: %s", self.path, error)
            return
        self.problems = []
        logger.info("%s read: %s", self.path, self._live.summary())
        if self.changed is not None:
            self.changed(self._live)

    def _stamp(self) -> tuple[int, ...]:
        try:
            stat = self.path.stat()
        except FileNotFoundError:
            return ()
        return (stat.st_mtime_ns, stat.st_size, stat.st_ino)


def live_path() -> Path:
    """Where the file is."""
    return Path(os.environ.get(LIVE_PATH, DEFAULT))
