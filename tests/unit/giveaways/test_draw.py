from __future__ import annotations

import copy
import hashlib
import random
from collections import Counter
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from persona.giveaways.draw import list_hash, masked, publication, verify, winners
from persona.giveaways.sheet import FOLDER, load_giveaway

RULES = load_giveaway(FOLDER / "kaixiangye_06.yml").rules()
SEED = "7.0812,8.2213,4.5610,0.9102,9.3307"
numbers_of = st.sets(st.integers(1, 99999), max_size=120).map(lambda found: [f"F6-{n:04d}" for n in found])
prizes_of = st.lists(st.fixed_dictionaries({"name": st.sampled_from("甲乙丙丁"), "count": st.integers(1, 9)}), min_size=1, max_size=4,
                     unique_by=lambda prize: prize["name"])


@settings(max_examples=60, deadline=None)
@given(numbers_of, prizes_of, st.text(min_size=1, max_size=40))
def test_every_prize_is_given_once_and_nobody_wins_twice(numbers: list[str], prizes: list[dict[str, Any]], seed: str) -> None:
    won = winners(numbers, prizes, seed)
    pieces = sum(prize["count"] for prize in prizes)
    assert set(won) <= set(numbers)
    assert len(won) == min(len(numbers), pieces)
    given_out = Counter(won.values())
    if len(numbers) >= pieces:
        assert given_out == {prize["name"]: prize["count"] for prize in prizes}


@settings(max_examples=40, deadline=None)
@given(numbers_of, prizes_of, st.randoms())
def test_the_order_of_the_list_changes_nothing(numbers: list[str], prizes: list[dict[str, Any]], chance: random.Random) -> None:
    shuffled = list(numbers)
    chance.shuffle(shuffled)
    assert winners(shuffled, prizes, SEED) == winners(numbers, prizes, SEED)
    assert list_hash(shuffled) == list_hash(numbers)


def test_the_draw_can_be_repeated_with_a_hash_tool_alone() -> None:
    numbers = ["F6-0003", "F6-0001", "F6-0002"]
    closed = hashlib.sha256(b"F6-0001\nF6-0002\nF6-0003\n").hexdigest()
    assert list_hash(numbers) == closed
    ranked = sorted(numbers, key=lambda n: hashlib.sha256(f"{SEED}|{closed}|{n}".encode()).hexdigest())
    assert winners(numbers, [{"name": "杯", "count": 1}, {"name": "袋", "count": 1}], SEED) == {ranked[0]: "杯", ranked[1]: "袋"}


def test_every_number_has_the_same_chance() -> None:
    numbers = [f"F6-{n:04d}" for n in range(1, 21)]
    wins = Counter(number for turn in range(2000) for number in winners(numbers, [{"name": "杯", "count": 5}], f"数值{turn}"))
    # 2000 draws, p = 1/4: expected 500, standard deviation 19.4; six of them on either side
    assert all(380 < wins[number] < 620 for number in numbers)


def published() -> dict[str, Any]:
    return publication(RULES, [f"F6-{n:04d}" for n in range(1, 201)], "2026-12-01T00:05:00", SEED, "2026-12-01T15:05:00")


def test_an_honest_publication_holds() -> None:
    assert verify(published()) == []
    assert len(published()["winners"]) == 70


def _swap(data: dict[str, Any]) -> None:
    data["winners"][0]["number"], data["winners"][1]["number"] = data["winners"][1]["number"], data["winners"][0]["number"]
    data["winners"][0]["prize"] = "帆布袋"


@pytest.mark.parametrize("tamper", [
    lambda d: d["numbers"].append("F6-9999"),
    lambda d: d["numbers"].remove(d["numbers"][7]),
    lambda d: d["winners"].pop(),
    lambda d: d["winners"].append({"number": "F6-0001", "prize": "保温杯"}),
    lambda d: d["winners"][0].update(number="F6-0199"),
    lambda d: d.update(seed="7.0813,8.2213,4.5610,0.9102,9.3307"),
    lambda d: d["rules"]["prizes"][0].update(count=5),
    lambda d: d["rules"].update(tax="自理"),
    lambda d: d.pop("seed"),
    lambda d: d.update(numbers=None),
    _swap,
])
def test_a_changed_publication_is_found(tamper: Any) -> None:
    data = copy.deepcopy(published())
    tamper(data)
    assert verify(data)


def test_a_number_is_shown_masked() -> None:
    assert masked("F6-0412") == "F6-0**2"
    assert masked("F6-10412") == "F6-1***2"
