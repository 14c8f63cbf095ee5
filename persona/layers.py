"""A bank's own project: its folder over the library's, assembled in ``build/project``.

A folder with a ``mascot.yml`` is such a project. Everything of the library holds there; a file of the same relative name
in the folder wins, a new one is added, ``off:`` leaves one out. The assembled tree is links, so that a change of a file
needs no new assembly; whoever loads content asks :func:`current` where it stands now.

What makes the guard weaker is never a matter of a file name alone: ``guard:`` in ``mascot.yml`` names each rule that is
off or replaced, with a reason and a name, and some rules cannot be touched at all (docs/own-project.md).
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from functools import lru_cache
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from persona.errors import Problem
    from persona.yamlfile import Reader

MARK = "mascot.yml"
SCHEMA = "mascot-project/1"
VIEW = Path("build") / "project"
PACKAGE = Path(__file__).parent
IN_LIBRARY = "库/"  # how a file of the library is named to an editor
_STAMP = ".assembled"
_HOME = (
    "*.yml", "mascots/*.yml", "mascots/avatars/*.svg", "products/*.yml", "giveaways/*.yml", "quiz/items/*.yml", "nlu/lexicon/*.yml",
    "compliance/*.yml", "compliance/*.json", "compliance/rules/*.yml", "compliance/lexicon/*",
)
INHERITED = ("domain.yml", "data/**/*.yml", *(f"persona/{one}" for one in _HOME))
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
LABELS, DOMAIN = "persona/labels.yml", "domain.yml"
ADDED_TO = (LABELS, DOMAIN, DISCLOSURES)  # the bank's entries stand beside the library's
WATCHED = ("data/nlu/scam/", "data/nlu/dialogue/", "data/rules/")


@dataclass(frozen=True)
class Change:
    """A rule or disclosure of the library that a bank has switched off or replaced (`how`: off, replaced), and who says why."""

    id: str
    how: str
    reason: str
    by: str

    def __str__(self) -> str:
        return f"{self.id} {'关掉了' if self.how == 'off' else '换成了本行的'}（{self.reason}；{self.by}）"


@dataclass(frozen=True)
class Project:
    """An assembled project: where it stands, what of the guard was changed, what is wrong with it."""

    root: Path
    view: Path
    changes: tuple[Change, ...] = ()
    problems: tuple[Problem, ...] = ()
    own: frozenset[str] = field(default=frozenset(), repr=False)


def library() -> Path:
    """Where the library's data/ and domain.yml stand: in the source tree, or packed into the installed package."""
    packed = PACKAGE / "library"
    return packed if packed.is_dir() else PACKAGE.parent


def is_own(root: Path) -> bool:
    """Whether `root` is a project over the library."""
    return (root / MARK).is_file()


def files_of_library() -> dict[str, Path]:
    """Relative name -> file, for all that is inherited."""
    found = {}
    for pattern in INHERITED:
        base = PACKAGE.parent if pattern.startswith("persona/") else library()
        for file in base.glob(pattern):
            if file.is_file() and not file.name.startswith("."):
                found[file.relative_to(base).as_posix()] = file
    return found


def current(path: Path) -> Path:
    """A path of the package, or one relative to the project, as it is in force in the working directory.

    Raises ContentError when the project's mascot.yml, or what it does to the library, is wrong.
    """
    root = Path.cwd()
    if not is_own(root):
        return path
    if path.is_absolute():
        if not path.is_relative_to(PACKAGE):
            return path
        path = Path("persona") / path.relative_to(PACKAGE)
    project = _known(root)
    _refuse(project)
    return project.view / path


def changes() -> tuple[Change, ...]:
    """What the project in the working directory has changed of the guard."""
    root = Path.cwd()
    return _known(root).changes if is_own(root) else ()


def own_home(root: Path) -> Path:
    """The folder a project's cards, sheets and rules are written to."""
    own = root / "persona"
    return own if is_own(root) or (own / "institution.yml").is_file() else PACKAGE


def data_of(root: Path) -> Path:
    """The folder with a project's examples and answers; of the library's own where `root` is a bank's."""
    return _known(root).view / "data" if is_own(root) else root / "data"


def taken_over(root: Path, shown: str | Path) -> Path:
    """The file an editor may write for the one named `shown`; a library file is copied into the project first."""
    name = str(shown)
    if not name.startswith(IN_LIBRARY):
        return root / name
    target = root / name.removeprefix(IN_LIBRARY)
    if not target.exists():
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(assembled(root).view / name.removeprefix(IN_LIBRARY), target)
        assembled(root)
    return target


def to_read(root: Path, shown: str) -> Path:
    """The file that was named `shown` to an editor, where it can be read."""
    return _known(root).view / shown.removeprefix(IN_LIBRARY) if shown.startswith(IN_LIBRARY) else root / shown


def shown(path: Path) -> str | None:
    """How a file of an assembled tree is named to an editor: by its place in the project, or in the library."""
    text = path.as_posix()
    before, found, name = text.partition(VIEW.as_posix() + "/")
    if not found:
        return None
    root = Path(before or ".")
    if not is_own(root):
        return None
    return name if (root / name).is_file() else IN_LIBRARY + name


_cache: dict[Path, Project] = {}


def _known(root: Path) -> Project:
    """As last assembled in this process."""
    root = root.resolve()
    return _cache.get(root) or assembled(root)


def forget() -> None:
    """Look again, for tests."""
    _cache.clear()


def _refuse(project: Project) -> None:
    if project.problems:
        from persona.errors import ContentError

        raise ContentError(project.problems)


def assembled(root: Path) -> Project:
    """Assemble the project in `root` as its files are now; what must not be is left out and told in ``problems``."""
    root = root.resolve()
    base, own = files_of_library(), _own_files(root)
    reader, off, changed = _settings(root, base)
    problems = reader.problems
    parts: dict[str, Path | str] = {name: file for name, file in base.items() if name not in off}
    known = {change.id for change in changed}
    for change in changed:
        if change.how == "off":
            parts.pop(f"{RULES}{change.id}.yml", None)
    without = _Without(off, base)
    if without:
        parts = {name: without.filtered(name, file) for name, file in base.items() if name in parts}
    for name, file in own.items():
        wrong = _forbidden(name, file, base, known)
        if wrong:
            problems.append(wrong)
        elif name in ADDED_TO and name in base:
            merged = _merged(name, base[name], file, known, problems)
            if merged is not None:
                parts[name] = merged
        else:
            parts[name] = file
    view = root / VIEW
    _write(view, parts, _fingerprint(root, base, own))
    project = Project(root, view, tuple(changed), tuple(sorted(problems)), frozenset(own))
    _cache[root] = project
    return project


def reminders(project: Project) -> Iterable[Problem]:
    """What a bank has changed of what protects its customers: allowed, and said at every check."""
    from persona.errors import Problem
    from persona.yamlfile import read

    document = read(project.root / MARK)
    for change in project.changes:
        line, column = document.place(("guard", change.how, change.id))
        yield Problem(document.file, line, "P133", f"guard.{change.how}", f"守门改了：{change}", "到期、换人或库更新时再看一次还要不要。", column, change.id)
    base = files_of_library()
    for name in sorted(project.own):
        if name in base and name.startswith(WATCHED):
            yield Problem(name, 1, "P134", "", "换掉了库里的同名文件", "库更新时这里不会跟着变；只想加几句，就另起一个文件。", 1)


def _own_files(root: Path) -> dict[str, Path]:
    found = {}
    for pattern in (*INHERITED, "data/**/*.yaml"):
        for file in root.glob(pattern):
            name = file.relative_to(root).as_posix()
            if file.is_file() and not file.name.startswith("."):
                found[name] = file
    return found


def _settings(root: Path, base: Mapping[str, Path]) -> tuple[Reader, set[str], list[Change]]:
    """mascot.yml: the files that are off and the changes of the guard."""
    from persona.yamlfile import Reader, read

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
        if ident in _disclosures(base[DISCLOSURES].read_text(encoding="utf-8")):
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


def _forbidden(name: str, file: Path, base: Mapping[str, Path], known: set[str]) -> Problem | None:
    """Why an own file may not stand in the library's place."""
    from persona.errors import Problem

    if name not in base:
        return None
    if name in FIXED or name.startswith(GROUPS):
        return Problem(name, 1, "P132", "", "库里的这个文件换不掉", "危急信号和守门的词表只能用库里的；要加词，另起一个文件，写新的规则。", 1)
    if name.startswith(RULES) and file.stem not in known:
        return Problem(name, 1, "P132", "", f"和库里的规则 {file.stem} 同名，却没有说明",
                       f"加严就换一个编号另写一条；真要换掉它，在 {MARK} 的 guard.replaced 里写上 {file.stem}、理由和姓名。", 1)
    return None


def _disclosures(text: str) -> set[str]:
    return set(re.findall(r"^([A-Z][\w-]*):", text, re.M))


def _merged(name: str, base: Path, own: Path, known: set[str], problems: list[Problem]) -> str | None:
    """The library's file with the bank's entries beside its own; None when the bank's cannot be read."""
    import yaml

    from persona.errors import Problem
    from persona.yamlfile import read

    document = read(own)
    if document.broken or not isinstance(document.data, dict):
        problems += document.problems
        return None
    text = base.read_text(encoding="utf-8")
    if name == DISCLOSURES:
        replaced = set(document.data) & _disclosures(text)
        for ident in sorted(replaced - known):
            line, column = document.place((ident,))
            problems.append(Problem(document.file, line, "P132", ident, f"披露 {ident} 库里已经有，却没有说明",
                                    f"在 {MARK} 的 guard.replaced 里写上它、理由和姓名。", column, ident))
        loaded = {**yaml.load(text, Loader=yaml.CSafeLoader), **{k: v for k, v in document.data.items() if k not in replaced or k in known}}
    else:
        loaded = _joined(yaml.load(text, Loader=yaml.CSafeLoader), document.data)
    return _dumped(loaded)


def _joined(base: Any, own: Any) -> Any:
    """Mappings entry by entry, lists one behind the other, else the bank's."""
    if isinstance(base, dict) and isinstance(own, dict):
        return {**base, **{key: _joined(base[key], value) if key in base else value for key, value in own.items()}}
    if isinstance(base, list) and isinstance(own, list):
        return base + [item for item in own if item not in base]
    return base if own is None else own


class _Without:
    """Leaves out of the library's files what leads to topics and mascots that are off."""

    def __init__(self, off: set[str], base: Mapping[str, Path]) -> None:
        self.mascots = {Path(name).stem for name in off if re.fullmatch(r"persona/mascots/[^/]+\.yml", name)}
        self.topics = {intent for name in off if name.startswith("data/")
                       for intent in re.findall(r"^- intent:\s*([\w./]+)", base[name].read_text(encoding="utf-8"), re.M)}
        words = sorted({*self.mascots, *(f"/{topic}" for topic in self.topics)}, key=len, reverse=True)
        self.named = re.compile("|".join(map(re.escape, words))) if words else None

    def __bool__(self) -> bool:
        return self.named is not None

    def filtered(self, name: str, file: Path) -> Path | str:
        """The file itself, or its text without what is off."""
        if not self.named or not name.startswith("data/nlu/"):
            return file
        text = file.read_text(encoding="utf-8")
        if not self.named.search(text):
            return file
        import yaml

        data = yaml.load(text, Loader=yaml.CSafeLoader)
        groups = data.get("responses") if isinstance(data, dict) else None
        if not isinstance(groups, dict):
            return file
        data["responses"] = {key: kept for key, group in groups.items() if (kept := self._kept(key, group))}
        return _dumped(data)

    def _kept(self, key: str, group: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
        parts = key.split(".")
        if parts[0] in ("utter_column", "utter_lesson") and parts[1:2] and parts[1] in self.mascots:
            return []
        kept = []
        for one in group:
            if any(c.get("name") == "mascot" and c.get("value") in self.mascots for c in one.get("condition") or ()):
                continue
            buttons = [b for b in one.get("buttons") or () if str(b.get("payload", "")).split("{")[0][1:] not in self.topics]
            rest = {k: v for k, v in one.items() if k != "buttons"}
            kept.append({**rest, "buttons": buttons} if buttons else rest)
        return kept


def _dumped(data: Any) -> str:
    """YAML that reads as its source did: several lines as a block, examples among them."""
    import yaml

    class Dumper(yaml.SafeDumper):
        """Blocks for several lines."""

    def text(dumper: Any, value: str) -> Any:
        return dumper.represent_scalar("tag:yaml.org,2002:str", value, style="|" if value.startswith("- ") and "\n" in value else None)

    Dumper.add_representer(str, text)
    return yaml.dump(data, Dumper=Dumper, allow_unicode=True, sort_keys=False, width=10**6)


def _fingerprint(root: Path, base: Mapping[str, Path], own: Mapping[str, Path]) -> str:
    digest = hashlib.sha256((root / MARK).read_bytes())
    for name, file in sorted([*base.items(), *own.items()]):
        stat = file.stat()
        digest.update(f"{name} {file} {stat.st_mtime_ns} {stat.st_size}\n".encode())
    return digest.hexdigest()


def _write(view: Path, parts: Mapping[str, Path | str], stamp: str) -> None:
    """Make the tree what `parts` says, each change in one step; a tree that is so already is not touched."""
    mark = view / _STAMP
    if mark.is_file() and mark.read_text(encoding="utf-8") == stamp:
        return
    view.mkdir(parents=True, exist_ok=True)
    for name, part in parts.items():
        target = view / name
        if isinstance(part, Path) and target.is_symlink() and os.readlink(target) == str(part):
            continue
        target.parent.mkdir(parents=True, exist_ok=True)
        with NamedTemporaryFile("w", dir=view, prefix=".new-", encoding="utf-8", delete=False) as new:
            new.write(part if isinstance(part, str) else "")
        if isinstance(part, Path):
            os.unlink(new.name)
            os.symlink(part, new.name)
        os.replace(new.name, target)
    for file in view.rglob("*"):
        if (file.is_file() or file.is_symlink()) and file.relative_to(view).as_posix() not in parts and not file.name.startswith("."):
            file.unlink(missing_ok=True)
    mark.write_text(stamp, encoding="utf-8")
