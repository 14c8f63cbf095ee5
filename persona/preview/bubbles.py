"""What a customer would read: an answer chosen, voiced and reviewed as the bot does it, without Rasa."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from persona.approval import REASONS
from persona.choosing import IN_CHARACTER, fitting
from persona.compliance import Context, Guard
from persona.compliance.words import CATEGORY_NAMES, DEPTH_NAMES
from persona.content.model import Response
from persona.content.reading import read_responses
from persona.errors import RenderError
from persona.figures import Figures, load_figures
from persona.institution import Institution, load_institution
from persona.layers import data_of
from persona.mascot import TONES, Mascot, load_mascots
from persona.products import Product, load_product, load_products
from persona.textual import PLACEHOLDER, named
from persona.voice import Voice

KINDS = ("", "faq/", "scam/", "chitchat/")


@dataclass(frozen=True)
class Span:
    """A part of the text that an editor should look at: ``disclosure`` or ``figure``, and its id."""

    start: int
    end: int
    kind: str
    id: str


@dataclass(frozen=True)
class Bubble:
    """One message on one phone. ``opinion`` is what the guard thinks, one line a thought; ``allowed`` its verdict."""

    name: str
    place: str
    mascot: Mascot
    tone: str
    own_tone: bool
    sober: bool
    text: str
    spans: tuple[Span, ...]
    buttons: tuple[str, ...]
    allowed: bool
    opinion: tuple[str, ...]


@dataclass(frozen=True)
class Wish:
    """What is to be shown: mascots and tones by name (none: every mascot, the answer's own tone), large print or not."""

    mascots: tuple[str, ...] = ()
    tones: tuple[str, ...] = ()
    elder: bool = False


@dataclass(frozen=True)
class Desk:
    """What is needed to say anything."""

    institution: Institution
    figures: Figures
    mascots: Mapping[str, Mascot]
    voice: Voice
    guard: Guard
    disclosures: Mapping[str, str]

    @property
    def today(self) -> date:
        """The bank's date."""
        return self.institution.today()


def open_desk() -> Desk:
    """Load it; raises ContentError when a card or a figure is broken, RuleError when a rule is."""
    institution, figures, mascots, guard = load_institution(), load_figures(), load_mascots(), Guard.load()
    disclosures = {name: str(one["text"]) for name, one in guard.disclosures.items()}
    return Desk(institution, figures, mascots, Voice(mascots, institution, figures), guard, disclosures)


def find_answers(root: Path, name: str) -> list[tuple[Response, ...]]:
    """The answers called `name` (with or without `utter_` and kind), or all of the file `name`; each with its variations."""
    path = Path(name)
    if path.suffix in (".yml", ".yaml"):
        files, wanted = [path if path.is_absolute() else root / path], None
    else:
        bare = name.removeprefix("utter_").lstrip("/")
        wanted = {f"utter_{kind}{bare}" for kind in KINDS}
        files = [file for file in sorted(data_of(root).rglob("*.yml"))
                 if any(f"{one}:" in file.read_text(encoding="utf-8", errors="replace") for one in wanted)]
    groups: dict[str, list[Response]] = {}
    for file in files:
        for response in read_responses(file):
            if wanted is None or response.name in wanted:
                groups.setdefault(response.name, []).append(response)
    return [tuple(group) for group in groups.values()]


def find_products(name: str) -> list[Product]:
    """The sheet with this id or name, approved or not, or the sheet of the file `name`."""
    if name.endswith((".yml", ".yaml")):
        return [load_product(name, approved=False)]
    return [one for one in load_products(approved=False).values() if name in (one.id, one.name)]


def bubbles_of(group: Sequence[Response], desk: Desk, wish: Wish) -> Iterator[Bubble]:
    """Every variation that each mascot may say today, in each tone wished for."""
    options = [{"text": r.text, "condition": list(r.conditions), "metadata": dict(r.metadata), "at": r} for r in group]
    # An answer for a special case (family of a victim …) is shown too, under the values it waits for.
    cases = [{str(c["name"]): str(c["value"]) for c in r.conditions if c.get("name") not in (None, "mascot")} for r in group]
    shown: set[tuple[str, str, int]] = set()
    for ident in wish.mascots or tuple(desk.mascots):
        for case in [{}, *(case for case in cases if case)]:
            for option in fitting(options, {**case, "mascot": ident}, desk.today):
                response: Response = option["at"]
                own = response.tone if response.tone in TONES else "warm"
                for tone in wish.tones or (own,):
                    if (ident, tone, response.number) not in shown:
                        shown.add((ident, tone, response.number))
                        yield _voiced(response, desk, desk.mascots[ident], tone, tone == own, wish.elder)


def _voiced(response: Response, desk: Desk, mascot: Mascot, tone: str, own: bool, elder: bool) -> Bubble:
    meta = response.metadata
    values = meta.get("values")
    names = _texts(meta.get("disclosures"))
    title = f"《{meta['title']}》\n" if "episode" in meta else ""
    opinion: list[str] = []
    allowed = True
    try:
        text = desk.voice.render(
            title + response.text, mascot=mascot.id, tone=tone, sober=response.sober, elder=elder, seed="preview", turn=response.number,
            values={one: f"〔{one}〕" for one in _texts(values)}, disclosures=names, today=desk.today,
            voiced=not response.name.startswith(IN_CHARACTER))
    except RenderError as problem:
        text, allowed = response.text, False
        opinion.append(f"说不出口：{problem}")
    else:
        if values:
            opinion.append("〔〕里的由对话填，填好再审。")
        else:
            allowed, heard = _heard(text, Context(tone=tone, now=desk.today), desk)
            opinion += heard
    figures = {name: desk.figures[name].value for name in PLACEHOLDER.findall(response.text) if name in desk.figures}
    place = f"{response.file}:{response.line}"
    return Bubble(response.name, place, mascot, tone, own, response.sober, text, _spans(text, names, figures, desk),
                  tuple(named(button.title, desk.institution.placeholders()) for button in response.buttons), allowed, tuple(opinion))


def bubbles_of_product(product: Product, desk: Desk, wish: Wish) -> Iterator[Bubble]:
    """The sheet as each mascot reads it out: the same words, whoever speaks."""
    unsaid = product.wrong(desk.today, desk.institution.four_eyes)
    opinion = [f"今天不说：{REASONS[unsaid]}。"] if unsaid else []
    for ident in wish.mascots or tuple(desk.mascots):
        text = desk.voice.render("{sheet}", mascot=ident, tone="plain", elder=wish.elder, values={"sheet": product.text()}, voiced=False)
        context = Context(tone="plain", now=desk.today, asked=frozenset((product.category,)))
        allowed, heard = _heard(text, context, desk)
        spans = [(text.find(one), one, name) for name, one in product.disclosures.items()]
        yield Bubble(product.id, product.file, desk.mascots[ident], "plain", True, False, text,
                     tuple(Span(at, at + len(one), "disclosure", name) for at, one, name in sorted(spans) if at >= 0), (),
                     allowed and not opinion, (*opinion, *heard))


def _heard(text: str, context: Context, desk: Desk) -> tuple[bool, list[str]]:
    decision = desk.guard.review(text, context)
    said = [f"{one.rule}「{one.text}」：{one.message} → {one.fix}" for one in decision.findings]
    said += [f"缺披露 {name}：{desk.disclosures.get(name, '')}" for name in decision.missing]
    depth = "、".join(f"{CATEGORY_NAMES[category]}（{DEPTH_NAMES[depth]}）" for category, depth in decision.depths.items())
    return decision.allowed, said or ["通过。" + (f"讲到：{depth}" if depth else "没讲到产品。")]


def _spans(text: str, disclosures: Sequence[str], figures: Mapping[str, str], desk: Desk) -> tuple[Span, ...]:
    found = []
    for name in disclosures:
        at = text.find(desk.disclosures.get(name, "\0"))
        if at >= 0:
            found.append(Span(at, at + len(desk.disclosures[name]), "disclosure", name))
    for name, value in figures.items():
        at = text.find(value)
        if at >= 0 and not any(span.start < at + len(value) and at < span.end for span in found):
            found.append(Span(at, at + len(value), "figure", name))
    return tuple(sorted(found, key=lambda span: span.start))


def _texts(value: Any) -> tuple[str, ...]:
    return tuple(map(str, value)) if isinstance(value, list) else ()
