"""What a bank may change of the library, and how: ``mascot.yml``, and files of its own in the library's place.

What makes the guard weaker is never a matter of a file name alone: ``guard:`` in ``mascot.yml`` names each rule that is
off or replaced, with a reason and a name, and some rules cannot be touched at all (docs/own-project.md).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from persona.errors import Problem

if TYPE_CHECKING:
    from persona.yamlvalues import Reader

MARK = "mascot.yml"
SCHEMA = "mascot-project/1"
# What a bank may do without. Fraud, emergencies, the dialogue and the rules of it are not a matter of taste.
MAY_BE_OFF = (
    "data/nlu/faq/", "data/nlu/chitchat/", "data/nlu/columns/", "data/nlu/lessons/",
    "persona/mascots/", "persona/products/", "persona/giveaways/", "persona/quiz/items/",
)
# Rules of the guard for these reasons may be switched off or replaced, if mascot.yml says so; the others only added to.
OPEN_REASONS = ("wording", "channel", "recommend", "mixture")
# What decides emergencies and what the guard's own patterns are made of: the library's, always.
FIXED = ("persona/nlu/lexicon/signals.yml", "persona/compliance/second_opinion.json")
RULES, GROUPS, DISCLOSURES = "persona/compliance/rules/", "persona/compliance/lexicon/", "persona/compliance/disclosures.yml"
ADDED_TO = ("persona/labels.yml", "domain.yml", DISCLOSURES)  # the bank's entries stand beside the library's


@dataclass(frozen=True)
class Change:
    """A rule or disclosure of the library that a bank has switched off or replaced (`how`: off, replaced), and who says why."""

    id: str
    how: str
    reason: str
    by: str

    def __str__(self) -> str:
        return f"{self.id} {'关掉了' if self.how == 'off' else '换成了本行的'}（{self.reason}；{self.by}）"


def settings(root: Path, base: Mapping[str, Path]) -> tuple[Reader, set[str], list[Change]]:
    """mascot.yml: the files that are off and the changes of the guard."""
    from persona.yamlfile import read
    from persona.yamlvalues import Reader

    reader = Reader(read(root / MARK), SCHEMA)
    reader.only(("schema", "off", "guard"))
    off: set[str] = set()
    for number, pattern in enumerate(reader.texts("off", required=False)):
        hits = {name for name in base if pattern and fnmatchcase(name, pattern)}
        barred = sorted(name for name in hits if not name.startswith(MAY_BE_OFF))
        if not hits:
            reader.bad("P131", ("off", number), f"库里没有「{pattern}」", "写库里的路径，例如 data/nlu/faq/etc_toll.yml；* 代表任意几个字。")
        elif barred:
            reader.bad("P131", ("off", number), f"{barred[0]} 关不掉", "能关的只有：" + "、".join(MAY_BE_OFF) + " 下面的。规则在 guard 里写。")
        else:
            off |= hits
    reader.only(("off", "replaced"), "guard")
    changed: list[Change] = []
    for how in ("off", "replaced"):
        for ident in reader.mapping("guard", how, required=False):
            here = ("guard", how, ident)
            change = Change(ident, how, reader.text(*here, "reason"), reader.text(*here, "by"))
            reader.only(("reason", "by"), *here)
            wrong = _untouchable(ident, how, base)
            if wrong:
                reader.bad("P132", here, *wrong)
            elif change.reason and change.by:
                changed.append(change)
    return reader, off, changed


def _untouchable(ident: str, how: str, base: Mapping[str, Path]) -> tuple[str, str] | None:
    """Why a rule or disclosure of the library may not be changed like this, and what to do."""
    file = base.get(f"{RULES}{ident}.yml")
    if file is None:
        if ident in disclosures(base[DISCLOSURES].read_text(encoding="utf-8")):
            return None if how == "replaced" else (f"披露 {ident} 关不掉", "只能换成本行的说法：写在 guard.replaced 里。")
        return f"库里没有 {ident} 这条规则或披露", "运行 mascot rules 看编号。"
    reason = _reason_of(file.as_posix(), file.stat().st_mtime_ns)
    if reason in OPEN_REASONS:
        return None
    return f"{ident} 关不掉，也换不掉（{reason}）", "能关能换的只有措辞、渠道、替人挑选、混讲四类；别的只能加严：另写一条自己的规则。"


@lru_cache(maxsize=512)
def _reason_of(file: str, stamp: int) -> str:
    found = re.search(r"^reason:\s*(\w+)", Path(file).read_text(encoding="utf-8"), re.M)
    return found.group(1) if found else ""


def forbidden(name: str, file: Path, base: Mapping[str, Path], known: set[str]) -> Problem | None:
    """Why an own file may not stand in the library's place."""
    if name not in base:
        return None
    if name in FIXED or name.startswith(GROUPS):
        return Problem(name, 1, "P132", "", "库里的这个文件换不掉", "危急信号和守门的词表只能用库里的；要加词，另起一个文件，写新的规则。", 1)
    if name.startswith(RULES) and file.stem not in known:
        return Problem(name, 1, "P132", "", f"和库里的规则 {file.stem} 同名，却没有说明",
                       f"加严就换一个编号另写一条；真要换掉它，在 {MARK} 的 guard.replaced 里写上 {file.stem}、理由和姓名。", 1)
    return None


def disclosures(text: str) -> set[str]:
    """The ids in the text of a disclosures.yml."""
    return set(re.findall(r"^([A-Z][\w-]*):", text, re.M))
