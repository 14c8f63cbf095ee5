"""What a message can mean where it stands, and what it cannot: the last check on how a customer was understood.

Pure. A classifier reads words; somebody who answers 「一万块」 to a calculator, 「你们就是骗子」 in a complaint or 「然后呢」
after a tip is not being robbed. An alarm that is raised for nothing costs the conversation, because it locks.
The words stand in `nlu/lexicon/bearings.yml`; what is decided with them, and in which order, stands here.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import partial

from persona import underway
from persona.feasts import asks_when
from persona.giveaways.offers import about_list, asks_fee, comes_back, part_of
from persona.minors import of_family, takes_age_back
from persona.nlu.sayings import says as said
from persona.nlu.text import simplify
from persona.place import ASKS, UNCLEAR, Place
from persona.products import category_of
from persona.smalltalk import HEAVY, LISTENING, SERIOUS
from persona.tickets.wording import takes_back

CLEARED = "check_suspicious.cleared"  # 「打过电话了，确实是他」
ALARMS = frozenset({"scam_now", "been_scammed", "check_suspicious", "crisis"})
ADVISED = frozenset({"ask_recommendation", "faq/deposit", "faq/deposit.term"})  # 「5万块」 says how much is to be put by
COMPLAINTS = frozenset({"complain", "missold"})
COURTESIES = frozenset({"chitchat/night", "chitchat/thanks_long", "chitchat/morning"})  # meant, however faintly heard
# Where somebody is in trouble, a joke that nobody asked for is out of place.
GRAVE = frozenset({"complain", "missold", "faq/debt_help", "faq/overdue", "faq/deceased_account"})
CARD_GONE = frozenset({"faq/lost_card", "faq/unknown_debit", "faq/account_security"})
STEPS = "utter_say_again"
TO_MINORS = ("utter_product_minor", "utter_minor_", "utter_giveaway_minor", "utter_column_minor")
COUNTER = "faq/branch_hours.where"  # whom to ask at a branch
GIVEAWAY = "utter_giveaway"
PLAY = (GIVEAWAY, "utter_column", "utter_ask_column", "utter_lesson", "utter_quiz_")
CLEAR = 0.85  # small talk as clear as this is meant
LIKELY = 0.6
BRIEF = 9  # characters
TAKEN_BACK = 24  # characters in which a complaint is taken back, with the reason
NOD = 3  # characters of a yes or a no that says nothing else
FEW = 14  # characters that only their place explains
OUTSIDE = "out_of_scope"
FEAST = "chitchat/feast_date"
OF_ONESELF = 18  # characters
# Two of them in one wish for advice: what sets them apart is told, not one of them.
_SET_APART = frozenset({"deposit", "wealth", "fund"})
# Where two have an answer of their own that sets them apart.
_COMPARED = {frozenset({"bond", "deposit"}): "faq/bond_gold.bond_versus", frozenset({"bond", "cd"}): "faq/bond_gold.bond_versus",
             frozenset({"cd", "deposit"}): "faq/deposit.cd_differs"}
# Small talk that an answer about the bank does not lead to; what one feels about an answer is another matter.
_BESIDE = frozenset({"lonely", "test_message", "weekend", "birthday", "dream", "hobby", "moon_stars", "pet", "where_live", "weather_here", "what_day", "what_are_you_doing", "own_things", "family_friends", "food"})

says = partial(said, "bearings")


def settled(text: str) -> bool:
    """Whether a message says that all is done."""
    return says("settled", text) or says("settled_thanks", text)


def step_back(text: str) -> bool:
    """Whether somebody wants the step before once more."""
    return says("step_back", text)


def hard_to_read(text: str) -> bool:
    """Whether somebody says that they cannot read or hear well."""
    return says("hard_to_read", text)


def means(text: str, intent: str, place: Place, *, reason: str = "", matter: bool = False) -> str | None:
    """The label that `text` stands for in its place, UNCLEAR when it must be asked back, None when the words decide.

    `matter`: it names something of the bank's. A sentence that must not be missed (`reason` signal) is left alone.
    """
    if reason == "signal":
        return None
    bare = simplify(text.strip())
    if says("settled", bare) or (place.lock == "hard" and settled(bare)):
        return "affirm"
    meant = _of_harm(bare, intent, place)
    if meant is None:
        meant = _of_talk(bare, intent, place, matter)
    if meant is None and (place.last.startswith(GIVEAWAY) or place.topic == "scam/prize"):
        meant = _of_giveaway(bare, intent, place)
    return meant


def _of_harm(bare: str, intent: str, place: Place) -> str | None:
    """Where a card is gone, fraud is talked about or somebody despairs."""
    gone = place.topic.split(".")[0] in CARD_GONE
    told = place.last.startswith(TO_MINORS)  # right after that, an age that is taken back raises no alarm
    fooled = (told or (not place.alarmed and intent.split(".")[0] in ALARMS)) and takes_age_back(bare)
    if place.minor and not place.gone and intent != "crisis" and (fooled or of_family(bare)):
        return OUTSIDE  # 「骗你的，我满18了」, 「拿我爸的支付宝买」: what a minor is told to it (rasa_adapter/moment.py)
    if place.crisis and len(bare) <= 16 and not intent.startswith("crisis") and says("fine", bare):
        return "affirm"
    if intent in ("been_scammed", "scam_now") and not place.alarmed:
        if says("swiped", bare) and gone:
            return place.topic
        if says("bare_amount", bare) and place.topic not in ADVISED:
            return f"calculate_{place.calc}" if place.calc else place.topic if gone else UNCLEAR
    if gone and place.lock != "hard" and len(bare) <= 16:
        if says("locked", bare):
            return "faq/lost_card.reissue"
        if says("how_to_lock", bare):
            return "faq/lost_card"
    if place.alarmed and place.lock == "hard" and not place.minor and not place.crisis:
        meant = underway.answers(bare, place)
        if meant is not None:
            return meant
    tipped = place.topic.startswith(("scam/", "check_suspicious")) and place.last.startswith(("utter_scam/", "utter_check_suspicious")) and not place.crisis
    if tipped and underway.still_has_it(bare):
        return "deny"
    if place.crisis and len(bare) <= 20 and not intent.startswith("crisis") and says("comes", bare):
        return "affirm"  # 「我打给我哥了」: somebody knows of it
    if place.crisis and len(bare) <= 16 and says("shrinks", bare):
        return "crisis"  # 「不想打电话」: another way to somebody, and no second order to call
    if place.crisis and len(bare) <= 16 and not intent.startswith("crisis") and says("goes_to_call", bare):
        return "been_scammed"
    if place.crisis and "12356" in bare and intent != "crisis":
        return UNCLEAR  # who has rung them up needs company, and no word about secrets
    if (intent == "handoff" or place.alarmed) and says("told_to_press", bare):
        return "scam_now"
    return None


def _of_talk(bare: str, intent: str, place: Place, matter: bool) -> str | None:
    """How it is talked, complaints, steps at the counter."""
    if place.lock == "none" and not place.alarmed and not place.calc and asks_when(bare):
        return FEAST
    if says("no_meow", bare) and len(bare) <= 24 and not matter:
        return "chitchat/" + SERIOUS.removeprefix("utter_chitchat/")
    if hard_to_read(bare) and len(bare) <= 20 and not matter and intent not in ALARMS:
        return "say_again"
    if (place.topic.split(".")[0] in COMPLAINTS or (place.ticket and "投诉" in bare)) and len(bare) <= TAKEN_BACK and takes_back(bare):
        return "complain"
    if place.ticket and len(bare) <= 16 and not place.alarmed and says("ticket", bare):
        return "ticket_status"
    if place.lock != "hard" and not place.alarmed and len(bare) <= 24 and says("learns", bare) and not says("story", bare):
        return "scam_quiz"
    if says("complains", bare) or (place.ticket and len(bare) <= 12 and says("amends", bare)):
        return "complain"
    if place.last == STEPS and says("next_step", bare):
        return "affirm"
    if place.last == STEPS and len(bare) <= 14 and step_back(bare):
        return "say_again"
    if place.last == STEPS and intent != "handoff" and (says("cannot_find", bare) or says("counter", bare)):
        return COUNTER
    if place.topic.startswith("faq/") and intent != "handoff" and len(bare) <= 12 and says("counter", bare) and not place.alarmed:
        return COUNTER
    if place.lock == "none" and not place.alarmed and len(bare) <= 16 and says("doubted", bare):
        return "join_giveaway.rules"
    return None


def _of_giveaway(bare: str, intent: str, place: Place) -> str | None:
    """Right after a give-away, or about one of ours that was taken for a fraud."""
    here = place.last.startswith(GIVEAWAY)
    if not here and place.lock == "none" and ("你们" in bare or "真" in bare) and part_of(bare) == "notice":
        return "join_giveaway.rules"  # 「那真中了你们怎么通知」 after a prize that was a fraud
    if (here or (place.lock == "none" and "你们" in bare)) and asks_fee(bare):
        return "join_giveaway.rules"
    if not here:
        return None
    if comes_back(bare):
        return "join_giveaway.again"
    if part_of(bare) == "notice":
        return "join_giveaway.rules"  # 「中了会打电话通知吗」 is asked of ours, and nobody has rung
    fraud = says("fraudulent", bare)
    if about_list(bare) and not fraud:
        return "giveaway_status"
    part = part_of(bare)
    if part in ("personal", "cheat") and not says("fraudulent", re.sub("要我|有人", "", bare)):
        return "join_giveaway.rules"
    if part == "claim" and intent in (OUTSIDE, "share_secret", "nlu_fallback", "set_city"):
        return "join_giveaway.rules"  # 「地址是…路1号」: it belongs into the form
    if len(bare) <= 18 and not fraud:
        if part or "规则" in bare:
            return "join_giveaway.rules"
        if says("age", bare):
            return "join_giveaway"
    return None


def tells_detail(text: str, topic: str) -> bool:
    """Whether a message that nothing was heard in tells something of the customer's case and asks nothing (「五千块」)."""
    return topic.startswith("faq/") and len(text) <= underway.DETAIL and not ASKS.search(text) and bool(says("tells", text))


def between(intent: str, products: Iterable[str]) -> str:
    """The intent of a message with the products it names: 「定期和理财哪个好」 wishes to hear of both."""
    named = set(products)
    apart = _SET_APART & {category_of(product) for product in named}
    if intent == "ask_recommendation" and len(apart) > 1:
        intent = "compare_products"
    return _COMPARED.get(frozenset(named), intent) if intent == "compare_products" else intent


def answers_calculator(text: str, fallback: bool) -> bool:
    """Whether a message belongs to an open calculator: a question without a figure is asked in between."""
    return says("figure", text) or says("unknown", text.strip()) or not (ASKS.search(text.strip(" 。！!")) or says("tag", text)) or (fallback and len(text) <= 4)


def corrected(text: str, label: str, confidence: float, place: Place, *, alone: str, fallback: bool, reason: str, cue: bool, neighbour: str = "") -> str | None:
    """What `label` is replaced by, or None. `alone`: the label by the words alone; `cue`: a word of fraud, loss or despair;
    `neighbour`: what the topic has in place of `label` (persona/nlu/homonyms.py)."""
    if reason in ("signal", "button", "command", "blank"):
        return None
    base, matter = label.split(".")[0], place.topic.split(".")[0]
    alarm = base in ALARMS or label.startswith("scam/")
    idle = label.startswith("chitchat/") and confidence < CLEAR and label not in COURTESIES
    if label == CLEARED and (place.lock == "hard" or confidence < LIKELY or not place.topic.startswith(("scam/", "check_suspicious"))):
        return underway.next_step(text, place.gone) or ("scam_now.trust" if place.lock == "hard" and not place.gone else UNCLEAR)
    if label == "been_scammed.unreached" and not place.alarmed and not cue and says("to_lock", text):
        return "faq/lost_card.unreached"  # 「我是聋人 打不了电话 想挂失」
    if base in ("been_scammed", "scam_now") and "." in label and place.topic.startswith("faq/") and not place.alarmed and not (cue or underway.about_loss(text)):
        return UNCLEAR  # 「要等几耐」 after a locked password: nobody speaks of a fraud
    if base in ("been_scammed", "scam_now") and not place.alarmed and len(text) <= FEW and not (cue or says("harm", text) or underway.about_loss(text)):
        return UNCLEAR  # 「那我现在要去办什么吗」, 「正着戴一次看看」: nobody else is in it, no money and no harm
    if base in ("been_scammed", "scam_now") and place.topic.startswith("faq/") and not place.alarmed and confidence < LIKELY and not (says("hook", text) or underway.about_loss(text)):
        return UNCLEAR  # 「客服说让我再等等」 after a loan: nobody wants money, a secret or a program
    if base in ("been_scammed", "scam_now") and place.last and not place.alarmed and len(text) <= FEW and says("worries", text):
        return UNCLEAR  # 「里头钱会不会没了」 about an old passbook: nothing has happened
    if base == "crisis" and not (place.crisis or place.lock == "hard" or cue) and confidence < LIKELY and not says("heavy", simplify(text)):
        return UNCLEAR
    if label == "share_secret" and place.topic.startswith("scam/") and says("is_told_to", text):
        return "scam_now"  # 「让我输个退款编码」: he wants it typed in, nothing is told to us
    if label == "share_secret" and (says("no_secret", text) or says("length", text)):
        return UNCLEAR  # 「12315管吗」, 「16」: a number anybody may know; 「密码是六位还是四位」 tells none
    if matter == "faq/lost_card" and place.lock != "hard" and (fallback or label == OUTSIDE or idle) and not ASKS.search(text) and place.last != "utter_faq/lost_card.reissue":
        return "faq/lost_card.reissue"  # 「公交车上 可能昨天」: lock it first, then a new one
    warned = place.topic.startswith(("scam/", "check_suspicious", "verify_official")) and place.lock != "hard" and base not in ("been_scammed", "scam_now", "crisis")
    if warned and ((underway.paid(text) and place.topic.startswith("scam/")) or underway.told_secret(text)):
        return "been_scammed"
    if fallback and matter == "faq/lost_phone" and place.lock != "hard" and not ASKS.search(text) and place.last != "utter_faq/lost_phone.after":
        return "faq/lost_phone.after"  # 「刚刚 在路边」: what to do next helps more than a question back
    if base in ALARMS and place.last.startswith(PLAY) and confidence < LIKELY and not cue and not place.alarmed:
        return UNCLEAR  # 「银行的人会不会自己抽走」, 「不想学了」: in a game no faint alarm is raised
    if label.startswith("scam/") and not place.alarmed and says("price", text.strip()):
        return UNCLEAR  # 「要钱不」 asks what something costs, nobody blackmails
    if label in ("affirm", "deny") and confidence < LIKELY and reason != "context" and len(text) > NOD:
        return UNCLEAR  # 「那个 我就是想 嗯 那个卡」 is neither a yes nor a no
    if matter in COMPLAINTS and place.lock != "hard" and base != "crisis" and not cue and len(text) <= OF_ONESELF and says("of_oneself", text):
        return LISTENING  # 「对不起 我今天心情不好」 is no more of the complaint
    if matter in COMPLAINTS and place.lock != "hard" and (label == "chitchat/insult_mild" or (label == "abuse" and ASKS.search(text))):
        return "abuse"  # at the mascot, and nothing of the complaint
    if label == "chitchat/insult_mild" and place.last.startswith("utter_faq/") and place.lock != "hard":
        return "not_what_i_meant"  # 「你懂不懂啊，笨死了」 right after an answer: it was the wrong one
    if matter in COMPLAINTS and place.lock != "hard":
        if alarm and base != "crisis" and (not cue or says("to_the_bank", text)):
            return "complain"
        if base in ("set_city", COUNTER.split(".")[0]) and not ASKS.search(text):
            return "complain"  # 「网点是城南支行」: where it happened
        if fallback or idle or label in ("abuse", "deny", "ask_capabilities"):
            return UNCLEAR if ASKS.search(text) else "complain"
    if matter in GRAVE and label == "thank" and says("sorrow", text):
        return LISTENING
    if matter in GRAVE and place.lock != "hard" and label.startswith("chitchat/"):
        if label.removeprefix("chitchat/") in (*HEAVY, "sleep", "night"):
            return LISTENING
        return UNCLEAR if idle else None
    if neighbour:
        return neighbour
    if place.alarmed and (alarm or fallback or label in ("affirm", "goodbye") or idle) and not place.minor and not place.crisis and underway.lets_in(text.strip()):
        return "scam_now.app"
    if matter in COMPLAINTS and base in COMPLAINTS and "." in label and reason == "context" and confidence < LIKELY and not ASKS.search(text):
        return "complain"  # what somebody tells of a quarrel belongs to the complaint
    near = matter in COMPLAINTS or matter == "faq/contact_complaint"
    if base in COMPLAINTS and reason == "context" and alone.split(".")[0] != base and not near:
        return UNCLEAR  # a complaint is opened when somebody complains, not because it is near
    if idle and (place.last == STEPS or (matter in CARD_GONE and place.last.startswith("utter_faq/"))):
        return UNCLEAR
    if place.last.startswith("utter_faq/") and confidence < CLEAR and len(text) <= BRIEF and ASKS.search(text) and (label.startswith("chitchat/") or label == OUTSIDE):
        return UNCLEAR  # 「一个人几个」 and 「怎么调高」 are asked of the answer before
    if place.last.startswith("utter_faq/") and label == OUTSIDE and confidence < CLEAR and tells_detail(text, place.topic):
        return UNCLEAR  # 「开三个月的」 after an answer belongs to it
    if idle and place.last.startswith("utter_faq/") and label.removeprefix("chitchat/") in _BESIDE:
        return UNCLEAR  # 「没人通知我啊」 after a limit, 「当天拿得到吗」: nobody is lonely, nobody tests the line
    if label in ("deny", "affirm") and place.last.startswith("utter_faq/") and reason != "context" and len(text) > NOD and ASKS.search(text):
        return UNCLEAR  # 「不是本地人行不」, 「哦那要带啥」 ask
    if label == "faq/deceased_account.password" and not place.topic.startswith("faq/deceased_account") and not says("death", text):
        return "faq/proxy_service"
    if label.startswith("chitchat/") and confidence < LIKELY and place.topic.startswith(("faq/", "calculate_")) and says("refers", text):
        return UNCLEAR
    if place.topic.startswith(("scam/", "check_suspicious")) and place.lock != "hard" and reason == "context" and base in ALARMS and not cue:
        return None if underway.spoken_of(label, text) or underway.paid(text) or underway.told_secret(text) or alone.split(".")[0] == base else underway.next_step(text, place.gone)
    if place.topic.startswith("scam/") and place.lock != "hard" and fallback and not place.minor and not place.crisis:
        return underway.next_step(text, place.gone) or None
    if place.lock == "hard" and place.alarmed and not place.minor and not place.crisis:
        return underway.corrected(text, label, reason, alone, cue, place.gone)
    return None


