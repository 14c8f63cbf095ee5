"""What the guard says of every answer as the customer would hear it, disclosures included.

Reviewing a thousand texts costs a second; what the same rules said of the same text stands in build/lint.json.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

from yaml import YAMLError

from persona.branches import sample
from persona.compliance import Context, Guard
from persona.compliance.model import Decision
from persona.compliance.rules import RuleError, files
from persona.content.checks import branches
from persona.content.checks.metadata import append_to_list, missing_keys
from persona.content.house import House
from persona.content.model import Response
from persona.errors import Problem, RenderError
from persona.giveaways.checks import check_giveaways
from persona.institution import Institution
from persona.mascot import TONES
from persona.quiz.checks import check_quiz
from persona.textual import named
from persona.voice import Voice
from persona.yamlfile import Document, read

CACHE = Path("build") / "lint.json"
_RULE_AT = re.compile(r"^(\S+?\.yml):(\d+)\s+(.*)$", re.S)
# These say already why an answer cannot be filled in or misses its disclosures.
_CAUSES = frozenset(("P605", "P606", "P653", "P607"))
_SPLIT = "P608"
MANY = 10_000  # answers remembered; a desk that is open all week forgets the old ones


@lru_cache(maxsize=1)
def _guard(folder: Path, fingerprint: str) -> Guard:
    """The guard of `folder`, loaded again when anything it depends on has changed."""
    return Guard.load(folder)


class Words(NamedTuple):
    """What a rule says of some words."""

    rule: str
    text: str
    message: str
    fix: str


class Heard(NamedTuple):
    """What the guard says of a text."""

    findings: tuple[Words, ...]


class Reviews:
    """The guard, asked once per text and rule set."""

    def __init__(self, home: Path, cache: Path | None) -> None:
        self.home = home
        self.cache = cache
        self.guard: Guard | None = None
        self.fingerprint = self._fingerprint()
        self.known: dict[str, Any] = {}
        self.used: dict[str, Any] = {}
        if cache:
            with suppress(OSError, ValueError, AttributeError):
                stored = json.loads(cache.read_text(encoding="utf-8"))
                if stored.get("fingerprint") == self.fingerprint:
                    self.known = dict(stored["reviews"])
        if not self.known:
            self.guard = _guard(home / "compliance", self.fingerprint)  # RuleError when a rule is broken

    def _fingerprint(self) -> str:
        """Changes with the rules, with the guard's code and with what it knows of the bank and its products."""
        digest = hashlib.sha256()
        code = sorted(Path(__file__).parents[2].glob("compliance/*.py"))
        for file in [*files(self.home / "compliance"), *code, self.home / "institution.yml", *sorted((self.home / "products").glob("*.yml"))]:
            with suppress(OSError):
                digest.update(file.name.encode() + b"\0" + file.read_bytes() + b"\0")
        return digest.hexdigest()

    def of(self, text: str, context: Context, scope: str = "full") -> Any:
        """Findings (rule, words, message, fix, reason) and missing disclosures."""
        key = hashlib.sha256(f"{context!r}\0{scope}\0{text}".encode()).hexdigest()[:32]
        found = self.known.get(key)
        if found is None:
            if self.guard is None:
                self.guard = _guard(self.home / "compliance", self.fingerprint)
            found = _plain(self.guard.review(text, context, scope))
        self.used[key] = found
        return found

    def review(self, text: str, context: Context) -> Heard:
        """The same, as an object with `findings`."""
        return Heard(tuple(Words(rule, words, message, fix) for rule, words, message, fix, _ in self.of(text, context)["findings"]))

    def store(self) -> None:
        """Keep what was asked this time; a cache that cannot be written is no harm."""
        if self.cache is None or self.used == self.known:
            return
        with suppress(OSError):
            self.cache.parent.mkdir(exist_ok=True)
            fresh = self.cache.with_suffix(".tmp")
            fresh.write_text(json.dumps({"fingerprint": self.fingerprint, "reviews": self.used}, ensure_ascii=False), encoding="utf-8")
            fresh.replace(self.cache)


def _plain(decision: Decision) -> dict[str, Any]:
    return {"findings": [[f.rule, f.text, f.message, f.fix, f.reason] for f in decision.findings], "missing": decision.missing}


def spoken(house: House, found: list[Problem]) -> Iterator[Problem]:
    """The guard's findings; an answer whose trouble is told already is not blamed twice."""
    try:
        reviews = Reviews(house.home, house.root / CACHE if house.root else None)
    except RuleError as broken:
        yield from _rule_problems(broken, house.home)
        return
    except YAMLError:
        return  # a file the guard reads besides its rules is broken, which has been told
    if not house.institution.name or not house.mascots:
        return  # without a bank and a mascot nothing can be said; that has been told
    trouble = _trouble(found)
    voice = Voice(house.mascots, _without_braces(house.institution), house.figures)
    for response in house.content.variations():
        yield from _again(response, house, voice, reviews, trouble)
    yield from check_giveaways(house.giveaways, house.content, house.institution, voice, reviews.review)
    yield from check_quiz(house.items, house.content, house.institution, voice, reviews.review, house.unread)
    yield from branches.spoken(house, reviews.review)
    reviews.store()


def answer(response: Response, house: House, found: list[Problem]) -> Iterator[Problem]:
    """The guard's findings on one variation; `found` is what the other checks say of it."""
    try:
        reviews = Reviews(house.home, None)
    except (RuleError, YAMLError):
        return  # told by `spoken`
    yield from _of_answer(response, house, Voice(house.mascots, _without_braces(house.institution), house.figures), reviews, _trouble(found))


def _trouble(found: list[Problem]) -> dict[str, set[str]]:
    """Variation -> the codes told of it."""
    trouble: dict[str, set[str]] = {}
    for problem in found:
        trouble.setdefault(problem.key.rpartition("].")[0] + "]" if "]." in problem.key else problem.key, set()).add(problem.code)
    return trouble


_told: dict[int, tuple[Any, Response, list[Problem], dict[str, Any]]] = {}


def _again(response: Response, house: House, voice: Voice, reviews: Reviews, trouble: Mapping[str, set[str]]) -> list[Problem]:
    """The same, remembered until the answer's file or anything beside the content changes: what makes `--watch` quick."""
    key = (house.key, reviews.fingerprint, trouble.get(f"{response.name}[{response.number}]"))
    last = _told.get(id(response))
    if not house.key or last is None or last[0] != key or last[1] is not response:
        before, reviews.used = reviews.used, {}
        last = (key, response, list(_of_answer(response, house, voice, reviews, trouble)), reviews.used)
        reviews.used = before
        if len(_told) > MANY:
            _told.clear()
        _told[id(response)] = last
    reviews.used.update(last[3])
    return last[2]


def _of_answer(response: Response, house: House, voice: Voice, reviews: Reviews, trouble: Mapping[str, set[str]]) -> Iterator[Problem]:
    codes = trouble.get(f"{response.name}[{response.number}]", set())
    if response.text.strip() and not codes & _CAUSES and not response.metadata.get("values"):
        yield from _said(response, house, voice, reviews, codes)
    for button in response.buttons:
        heard = reviews.of(named(button.title, house.names), Context(tone=response.tone or "warm", now=house.today), "wording")
        # ten characters are too few for the opinion on a sentence as a whole
        yield from _findings(response, ("buttons", button.number, "title"), [one for one in heard["findings"] if one[0] != "SO-01"])


def _said(response: Response, house: House, voice: Voice, reviews: Reviews, codes: set[str]) -> Iterator[Problem]:
    meta = response.metadata
    speaker = response.mascot if response.mascot in house.mascots else house.institution.mascot
    listed = meta.get("disclosures")
    named = [str(name) for name in (listed if isinstance(listed, list) else [listed] if listed else [])]
    tone = response.tone if response.tone in TONES else "warm"
    try:
        text = voice.render(
            response.text, mascot=speaker, tone=tone, sober=response.sober, seed=0,
            disclosures=tuple(name for name in named if name in house.disclosures and "__" not in house.disclosures[name]), today=house.today,
            here=sample(house.institution.branches, response.condition("place")),
        )
    except RenderError as problem:
        # a stale figure is told where it stands; a name of a file that cannot be read is told there
        if problem.name not in house.figures and problem.name not in house.unread:
            yield response.problem(("text",), "C301", str(problem), "改占位符或补上数字。", f"{{{problem.name}}}" if problem.name else "")
        return
    heard = reviews.of(text, Context(tone=tone, now=house.today))
    lacking = [one for one in heard["findings"] if one[4] == "disclosure" and heard["missing"]]
    yield from _findings(response, ("text",), [one for one in heard["findings"] if one not in lacking])
    if not heard["missing"] or _SPLIT in codes or "disclosures" in missing_keys(response) or "P629" in codes or "P630" in codes:
        return
    names = "、".join(heard["missing"])
    what = f"缺披露 {names}"
    what += f"（{lacking[0][0]}「{lacking[0][1]}」：{lacking[0][2]}）" if lacking else ""
    here = ("metadata", "disclosures")
    plain = [name for name in heard["missing"] if "__" not in house.disclosures.get(name, "__")]
    edit = append_to_list(response, here, ", ".join(plain)) if plain and len(plain) == len(heard["missing"]) else None
    fix = f"在 metadata.disclosures 里加 {names}。"
    yield response.problem(here if "disclosures" in response.metadata else ("text",), "C402", what, fix, edit=edit)


def _without_braces(institution: Institution) -> Institution:
    """A placeholder inside a value has been told; here it would be blamed on every answer that uses the value."""
    def plain(values: Mapping[str, str]) -> dict[str, str]:
        return {key: value.replace("{", "").replace("}", "") for key, value in values.items()}

    return replace(institution, hours=plain(institution.hours), paths=plain(institution.paths))


def _findings(response: Response, path: tuple[str | int, ...], findings: list[list[str]]) -> Iterator[Problem]:
    """One finding for the same words, whatever number of rules they break."""
    clear = [one for one in findings if one[0] != "SO-01"] or findings
    told: list[str] = []
    for rule, words, message, fix, _ in clear:
        if any(words in other or other in words for other in told if words and other):
            continue
        told.append(words)
        yield response.problem(path, "C401", f"{rule}「{words}」：{message}", fix, words)


def _rule_problems(broken: RuleError, home: Path) -> Iterator[Problem]:
    """The guard's own complaints, as findings with file and line."""
    documents: dict[str, Document] = {}
    complaints: list[tuple[str, int, str]] = []
    for told in broken.problems:
        match = _RULE_AT.match(told)
        name, line, what = (match.group(1), int(match.group(2)), match.group(3)) if match else ("", 0, told)
        complaints.append((name, line, what))
        file = next(iter(sorted((home / "compliance").rglob(name))), None) if name and name not in documents else None
        if file:
            documents[name] = read(file)
    unread = [document for document in documents.values() if document.broken]
    for document in unread:
        yield from document.problems
    if unread:
        return  # what a broken file should have defined is missed in many others
    for name, line, what in complaints:
        found = documents.get(name)
        row = found.source.split("\n")[max(line - 1, 0)] if found else ""
        yield Problem(found.file if found else "persona/compliance", line, "R101", "", what,
                      "照 docs/compliance.md 改；规则不对，一条回答也说不出去。", len(row) - len(row.lstrip()) + 1)
