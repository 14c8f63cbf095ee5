"""One copy of the whole project a session, put back after each test: what has not changed is not read again."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from persona.content.checks import check_project
from persona.content.house import load_house
from persona.content.passed import CACHE

ROOT = Path(__file__).resolve().parents[2]
TODAY = date(2026, 11, 30)  # not before the newest review in the content
KEPT = "build"  # what the linter remembers


class Copy:
    """The project's content in a folder of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        for name in ("data", "persona", "actions", "tests/conversations"):
            shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
        for name in ("domain.yml", "config.yml", "credentials.yml", "endpoints.yml", "live.yml"):
            shutil.copy(ROOT / name, folder)
        self.first = {file: (self._stamp(file), file.read_bytes()) for file in self._files()}

    def _files(self) -> list[Path]:
        return [file for file in self.folder.rglob("*") if file.is_file() and file.relative_to(self.folder).parts[0] != KEPT]

    @staticmethod
    def _stamp(file: Path) -> tuple[int, int]:
        return file.stat().st_mtime_ns, file.stat().st_size

    def put_back(self) -> None:
        """Every file as it was, its time too; what was added is removed."""
        now = set(self._files())
        for file in now - set(self.first):
            file.unlink()
        for file, (stamp, content) in self.first.items():
            if file not in now or self._stamp(file) != stamp:
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_bytes(content)
                os.utime(file, ns=(stamp[0], stamp[0]))
        for folder in sorted((one for one in self.folder.rglob("*") if one.is_dir()), reverse=True):
            if not any(folder.iterdir()):
                folder.rmdir()


@pytest.fixture(scope="session")
def copied(tmp_path_factory: pytest.TempPathFactory) -> Copy:
    if not (ROOT / "data" / "nlu").is_dir():
        pytest.skip("the library is tested without its content")
    return Copy(tmp_path_factory.mktemp("project"))


@pytest.fixture(scope="session")
def reviewed(copied: Copy) -> bytes:
    """What passed in the whole project, as the linter keeps it for the next time."""
    with pytest.MonkeyPatch.context() as here:
        here.chdir(copied.folder)
        check_project(load_house(copied.folder, TODAY))
    return (copied.folder / CACHE).read_bytes()


@pytest.fixture
def whole(copied: Copy, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The whole project, and the current folder; a test may change what it likes."""
    monkeypatch.chdir(copied.folder)
    yield copied.folder
    copied.put_back()


@pytest.fixture
def project(whole: Path) -> Path:
    """The project a test works on; some files have a smaller one of their own."""
    return whole
