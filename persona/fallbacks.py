"""What customers asked and got no answer to: read from the tracker's database, masked, grouped by likeness.

The desk and the morning page show the same groups. Reading makes no table and no file: a project nobody has talked to
yet has no database, and keeps none.
"""

from __future__ import annotations

import json
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from pathlib import Path
from typing import TYPE_CHECKING, Any

from persona.compliance.secrets import mask
from persona.content.model import normal_form
from persona.labels import Labels, full_label

if TYPE_CHECKING:
    from sqlalchemy.engine import Engine

# Why there was no answer, by intent.
KINDS: Mapping[str, str] = {"nlu_fallback": "没听懂", "bank_other": "银行的事，还没有回答", "out_of_scope": "不归这里答"}
ALIKE = 0.62  # share of pairs of characters that two sentences have in common (Dice), from 0 to 1
INSIDE = 0.65  # or this share of the shorter one's, when they have at least two in common
LIKELY = 0.05  # a guess below this probability says nothing
GUESSES = 3
SHOWN_CHARS = 120
MOST = 3000  # different sentences that are grouped; rarer ones beyond are counted and not shown
MASKED = "[已隐去:"
# What a question is made of and what it is not about.
_ASKING = re.compile(r"你好|您好|请问|麻烦|怎么样|怎么|如何|怎样|哪里|哪儿|在哪|可不可以|可以|能不能|能否|有没有|没有|有|是不是|你们|咱们|我们|[吗呢啊呀吧嘛哦哈啦么的了我你您咋想要能]")


@dataclass(frozen=True)
class Turn:
    """One message of a customer. `label` is the intent, with its topic; `ranking` holds label and probability."""

    at: datetime
    text: str
    label: str
    ranking: tuple[tuple[str, float], ...] = ()
    readable: bool = True

    @property
    def fallback(self) -> bool:
        """Whether there was no answer."""
        return self.label in KINDS


@dataclass(frozen=True)
class Group:
    """Sentences that are alike, the most frequent first. `guesses`: label, title, mean probability."""

    texts: tuple[str, ...]
    count: int
    first: datetime
    last: datetime
    kinds: tuple[str, ...]
    guesses: tuple[tuple[str, str, float], ...]

    def as_dict(self) -> dict[str, Any]:
        """Plain data."""
        return {
            "texts": list(self.texts), "count": self.count, "first": self.first.isoformat(timespec="minutes"),
            "last": self.last.isoformat(timespec="minutes"), "kinds": [KINDS[kind] for kind in self.kinds],
            "guesses": [{"label": label, "title": title, "probability": round(p, 2)} for label, title, p in self.guesses],
        }


def database() -> Engine | None:
    """The tracker's database, or None where there is none yet. SQLAlchemyError when it cannot be reached."""
    from sqlalchemy import inspect

    from persona.database import database_url, engine

    url = database_url()
    found = engine()
    if found.dialect.name == "sqlite" and not Path(found.url.database or "").is_file():
        return None  # connecting would make the file
    return found if url and inspect(found).has_table("events") else None


def turns(at: Engine, since: datetime, zone: tzinfo) -> list[Turn]:
    """Every message of a customer from `since` on, oldest first, masked once more; commands and button presses are turns too."""
    from sqlalchemy import column, select, table

    events = table("events", column("timestamp"), column("type_name"), column("data"))
    query = select(events.c.timestamp, events.c.data).where(events.c.type_name == "user", events.c.timestamp >= since.timestamp())
    with at.connect() as connection:
        rows = connection.execute(query.order_by(events.c.timestamp)).all()
    return [turn for stamp, data in rows if (turn := _turn(stamp, data, zone)) is not None]


def _turn(stamp: float, data: str, zone: tzinfo) -> Turn | None:
    try:
        event = json.loads(data)
        parsed = event.get("parse_data") or {}
        ranking = tuple((str(one["name"]), float(one["confidence"])) for one in parsed.get("intent_ranking") or ())
    except (ValueError, KeyError, TypeError, AttributeError):
        return None
    text = " ".join(mask(str(event.get("text") or ""))[0].split())
    return Turn(datetime.fromtimestamp(stamp, zone), text[:SHOWN_CHARS] + ("…" if len(text) > SHOWN_CHARS else ""), full_label(parsed), ranking,
                (parsed.get("intent") or {}).get("reason") != "blank")


def grouped(asked: Iterable[Turn], labels: Labels) -> list[Group]:
    """The turns without an answer, alike ones together, the most frequent group first."""
    same: dict[str, list[Turn]] = defaultdict(list)
    for turn in asked:
        normal = normal_form(turn.text)
        if turn.fallback and turn.readable and normal:
            same[normal].append(turn)
    often = sorted(same, key=lambda normal: (-len(same[normal]), same[normal][0].at))[:MOST]
    heads: list[frozenset[str]] = []
    members: list[list[str]] = []
    having: dict[str, list[int]] = defaultdict(list)  # pair of characters -> groups whose head has it
    for normal in often:
        pairs = _pairs(normal)
        shared = Counter(group for pair in pairs for group in having[pair])
        best = max(shared, key=lambda group: (_alike(shared[group], pairs, heads[group]), -group), default=None)
        if best is not None and _alike(shared[best], pairs, heads[best]) >= 1:
            members[best].append(normal)
            continue
        for pair in pairs:
            having[pair].append(len(heads))
        heads.append(pairs)
        members.append([normal])
    found = [_group([same[normal] for normal in one], labels) for one in members]
    return sorted(found, key=lambda group: (-group.count, -group.last.timestamp()))


def _pairs(normal: str) -> frozenset[str]:
    bare = _ASKING.sub("", normal) or normal
    return frozenset(bare[n:n + 2] for n in range(len(bare) - 1)) or frozenset({bare})


def _alike(shared: int, one: frozenset[str], other: frozenset[str]) -> float:
    """How alike two sentences with so many pairs in common are; from 1 on they are one question."""
    inside = shared / min(len(one), len(other)) / INSIDE if shared >= 2 else 0.0
    return max(2 * shared / (len(one) + len(other)) / ALIKE, inside)


def _group(sentences: Sequence[Sequence[Turn]], labels: Labels) -> Group:
    asked = [turn for same in sentences for turn in same]
    sums: Counter[str] = Counter()
    for turn in asked:
        for label, probability in turn.ranking:
            if label not in KINDS:
                sums[label] += probability  # type: ignore[assignment]
    # Only what customers may be offered has a title; nobody adds an example to an emergency by a click.
    guesses = tuple((label, title, total / len(asked)) for label, total in sums.most_common()
                    if (title := labels.title(label)) and total / len(asked) >= LIKELY)[:GUESSES]
    texts = tuple(same[0].text for same in sentences)
    kinds = Counter(turn.label for turn in asked)
    return Group(texts, len(asked), min(t.at for t in asked), max(t.at for t in asked), tuple(k for k, _ in kinds.most_common()), guesses)
