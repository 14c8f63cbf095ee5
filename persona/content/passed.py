"""What the slow checks found nothing wrong with, by digest; the next run need not look again. It stands in build/lint.json.

A digest is made of everything the answer depends on: what is looked at, what it is held against, and the code that looks.
Findings are never kept, so that nothing kept can hide one or tell one that is gone.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable
from contextlib import suppress
from functools import lru_cache
from pathlib import Path
from typing import Any

from persona import atomic
from persona.errors import Problem

PACKAGE = Path(__file__).parents[1]
TRADITIONAL = PACKAGE / "compliance" / "lexicon" / "traditional.txt"
CACHE = Path("build") / "lint.json"
MANY = 8_000  # kept besides what the last run asked for: a change that is taken back is known again


class Passed:
    """Digests of what passed: ``before`` in earlier runs, ``now`` in this one. Without a file nothing is kept."""

    def __init__(self, file: Path | None = None) -> None:
        self.file = file
        self.before: dict[str, None] = {}
        self.now: dict[str, None] = {}
        if file:
            with suppress(OSError, ValueError, TypeError):  # none yet, or damaged: everything is looked at
                self.before = dict.fromkeys(json.loads(file.read_bytes()))

    def known(self, *subject: Any) -> bool:
        """Whether exactly this passed before."""
        made = digest(*subject)
        if made in self.before:
            self.now[made] = None
        return made in self.now

    def add(self, *subject: Any) -> None:
        """Nothing is wrong with this."""
        self.now[digest(*subject)] = None

    def unless(self, subject: Iterable[Any], look: Callable[[], Iterable[Problem]]) -> list[Problem]:
        """What ``look`` finds, which depends on ``subject`` alone; nothing when that passed before."""
        subject = tuple(subject)
        found = [] if self.known(*subject) else list(look())
        if not found:
            self.add(*subject)
        return found

    def store(self) -> None:
        """Keep what passed; a folder that cannot be written is no harm."""
        if self.file is None or self.now.keys() <= self.before.keys():
            return
        others = [made for made in self.before if made not in self.now]
        with suppress(OSError):
            atomic.write(self.file, json.dumps([*self.now, *others[:MANY]]).encode())


def digest(*subject: Any) -> str:
    """Changes with anything in ``subject``."""
    # JSON takes plain data only: nothing whose text would say less than it holds.
    return hashlib.sha256(json.dumps(subject).encode()).hexdigest()[:32]


def fingerprint(files: Iterable[Path]) -> str:
    """Changes with the name and the content of every file."""
    whole = hashlib.sha256()
    for file in files:
        with suppress(OSError):
            whole.update(f"{file.name}\0{hashlib.sha256(file.read_bytes()).hexdigest()}\0".encode())
    return whole.hexdigest()


@lru_cache(maxsize=1)
def code() -> str:
    """Changes with any line of the code that looks, and with the table it compares sentences by."""
    return fingerprint([*sorted(PACKAGE.rglob("*.py")), TRADITIONAL])
