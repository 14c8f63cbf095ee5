"""A new mascot begins as a copy of another's card, under its own name."""

from __future__ import annotations

import re
from pathlib import Path

from persona.mascot import by_name, load_mascots
from persona.yamlfile import read


def copy_card(folder: Path, into: Path, ident: str, like: str, name: str) -> Path:
    """Copy the card `like` of `folder` to `ident` in the folder `into`: comments stay, names are replaced, columns are left out.

    Raises FileExistsError when the id or the name is taken, FileNotFoundError when there is no such card.
    """
    source, target = folder / f"{like}.yml", into / f"{ident}.yml"
    for there in (target, folder / target.name):
        if there.exists():
            raise FileExistsError(str(there))
    taken = by_name(load_mascots(folder), name)
    if taken is not None:
        raise FileExistsError(f"{taken.source}（它也叫「{name}」里的名字）")
    text = source.read_text(encoding="utf-8")
    data = read(source).data
    text = re.sub(rf"^id: {re.escape(like)}\b.*$", f"id: {ident}", text, flags=re.M)
    # Customers call it by its own names only; two cards with one alias would both answer.
    text = re.sub(r"^aliases:.*(?:\n- .*)*$", f"aliases: [{name}]", text, flags=re.M)
    for old in sorted({str(data["name"]), str(data["self_name"])}, key=len, reverse=True):
        text = text.replace(old, name)
    text = re.sub(r"^  columns:(?:\n(?:  - |    ).*)*\n?", "", text, flags=re.M)
    into.mkdir(parents=True, exist_ok=True)
    target.write_text(text, encoding="utf-8")
    return target
