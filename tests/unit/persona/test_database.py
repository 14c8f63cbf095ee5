"""Where entries and tickets are kept."""

import pytest

from persona.database import database_url


@pytest.fixture(autouse=True)
def _no_override(monkeypatch):
    monkeypatch.delenv("MASCOT_DB", raising=False)


def test_it_is_the_tracker_stores_database(tmp_path, monkeypatch):
    monkeypatch.setenv("DB_PASSWORD", "s3cret")
    file = tmp_path / "endpoints.yml"
    file.write_text(
        "tracker_store:\n  type: persona.rasa_adapter.door.MascotSQLStore\n  dialect: postgresql\n  url: 127.0.0.1\n"
        "  port: 5433\n  db: mascot\n  username: m\n  password: ${DB_PASSWORD}\n"
    )
    url = database_url(file)
    assert (url.drivername, url.host, url.port, url.database, url.username, url.password) == (
        "postgresql", "127.0.0.1", 5433, "mascot", "m", "s3cret"
    )


def test_by_default_a_file_in_the_project():
    assert str(database_url()) == "sqlite:///conversations.db"


def test_a_url_from_the_environment_wins(tmp_path, monkeypatch):
    monkeypatch.setenv("MASCOT_DB", f"sqlite:///{tmp_path}/x.db")
    assert database_url() == f"sqlite:///{tmp_path}/x.db"


def test_without_a_sql_store_a_file_beside_it(tmp_path):
    file = tmp_path / "endpoints.yml"
    file.write_text("tracker_store:\n  type: persona.rasa_adapter.door.MascotInMemoryStore\n")
    assert str(database_url(file)) == "sqlite:///conversations.db"
