"""A narrower duty for the same trained model: `profile: card` of institution.yml speaks of credit cards only.

Fraud, loss, complaints, a person to talk to and small talk are never cut off.
"""

from __future__ import annotations

from collections.abc import Iterable

from persona.products import category_of

# Bank topics that a card account answers: its own, and whatever protects the customer.
_CARD_TOPICS = frozenset(
    {
        "card_activate_cancel", "card_apply", "card_bill", "card_cash", "card_installment", "card_limit", "annual_fee", "points",
        "overdue", "credit_report", "quick_pay", "sms_alert", "update_info", "mobile_banking", "password", "security_token",
        "lost_card", "lost_phone", "unknown_debit", "account_security", "account_frozen", "contact_complaint", "debt_help",
        "deceased_account",
    }
)
_CARD_CATEGORIES = frozenset({"card", "payment", "none", ""})
_PRODUCT_TALK = frozenset({"ask_product", "ask_product.performance", "ask_recommendation", "ask_promise", "compare_products", "ask_colleague"})
ELSEWHERE = "utter_profile_elsewhere"


def speaks_of(profile: str, label: str, products: Iterable[str] = ()) -> bool:
    """Whether a bot of this profile answers a label.

    label (str): `faq/mortgage`, `ask_product` …  products (Iterable): product words the message names (entity values).
    """
    if profile == "full":
        return True
    base, _, topic = label.partition("/")
    if base == "faq":
        return topic.split(".")[0] in _CARD_TOPICS
    if label in _PRODUCT_TALK:
        return {category_of(p) for p in products} <= _CARD_CATEGORIES
    return not label.startswith("calculate_") or label == "calculate_installment"


def shows(profile: str, category: str) -> bool:
    """Whether a column, a lesson or a product sheet of this category is shown."""
    return profile == "full" or category in _CARD_CATEGORIES
