"""A body, a tone and a mascot become what the customer reads. Personality changes how, never what."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from pathlib import Path

from persona.branches import Place
from persona.errors import RenderError
from persona.figures import Figures
from persona.institution import Institution
from persona.layers import current
from persona.mascot import REASONS, TONES, Mascot
from persona.textual import PLACEHOLDER, lone_brace, squeeze
from persona.tone import Moment, address, embellish, group_numbers, limit, number, pick, tail
from persona.yamlfile import read
from persona.yamlvalues import Reader

NEUTRAL = Path(__file__).parent / "neutral.yml"
SPECIAL = ("self", "user", "tail")
NOTICE_MAX = 60


@dataclass(frozen=True)
class Neutral:
    """What is said when no character may show."""

    refusals: Mapping[str, str]
    elder_line: str
    elder_way: str
    notice_named: str
    notice_plain: str
    notice_short: str


@lru_cache(maxsize=1)
def neutral() -> Neutral:
    """Read ``neutral.yml`` once."""
    reader = Reader(read(current(NEUTRAL)), "mascot-neutral/1")
    found = Neutral(
        {reason: reader.text("refusals", reason, max_chars=60) for reason in REASONS},
        reader.text("elder_line"),
        reader.text("elder_way", max_chars=60),
        reader.text("ai_notice", "named"),
        reader.text("ai_notice", "plain"),
        reader.text("ai_notice", "short", max_chars=NOTICE_MAX),
    )
    reader.finish()
    return found


def fill(text: str, names: Mapping[str, object], wanted: str = "") -> str:
    """Replace ``{name}`` in one pass. What is filled in is never read again as a template."""
    at = lone_brace(text)
    if at >= 0:
        raise RenderError(f"第 {at + 1} 个字是落单的花括号：{text[max(0, at - 6):at + 7]}", wanted)
    parts: list[str] = []
    last = 0
    for match in PLACEHOLDER.finditer(text):
        name = match.group(1)
        if names.get(name) is None:
            raise RenderError(f"占位符 {{{name}}} 没有值", name)
        # Braces in a value would be taken for a template further down the road.
        value = str(names[name]).replace("{", "｛").replace("}", "｝")
        parts += [text[last:match.start()], value]
        last = match.end()
    return "".join([*parts, text[last:]])


class _Names(Mapping[str, object]):
    """Where a placeholder's value comes from; figures are asked only when they are used."""

    def __init__(self, institution: Mapping[str, str], figures: Figures, today: date,
                 values: Mapping[str, object]) -> None:
        self._institution, self._figures, self._today, self._values = institution, figures, today, values

    def __getitem__(self, name: str) -> object:
        # The bank's own entries come first: no computed value can replace the hotline.
        if name in self._institution:
            return self._institution[name]
        if name in self._figures:
            return self._figures.value(name, self._today)
        return self._values[name]

    def get(self, name: str, default: object = None) -> object:
        """Like dict.get, but a stale figure still raises: it must not pass for a missing one."""
        if name in self._institution or name in self._figures or name in self._values:
            return self[name]
        return default

    def __iter__(self):  # type: ignore[no-untyped-def]
        return iter({**self._institution, **self._values, **dict.fromkeys(self._figures)})

    def __len__(self) -> int:
        return len(set(self._institution) | set(self._figures) | set(self._values))


class Voice:
    """Says a body in a mascot's voice. Holds no state: the same arguments give the same text."""

    def __init__(self, mascots: Mapping[str, Mascot], institution: Institution, figures: Figures) -> None:
        self.mascots = mascots
        self.institution = institution
        self.figures = figures
        self._placeholders = institution.placeholders()
        if not mascots:
            raise ValueError("一张形象卡都没有")

    def mascot(self, ident: str | None) -> Mascot:
        """The mascot called ``ident``; an unknown id gets the house's default, never an error."""
        found = self.mascots.get(ident or "") or self.mascots.get(self.institution.mascot)
        return found or next(iter(self.mascots.values()))

    def render(self, body: str, *, mascot: str, tone: str, sober: bool = False, elder: bool = False,
               seed: int | str = 0, turn: int = 0, previous: Sequence[str] = (),
               values: Mapping[str, object] | None = None, disclosures: Sequence[str] = (),
               today: date | None = None, voiced: bool = True, here: Place | None = None) -> str:
        """The text of one bubble.

        ``seed`` stays the same within a conversation, ``turn`` counts its replies from 0, ``previous``
        holds the replies so far (oldest first). ``voiced=False`` is for texts that already speak in
        character (chit-chat): nothing is added, but what the tone forbids is still taken out. ``here`` is
        where the customer is: hours and hotline of that branch are filled in.
        Raises RenderError for an unknown placeholder or disclosure, StaleFigure for an old number.
        """
        if tone not in TONES:
            raise RenderError(f"没有这种语气：{tone}", tone)
        moment = Moment(self.mascot(mascot), tone, sober, elder, seed, turn, tuple(previous))
        own = self.institution.placeholders(here) if here else self._placeholders
        names = _Names(own, self.figures, today or self.institution.today(), values or {})
        text = fill(_own_names(address(body, moment), moment), names)
        text = limit(squeeze(text), moment)
        if voiced:
            # An addition that breaks a limit (a second emoji, a particle twice running) is cut again.
            text = limit(embellish(text, moment, near_product=bool(disclosures)), moment)
        return self._finish(text, moment, disclosures)

    def refusal(self, mascot: str, reason: str, *, tone: str = "plain", sober: bool = False, elder: bool = False,
                seed: int | str = 0, previous: Sequence[str] = (),
                values: Mapping[str, object] | None = None) -> str:
        """The mascot's own words for a refusal; the neutral ones when the moment is grave."""
        moment = Moment(self.mascot(mascot), tone if tone in TONES else "plain", sober, elder, seed, 0,
                        tuple(previous))
        names = {**(values or {}), **self._placeholders}
        text = _refusal(moment, reason, names)
        return self._finish(limit(text, Moment(moment.mascot, "plain", moment.still, elder, seed, 0, ())), moment, ())

    def greeting(self, mascot: str, now: datetime | None = None, *, elder: bool = False, seed: int | str = 0) -> str:
        """The first words of a session, by the hour and the calendar."""
        moment = Moment(self.mascot(mascot), "playful", False, elder, seed, 0, ())
        text = moment.mascot.greeting(now or self.institution.now(), number(seed))
        return self._finish(limit(fill(address(text, moment), self._placeholders), moment), moment, ())

    def ai_notice(self, mascot: str, tone: str) -> str:
        """See :func:`ai_notice`."""
        return ai_notice(self.institution, self.mascot(mascot), tone)

    def check(self, body: str, values: Sequence[str] = ()) -> list[str]:
        """Names in ``body`` that nothing would fill (for linters; ages of figures are not looked at)."""
        known = {*self._placeholders, *self.figures, *values, *SPECIAL}
        return [name for name in dict.fromkeys(PLACEHOLDER.findall(body)) if name not in known]

    def _finish(self, text: str, moment: Moment, disclosures: Sequence[str]) -> str:
        if moment.elder:
            text = group_numbers(text)
        lines = [squeeze(text)]
        for ident in dict.fromkeys(disclosures):
            sentence = _disclosure(ident)
            if sentence not in lines[0]:
                lines.append(sentence)
        if moment.elder and "人工" not in text:
            lines.append(neutral().elder_line)
        return "\n".join(line for line in lines if line)


def _own_names(text: str, moment: Moment) -> str:
    """Fill {self}, {user} and {tail}: the name once where the tone allows it, 我 everywhere else."""
    named = moment.tone in ("playful", "warm") and not moment.sober
    text = text.replace("{self}", moment.mascot.self_name, 1) if named else text
    return text.replace("{self}", "我").replace("{user}", moment.address).replace("{tail}", tail(moment))


def _refusal(moment: Moment, reason: str, names: Mapping[str, object]) -> str:
    known = reason if reason in REASONS else "error"
    if moment.still:
        text = neutral().refusals[known]
    else:
        text = pick(moment.mascot.refusals[known], number(moment.seed), moment.previous)
    return squeeze(fill(address(text, moment), names))


def refusal(mascot: Mascot, reason: str, *, tone: str = "plain", values: Mapping[str, object],
            sober: bool = False, elder: bool = False, seed: int | str = 0, previous: Sequence[str] = ()) -> str:
    """A refusal without a Voice at hand: ``values`` must hold the institution's placeholders."""
    moment = Moment(mascot, tone if tone in TONES else "plain", sober, elder, seed, 0, tuple(previous))
    return _refusal(moment, reason, values)


def ai_notice(institution: Institution, mascot: Mascot, tone: str) -> str:
    """Who is talking: an AI, not a person. At most 60 characters; the name only in play."""
    words = neutral()
    template = words.notice_named if tone == "playful" else words.notice_plain
    text = fill(template, {"bank": institution.name, "name": mascot.name})
    return text if len(text) <= NOTICE_MAX else words.notice_short


def _disclosure(ident: str) -> str:
    # Imported here: the guard is a sibling package, and a body without disclosures needs none of it.
    from persona.compliance import disclosure_text

    try:
        sentence = str(disclosure_text(ident))
    except KeyError as error:
        raise RenderError(f"没有编号为 {ident} 的披露", ident) from error
    if "__" in sentence:
        raise RenderError(f"披露 {ident} 里有要填的空，只能由产品页给出", ident)
    return sentence
