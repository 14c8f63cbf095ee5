"""What the page needs to know of the project: loaded once, and again when a file was saved."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from persona.compliance.rules import RuleError
from persona.content.house import House, home_of, load_house
from persona.desk.ask import Refused
from persona.errors import ContentError
from persona.labels import Labels
from persona.lint import stamps
from persona.preview.bubbles import Desk, open_desk


@dataclass(frozen=True)
class Tools:
    """One state of the project: its content as the linter sees it, and what it takes to say it."""

    house: House
    desk: Desk
    labels: Labels


class Workshop:
    """The project in `root`. Not for several threads at once: the server asks under a lock."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._seen: object = None
        self._tools: Tools | None = None
        self._desk: tuple[object, Desk] | None = None

    def tools(self) -> Tools:
        """The newest state; Refused with what is broken when a card, a figure or a rule cannot be read."""
        now = stamps(self.root)
        if self._tools is None or now != self._seen:
            try:
                labels = home_of(self.root) / "labels.yml"
                self._tools = Tools(load_house(self.root), self._said_with(now), Labels.load(labels if labels.is_file() else None))
            except (ContentError, RuleError) as broken:
                self._tools = None
                raise Refused(f"项目里有文件要先改好：{broken}", 503) from broken
            self._seen = now
        return self._tools

    def _said_with(self, now: Mapping[Path, tuple[int, int]]) -> Desk:
        """Cards, figures, rules; they take longer to load than an answer, which is what changes here."""
        key = {file: stamp for file, stamp in now.items() if not file.is_relative_to(self.root / "data")}
        if self._desk is None or self._desk[0] != key:
            self._desk = (key, open_desk())
        return self._desk[1]

    def file(self, shown: str) -> Path:
        """A file of the project by the name it is shown under; Refused when it lies elsewhere."""
        path = (self.root / shown).resolve()
        if not path.is_relative_to((self.root / "data").resolve()):
            raise Refused(f"{shown} 不在 data 文件夹里，这里不能改。")
        return path
