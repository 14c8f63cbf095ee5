"""The response that fits the moment better than the one a rule named: locks, minors, a second miss, steps that are being told."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from rasa.shared.core.events import BotUttered
from rasa.shared.core.trackers import DialogueStateTracker

from persona.bearings import settled, tells_detail
from persona.checking import ASKED, way_to_check
from persona.choosing import LEISURE, is_about
from persona.emergency import STEADY, denied, finished, kept, later, waits
from persona.labels import Labels, full_label
from persona.minors import led_on, minor_in, of_family, takes_age_back
from persona.nlu.context import UNSURE
from persona.profile import ELSEWHERE, shows, speaks_of
from persona.rasa_adapter import elsewhere
from persona.rasa_adapter.said import OUTSIDE, SLOWLY, SWITCHED, given, has_entity, in_steps, last_response, response_of

Responses = Mapping[str, Sequence[Mapping[str, Any]]]

MISSES = 2  # after so many misses in a row a person is offered
# A follow-up that stays open: the question back names the topic and shows the last answer's own buttons.
ABOUT = "utter_clarify_topic"
DETAIL = "utter_detail_told"  # a detail of one's case that asks nothing: 「是跨行的」, 「五千块」
TIPPED = "utter_check_suspicious.told"
MINOR = "utter_product_minor"
# Talk about what can be bought: not under a hard lock, not with a minor.
PRODUCT_TALK = frozenset(
    {"utter_ask_recommendation", "utter_ask_promise", "utter_compare_products", "utter_product_sheet", "utter_product_line", "utter_product_which"}
)
NOT_FOR_MINORS = (
    "utter_faq/card_apply", "utter_faq/card_limit", "utter_faq/loan_apply", "utter_faq/loan_limit", "utter_calc",
    "utter_faq/points.benefits", "utter_benefit", "utter_faq/card_installment", "utter_faq/card_cash", "utter_faq/loan_rate", "utter_faq/wealth", "utter_faq/fund", "utter_faq/bond_gold", "utter_faq/risk_assessment",
)
# What a minor does together with the parents.
_BY_PARENTS = frozenset({"utter_faq/account_open_close", "utter_faq/deposit", "utter_faq/deposit.term"})
# Answers that say "I do not know"; in an emergency the steps are repeated instead.
LOST = frozenset({"utter_clarify", "utter_default", OUTSIDE, "utter_bank_other"})
# A question back: what it asks about is the answer before, and that is what is said again.
ASKED_BACK = LOST | {ABOUT, DETAIL, "utter_not_what_i_meant", "utter_offer_human", "utter_choose_option"}
# What somebody may wish for to be amused; in an emergency it waits.
WISHES = (SWITCHED, *LEISURE, *(f"utter_chitchat/{one}" for one in ("joke", "sing", "dance", "game", "chat_with_me", "bored", "own_things", "own_quest", "own_circle", "compare_with_other_mascots")))
# Nothing of ours is offered in place of another institution's.
NOT_OURS = LOST | PRODUCT_TALK
# What an action fills in: it has the label of the question.
FILLED = ("utter_product_", "utter_benefit", "utter_calc", "utter_colleague", "utter_ask_city")
# Tips with an answer of their own for a no.
_OWN_NO = frozenset({"utter_scam/bank_phishing"})


def fitting(name: str, tracker: DialogueStateTracker, slots: Mapping[str, Any], responses: Responses, profile: str, labels: Labels) -> str:
    """The response for this moment: ``name``, or what is said in its place."""
    if not _within(profile, name, tracker, responses):
        return ELSEWHERE
    if slots.get("minor") and (name in PRODUCT_TALK or name.startswith(NOT_FOR_MINORS)):
        return MINOR
    if slots.get("minor") and name == "utter_scam/fake_investment" and _tells_age(tracker) and not led_on(text_of(tracker)):
        return MINOR  # 「我五年级，想炒股」: nobody leads on yet
    if slots.get("minor") and name in _BY_PARENTS:
        return "utter_faq/minor_account"
    told = last_response(tracker) == MINOR  # 「那我哥成年了 用他账号开行不行」, right after that: nobody trades a game
    if slots.get("minor") and (name in LOST or (told and name.startswith("utter_scam/") and of_family(text_of(tracker)))):
        said = text_of(tracker)
        name = "utter_minor_family" if of_family(said) else "utter_minor_kept" if takes_age_back(said) else name
    if slots.get("lock") == "hard" and (name in PRODUCT_TALK or name.startswith(NOT_FOR_MINORS)):
        return STEADY if slots.get("crisis") else "utter_product_locked"
    if slots.get("lock") != "hard" and tracker.latest_message:
        name = elsewhere.instead(name, tracker.latest_message.parse_data, NOT_OURS)
    if slots.get("lock") == "hard" and not slots.get("minor"):
        # While somebody is being robbed there is no chit-chat, no columns, no give-aways.
        tones = {(r.get("metadata") or {}).get("tone") for r in responses.get(name, [])}
        adrift = name in LOST or "playful" in tones or (slots.get("crisis") and name.startswith("utter_chitchat/"))
        if adrift and STEADY in responses:
            wishes = name.startswith(WISHES) and not slots.get("crisis")
            return waits(given(tracker).names) if wishes else STEADY
        if name == "utter_affirm" and not slots.get("crisis") and settled(text_of(tracker)):
            return finished(given(tracker).names)
        if name == "utter_deny" and not slots.get("crisis"):
            if slots.get("reported"):
                return "utter_affirm"  # 「没别的了」: everything that was asked for is done
            return later(denied(given(tracker).names) or name, slots, given(tracker).names)
    if name == "utter_deny" and slots.get("lock") != "hard" and last_response(tracker) not in _OWN_NO:
        name = kept(last_response(tracker)) or name  # 「我没交」 after a tip: the money is still there
    if name == OUTSIDE and slots.get("minor") and _tells_age(tracker):
        return MINOR
    if name.startswith("utter_scam/") and "." not in name and name == last_response(tracker) and not is_about(responses.get(name, []), text_of(tracker)):
        own = way_to_check([name], ())
        return own if own in responses else name  # more of the same fraud: how to see through it, not the same warning again
    if name == ASKED:
        parsed = tracker.latest_message.parse_data if tracker.latest_message else {}
        own = way_to_check(given(tracker).names, parsed.get("intent_ranking") or [])
        return own if own in responses and own != last_response(tracker) else name
    if slots.get("lock") == "soft" and name == OUTSIDE == last_response(tracker):
        return "utter_offer_human"
    if name == "utter_affirm" and has_entity(tracker, "settled"):
        return "utter_crisis_over" if has_entity(tracker, "settled", "better") else "utter_settled"
    if slots.get("crisis") and name in (SLOWLY, "utter_affirm"):
        return STEADY if name == SLOWLY else "utter_crisis_better"  # there are no steps to go through; the person comes first
    if name == "utter_affirm" and in_steps(tracker):
        return SLOWLY
    return _asked_back(tracker, slots, labels) if name == "utter_clarify" else name


def _tells_age(tracker: DialogueStateTracker) -> bool:
    """Whether the customer has just said, for the first time, to be under age."""
    return minor_in(text_of(tracker)) and all(response_of(e) != MINOR for e in tracker.events if isinstance(e, BotUttered))


def text_of(tracker: DialogueStateTracker) -> str:
    """The last message of the customer."""
    return str(tracker.latest_message.text or "").strip() if tracker.latest_message else ""


def _asked_back(tracker: DialogueStateTracker, slots: Mapping[str, Any], labels: Labels) -> str:
    """What is said to a message that was not understood."""
    reason = str((tracker.latest_message.intent or {}).get("reason")) if tracker.latest_message else ""
    if reason in ("blank", "command"):
        return f"utter_{reason}"
    if slots.get("minor") and all(response_of(e) != MINOR for e in tracker.events if isinstance(e, BotUttered)):
        return MINOR  # 「我15」 is no question, but it settles what may be talked about
    if slots.get("minor") and f"utter_{slots.get('topic')}".startswith(NOT_FOR_MINORS):
        return "utter_column_minor"  # no question back about what he may not have: what there is for him instead
    if str(slots.get("topic")).startswith("scam/") and reason == UNSURE:
        return TIPPED  # 「她14岁」 after a tip: where it stands matters more than what was meant
    if reason == UNSURE and float(slots.get("misses") or 0) < MISSES and labels.title(str(slots.get("topic"))):
        return DETAIL if tells_detail(text_of(tracker), str(slots.get("topic") or "")) else ABOUT
    return "utter_offer_human" if float(slots.get("misses") or 0) >= MISSES else "utter_clarify"


def _within(profile: str, name: str, tracker: DialogueStateTracker, responses: Responses) -> bool:
    """Whether the response belongs to what this bot speaks of (institution.yml `profile`)."""
    if profile == "full" or name == ELSEWHERE:
        return True
    parsed = tracker.latest_message.parse_data if tracker.latest_message else {}
    products = [str(e.get("value")) for e in parsed.get("entities") or [] if e.get("entity") == "product"]
    own = name.removeprefix("utter_")
    if own.startswith(("column", "lesson")):
        return all(shows(profile, str((r.get("metadata") or {}).get("category") or "")) for r in responses.get(name, []))
    if not speaks_of(profile, own, products):
        return False
    return not name.startswith(FILLED) or speaks_of(profile, full_label(parsed), products)
