"""What cannot be said in a pattern: disclosures, the conversation, channels, links, dates.

A check returns hits: a place in the canonical text and the disclosures that are missing there.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime
from typing import Any

from persona.compliance.bubble import Bubble, Hit
from persona.compliance.contexts import quoted, told_in_quotes
from persona.compliance.late import Late
from persona.compliance.match import Span
from persona.compliance.model import Context

PUBLIC_PHONES = (
    "110", "119", "120", "122", "96110", "12356", "12378", "12381", "12321", "12363", "12345", "12315", "12329", "12386", "12308",
    "12333", "12366", "12377", "12389", "12355",
    "12110",  # the police by text message, for who cannot speak on the telephone
)


Check = Callable[[Any, Bubble], list[Hit]]
CHECKS: dict[str, tuple[str, Check]] = {}


def check(name: str, kind: str) -> Callable[[Check], Check]:
    """Register a check under the name rules use."""

    def keep(function: Check) -> Check:
        CHECKS[name] = (kind, function)
        return function

    return keep


def _deep(bubble: Bubble, *depths: str) -> list[str]:
    return [c for c, talk in bubble.talks.items() if talk.depth in depths]


def _readable(bubble: Bubble, name: str) -> bool:
    """A disclosure counts when it stands within the first 800 characters of its bubble."""
    return any(start <= 800 for start, _ in bubble.disclosed.get(name, []))


# --- disclosures -----------------------------------------------------------------------------------------------


def _subjects(rule: Any, bubble: Bubble) -> list[Span]:
    depths = rule.applies.get("depths", ["explain", "offer"])
    found = [bubble.at(c) for c in rule.applies.get("categories", []) if c in bubble.talks and bubble.talks[c].depth in depths]
    if found and rule.when:
        spans = bubble.scan.any_spans(rule.when)
        if rule.unless:
            spans = [span for span in spans if not bubble.scan.excused(rule.unless, span)]
        return spans[:1]
    return found[:1]


@check("disclose_all", "disclosure")
def disclose_all(rule: Any, bubble: Bubble) -> list[Hit]:
    """Every disclosure in `need` must stand in the bubble."""
    missing = [name for name in rule.need if not _readable(bubble, name)]
    return [Hit(*span, missing=missing) for span in _subjects(rule, bubble)] if missing else []


@check("disclose_any", "disclosure")
def disclose_any(rule: Any, bubble: Bubble) -> list[Hit]:
    """One of the disclosures in `need` must stand in the bubble."""
    if any(_readable(bubble, name) for name in rule.need):
        return []
    return [Hit(*span, missing=rule.need[:1]) for span in _subjects(rule, bubble)]


@check("key_facts", "disclosure")
def key_facts(rule: Any, bubble: Bubble) -> list[Hit]:
    """A named product needs its key facts: each pattern in `any` is one of them."""
    if not _deep(bubble, "offer"):
        return []
    names = [span for span in bubble.scan.any_spans(rule.when) if not bubble.scan.excused(rule.unless, span)]
    if not names:
        return []
    lacking = [i for i in rule.any if not bubble.scan.spans(i)]
    return [Hit(*names[0])] if lacking else []


@check("unfilled", "wording")
def unfilled(rule: Any, bubble: Bubble) -> list[Hit]:
    """A placeholder that was never filled."""
    return [Hit(*span) for span in bubble.scan.any_spans(rule.any)][:3]


# --- mixture ---------------------------------------------------------------------------------------------------


@check("one_category", "mixture")
def one_category(rule: Any, bubble: Bubble) -> list[Hit]:
    """One category an offer: nothing else is offered or explained beside it."""
    offered = _deep(bubble, "offer")
    if not offered or len(_deep(bubble, "offer", "explain")) < 2:
        return []
    others = [c for c in _deep(bubble, "offer", "explain") if c != offered[0] and not _kin(c, offered[0])]
    return [Hit(*bubble.at(others[0]))] if others else []


_KIN = ({"wealth", "structured"}, {"deposit", "structured"}, {"card", "payment"}, {"loan", "card"})


def _kin(one: str, two: str) -> bool:
    """Categories that are hard to name apart: words of one stand in any talk about the other."""
    return {one, two} in _KIN[:3]


# --- conversation ----------------------------------------------------------------------------------------------


@check("unasked_offer", "conversation")
def unasked_offer(rule: Any, bubble: Bubble) -> list[Hit]:
    """An offer nobody asked for, outside a campaign with consent."""
    c = bubble.context
    if c.asked is None or c.speaker == "copy" or (c.campaign and c.consent):
        return []
    return [Hit(*bubble.at(x)) for x in _deep(bubble, "offer") if x not in c.asked][:1]


@check("no_consent", "conversation")
def no_consent(rule: Any, bubble: Bubble) -> list[Hit]:
    """A campaign needs consent; without it, or after an opt-out, it says nothing about products."""
    c = bubble.context
    if not (c.campaign or c.speaker == "campaign") or (c.consent and not c.opted_out):
        return []
    if c.consent is None and c.speaker == "campaign" and not c.campaign and not c.opted_out:
        return []  # copy for a campaign, reviewed on its own
    return [Hit(*bubble.at(x)) for x in _deep(bubble, "offer", "explain")][:1]


@check("unlabelled", "conversation")
def unlabelled(rule: Any, bubble: Bubble) -> list[Hit]:
    """A pushed product message is marked as an advertisement."""
    if not bubble.context.campaign or any(bubble.scan.spans(i) for i in rule.any):
        return []
    return [Hit(*bubble.at(x)) for x in _deep(bubble, "offer")][:1]


@check("locked", "conversation")
def locked(rule: Any, bubble: Bubble) -> list[Hit]:
    """Soft: nothing unasked. Hard: no offer at all, nothing unasked."""
    c = bubble.context
    soft = c.lock == "soft" or c.opted_out
    if c.speaker == "copy" or not (soft or c.lock == "hard"):
        return []
    asked = c.asked or frozenset()
    out = [x for x in _deep(bubble, "explain", "offer") if x not in asked and x != "payment" and not any(_kin(x, a) for a in asked)]
    if c.lock == "hard":
        out += _deep(bubble, "offer")
    return [Hit(*bubble.at(x)) for x in out][:1]


@check("locked_play", "conversation")
def locked_play(rule: Any, bubble: Bubble) -> list[Hit]:
    """No give-away, column or play while somebody is in need."""
    c = bubble.context
    if c.lock != "hard":
        return []
    spans = [s for s in bubble.scan.any_spans(rule.any) if not bubble.scan.excused(rule.unless, s)]
    return [Hit(*span) for span in spans][:1]


@check("nested", "conversation")
def nested(rule: Any, bubble: Bubble) -> list[Hit]:
    """Nothing of product B inside product A's flow."""
    c = bubble.context
    if not c.flow:
        return []
    asked = (c.asked or frozenset()) | {c.flow, "payment"}
    out = [x for x in _deep(bubble, "offer", "explain") if x not in asked and not _kin(x, c.flow)]
    return [Hit(*bubble.at(x)) for x in out][:1]


@check("minor", "conversation")
def minor(rule: Any, bubble: Bubble) -> list[Hit]:
    """No product, credit or lottery for somebody under 18."""
    if not bubble.context.minor:
        return []
    hits = [Hit(*bubble.at(x)) for x in _deep(bubble, "offer") if x != "payment"]
    hits += [Hit(*s) for s in bubble.scan.any_spans(rule.any) if not bubble.scan.excused(rule.unless, s)]
    return hits[:1]


# --- channels, approval, dates ---------------------------------------------------------------------------------


@check("channel_offer", "channel")
def channel_offer(rule: Any, bubble: Bubble) -> list[Hit]:
    """Categories and depths that a channel does not carry."""
    depths = rule.applies.get("depths", ["offer"])
    categories = rule.applies.get("categories")
    # What an answer says it explains counts, however short it puts it.
    declared = sorted(bubble.context.explains) if "explain" in depths else []
    out = [x for x in [*_deep(bubble, *depths), *declared] if (categories is None or x in categories) and x != "payment"]
    return [Hit(*bubble.at(x)) for x in out][:1]


def today(context: Context) -> date:
    """The day of the conversation."""
    now = context.now or datetime.now()
    return now.date() if isinstance(now, datetime) else now


def _day(value: Any) -> date | None:
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    try:
        return date.fromisoformat(str(value)[:10])
    except ValueError:
        return None


@check("out_of_date", "expiry")
def out_of_date(rule: Any, bubble: Bubble) -> list[Hit]:
    """A template, an approval or a figure past its day, or taken back."""
    template = bubble.context.template
    if not template:
        return []
    now = today(bubble.context)
    approval = template.get("approval")
    approval = approval if isinstance(approval, Mapping) else {}
    ends = [template.get("expires"), approval.get("until"), template.get("until")]
    for figure in template.get("figures") or []:
        if isinstance(figure, Mapping):
            ends.append(figure.get("review_by"))
    days = [_day(end) for end in ends if end]
    stale = any(day is None or day < now for day in days)
    return [Hit(0, len(bubble.scan.text))] if stale or template.get("withdrawn") else []


@check("unapproved", "expiry")
def unapproved(rule: Any, bubble: Bubble) -> list[Hit]:
    """What the institution wants approved (`approval_required`, else offers) comes from an approved template.

    Without template data nothing is known, and nothing decided. A text changed since its approval is refused at any depth.
    """
    template = bubble.context.template
    if template is None or template.get("approval"):
        return []
    everything = Hit(0, len(bubble.scan.text))
    if template.get("changed"):
        return [everything]
    required = bubble.institution.get("approval_required") or ("offer",)
    if "explain" in required and bubble.context.explains:
        return [everything]
    return [Hit(*bubble.at(x)) for x in _deep(bubble, *required)][:1]


# --- links and telephones --------------------------------------------------------------------------------------

_LINK = Late(r"(?:https?://|www\.)[^\s\u3000-\uffef]{1,2000}|(?<![@a-z0-9._-])(?:[a-z0-9-]{1,63}\.){1,6}(?:com|cn|net|top|cc|vip|xyz|org|info|me|io|shop|site|club|link|co|app|example)(?![a-z0-9-])", re.I)
_HOST = Late(r"^(?:https?://)?(?:[^/@\s]*@)?([^/:?#\s]+)", re.I)
_PHONE = Late(r"(?<![\d.%¥￥-])(?:\+?86[- ]?)?(?:1[3-9]\d[- ]?\d{4}[- ]?\d{4}|400[- ]?\d{3}[- ]?\d{4}|800[- ]?\d{3}[- ]?\d{4}|0\d{2,3}[- ]\d{7,8}|95\d{3,6}|96\d{3,4}|12[13]\d{2,3})(?![\d%.]|,\d{3}| ?(?:元(?!宝)|万|块|笔|股|份|户|名|美元|积分))")
_DIAL = Late("[+01489]")
# every match of the two has one of these, which are quickly looked for
_DOT = Late(r"://|\.[^\W\d_]|w\.|W\.")
_DIGITS = Late(r"\d{3}[- ]?\d\d")


def _phones(text: str) -> Iterator[re.Match[str]]:
    """The matches of _PHONE; it is asked only where a number can begin."""
    at = 0 if _DIGITS.search(text) else len(text)
    while begins := _DIAL.search(text, at):
        match = _PHONE.match(text, begins.start())
        if match:
            yield match
        at = match.end() if match else begins.end()


@check("foreign_link", "link")
def foreign_link(rule: Any, bubble: Bubble) -> list[Hit]:
    """Links lead to the institution's own sites."""
    if not _DOT.search(bubble.scan.raw):
        return []
    own = [str(d).lower() for d in bubble.institution.get("domains") or []]
    hits = []
    for match in _LINK.finditer(bubble.scan.raw):
        host = _HOST.match(match.group())
        name = host.group(1).lower().rstrip(".。，,") if host else ""
        if not any(name == d or name.endswith("." + d) for d in own):
            hits.append(Hit(*match.span()))
    return hits


@check("foreign_phone", "link")
def foreign_phone(rule: Any, bubble: Bubble) -> list[Hit]:
    """Telephone numbers are the institution's own or public ones."""
    numbers = [(match.span(), re.sub(r"\D", "", match.group())) for match in _phones(bubble.scan.raw)]
    if not numbers:
        return []
    own = {re.sub(r"\D", "", str(p)) for p in bubble.institution.get("phones") or []} | set(PUBLIC_PHONES)
    return [Hit(*span) for span, digits in numbers if digits not in own and digits.removeprefix("86") not in own]


# --- second opinion --------------------------------------------------------------------------------------------


def _suspects(rule: Any, bubble: Bubble, sentences: list[Span]) -> Iterator[Span]:
    """Of these sentences those that the model gives at least the rule's threshold, unless told as somebody else's words or as a story
    with its lesson: what a fraudster writes, quoted in a warning, reads like an ad because it is one."""
    if bubble.model is None:
        return
    scan, threshold = bubble.scan, rule.threshold or 0.0
    for start, end in sentences:
        if bubble.reaches(start, end, threshold):
            last = len(scan.text[start:end].rstrip("。！？\n【】")) + start
            middle = (start + end) // 2
            opened = scan.text.find("「", start, min(end, start + 24))
            if opened >= 0 and "」" not in scan.text[opened:last - 1]:
                middle = opened + 1  # a few words that lead in, and a quotation to the end
            told = quoted(scan.text, middle, middle + 1, bubble.context.speaker) or told_in_quotes(scan.text, middle, middle + 1)
            if not told and not scan.narrated(start, last) and not scan.excused(rule.unless, (last, last)):
                yield start, end


@check("second_opinion", "wording")
def second_opinion(rule: Any, bubble: Bubble) -> list[Hit]:
    """Sentences that read like those an officer struck out."""
    return [Hit(*span) for span in _suspects(rule, bubble, bubble.doubtful)]


@check("second_opinion_and_words", "wording")
def second_opinion_and_words(rule: Any, bubble: Bubble) -> list[Hit]:
    """Less certain sentences in which words of a rule stand that its contexts let pass."""
    return [Hit(*span) for span in _suspects(rule, bubble, [span for span in bubble.doubtful if span[0] in bubble.marks])]
