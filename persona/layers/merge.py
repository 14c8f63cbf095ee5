"""The library's files as a bank's project has them: with the bank's entries beside, without what is off."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from persona.errors import Problem
from persona.layers.allowed import DISCLOSURES, MARK, disclosures


def merged(name: str, base: Path, own: Path, known: set[str], problems: list[Problem]) -> str | None:
    """The library's file with the bank's entries beside its own; None when the bank's cannot be read."""
    import yaml

    from persona.yamlfile import read

    document = read(own)
    if document.broken or not isinstance(document.data, dict):
        problems += document.problems
        return None
    text = base.read_text(encoding="utf-8")
    if name == DISCLOSURES:
        replaced = set(document.data) & disclosures(text)
        for ident in sorted(replaced - known):
            line, column = document.place((ident,))
            problems.append(Problem(document.file, line, "P132", ident, f"披露 {ident} 库里已经有，却没有说明",
                                    f"在 {MARK} 的 guard.replaced 里写上它、理由和姓名。", column, ident))
        loaded = {**yaml.load(text, Loader=yaml.CSafeLoader), **{k: v for k, v in document.data.items() if k not in replaced or k in known}}
    else:
        loaded = _joined(yaml.load(text, Loader=yaml.CSafeLoader), document.data)
    return _dumped(loaded)


def _joined(base: Any, own: Any) -> Any:
    """Mappings entry by entry, lists one behind the other, else the bank's."""
    if isinstance(base, dict) and isinstance(own, dict):
        return {**base, **{key: _joined(base[key], value) if key in base else value for key, value in own.items()}}
    if isinstance(base, list) and isinstance(own, list):
        return base + [item for item in own if item not in base]
    return base if own is None else own


class Without:
    """Leaves out of the library's files what leads to topics and mascots that are off."""

    def __init__(self, off: set[str], base: Mapping[str, Path]) -> None:
        self.mascots = {Path(name).stem for name in off if re.fullmatch(r"persona/mascots/[^/]+\.yml", name)}
        self.topics = {intent for name in off if name.startswith("data/")
                       for intent in re.findall(r"^- intent:\s*([\w./]+)", base[name].read_text(encoding="utf-8"), re.M)}
        words = sorted({*self.mascots, *(f"/{topic}" for topic in self.topics)}, key=len, reverse=True)
        self.named = re.compile("|".join(map(re.escape, words))) if words else None

    def __bool__(self) -> bool:
        return self.named is not None

    def filtered(self, name: str, file: Path) -> Path | str:
        """The file itself, or its text without what is off."""
        if not self.named or not name.startswith("data/nlu/"):
            return file
        text = file.read_text(encoding="utf-8")
        if not self.named.search(text):
            return file
        import yaml

        data = yaml.load(text, Loader=yaml.CSafeLoader)
        groups = data.get("responses") if isinstance(data, dict) else None
        if not isinstance(groups, dict):
            return file
        data["responses"] = {key: kept for key, group in groups.items() if (kept := self._kept(key, group))}
        return _dumped(data)

    def _kept(self, key: str, group: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
        parts = key.split(".")
        if parts[0] in ("utter_column", "utter_lesson") and parts[1:2] and parts[1] in self.mascots:
            return []
        kept = []
        for one in group:
            if any(c.get("name") == "mascot" and c.get("value") in self.mascots for c in one.get("condition") or ()):
                continue
            buttons = [b for b in one.get("buttons") or () if str(b.get("payload", "")).split("{")[0][1:] not in self.topics]
            rest = {k: v for k, v in one.items() if k != "buttons"}
            kept.append({**rest, "buttons": buttons} if buttons else rest)
        return kept


def _dumped(data: Any) -> str:
    """YAML that reads as its source did: several lines as a block, examples among them."""
    import yaml

    class Dumper(yaml.SafeDumper):
        """Blocks for several lines."""

    def text(dumper: Any, value: str) -> Any:
        return dumper.represent_scalar("tag:yaml.org,2002:str", value, style="|" if value.startswith("- ") and "\n" in value else None)

    Dumper.add_representer(str, text)
    return yaml.dump(data, Dumper=Dumper, allow_unicode=True, sort_keys=False, width=10**6)
