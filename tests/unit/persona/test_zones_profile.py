"""What a card-only bot speaks of, and what stands in which zone."""

from __future__ import annotations

from pathlib import Path

import pytest

from persona.content import load_content
from persona.content.checks import branches as checks
from persona.content.house import furnish
from persona.figures import load_figures
from persona.institution import load_institution
from persona.profile import shows, speaks_of
from persona.zones import BRAND, SALES, SERVICE, sales_allowed, zone_of

BANK = load_institution()
ROOT = Path(__file__).parents[3]


def zone_problems(root: Path) -> list[str]:
    house = furnish(load_content(root), BANK, load_figures(), BANK.today(), {})
    return [problem.code for response in house.content.variations() for problem in checks.zones(response, house)]


@pytest.mark.parametrize("label", [
    "faq/card_bill", "faq/lost_card", "faq/annual_fee", "faq/contact_complaint", "been_scammed", "scam_now", "crisis", "complain", "missold",
    "handoff", "handoff.message", "scam/prize", "greet", "calculate_installment", "verify_official", "stop_marketing", "share_secret",
])
def test_a_card_bot_answers_cards_and_whatever_protects(label: str) -> None:
    assert speaks_of("card", label)


@pytest.mark.parametrize("label", ["faq/mortgage", "faq/housing_fund.rate", "faq/wealth", "faq/deposit", "calculate_prepayment"])
def test_a_card_bot_points_elsewhere_for_the_rest(label: str) -> None:
    assert not speaks_of("card", label) and speaks_of("full", label)


def test_product_talk_of_a_card_bot_depends_on_the_product_named() -> None:
    assert speaks_of("card", "ask_product", ["installment"]) and not speaks_of("card", "ask_product", ["wealth"])
    assert shows("card", "card") and shows("card", "none") and not shows("card", "fund")


def test_every_answer_stands_in_its_zone() -> None:
    assert zone_problems(ROOT) == []
    assert [zone_of(n) for n in ("utter_chitchat/joke", "utter_faq/fund", "utter_callback_consent")] == [BRAND, SERVICE, SALES]


def test_a_product_in_small_talk_and_an_invitation_in_an_answer_are_found(tmp_path: Path) -> None:
    (tmp_path / "x.yml").write_text(
        'version: "3.1"\nresponses:\n  utter_chitchat/food:\n  - text: 吃什么\n    metadata: {category: fund}\n'
        "  utter_faq/fund:\n  - text: 基金\n    buttons:\n    - {title: 让人联系我, payload: /opt_in_marketing}\n", encoding="utf-8")
    assert zone_problems(tmp_path) == ["P690", "P691"]


@pytest.mark.parametrize(("slots", "channel", "answer"), [
    ({}, "own_app", ""), ({"lock": "soft"}, "own_web", ""), ({"lock": "hard"}, "own_app", "utter_product_locked"),
    ({"minor": True}, "own_app", "utter_product_minor"), ({}, "public_comment", "utter_callback_elsewhere"),
    ({}, "platform_account", "utter_callback_elsewhere"), ({}, "demo", "utter_callback_elsewhere"),
])
def test_the_sales_reserve_is_closed_to_minors_emergencies_and_other_peoples_places(slots, channel: str, answer: str) -> None:
    assert sales_allowed(slots, channel) == answer
