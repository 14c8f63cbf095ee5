from __future__ import annotations

import re
import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest

from persona.database import surely_empty
from persona.errors import ContentError
from persona.giveaways.sheet import FOLDER, Giveaway, load_giveaway, load_giveaways
from persona.institution import load_institution

SOURCE = (FOLDER / "kaixiangye_06.yml").read_text("utf-8")


def broken(tmp_path: Path, old: str, new: str) -> list[str]:
    assert old in SOURCE
    file = tmp_path / "sheet.yml"
    file.write_text(SOURCE.replace(old, new), "utf-8")
    with pytest.raises(ContentError) as caught:
        load_giveaway(file)
    return [f"{p.code} {p.key}" for p in caught.value.problems]


@pytest.mark.parametrize(("old", "new", "told"), [
    ("unit_value: 89", "unit_value: 50001", "G103 prizes[0].unit_value"),
    ("age: 18", "age: 16", "G104 age"),
    ('organiser: "{bank}"', 'organiser: "某合作商户"', "G105 organiser"),
    ('seed_known: "2026-12-01 09:15"', 'seed_known: "2026-11-30 09:15"', "G106 draw.seed_known"),
    ('until: "2026-11-30 23:59"', 'until: "2026-11-19 23:59"', "G106 entry.until"),
    ('from: "2026-11-20 09:00"', "from: 下周一", "G101 entry.from"),
    ("channels: [own_app, own_web]", "channels: [own_app, weibo]", "G107 channels"),
    ('published: "{path_notices}"', 'published: "{path_nowhere}"', "G108 draw.published"),
    ('  until: "2026-12-31"', '  until: "2026-12-01"', "G109 approval.until"),
    ("  by: 周既明", "  by: 沈知夏", "G109 approval.by"),
    ("count: 20", "count: 21", "G110 approval.sha256"),
    ("days: 30}", "days: 45}", "P105 delivery.days"),
    ("number: F6", "number: 六", "G102 number"),
    ("most: 20000", "most: 60", "G103 entry.most"),
    ("tax: ", "taxes: ", "P104 tax"),
])
def test_what_the_rules_ask_for_is_checked(tmp_path: Path, old: str, new: str, told: str) -> None:
    assert told in broken(tmp_path, old, new)


def test_two_sheets_may_not_share_an_id_or_the_start_of_their_numbers(tmp_path: Path) -> None:
    for name in ("a.yml", "b.yml"):
        (tmp_path / name).write_text(SOURCE, "utf-8")
    with pytest.raises(ContentError) as caught:
        load_giveaways(tmp_path)
    assert [p.code for p in caught.value.problems] == ["G102", "G102"]


@pytest.mark.parametrize(("moment", "state"), [
    ("2026-11-01 10:00", "unapproved"), ("2026-11-20 08:59", "early"), ("2026-11-20 09:00", "open"), ("2026-11-30 23:59", "open"),
    ("2026-12-01 00:00", "waiting"), ("2026-12-01 15:00", "due"), ("2026-12-08 23:59", "due"), ("2026-12-09 00:00", "over"),
    ("2027-01-01 00:00", "unapproved"),
])
def test_the_state_follows_the_clock(sheet: Giveaway, moment: str, state: str) -> None:
    assert sheet.state(datetime.strptime(moment, "%Y-%m-%d %H:%M")) == state


def test_the_fingerprint_covers_everything_promised_and_nothing_else(tmp_path: Path, sheet: Giveaway) -> None:
    file = tmp_path / "sheet.yml"
    file.write_text(SOURCE.replace("source: ", "source: 又核对过；").replace("id: G-0006", "id: G-0016"), "utf-8")
    assert load_giveaway(file).digest() == sheet.digest()
    for old, new in (("过期没填算放弃", "过期没填作废"), ("89}", "88}"), ("own_app, own_web", "own_app"), ("运费由主办方", "运费由你")):
        changed = SOURCE.replace(old, new)
        assert changed != SOURCE
        file.write_text(re.sub(r'sha256: "[^"]*"', f'sha256: "{sheet.digest()}"', changed), "utf-8")
        with pytest.raises(ContentError, match="G110"):
            load_giveaway(file)


def test_what_is_said_comes_from_the_sheet_with_the_bank_filled_in(sheet: Giveaway) -> None:
    values = sheet.values(load_institution())
    assert values["prizes"] == "保温杯20个（单价89元）、帆布袋50个（单价25元）"
    assert (values["opens"], values["closes"], values["draws"]) == ("11月20日9:00", "11月30日24:00", "12月1日15:00")
    assert values["organiser"] == load_institution().name
    assert not [v for v in values.values() if "{" in v]


def test_the_linter_tells_when_frozen_rules_were_changed(tmp_path: Path, sheet: Giveaway, monkeypatch: pytest.MonkeyPatch) -> None:
    from persona.compliance import Guard
    from persona.content import load_content
    from persona.database import engine
    from persona.figures import load_figures
    from persona.giveaways.checks import check_giveaways
    from persona.giveaways.entries import Entries
    from persona.mascot import load_mascots
    from persona.voice import Voice

    bank = load_institution()
    voice, content, guard = Voice(load_mascots(), bank, load_figures()), load_content("."), Guard.load()

    def told(ours: Giveaway) -> list[str]:
        return [p.code for p in check_giveaways({ours.id: ours}, content, bank, voice, guard.review)]

    database = tmp_path / "none.db"
    monkeypatch.setenv("MASCOT_DB", f"sqlite:///{database}")
    assert told(sheet) == []
    assert not database.exists()
    Entries(engine(), {sheet.id: sheet}).enter(sheet, "a", datetime(2026, 11, 23))
    assert told(sheet) == []
    assert told(replace(sheet, claim_days=2)) == ["G113"]
    assert "G112" in told(replace(sheet, tax="购买理财抽现金大奖"))
    assert "G111" in told(replace(sheet, delivery="快" * 200))


def test_a_linter_asks_the_database_only_where_somebody_may_have_entered(tmp_path, monkeypatch):
    file = tmp_path / "some.db"
    monkeypatch.setenv("MASCOT_DB", f"sqlite:///{file}")
    assert surely_empty("giveaway")
    with closing(sqlite3.connect(file)) as base:
        assert surely_empty("giveaway")
        base.execute("CREATE TABLE giveaway (id TEXT)")
        base.commit()
        assert surely_empty("giveaway")
        base.execute("INSERT INTO giveaway VALUES ('a')")
        base.commit()
        assert not surely_empty("giveaway")
    file.write_bytes(b"no database, but long enough to be looked at " * 9)
    assert not surely_empty("giveaway")
    monkeypatch.setenv("MASCOT_DB", "postgresql://nowhere/none")
    assert not surely_empty("giveaway")
