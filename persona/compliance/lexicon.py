"""Word groups, and the small notation rules are written in.

A pattern is a Python regular expression with two additions: `<组名>` stands for any word of a group, `…8` for up to
eight characters inside one clause, `……8` for up to eight characters inside one sentence.
From each pattern the words are derived that any match must contain (grammar.py); a message without them never meets it.
"""

from __future__ import annotations

import sys
from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import reduce
from itertools import chain
from operator import or_
from typing import TYPE_CHECKING, Any, Literal

from persona.compliance.late import Late

if TYPE_CHECKING:
    from persona.compliance.grammar import Branch

_GROUP = Late(r"(?<!\\)<([\u4e00-\u9fffA-Za-z0-9]+)>")
_SENTENCE_GAP = Late(r"……(\d+)")
_CLAUSE_GAP = Late(r"…(\d+)")


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


ENDS = "。！？\n"  # of sentences
_SLOTS = 4
_ASTRAL = Late("[\U00010000-\U0010ffff]")
_LITTLE = sys.byteorder == "little"
_SIGNS: Mapping[int, Literal["H", "I", "Q"]] = {1: "H", 2: "I", 4: "Q"}  # how memoryview names numbers of so many units
PAIRS = 1 << 16  # the numbers of characters are below, those of pairs above
_UTF_16 = f"utf-16-{sys.byteorder[:1]}e"
# a stretch of whole sentences, as short as is worth a look of its own
_LEAST = 100
_STRETCH = Late(rf"[\s\S]{{1,{_LEAST}}}[^{ENDS}]*[{ENDS}]*")


def units(text: str) -> bytes:
    """A text in units of 16 bits, out of which numbers for characters and pairs can be read without making strings.

    One unit a character: those beyond the basic plane are all alike.
    """
    raw = text.encode(_UTF_16, "surrogatepass")
    return raw if len(raw) == 2 * len(text) else _ASTRAL.sub("\ufffd", text).encode(_UTF_16, "surrogatepass")


def code(gram: str) -> int:
    """The number of a run of characters."""
    return int.from_bytes(units(gram), sys.byteorder)


def first_of(pair: int) -> int:
    """The number of the first character of a pair, by the pair's own."""
    return pair % PAIRS if _LITTLE else pair // PAIRS


def runs(raw: bytes, length: int) -> list[int]:
    """The numbers of all runs of one, two or four characters, in their order."""
    view, count = memoryview(raw), max(len(raw) // 2 - length + 1, 0)
    out = [0] * count
    for first in range(min(length, count)):
        last = first + (count - first - 1) // length * length + length
        out[first::length] = view[2 * first:2 * last].cast(_SIGNS[length]).tolist()
    return out


def pairs(text: str) -> list[int]:
    """The numbers of the pairs that begin with each character but the last, in their order."""
    return runs(units(text), 2)


def _number(places: list[int]) -> int:
    return sum([1 << place for place in set(places)])


class _Masks(dict[int, int]):
    """The slots a character, a pair or a four fills, as one number; worked out when a message first has it."""

    def __init__(self, places: Mapping[int, list[int]]) -> None:
        self._places = places

    def __missing__(self, key: int) -> int:
        mask = self[key] = _number(self._places[key])
        return mask


def _ends(words: frozenset[str]) -> list[frozenset[str]]:
    """Of these words a match contains one: what must stand there of their beginnings and, where there are words of three, of their ends."""
    lengths = set(map(len, words))
    if 3 not in lengths:
        return [words if max(lengths) <= 4 else frozenset([word[:4] for word in words])]
    return [frozenset([word[at:at + 2] if len(word) == 3 else word[:4] for word in words]) for at in (0, 1)]


def slots(needs: Sequence[Sequence[Branch]], wide: Collection[int]) -> dict[str, list[Any]]:
    """What the prefilter is made of: for each branch its pattern, for each number of slots how many branches have more, for
    each character, pair and four the slots it fills. The branches with most slots come first. A match of the `wide` patterns may
    reach over the end of a sentence."""
    always = [i for i, branches in enumerate(needs) if not all(branches)]
    sets = {words: _ends(words) for some in needs for branch in some for words in branch}
    branches = [
        (i, [*(sets[words][0] for words in branch), *(sets[words][1] for words in reversed(branch) if len(sets[words]) > 1)][:_SLOTS])
        for i, some in enumerate(needs) if all(some) for branch in some
    ]
    branches.sort(key=lambda one: -len(one[1]))
    counts = [sum(len(filled) > slot for _, filled in branches) for slot in range(_SLOTS)]
    starts = [sum(counts[:slot]) for slot in range(_SLOTS)]
    filling: dict[frozenset[str], list[int]] = {}
    for n, (_, filled) in enumerate(branches):
        for start, filler in zip(starts, filled, strict=False):
            filling.setdefault(filler, []).append(start + n)
    grams = frozenset().union(*filling)
    numbers: dict[str, int] = {}
    for length, sign in _SIGNS.items():
        some = [gram for gram in grams if len(gram) == length]
        numbers.update(zip(some, memoryview(units("".join(some))).cast(sign).tolist(), strict=True))
    places: dict[int, list[int]] = {}
    for filler, found in filling.items():
        for gram in filler:
            places.setdefault(numbers[gram], []).extend(found)
    return {
        "always": always, "pattern": [i for i, _ in branches], "counts": counts, "wide": [n for n, (i, _) in enumerate(branches) if i in wide],
        "keys": list(places), "places": list(places.values()),
    }


class Prefilter:
    """From the characters, pairs and fours of a message to the few patterns worth running, and where.

    A branch of a pattern has up to four slots, each a set of those of which a match must contain one. All
    branches are asked at once by `and`ing their slots, which are parts of one long number; some sentences at a time, and
    those that may reach over the end of a sentence once more for the whole message.
    """

    def __init__(self, slots: Mapping[str, Any]) -> None:
        self.always = slots["always"]
        self._pattern: list[int] = slots["pattern"]
        counts = [*slots["counts"], 0]
        # from the last slot to the first: where it stands, and the branches that have none after it
        self._parts = [(sum(counts[:n]), (1 << counts[n]) - (1 << counts[n + 1])) for n in reversed(range(_SLOTS))]
        self._wide = _number(slots["wide"])
        self._near = ~self._wide
        self._masks = _Masks(dict(zip(slots["keys"], slots["places"], strict=True)))
        self._ones = frozenset([key for key in slots["keys"] if key < PAIRS])
        self._more = frozenset([key for key in slots["keys"] if key >= PAIRS])

    def candidates(self, text: str, ones: list[int], twos: list[int], fours: list[int]) -> dict[int, list[tuple[int, int]]]:
        """The patterns whose words may stand in a text, and in which stretches; the numbers are those of its runs."""
        found: dict[int, list[tuple[int, int]]] = {}
        whole = (0, len(text))
        spans = [stretch.span() for stretch in _STRETCH.finditer(text)] if len(text) > _LEAST else [whole]
        which = self._near if len(spans) > 1 else -1
        everywhere = 0
        for span in spans:
            low, high = span
            known = chain(self._ones.intersection(ones[low:high]), self._more.intersection(chain(twos[low:high - 1], fours[low:high - 3])))
            filled = reduce(or_, map(self._masks.__getitem__, known), 0)
            everywhere |= filled
            for i in self._alive(filled, which):
                found.setdefault(i, []).append(span)
        wide = self._alive(everywhere, self._wide) if len(spans) > 1 else ()
        for i in (*wide, *self.always):
            found[i] = [whole]
        return found

    def _alive(self, filled: int, which: int) -> set[int]:
        """The patterns of `which` branches, all of whose slots are filled."""
        alive = 0
        for start, last in self._parts:
            alive = (alive | last) & filled >> start
        alive &= which
        found = set()
        while alive:  # few are
            branch = alive.bit_length() - 1
            found.add(self._pattern[branch])
            alive ^= 1 << branch
        return found


def grams_of(text: str) -> set[str]:
    """Single characters and adjacent pairs."""
    grams = set(text)
    grams.update(map(str.__add__, text, text[1:]))
    return grams
