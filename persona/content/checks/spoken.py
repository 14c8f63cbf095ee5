"""What the guard says of every answer as the customer would hear it, disclosures included.

Saying and reviewing a thousand answers costs seconds; one that passed is looked at again when anything it depends on has changed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import lru_cache, partial
from pathlib import Path
from typing import Any

from yaml import YAMLError

from persona.branches import sample
from persona.compliance import Context, Guard, bank, rules
from persona.compliance.guard import _products as products_of
from persona.compliance.model import Decision, Finding
from persona.compliance.rules import RuleError, files
from persona.content.checks import branches
from persona.content.checks.metadata import append_to_list, missing_keys
from persona.content.fix import SLIPS
from persona.content.house import House
from persona.content.model import Response
from persona.content.passed import code, digest, fingerprint
from persona.errors import Problem, RenderError
from persona.giveaways.checks import check_giveaways
from persona.institution import Institution
from persona.institution_path import institution_file
from persona.layers import MARK
from persona.mascot import TONES
from persona.quiz.checks import check_quiz, showing, shown
from persona.textual import named
from persona.voice import Voice
from persona.yamlfile import Document, read

_RULE_AT = re.compile(r"^(\S+?\.yml):(\d+)\s+(.*)$", re.S)
# These say already why an answer cannot be filled in or misses its disclosures.
_CAUSES = frozenset(("P605", "P606", "P653", "P607", "P707"))
_SPLIT = "P608"


@lru_cache(maxsize=1)
def _guard(folder: Path, key: str) -> Guard:
    """The guard of `folder`, loaded again when anything it depends on has changed; rules that had to be read are kept for the next time."""
    rules.keep(folder)
    return Guard.load(folder)


def _facts(file: Path) -> object:
    """What the guard takes from an institution; one that it cannot read stands for itself."""
    try:
        return {key: value for key, value in bank.facts(file).items() if key != "digest"}
    except (YAMLError, ValueError, AttributeError):
        return fingerprint([file])


class Reviews:
    """The guard, asked once per text and rule set; not even loaded where everything passed before."""

    def __init__(self, house: House) -> None:
        self.folder = house.home / "compliance"
        self.passed = house.passed
        # the rules, what the bank has changed in them, and what the guard takes from the sheets of the bank and its products
        changed = [house.root / MARK] if house.root else []
        facts = [*map(_facts, (house.home / "institution.yml", institution_file())), products_of(house.home / "products")]
        self.key = code() + fingerprint([*files(self.folder), *changed]) + digest(repr(facts))
        if not self.passed.known(self.key):
            _guard(self.folder, self.key)  # RuleError when a rule is broken
            self.passed.add(self.key)

    def review(self, text: str, context: Context, scope: str = "full") -> Decision:
        """What the guard says of a text; of one that passed before, that it may be said."""
        subject = (self.key, repr(context), scope, text)
        if self.passed.known(*subject):
            return Decision("allow")
        decision = _guard(self.folder, self.key).review(text, context, scope)
        if not decision.findings and not decision.missing:
            self.passed.add(*subject)
        return decision


def spoken(house: House, found: list[Problem]) -> Iterator[Problem]:
    """The guard's findings; an answer whose trouble is told already is not blamed twice."""
    try:
        reviews = Reviews(house)
    except RuleError as broken:
        yield from _rule_problems(broken, house.home)
        return
    except (YAMLError, ValueError):
        if not found:
            raise
        return  # a file the guard reads besides its rules is broken, which has been told
    if not house.institution.name or not house.mascots:
        return  # without a bank and a mascot nothing can be said; that has been told
    trouble = _trouble(found)
    voice = Voice(house.mascots, _without_braces(house.institution), house.figures)
    key = digest(house.key, reviews.key)
    for response in house.content.variations():
        codes = trouble.get(f"{response.name}[{response.number}]", set())
        subject = (key, *_plain(response), [button.title for button in response.buttons], sorted(codes))
        yield from house.passed.unless(subject, partial(_of_answer, response, house, voice, reviews, codes))
    yield from check_giveaways(house.giveaways, house.content, house.institution, voice, reviews.review)
    yield from check_quiz(house.items, house.content, house.institution, house.unread)
    for item in house.items.values():
        # house.key stands for the item
        around = [_plain(response) for response in showing(item, house.content)]
        subject = (key, str(house.institution.today()), item.id, around)
        yield from house.passed.unless(subject, partial(shown, item, house.content, house.institution, voice, reviews.review))
    yield from branches.spoken(house, reviews.review)
    house.passed.store()


def _plain(response: Response) -> tuple[Any, ...]:
    """What decides how a variation is said."""
    return response.name, response.text, response.conditions, response.metadata


def answer(response: Response, house: House, found: list[Problem]) -> Iterator[Problem]:
    """The guard's findings on one variation; `found` is what the other checks say of it."""
    try:
        reviews = Reviews(house)
    except (YAMLError, ValueError):
        return  # told by `spoken`
    voice = Voice(house.mascots, _without_braces(house.institution), house.figures)
    yield from _of_answer(response, house, voice, reviews, _trouble(found).get(f"{response.name}[{response.number}]", set()))


def _trouble(found: list[Problem]) -> dict[str, set[str]]:
    """Variation -> the codes told of it, but for those of its buttons."""
    trouble: dict[str, set[str]] = {}
    for problem in found:
        name, mark, rest = problem.key.partition("]")
        if not rest.startswith(".buttons"):
            trouble.setdefault(name + mark, set()).add(problem.code)
    return trouble


def _of_answer(response: Response, house: House, voice: Voice, reviews: Reviews, codes: set[str]) -> Iterator[Problem]:
    if response.text.strip() and not codes & _CAUSES and not response.metadata.get("values"):
        yield from _said(response, house, voice, reviews, codes)
    for button in response.buttons:
        heard = reviews.review(named(button.title, house.names), Context(tone=response.tone or "warm", now=house.today), "wording")
        # ten characters are too few for the opinion on a sentence as a whole
        yield from _findings(response, ("buttons", button.number, "title"), [one for one in heard.findings if one.rule != "SO-01"])


def _said(response: Response, house: House, voice: Voice, reviews: Reviews, codes: set[str]) -> Iterator[Problem]:
    meta = response.metadata
    speaker = response.mascot if response.mascot in house.mascots else house.institution.mascot
    listed = meta.get("disclosures")
    # written as words instead of a list, which is told, they are meant all the same
    named = [str(name) for name in (listed if isinstance(listed, list) else re.split(r"[\s,，、]+", str(listed)) if listed else [])]
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
    heard = reviews.review(text, Context(tone=tone, now=house.today))
    lacking = [one for one in heard.findings if one.reason == "disclosure" and heard.missing]
    yield from _findings(response, ("text",), [one for one in heard.findings if one not in lacking])
    if not heard.missing or _SPLIT in codes or "disclosures" in missing_keys(response) or "P629" in codes or "P630" in codes:
        return
    names = "、".join(heard.missing)
    what = f"缺披露 {names}"
    what += f"（{lacking[0].rule}「{lacking[0].text}」：{lacking[0].message}）" if lacking else ""
    here = ("metadata", "disclosures")
    plain = [name for name in heard.missing if "__" not in house.disclosures.get(name, "__")]
    edit = append_to_list(response, here, ", ".join(plain)) if plain and len(plain) == len(heard.missing) else None
    fix = f"在 metadata.disclosures 里加 {names}。"
    if len(plain) < len(heard.missing):  # only a sheet has what their blanks want
        fix = "这样说是推介，只能由产品页说：删掉产品名、利率、金额和叫人办的话，只讲道理。"
    yield response.problem(here if "disclosures" in response.metadata else ("text",), "C402", what, fix, edit=edit)


def _without_braces(institution: Institution) -> Institution:
    """A placeholder inside a value has been told; here it would be blamed on every answer that uses the value."""
    def plain(values: Mapping[str, str]) -> dict[str, str]:
        return {key: value.replace("{", "").replace("}", "") for key, value in values.items()}

    return replace(institution, hours=plain(institution.hours), paths=plain(institution.paths))


def _findings(response: Response, path: tuple[str | int, ...], findings: list[Finding]) -> Iterator[Problem]:
    """One finding for the same words, whatever number of rules they break."""
    told: list[str] = []
    for one in [one for one in findings if one.rule != "SO-01"] or findings:
        if any(one.text in other or other in one.text for other in told if one.text and other):
            continue
        told.append(one.text)
        yield response.problem(path, "C401", f"{one.rule}「{one.text}」：{one.message}", one.fix, one.text)


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
    unread = [document for document in documents.values() if document.broken or any(one.code in SLIPS for one in document.problems)]
    for document in unread:
        yield from document.problems
    if unread:
        return  # what a broken file should have defined is missed in many others
    named = {name for name, _, _ in complaints}
    for name, line, what in complaints:
        if "disclosures.yml" in named and "不在 disclosures.yml 里" in what:
            continue  # the disclosure is there and wrong
        found = documents.get(name)
        row = found.source.split("\n")[max(line - 1, 0)] if found else ""
        yield Problem(found.file if found else "persona/compliance", line, "R101", "", what,
                      "照 docs/compliance.md 改；规则不对，一条回答也说不出去。", len(row) - len(row.lstrip()) + 1)
