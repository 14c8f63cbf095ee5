"""How a message is read after a topic: 「要公证吗」 after a bereavement is not a question about notaries.

Pure and deterministic. The ranking of the words alone, the ranking of the topic's title with the words, and how near a
label is to the topic are combined (a product of experts: weighted sum of log-probabilities), and the parser's own
limits decide on the result. Weights: chosen on tests/conversations/followups.yml.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import yaml

from persona.layers import current
from persona.nlu.features import LEXICON
from persona.nlu.parser import FALLBACK, REJECT, SEVERAL, URGENT, Parse, Parser, public
from persona.nlu.text import normalise, simplify

# A question back with the buttons of the last answer: a follow-up whose meaning stays open.
UNSURE = "context_unsure"
_COURTESIES = frozenset({"chitchat/thanks_long", "chitchat/praise", "chitchat/apology"})
FINAL = ("signal", "blank", "command", SEVERAL, "button")
_REFERS = re.compile(r"^(?:那|它|他|她|这(?:个|种|样)|还|再|要(?!是)|会|能|可以|可是|但是|但|多|几|啥时|什么时候|如果|要是|万一|就|是|不是|得|非得)|[呢吗]$")
# Money that is gone is told of as done.
_DONE = re.compile(r"了|过|完|走|没|的$|[吗么呢?？]|怎|能|会|还")
# Steps of a fraud under way: said although they are hardly heard, because a word too many costs less than none.
_EARLY = frozenset(f"scam_now.{part}" for part in ("sunk", "app", "family", "voice", "unreachable", "trust", "door", "threat"))
_SPEECH = re.compile(r"[\W_]+")
# Somebody else who wants something: told in the middle of a service talk, a fraud stays one (「群里有人说存进去每天返」).
_SOMEBODY_OFFERS = re.compile(r"(?:有人|有个|群里|网上|私信|陌生|网友|自称|中介|老师|导师|骗).{0,10}(?:说|让|叫|要|教|劝|拉|帮).{0,16}(?:交|转|付|打|返|存|投|买|充|押|垫|贷|借|刷|扫|码|卡|手机|%)")


@dataclass(frozen=True)
class Weights:
    """`chars`: a longer message stands by itself; `few`: so short a one does not, when it names no matter; `alone`: share of the words alone against the words with the title
    (`aspect`: when they name an aspect only, 「手续费呢」);
    `title`: how much of what the title alone says is taken off again, where that
    is more than `hint`; `floor`: added to each probability, so that none
    of the two can rule a label out;
    the others are added to log-probabilities: `same` (the label itself), `family` (same topic), `offered` (on the buttons of the last
    answer, or often asked next),
    `group` (same field), `fraud` (next steps while fraud is suspected), `calm` (an alarm in a harmless talk without
    a word of fraud, loss or despair), `idle` (small talk and what is no bank matter); `step`: a next step of a fraud as likely as this is said, `alarm`: one that nothing was told of yet; `own`: what remains of all that
    when the message names a matter of its own; `other`: share from which another answer of the topic is taken instead
    of the same one again; `lead`: share from which an answer near the topic is
    given that leads by half; `step`: share from which a next step of a fraud is answered; `itself`: share of the words alone from which the same answer is asked for again, `plainly`: and rather than another one of the topic;
    `chats`: from which small talk is no follow-up."""

    chars: int = 26
    few: int = 7
    alone: float = 0.45
    aspect: float = 0.2
    title: float = 0.5
    hint: float = 1e-5
    floor: float = 1e-5
    same: float = 0.5
    family: float = 3.0
    offered: float = 2.0
    group: float = 0.8
    fraud: float = 2.0
    calm: float = -3.0
    idle: float = -1.5
    own: float = 0.35
    other: float = 0.12
    step: float = 0.02
    alarm: float = 0.2
    lead: float = 0.25
    itself: float = 0.6
    plainly: float = 0.9
    chats: float = 0.8


@dataclass(frozen=True)
class Context:
    """What was talked about: the label that was answered last, and the labels its buttons lead to."""

    label: str
    title: str = ""
    offered: frozenset[str] = field(default_factory=frozenset)


class Reader:
    """Reads a message in its context; `Context` None or a long message leaves the parse as it is."""

    def __init__(self, parser: Parser, weights: Weights | None = None, path: Path | None = None) -> None:
        with open(path or current(LEXICON / "context.yml"), encoding="utf-8") as file:
            known = yaml.load(file, Loader=yaml.CSafeLoader)
        self.parser = parser
        self.weights = weights or Weights()
        self._aspects = frozenset(known["aspects"])
        self._steering = frozenset(known["steering"])
        self._alarmed = tuple(known["alarmed"])
        self._fraud_next = tuple(known["fraud_next"])
        known_labels = parser.model.labels
        self._steps = frozenset(
            x for x in known_labels if x in self._fraud_next or (public(x) in self._fraud_next and x != "check_suspicious")
        )
        self._next: dict[str, list[str]] = known["next"]
        self._anywhere = frozenset(known["anywhere"])
        self._group = {f"faq/{topic}": name for name, topics in known["groups"].items() for topic in topics}
        self._titles: dict[str, str] = known["titles"]
        self._cues = re.compile(known["cues"])

    def read(self, parse: Parse, context: Context | None) -> Parse:
        """What `parse.text` means after `context`; `reason` is `context` when the context decided."""
        if context is None or parse.reason in FINAL or len(_SPEECH.sub("", parse.text)) > self.weights.chars:
            return parse
        if parse.intent in URGENT and parse.confidence >= self.weights.itself and self._cues.search(simplify(parse.text)):
            return parse  # a clear alarm wins in every context
        if parse.intent in self._steering and parse.confidence >= self.weights.itself:
            return parse
        if parse.reason == "alarm" and not self.alarmed(context.label) and _SOMEBODY_OFFERS.search(simplify(parse.text)):
            return parse
        if parse.intent.startswith("chitchat/") and parse.confidence >= (self.weights.itself if parse.intent in _COURTESIES else self.weights.chats) and not (parse.fallback or _REFERS.search(parse.text)):
            return parse  # 「外面下大雨了」 between two questions asks nothing about the first
        counts = self.parser.features(parse.text)
        alone = self.parser.model.probabilities(counts)
        title = self._title(context)
        joint_counts = self.parser.features(f"{title} {parse.text}")
        joint = self.parser.model.probabilities(joint_counts)
        if alone is None or joint is None:
            return parse
        strength = self._strength(parse.text, context)
        plain = not _REFERS.search(parse.text) or (self.alarmed(context.label) and parse.confidence >= self.weights.plainly)
        if strength < 1 and not parse.fallback and parse.confidence >= self.weights.itself and plain:
            return parse  # it names a matter of its own and is understood
        bare = self.parser.model.probabilities(self.parser.features(title)) if title else None
        p = self._combined(alone, joint, bare, parse.text, context, strength)
        return self._decided(parse, context, strength, alone, p, joint_counts)

    def near(self, parse: Parse, topic: str, context: Context | None) -> bool:
        """Whether `parse` is another answer that goes with `topic`: on the last buttons, or often asked next."""
        if parse.fallback or parse.confidence < self.weights.itself or public(parse.intent) == public(topic) or context is None:
            return False
        return parse.intent in context.offered or parse.intent in self._next.get(public(topic), ())

    def family(self, read: Parse, topic: str) -> str:
        """The likeliest answer of the topic itself among what was heard, when it is hardly less likely than what was; else ""."""
        first = read.top[0][1] if read.top else 0.0
        return next((label for label, p in read.top[:4] if public(label) == public(topic) and p >= self.weights.lead * first), "")

    def names_matter(self, text: str) -> bool:
        """Whether a message holds a word of the bank's business."""
        return bool(set(self.parser.features.concepts_in(normalise(text).replace(" ", ""))) - self._aspects)

    def alarming(self, text: str) -> bool:
        """Whether a message holds a word of fraud, loss or despair."""
        return bool(self._cues.search(simplify(text)))

    def alarmed(self, label: str) -> bool:
        """Whether fraud is what is talked about."""
        return label.startswith("scam/") or public(label) in self._alarmed

    def _strength(self, text: str, context: Context) -> float:
        """1 for a message that names no matter of its own, `own` for one that does."""
        plain = normalise(text).replace(" ", "")
        title = normalise(self._title(context)).replace(" ", "")
        concepts = set(self.parser.features.concepts_in(plain)) - self._aspects - set(self.parser.features.concepts_in(title))
        return 1.0 if not concepts else self.weights.own

    def _aspect(self, text: str) -> bool:
        """Whether a message names an aspect (a fee, a time) and nothing it could be an aspect of."""
        concepts = set(self.parser.features.concepts_in(normalise(text).replace(" ", "")))
        return bool(concepts) and concepts <= self._aspects

    def _near(self, label: str, context: Context, cue: bool) -> float:
        """What is added to a label's log-probability for being near the topic (or an alarm far from it)."""
        w = self.weights
        alarm = public(label) in URGENT or self.alarmed(label)
        if self.alarmed(context.label):
            if public(label) == public(context.label):
                return w.same if label == context.label else w.family
            if label in self._fraud_next or public(label) in self._fraud_next:
                return w.fraud
            return 0.0 if alarm or not label.startswith("faq/") else w.idle
        if public(label) == public(context.label):
            return w.family if label != context.label else w.same
        if label in context.offered or label in self._next.get(public(context.label), ()):
            return w.offered
        if alarm:
            return 0.0 if cue else w.calm
        group = self._group.get(public(label))
        if group and group == self._group.get(public(context.label)):
            return w.group
        return w.idle if label.startswith("chitchat/") or label in REJECT else 0.0

    def _title(self, context: Context) -> str:
        return context.title or self._titles.get(public(context.label), "")

    def _combined(self, alone: Any, joint: Any, bare: Any, text: str, context: Context, strength: float) -> Any:
        w = self.weights
        cue = bool(self._cues.search(simplify(text)))
        near = np.array([self._near(label, context, cue) for label in self.parser.model.labels])
        share = 1 - (1 - (w.aspect if self._aspect(text) else w.alone)) * strength
        told = np.log(joint + w.floor)
        if bare is not None:
            told = told - w.title * np.log(np.maximum(bare, w.hint))  # what the title says by itself is no news
        score = share * np.log(alone + w.floor) + (1 - share) * told + strength * near
        exp = np.exp(score - score.max())
        return exp / exp.sum()

    def _decided(
        self, parse: Parse, context: Context, strength: float, alone: Any, p: Any, counts: Counter[str]
    ) -> Parse:
        w, labels = self.weights, self.parser.model.labels
        order = p.argsort()[::-1]
        top = [(labels[i], float(p[i])) for i in order[:12]]
        found = self.parser.decide(parse.text, top, p, counts, parse.entities)
        if found.fallback and self._leads(top, context):
            found = replace(found, intent=top[0][0], confidence=top[0][1], fallback=False)
        follows = strength == 1.0 or bool(_REFERS.search(parse.text))
        if self.alarmed(context.label):
            return self._in_alarm(parse, found, context, top, follows)
        alarm = parse.intent in URGENT or self.alarmed(parse.intent)
        faint = alarm and parse.confidence < w.itself and not self._cues.search(simplify(parse.text))
        if found.fallback and not parse.fallback and follows and faint:
            return replace(found, intent=FALLBACK, fallback=True, reason=UNSURE)
        if found.fallback and not parse.fallback and strength == 1.0 and self._strays(parse, parse, context):
            return self._back(found, context, top)
        if found.fallback:
            idle = sum(float(alone[labels.index(name)]) for name in REJECT if name in labels)
            if parse.fallback and (not follows or (parse.intent in REJECT and idle >= w.itself)):
                return parse
            return replace(found, intent=FALLBACK, reason=UNSURE) if follows and parse.fallback else parse
        if found.intent == context.label:
            return self._not_again(found, context, alone, top)
        if strength == 1.0 and self._strays(parse, found, context):
            return self._back(found, context, top)
        return found if found.intent == parse.intent and not parse.fallback else replace(found, reason="context")

    def _strays(self, parse: Parse, found: Parse, context: Context) -> bool:
        """Whether words that name no matter would lead to another field: 「什么时候扣」 after a fee is no loan's day."""
        short = len(_SPEECH.sub("", parse.text)) <= self.weights.few and parse.confidence < self.weights.plainly
        if not (short and found.intent.startswith("faq/") and context.label.startswith("faq/")):
            return False
        if public(found.intent) in self._anywhere and parse.confidence >= self.weights.itself:
            return False
        group = self._group.get(public(context.label))
        return not self._leads_on(found.intent, context) and self._group.get(public(found.intent)) != group

    def _leads_on(self, label: str, context: Context) -> bool:
        """Whether a label is on the last buttons, or often asked next."""
        return label in context.offered or label in self._next.get(public(context.label), ())

    def _back(self, found: Parse, context: Context, top: list[tuple[str, float]]) -> Parse:
        """What words that would stray mean near the topic: another answer of it that is likely enough, or a question back."""
        near = next(((x, p) for x, p in top if x != context.label and (public(x) == public(context.label) or self._leads_on(x, context))), ("", 0.0))
        if near[1] >= self.weights.other:
            return replace(found, intent=near[0], confidence=near[1], fallback=False, reason="context")
        return replace(found, intent=FALLBACK, fallback=True, reason=UNSURE)

    def _leads(self, top: list[tuple[str, float]], context: Context) -> bool:
        """Whether another answer near the topic is clearly the likeliest, though not as likely as a topic by itself."""
        (first, p), (_, q) = top[0], top[1]
        near = public(first) == public(context.label) or first in context.offered
        return near and first != context.label and p >= self.weights.lead and p >= 2 * q

    def _in_alarm(
        self, parse: Parse, found: Parse, context: Context, top: list[tuple[str, float]], follows: bool
    ) -> Parse:
        """While fraud is talked about, the likeliest next step of it is said rather than nothing or the same again."""
        done = bool(_DONE.search(parse.text))
        step, q = next(
            ((x, q) for x, q in top if x in self._steps and x not in (context.label, "scam_now")
             and (q >= self.weights.alarm or (done and x == "been_scammed") or x in _EARLY)), ("", 0.0)
        )
        again = next((p for x, p in top if x == context.label and x in self._steps and x != "scam_now"), 0.0)
        if again >= self.weights.alarm and again > 2 * q:
            # more of the same step; another that is hardly heard is not what is meant
            return replace(found, intent=context.label, confidence=again, fallback=False, reason="context")
        pressed = next((p for x, p in top if x == "scam_now"), 0.0)
        if pressed > 4 * q and pressed >= self.weights.alarm:
            step, q = "scam_now", pressed  # a step that is hardly heard is not the one that is meant
        if parse.intent == top[0][0] and parse.intent.startswith("scam/") and parse.intent != context.label:
            return parse  # another fraud on top of the first
        nearer = found.reason == "urgent" and step == top[0][0]
        vague = found.fallback or found.intent in (context.label, "scam_now")
        if nearer or (q >= self.weights.step and vague and step != found.intent):
            return replace(found, intent=step, confidence=q, fallback=False, reason="context")
        if found.fallback:
            return replace(found, intent=FALLBACK, reason=UNSURE) if follows and parse.fallback else parse
        return found if found.intent == parse.intent and not parse.fallback else replace(found, reason="context")

    def _not_again(self, found: Parse, context: Context, alone: Any, top: list[tuple[str, float]]) -> Parse:
        """The same answer would come again: another of the topic, or a question back, unless it was asked for again."""
        w, labels = self.weights, self.parser.model.labels
        asked = sum(float(alone[i]) for i, x in enumerate(labels) if x == context.label)
        if asked >= w.plainly:
            return found  # asked for by its own words: another answer of the topic would be beside it
        near = (context.label, *context.offered)
        family = [(x, q) for x, q in top if x != context.label and (public(x) == public(context.label) or x in near)]
        if family and family[0][1] >= (w.lead if asked >= w.itself else w.other):
            return replace(found, intent=family[0][0], confidence=family[0][1], reason="context")
        if asked >= w.itself:
            return found
        return replace(found, intent=FALLBACK, fallback=True, reason=UNSURE)
