from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sql

from persona.giveaways.entries import Entries
from persona.giveaways.sheet import FOLDER, Giveaway, load_giveaway

OPEN = datetime(2026, 11, 23, 10, 30)
WAITING = datetime(2026, 12, 1, 0, 5)
DUE = datetime(2026, 12, 1, 15, 5)


@pytest.fixture
def sheet() -> Giveaway:
    return load_giveaway(FOLDER / "kaixiangye_06.yml")


@pytest.fixture
def later() -> Giveaway:
    return load_giveaway(FOLDER / "kaixiangye_07.yml")


@pytest.fixture
def lines() -> list[dict[str, Any]]:
    return []


@pytest.fixture
def database(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'entries.db'}"


@pytest.fixture
def entries(sheet: Giveaway, later: Giveaway, database: str, lines: list[dict[str, Any]]) -> Entries:
    engine = sql.create_engine(database, connect_args={"timeout": 10})
    return Entries(engine, {sheet.id: sheet, later.id: later}, lines.append)
