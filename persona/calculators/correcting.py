"""A value that is put right: 「不是20万，是25万」, 「25万，不是20万」, 「把12期改成24期」. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal

from persona.calculators.numbers import Mention, mentions
from persona.calculators.numerals import plain

_FORMS = (
    re.compile(r"不是(?P<old>[^，。是]{1,12})[，。]*(?:而|应该|应当|我说的|说的)?是(?P<new>.+)$"),
    re.compile(r"^(?P<new>[^。]{1,24}?)[，。]*不是(?P<old>[^，。是]{1,12}?)[啊呀哦。！]*$"),
    re.compile(r"(?:把|将)?(?P<old>[^，。把将]{1,12})(?:改成|改为|换成|改)(?P<new>.{1,24})$"),
)


def corrected(text: str, values: Mapping[str, str]) -> tuple[str, str]:
    """The words that count, and the name of the kept value they put right ("" when none of them is meant)."""
    line = plain(text)
    for form in _FORMS:
        found = form.search(line)
        if not found or not mentions(found["new"]):
            continue
        denied = [one for one in mentions(found["old"]) if one.value is not None]
        if len(denied) == 1:
            return found["new"], next((name for name, value in values.items() if _same(value, denied[0])), "")
    return text, ""


def _same(value: str, one: Mention) -> bool:
    """Whether a kept value is the number that was said."""
    if one.value is None:
        return False
    if one.kind in ("months", "days"):
        return value == f"{int(one.value)}{'d' if one.kind == 'days' else 'm'}"
    try:
        kept = Decimal(value)
    except ArithmeticError:
        return False
    return kept == one.value or (one.kind == "number" and kept == one.value / 100)
