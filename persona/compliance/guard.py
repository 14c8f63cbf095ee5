"""`Guard.load().review(text, context) -> Decision`: the one decision everything else uses."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from persona.compliance import bank
from persona.compliance.bubble import Bubble, Hit
from persona.compliance.checks import CHECKS
from persona.compliance.depth import Depths
from persona.compliance.implied import Lessons
from persona.compliance.late import Late
from persona.compliance.match import Patterns, Scan
from persona.compliance.model import REASONS, SCOPES, Context, Decision, Finding
from persona.compliance.normalise import normalise
from persona.compliance.rules import HERE, Rule
from persona.compliance.rules import load as load_rules
from persona.compliance.second_opinion import Model, clause
from persona.layers import changes, current

_BREAK = Late(r"\n[ \t\u3000]*(?:\n[ \t\u3000]*)+")
_WORDING_KINDS = {"wording", "identity", "secret", "numeric"}
_ALWAYS_KINDS = ("wording", "link", "expiry", "identity", "secret")  # need no product to be talked about
_OPINIONS = ("second_opinion", "second_opinion_and_words")
_EVEN = 0.5  # what a clause by itself may score and still be taken for harmless
_DOUBTED = {"unlawful": 1.0, "wording": 1.0, "promise": 0.7, "recommend": 0.7}  # reasons the opinion may clear, and how much surer it must be
_ALONE = Context()  # a text reviewed on its own
_PRODUCT_NAME = Late(r"^(?:name|full_name|short_name):\s*[\"']?([^\"'#\n]+?)[\"']?\s*(?:#.*)?$", re.M)
_PRODUCT_CATEGORY = Late(r"^category:\s*[\"']?([a-z]+)", re.M)


def _products(folder: Path) -> dict[str, str]:
    """Names of approved products and their category, read without parsing whole sheets."""
    out: dict[str, str] = {}
    for path in sorted(folder.glob("*.yml")):
        text = path.read_text(encoding="utf-8")
        category = _PRODUCT_CATEGORY.search(text)
        for name in _PRODUCT_NAME.findall(text):
            if len(name) >= 4:
                out[normalise(name).text] = category.group(1) if category else "wealth"
    return out


class Guard:
    """A loaded rule set. Reviewing changes nothing in it, so one guard serves all threads."""

    def __init__(self, built: dict[str, Any], ruleset: str, root: Path) -> None:
        self.ruleset = ruleset
        self.rules = [Rule(**{**raw}) for raw in built["rules"]]
        owner: dict[int, list[int]] = {}
        for n, rule in enumerate(self.rules):
            for i in rule.any if not rule.check else ():
                owner.setdefault(i, []).append(n)
        self._owner = {i: tuple(numbers) for i, numbers in owner.items()}
        self._owned = frozenset(self._owner)
        self._checked = [rule for rule in self.rules if rule.check]
        self._checked_always = [rule for rule in self._checked if rule.kind in _ALWAYS_KINDS]
        self._checked_special = [rule for rule in self._checked if rule.kind in (*_ALWAYS_KINDS, "conversation")]
        self.patterns = Patterns(built["patterns"], built["slots"], built["groups"], Lessons(built["lessons"]))
        self.disclosures: dict[str, dict[str, Any]] = built["disclosures"]
        self._accepting = frozenset(i for one in self.disclosures.values() for i in one["accept"])
        self.institution = bank.facts(bank.file_for(root), built["institution"])
        self.depths = Depths(built["depth"], _products(root.parent / "products"))
        model = root / "second_opinion.json"
        self.model = Model.load(model) if model.is_file() else None
        self.second_opinion = self.model is not None
        replaced = {one.id for one in changes()} if root == current(HERE) else set()
        self._learned = self.model.rules - replaced if self.model else frozenset()
        self._opinion = next((rule for rule in self.rules if rule.check == "second_opinion"), None)

    @classmethod
    def load(cls, path: str | Path | None = None) -> Guard:
        """Load the rule set in `path` (default: the one of this package). RuleError when any rule is broken."""
        root = Path(path) if path is not None else current(HERE)
        built, ruleset = load_rules(root)
        return cls(built, ruleset, root)

    def review(self, text: str, context: Context | None = None, scope: str = "full") -> Decision:
        """Judge one message. Whatever goes wrong inside, the answer is a refusal, never an exception."""
        if scope not in SCOPES:
            raise ValueError(f"scope：{scope!r} 不认识；可用：{'、'.join(SCOPES)}")
        if not isinstance(text, str):
            return self._failed("要审的不是文字")
        try:
            return self._review(text, context or _ALONE, scope)
        except Exception as error:  # the door must answer
            return self._failed(f"审查出错：{type(error).__name__}")

    def categories(self, text: str) -> frozenset[str]:
        """The product categories a text talks about, however briefly: those of its decision, without judging it."""
        return frozenset(c for _, raw in self._bubbles(text) for c in self.depths.of(Scan(raw, self.patterns)))

    def read(self, text: str) -> list[tuple[str, frozenset[str]]]:
        """The sentences of a text as the second opinion reads them, each with the marks of the rules and of the lessons."""
        bubble = self._bubble(text, _ALONE)
        return [(bubble.scan.text[a:b], bubble.told(a, b)) for a, b in bubble.sentences]

    def _failed(self, why: str) -> Decision:
        finding = Finding("ERR", "本行规则", 0, 0, "", why, "请转人工，并把这条记录交给技术同事。", "error")
        return Decision("refuse", findings=[finding], ruleset=self.ruleset, reason="error")

    def _review(self, text: str, context: Context, scope: str) -> Decision:
        findings: list[Finding] = []
        cleared: list[Finding] = []
        missing: list[str] = []
        depths: dict[str, str] = {}
        rank = {"mention": 0, "explain": 1, "offer": 2}
        bubbles = []
        for offset, raw in self._bubbles(text):
            bubble = self._bubble(raw, context)
            bubbles.append((offset, bubble))
            for category, talk in bubble.talks.items():
                if category not in depths or rank[talk.depth] > rank[depths[category]]:
                    depths[category] = talk.depth
        for offset, bubble in bubbles:
            for rule in self._worth(bubble, scope):
                if not self._applies(rule, bubble):
                    continue
                for hit in self._hits(rule, bubble):
                    if self._cleared(rule, bubble, hit):
                        cleared.append(self._finding(rule, bubble, hit, offset))
                        continue
                    findings.append(self._finding(rule, bubble, hit, offset))
                    missing += [name for name in hit.missing if name not in missing]
        findings.sort(key=lambda f: (f.start, f.end, f.rule))
        reason = min((f.reason for f in findings), key=REASONS.index) if findings else None
        return Decision(
            "refuse" if findings else "allow", sorted(depths), depths, findings,
            sorted(missing), self.ruleset, reason, cleared,
        )

    def _worth(self, bubble: Bubble, scope: str) -> list[Rule]:
        """The rules that can say anything about this bubble."""
        deep = bool(bubble.context.explains) or any(talk.depth != "mention" for talk in bubble.talks.values())
        special = bubble.context.lock == "hard" or bubble.context.minor
        out = [*bubble.wordings]
        out += self._checked if deep else self._checked_special if special else self._checked_always
        if scope == "wording":
            out = [rule for rule in out if rule.kind in _WORDING_KINDS]
        return out if self.second_opinion else [rule for rule in out if rule.check not in _OPINIONS]

    @staticmethod
    def _bubbles(text: str) -> list[tuple[int, str]]:
        """A blank line cuts a message into bubbles; a disclosure counts in its own only."""
        out, start = [], 0
        for match in _BREAK.finditer(text):
            out.append((start, text[start:match.start()]))
            start = match.end()
        out.append((start, text[start:]))
        return [(at, raw) for at, raw in out if raw.strip()] or [(0, text)]

    def _bubble(self, raw: str, context: Context) -> Bubble:
        scan = Scan(raw, self.patterns, context.speaker)
        disclosed = {}
        if not self._accepting.isdisjoint(scan.candidates):
            for name, one in self.disclosures.items():
                spans = scan.any_spans(one["accept"])
                if spans:
                    disclosed[name] = spans
        institution: Mapping[str, Any] = context.institution or self.institution
        numbers = sorted({n for i in self._owned.intersection(scan.candidates) for n in self._owner[i]})
        wordings = [rule for rule in map(self.rules.__getitem__, numbers) if scan.any_spans(rule.any)]
        return Bubble(scan, self.depths.of(scan), disclosed, context, institution, self.model, wordings)

    @staticmethod
    def _applies(rule: Rule, bubble: Bubble) -> bool:
        applies, context = rule.applies, bubble.context
        if not applies:
            return True
        if "speakers" in applies and context.speaker not in applies["speakers"]:
            return False
        if "channels" in applies and context.channel not in applies["channels"]:
            return False
        if context.tone is not None and context.tone in applies.get("except_tones", ()):
            return False
        if rule.kind == "wording" and ("categories" in applies or "depths" in applies):
            wanted = applies.get("categories")
            depths = applies.get("depths", ["mention", "explain", "offer"])
            return any((wanted is None or c in wanted) and t.depth in depths for c, t in bubble.talks.items())
        return True

    def _cleared(self, rule: Rule, bubble: Bubble, hit: Hit) -> bool:
        """Does the second opinion take the sentence for an explanation, a story or a warning?

        Asked about wording only, never about words written in disguise (保*本) nor for a rule it was not trained with. The
        clause around the words must be harmless by itself, too, and so must the sentence from there on: no length of fine print
        behind a comma makes a promise right, and no harmless clause before it.
        """
        opinion = self._opinion
        if not self.second_opinion or self.model is None or opinion is None or opinion.clears is None or rule.id not in self._learned:
            return False
        if rule.check or rule.kind != "wording" or rule.reason not in _DOUBTED or not self._applies(opinion, bubble):
            return False
        start, end = bubble.scan.normal.origin(hit.start, hit.end)
        disguised = bubble.scan.raw[start:end].lower() != bubble.scan.text[hit.start:hit.end]
        if disguised or bubble.read((hit.start, hit.end)) >= opinion.clears * _DOUBTED[rule.reason] or bubble.rest(hit) >= _EVEN:
            return False
        return self.model.score(clause(bubble.scan.text, hit.start, hit.end)) < _EVEN

    @staticmethod
    def _hits(rule: Rule, bubble: Bubble) -> list[Hit]:
        if rule.check:
            return CHECKS[rule.check][1](rule, bubble)
        return [Hit(*span) for span in bubble.words(rule)]

    @staticmethod
    def _finding(rule: Rule, bubble: Bubble, hit: Hit, offset: int) -> Finding:
        raw = bubble.scan.raw
        if rule.kind == "link":
            start, end = hit.start, hit.end
        else:
            start, end = bubble.scan.normal.origin(hit.start, hit.end)
        return Finding(
            rule.id, rule.law, start + offset, end + offset, raw[start:end],
            rule.explain, rule.fix, rule.reason, rule.rewrite,
        )
