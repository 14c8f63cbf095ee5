"""Names of the labels that customers may read: titles for buttons when the mascot asks back."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import yaml

from persona.layers import current

DEFAULT = Path(__file__).with_name("labels.yml")


def full_label(parse_data: Mapping[str, Any]) -> str:
    """The label Rasa's parse data stand for: `faq/early_repay` for a topic, else the intent's name."""
    intent = parse_data.get("intent") or {}
    name = str(intent.get("name") or "")
    selected = (parse_data.get("response_selector") or {}).get(name) or {}
    return str(
        intent.get("full_retrieval_intent_name") or (selected.get("response") or {}).get("intent_response_key") or name
    )


class Labels:
    """Label -> title. A split topic (`faq/cash_branch.swallowed`) falls back to the title of its topic."""

    def __init__(self, titles: Mapping[str, str], beside: Mapping[str, str] | None = None) -> None:
        self._titles = dict(titles)
        self._beside = dict(beside or {})

    @classmethod
    def load(cls, path: Path | None = None) -> Labels:
        """Read labels.yml: groups (`faq`, `scam`) and plain intents."""
        with open(path or current(DEFAULT), encoding="utf-8") as file:
            data = yaml.load(file, Loader=yaml.CSafeLoader)
        return cls(_named(data["labels"]), _named(data.get("beside", {})))

    def title(self, label: str) -> str | None:
        """The words on a button for `label`, or None when it is never offered."""
        return self._titles.get(label) or self._titles.get(label.split(".")[0])

    def beside(self, label: str) -> str | None:
        """The words for a question that was asked beside another: a part is called by its own name."""
        return self._beside.get(label) or self.title(label)

    def buttons(
        self, ranking: Iterable[tuple[str, float]], *, leave_out: str = "", most: int = 2, least: float = 0.03
    ) -> list[dict[str, str]]:
        """Buttons for the most likely labels of `ranking` (label, probability), one per title."""
        found: list[dict[str, str]] = []
        for label, probability in ranking:
            title = self.title(label)
            base = leave_out.split(".")[0]
            if not title or probability < least or label.split(".")[0] == base or any(b["title"] == title for b in found):
                continue
            found.append({"title": title, "payload": f"/{label}"})
            if len(found) == most:
                break
        return found


def _named(data: Mapping[str, Any]) -> dict[str, str]:
    """Groups (`faq`) and plain intents, each under its full label."""
    titles: dict[str, str] = {}
    for key, value in data.items():
        if isinstance(value, dict):
            titles.update({f"{key}/{topic}": title for topic, title in value.items()})
        else:
            titles[key] = value
    return titles
