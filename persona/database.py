"""The database beside the tracker: give-away entries, tickets. What it holds stands with its owner; where it is stands here.

It is the tracker store's own database (`endpoints.yml tracker_store`), so a bank backs up and guards one place.
"""

from __future__ import annotations

import logging
import os
import re
import sqlite3
from collections.abc import Mapping
from contextlib import closing
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from persona.services import endpoints_file, read
from persona.services import filled as _value

if TYPE_CHECKING:
    from sqlalchemy import MetaData
    from sqlalchemy.engine import Engine

logger = logging.getLogger(__name__)

URL = "MASCOT_DB"  # a SQLAlchemy URL that wins over endpoints.yml
_FILE = "conversations.db"
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


def database_url(endpoints: Path | str | None = None) -> Any:
    """The SQLAlchemy URL: `MASCOT_DB`, else the SQL tracker store of the endpoints file in use, else a SQLite file beside it."""
    if os.environ.get(URL):
        return os.environ[URL]
    from sqlalchemy import engine as sql

    settings = _settings(endpoints)
    dialect = _value(settings.get("dialect", "sqlite"))
    if dialect == "sqlite":
        return sql.URL.create("sqlite", database=str(_value(settings.get("db", _FILE))))
    port = _value(settings.get("port"))
    return sql.URL.create(
        dialect, host=_value(settings.get("url") or settings.get("host")), port=int(port) if port else None,
        database=_value(settings.get("db")), username=_value(settings.get("username")),
        password=_value(settings.get("password")), query=settings.get("query") or {},
    )


def _settings(endpoints: Path | str | None) -> Mapping[str, Any]:
    file = Path(endpoints) if endpoints else endpoints_file()
    return (read(file).get("tracker_store") or {}) if file.exists() else {}


def surely_empty(table: str) -> bool:
    """Whether the database is a SQLite file without that table, without a row in it, or not there at all; False when one cannot
    tell. Without SQLAlchemy, whose import is a tenth of `mascot lint`."""
    url = os.environ.get(URL)
    settings = {} if url else _settings(None)
    dialect = url if url else str(_value(settings.get("dialect", "sqlite")))
    if not dialect.startswith("sqlite"):
        return False
    file = url.partition("///")[2] if url else str(_value(settings.get("db", _FILE)))
    if not (file and Path(file).exists()):
        return True
    try:
        with closing(sqlite3.connect(f"{Path(file).resolve().as_uri()}?mode=ro", uri=True)) as connection:
            return connection.execute(f'SELECT 1 FROM "{table}" LIMIT 1').fetchone() is None
    except sqlite3.OperationalError as error:
        return "no such table" in str(error)
    except sqlite3.Error:
        return False


def storable(text: str) -> str:
    """Text as every database takes it: PostgreSQL refuses NUL, UTF-8 has no lone surrogates."""
    return _UNSTORABLE.sub("\N{REPLACEMENT CHARACTER}", text)


@lru_cache(maxsize=4)
def _engine(url: Any) -> Engine:
    from sqlalchemy import create_engine

    return sqlite_engine(url, "FULL") if str(url).startswith("sqlite") else create_engine(url, hide_parameters=True, pool_pre_ping=True)


def sqlite_engine(url: Any, synchronous: str) -> Engine:
    """An engine on a SQLite file in write-ahead mode, its connections kept.

    Rasa and the action server write to one file: readers and a writer do not wait for each other, two writers do, for
    at most 10 seconds. synchronous: `FULL` puts every commit on the disk itself before it returns; `NORMAL` leaves that to
    the system: a killed process loses nothing, a power cut may lose the last moments, neither damages the file.
    """
    from sqlalchemy import create_engine, event
    from sqlalchemy.exc import DisconnectionError
    from sqlalchemy.pool import QueuePool

    found = create_engine(url, poolclass=QueuePool, hide_parameters=True, connect_args={"timeout": 10, "check_same_thread": False})
    file = found.url.database or ""

    def settings(connection: Any, record: Any) -> None:
        connection.execute("PRAGMA journal_mode=WAL").close()
        connection.execute(f"PRAGMA synchronous={synchronous}").close()
        connection.execute("PRAGMA secure_delete=ON").close()  # what a customer had deleted is gone from the file, too
        record.info["file"] = _identity(file)

    def same_file(connection: Any, record: Any, proxy: Any) -> None:
        # A restored backup is another file under the same name; what the old one is told would be lost.
        if record.info["file"] != _identity(file):
            raise DisconnectionError("the database file was replaced")

    event.listen(found, "connect", settings)
    event.listen(found, "checkout", same_file)
    return found


def _identity(file: str) -> tuple[int, int] | None:
    try:
        found = os.stat(file)
    except OSError:
        return None
    return found.st_dev, found.st_ino


def engine() -> Engine:
    """The shared engine of this process."""
    return _engine(database_url())


def create(tables: MetaData, at: Engine) -> None:
    """Make the tables and indexes that are missing; another process may be doing the same at this moment.

    An index that an older database lacks only makes things quicker: one that this user may not add is no reason to stop.
    """
    from sqlalchemy import inspect
    from sqlalchemy.exc import SQLAlchemyError

    for table in tables.sorted_tables:
        try:
            table.create(at, checkfirst=True)
        except SQLAlchemyError:
            if not inspect(at).has_table(table.name):
                raise
        for index in table.indexes:
            try:
                index.create(at, checkfirst=True)
            except SQLAlchemyError as problem:
                logger.warning("the index %s could not be made (%s)", index.name, type(problem).__name__)
