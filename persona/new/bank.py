"""`mascot init`: a bank's own project over the installed library. `mascot take`: a library file, to be changed there."""

from __future__ import annotations

import argparse
import re
import shutil
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from string import Template
from tempfile import mkdtemp

from persona import institution, layers
from persona.content import load_content, schemas
from persona.errors import ContentError
from persona.institution import load_institution
from persona.mascot import FOLDER, load_mascots
from persona.new.card import copy_card

DONE, FOUND, BAD_CALL = 0, 1, 2
TEMPLATES = Path(__file__).parent / "templates" / "bank"
_PLACES = "# ── 网点"  # where the part of institution.yml begins that no other bank can use
_WORD = re.compile(r"[^\s\"'{}\[\]:#$\\]{2,20}")
_OWN = re.compile(r"[a-z][a-z0-9_]{1,30}")


@dataclass(frozen=True)
class Wanted:
    """What a bank is called. `mascot` is the id of its card; `like` the card it is copied from, "" to use a shipped one."""

    bank: str
    app: str
    hotline: str
    domain: str
    mascot: str
    name: str
    like: str


def write_project(folder: Path, wanted: Wanted, today: date) -> None:
    """Write the project into `folder`, which does not exist yet or is empty; whole or not at all."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    made = Path(mkdtemp(prefix=".mascot-", dir=folder.parent))
    try:
        made.chmod(0o755)
        _fill(made, wanted, today)
        for part in sorted(made.iterdir()):
            folder.mkdir(exist_ok=True)
            shutil.move(str(part), str(folder / part.name))
    finally:
        shutil.rmtree(made, ignore_errors=True)


def _fill(root: Path, wanted: Wanted, today: date) -> None:
    base = load_institution(institution.DEFAULT)
    home = root / "persona"
    for folder in (home / "mascots" / "avatars", home / "products", home / "compliance" / "rules", root / "data" / "nlu" / "faq", root / "tests" / "conversations"):
        folder.mkdir(parents=True)
    for part in ("products", "compliance/rules", "mascots"):
        (home / part / ".gitkeep").touch()
    (root / "data/nlu/faq/.gitkeep").touch()
    shutil.copytree(schemas.FOLDER, home / "schemas")
    values = {
        "bank": wanted.bank, "name": wanted.name, "today": today.isoformat(),
        "card": f"`persona/mascots/{wanted.mascot}.yml`" if wanted.like else f"`mascot take persona/mascots/{wanted.mascot}.yml`，再改",
    }

    def written(template: str, name: str) -> None:
        (root / name).write_text(Template((TEMPLATES / template).read_text(encoding="utf-8")).safe_substitute(values), encoding="utf-8")

    for template, name in (("mascot.yml", layers.MARK), ("README.md", "README.md"), ("Makefile", "Makefile"), ("gitignore", ".gitignore"),
                           ("labels.yml", "persona/labels.yml"), ("conversation.yml", "tests/conversations/first.yml")):
        written(template, name)
    text = Path(base.source).read_text(encoding="utf-8").partition(_PLACES)[0]
    accounts = f"  accounts: [{wanted.bank}（公众号）]"
    text = re.sub(r"^  accounts:.*$", accounts, text, flags=re.M).replace(base.app, wanted.app).replace(base.name, wanted.bank)
    text = text.replace(base.hotline, wanted.hotline).replace(base.domains[0], wanted.domain)
    text = re.sub(r"^mascot: \w+ ", f"mascot: {wanted.mascot} ", text, flags=re.M)
    text = re.sub(r"^(licence: )\w+.*$", r"\1B0000X000000000       # 占位：换成本行的金融许可证机构编码", text, flags=re.M)
    first, _, rest = text.partition("\n")
    note = "# 占位：行名、热线、网址、菜单路径、网点都是示例，上线前一项一项换成本行的。"
    places = Template((TEMPLATES / "places.yml").read_text(encoding="utf-8")).safe_substitute(values)
    (home / "institution.yml").write_text(f"{first}\n{note}\n{rest}{places}", encoding="utf-8")
    if wanted.like:
        _card(home / "mascots", wanted, base.name)
    for name in ("config.yml", "endpoints.yml", "credentials.yml", "live.yml"):
        shutil.copyfile(layers.library() / name, root / name)
    config = root / "config.yml"
    config.write_text(re.sub(r"^assistant_id: .*$", f"assistant_id: {wanted.mascot}", config.read_text(encoding="utf-8"), flags=re.M), encoding="utf-8")


def _card(folder: Path, wanted: Wanted, bank: str) -> None:
    """The bank's own card, and the drawing of the one it is copied from."""
    like = load_mascots(FOLDER)[wanted.like]
    card = copy_card(FOLDER, folder, wanted.mascot, wanted.like, wanted.name)
    first, _, rest = card.read_text(encoding="utf-8").replace(bank, wanted.bank).partition("\n")
    note = f"# 占位：照{like.name}的卡片抄的，只换了名字。样子、脾气、问候、口头禅、拒绝的话和画像，一条条换成本行自己的。"
    card.write_text(f"{first}\n{note}\n{rest}", encoding="utf-8")
    if like.avatar_file.is_file():
        picture = like.avatar_file.read_text(encoding="utf-8").replace(like.name, wanted.name)
        (folder / "avatars" / f"{wanted.mascot}.svg").write_text(picture, encoding="utf-8")


def _problem(args: argparse.Namespace, folder: Path) -> str:
    """Why the project cannot be written like this, or ""."""
    if folder.exists() and (not folder.is_dir() or any(one.name != ".git" for one in folder.iterdir())):
        return f"{folder} 里已经有东西，没有动它。换一个空的文件夹。"
    shipped = load_mascots(FOLDER)
    for option, value in (("--bank", args.bank), ("--app", args.app), ("--name", args.name)):
        if value and not _WORD.fullmatch(value):
            return f"{option} 写 2 到 20 个字，不带空格、引号、括号、冒号和 #：「{value}」不行。"
    if not re.fullmatch(r"[0-9Xx+ -]{3,20}", args.hotline):
        return f"--hotline 写电话号码，例如 95XXX1：「{args.hotline}」不行。"
    if not re.fullmatch(r"[a-z0-9-]+(\.[a-z0-9-]+)+", args.domain):
        return f"--domain 写本行网址，例如 bank.example：「{args.domain}」不行。"
    if args.like not in shipped:
        return f"没有「{args.like}」这个形象可以照着抄。可选：{'、'.join(shipped)}。"
    if not _OWN.fullmatch(args.mascot):
        return f"--mascot 写形象的英文名，小写字母、数字和下划线，字母开头：「{args.mascot}」不行。"
    if args.mascot in shipped and args.name:
        return f"{args.mascot} 是库里的形象，名字在它的卡片上；要起新名字，--mascot 换一个英文名。"
    return ""


def init_main(argv: Sequence[str]) -> int:
    """Run `mascot init`; exit 0 written, 2 bad call."""
    ap = argparse.ArgumentParser(prog="mascot init", description="新建一家银行自己的项目：规则和话术从库里来，行名、形象、内容是自己的。建好就能训练、能聊。")
    ap.add_argument("dir", help="新文件夹")
    ap.add_argument("--bank", default="青篱银行", help="行名（默认青篱银行，虚构）")
    ap.add_argument("--app", help="APP 的名字（默认行名后面加 APP）")
    ap.add_argument("--hotline", default="95XXX1", help="客服热线（默认 95XXX1，占位）")
    ap.add_argument("--domain", default="bank.example", help="本行网址（默认 bank.example，占位）")
    ap.add_argument("--mascot", default="own_mascot", help="形象的英文名；写库里有的（如 xiaolanghua）就直接用它（默认 own_mascot）")
    ap.add_argument("--name", help="形象的中文名（默认小篱笆）")
    ap.add_argument("--like", default="xiaofumiao", help="新形象照库里哪一位的卡片抄（默认 xiaofumiao）")
    args = ap.parse_args(argv)
    folder = Path(args.dir)
    wrong = _problem(args, folder)
    if wrong:
        print(wrong, file=sys.stderr)
        return BAD_CALL
    shipped = load_mascots(FOLDER)
    known = args.mascot in shipped
    wanted = Wanted(args.bank, args.app or f"{args.bank}APP", args.hotline, args.domain, args.mascot,
                    shipped[args.mascot].name if known else args.name or "小篱笆", "" if known else args.like)
    try:
        write_project(folder, wanted, load_institution(institution.DEFAULT).today())
    except FileExistsError as taken:
        print(f"名字有人用了：{taken}。用 --name 换一个中文名。", file=sys.stderr)
        return BAD_CALL
    except OSError as problem:
        print(f"写不进去：{problem}", file=sys.stderr)
        return BAD_CALL
    print(f"写好了：{folder}（{wanted.bank}，形象{wanted.name}；行名、热线、菜单都是占位，见 README.md）")
    for number, step in enumerate((
        f"cd {folder}", "mascot train && mascot chat", "改 persona/institution.yml：行名、热线、菜单、网点换成真的。",
        "用库里的形象，改台词先 mascot take。" if known else f"改 persona/mascots/{wanted.mascot}.yml：样子、脾气、台词换成自己的。",
        "mascot lint && mascot test",
    ), 1):
        print(f"  {number}. {step}")
    return DONE


def _named(root: Path, name: str) -> str | None:
    """The library file an editor means: a path, a topic or an answer."""
    path = name.removeprefix(layers.IN_LIBRARY)
    if path in layers.files_of_library():
        return path
    content = load_content(root)
    bare = name.removeprefix("utter_")
    if bare in content.topics:
        return content.topics[bare].file.removeprefix(layers.IN_LIBRARY)
    group = content.responses.get(f"utter_{bare}")
    return group[0].file.removeprefix(layers.IN_LIBRARY) if group else None


def take_main(argv: Sequence[str]) -> int:
    """Run `mascot take`; exit 0 copied or there already, 2 bad call."""
    ap = argparse.ArgumentParser(prog="mascot take", description="把库里的一个文件抄到本行项目里，改这一份；库更新时它不会跟着变。")
    ap.add_argument("name", help="话题（faq/lost_card）、回答，或库里的路径")
    args = ap.parse_args(argv)
    root = Path.cwd()
    if not layers.is_own(root):
        print(f"这里没有 {layers.MARK}，不是本行自己的项目；直接改文件就行。", file=sys.stderr)
        return BAD_CALL
    try:
        name = _named(root, args.name)
    except ContentError as error:
        print(error, file=sys.stderr)
        return FOUND
    if name is None:
        print(f"库里没有「{args.name}」。写话题的名字，或者 mascot lint 里看到的路径。", file=sys.stderr)
        return BAD_CALL
    if (root / name).exists():
        print(f"已经在本行项目里了：{name}")
        return DONE
    if name in layers.FIXED or name.startswith((layers.RULES, layers.GROUPS)) or name in layers.ADDED_TO:
        print(f"{name} 不能整份换掉：规则和披露只能加，标签和意图只写新增的（见 README.md）。", file=sys.stderr)
        return BAD_CALL
    layers.taken_over(root, layers.IN_LIBRARY + name)
    print(f"抄好了：{name}。改完运行 mascot lint。")
    return DONE
