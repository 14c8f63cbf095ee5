"""What YAML files held, by digest of their bytes: reading the thousand files of a project takes longer than all that is done with them.

Only what was read without a problem is kept, so that what is wrong is always found in the file itself.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from persona import atomic

if TYPE_CHECKING:
    from persona.yamlfile import Document

_open: Kept | None = None


class Kept:
    """One line a file: digest of its bytes, digest of the rest, and the rest: first line, data, places."""

    def __init__(self, file: Path, version: str) -> None:
        self.file, self.version = file, version
        self.before: dict[str, str] = {}
        self.now: dict[str, str] = {}
        with suppress(OSError, ValueError):  # none yet, or damaged: every file is read
            found, *lines = file.read_text(encoding="utf-8").split("\n")
            self.before = {line[:64]: line[64:] for line in lines} if found == version else {}

    def data(self, raw: bytes) -> list[Any] | None:
        """First line, data and places of the file with these bytes; None when they are not known."""
        digest = hashlib.sha256(raw).hexdigest()
        line = self.before.get(digest, "")
        if not line or _sum(line[64:]) != line[:64]:
            return None
        self.now[digest] = line
        found: list[Any] = json.loads(line[64:])
        return found

    def keep(self, raw: bytes, document: Document) -> None:
        """Remember a document as it was read, before anybody changes it."""
        places = [number for span in document.spans.values() for place in span for number in place]
        line = json.dumps([document.first, document.data, places], ensure_ascii=False)
        self.now[hashlib.sha256(raw).hexdigest()] = _sum(line) + line

    def store(self) -> None:
        """Keep what was read this time; a folder that cannot be written is no harm."""
        if self.now.keys() == self.before.keys():
            return
        with suppress(OSError, ValueError):
            atomic.write(self.file, "\n".join([self.version, *map("".join, self.now.items())]).encode())


def _sum(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def current() -> Kept | None:
    """What files are kept in at present; most programs read each file once and keep none."""
    return _open


@contextmanager
def kept(file: Path, version: str) -> Iterator[None]:
    """Keep in ``file`` what is read meanwhile; ``version`` changes with the code that reads."""
    global _open
    _open = Kept(file, version)
    try:
        yield
        _open.store()
    finally:
        _open = None
