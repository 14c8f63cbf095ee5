"""What content is held against: the bank, its figures, its mascots, its disclosures, today."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any, TypeVar

from persona.branches import sample
from persona.content.model import Content, Response
from persona.content.passed import CACHE, PACKAGE, Passed, code, fingerprint
from persona.content.reading import load_content
from persona.errors import ContentError, Problem
from persona.figures import Figures, load_figures
from persona.giveaways.sheet import Giveaway, load_giveaways
from persona.institution import Institution, load_institution
from persona.layers import assembled, is_own, reminders
from persona.mascot import Mascot, load_mascots
from persona.products import Product, load_products
from persona.quiz.items import Item, load_items
from persona.textual import PLACEHOLDER
from persona.yamlfile import Document, read

T = TypeVar("T")


@dataclass(frozen=True)
class House:
    """Everything a check may look at. ``unread`` holds the names in files that are broken. ``key`` changes with any file beside
    the content, with the code and with the day; ``passed`` knows what was looked at before and found good.
    """

    content: Content
    institution: Institution
    figures: Figures
    today: date
    mascots: Mapping[str, Mascot]
    disclosures: Mapping[str, str]
    root: Path | None = None
    home: Path = PACKAGE
    unread: frozenset[str] = frozenset()
    problems: tuple[Problem, ...] = ()
    figures_file: Document | None = None
    products: Mapping[str, Product] = field(default_factory=dict)
    giveaways: Mapping[str, Giveaway] = field(default_factory=dict)
    items: Mapping[str, Item] = field(default_factory=dict)
    names: Mapping[str, str] = field(default_factory=dict)
    literals: Mapping[str, str] = field(default_factory=dict)
    local: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    key: str = ""
    passed: Passed = field(default_factory=Passed)

    def known(self, response: Response) -> Mapping[str, str]:
        """What the institution fills in; the names of a place only where the condition `place` says there is one."""
        place = response.condition("place")
        # a kind of place that does not exist is told; what could be filled in a branch is not blamed, too
        return self.local.get(place, self.local.get("branch", self.names) if place else self.names)


def furnish(content: Content, institution: Institution, figures: Figures, today: date,
            mascots: Mapping[str, Mascot], **more: Any) -> House:
    """A house, with what follows from the institution worked out."""
    # Only what a bank would have to replace; very short entries would be found inside other words.
    literals = {"bank": institution.name, "app": institution.app, "hotline": institution.hotline}
    literals.update({f"hours_{key}": value for key, value in institution.hours.items()})
    literals = {key: value for key, value in sorted(literals.items(), key=lambda item: -len(item[1]))
                if len(value) >= (6 if key.startswith("hours_") else 4)}
    more.setdefault("disclosures", disclosures(PACKAGE))
    return House(content, institution, figures, today, mascots, names=institution.placeholders(),
                 local={kind: institution.placeholders(sample(institution.branches, kind)) for kind in ("branch", "city")},
                 literals=literals, **more)


def home_of(root: Path) -> Path:
    """The folder with institution, figures, cards and rules: the project's own, the assembled one of a bank's, or the library's."""
    if is_own(root):
        return assembled(root).view / "persona"
    own = root / "persona"
    return own if (own / "institution.yml").is_file() else PACKAGE


def disclosures(home: Path) -> dict[str, str]:
    """Id -> canonical sentence."""
    data = read(home / "compliance" / "disclosures.yml").data
    return {str(name): str(one.get("text", "")) for name, one in data.items() if isinstance(one, dict)} \
        if isinstance(data, dict) else {}


def load_house(root: Path, today: date | None = None, also: Sequence[Path] = ()) -> House:
    """The project in ``root``, drafts ``also``; what cannot be read stands in ``problems``, the rest is there to be checked."""
    home = home_of(root)
    problems: list[Problem] = []
    if is_own(root):
        project = assembled(root)
        problems += [*project.problems, *reminders(project)]
    unread: set[str] = set()

    def lenient(load: Callable[[Path], T], path: Path, empty: Any) -> T:
        try:
            return load(path)
        except ContentError as error:
            problems.extend(error.problems)
            for file in {problem.file for problem in error.problems}:
                document = read(file)
                if document.broken or path.name == "items":
                    unread.update(document.names(), {Path(file).stem})
            found: T = error.partial if error.partial is not None else empty
            return found

    institution = lenient(load_institution, home / "institution.yml", None)
    figures = lenient(load_figures, home / "figures.yml", Figures({}))
    mascots = lenient(load_mascots, home / "mascots", {})
    products = lenient(load_products, home / "products", {})
    giveaways = lenient(load_giveaways, home / "giveaways", {})
    items = lenient(load_items, home / "quiz" / "items", {})
    content = load_content(root, also)
    if any(not isinstance(read(home / name).data, dict) for name in ("institution.yml", "figures.yml")):
        unread.update(name for response in content.variations() for name in PLACEHOLDER.findall(response.text))  # it may have held any of them
    if today is None:
        today = institution.today() if institution.timezone else load_institution().today()
    prefixed = {f"{group}_{name}" for group in ("path", "hours") for name in unread}
    if any(Path(problem.file).name == "institution.yml" for problem in problems):
        prefixed |= {"bank", "app"}
    return furnish(
        content, institution, figures, today, mascots, disclosures=disclosures(home), root=root, home=home,
        unread=frozenset(unread | prefixed), problems=tuple(problems), products=products, giveaways=giveaways, items=items,
        figures_file=read(home / "figures.yml"), key=_key(home, today),
        passed=Passed(root / CACHE))


def _key(home: Path, today: date) -> str:
    # the library's own files are asked too, for disclosures and for words that no mascot has of its own
    return f"{today} {code()} " + fingerprint(file for folder in {home: 0, PACKAGE: 0} for file in sorted(folder.rglob("*.yml")))
