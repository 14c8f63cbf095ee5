"""The names on cards and sheets are understood, and a new one is a reason to train."""

from __future__ import annotations

import pytest

from persona import project
from persona.mascot import load_mascots
from persona.nlu.names import MASCOT, SHEET, named


def test_every_mascot_and_every_product_can_be_called() -> None:
    found = named()
    assert set(found[MASCOT]) == set(load_mascots()) and all(found[MASCOT].values())
    assert "wealth/anxu_closed_182" in found[SHEET] and all(len(names) for names in found[SHEET].values())


def test_a_new_name_is_a_reason_to_train(monkeypatch: pytest.MonkeyPatch) -> None:
    before = project.content_hash()
    assert project.content_hash() == before
    more = named()
    more[MASCOT]["xiaosongshu"] = ("小松鼠",)
    monkeypatch.setattr(project, "named", lambda: more)
    assert project.content_hash() != before
