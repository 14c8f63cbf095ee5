"""The draw: a function of the entry list and of a public value that nobody knew when entries closed.

Anyone can repeat it with sha256sum: the list's hash is taken over its numbers, one a line, sorted; each number is
ranked by sha256("<value>|<list hash>|<number>"), lowest first; prizes are given in the order of the sheet.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from typing import Any

from persona.giveaways.sheet import rules_digest

SCHEMA = "mascot-giveaway-result/1"


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


def list_hash(numbers: Iterable[str]) -> str:
    """Fingerprint of the closed entry list, whatever order it comes in."""
    return _sha256("".join(f"{number}\n" for number in sorted(numbers)))


def winners(numbers: Iterable[str], prizes: Iterable[Mapping[str, Any]], seed: str) -> dict[str, str]:
    """Number -> prize; every number wins at most once, and all win when there are more prizes than entries.

    prizes: ``{"name", "count"}`` in the sheet's order.  seed: the public value, as published.
    """
    entered = sorted(set(numbers))
    closed = list_hash(entered)
    ranked = iter(sorted(entered, key=lambda number: _sha256(f"{seed.strip()}|{closed}|{number}")))
    pieces = (str(prize["name"]) for prize in prizes for _ in range(int(prize["count"])))
    return dict(zip(ranked, pieces, strict=False))


def publication(rules: Mapping[str, Any], numbers: Iterable[str], closed_at: str, seed: str, drawn_at: str) -> dict[str, Any]:
    """What is published after the draw. Numbers name nobody: whose they are stands in the database alone."""
    entered = sorted(set(numbers))
    won = winners(entered, rules["prizes"], seed)
    return {
        "schema": SCHEMA,
        "giveaway": rules["id"],
        "rules": dict(rules),
        "rules_sha256": rules_digest(rules),
        "closed_at": closed_at,
        "numbers": entered,
        "list_sha256": list_hash(entered),
        "seed": seed.strip(),
        "drawn_at": drawn_at,
        "winners": [{"number": number, "prize": prize} for number, prize in won.items()],
    }


def verify(published: Mapping[str, Any]) -> list[str]:
    """What does not hold in a publication, in Chinese; empty when everything follows from its own data."""
    wrong: list[str] = []
    try:
        rules, numbers = published["rules"], list(published["numbers"])
        if published["schema"] != SCHEMA:
            wrong.append(f"schema 应当是 {SCHEMA}")
        if len(set(numbers)) != len(numbers):
            wrong.append("报名名单里有重复的编号")
        if rules_digest(rules) != published["rules_sha256"]:
            wrong.append("规则和它的指纹对不上")
        if list_hash(numbers) != published["list_sha256"]:
            wrong.append("报名名单和截止时公布的指纹对不上")
        expected = winners(numbers, rules["prizes"], str(published["seed"]))
        stated = {str(row["number"]): str(row["prize"]) for row in published["winners"]}
        if expected != stated or len(stated) != len(published["winners"]):
            wrong.append("中奖名单不是由这份名单和这个公开数值算出来的")
    except (KeyError, TypeError, ValueError, AttributeError) as problem:
        wrong.append(f"缺了一项或写法不对：{problem}")
    return wrong


def masked(number: str) -> str:
    """A number as it is shown to others: ``F6-0412`` -> ``F6-0**2``."""
    prefix, _, digits = number.rpartition("-")
    return f"{prefix}-{digits[0]}{'*' * max(len(digits) - 2, 1)}{digits[-1]}"
