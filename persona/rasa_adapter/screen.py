"""One message before it goes out: may it be said, and what must be added. Used by the door only."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from persona import metrics
from persona.calculators import flow_of
from persona.compliance import Context, Decision
from persona.compliance.audit import message_hash
from persona.compliance.copy_review import CopyReview
from persona.compliance.model import CATEGORIES
from persona.compliance.secrets import mask
from persona.institution import narrowed
from persona.rasa_adapter.house import House
from persona.rasa_adapter.ledger import Ledger
from persona.rasa_adapter.remembered import remembered
from persona.voice import ai_notice

logger = logging.getLogger(__name__)

# Said when even the card cannot be read. It names no number: a wrong one would be worse than none.
LAST_RESORT = "这句话我现在不能说。要办的事，请说「转人工」。"
# Said instead of any refusal while somebody is being robbed or in despair: the help, not the reason.
EMERGENCY = "眼下先不谈这个，把要紧的办完：别再转钱，拨110；再拨本行客服{hotline}说「紧急止付」。要找人，说「转人工」。"
DESPAIR = "先顾你这个人，别的都放一放：请身边的人过来，拨12356；马上有危险，拨120或110。"
HANDOFF = [{"title": "转人工", "payload": "/handoff"}]
# BotUttered.message() lets metadata override what is sent, so these never stay there.
SENT_KEYS = frozenset({"text", "buttons", "quick_replies", "custom", "image", "attachment", "elements", "recipient_id"})
_AUDITED_TONES = frozenset({"urgent"})


@dataclass(frozen=True)
class Situation:
    """What the tracker knows when a message is about to go out."""

    sender_id: str
    slots: Mapping[str, Any]
    metadata: Mapping[str, Any] = field(default_factory=dict)
    asked: frozenset[str] = frozenset()
    introduced: bool = True
    masked: tuple[str, ...] = ()
    review: CopyReview | None = None  # of the draft an editor has just handed in


@dataclass
class Outgoing:
    """A bot message as data: what Rasa's BotUttered holds."""

    text: str | None
    data: dict[str, Any]
    metadata: dict[str, Any]


def strings(value: Any) -> Iterator[str]:
    """Every text in nested data; keys and button payloads (`/intent`), which nobody reads, are left out."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for key, item in value.items():
            if not (key == "payload" and isinstance(item, str) and item.startswith("/")):
                yield from strings(item)
    elif isinstance(value, Sequence):
        for item in value:
            yield from strings(item)


def _declared(meta: Mapping[str, Any]) -> frozenset[str]:
    """The product category that a response's metadata says it explains."""
    return frozenset({str(meta.get("category"))} & set(CATEGORIES))


TITLE = 10  # characters of a button at most


def _too_short_for_an_opinion(text: str, decision: Decision) -> bool:
    """Whether only the opinion on a sentence as a whole is against a title; the rules bind titles like everything."""
    return len(text) <= TITLE and not decision.missing and all(finding.rule.startswith("SO-") for finding in decision.findings)


class Screen:
    """Reviews, replaces and completes messages; never raises."""

    def __init__(self, house: House) -> None:
        self.house = house

    def __call__(self, message: Outgoing, situation: Situation) -> Outgoing:
        """The message as it may be sent. When the guard fails, the safe refusal."""
        try:
            return self._screened(message, situation)
        except Exception:
            logger.exception("the guard failed; the customer gets the safe refusal")
            return self._refusal("error", situation, ())

    def _screened(self, message: Outgoing, situation: Situation) -> Outgoing:
        meta = dict(message.metadata.get("metadata") or {})
        template = self.house.provenance.template(message.text or "")
        context = self._context(situation, meta, template)
        # A review quotes what it strikes out. Its own lines, computed here from the draft, are left out; no mark is read.
        said = situation.review.without_lines(message.text or "") if situation.review else message.text or ""
        texts = [said, *strings(message.data), *strings({k: message.metadata[k] for k in SENT_KEYS & message.metadata.keys()})]
        review = self.house.guard.review
        decisions = [remembered(review, text, context, lambda found: found.reason != "error") for text in texts if text.strip()]
        refused = [d for text, d in zip((t for t in texts if t.strip()), decisions, strict=True)
                   if d.verdict == "refuse" and not (text is not said and _too_short_for_an_opinion(text, d))]
        approval = str((template.get("approval") or {}).get("id") or "") or None
        self._record(situation, {**meta, "approval": approval}, message.text or "", decisions, refused)
        if refused:
            rules = tuple(sorted({f.rule for d in refused for f in d.findings} | {m for d in refused for m in d.missing}))
            for rule in rules:
                metrics.count("refusals", rule)
            return self._refusal(refused[0].reason or "wording", situation, rules)
        kept = {k: v for k, v in message.metadata.items() if k not in SENT_KEYS}
        return self._stamped(Outgoing(message.text, message.data, kept), situation, meta)

    def _context(self, situation: Situation, meta: Mapping[str, Any], template: Mapping[str, Any]) -> Context:
        slots = situation.slots
        return Context(
            channel=narrowed(self.house.institution.channel, situation.metadata.get("channel")),
            asked=situation.asked,
            consent=bool(slots.get("consent")),
            lock=str(slots.get("lock") or "none"),
            opted_out=bool(slots.get("opted_out")),
            tone=str(meta.get("tone") or "warm"),
            flow=flow_of(f"calculate_{slots.get('calc')}"),
            explains=_declared(meta),
            minor=bool(slots.get("minor")),
            template=template,
            now=self.house.institution.today(),
        )

    def _stamped(self, message: Outgoing, situation: Situation, meta: dict[str, Any]) -> Outgoing:
        """Add the AI notice to the first answer of a session and, once, the word that secrets were masked."""
        tone = str(meta.get("tone") or "warm")
        text = message.text or ""
        if situation.masked and "打码" not in text:
            text = f"{text}\n你发来的{'、'.join(situation.masked)}已经打码，没有留下；别再发给任何人。"
        if not situation.introduced and (text.strip() or message.data.get("buttons")):
            notice = ai_notice(
                self.house.institution,
                self.house.mascots[self._mascot(situation)],
                "urgent" if meta.get("sober") else tone,
            )
            text = f"{text}\n{notice}" if tone == "urgent" else f"{notice}\n{text}"
            meta["ai_notice"] = True
            self._ledger(situation).append({"kind": "ai_notice"})
        message.text = text.strip() or message.text
        message.metadata = {**message.metadata, "metadata": meta} if meta else message.metadata
        return message

    def _refusal(self, reason: str, situation: Situation, rules: tuple[str, ...]) -> Outgoing:
        tone = "plain"
        try:
            if situation.slots.get("lock") == "hard" and not situation.slots.get("minor"):
                text, tone = (DESPAIR if situation.slots.get("crisis") else EMERGENCY).replace("{hotline}", self.house.institution.hotline), "urgent"
            else:
                text = self.house.voice.refusal(self._mascot(situation), reason, tone=tone, values={})
        except Exception:
            logger.exception("no refusal for %s", reason)
            text = LAST_RESORT
        meta: dict[str, Any] = {"tone": tone, "refused": reason, "rules": list(rules)}
        message = Outgoing(text, {"buttons": [dict(b) for b in HANDOFF]}, {"metadata": meta})
        try:
            meta["mascot"] = self._mascot(situation)
            return self._stamped(message, situation, meta)
        except Exception:
            logger.exception("the refusal could not be completed")
            return message

    def _mascot(self, situation: Situation) -> str:
        return self.house.mascot_for(situation.slots, situation.metadata)

    def _record(
        self, situation: Situation, meta: Mapping[str, Any], text: str, decisions: list[Decision], refused: list[Decision]
    ) -> None:
        """One audit line for what an inspector asks about; everything else is counted."""
        ledger = self._ledger(situation)
        if situation.review:
            ledger.append({**situation.review.record(), "response": meta.get("response")})
        depths = {c: d for decision in decisions for c, d in decision.depths.items()}
        depths |= {c: "explain" for c in _declared(meta) if depths.get(c, "mention") == "mention"}
        weighty = any(d in ("explain", "offer") for d in depths.values())
        if not (refused or weighty or meta.get("sober") or meta.get("tone") in _AUDITED_TONES):
            ledger.count()
        elif refused or not situation.review:
            ledger.append(
                {
                    "kind": "refusal" if refused else "message",
                    "verdict": "refuse" if refused else "allow",
                    "rules": sorted({f.rule for d in refused for f in d.findings}),
                    "missing": sorted({m for d in refused for m in d.missing}),
                    "depths": depths,
                    # What was said to an editor quotes the draft, which belongs to nobody's record.
                    "text": None if situation.review else mask(text)[0],
                    "message_hash": message_hash(text),
                    "tone": meta.get("tone"),
                    "sober": bool(meta.get("sober")),
                    "response": meta.get("response"),
                    "approval": meta.get("approval"),
                    "ruleset": decisions[0].ruleset if decisions else None,
                }
            )

    def _ledger(self, situation: Situation) -> Ledger:
        return Ledger(self.house, situation.sender_id, situation.slots, situation.metadata)
