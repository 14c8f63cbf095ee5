"""「手续费呢」, 「要多久」 right after an answer: which side of the matter is asked for, and which sentences of the answer tell it. Pure.

A classifier takes 「手续费呢」 for a question about transfers. After an answer it asks about that; what the answer says of it is read
out, sentence by sentence. Patterns stand in `lexicon/aspects.yml`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from persona.nlu.questions import PAUSE
from persona.nlu.text import simplify
from persona.nlu.wording import Wording, entries

ASPECT = "aspect"  # the entity; also what the answers for a side nothing is told of begin with
TERMS = ".terms"  # of a topic: the answer that tells what it costs and how long it takes
ENDING = frozenset({"fee", "time", "papers", "person"})  # sides that are asked for in one breath with their matter
MOST = 2  # sentences that are read out
WHOLE = 10  # characters of a sentence that says something by itself
_SPEECH = re.compile(r"[\W_]+")
_LEAD = re.compile(r"^(?:哦|噢|嗯|好的?|行吧?|对了|还有|不过|那么|那)+(?=..)")
_PARTICLE = re.compile(r"(?<=..)[呀啊呢嘛]+$")
_TAG = re.compile(r"(?:不|伐|(?<![什怎那多])么|嘛|没有?)[呀啊]?$")  # 「收费不」 asks what 「收费吗」 asks
_SENTENCE = re.compile(r"[^。！？\n]+[。！？]?")
_STEP = re.compile(r"^\d\.\s*")
_WARNS = re.compile(r"？$|别信|不要信|别理|骗")  # no answer to what was asked
_WORD = re.compile(r"[\u4e00-\u9fff]+")
_FOREIGN = re.compile(r"[a-z]{3,}")  # 「swift」, 「atm」: one word, one matter
_PLACEHOLDER = re.compile(r"\{[a-z0-9_]+\}")
# Letters that carry no matter: a pair with one of them says nothing about what is asked.
_EMPTY = frozenset("的了吗呢么不没有要能会可以是我你您他她它这那就都也还再去来在到给把被让跟和与或上下里个多少什怎样如何已经啊呀吧嘛哦为啥咋哪谁用办说趟")
# Pairs that say when, where or how, and not what.
_ANY_MATTER = frozenset({"当天", "今天", "明天", "现在", "时候", "以后", "之前", "之后", "别的", "自己", "东西", "地方", "事情", "直接", "一般", "马上", "一起", "一直", "银行"})
COMMON = 60  # sentences of all answers that a pair of letters may stand in to tell one from another


@dataclass(frozen=True)
class Aspect:
    """A side of any matter: how it is asked for, and what a sentence that tells it holds."""

    id: str
    asked: Wording
    told: re.Pattern[str]
    wide: bool = False  # the other answers of the topic tell it, too


class Aspects:
    """All sides in the order of the file; the first that fits decides."""

    def __init__(self, aspects: Iterable[Aspect]) -> None:
        self._all = {one.id: one for one in aspects}

    @classmethod
    def load(cls, path: Path | None = None) -> Aspects:
        """Read the sides that ship with the project."""
        return cls(Aspect(e["id"], Wording.of(e), re.compile(e["told"]), bool(e.get("wide"))) for e in entries("aspects", path))

    def asked(self, text: str) -> str:
        """The side that `text` asks for and nothing else, or ""; of several (「怎么弄，APP上能办吗」) the last."""
        sides = [side for _, side in self.clauses(text)]
        return self._side(text) or (sides[-1] if len(sides) > 1 and all(sides) else "")

    def clauses(self, text: str) -> list[tuple[str, str]]:
        """The clauses of `text`, each with the side it asks for by itself, or ""."""
        return [(c, self._side(c) or self._side(_PARTICLE.sub("", c))) for c in PAUSE.split(text) if c]

    def within(self, clause: str) -> str:
        """The side that a clause asks for at its end, behind the matter it names (「办张卡要带什么」), or ""."""
        plain = _PARTICLE.sub("", clause)
        return next((side for at in range(len(plain) - 1) if (side := self._side(plain[at:])) in ENDING), "")

    def sides(self, text: str) -> list[str]:
        """All sides that clauses of `text` ask for by themselves: 「开户要带啥 多久拿到 收费不」 asks for two beside its matter."""
        whole = self._side(text)
        return [whole] if whole else list(dict.fromkeys(side for _, side in self.clauses(text) if side))

    def _side(self, text: str) -> str:
        words = _TAG.sub("吗", _LEAD.sub("", _SPEECH.sub("", simplify(text))))
        return next((one.id for one in self._all.values() if one.asked.stands_in(words)), "")

    def wide(self, aspect: str) -> bool:
        """Whether `aspect` may be told by any answer of the topic."""
        return self._all[aspect].wide

    def told(self, aspect: str, answers: Iterable[str], asked: str = "") -> list[str]:
        """The sentences of the first of `answers` that tell `aspect`, one that names the thing `asked` for first; none when no answer does."""
        pattern, named = self._all[aspect].told, pairs(asked)
        found = next((found for found in ([s for s in sentences(a) if pattern.search(s)] for a in answers) if found), [])
        return sorted(found, key=lambda s: len(named & pairs(s)) < 2)[:MOST]  # 「户口本」, not 「材料」


def sentences(answer: str) -> list[str]:
    """An answer's sentences, without the numbers of its steps."""
    return [_STEP.sub("", piece.strip()) for line in answer.split("\n") for piece in _SENTENCE.findall(line) if piece.strip()]


def pairs(text: str) -> set[str]:
    """Pairs of letters of `text` that carry a matter, and words in Latin letters."""
    plain = simplify(_PLACEHOLDER.sub(" ", text))
    chinese = {run[i : i + 2] for run in _WORD.findall(plain) for i in range(len(run) - 1) if not set(run[i : i + 2]) & _EMPTY}
    return chinese | set(_FOREIGN.findall(plain))


def sharing(text: str, answers: Iterable[str], seen: dict[str, int], title: str = "", common: bool = False) -> list[str]:
    """The sentence of `answers` that shares most with `text`, and one that shares what it does not; none when they share nothing that tells sentences apart.

    seen: in how many sentences of all answers a pair of letters stands.  title: the topic's name, which every answer of it holds.
    common: the answer is the one that is meant; then pairs that stand everywhere count, too, when two of them meet in one sentence only."""
    asked = {p for p in pairs(text) - pairs(title) - _ANY_MATTER if seen.get(p, 0)}
    whole = [s for answer in answers for s in sentences(answer) if len(s) >= WHOLE and not _WARNS.search(s)]
    rare = [(sum(1 / seen[p] for p in asked & pairs(s) if seen[p] <= COMMON), s) for s in whole]
    best = max(rare, default=(0.0, ""), key=lambda found: found[0])
    if best[0] > 0 and not (common and sum(score == best[0] for score, _ in rare) > 1):
        rest = {p for p in asked - pairs(best[1]) if seen[p] <= COMMON}
        other = max(((sum(1 / seen[p] for p in rest & pairs(s)), s) for s in whole), default=(0.0, ""), key=lambda found: found[0])
        return [best[1], other[1]] if other[0] > 0 else [best[1]]  # 「要盖章的英文版」 asks for two things
    if not common:
        return []
    met = [s for s in whole if len(asked & pairs(s)) > 1]
    return met if len(met) == 1 else []


def nearest(text: str, answers: Iterable[str], title: str = "") -> list[str]:
    """The one or two sentences of `answers` that letters of `text` point to most; none when that cannot be told.

    For an answer that would come a second time: what is asked must be in it, and common words tell its few sentences apart."""
    whole = [s for answer in answers for s in sentences(answer) if len(s) >= WHOLE and not _WARNS.search(s)]
    letters = {c for run in _WORD.findall(simplify(text)) for c in run} - _EMPTY - set(title)
    held = [(letters & set(s), s) for s in whole]
    scored = [(sum(1 / sum(c in one for one, _ in held) for c in shared), s) for shared, s in held if len(shared) > 1]
    most = max((score for score, _ in scored), default=0.0)
    best = [s for score, s in scored if score == most]
    return best if len(best) <= MOST and len(best) < len(whole) else []


def most_shared(text: str, answers: Iterable[str]) -> list[str]:
    """The sentences of `answers` that share most pairs of letters with `text`, all that are equal; none when none does."""
    asked = pairs(text)
    scored = [(len(asked & pairs(s)), s) for answer in answers for s in sentences(answer)]
    most = max((score for score, _ in scored), default=0)
    return [s for score, s in scored if most and score == most]
