"""A bank's own project: its folder over the library's, assembled in ``build/project``.

A folder with a ``mascot.yml`` is such a project. Everything of the library holds there; a file of the same relative name
in the folder wins, a new one is added, ``off:`` leaves one out. The assembled tree is links, so that a change of a file
needs no new assembly; whoever loads content asks :func:`current` where it stands now.

What a bank may change, and how, stands in ``allowed.py``; ``merge.py`` puts entries and files together.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from persona.errors import Problem
from persona.layers import allowed
from persona.layers.allowed import ADDED_TO, FIXED, GROUPS, MARK, RULES, SCHEMA, Change
from persona.layers.merge import Without, merged

__all__ = [
    "ADDED_TO", "FIXED", "GROUPS", "MARK", "RULES", "SCHEMA", "Change", "Project", "assembled", "changes", "current",
    "data_of", "files_of_library", "forget", "is_own", "library", "own_home", "reminders", "shown", "taken_over", "to_read",
]

VIEW = Path("build") / "project"
PACKAGE = Path(__file__).parents[1]
IN_LIBRARY = "库/"  # how a file of the library is named to an editor
_STAMP = ".assembled"
_HOME = (
    "*.yml", "mascots/*.yml", "mascots/avatars/*.svg", "products/*.yml", "giveaways/*.yml", "quiz/items/*.yml", "nlu/lexicon/*.yml",
    "compliance/*.yml", "compliance/*.json", "compliance/rules/*.yml", "compliance/lexicon/*",
)
INHERITED = ("domain.yml", "data/**/*.yml", *(f"persona/{one}" for one in _HOME))
# A file of a bank in place of one of these protects nobody when the library learns more: said at every check.
REMINDED = ("data/nlu/scam/", "data/nlu/dialogue/", "data/rules/")


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
        target.write_bytes((assembled(root).view / name.removeprefix(IN_LIBRARY)).read_bytes())
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
    reader, off, changed = allowed.settings(root, base)
    problems = reader.problems
    parts: dict[str, Path | str] = {name: file for name, file in base.items() if name not in off}
    known = {change.id for change in changed}
    for change in changed:
        if change.how == "off":
            parts.pop(f"{RULES}{change.id}.yml", None)
    without = Without(off, base)
    if without:
        parts = {name: without.filtered(name, file) for name, file in base.items() if name in parts}
    for name, file in own.items():
        wrong = allowed.forbidden(name, file, base, known)
        if wrong:
            problems.append(wrong)
        elif name in ADDED_TO and name in base:
            text = merged(name, base[name], file, known, problems)
            if text is not None:
                parts[name] = text
        else:
            parts[name] = file
    view = root / VIEW
    _write(view, parts, _fingerprint(root, base, own))
    project = Project(root, view, tuple(changed), tuple(sorted(problems)), frozenset(own))
    _cache[root] = project
    return project


def reminders(project: Project) -> Iterable[Problem]:
    """What a bank has changed of what protects its customers: allowed, and said at every check."""
    from persona.yamlfile import read

    document = read(project.root / MARK)
    for change in project.changes:
        line, column = document.place(("guard", change.how, change.id))
        yield Problem(document.file, line, "P133", f"guard.{change.how}", f"守门改了：{change}", "到期、换人或库更新时再看一次还要不要。", column, change.id)
    base = files_of_library()
    for name in sorted(project.own):
        if name in base and name.startswith(REMINDED):
            yield Problem(name, 1, "P134", "", "换掉了库里的同名文件", "库更新时这里不会跟着变；只想加几句，就另起一个文件。", 1)


def _own_files(root: Path) -> dict[str, Path]:
    found = {}
    for pattern in (*INHERITED, "data/**/*.yaml"):
        for file in root.glob(pattern):
            name = file.relative_to(root).as_posix()
            if file.is_file() and not file.name.startswith("."):
                found[name] = file
    return found


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
    from tempfile import NamedTemporaryFile  # with what most starts do not need

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
