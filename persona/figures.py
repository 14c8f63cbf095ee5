"""Numbers that age. Past its review date a figure is not said: better no number than an old one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from persona.errors import RenderError, StaleFigure
from persona.layers import current
from persona.yamlfile import read
from persona.yamlvalues import Reader

DEFAULT = Path(__file__).parent / "figures.yml"


@dataclass(frozen=True)
class Figure:
    """One dated number, with where it comes from and when somebody has to look at it again."""

    name: str
    value: str
    as_of: date
    source: str
    review_by: date
    line: int = 0


class Figures(Mapping[str, Figure]):
    """All figures by name."""

    def __init__(self, figures: Mapping[str, Figure], source: str = "") -> None:
        self._figures = dict(figures)
        self.source = source

    def __getitem__(self, name: str) -> Figure:
        return self._figures[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._figures)

    def __len__(self) -> int:
        return len(self._figures)

    def value(self, name: str, today: date) -> str:
        """The figure as it is said; raises StaleFigure once its review date has passed."""
        figure = self._figures.get(name)
        if figure is None:
            raise RenderError(f"没有名叫 {name} 的数字", name)
        if today > figure.review_by:
            raise StaleFigure(f"数字 {name} 该在 {figure.review_by} 前复核，今天 {today}，不能再说", name)
        return figure.value

    def due(self, today: date, days: int = 30) -> list[Figure]:
        """Figures whose review date has passed or falls within ``days``, the most urgent first."""
        limit = today + timedelta(days=days)
        found = [figure for figure in self._figures.values() if figure.review_by <= limit]
        return sorted(found, key=lambda figure: (figure.review_by, figure.name))


def load_figures(path: Path | str | None = None) -> Figures:
    """Read ``figures.yml``; raises ContentError with everything that is wrong in it."""
    file = Path(path) if path else current(DEFAULT)
    reader = Reader(read(file), "mascot-figures/1")
    found: dict[str, Figure] = {}
    for name in reader.mapping("figures"):
        here = ("figures", name)
        if not name.isidentifier() or not name.isascii():
            reader.bad("P301", here, f"名字「{name}」不能当占位符", "只用小写字母、数字和下划线。")
        reader.only(("value", "as_of", "source", "review_by", "note"), *here)
        value = reader.text(*here, "value")
        if "{" in value or "}" in value:
            reader.bad("P302", (*here, "value"), "数字里不能有花括号", "直接写数字和单位。")
        as_of, review_by = reader.day(*here, "as_of"), reader.day(*here, "review_by")
        if as_of != date.max and as_of > review_by:
            reader.bad("P303", (*here, "review_by"), "复核日早于截至日", "复核日写在截至日之后。")
        found[name] = Figure(name, value, as_of, reader.text(*here, "source"), review_by, reader.document.line(*here))
    figures = Figures(found, str(file))
    reader.finish(figures)
    return figures
