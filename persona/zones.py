"""Three zones, and what may be said in each: the brand's, the customers', and the sales reserve behind a consent.

brand: columns, give-aways, small talk: no product is talked about.  service: what customers ask.  sales: a call-back by a
licensed colleague; only at the customer's own wish, never offered elsewhere.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

BRAND, SERVICE, SALES = "brand", "service", "sales"
_BRAND = ("utter_chitchat/", "utter_ask_column", "utter_column", "utter_join_giveaway", "utter_giveaway")
_SALES = ("utter_callback", "utter_opt_in_marketing")
_CHANNELS = frozenset({"own_app", "own_web"})


def zone_of(response: str) -> str:
    """The zone a response belongs to, by its name."""
    return BRAND if response.startswith(_BRAND) else SALES if response.startswith(_SALES) else SERVICE


def sales_allowed(slots: Mapping[str, Any], channel: str) -> str:
    """Why there is no sales talk now, as the response that says so; "" when the customer may be asked for consent."""
    if slots.get("minor"):
        return "utter_product_minor"
    if slots.get("lock") == "hard":
        return "utter_product_locked"
    return "" if channel in _CHANNELS else "utter_callback_elsewhere"
