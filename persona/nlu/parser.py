"""From text to an intent: model, entities, and the decision whether to answer or to ask back."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from persona.nlu.aspects import Aspects
from persona.nlu.features import Features
from persona.nlu.languages import ENGLISH, Reading, languages
from persona.nlu.model import LinearModel
from persona.nlu.questions import ASKS, PART, PAUSE, SHORTEST, corrected, questions
from persona.nlu.signals import Signals
from persona.nlu.text import MAX_CHARS, half_width, simplify

FALLBACK = "nlu_fallback"
SEVERAL = "several"  # the reason of what was heard in one of several clauses
REJECT = ("out_of_scope", "bank_other")
# Missing one of these is worse than asking: they win with less than the others need.
URGENT = ("crisis", "scam_now", "been_scammed")
SUSPICIOUS = "check_suspicious"
# About fraud already, and nearer to what was asked than the name of a kind.
ABOUT_FRAUD = ("check_company", "verify_official", "share_secret", "scam_quiz", SUSPICIOUS)
DOUBTS = ("check_company", "verify_official", SUSPICIOUS)  # asked before anything has happened
SERVICE = ("faq/", "complain", "handoff", "ticket_status", "missold", "stop_marketing")  # a bank's own business
MANNERS = frozenset({"thank", "greet", "goodbye", "affirm", "switch_mascot", "chitchat/be_serious"})  # said beside a question, the question counts
_KNOWN = re.compile(r"知道|明白|懂了|会了|搞定|解决|不用")
BESIDE = ("say_again", "not_what_i_meant")  # how it is to be told, which says nothing of the matter
# A calculator and the topic it calculates for are no rivals: the amount decides between them.
CALCULATES = {
    "calculate_pension_tax": "faq/pension", "calculate_installment": "faq/card_installment",
    "calculate_prepayment": "faq/early_repay", "calculate_monthly_payment": "faq/loan_repay",
}
# Either answer tells it: no need to ask back which of them is meant.
BOTH_TELL = (frozenset({"faq/card_installment", "faq/early_repay.card"}), frozenset({"faq/deposit.early", "faq/deposit_rate"}), frozenset({"faq/account_security.family_loan", "faq/debt_help.family"}),
             frozenset({"chitchat/thanks_long", "chitchat/praise"}), frozenset({"chitchat/thanks_long", "thank"}))
# The answer to English that names no topic.
IN_ENGLISH = "ask_capabilities.english"
PARTS, MESSAGE = 5, 120  # questions of a message, its characters
STORY = 45  # characters of a message that may ask only at its end
SURE = 0.6
HINT = 0.03  # of the whole message, for the matter of one clause
# What cannot wait comes before what was asked first (taxonomy: precedence).
FIRST = (
    "faq/lost_card", "faq/lost_card.abroad", "faq/lost_card.by_family", "faq/lost_card.no_papers", "faq/lost_phone", "faq/lost_phone.robbed", "faq/unknown_debit",
    "faq/account_security.stolen", "handoff", "complain", "missold",
)
# What a part of a message may be, beside a bank question, to be answered or offered.
BESIDES = ("faq/", "scam/", "calculate_", "ask_recommendation", "ask_promise", "compare_products", "handoff", "complain", "missold")
OWN = "days_off"  # a side that is a matter of its own: 「还有周六开门吗」
_SOMEBODY = re.compile(r"[他她爸妈爷奶婆叔姨哥姐弟妹]|人家|对方|有人|别人|谁|骗|警|客服|老[师公人]|[儿女]|孩子|朋友|同[事学]|网上|群")
_POINTS = re.compile(r"那边|那里|那儿|当地|他的|她的|它|这张|那张|这笔|那笔|这个|那个")
_IN_THE_END = re.compile(r"(?:所以|就是|我就|现在|就|请)?(?:想|来|要)?(?:问问|问一问|问一下|问下|请问|想问|咨询一?下?|想知道)(?:你们|您|你)?")
# What somebody does not wish to do any more at a bank, and words with which that is more than it says.
_UNWANTED = re.compile(r"不(?:想|要|愿意)(?:再|要|继续|接着|去|给你们|在你们)*(?:收到?|接到?|看到|看见|听到?|被推|被打|买|存|用|办|退|交|投|借|贷|等|续|开|换|排队|点|填|装|参加|要(?!活)|报名|订|领|刷)")
_DESPAIR = re.compile(r"活(?!动|期)|死|命(?!令)|撑|熬|累|苦|痛|难受|醒|睡|[别任何有家]人|人(?:间|世|生|了)|世|自己|结束|解脱|绝|崩|意[义思]|遗|楼|药|刀|江|河|海|消失|离开|没用|坚持|明天|太阳|拖累|对不起|再见|孤|抑郁")
_READABLE = re.compile(r"[0-9A-Za-z\u3400-\u9fff]")


def _sure(parts: Iterable[Parse]) -> list[Parse]:
    """The parts of a message that are clearly a bank question each."""
    return [p for p in parts if not p.fallback and p.intent.startswith("faq/") and p.confidence >= SURE]


def public(label: str) -> str:
    """The label the outside knows: what stands before a dot (`faq/cash_branch.swallowed` -> `faq/cash_branch`)."""
    return label.split(".", 1)[0]


@dataclass(frozen=True)
class Thresholds:
    """Probabilities from 0 to 1. `answer`: enough to answer; `urgent`: enough for crisis and fraud; `story`: for crisis where a film or a
    book is spoken of; `alarm`: enough
    for all kinds of fraud together; `notice`: the same in a plain notice (Features.notice); `quiet`: a bank question as sure as this raises none; `even`, `bank`: being robbed less likely than the first is none beside
    bank questions that are together as likely as the second, where a message speaks of nobody else and has nothing that a fraudster needs; `calm`: one kind
    needs this in an ordinary message (Features.calm); `kind`: share of that which names the kind; `known`: share of characters and
    pairs that must have been seen in training; `margin`: least distance to the next public label; `rival`: the same between a calculator and
    its topic, of which an amount chooses.

    `answer` has the smallest cost in cross-validation when a wrong answer costs as much as two questions back; the
    alarm is kept somewhat less eager than its cost alone would have it (docs/quality.md)."""

    answer: float = 0.45
    urgent: float = 0.25
    story: float = 0.6
    alarm: float = 0.3
    notice: float = 0.6
    quiet: float = 0.55
    even: float = 0.5
    bank: float = 0.4
    calm: float = 0.6
    kind: float = 0.3
    known: float = 0.35
    margin: float = 0.06
    rival: float = 0.1


@dataclass(frozen=True)
class Parse:
    """What one sentence means. `intent`, `top` and `also` (what else was asked) hold internal labels (with the part
    behind a dot)."""

    text: str
    intent: str
    confidence: float
    fallback: bool
    top: list[tuple[str, float]]
    entities: list[dict[str, Any]] = field(default_factory=list)
    reason: str = ""
    also: tuple[str, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        """The object `mascot parse` prints: public labels, merged where a topic is split."""
        merged: dict[str, float] = {}
        for label, p in self.top:
            merged[public(label)] = merged.get(public(label), 0.0) + p
        top = sorted(merged.items(), key=lambda item: -item[1])[:5]
        entities = [{k: v for k, v in e.items() if k != "extractor"} for e in self.entities]
        return {
            "intent": public(self.intent),
            "confidence": round(self.confidence, 4),
            "fallback": self.fallback,
            "entities": entities,
            "top": [[label, round(p, 4)] for label, p in top],
        }


def asked_beside(text: str) -> list[str]:
    """The parts of a message of several that are put as questions: 「别推了，五年的利率多少」."""
    pieces = [p for p in PAUSE.split(text) if p]
    return [p for p in pieces if len(p) >= PART and ASKS.search(p)] if len(pieces) > 1 else []


class Parser:
    """Turns text into a `Parse`. Safe for blank, huge and unknown text; deterministic."""

    def __init__(
        self, model: LinearModel, features: Features, signals: Signals | None = None, thresholds: Thresholds | None = None
    ) -> None:
        self.model = model
        self.features = features
        self.signals = signals or Signals.load()
        self.thresholds = thresholds or Thresholds()
        self._aspects = Aspects.load()
        self._names = [public(label) for label in model.labels]

    @classmethod
    def load(cls, folder: Path) -> Parser:
        """Read a trained model folder (see `LinearModel.save`)."""
        return cls(LinearModel.load(folder), Features.load())

    def parse(self, text: str, entities: list[dict[str, Any]] | None = None) -> Parse:
        """Decide what `text` means. `entities` are passed through. Of several questions in one message the first that
        the precedence puts in front is answered; the others stand in `also`."""
        text = half_width(text or "")
        foreign = languages().read(simplify(text[:MAX_CHARS]))
        if foreign.language:
            return self._foreign(text, foreign, entities or [])
        whole = self._parse(text, entities)
        meant = self._meant(text, whole)
        if meant is not None:
            return meant
        if whole.intent in BESIDE:
            return self._beside(text, whole)
        if whole.intent in MANNERS:
            return self._beside(text, whole, question=True)
        if len(text) > STORY and (whole.fallback or whole.reason == "alarm"):
            whole = self._asked_in_the_end(text, whole)
        if len(text) > MESSAGE or whole.reason in ("signal", "urgent"):
            return whole
        parts = self._read(text)
        doubted = self._doubted(parts, whole)
        if doubted is not None:
            return doubted
        asked = self._parts(parts)
        if len({p.intent for p in asked}) > 1 and any(p.confidence >= SURE for p in asked) and self._divisible(whole, asked, entities or []):
            return self._several(whole, asked)
        return self._told(text, whole) if whole.reason == "unsure" else whole

    def _read(self, text: str) -> list[tuple[Parse, bool]]:
        """The parts of a message, each read by itself, and whether it asks; empty when it is one part or asks too much."""
        parts = [(part, asks) for part, asks in questions(text) if len(part) >= SHORTEST]
        if len(parts) < 2 or sum(asks and len(part) >= PART for part, asks in parts) > PARTS:
            return []
        return [(self._parse(part), asks) for part, asks in parts]

    @staticmethod
    def _doubted(parts: list[tuple[Parse, bool]], whole: Parse) -> Parse | None:
        """「群里的安装包是你们的吗，还有密码忘了怎么办」: what may be a fraud is answered, the rest is offered."""
        read = [p for p, asks in parts if asks and len(p.text) >= PART]
        doubt = next((p for p in read if not p.fallback and p.confidence >= SURE and p.intent.startswith(("scam/", *DOUBTS))), None)
        asked = _sure(read)
        if doubt is None or not asked:
            return None
        told = whole if whole.intent.startswith("scam/") else doubt
        return replace(whole, intent=told.intent, confidence=told.confidence, fallback=False, reason=SEVERAL, also=tuple(dict.fromkeys(p.intent for p in asked)))

    def _parts(self, parts: list[tuple[Parse, bool]]) -> list[Parse]:
        """What the questions of a message are, in their order; empty when it has too many parts."""
        if not 2 <= len(parts) <= PARTS:
            return []
        (first, asks_first), *others = parts
        told = first.text.rpartition("，")[0]
        if told:  # 「我要去日本，换钱要预约吗，信用卡那边能刷吗」: all of them are asked about the journey
            others = [(self._placed(told, one, first), asks) for one, asks in others]
        named = [(p, asks) for p, asks in [(first, asks_first), *others] if not p.fallback and p.intent.startswith(BESIDES)]
        topics = {public(p.intent) for p, asks in named if asks}
        # 「怎么挂失，我人在国外」 is one matter, 「怎么挂失，密码也忘了」 two; what is only told must be clear.
        clear = [(p, asks) for p, asks in named if asks or (public(p.intent) not in topics and p.confidence >= SURE and p.intent.startswith("faq/"))]
        apart = [one for at, one in enumerate(clear) if not at or not self._side_of(one[0], clear[at - 1][0])]
        return [p for p, _ in sorted(apart, key=lambda one: not one[1])]  # what is only told waits

    def _placed(self, told: str, part: Parse, first: Parse) -> Parse:
        """A part that is not clear by itself, read after what the message tells at its beginning."""
        new = part if part.confidence >= SURE else self._parse(f"{told}，{part.text}")
        better = not new.fallback and (new.confidence >= SURE or bool(_POINTS.search(part.text)))
        return new if better and public(new.intent) != public(first.intent) else part

    def _side_of(self, part: Parse, before: Parse) -> bool:
        """Whether a part asks for a side of the matter before it: 「手续费呢」 after a lost passbook, but not after a transfer's limit."""
        return self._aspects.asked(part.text) not in ("", OWN) and public(part.intent).split("_")[0] != public(before.intent).split("_")[0]

    @staticmethod
    def _divisible(whole: Parse, parts: list[Parse], found: list[dict[str, Any]]) -> bool:
        """Whether what a message asks may be taken apart: not a wish for advice, not a sum with its amounts, not the story of a fraud."""
        if whole.intent.startswith("scam/"):
            return False  # 「我是你孙子，信用卡被人刷了，先转我五千」: a fraud is told in many clauses
        summed = whole.intent.startswith("calculate_") and any(e.get("entity") == "amount" for e in found)
        return whole.fallback or (whole.intent.startswith(BESIDES) and not summed)

    def _meant(self, text: str, whole: Parse) -> Parse | None:
        """「不是手机银行，我问的是卡的密码」: what is said to be meant, when that is clear; what is not meant is not answered."""
        left = corrected(text)
        if left == text or whole.reason in ("signal", "urgent", "alarm"):
            return None
        read = self._parse(left)
        named = not read.fallback and read.intent.startswith(BESIDES)
        return replace(read, text=text, entities=whole.entities, reason=SEVERAL) if named else None

    @staticmethod
    def _several(whole: Parse, parts: list[Parse]) -> Parse:
        """What the parts of a message ask: the first by precedence, the others in `also`."""
        likely = [p for p in parts if p.confidence >= SURE or p.intent == whole.intent] or parts
        advice = (p for p in parts if p.intent == whole.intent and p.intent.startswith("ask_"))
        chosen = next((p for p in parts if p.intent in FIRST), None) or next(advice, likely[0])
        rest = dict.fromkeys(p.intent for p in parts if p.intent != chosen.intent)
        return replace(whole, intent=chosen.intent, confidence=chosen.confidence, fallback=False, reason=SEVERAL, also=tuple(rest))

    def _asked_in_the_end(self, text: str, whole: Parse) -> Parse:
        """A long story that ends in 「所以想问一下证书到期了怎么弄」 asks that, when the whole is about it first of all, too."""
        found = list(_IN_THE_END.finditer(text))
        if not found or not whole.top:
            return whole
        asked = self._parse(text[found[-1].end():])
        clear = not asked.fallback and asked.intent.startswith("faq/") and asked.confidence >= SURE
        return replace(whole, intent=asked.intent, confidence=asked.confidence, fallback=False, reason=SEVERAL) if clear and public(asked.intent) == public(whole.top[0][0]) else whole

    def _told(self, text: str, whole: Parse) -> Parse:
        """「网银登不上去 公司等着发工资 急」: clauses that are no clear matter together may be one by themselves; never where one of them
        may be an alarm."""
        parts = [self._parse(p) for p in PAUSE.split(text) if len(p) >= PART]
        alarming = ("scam/", *URGENT, *ABOUT_FRAUD)
        if len(parts) < 2 or whole.top[0][0].startswith(alarming) or any(p.intent.startswith(alarming) for p in parts):
            return whole
        likely = [label for label, _ in whole.top]
        fitting = {public(label) for label, q in whole.top if q >= HINT}  # 「没工作了 房贷每月七千」 asks nothing about getting a mortgage
        asked = sorted((p for p in _sure(parts) if public(p.intent) in fitting), key=lambda p: likely.index(p.intent) if p.intent in likely else len(likely))
        return self._several(whole, asked) if asked else whole

    def _foreign(self, text: str, foreign: Reading, entities: list[dict[str, Any]]) -> Parse:
        """English or pinyin: the topic when its words name one; English that names none is told how to reach a person."""
        whole = self._parse(text, entities)
        if foreign.language == ENGLISH:
            language = {"entity": "language", "value": ENGLISH, "start": 0, "end": len(text), "extractor": "MascotClassifier"}
            entities = [*entities, language]
        if whole.intent.startswith(URGENT):
            return replace(whole, entities=entities)
        read = self._parse(foreign.chinese) if foreign.chinese else None
        if read and not read.fallback and (foreign.language != ENGLISH or (read.intent.startswith("faq/") and read.confidence >= SURE)):
            return replace(read, text=text, entities=entities)
        unread = whole.fallback or whole.intent.startswith("ask_capabilities")
        if foreign.language == ENGLISH and unread and IN_ENGLISH in self.model.labels:
            return replace(whole, intent=IN_ENGLISH, fallback=False, entities=entities)
        return whole

    def _beside(self, text: str, whole: Parse, question: bool = False) -> Parse:
        """「说慢点，怎么挂失？」, 「不是这个意思，我问年费」, 「谢谢，周日上班吗」: a question beside how it is to be told, or beside thanks, is
        what is answered. question: only what is put as one; 「知道怎么挂失了，谢谢」 asks nothing."""
        pieces = [p for p in PAUSE.split(corrected(text)) if p]
        beside = [p for p in pieces if len(p) >= PART and not (question and (_KNOWN.search(p) or not ASKS.search(p)))]
        asked = [p for p in map(self._parse, beside) if p.intent.startswith("faq/") and not p.fallback and (p.confidence >= SURE or not question)]
        if len(pieces) < 2 or not asked:
            return whole
        return replace(whole, intent=asked[0].intent, confidence=asked[0].confidence, reason=SEVERAL)

    def _parse(self, text: str, entities: list[dict[str, Any]] | None = None) -> Parse:
        found = entities or []
        if not _READABLE.search(text):
            return Parse(text, FALLBACK, 1.0, True, [], found, "blank")
        plain = simplify(text[:MAX_CHARS])
        sure = self.signals.decide(plain)
        counts = self.features(text)
        p = self.model.probabilities(counts)
        if p is None:
            if sure:
                return Parse(text, sure, 1.0, False, [(sure, 1.0)], found, "signal")
            return Parse(text, FALLBACK, 1.0, True, [], found, "unknown")
        order = p.argsort()[::-1]
        top = [(self.model.labels[i], float(p[i])) for i in order[:12]]
        if sure:
            rest = [(label, q) for label, q in top if label != sure]
            return Parse(text, sure, 1.0, False, [(sure, 1.0), *rest][:10], found, "signal")
        heard = self.decide(text, top, self._calmed(plain, p, counts), counts, found)
        # 「公婆给了十万买车」 is ordinary talk first of all, whatever kind of fraud it is a little like.
        later = self.signals.decide(plain, heard.intent) if top[0][0] not in REJECT else None
        return replace(heard, intent=later, confidence=1.0, fallback=False, reason="signal") if later else heard

    def _merged(self, p: Any) -> dict[str, float]:
        """The probability of each label that the outside knows."""
        merged: dict[str, float] = {}
        for name, q in zip(self._names, p.tolist(), strict=True):
            merged[name] = merged.get(name, 0.0) + q
        return merged

    def _calmed(self, plain: str, p: Any, counts: Any) -> Any:
        """「转账转不出去，急死了」: a bank question said in distress is nobody being robbed. The probabilities without that."""
        merged = self._merged(p)
        limits = self.thresholds
        if merged.get(URGENT[0], 0.0) < limits.story and _UNWANTED.search(plain) and not _DESPAIR.search(plain):
            p = p * [name != URGENT[0] for name in self._names]  # 「不想再收到推荐了」: nobody is tired of life
        bank = [q for label, q in merged.items() if label.startswith(SERVICE)]
        alone = self.features.unhooked(counts) and not _SOMEBODY.search(plain)
        if max(bank, default=0.0) < limits.quiet and (sum(bank) < limits.bank or not alone):
            return p
        robbed = [name for name in URGENT[1:] if merged.get(name, 0.0) < limits.even]
        return p * [name not in robbed for name in self._names]

    def decide(
        self, text: str, top: list[tuple[str, float]], p: Any, counts: Any, found: list[dict[str, Any]]
    ) -> Parse:
        """What a distribution over labels means: an alarm, an answer, or a question back.

        p (array): probability of every label of the model.  top: its largest, with their labels.
        counts: the features it was made of (how much of the text training has seen)."""
        limits = self.thresholds
        merged = self._merged(p)
        best: dict[str, tuple[float, str]] = {}
        for name, label, q in zip(self._names, self.model.labels, p.tolist(), strict=True):
            best[name] = max(best.get(name, (0.0, "")), (q, label))
        outside = merged.get(REJECT[0], 0.0)
        for name in URGENT:
            need = limits.story if name == URGENT[0] and self.features.story(counts) else limits.urgent
            if name != URGENT[0] and merged.get(name, 0.0) < outside and self.features.unhooked(counts):
                continue  # 「刚给老婆转了红包」: ordinary talk first of all, with nothing in it that a fraudster needs
            if merged.get(name, 0.0) >= need:
                return Parse(text, best[name][1], merged[name], False, top, found, "urgent")
        ranked = sorted(merged.items(), key=lambda item: -item[1])
        name, q = ranked[0]
        kinds = [(label, r) for label, r in ranked if label.startswith("scam/")]
        alarm = sum(r for _, r in kinds) + merged.get(SUSPICIOUS, 0.0)
        settled = (name in ABOUT_FRAUD and q >= limits.answer) or (name.startswith("faq/") and q >= limits.quiet)
        ordinary = bool(kinds) and kinds[0][1] < limits.calm and self.features.calm(counts)
        if ordinary and name.startswith("scam/"):
            return Parse(text, FALLBACK, q, True, top, found, "unsure")
        enough = limits.notice if alarm < limits.notice and self.features.notice(text, counts) else limits.alarm
        if kinds and alarm >= max(enough, outside) and not settled and not ordinary:
            # A pasted message often spreads over several kinds of fraud: the warning matters more than the kind.
            kind, share = kinds[0]
            chosen = best[kind][1] if share >= limits.kind * alarm else SUSPICIOUS
            sure = name.startswith("scam/") and q >= limits.answer
            return Parse(text, chosen, q if sure else alarm, False, top, found, "model" if sure else "alarm")
        if name in REJECT:
            return Parse(text, name, q, True, top, found, "reject")
        unknown = self.model.known_share(counts) < limits.known
        both_tell = len(ranked) > 1 and any({best[label][1] for label, _ in ranked[:2]} <= both for both in BOTH_TELL)
        if both_tell and q + ranked[1][1] >= limits.answer and not unknown:
            return Parse(text, best[name][1], q + ranked[1][1], False, top, found, "model")
        close = len(ranked) > 1 and q - ranked[1][1] < limits.margin
        one_matter = self._calculated(ranked, found) if (close or q - ranked[min(1, len(ranked) - 1)][1] < limits.rival or q < limits.answer) and not unknown else ""
        if one_matter and q + ranked[1][1] >= limits.answer:
            return Parse(text, best[one_matter][1], q + ranked[1][1], False, top, found, "model")
        if q < limits.answer or unknown or close:
            return Parse(text, FALLBACK, q, True, top, found, "unknown" if unknown else "unsure")
        return Parse(text, best[name][1], q, False, top, found, "model")

    @staticmethod
    def _calculated(ranked: list[tuple[str, float]], found: list[dict[str, Any]]) -> str:
        """Of a calculator and its topic in the first two places the one that is meant, or empty: 「分期1万分12期多少钱」."""
        leading = [label for label, _ in ranked[:2]]
        calculator = next((c for c, topic in CALCULATES.items() if {c, topic} == set(leading)), "")
        return calculator if any(e.get("entity") == "amount" for e in found) else calculator and leading[0]
