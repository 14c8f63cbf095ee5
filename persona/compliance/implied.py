"""A lesson that lets the bait speak for itself and never says fraud: 「头几次都返得回来，后来就提不出来了」.

The ways of telling it, what undoes them and their examples are data: `lexicon/lessons.yml`. Here stands where they are
looked for and how far each excuses. None excuses a sentence in which somebody speaks for his own offer, gives a contact
or calls to buy, nor one with such a call beside it: then the lesson is the wrapping. What stands in 「」 is what others say.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from functools import lru_cache
from sys import maxsize

from persona.compliance.beginnings import beginnings
from persona.compliance.frames import behind
from persona.compliance.late import Late

_BESIDE = 60  # how far a call to buy in the next sentences still counts, and how far the answer to a quiz may stand
_OPENING = 16  # characters a quiz may take to say that it is one
_QUOTED = Late(r"「[^「」]*」")
_ANYWHERE = range(maxsize)

ENDING, HALT, REASON, PAPER, WHOSE, QUIZ, STEPS = "结局", "先停", "道理", "签字", "谁的钱", "测验", "步骤"
OURS, CONTACT, CALL = "自家", "联系", "催买"
THEN, THEY = "从头", "旁人"
WAYS = (ENDING, HALT, REASON, PAPER, WHOSE, QUIZ, STEPS)
_REST = (OURS, CONTACT, CALL, THEN, THEY)
# what must be written for each: the kinds of patterns
SECTIONS: Mapping[str, tuple[str, ...]] = {
    ENDING: ("any", "spared"), HALT: ("any", "with", "spared"), **dict.fromkeys((QUIZ, STEPS), ("any", "with")),
    **dict.fromkeys((REASON, PAPER, WHOSE, OURS, CONTACT, CALL, THEN, THEY), ("any",)),
}


def led(source: str) -> str:
    """A long list of alternatives, tried only where one of them can begin: most places are passed over at one look."""
    begins = beginnings(source)
    return f"(?={begins})(?:{source})" if begins else source


def _around(text: str, first: int, last: int) -> tuple[int, int]:
    """The sentence with the question before it, and with the answer behind it when it is a question."""
    if first and text[first - 1] == "？":
        first = behind("。！？\n", text, max(0, first - _BESIDE), first - 1)
    if text[last:last + 1] == "？":
        ends = [at for at in (text.find(mark, last + 1, last + _BESIDE) for mark in "。！？\n") if at > 0]
        last = min(ends, default=min(len(text), last + _BESIDE))
    return first, last


def _bare(text: str) -> str:
    """The text with what stands in 「」 struck out, at the same length."""
    return _QUOTED.sub(lambda match: "「" + "□" * (len(match.group()) - 2) + "」", text) if "「" in text else text


class Lessons:
    """The ways of telling a lesson, as `lexicon/lessons.yml` writes them."""

    def __init__(self, parts: Mapping[str, Mapping[str, str]]) -> None:
        self._any = {name: Late(part["any"]) for name, part in parts.items()}
        self._with = {name: Late(part["with"]) for name, part in parts.items() if "with" in part}
        self._spared = {name: Late(part["spared"]) for name, part in parts.items() if "spared" in part}
        # the rules and the second opinion ask about the same sentence one after the other
        self.ways = lru_cache(maxsize=16)(self._ways)
        self._excused = lru_cache(maxsize=16)(self._excuses)

    def says(self, name: str, text: str) -> bool:
        """Does a text say what a section lists, outside quotations?"""
        return bool(self._any[name].search(_bare(text)))

    def marks(self, text: str, first: int, last: int) -> set[str]:
        """What the second opinion is told of the sentence [first, last): its ways, what undoes them, what makes it a story."""
        bare = _bare(text[first:last])
        return {f"L:{name}" for name in (*self.ways(text, first, last), *(one for one in _REST if self._any[one].search(bare)))}

    def taught(self, text: str, first: int, last: int, start: int) -> bool:
        """Does the sentence [first, last) teach a lesson about the words at `start`?"""
        return any(start in places for places in self._excused(text, first, last))

    def narrated(self, text: str, first: int, last: int) -> bool:
        """Is the sentence [first, last) a whole story of that kind: somebody, one thing after another, and a lesson?"""
        if not self.taught(text, first, last, first):
            return False
        said = _bare(text[first:last])
        return bool(self._any[THEN].search(said)) and bool(self._any[THEY].search(said))

    def _quiz(self, text: str, first: int, last: int) -> bool:
        opening = text[first:first + _OPENING]
        return bool(self._any[QUIZ].match(opening)) and bool(self._with[QUIZ].search(text[first:last + _BESIDE]))

    def _last(self, name: str, text: str) -> int:
        """Where the last match begins before which nothing says that it will not be so; -1 without one."""
        spared = self._spared[name]
        return max((match.start() for match in self._any[name].finditer(text) if not spared.search(text[:match.start()])), default=-1)

    def _ways(self, text: str, first: int, last: int) -> Mapping[str, range]:
        """In which ways the sentence [first, last) is told, whatever undoes them, each with the places of the words it is about."""
        first, last = _around(text, first, last)
        said = text[first:last]
        bare = _bare(said)
        found = {name: _ANYWHERE for name in (REASON, WHOSE, PAPER) if self._any[name].search(bare)}
        if self._quiz(text, first, last):
            found[QUIZ] = _ANYWHERE
        if self._any[STEPS].search(bare) and self._with[STEPS].search(said):
            found[STEPS] = _ANYWHERE
        ends = self._last(ENDING, bare)
        if ends >= 0:
            found[ENDING] = range(first + ends + 1)
        heard = self._with[HALT].search(said)
        if heard and self._last(HALT, bare) >= 0:
            found[HALT] = range(first + heard.end() - 1, maxsize)
        return found

    def _excuses(self, text: str, first: int, last: int) -> Collection[range]:
        """The places of the words that the sentence [first, last) teaches a lesson about."""
        ways = self.ways(text, first, last)
        if not ways:
            return ()
        first, last = _around(text, first, last)
        if self._any[OURS].search(_bare(text[first:last])):
            return ()
        beside = _bare(text[max(0, first - _BESIDE):last + _BESIDE])
        if self._any[CONTACT].search(beside) or (QUIZ not in ways and self._any[CALL].search(beside)):
            return ()
        return ways.values()
