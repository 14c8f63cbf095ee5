from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sql

from persona.giveaways.draw import verify
from persona.giveaways.entries import Entries, Refused
from persona.giveaways.sheet import Giveaway
from tests.unit.giveaways.conftest import DUE, OPEN, WAITING

SEED = "7.0812,8.2213,4.5610,0.9102,9.3307"


def refused(call: Any, *args: Any) -> str:
    with pytest.raises(Refused) as caught:
        call(*args)
    return caught.value.reason


def test_one_entry_a_person(entries: Entries, sheet: Giveaway, lines: list[dict[str, Any]]) -> None:
    assert entries.enter(sheet, "a", OPEN).number == "F6-0001"
    assert entries.enter(sheet, "b", OPEN).number == "F6-0002"
    with pytest.raises(Refused) as caught:
        entries.enter(sheet, "a", OPEN)
    assert (caught.value.reason, caught.value.number) == ("already", "F6-0001")
    assert entries.count(sheet.id) == 2
    assert [(line["kind"], line["number"]) for line in lines] == [("giveaway_entry", "F6-0001"), ("giveaway_entry", "F6-0002")]
    assert "conversation" not in str(lines)


def test_leaving_deletes_and_a_number_is_never_given_again(entries: Entries, sheet: Giveaway, database: str) -> None:
    person = entries.enter(sheet, "customer-17", OPEN).person
    assert [entry.number for entry in entries.leave("customer-17")] == ["F6-0001"]
    assert entries.leave("customer-17") == []
    assert entries.of("customer-17") == []
    assert entries.enter(sheet, "customer-17", OPEN).number == "F6-0002"
    entries.leave("customer-17")
    stored = Path(database.removeprefix("sqlite:///")).read_bytes()
    assert person.encode() not in stored
    assert b"customer-17" not in stored


def test_the_same_person_looks_different_in_two_giveaways(entries: Entries, sheet: Giveaway, later: Giveaway) -> None:
    first = entries.enter(sheet, "a", OPEN)
    second = entries.enter(later, "a", later.opens)
    assert first.person != second.person
    assert [entry.number for entry in entries.of("a")] == ["F6-0001", "F7-0001"]
    assert [entry.giveaway for entry in entries.leave("a", sheet.id)] == [sheet.id]
    assert [entry.number for entry in entries.of("a")] == ["F7-0001"]


def test_rules_are_frozen_by_the_first_entry(entries: Entries, sheet: Giveaway) -> None:
    changed = replace(sheet, claim_days=3)
    assert not entries.changed(changed)
    entries.enter(sheet, "a", OPEN)
    assert entries.changed(changed)
    assert refused(entries.enter, changed, "b", OPEN) == "changed"
    assert entries.count(sheet.id) == 1
    assert not entries.changed(sheet)
    assert entries.enter(sheet, "b", OPEN).number == "F6-0002"


def test_no_entry_when_full_early_late_or_closed(entries: Entries, sheet: Giveaway, later: Giveaway) -> None:
    small = replace(later, most=1)
    assert refused(entries.enter, small, "a", OPEN) == "closed"
    entries.enter(small, "a", small.opens)
    assert refused(entries.enter, small, "b", small.opens) == "full"
    entries.leave("a")
    assert entries.enter(small, "b", small.opens).number == "F7-0002"
    assert refused(entries.enter, sheet, "a", WAITING) == "closed"


def test_closing_drawing_and_checking(entries: Entries, sheet: Giveaway, lines: list[dict[str, Any]]) -> None:
    for number in range(90):
        entries.enter(sheet, f"c{number}", OPEN)
    assert refused(entries.close, sheet, OPEN) == "closed"
    assert refused(entries.draw, sheet, SEED, DUE) == "closed"
    closed = entries.close(sheet, WAITING)
    assert closed["entries"] == 90
    assert entries.close(sheet, DUE) == closed
    assert refused(entries.draw, sheet, SEED, WAITING) == "closed"
    assert refused(entries.enter, sheet, "late", OPEN) == "closed"
    # whoever leaves now is forgotten, and the published list stays as it was published
    assert entries.leave("c7")
    assert refused(entries.draw, replace(sheet, age=19), SEED, DUE) == "changed"
    published = entries.draw(sheet, SEED, DUE)
    assert published["list_sha256"] == closed["list_sha256"]
    assert len(published["winners"]) == 70
    assert verify(published) == []
    assert entries.draw(sheet, f" {SEED} ", DUE) == published
    assert refused(entries.draw, sheet, "1,2,3,4,5", DUE) == "already"
    assert entries.published(sheet.id) == published
    kinds = [line["kind"] for line in lines]
    assert (kinds.count("giveaway_close"), kinds.count("giveaway_draw")) == (1, 1)


RACE = """
import sys
from datetime import datetime
import sqlalchemy as sql
from persona.giveaways.entries import Entries, Refused
from persona.giveaways.sheet import FOLDER, load_giveaway
sheet = load_giveaway(FOLDER / "kaixiangye_06.yml")
entries = Entries(sql.create_engine(sys.argv[1], connect_args={"timeout": 10}), {sheet.id: sheet})
sys.stdin.readline()
for number in range(25):
    for customer in (f"{sys.argv[2]}-{number}", f"both-{number}"):
        try:
            print(entries.enter(sheet, customer, datetime(2026, 11, 23)).number)
        except Refused as refusal:
            print(refusal.reason)
"""


def test_two_processes_at_once_neither_lose_nor_double_an_entry(entries: Entries, sheet: Giveaway, database: str) -> None:
    racers = [subprocess.Popen([sys.executable, "-c", RACE, database, name], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                               stderr=subprocess.PIPE, text=True) for name in ("left", "right")]
    for racer in racers:
        assert racer.stdin is not None
        racer.stdin.write("go\n")
        racer.stdin.flush()
    told = [racer.communicate(timeout=60) for racer in racers]
    assert [err for _, err in told] == ["", ""]
    words = [word for out, _ in told for word in out.split()]
    numbers = [word for word in words if word.startswith("F6-")]
    assert words.count("already") == 25
    assert sorted(numbers) == [f"F6-{n:04d}" for n in range(1, 76)]
    assert [entry.number for entry in entries.entries(sheet)] == sorted(numbers)


def test_tables_may_be_there_already(entries: Entries, sheet: Giveaway, database: str) -> None:
    entries.enter(sheet, "a", OPEN)
    again = Entries(sql.create_engine(database), {sheet.id: sheet})
    assert [entry.number for entry in again.of("a")] == ["F6-0001"]
