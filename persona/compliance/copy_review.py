"""A draft that an editor wants reviewed: where it stands in the message, what the guard finds, how that is told.

The draft is nobody's utterance: it is reviewed as `copy`. What is told quotes banned words, so the door lets exactly
these lines through, and no other sentence (see `CopyReview.without_lines`).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from persona.compliance.audit import message_hash
from persona.compliance.guard import Guard
from persona.compliance.model import CATEGORIES, Context, Decision, Finding
from persona.layers import current
from persona.textual import EMOJI, ONE_EMOJI

MANUAL = Path(__file__).parent / "manual.yml"
SNIPPET = 24  # characters of a draft that a finding quotes
_LEAST = 4  # characters; less is no draft

_ASK = r"(?:审(?:核|查|校|稿|阅|一下|一审|下|审)*|初审|复审|把关|把把关|过一遍|检查|查(?:一下|查|下)?|看(?:一下|看|下)?|核对)"
_POLITE = r"(?:你好|您好|请|麻烦|帮忙|帮我们|帮我|帮|给我|再|，|,| )*"
_HEAD = re.compile(rf"{_POLITE}{_ASK}[^：:\n。！？]{{0,24}}[：:\n]")
_REVISED = re.compile(r"(?:那|那么|好|好的|我|把它|把这句|，|,| )*(?:改成|改为|改作|换成|改完了?|改好了?|改了|改过|修改后|新版|第[二三四]版|[^：:\n。！？，,]{0,4}这(?:版|样|句|条|段|个)|再(?:审|看|来)|(?:还有|另|下)一?(?:条|句|段|版)|第[二三四五六]条)[^：:\n。！？]{0,8}[：:\n]|(?:那|那么|好的?|我|把它|，|,| )*(?:改成|改为|改作|换成)[ \u3000，,]+(?=.{6})")
# 「那你替我写一条」 in a review: a wish, no draft.
_WRITE = re.compile(r"(?:那|那么|你|要不|干脆|，|,| )*(?:帮忙|帮我们|帮我|替我|给我|直接)?(?:写|编|拟|出|来)(?:一?(?:条|版|个|段|句|篇|份))[^：:\n「“]{0,10}")
_BARE = re.compile(rf"{_POLITE}{_ASK}(?:一遍)?(?:这|那|下面|以下|我的)?(?:段|条|篇|句|个|份)?(?:的)?(?:文案|推文|稿子|稿|海报|短信|标题|话术|广告语?|宣传语|文字|话)?(?:合不合规|合规吗|能发吗|行吗|行不行)?[ 　，,]*")
_THING = r"(?:文案|推文|稿子?|海报|短信|标题|话术|广告语?|宣传语|口播|脚本)"
_SURE = re.compile(rf"{_POLITE}{_ASK}(?:一遍)?[^：:\n。！？「]{{0,4}}{_THING}[ 　，,]")
_QUOTED = re.compile(r"[「『“\"]([^「」『』“”\"]{6,})[」』”\"]")
_WRAPPED = re.compile(r"\s*[「『“\"]([^「」『』“”\"]+)[」』”\"]\s*", re.S)
# A question about the draft is no part of it, and must not turn the draft into a question.
_TRAILING = re.compile(r"[，,。！!；;\s]*(?:这样|这么写|这么发|这句|这段|你看|您看|看看)*(?:有没有(?:问题|违规|不妥)|(?:有|能|可以|行|合规|违规|没)(?:不能|不可以|不行|问题|违规|发|用|写|出)*(?:吗|么|嘛|不|没))[？?。!！\s]*$")
_PUBLISH = re.compile(r"(?:发(?!现|生|票|展|行|过来|给你|的)|发布|上线|投放|群发|推送)")
_PLATFORM = re.compile(r"小红书|抖音|快手|视频号|公众号|微博|B站|知乎|朋友圈|社群|微信群", re.I)
_COMMENT = re.compile(r"评论区?|直播|弹幕")
_PUBLISH_MOST = 24  # characters of 「那我直接发了」


@dataclass(frozen=True)
class Draft:
    """A text to review and where it is meant for."""

    text: str
    channel: str = "own_web"
    asked: frozenset[str] | None = None  # categories the customer asked about; None: not known


@lru_cache(maxsize=1)
def questions() -> dict[str, list[str]]:
    """The questions only a person can answer, by category; `any` is always asked."""
    data: dict[str, list[str]] = yaml.load(current(MANUAL).read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
    unknown = sorted(set(data) - {"any", *CATEGORIES})
    if unknown:
        raise ValueError(f"{MANUAL.name}：不认识的类别 {'、'.join(unknown)}；可用：any、{'、'.join(CATEGORIES)}。")
    return data


def draft_in(text: str) -> Draft | None:
    """The draft in an editor's message; None when there is none yet (「帮我审文案」)."""
    if _WRITE.fullmatch(text.strip()):
        return None
    head = _HEAD.match(text) or _REVISED.match(text)
    if head:
        lead, rest = head.group(), text[head.end():]
    elif quoted := _QUOTED.search(text):
        lead, rest = text[:quoted.start()] + text[quoted.end():], quoted.group(1)
    else:
        bare = _BARE.match(text)
        lead, rest = (bare.group(), text[bare.end():]) if bare else ("", text)
    wrapped = _WRAPPED.fullmatch(rest)
    rest = _TRAILING.sub("", wrapped.group(1) if wrapped else rest).strip()
    if len(rest) < _LEAST:
        return None
    return Draft(rest, "public_comment" if _COMMENT.search(lead) else "platform_account" if _PLATFORM.search(lead) else "own_web")


def meant(text: str, reviewing: bool) -> bool:
    """Whether an editor's message is certainly about a draft, whatever the draft itself talks about.

    reviewing (bool): the last answer was a review, so 「改成：…」 and 「那我直接发了」 belong to it.
    """
    if _HEAD.match(text) or _SURE.match(text):
        return True
    if (quoted := _QUOTED.search(text)) and re.match(_POLITE + _ASK, text):
        around = text[:quoted.start()] + text[quoted.end():]
        return bool(re.search(_THING + "|能不能|可不可以|合规|能发|违规|可以发", around))
    return reviewing and bool(_REVISED.match(text) or _WRITE.fullmatch(text.strip()) or publishing(text))


def publishing(text: str) -> bool:
    """Whether the editor wants to publish what was just reviewed."""
    return len(text) <= _PUBLISH_MOST and bool(_PUBLISH.search(text)) and not re.search(r"[：:\n]", text)


@dataclass(frozen=True)
class CopyReview:
    """What the guard says about a draft, ready to be told."""

    draft: Draft
    decision: Decision
    findings: tuple[str, ...]
    missing: tuple[str, ...]
    questions: tuple[str, ...]
    told: tuple[Finding, ...] = ()  # what `findings` tells, in the same order

    @property
    def lines(self) -> frozenset[str]:
        """Every line that quotes the draft or a rule about it."""
        return frozenset((*self.findings, *self.missing, *self.questions))

    def without_lines(self, text: str) -> str:
        """What is left of an answer when the lines of this review, each as a whole, are taken out."""
        return "\n".join(line for line in text.split("\n") if line not in self.lines)

    def record(self) -> dict[str, Any]:
        """The audit's line: the hash of the draft and what was found, never its text."""
        return {
            "kind": "review",
            "verdict": self.decision.verdict,
            "rules": sorted({finding.rule for finding in self.decision.findings}),
            "missing": list(self.decision.missing),
            "depths": dict(self.decision.depths),
            "message_hash": message_hash(self.draft.text),
            "ruleset": self.decision.ruleset,
        }


def questions_for(guard: Guard, decision: Decision) -> list[str]:
    """What a person must answer about a text: what its findings leave open, and what no machine can see."""
    found = {finding.rule for finding in decision.findings}
    asked = [question for rule in guard.rules if rule.id in found for question in rule.manual]
    for category in ("any", *sorted(c for c, depth in decision.depths.items() if depth != "mention")):
        asked += questions().get(category, [])
    return list(dict.fromkeys(asked))


def review(guard: Guard, draft: Draft) -> CopyReview:
    """Review a draft as copy: nobody asked for it, and it is not said by the mascot."""
    decision = guard.review(draft.text, Context(channel=draft.channel, asked=draft.asked, speaker="copy"))
    disclosing = {rule.id for rule in guard.rules if rule.need}
    # A rule that asks for disclosures is told by what is missing; a second opinion only when there is no first.
    wording = [f for f in decision.findings if f.rule not in disclosing]
    told = _once([f for f in wording if not f.rule.startswith("SO-")] or wording)
    asked = questions_for(guard, decision)
    if "[已隐去:" in draft.text:
        asked.append("打了码的电话、证件号没有审到：稿里不能留个人电话和证件号，删掉了吗？")
    return CopyReview(
        draft,
        decision,
        tuple(f"{n}. {_told(f)}" for n, f in enumerate(told, 1)),
        tuple(f"· {guard.disclosures[name]['text']}" for name in decision.missing),
        tuple(f"？{q}" for q in asked),
        tuple(told),
    )


def closing(ruleset: str, day: date) -> str:
    """What stands under every review."""
    return f"机器初筛（规则集 {ruleset}，{day}），不代替合规审批。"


def _once(findings: list[Finding]) -> list[Finding]:
    """The same words struck out for the same reason are told once, whatever number of rules they break."""
    return list({(f.reason, f.text): f for f in reversed(findings)}.values())[::-1]


def _told(finding: Finding) -> str:
    # Without what the voice would change on its way: the door compares whole lines.
    words = ONE_EMOJI.sub("", EMOJI.sub("", re.sub(r"[「」『』“”{}\s]+", " ", finding.text))).strip()
    words = words if len(words) <= SNIPPET else words[:SNIPPET] + "…"
    where = f"「{words}」" if words else "整条"
    better = f"可以写成：「{finding.rewrite}」" if finding.rewrite else ""
    return " ".join(f"{where}：{finding.message}怎么改：{finding.fix}{better}".split())
