"""The command `mascot new`."""

from __future__ import annotations

import argparse
import os
import re
import sys
from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path
from string import Template

from persona.content import schemas
from persona.content.house import home_of
from persona.errors import ContentError
from persona.institution import load_institution
from persona.layers import own_home
from persona.mascot import load_mascot, load_mascots
from persona.new.card import copy_card
from persona.new.drafts import FOLDER, check_draft, place_of

DONE, FOUND, BAD_CALL = 0, 1, 2
TEMPLATES = Path(__file__).parent / "templates"
KINDS = {"faq": "nlu/faq", "scam": "nlu/scam", "scene": "nlu/chitchat", "column": "nlu/columns", "product": "products", "rule": "rules"}
_ID = {"column": r"[a-z][a-z0-9_]*\.[a-z][a-z0-9_]*", "rule": r"[A-Z]{2}-\d{2}[a-z]?"}
_SHAPE = {"column": "形象.栏目 的样子，例如 xiaoshizi.garden", "rule": "两个大写字母加编号，例如 NM-44"}


def _template(name: str) -> Template:
    return Template((TEMPLATES / f"{name}.yml").read_text(encoding="utf-8"))


def _skeleton(kind: str, ident: str, title: str, today: date) -> str:
    """The text of a new file."""
    values = {
        "id": ident, "title": title, "today": today.isoformat(), "yesterday": (today - timedelta(1)).isoformat(),
        "start": (today + timedelta(7)).isoformat(), "expires": (today + timedelta(182)).isoformat(), "bank": load_institution().name,
    }
    if kind == "scene":
        one = _template("scene_variation")
        values["variations"] = "".join(
            one.substitute(values, mascot=mascot.id, name=mascot.name, gesture=mascot.gesture["name"], duty=mascot.duty["rule"])
            for mascot in load_mascots().values()).rstrip("\n")
    return _template(kind).substitute(values)


def _mark(kind: str, file: Path, root: Path) -> str:
    """The first line, which names the schema for editors that know YAML."""
    own = {"product": "product", "rule": "rule"}.get(kind, "topic")
    folder = root / "persona" / "schemas"
    up = "../" * (len(file.parent.relative_to(root).parts))
    return f"{schemas.MARK}{up}persona/schemas/{own}.json\n" if folder.is_dir() else ""


def new_text(root: Path, kind: str, ident: str, title: str, today: date) -> str:
    """The whole text of a new draft."""
    return _mark(kind, root / FOLDER / KINDS[kind] / f"{ident}.yml", root) + _skeleton(kind, ident, title, today)


def write_draft(root: Path, kind: str, ident: str, title: str, today: date) -> Path:
    """Write the draft; raises FileExistsError when it, or what it would become, is there already."""
    file = root / FOLDER / KINDS[kind] / f"{ident}.yml"
    for taken in (file, place_of(root, file)):
        if taken.exists():
            raise FileExistsError(os.path.relpath(taken, root))
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(new_text(root, kind, ident, title, today), encoding="utf-8")
    return file


def unfit(kind: str, ident: str, title: str) -> str:
    """Why a new file cannot be called so, or ""."""
    if not re.fullmatch(_ID.get(kind, r"[a-z][a-z0-9_]*"), ident):
        return f"「{ident}」不能当名字，写成{_SHAPE.get(kind, '小写字母、数字和下划线，字母开头')}。"
    if not re.fullmatch(r"[^\s\"'{}\[\]:#$\\]{1,20}", title):
        return "写上中文名字（--title），1 到 20 个字，不带空格、引号和括号，例如 保管箱。"
    return ""


def next_steps(kind: str, ident: str, title: str, draft: str, place: str) -> list[str]:
    """What the editor does now."""
    steps = [f"改 {draft}，注释里写着每一格填什么。"]
    if kind != "rule":
        steps.append(f"看看效果：mascot preview {draft}")
    steps.append(f"检查：mascot lint {draft}")
    group = {"faq": "faq", "scam": "scam"}.get(kind)
    if group:
        steps.append(f"在 persona/labels.yml 的 {group}: 下面加一行：{ident}: {title}")
    if kind == "scam":
        steps.append(f"在 persona/quiz/items/{ident}.yml 出几道反诈题（编辑手册「加一道反诈题」）。")
    if kind == "column":
        mascot, _, column = ident.partition(".")
        steps.append(f"在 persona/mascots/{mascot}.yml 的 extensions.columns 下面加一行：- {{id: {column}, name: {title}, aliases: [{title}]}}")
    if kind == "product":
        steps.append(f"写完搬过去：mv {draft} {place}")
        steps.append(f"交给批准人：mascot approve {ident} --by 姓名 --role 岗位 --until 日期")
        return steps
    steps.append(f"写完搬过去：mv {draft} {place}" + ("" if kind == "rule" else "，然后 mascot train"))
    return steps


def _tell(steps: Sequence[str]) -> None:
    print("接下来：")
    for number, step in enumerate(steps, 1):
        print(f"  {number}. {step}")


def _new_mascot(root: Path, ident: str, like: str, name: str) -> int:
    card = copy_card(home_of(root) / "mascots", own_home(root) / "mascots", ident, like, name)
    load_mascot(card)
    shown = card.resolve().relative_to(root.resolve()).as_posix() if card.resolve().is_relative_to(root.resolve()) else str(card)
    print(f"写好了：{shown}（照 {like} 抄的，栏目没有抄）")
    _tell([
        f"改 {shown}：样子、脾气、口头禅、问候、拒绝的话，一条条换成它自己的。",
        f"检查：mascot lint {shown}",
        f"看看效果：mascot preview food --mascot {ident}",
        "闲聊场景先说通用的那一条；想要它自己的话，在 data/nlu/chitchat/ 里加一条，condition 的 mascot 写 " + ident + "。",
        f"mascot train，再 mascot chat，说「换{name}来」。",
    ])
    return DONE


def main(argv: Sequence[str]) -> int:
    """Run the command; exit 0 written and clean, 1 written but the linter has something to say, 2 bad call."""
    ap = argparse.ArgumentParser(prog="mascot new", description="新建一条：写出带注释、能通过检查的文件，放在 drafts/ 里，写完再搬进项目。")
    ap.add_argument("kind", choices=[*KINDS, "mascot"], help="faq 话题，scam 骗局，scene 闲聊场景，column 栏目，product 产品页，rule 合规规则，mascot 形象")
    ap.add_argument("id", help="英文名字，小写和下划线；栏目写 形象.栏目，规则写 NM-44 的样子")
    ap.add_argument("--title", help="中文名字，例如 保管箱")
    ap.add_argument("--like", default="xiaofumiao", help="形象照哪一个抄（默认 xiaofumiao）")
    args = ap.parse_args(argv)
    root = Path.cwd()
    if not (root / "data").is_dir():
        print("这里没有 data 文件夹；请在项目文件夹里运行。", file=sys.stderr)
        return BAD_CALL
    wrong = unfit(args.kind, args.id, args.title or "")
    if wrong:
        print(wrong, file=sys.stderr)
        return BAD_CALL
    bank = load_institution()
    try:
        if args.kind == "mascot":
            return _new_mascot(root, args.id, args.like, args.title)
        if args.kind == "column" and args.id.split(".")[0] not in load_mascots():
            print(f"没有「{args.id.split('.')[0]}」这个形象。可选：{'、'.join(load_mascots())}。", file=sys.stderr)
            return BAD_CALL
        draft = write_draft(root, args.kind, args.id, args.title, bank.today())
    except FileExistsError as taken:
        print(f"已经有了：{taken}，没有动它。换一个名字，或者直接改那个文件。", file=sys.stderr)
        return BAD_CALL
    except FileNotFoundError as missing:
        print(f"没有这个文件：{missing.filename}", file=sys.stderr)
        return BAD_CALL
    except ContentError as error:
        print(error, file=sys.stderr)
        return FOUND
    problems, _ = check_draft(root, draft)
    for problem in problems:
        print(problem)
    shown = draft.relative_to(root).as_posix()
    place = place_of(root, draft)
    print(f"写好了：{shown}")
    _tell(next_steps(args.kind, args.id, args.title, shown, place.relative_to(root).as_posix() if place.is_relative_to(root) else str(place)))
    return FOUND if problems else DONE


