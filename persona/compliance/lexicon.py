"""Word groups, and the small notation rules are written in.

A pattern is a Python regular expression with two additions: `<组名>` stands for any word of a group, `…8` for up to
eight characters inside one clause, `……8` for up to eight characters inside one sentence.
From each pattern the words are derived that any match must contain (grammar.py); a message without them never meets it.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Mapping
from functools import reduce
from operator import or_

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
_UTF_16 = f"utf-16-{sys.byteorder[:1]}e"


def units(text: str) -> bytes:
    """A text in units of 16 bits, out of which numbers for characters and pairs can be read without making strings."""
    return text.encode(_UTF_16, "surrogatepass")


def code(gram: str) -> int:
    """The number of a character or a pair; of a longer word, of the pair it begins with."""
    if gram[0] <= "\uffff" and gram[1:2] <= "\uffff" and sys.byteorder == "little":
        return ord(gram[0]) | ord(gram[1]) << 16 if len(gram) > 1 else ord(gram)
    return int.from_bytes(units(gram)[:4], sys.byteorder)


def codes(raw: bytes) -> list[int]:
    """The numbers of all characters and adjacent pairs."""
    view, size = memoryview(raw), len(raw)
    if not size:
        return []
    even, odd = view[:size // 4 * 4].cast("I"), view[2:(size - 2) // 4 * 4 + 2].cast("I")
    return view.cast("H").tolist() + even.tolist() + odd.tolist()


def pairs(raw: bytes) -> tuple[list[int], list[int]]:
    """The numbers of the characters, and of the pairs that begin with each but the last, in their order."""
    view, size = memoryview(raw), len(raw)
    if not size:
        return [], []
    twos = [0] * (size // 2 - 1)
    twos[::2] = view[:size // 4 * 4].cast("I").tolist()
    twos[1::2] = view[2:(size - 2) // 4 * 4 + 2].cast("I").tolist()
    return view.cast("H").tolist(), twos


def _number(places: list[int]) -> int:
    return sum([1 << place for place in set(places)])


class _Masks(dict[int, int]):
    """The slots a pair fills, as one number; worked out when a message first has that pair."""

    def __init__(self, places: Mapping[int, list[int]]) -> None:
        self._places = places

    def __missing__(self, key: int) -> int:
        mask = self[key] = _number(self._places[key])
        return mask


class Prefilter:
    """From the characters and pairs of a message to the few patterns worth running.

    A branch of a pattern has up to four slots, each a set of words of which a match must contain one. Every word of
    the message fills the slots it stands in (of a long word the first three characters); all branches are asked at
    once by `and`ing the slots, which are stretches of one long number.
    """

    def __init__(self, needs: list[tuple[Branch, ...]]) -> None:
        self.always = frozenset(i for i, branches in enumerate(needs) if not all(branches))
        branches = [(i, branch) for i, some in enumerate(needs) if i not in self.always for branch in some]
        self._pattern = [i for i, _ in branches]
        self._count = count = len(branches)
        places: dict[str, list[int]] = {}
        for n, (_, branch) in enumerate(branches):
            for place, words in zip(range(n, _SLOTS * count, count), branch, strict=False):
                for word in words:
                    places.setdefault(word[:3], []).append(place)
        free = [_number([n for n, (_, branch) in enumerate(branches) if len(branch) <= slot]) for slot in range(_SLOTS)]
        self._free = sum([bits << slot * count for slot, bits in enumerate(free)])
        short: dict[int, list[int]] = {}
        longer: dict[str, list[str]] = {}
        for word, some in places.items():
            if len(word) == 3:
                longer.setdefault(word[:2], []).append(word)
            else:
                short[code(word)] = some
        self._places = places
        self._long = {code(pair): words for pair, words in longer.items()}
        self._short, self._starts = frozenset(short), frozenset(self._long)
        self._masks = _Masks(short)
        self._ends: dict[int, tuple[frozenset[int], _Masks]] = {}
        second = {word[1:] for words in longer.values() for word in words}
        self._known = self._short.union(self._starts, map(code, second))

    def _end(self, start: int) -> tuple[frozenset[int], _Masks]:
        """The second pairs of the longer words that begin with a pair, and what they fill."""
        known = {code(word[1:]): self._places[word] for word in self._long[start]}
        return frozenset(known), _Masks(known)

    def candidates(self, text: str) -> set[int]:
        """Numbers of the patterns whose words the text may contain."""
        grams = self._known.intersection(codes(units(text)))
        filled = reduce(or_, map(self._masks.__getitem__, self._short & grams), self._free)
        ends = self._ends
        for key in self._starts & grams:
            if key not in ends:
                ends[key] = self._end(key)
            known, masks = ends[key]
            for end in known & grams:
                filled |= masks[end]
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
