"""A mascot is a card: who it is, how it speaks, what it never says. Adding one means adding a file."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from types import MappingProxyType
from typing import Any

from persona.errors import ContentError, Problem
from persona.layers import current
from persona.yamlfile import read
from persona.yamlvalues import Reader

FOLDER = Path(__file__).parent / "mascots"
SCHEMA = "mascot-card/1"
TONES = ("playful", "warm", "plain", "urgent")
REASONS = (
    "disclosure", "promise", "wording", "mixture", "unasked", "locked", "identity", "secret",
    "recommend", "link", "channel", "expired", "unlawful", "error", "unavailable",
)
# (first hour, name): which greeting fits at which hour
TIMES = ((0, "late"), (5, "morning"), (11, "noon"), (14, "afternoon"), (18, "evening"), (22, "night"))
KEYS = (
    "schema", "id", "name", "self_name", "aliases", "look", "origin", "want", "fear", "flaw", "gesture", "duty",
    "running", "knows", "birthday", "address", "particles", "emoji", "sentence_max", "greetings", "catchphrases",
    "metaphors", "signature", "refusals", "tails", "leads", "never", "good", "bad", "palette", "avatar", "extensions",
)


@dataclass(frozen=True)
class Phrase:
    """A catch-phrase or one step of a running joke, and how many turns must pass before it comes again."""

    text: str
    min_turns: int
    tones: tuple[str, ...]


@dataclass(frozen=True)
class Festival:
    """A greeting for certain days: ``MM-DD`` every year, ``YYYY-MM-DD`` where the calendar moves."""

    name: str
    days: tuple[str, ...]
    text: str

    def on(self, day: date) -> bool:
        """Whether it falls on ``day``."""
        return day.isoformat() in self.days or day.strftime("%m-%d") in self.days


@dataclass(frozen=True)
class Mascot:
    """One mascot as its card describes it."""

    id: str
    name: str
    self_name: str
    aliases: tuple[str, ...]
    look: str
    origin: str
    want: str
    fear: str
    flaw: str
    gesture: Mapping[str, str]
    duty: Mapping[str, str]
    running: tuple[Phrase, ...]
    knows: tuple[str, ...]
    birthday: Mapping[str, str]
    address: Mapping[str, str]
    address_forbidden: tuple[str, ...]
    particle: str
    particle_max: int
    particle_tones: tuple[str, ...]
    emoji: tuple[str, ...]
    emoji_max: Mapping[str, int]
    sentence_max: int
    greetings: Mapping[str, tuple[str, ...]]
    festivals: tuple[Festival, ...]
    catchphrases: tuple[Phrase, ...]
    metaphors_use: tuple[str, ...]
    metaphors_never: tuple[str, ...]
    signature: tuple[str, ...]
    refusals: Mapping[str, tuple[str, ...]]
    tails: Mapping[str, tuple[str, ...]]
    leads: Mapping[str, tuple[str, ...]]
    never: tuple[str, ...]
    good: Mapping[str, tuple[str, ...]]
    bad: tuple[Mapping[str, str], ...]
    palette: Mapping[str, str]
    avatar_moods: tuple[str, ...]
    avatar_neutral: str
    avatar_warm: tuple[str, ...] = ()
    extensions: Mapping[str, Any] = field(default_factory=dict)
    source: str = ""

    @property
    def avatar_file(self) -> Path:
        """Its drawing, one ``<symbol>`` a mood, beside the card; it may be missing."""
        return Path(self.source).parent / "avatars" / f"{self.id}.svg"

    def greeting(self, now: datetime, pick: int = 0) -> str:
        """The greeting for this day and hour (placeholders are not filled yet)."""
        for festival in self.festivals:
            if festival.on(now.date()):
                return festival.text
        name = [name for hour, name in TIMES if now.hour >= hour][-1]
        lines = self.greetings[name]
        return lines[pick % len(lines)]

    def called(self, text: str) -> bool:
        """Whether a customer's words name this mascot."""
        return any(alias in text for alias in (self.name, *self.aliases))


def by_name(mascots: Mapping[str, Mascot], text: str) -> Mascot | None:
    """The mascot whose name or alias stands in ``text``; the longest name wins (喵喵 is no 福喵)."""
    found = [(len(alias), mascot.id) for mascot in mascots.values()
             for alias in (mascot.id, mascot.name, *mascot.aliases) if alias in text]
    return mascots[max(found)[1]] if found else None


def speaking(slots: Mapping[str, Any], metadata: Mapping[str, Any] | None, mascots: Mapping[str, Mascot], default: str) -> str:
    """Who speaks: said by the customer (slot), before the message's metadata, before institution.yml."""
    for wanted in (slots.get("mascot"), (metadata or {}).get("mascot")):
        if isinstance(wanted, str) and wanted in mascots:
            return wanted
    return default


def load_mascots(folder: Path | str | None = None) -> dict[str, Mascot]:
    """Every card in ``folder`` (the four of the house by default), by id."""
    found: dict[str, Mascot] = {}
    problems: list[Problem] = []
    files = sorted(Path(folder or current(FOLDER)).glob("*.yml"))
    for file in files:
        try:
            mascot = load_mascot(file)
        except ContentError as error:
            problems += error.problems
            if error.partial is not None and error.partial.id:
                found.setdefault(error.partial.id, error.partial)
            continue
        if mascot.id in found:
            problems.append(read(file).problem("P402", ("id",), f"「{mascot.id}」在 {Path(found[mascot.id].source).name} 已经用过", "换一个 id。", mascot.id))
        found[mascot.id] = mascot
    if not files:
        problems.append(Problem(str(folder or FOLDER), 0, "P400", "", "一张形象卡都没有", "放一张 *.yml 进来。"))
    if problems:
        raise ContentError(problems, found)
    return found


def load_mascot(id_or_path: Path | str) -> Mascot:
    """One card, by id or by path; raises ContentError with everything that is wrong in it."""
    file = Path(id_or_path)
    if file.suffix not in (".yml", ".yaml"):
        file = current(FOLDER) / f"{id_or_path}.yml"
    reader = Reader(read(file), SCHEMA)
    reader.only(KEYS)
    mascot = _card(reader, file)
    if reader.get() is not None:
        from persona.mascot_checks import check_card
        check_card(mascot, reader)
    reader.finish(mascot)
    return mascot


def _card(reader: Reader, file: Path) -> Mascot:
    ident = reader.text("id")
    if ident and not re.fullmatch(r"[a-z][a-z0-9_]*", ident):
        reader.bad("P401", ("id",), f"「{ident}」不能当 id", "只用小写字母、数字和下划线，字母开头。")
    reader.only(("default", "elder", "forbidden"), "address")
    reader.only(("word", "max", "tones"), "particles")
    reader.only(("palette", "max"), "emoji")
    reader.only(("use", "never"), "metaphors")
    reader.only(("name", "meaning"), "gesture")
    reader.only(("rule", "how"), "duty")
    reader.only(("day", "name"), "birthday")
    reader.only(("moods", "neutral", "warm"), "avatar")
    reader.only(REASONS, "refusals")
    reader.only([name for _, name in TIMES] + ["festivals"], "greetings")
    moods = reader.texts("avatar", "moods", low=1)
    return Mascot(
        id=ident,
        name=reader.text("name"),
        self_name=reader.text("self_name"),
        aliases=reader.texts("aliases", low=1),
        look=reader.text("look"),
        origin=reader.text("origin"),
        want=reader.text("want"),
        fear=reader.text("fear"),
        flaw=reader.text("flaw"),
        gesture=_texts_of(reader, ("name", "meaning"), "gesture"),
        duty=_texts_of(reader, ("rule", "how"), "duty"),
        running=_phrases(reader, "running"),
        knows=reader.texts("knows", low=1),
        birthday=_texts_of(reader, ("day", "name"), "birthday"),
        address=_texts_of(reader, ("default", "elder"), "address"),
        address_forbidden=reader.texts("address", "forbidden", low=1),
        particle=reader.text("particles", "word", required=False),
        particle_max=reader.whole("particles", "max", high=1, required=False),
        particle_tones=reader.texts("particles", "tones", required=False),
        emoji=reader.texts("emoji", "palette", required=False),
        emoji_max=MappingProxyType({tone: reader.whole("emoji", "max", tone, high=2)
                                    for tone in reader.mapping("emoji", "max", required=False)}),
        sentence_max=reader.whole("sentence_max", low=8, high=60, default=40),
        greetings=MappingProxyType({name: reader.texts("greetings", name, low=1) for _, name in TIMES}),
        festivals=_festivals(reader),
        catchphrases=_phrases(reader, "catchphrases"),
        metaphors_use=reader.texts("metaphors", "use", required=False),
        metaphors_never=reader.texts("metaphors", "never", low=1),
        signature=reader.texts("signature", required=False, high=2),
        refusals=MappingProxyType({reason: reader.texts("refusals", reason, low=1) for reason in REASONS}),
        tails=_by_tone(reader, "tails"),
        leads=_by_tone(reader, "leads"),
        never=reader.texts("never", low=1),
        good=_by_tone(reader, "good"),
        bad=_bad(reader),
        palette=MappingProxyType({key: reader.text("palette", key) for key in reader.mapping("palette")}),
        avatar_moods=moods,
        avatar_neutral=reader.one_of(moods, "avatar", "neutral") if moods else "",
        avatar_warm=_warm(reader, moods),
        extensions=MappingProxyType(reader.mapping("extensions", required=False)),
        source=str(file),
    )


def _warm(reader: Reader, moods: tuple[str, ...]) -> tuple[str, ...]:
    warm = reader.texts("avatar", "warm", required=False)
    for number, mood in enumerate(warm):
        if mood not in moods:
            reader.bad("P405", ("avatar", "warm", number), f"「{mood}」不在 avatar.moods 里", f"从这些里选：{'、'.join(moods)}。")
    return warm


def _texts_of(reader: Reader, keys: tuple[str, ...], *path: str | int) -> Mapping[str, str]:
    return MappingProxyType({key: reader.text(*path, key) for key in keys})


def _by_tone(reader: Reader, key: str) -> Mapping[str, tuple[str, ...]]:
    reader.only((*TONES, "sober"), key)
    return MappingProxyType({tone: reader.texts(key, tone) for tone in reader.mapping(key, required=False)})


def _phrases(reader: Reader, key: str) -> tuple[Phrase, ...]:
    found = []
    for number in range(reader.items(key)):
        reader.only(("text", "min_turns", "tones"), key, number)
        tones = reader.texts(key, number, "tones", low=1)
        for tone in tones:
            # plain, urgent and sober answers leave no room for play
            if tone not in ("playful", "warm"):
                reader.bad("P403", (key, number, "tones"), f"{tone} 里不能有口头禅", "只写 playful 或 warm。")
        found.append(Phrase(reader.text(key, number, "text", max_chars=60),
                            reader.whole(key, number, "min_turns", low=5, high=200), tones))
    return tuple(found)


def _festivals(reader: Reader) -> tuple[Festival, ...]:
    found = []
    for number in range(reader.items("greetings", "festivals", required=False)):
        here = ("greetings", "festivals", number)
        reader.only(("name", "days", "text"), *here)
        days = reader.texts(*here, "days", low=1)
        for at, day in enumerate(days):
            try:
                date.fromisoformat(day if len(day) > 5 else f"2028-{day}")
            except ValueError:
                reader.bad("P106", (*here, "days", at), f"「{day}」不是日子", '写成 "01-01" 或 "2027-02-06"。')
        found.append(Festival(reader.text(*here, "name"), days, reader.text(*here, "text")))
    return tuple(found)


def _bad(reader: Reader) -> tuple[Mapping[str, str], ...]:
    found = []
    for number in range(reader.items("bad")):
        reader.only(("text", "why"), "bad", number)
        found.append(_texts_of(reader, ("text", "why"), "bad", number))
    if reader.get("bad") and len(found) != 5:
        reader.bad("P404", ("bad",), f"坏例有 {len(found)} 句，应当正好五句", "每句写明 text 和 why。")
    return tuple(found)
