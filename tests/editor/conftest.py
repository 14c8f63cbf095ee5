"""One copy of the whole project a session, put back after each test: what has not changed is not read again."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterator
from datetime import date, datetime, timedelta, timezone
from pathlib import Path

import pytest

from persona.content.checks import check_project
from persona.content.house import load_house
from persona.content.passed import CACHE, code
from persona.institution import clock
from persona.lint import KEPT as READ
from persona.yamlkept import kept

ROOT = Path(__file__).resolve().parents[2]
TODAY = date(2026, 12, 1)  # not before the newest review in the content
DUE = ("P304", "P516", "P650", "P686")  # what is due within thirty days depends on the day a command is run
NOON = datetime(2026, 12, 1, 12, tzinfo=timezone(timedelta(hours=8)))
KEPT = "build"  # what the linter remembers


class Copy:
    """The project's content in a folder of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        for name in ("data", "persona", "actions", "tests/conversations"):
            shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
        for name in ("domain.yml", "config.yml", "credentials.yml", "endpoints.yml", "live.yml"):
            shutil.copy(ROOT / name, folder)
        for file in (folder / "persona" / "figures.yml", *(folder / "persona" / "products").glob("*.yml")):
            text = file.read_text(encoding="utf-8")
            later = re.sub(r"""((?:review_by|until): ["']?)2026-12-\d\d""", r"\g<1>2027-06-30", text)
            if later != text:  # what falls due soon is told by the calendar, not by what a test breaks
                file.write_text(later, encoding="utf-8")
        self.first = self._stamps()
        self.content = {file: Path(file).read_bytes() for file in self.first}

    def _stamps(self) -> dict[str, tuple[int, int]]:
        """When each file was written, and its size; folders are left out."""
        found = {}
        for here, below, names in os.walk(self.folder):
            if Path(here) == self.folder:
                below[:] = [name for name in below if name != KEPT]
            for name in names:
                file = os.path.join(here, name)
                stat = os.stat(file)
                found[file] = stat.st_mtime_ns, stat.st_size
        return found

    def put_back(self) -> None:
        """Every file as it was, its time too; what was added is removed."""
        now = self._stamps()
        for name in now.keys() - self.first.keys():
            os.unlink(name)
        for here, _, _ in os.walk(self.folder, topdown=False):
            if not os.listdir(here):  # also where a test has removed its own file
                os.rmdir(here)
        for name, stamp in self.first.items():
            if now.get(name) != stamp:
                file = Path(name)
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_bytes(self.content[name])
                os.utime(file, ns=(stamp[0], stamp[0]))


@pytest.fixture(scope="session")
def copied(tmp_path_factory: pytest.TempPathFactory) -> Copy:
    if not (ROOT / "data" / "nlu").is_dir():
        pytest.skip("the library is tested without its content")
    return Copy(tmp_path_factory.mktemp("project"))


@pytest.fixture(scope="session")
def reviewed(copied: Copy) -> bytes:
    """What passed in the whole project, as the linter keeps it for the next time; what was read stands beside it."""
    with pytest.MonkeyPatch.context() as here, clock(NOON), kept(copied.folder / READ, code()):
        here.chdir(copied.folder)
        check_project(load_house(copied.folder, TODAY))
    return (copied.folder / CACHE).read_bytes()


@pytest.fixture
def whole(copied: Copy, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The whole project on the day of `TODAY`, and the current folder; a test may change what it likes."""
    monkeypatch.chdir(copied.folder)
    with clock(NOON):
        yield copied.folder
    copied.put_back()


@pytest.fixture
def project(whole: Path) -> Path:
    """The project a test works on; some files have a smaller one of their own."""
    return whole
