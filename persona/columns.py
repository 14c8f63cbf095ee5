"""Columns: which there are, which episode is due on a day, and which one a customer means.

A column is an entry of a card's `extensions.columns` and one response, `utter_column.<mascot>.<id>`, whose variations
are its episodes: `metadata: {episode, title, from, expires, ...}`. Everything else follows from the dates.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from persona.content import Content, Response, load_content
from persona.layers import current
from persona.mascot import Mascot
from persona.textual import written_day

FOLDER = Path("data/nlu/columns")  # of the project the bot is started in
PREFIX = "utter_column."
SHOWN = 3  # buttons of a menu or of the earlier episodes
_OLDER = re.compile(r"(?:上|前)(?:一|1)?(?:期|回|篇|集)|再来(?:一|1)?(?:期|篇|个|集|道|则)|(?:昨天|前天|上周|上次)(?:的|那)*(?:一)?(?:期|篇|集|个)|^(?:昨天|上周|上次)的呢|还有别的(?:词|题|故事|菜|箱子)|再往前|更早|早一点的|(?:^|[，,\s])还有(?:吗|么|没有?|呢)[呀啊吧？?。]*$|^(?:看)?(?:上|前)(?:一)?(?:个|条)$|(?:下|再来)(?:一)?(?:道)?(?:小)?题|^再来[吧呀啊]?$|^(?:那|好|给我|[，,\s])*(?:再|接着)?(?:讲|说|念|出|来)(?:一|1)?(?:个|条|则|道|段|期)(?:听听|吧|呗)?[。！!~]*$")
_NEWER = re.compile(r"(?:下|后)(?:一|1)?(?:期|回|篇|集)|(?:后面|以后|之后|往后|下次|还).{0,3}(?:会|要)?更(?:新)?(?:吗|么|不|呢)")
_EARLIER = re.compile(r"往期|以前的|以前几期|之前的|历史|全部|从第一期|老的那几")
_ANY = re.compile(r"^(?:好吧|算了|那)?[，,\s]*(?:再)?(?:讲|说|来|看|换)(?:一)?(?:个|篇|期|点|些)?(?:别|其他)的|^换(?:一)?(?:个|篇|期)(?!栏目|专栏)|随便|随意|任(?:意|选)|(?:都|哪个)(?:行|可以|成)|你(?:来)?(?:挑|选|定)|^(?:来|看)(?:一|1)?(?:个|篇|期|看|下|眼)(?:吧|呗|看看)?$")
# 「这是第几期」, 「什么时候过期」: about the episode that is shown.
_WHICH = re.compile(r"第几(?:期|篇|集)|哪(?:一)?期的?$|(?:什么时候|啥时候|几号|哪天)(?:过期|到期|下架|撤|出的|发的|写的)|(?:能)?看到(?:几号|哪天|什么时候)|这(?:一)?(?:期|篇).{0,3}到.{0,3}(?:时候|哪天|几号)")
# 「为啥不是A」, 「这题我不服」, 「我选B」: about what the episode says.
_WHY = re.compile(
    r"^(?:这|那|道|条|题|我|不服|真的|[，,\s])*(?:为(?:什么|啥|何)|凭(?:什么|啥))(?:不?是?(?:[a-d]|对|错)|呢|呀|啊|这样|这么)*[？?。!！]*$|不服"
    r"|^(?:我|还是|这(?:个|题|句|期)?|真|也|就|有点|看|听)*(?:没|不)(?:太|大|看|听)?(?:懂|明白)(?:啊|呀|了)?[？?。]*$|^(?:这|那|它)?(?:个|句|期)?(?:是)?(?:什么|啥)意思[呀啊]?[？?]*$"
    r"|^(?:我|应该|是)*(?:选|猜|答)[，,\s]*(?:是)?[a-d一二三1-3对错][。!！]*$|^答案(?:呢|是(?:什么|啥))[？?]*$", re.I,
)
_BEYOND = re.compile(r"还有|别的|其他|其它|除了|以外")
_NUMBER = re.compile(r"第([一二三四五六七八九十]|[1-9]\d?)(?:期|篇|集)")
_NUMERALS = {char: at for at, char in enumerate("一二三四五六七八九十", 1)}
_BACK = re.compile(r"([上前]{2,})(?=(?:一|1)?(?:期|回|篇|集))")  # 「上上期」
_MENU = re.compile(r"还有(?:什么|哪些|啥|别的(?!词|题|故事|菜|箱子))|(?:什么|哪些|啥|几个|多少)个?(?:栏目|专栏)|(?:栏目|专栏).{0,3}(?:列表|有哪些|有什么|目录)|别的栏目|其他栏目|换(?:一)?个(?:栏目|专栏)")


@dataclass(frozen=True)
class Episode:
    """One variation of a column's response; shown from `start` to `end`, both days included."""

    number: int
    title: str
    start: date
    end: date


@dataclass(frozen=True)
class Column:
    """A mascot's column. `aliases`: other words customers use for it."""

    mascot: str
    id: str
    name: str
    aliases: tuple[str, ...] = ()
    episodes: tuple[Episode, ...] = ()

    @property
    def key(self) -> str:
        """``xiaofumiao.daily``."""
        return f"{self.mascot}.{self.id}"

    @property
    def response(self) -> str:
        """The response that holds the episodes."""
        return PREFIX + self.key

    def showing(self, today: date) -> tuple[Episode, ...]:
        """Episodes that may be read today, newest first."""
        valid = (e for e in self.episodes if e.start <= today <= e.end)
        return tuple(sorted(valid, key=lambda e: (e.start, e.number), reverse=True))

    def next_start(self, today: date) -> date | None:
        """When the next episode comes out, if one is written."""
        return min((e.start for e in self.episodes if e.start > today), default=None)


@dataclass(frozen=True)
class Reply:
    """What to utter: a response, what fills it, and the buttons under it."""

    response: str
    values: Mapping[str, str] = field(default_factory=dict)
    buttons: tuple[Mapping[str, str], ...] = ()


def day(value: object) -> date | None:
    """A quoted date of the metadata, or None when it is none."""
    try:
        return date.fromisoformat(str(value))
    except ValueError:
        return None


def episode_of(response: Response) -> Episode | None:
    """The episode a variation is; None when its number or its dates cannot be read (the linter says so)."""
    meta = response.metadata
    number, start, end = meta.get("episode"), day(meta.get("from")), day(meta.get("expires"))
    if not isinstance(number, int) or start is None or end is None:
        return None
    return Episode(number, str(meta.get("title") or ""), start, end)


def columns_in(content: Content, mascots: Mapping[str, Mascot]) -> dict[str, Column]:
    """Every column of every card by key, in the order of the cards, with the episodes `content` holds."""
    found: dict[str, Column] = {}
    for mascot in mascots.values():
        for entry in mascot.extensions.get("columns") or ():
            if not isinstance(entry, Mapping) or not entry.get("id") or not entry.get("name"):
                continue  # a half-written entry of a card is no column yet
            column = Column(mascot.id, str(entry["id"]), str(entry["name"]), tuple(map(str, entry.get("aliases") or ())))
            episodes = filter(None, map(episode_of, content.responses.get(column.response, ())))
            found[column.key] = Column(column.mascot, column.id, column.name, column.aliases, tuple(episodes))
    return found


def load_columns(mascots: Mapping[str, Mascot], folder: Path = FOLDER) -> dict[str, Column]:
    """The columns of the project in the working directory."""
    return columns_in(load_content(current(folder)), mascots)


def menu(columns: Mapping[str, Column], mascot: str, today: date) -> list[Column]:
    """The mascot's columns that have something to read today."""
    return [c for c in columns.values() if c.mascot == mascot and c.showing(today)]


def named(text: str, columns: Mapping[str, Column], speaker: str) -> Column | None:
    """The column a sentence names: the longest name or alias in it, the speaker's own before another's."""
    hits = [
        (c.mascot == speaker, len(word), c)
        for c in columns.values() for word in (c.name, *c.aliases) if word.lower() in text.lower()
    ]
    return max(hits, key=lambda hit: hit[:2])[2] if hits else None


def button(title: str, intent: str, **entities: str) -> dict[str, str]:
    """A button that carries entities."""
    return {"title": title, "payload": f"/{intent}{json.dumps(entities, ensure_ascii=False)}"}


def answer(
    text: str, picked: Mapping[str, str], last: tuple[str, int] | None, columns: Mapping[str, Column],
    mascots: Mapping[str, Mascot], speaker: str, today: date, whose: str = "",
) -> Reply:
    """What to show to a customer who asks for a column.

    picked (Mapping): entities of a button: `column`, `episode`, `move` (older, newer, earlier, menu).
    last: key and number of the episode shown last in this session.
    whose: the mascot a sentence names (「小禾娘有栏目吗」).
    """
    move = picked.get("move", "") if picked else moves(text)
    column = columns.get(picked.get("column", "")) or named(text, columns, speaker)
    if column is not None and move == "menu" and not picked and not _BEYOND.search(text):
        move = ""  # 「第二页是啥栏目」 asks for that one
    if column is None and whose and whose != speaker and move in ("", "menu"):
        return _menu_of(whose, columns, mascots, today)
    if column is None and move == "older" and last is None:
        move = "any"  # 「讲一个」, said to the list
    if move == "why" and (column is not None or last is None):
        move = ""
    if column is None and move == "any":
        fresh = _fresh(menu(columns, speaker, today), today)
        column = next((one for one in fresh if last is None or one.key != last[0]), None)
    if column is None and move not in ("", "menu") and last:
        column = columns.get(last[0])
    if column is None or move == "menu":
        return _menu_reply(columns, speaker, today)
    shelf = column.showing(today)
    names = {"column": column.name, "owner": mascots[column.mascot].name}
    if not shelf:
        return Reply("utter_column_none", names, _menu_reply(columns, speaker, today).buttons)
    if column.mascot != speaker:
        swap = button(f"换{names['owner']}来", "ask_column", column=column.key, host=column.mascot)
        return Reply("utter_column_elsewhere", names, (swap, _back_to_menu()))
    if move == "earlier":
        return _earlier(column, shelf, names)
    here = last[1] if last and last[0] == column.key and move else None
    if move == "which" and here:
        shown = next((e for e in shelf if e.number == here), shelf[0])
        about = {"episode": str(shown.number), "title": shown.title, "from": written_day(shown.start), "until": written_day(shown.end)}
        return Reply("utter_column_which", {**names, **about}, _around(column, shelf, shelf.index(shown)))
    if move == "why":
        return Reply("utter_column_why", names, _around(column, shelf, _place(shelf, here)))
    number = _numbered(text) if move == "number" else ""
    if move == "number" and number not in {str(e.number) for e in shelf}:
        return _earlier(column, shelf, names)
    at = _place(shelf, picked.get("episode") or number or here)
    back = _BACK.search(text)
    at += {"older": len(back[1]) if back and not picked else 1, "newer": -1}.get(move, 0) if here or move == "newer" else 0
    if at < 0:
        coming = column.next_start(today)
        when = f"{coming.month}月{coming.day}日" if coming else ""
        return Reply("utter_column_coming" if when else "utter_column_newest", {**names, "date": when}, (_back_to_menu(),))
    if at >= len(shelf):
        return Reply("utter_column_oldest", names, (_back_to_menu(),))
    return Reply(column.response, {"episode": str(shelf[at].number)}, _around(column, shelf, at))


def moves(text: str) -> str:
    """Where a sentence wants to go: menu, earlier, older, newer, which (this is), number (of one), why, any, or ""."""
    for move, pattern in (
        ("menu", _MENU), ("earlier", _EARLIER), ("older", _OLDER), ("newer", _NEWER), ("which", _WHICH), ("number", _NUMBER), ("why", _WHY), ("any", _ANY),
    ):
        if pattern.search(text):
            return move
    return ""


def _numbered(text: str) -> str:
    match = _NUMBER.search(text)
    return str(_NUMERALS.get(match[1], match[1])) if match else ""


def _earlier(column: Column, shelf: Sequence[Episode], names: Mapping[str, str]) -> Reply:
    listed = "；".join(f"第{e.number}期《{e.title}》" for e in shelf)
    rows = tuple(_open(column, e, f"第{e.number}期") for e in shelf[:SHOWN])
    return Reply("utter_column_earlier", {**names, "episodes": listed}, rows)


def _menu_of(whose: str, columns: Mapping[str, Column], mascots: Mapping[str, Mascot], today: date) -> Reply:
    """What another mascot writes, and how to call that mascot."""
    open_now, owner = menu(columns, whose, today), mascots[whose].name
    if not open_now:
        return Reply("utter_column_closed")
    swap = button(f"换{owner}来", "ask_column", move="menu", host=whose)
    return Reply("utter_column_theirs", {"owner": owner, "columns": "、".join(c.name for c in open_now)}, (swap, _back_to_menu()))


def _place(shelf: Sequence[Episode], number: str | int | None) -> int:
    """Where an episode stands on the shelf; the newest when it is not there (any more)."""
    return next((i for i, e in enumerate(shelf) if str(e.number) == str(number)), 0)


def _menu_reply(columns: Mapping[str, Column], speaker: str, today: date) -> Reply:
    open_now = menu(columns, speaker, today)
    if not open_now:
        return Reply("utter_column_closed")
    rows = tuple(button(c.name, "ask_column", column=c.key) for c in _fresh(open_now, today)[:SHOWN])
    return Reply("utter_ask_column", {"columns": "、".join(c.name for c in open_now)}, rows)


def _fresh(open_now: Sequence[Column], today: date) -> list[Column]:
    return sorted(open_now, key=lambda c: c.showing(today)[0].start, reverse=True)


def _open(column: Column, episode: Episode, title: str) -> dict[str, str]:
    return button(title, "ask_column", column=column.key, episode=str(episode.number))


def _back_to_menu() -> dict[str, str]:
    return button("还有什么栏目", "ask_column", move="menu")


def _around(column: Column, shelf: Sequence[Episode], at: int) -> tuple[Mapping[str, str], ...]:
    older = [_open(column, shelf[at + 1], "上一期")] if at + 1 < len(shelf) else []
    newer = [_open(column, shelf[at - 1], "下一期")] if at > 0 else []
    return (*older, *newer, _back_to_menu())


def choose(variations: Sequence[Mapping[str, Any]], wanted: object, today: date) -> list[Mapping[str, Any]]:
    """Of a response's variations, the episode that is wanted, or the newest one that is out; others pass unchanged.

    variations: Rasa's own dicts, as the domain holds them; those past `expires` are left out by the caller.
    """
    episodes = [v for v in variations if "episode" in (v.get("metadata") or {})]
    if not episodes:
        return list(variations)
    out = [v for v in episodes if (day(v["metadata"].get("from")) or date.max) <= today]
    exact = [v for v in out if str(v["metadata"]["episode"]) == str(wanted)]
    newest = sorted(out, key=lambda v: (str(v["metadata"].get("from")), v["metadata"]["episode"]))[-1:]
    return exact or newest
