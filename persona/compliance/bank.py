"""What the guard must know of the institution: its sites and numbers, its name, what it wants approved."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from persona.institution_path import institution_file
from persona.layers import current

HERE = Path(__file__).parent


def file_for(root: Path) -> Path:
    """The institution's file for the rule set in `root`."""
    return institution_file() if root == current(HERE) else root.parent / "institution.yml"


def facts(path: Path, kept: Mapping[str, Any] | None = None) -> Mapping[str, Any]:
    """Read from the institution's file, unless they are `kept` from the file as it is."""
    if not path.is_file():
        return {"domains": [], "phones": []}
    written = path.read_bytes()
    digest = hashlib.sha256(written).hexdigest()
    if kept and kept.get("digest") == digest:
        return kept
    import yaml  # takes longer than all the rest

    data = yaml.load(written.decode("utf-8"), Loader=yaml.CSafeLoader) or {}
    official = data.get("official") or {}
    # A branch's own number is one of official.phones: the institution's reader sees to it.
    phones = [data.get("hotline"), data.get("hotline_abroad"), *(official.get("phones") or []), *(official.get("sms_senders") or [])]
    return {
        "domains": data.get("domains") or [], "phones": [p for p in phones if p], "name": data.get("name"),
        "approval_required": data.get("approval_required"), "digest": digest,
    }
