"""What goes into a review and what comes out of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

DEPTHS = ("mention", "explain", "offer")
CATEGORIES = (
    "deposit", "loan", "card", "wealth", "fund", "insurance",
    "pension", "gold", "structured", "payment",
)
CHANNELS = ("own_web", "own_app", "platform_account", "public_comment", "demo")
SPEAKERS = ("bot", "staff", "campaign", "copy")
LOCKS = ("none", "soft", "hard")
TONES = ("playful", "warm", "plain", "urgent")
SCOPES = ("full", "wording")

# The order in which a mascot's card is asked for its refusal wording: the gravest reason speaks.
REASONS = (
    "error", "secret", "identity", "unlawful", "promise", "recommend", "locked", "channel", "expired",
    "link", "unasked", "mixture", "wording", "disclosure",
)


@dataclass(frozen=True)
class Context:
    """The conversation a message belongs to. The defaults describe a text reviewed on its own."""

    channel: str = "own_web"
    asked: frozenset[str] | None = None  # categories the customer asked about; None: not known
    campaign: bool = False
    consent: bool | None = None
    lock: str = "none"
    opted_out: bool = False
    speaker: str = "bot"
    tone: str | None = None
    flow: str | None = None
    explains: frozenset[str] = frozenset()  # categories that the content itself says it explains
    minor: bool = False
    template: Mapping[str, Any] | None = None
    institution: Mapping[str, Any] | None = None
    now: date | datetime | None = None

    def __post_init__(self) -> None:
        if self.asked is not None and not isinstance(self.asked, frozenset):
            one = (self.asked,) if isinstance(self.asked, str) else self.asked
            object.__setattr__(self, "asked", frozenset(one))
        for name, allowed in (("channel", CHANNELS), ("lock", LOCKS), ("speaker", SPEAKERS)):
            if getattr(self, name) not in allowed:
                raise ValueError(f"{name}：{getattr(self, name)!r} 不认识；可用：{'、'.join(allowed)}")


@dataclass(frozen=True)
class Finding:
    """One thing that is wrong, with its place in the original text (code points)."""

    rule: str
    law: str
    start: int
    end: int
    text: str
    message: str
    fix: str
    reason: str
    rewrite: str | None = None

    def as_dict(self) -> dict[str, Any]:
        """The keys a finding has in JSON."""
        keys = ("rule", "law", "start", "end", "text", "message", "fix")
        return {key: getattr(self, key) for key in keys}


@dataclass(frozen=True)
class Decision:
    """The one answer the door, the action, the linter and the command line all use."""

    verdict: str
    categories: list[str] = field(default_factory=list)
    depths: dict[str, str] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    ruleset: str = ""
    reason: str | None = None
    cleared: list[Finding] = field(default_factory=list)  # hits of rules the second opinion took for an explanation or a warning

    @property
    def allowed(self) -> bool:
        """May the message go out?"""
        return self.verdict == "allow"

    def as_dict(self) -> dict[str, Any]:
        """The keys of `mascot review --json` (the caller puts `id` in front)."""
        return {
            "verdict": self.verdict,
            "categories": list(self.categories),
            "findings": [finding.as_dict() for finding in self.findings],
            "missing": list(self.missing),
            "ruleset": self.ruleset,
        }
