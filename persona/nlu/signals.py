"""Sentences that must not be missed, whatever the model says: regular expressions in `lexicon/signals.yml`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import yaml

from persona.layers import current
from persona.nlu.features import LEXICON


@dataclass(frozen=True)
class Signal:
    """An intent that is certain when one pattern of `any` is found and none of `none`, in text not too long.

    heard: empty, or what the text must already have been heard as, down to the first stroke (`scam`)."""

    intent: str
    any: tuple[re.Pattern[str], ...]
    none: tuple[re.Pattern[str], ...]
    max_chars: int
    heard: str = ""

    def fits(self, text: str, heard: str = "") -> bool:
        """Whether simplified, lower-case text carries the signal. heard: the intent a model gave it, empty before it was asked."""
        if len(text) > self.max_chars or self.heard != heard.split("/", 1)[0]:
            return False
        return any(p.search(text) for p in self.any) and not any(p.search(text) for p in self.none)


class Signals:
    """All signals in the order of the file; the first that fits decides (taxonomy precedence)."""

    def __init__(self, signals: list[Signal]) -> None:
        self.signals = signals

    @classmethod
    def load(cls, path: Path | None = None) -> Signals:
        """Read the signals that ship with the project."""
        with open(path or current(LEXICON / "signals.yml"), encoding="utf-8") as file:
            entries = yaml.safe_load(file)["signals"]
        return cls(
            [
                Signal(
                    e["intent"],
                    tuple(re.compile(p) for p in e["any"]),
                    tuple(re.compile(p) for p in e.get("none", [])),
                    int(e["max_chars"]),
                    e.get("heard", ""),
                )
                for e in entries
            ]
        )

    def decide(self, text: str, heard: str = "") -> str | None:
        """The intent of the first signal that fits, or None. heard: see `Signal.fits`."""
        return next((s.intent for s in self.signals if s.fits(text, heard)), None)
