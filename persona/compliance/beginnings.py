"""The characters a match of a pattern can begin with.

`re` works this out for itself only when a pattern begins with a character or with alternatives of plain words; of other
patterns it tries every alternative at every place of a text. Its own reading of the pattern is asked here, once, when the
pattern is compiled.
"""

from __future__ import annotations

import re
import sre_constants as sign
import sre_parse
from collections.abc import Iterable
from typing import Any


class _AnyError(Exception):
    """A match can begin with nearly anything."""


def _members(items: Iterable[Any]) -> set[str]:
    """The members of a set, as they are written between brackets."""
    out = set()
    for op, value in items:
        if op is sign.LITERAL:
            out.add(re.escape(chr(value)))
        elif op is sign.RANGE:
            out.add("-".join(re.escape(chr(end)) for end in value))
        elif op is sign.CATEGORY and value is sign.CATEGORY_DIGIT:
            out.add(r"\d")
        else:
            raise _AnyError
    return out


def _first(sequence: Iterable[Any]) -> tuple[set[str], bool]:
    """The characters a match of a sequence begins with, and whether it can be empty."""
    out: set[str] = set()
    for op, value in sequence:
        if op in (sign.AT, sign.ASSERT, sign.ASSERT_NOT):
            continue
        if op is sign.LITERAL:
            found, empty = _members([(op, value)]), False
        elif op is sign.IN:
            found, empty = _members(value), False
        elif op is sign.SUBPATTERN and not value[1]:  # a flag of its own could mean other letters
            found, empty = _first(value[3])
        elif op is sign.BRANCH:
            parts = [_first(part) for part in value[1]]
            found = {one for some, _ in parts for one in some}
            empty = any(empty for _, empty in parts)
        elif op in (sign.MAX_REPEAT, sign.MIN_REPEAT):
            found, empty = _first(value[2])
            empty = empty or not value[0]
        else:
            raise _AnyError
        out |= found
        if not empty:
            return out, False
    return out, True


def beginnings(source: str, always: bool = False) -> str | None:
    """A set in the notation of `re`; None when nothing is known or, unless it is `always` asked, `re` finds the places as quickly itself."""
    tree: Any = sre_parse.parse(source)
    op, value = tree[0]
    quick = op in (sign.LITERAL, sign.IN) or (op is sign.BRANCH and all(part and part[0][0] is sign.LITERAL for part in value[1]))
    if tree.state.flags != re.UNICODE or (quick and not always):
        return None
    try:
        found, empty = _first(tree)
    except _AnyError:
        return None
    return None if empty else "[" + "".join(sorted(found)) + "]"
