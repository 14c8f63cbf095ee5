"""What is answered about give-aways: responses with their values, from the sheets, the entries and the moment."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from persona.columns import Reply
from persona.giveaways.draw import masked
from persona.giveaways.entries import Entries, Entry, Refused
from persona.giveaways.offers import about_list, asks_fee, comes_back, label_in, part_of
from persona.giveaways.sheet import Giveaway
from persona.institution import Institution

SHOWN = 8  # winners named in one message; the rest stands where the result is published
_DRAW = re.compile(r"开奖|结果|揭晓|(?:[她他]|朋友|同事|别人|人家)[^，,。]{0,4}中(?:了|奖)")
# Asking about it is not yet taking part.
_ASKS = re.compile(r"[?？]|[吗么呢]$|怎么|怎样|如何|哪|什么|啥|几|多少|能不能|可不可以|是不是|要不要|有没有|吗[，。！]?$")


@dataclass(frozen=True)
class Turn:
    """What is said, and the give-away that is being talked about from now on."""

    say: tuple[Reply, ...]
    giveaway: str | None = None


@dataclass(frozen=True)
class Customer:
    """Who asks, and what the conversation knows: ``offered`` is the give-away whose offer was the last message."""

    id: str
    text: str
    minor: bool = False
    locked: bool = False
    offered: str | None = None
    named: str | None = None


class Desk:
    """Answers for the sheets that hold on one channel at one moment (wall clock where the bank is, without zone)."""

    def __init__(self, sheets: Mapping[str, Giveaway], entries: Entries, institution: Institution, channel: str, now: datetime) -> None:
        self._all, self._entries, self._bank, self._now = sheets, entries, institution, now
        self._sheets = {k: s for k, s in sheets.items() if channel in s.channels and s.state(now) not in ("unapproved", "over")}

    def _say(self, name: str, sheet: Giveaway | None = None, **values: str) -> Reply:
        filled = sheet.values(self._bank) if sheet else {}
        return Reply(f"utter_giveaway_{name}", {**filled, **values})

    def _in(self, *states: str) -> list[Giveaway]:
        return [sheet for sheet in self._sheets.values() if sheet.state(self._now) in states]

    def _barred(self, customer: Customer) -> Turn | None:
        """Minors and emergencies first: no give-away, and a minor's entry does not stay."""
        if customer.minor:
            removed = self._entries.leave(customer.id)
            return Turn((self._say("minor_removed" if removed else "minor"),))
        return Turn((self._say("locked"),)) if customer.locked else None

    def join(self, customer: Customer) -> Turn:
        """「我要参加」: the offer first; said right after the offer, the entry."""
        barred = self._barred(customer)
        if barred:
            return barred
        open_now = self._in("open")
        named = customer.named or customer.offered
        sheet = next((s for s in open_now if s.id == named), open_now[0] if len(open_now) == 1 else None)
        if sheet is None:
            return self._which(open_now) if open_now else self._closed()
        if self._entries.changed(sheet):
            return Turn((self._say("changed", sheet),))
        if customer.offered == sheet.id and not _ASKS.search(customer.text):
            return self._enter(sheet, customer)
        mine = [e for e in self._entries.of(customer.id) if e.giveaway == sheet.id]
        if mine:
            return Turn((self._say("already", sheet, number=mine[0].number),), sheet.id)
        if self._entries.count(sheet.id) >= sheet.most:
            return Turn((self._say("full", sheet),))
        return Turn((self._say("offer", sheet),), sheet.id)

    def _enter(self, sheet: Giveaway, customer: Customer) -> Turn:
        try:
            entry = self._entries.enter(sheet, customer.id, self._now)
        except Refused as refusal:
            say = self._say(refusal.reason, sheet, number=refusal.number) if refusal.reason != "closed" else self._say("ended", sheet)
            return Turn((say,), sheet.id)
        return Turn((self._say("entered", sheet, number=entry.number),), sheet.id)

    def _which(self, sheets: Sequence[Giveaway]) -> Turn:
        names = "；".join(f"{s.title}，{s.values(self._bank)['closes']}截止" for s in sheets)
        buttons = tuple({"title": s.title, "payload": f'/join_giveaway{{"giveaway": "{s.id}"}}'} for s in sheets[:4])
        return Turn((Reply("utter_giveaway_which", {"giveaways": names}, buttons),))

    def _closed(self, *, drawing: bool = False) -> Turn:
        """Nothing is open: what is coming, what is being drawn, or nothing at all; `drawing`: what is drawn goes first."""
        states = (("early", "early"), ("waiting", "ended"), ("due", "ended"))
        for state, name in (*states[1:], *states[:1]) if drawing else states:
            for sheet in self._in(state):
                if state == "due" and self._entries.published(sheet.id):
                    continue
                return Turn((self._say(name, sheet),), sheet.id)
        return Turn((self._say("none"),))

    def again(self, customer: Customer) -> Turn:
        """A second entry, or one for somebody else: one person, one entry, in person."""
        barred = self._barred(customer)
        if barred:
            return barred
        mine = [e for e in self._entries.of(customer.id) if e.giveaway in self._sheets]
        if not mine and comes_back(customer.text):
            return self.join(customer)  # who has left may enter again
        return Turn((self._say("again"),), customer.offered)

    def rules(self, customer: Customer) -> Turn:
        """The whole rules, in three messages, or the line that answers; of the give-away talked about, else of the ones open or next."""
        barred = self._barred(customer)
        if barred:
            return barred
        sheets = self._in("open") or self._in("early", "waiting", "due")[:1]
        named = customer.named or customer.offered
        sheet = next((s for s in self._sheets.values() if s.id == named), sheets[0] if len(sheets) == 1 else None)
        if sheet is None:
            return self._which(sheets) if sheets else Turn((self._say("none"),))
        about = "" if "规则" in customer.text else "fee" if asks_fee(customer.text) else part_of(customer.text)
        if about:
            return Turn((self._say(f"about_{about}", sheet),), sheet.id)
        return Turn(tuple(self._say(part, sheet) for part in ("rules_prizes", "rules_draw", "rules")), sheet.id)

    def status(self, customer: Customer) -> Turn:
        """「我中奖了吗」: by the customer's own entries, or by the number that was named."""
        barred = self._barred(customer)
        if barred:
            return barred
        number = label_in(customer.text)
        sheet = next((s for s in self._sheets.values() if number.startswith(f"{s.number}-")), None) if number else None
        if sheet is not None:
            return Turn((self._outcome(sheet, number),), sheet.id)
        drawn = [s for s in self._in("due") if self._entries.published(s.id)]
        about = about_list(customer.text)
        if about == "earlier" and not drawn:
            return Turn((self._say("earlier"),), customer.named or customer.offered)
        if about and not drawn:
            due = (self._in("open") or self._in("waiting", "due", "early"))[:1]
            return Turn((self._say("list", due[0]),), due[0].id) if due else self._closed(drawing=True)
        mine = [e for e in self._entries.of(customer.id) if e.giveaway in self._sheets] if not about else []
        if mine:
            return Turn(tuple(self._outcome(self._sheets[e.giveaway], e.number, e) for e in mine[-3:]), mine[-1].giveaway)
        if drawn:
            return Turn((self._result(drawn[-1]),), drawn[-1].id)
        running, talked_of = self._in("open"), customer.named or customer.offered
        # 「开奖了吗」 while the next one is open already: about the one that is to be drawn.
        to_draw = next((s for s in self._in("waiting", "due") if s.id == talked_of or _DRAW.search(customer.text)), None)
        if running and to_draw is None:
            return Turn((self._say("not_entered", running[0]),), running[0].id)
        return Turn((self._say("ended", to_draw),), to_draw.id) if to_draw else self._closed(drawing=True)

    def _outcome(self, sheet: Giveaway, number: str, mine: Entry | None = None) -> Reply:
        published = self._entries.published(sheet.id)
        if published is None:
            return self._say("pending" if mine else "pending_number", sheet, number=number)
        if number not in published["numbers"]:
            return self._say("unknown_number", sheet, number=number)
        prize = next((row["prize"] for row in published["winners"] if row["number"] == number), None)
        return self._say("won", sheet, number=number, prize=prize) if prize else self._say("lost", sheet, number=number)

    def _result(self, sheet: Giveaway) -> Reply:
        published: dict[str, Any] = self._entries.published(sheet.id) or {"winners": []}
        rows = published["winners"]
        named = "、".join(masked(row["number"]) for row in rows[:SHOWN]) + (" 等" if len(rows) > SHOWN else "")
        return self._say("result", sheet, winners=named or "没有人报名", winners_count=str(len(rows)), list_hash=str(published.get("list_sha256", ""))[:12])

    def leave(self, customer: Customer) -> Turn:
        """Leaving is never questioned and deletes at once, under a lock too; how to leave is told."""
        if _ASKS.search(customer.text) and not customer.locked:
            return Turn((self._say("leave_how"),))
        gone = self._entries.leave(customer.id)
        if not gone:
            return Turn((self._say("left_none"),))
        sheet = self._all[gone[-1].giveaway]
        if sheet.state(self._now) == "open":
            return Turn((self._say("left", sheet),))
        return Turn((self._say("left_late", sheet),))
