"""The canonical sentence of each disclosure."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from persona.compliance.rules import HERE
from persona.layers import current


@lru_cache(maxsize=1)
def all_disclosures() -> dict[str, dict[str, Any]]:
    """Every disclosure of disclosures.yml by id. ContentError when the file cannot be read."""
    import yaml  # no start needs it

    file = current(HERE / "disclosures.yml")
    try:
        data: dict[str, dict[str, Any]] = yaml.load(file.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
    except yaml.YAMLError:
        from persona.errors import ContentError  # what the guard needs at no start
        from persona.yamlfile import read

        raise ContentError(read(file).problems) from None
    return data


def disclosure_text(name: str) -> str:
    """The sentence to print for `name`, e.g. D-WM-1. Places to fill are written __."""
    try:
        return str(all_disclosures()[name]["text"])
    except KeyError:
        raise KeyError(f"没有编号为 {name} 的披露；可用：{'、'.join(sorted(all_disclosures()))}") from None
