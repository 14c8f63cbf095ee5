"""`action_set_city`, `action_colleague`, `action_group`: what depends on where the customer is."""

from __future__ import annotations

import re
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions.common import entity, here, institution, picked, said
from actions.faq import ASKS
from persona.branches import LOCAL, PRESENTED
from persona.labels import full_label
from persona.products import category_of

REGION = "utter_faq/points.region"
BENEFITS = ("utter_benefit", "utter_faq/points.benefits")  # 「换成杭州呢」 right after one of these asks for those of that city
_OFFERS = re.compile(r"活动|优惠|权益|福利|立减|满减|能用|可以用|能享受")


class ActionSetCity(Action):
    """Keeps the city (the slot is set when the message is logged) and answers what had been asked."""

    def name(self) -> str:
        """The action's name in domain.yml."""
        return "action_set_city"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[dict[str, Any]]:
        """Utter the question that waited for the city, now with the place; else what holds for that city."""
        if not entity(tracker, "city"):
            asked = tracker.latest_message.get("text") or ""
            dispatcher.utter_message(response="utter_set_city_which" if any(w in asked for w in ("换", "改", "设")) else "utter_set_city_unknown")
            return []
        waiting = _waiting(tracker)
        if waiting == "ask_colleague":
            return _introduce(dispatcher, tracker, str(tracker.get_slot("product") or ""))
        dispatcher.utter_message(response=f"utter_{waiting}" if waiting else "utter_set_city")
        told = said(tracker)[-1:]
        if not waiting and (_OFFERS.search(str(tracker.latest_message.get("text") or "")) or any(name.startswith(BENEFITS) for name in told)):
            dispatcher.utter_message(response=REGION)  # 「我们那儿有没有活动 我在苏州」 asks for more than to be remembered
        return []


class ActionColleague(Action):
    """A licensed colleague: name, numbers, where to be found; never a private contact."""

    def name(self) -> str:
        """The action's name in domain.yml."""
        return "action_colleague"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[dict[str, Any]]:
        """Present who may explain the product that is asked about; without a product, who works there."""
        if tracker.get_slot("minor"):
            dispatcher.utter_message(response="utter_product_minor")
        elif tracker.get_slot("lock") == "hard":
            dispatcher.utter_message(response="utter_product_locked")
        elif not here(tracker).kind and ASKS not in said(tracker)[-1:]:
            dispatcher.utter_message(response=ASKS)
        else:
            return _introduce(dispatcher, tracker, entity(tracker, "product") or str(tracker.get_slot("product") or ""))
        return []


class ActionGroup(Action):
    """The bank's group: its rules first, the link only to who has read them."""

    def name(self) -> str:
        """The action's name in domain.yml."""
        return "action_group"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[dict[str, Any]]:
        """Utter the rules, the link after the button under them, or that there is no group."""
        group = institution().group
        if group is None or not group.enabled or tracker.get_slot("minor") or tracker.get_slot("lock") == "hard":
            dispatcher.utter_message(response="utter_group_off")
        elif picked(tracker).get("rules") == "read":
            dispatcher.utter_message(response="utter_group_link", group=group.name, link=group.link)
        else:
            dispatcher.utter_message(response="utter_group_rules", group=group.name, rules=group.rules)
        return []


def _waiting(tracker: Tracker) -> str:
    """The label that the bot asked the city for with its last words, or ""."""
    if said(tracker)[-1:] != [ASKS]:
        return ""
    asked = [e for e in tracker.events if e.get("event") == "user"]
    label_before = full_label(asked[-2].get("parse_data") or {}) if len(asked) > 1 else ""
    return label_before if label_before.startswith(LOCAL) or label_before == "ask_colleague" else ""


def _introduce(dispatcher: CollectingDispatcher, tracker: Tracker, product: str) -> list[dict[str, Any]]:
    place, category = here(tracker), category_of(product)
    found = place.colleagues(category)[:PRESENTED]
    if not found:
        dispatcher.utter_message(response="utter_colleague_none")
        return []
    channels = dict.fromkeys(channel for c in found for channel in c.found_at)
    dispatcher.utter_message(
        response="utter_colleague", colleagues="\n".join(c.introduced(category) for c in found), found_at="、".join(channels),
    )
    return []
