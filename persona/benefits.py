"""Card benefits: what there is today, and which one a customer means. What is over is not offered any more.

A benefit is one response, `utter_benefit.<id>`, with `metadata: {title, aliases, from, expires, ...}`; its text names the
conditions, the period and the quota. Everything else follows from the dates.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from persona.columns import Reply, button, day
from persona.content import Content, load_content
from persona.layers import current
from persona.textual import written_day

FOLDER = Path("data/nlu/benefits")  # of the project the bot is started in
PREFIX = "utter_benefit."
TOPIC, MISSED, POINTS, REDEEM = "faq/points.benefits", "faq/points.missed", "faq/points", "faq/points.redeem"
TOPICS = (TOPIC, MISSED, POINTS, REDEEM)
SHOWN = 3  # buttons of a list
REMEMBERED = timedelta(days=90)  # how long 「已经结束」 is said of one by its name
# A wish for the list, not a question on how one of them works; and 「还有吗」, which the sheet answers.
_LIST = re.compile(r"(?:什么|啥|哪些|有没有|有无|最近|看看)[^，,。]{0,6}(?:优惠|权益|活动|好处|福利)|(?:优惠|权益|活动|福利)[^，,。]{0,4}(?:有哪些|有什么|有啥|吗|有没有)|^(?:信用卡|卡)?(?:的)?(?:优惠|权益|活动)+$|还有(?:别的|其他|什么|啥|哪些)")
# 「加油的有吗」: of one that is not there, what there is.
_ANOTHER = re.compile(r"有(?:没有)?.{0,8}(?:吗|么|不|没|没有)[？?]?$|(?:呢|有吗|有没有)[？?]?$")
FEW = 12  # characters of it
_STILL = re.compile(r"还有|还在|截止|结束|到(?:什么时候|哪天|几号)|名额|怎么(?:领|参加|用|算)|条件")


@dataclass(frozen=True)
class Benefit:
    """One benefit; offered from `start` to `end`, both days included."""

    id: str
    title: str
    aliases: tuple[str, ...]
    start: date
    end: date

    @property
    def response(self) -> str:
        """The response that tells it."""
        return PREFIX + self.id


def benefits_in(content: Content) -> list[Benefit]:
    """Every benefit whose dates can be read (the linter names the others), the one that ends first in front."""
    found = []
    for name, group in content.responses.items():
        if name.startswith(PREFIX):
            meta = group[0].metadata
            start, end = day(meta.get("from")), day(meta.get("expires"))
            if start and end and meta.get("title"):
                found.append(Benefit(name.removeprefix(PREFIX), str(meta["title"]), tuple(map(str, meta.get("aliases") or ())), start, end))
    return sorted(found, key=lambda b: (b.end, b.id))


def load_benefits(folder: Path = FOLDER) -> list[Benefit]:
    """The benefits of the project in the working directory."""
    return benefits_in(load_content(current(folder)))


def named(text: str, benefits: Sequence[Benefit]) -> Benefit | None:
    """The benefit a sentence names: the longest title or alias in it."""
    hits = [(len(word), b) for b in benefits for word in (b.title, *b.aliases) if word in text]
    return max(hits, key=lambda hit: hit[0])[1] if hits else None


def answer(topic: str, text: str, picked: Mapping[str, str], benefits: Sequence[Benefit], today: date) -> Reply | None:
    """What to show to a customer who asks for a benefit; None when the topic's own answer is the right one.

    topic (str): one of `TOPICS`.  picked (Mapping): entities of a button: `benefit`.
    """
    meant = next((b for b in benefits if b.id == picked.get("benefit")), None) or named(text, benefits)
    if meant and (topic != MISSED or _STILL.search(text) or len(text) <= len(meant.title)):  # its name, or part of it
        if meant.end < today:
            return Reply("utter_benefits_over", {"benefit": meant.title, "date": written_day(meant.end)}) if today - meant.end <= REMEMBERED else None
        if meant.start > today:
            return Reply("utter_benefits_coming", {"benefit": meant.title, "date": written_day(meant.start)})
        return Reply(meant.response)
    showing = [b for b in benefits if b.start <= today <= b.end]
    wants_all = _LIST.search(text) or text.startswith("/")  # a button opens the list
    another = topic == TOPIC and len(text) <= FEW and _ANOTHER.search(text) and not _STILL.search(text)
    if topic in (POINTS, REDEEM) or not showing or not (wants_all or another):
        return None
    listed = "；".join(f"{b.title}，到{written_day(b.end)}" for b in showing)
    name = "utter_benefits" if wants_all else "utter_benefits_other"
    return Reply(name, {"benefits": listed}, tuple(button(b.title, TOPIC, benefit=b.id) for b in showing[:SHOWN]))
