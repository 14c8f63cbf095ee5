"""The rule set as it was read and checked, kept in build/: the next start need not read it again.

`mascot train` and `mascot lint` write it; a start never does. It is used for exactly the files and the code it was made from: with one
character changed the rules are read again, and a broken one stops the start as ever. Where there is no such file, or it
is damaged, or the folder can only be read, nothing is different but the time.
"""

from __future__ import annotations

import hashlib
import json
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any

from persona import atomic

HERE = Path(__file__).parent


def file_of(root: Path) -> Path:
    """Where the rule set in `root` (…/persona/compliance) is kept."""
    return root.parents[1] / "build" / "guard.json"


def files(root: Path) -> list[Path]:
    """Every file the rule set is read from, and what was learned from it."""
    found = [*(root / "rules").glob("*.yml"), *(root / "lexicon").glob("*"), root / "disclosures.yml", root / "second_opinion.json"]
    return sorted(path for path in found if path.is_file())


def digests(root: Path) -> tuple[str, str]:
    """Of every file a decision depends on, and of those together with whatever else had a say in reading them."""
    rules = hashlib.sha256()
    whole = hashlib.sha256(f"{sys.version} {sys.byteorder}".encode())
    for path in files(root):
        (whole if path.name.startswith(".") else rules).update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
    for path in sorted(HERE.glob("*.py")):
        whole.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
    whole.update(rules.digest())
    return rules.hexdigest(), whole.hexdigest()


def _head(key: str, body: bytes) -> bytes:
    return f"{key} {hashlib.sha256(body).hexdigest()}".encode()


def take(root: Path, key: str) -> dict[str, Any] | None:
    """The rule set kept under `key`; None when there is none, or not a whole one."""
    try:
        head, _, body = file_of(root).read_bytes().partition(b"\n")
    except OSError:
        return None
    if head != _head(key, body):
        return None
    built: dict[str, Any] = json.loads(body)
    return built


def keep(root: Path, key: str, built: dict[str, Any]) -> None:
    """Keep a rule set under `key`, in one step; in a project only, not in an installed package."""
    file = file_of(root)
    if not (file.parent.parent / "domain.yml").is_file():
        return
    body = json.dumps(built, ensure_ascii=False, separators=(",", ":")).encode()
    with suppress(OSError):
        atomic.write(file, _head(key, body) + b"\n" + body)
