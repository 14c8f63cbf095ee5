"""Word groups, and the small notation rules are written in.

A pattern is a Python regular expression with two additions: `<组名>` stands for any word of a group, `…8` for up to
eight characters inside one clause, `……8` for up to eight characters inside one sentence.
From each pattern the words are derived that any match must contain (grammar.py); a message without them never meets it.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import reduce
from itertools import chain, repeat
from operator import lshift, or_
from typing import Any

from persona.compliance.grammar import Branch

_GROUP = re.compile(r"(?<!\\)<([\u4e00-\u9fffA-Za-z0-9]+)>")
_SENTENCE_GAP = re.compile(r"……(\d+)")
_CLAUSE_GAP = re.compile(r"…(\d+)")


def expand(pattern: str, groups: Mapping[str, str]) -> str:
    """Write a rule's pattern out as a plain regular expression. KeyError names an unknown group."""
    for _ in range(6):
        pattern, changed = _GROUP.subn(lambda m: f"(?:{groups[m.group(1)]})", pattern)
        if not changed:
            break
    pattern = _SENTENCE_GAP.sub(r"[^。！？【】\\n]{0,\1}", pattern)
    return _CLAUSE_GAP.sub(r"[^，。！？；【】「」\\n]{0,\1}", pattern)


def join(words: Iterable[str] | str) -> str:
    """A group as one alternation."""
    return words if isinstance(words, str) else "|".join(words)


_SLOTS = 4
_ONE = re.compile("1")
_LITTLE = sys.byteorder == "little"
PAIRS = 1 << 16  # the numbers of characters are below, those of pairs above
_UTF_16 = f"utf-16-{sys.byteorder[:1]}e"


def units(text: str) -> bytes:
    """A text in units of 16 bits, out of which numbers for characters and pairs can be read without making strings."""
    return text.encode(_UTF_16, "surrogatepass")


def code(gram: str) -> int:
    """The number of a character, a pair or a run of three; of a longer word, of the three it begins with."""
    if _LITTLE and max(gram) <= "\uffff":
        return sum(map(lshift, map(ord, gram[:3]), (0, 16, 32)))
    return int.from_bytes(units(gram)[:6], sys.byteorder)


def first_of(pair: int) -> int:
    """The number of the first character of a pair, by the pair's own."""
    return pair % PAIRS if _LITTLE else pair // PAIRS


def pairs(raw: bytes) -> tuple[list[int], list[int]]:
    """The numbers of the characters, and of the pairs that begin with each but the last, in their order."""
    view, size = memoryview(raw), len(raw)
    if not size:
        return [], []
    twos = [0] * (size // 2 - 1)
    twos[::2] = view[:size // 4 * 4].cast("I").tolist()
    twos[1::2] = view[2:(size - 2) // 4 * 4 + 2].cast("I").tolist()
    return view.cast("H").tolist(), twos


def threes(ones: list[int], twos: list[int]) -> Iterator[int]:
    """The numbers of all runs of three characters."""
    if _LITTLE:
        return map(or_, twos, map(lshift, ones[2:], repeat(32)))
    return map(or_, map(lshift, twos, repeat(16)), ones[2:])


def _number(places: list[int]) -> int:
    return sum([1 << place for place in set(places)])


class _Masks(dict[int, int]):
    """The slots a pair fills, as one number; worked out when a message first has that pair."""

    def __init__(self, places: Mapping[int, list[int]]) -> None:
        self._places = places

    def __missing__(self, key: int) -> int:
        mask = self[key] = _number(self._places[key])
        return mask


def slots(needs: Sequence[Sequence[Branch]]) -> dict[str, list[Any]]:
    """What the prefilter is made of: for each branch its pattern and how many slots it has, for each word the slots it fills."""
    always = [i for i, branches in enumerate(needs) if not all(branches)]
    branches = [(i, branch) for i, some in enumerate(needs) if all(some) for branch in some]
    count = len(branches)
    places: dict[int, list[int]] = {}
    for n, (_, branch) in enumerate(branches):
        for place, words in zip(range(n, _SLOTS * count, count), branch, strict=False):
            for key in {word[:3] for word in words}:
                places.setdefault(code(key), []).append(place)
    return {
        "always": always, "pattern": [i for i, _ in branches], "sizes": [len(branch) for _, branch in branches],
        "keys": list(places), "places": list(places.values()),
    }


class Prefilter:
    """From the characters, pairs and threes of a message to the few patterns worth running.

    A branch of a pattern has up to four slots, each a set of words of which a match must contain one. Every word of
    the message fills the slots it stands in (of a long word the first three characters); all branches are asked at
    once by `and`ing the slots, which are stretches of one long number.
    """

    def __init__(self, slots: Mapping[str, Any]) -> None:
        self.always = frozenset(slots["always"])
        self._pattern: list[int] = slots["pattern"]
        self._count = count = len(self._pattern)
        free = [_number([n for n, size in enumerate(slots["sizes"]) if size <= slot]) for slot in range(_SLOTS)]
        self._free = sum([bits << slot * count for slot, bits in enumerate(free)])
        places = dict(zip(slots["keys"], slots["places"], strict=True))
        self._known = frozenset(places)
        self._masks = _Masks(places)

    def candidates(self, ones: list[int], twos: list[int]) -> set[int]:
        """Numbers of the patterns whose words may stand in a text with these characters and pairs."""
        known = self._known.intersection(chain(ones, twos, threes(ones, twos)))
        filled = reduce(or_, map(self._masks.__getitem__, known), self._free)
        count = self._count
        alive = filled & ((1 << count) - 1)
        for _ in range(1, _SLOTS):
            filled >>= count
            alive &= filled
        pattern = self._pattern
        found = {pattern[match.start()] for match in _ONE.finditer(bin(alive)[:1:-1])}
        return found | self.always if self.always else found


def grams_of(text: str) -> set[str]:
    """Single characters and adjacent pairs."""
    grams = set(text)
    grams.update(map(str.__add__, text, text[1:]))
    return grams
