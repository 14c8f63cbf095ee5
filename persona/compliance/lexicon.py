"""Word groups, and the small notation rules are written in.

A pattern is a Python regular expression with two additions: `<组名>` stands for any word of a group, `…8` for up to
eight characters inside one clause, `……8` for up to eight characters inside one sentence.
From each pattern the words are derived that any match must contain (grammar.py); a message without them never meets it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from persona.compliance.grammar import Branch

_GROUP = re.compile(r"<([\u4e00-\u9fffA-Za-z0-9]+)>")
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


_SLOTS = 6
_ONE = re.compile("1")


class Prefilter:
    """From the characters and pairs of a message to the few patterns worth running.

    A branch of a pattern has up to six slots, each a set of words of which a match must contain one; a long word is
    looked for by its first pair in one slot and by its last in another. Every pair of the message fills the slots it
    can; all branches are asked at once by `and`ing the slots, which are stretches of one long number.
    """

    def __init__(self, needs: list[tuple[Branch, ...]]) -> None:
        self.always = frozenset(i for i, branches in enumerate(needs) if not all(branches))
        branches = [(i, branch) for i, some in enumerate(needs) if i not in self.always for branch in some]
        self._pattern = [i for i, _ in branches]
        self._count = count = len(branches)
        self._places: dict[str, list[int]] = {}
        free = [0] * _SLOTS
        for n, (_, branch) in enumerate(branches):
            keys: list[Iterable[str]] = [{word[:2] for word in words} for words in branch]
            keys += [{word[-2:] for word in words} for words in reversed(branch) if max(map(len, words)) > 2]
            for slot in range(_SLOTS):
                if slot >= len(keys):
                    free[slot] |= 1 << n
                    continue
                place = slot * count + n
                for key in keys[slot]:
                    self._places.setdefault(key, []).append(place)
        self._free = sum([bits << slot * count for slot, bits in enumerate(free)])
        self._keys = frozenset(self._places)
        self._masks: dict[str, int] = {}

    def candidates(self, grams: set[str]) -> set[int]:
        """Numbers of the patterns whose words the text may contain."""
        filled, masks = self._free, self._masks
        for key in self._keys & grams:
            mask = masks.get(key)
            if mask is None:
                mask = masks[key] = sum([1 << place for place in self._places[key]])
            filled |= mask
        count = self._count
        alive = filled & ((1 << count) - 1)
        for _ in range(1, _SLOTS):
            filled >>= count
            alive &= filled
        pattern = self._pattern
        found = {pattern[match.start()] for match in _ONE.finditer(bin(alive)[:1:-1])}
        return found | self.always if self.always else found


def pairs_of(text: str) -> list[str]:
    """Adjacent pairs, in order."""
    return list(map(str.__add__, text, text[1:]))


def grams_of(text: str) -> set[str]:
    """Single characters and adjacent pairs."""
    grams = set(text)
    grams.update(map(str.__add__, text, text[1:]))
    return grams
