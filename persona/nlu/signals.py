"""Sentences that must not be missed, whatever the model says: regular expressions in `lexicon/signals.yml`."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from persona.nlu.wording import Wording, entries


@dataclass(frozen=True)
class Signal:
    """An intent that is certain when its wording is found.

    heard: empty, or what the text must already have been heard as, down to the first stroke (`scam`)."""

    intent: str
    wording: Wording
    heard: str = ""

    def fits(self, text: str, heard: str = "") -> bool:
        """Whether simplified, lower-case text carries the signal. heard: the intent a model gave it, empty before it was asked."""
        return self.heard == heard.split("/", 1)[0] and self.wording.stands_in(text)


class Signals:
    """All signals in the order of the file; the first that fits decides (taxonomy precedence)."""

    def __init__(self, signals: list[Signal]) -> None:
        self.signals = signals

    @classmethod
    def load(cls, path: Path | None = None) -> Signals:
        """Read the signals that ship with the project."""
        return cls([Signal(e["intent"], Wording.of(e), e.get("heard", "")) for e in entries("signals", path)])

    def decide(self, text: str, heard: str = "") -> str | None:
        """The intent of the first signal that fits, or None. heard: see `Signal.fits`."""
        return next((s.intent for s in self.signals if s.fits(text, heard)), None)
