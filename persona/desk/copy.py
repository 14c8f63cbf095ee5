"""审文案: a draft with title, text and tags, reviewed as `mascot review` does, told field by field."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from itertools import pairwise
from typing import Any

from persona.compliance import Guard
from persona.compliance.copy_review import Draft, closing, review
from persona.compliance.model import CATEGORIES, CHANNELS, Finding
from persona.desk.ask import Refused, text, texts

FIELDS: tuple[tuple[str, str, int], ...] = (("title", "标题", 200), ("text", "正文", 5000), ("tags", "标签", 500))
CHANNEL_NAMES: Mapping[str, str] = {
    "own_web": "本行网页", "own_app": "本行 APP", "platform_account": "平台账号（公众号、小红书、抖音……）",
    "public_comment": "公开评论区、直播间", "demo": "演示",
}
CATEGORY_NAMES: Mapping[str, str] = {
    "deposit": "存款", "loan": "贷款", "card": "信用卡", "wealth": "理财", "fund": "基金", "insurance": "保险",
    "pension": "个人养老金", "gold": "黄金", "structured": "结构性存款", "payment": "支付",
}
assert set(CHANNEL_NAMES) == set(CHANNELS) and set(CATEGORY_NAMES) == set(CATEGORIES)


def reviewed(body: Mapping[str, Any], guard: Guard, today: date) -> dict[str, Any]:
    """What the guard says: `fields` cut where findings begin and end, `findings`, `missing`, `questions`, `closing`."""
    channel = text(body, "channel", "渠道", 40) or "own_web"
    asked = texts(body, "asked", "客户问过什么", len(CATEGORIES), 40)
    if channel not in CHANNELS or not set(asked) <= set(CATEGORIES):
        raise Refused("渠道或类别不认识，刷新页面再试。", 400)
    given = {key: text(body, key, name, most, lines=True) for key, name, most in FIELDS}
    places: dict[str, tuple[int, int]] = {}
    whole = ""
    for key, value in given.items():
        if value:
            whole += "\n" if whole else ""
            places[key] = (len(whole), len(whole) + len(value))
            whole += value
    if not whole:
        raise Refused("还没有写要审的文案。")
    result = review(guard, Draft(whole, channel, frozenset(asked) if asked else None))
    laws = {rule.id: rule for rule in guard.rules}
    return {
        "verdict": result.decision.verdict,
        "fields": {key: _cut(whole, *place, result.told) for key, place in places.items()},
        "findings": [
            {"rule": f.rule, "title": laws[f.rule].title if f.rule in laws else "", "law": f.law, "text": f.text, "message": f.message,
             "fix": f.fix, "rewrite": f.rewrite or "", "where": [name for key, name, _ in FIELDS if key in places and _meets(f, places[key])]}
            for f in result.told
        ],
        "missing": [{"id": name, "text": guard.disclosures[name]["text"]} for name in result.decision.missing],
        "questions": [line.removeprefix("？") for line in result.questions],
        "closing": closing(result.decision, today),
    }


def _meets(finding: Finding, place: tuple[int, int]) -> bool:
    return finding.start < place[1] and place[0] < finding.end


def _cut(whole: str, start: int, end: int, findings: Sequence[Finding]) -> list[dict[str, Any]]:
    """Pieces of one field with the numbers (from 0) of the findings that lie over each."""
    bounds = sorted({start, end, *(at for f in findings for at in (f.start, f.end) if start < at < end)})
    return [
        {"text": whole[left:right], "findings": [n for n, f in enumerate(findings) if f.start <= left and right <= f.end]}
        for left, right in pairwise(bounds)
    ]
