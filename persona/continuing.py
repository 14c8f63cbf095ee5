"""What a short reply means right after a question of ours: the label it stands for, whatever the words alone would say."""

from __future__ import annotations

from collections.abc import Sequence

from persona.giveaways.offers import OFFERS, asks_by_number, confirms, for_another
from persona.quiz.reading import ANSWERS, act_of, leaning

# More pressing than any game; a bare 「骗子」 in answer to a question of the class is no emergency.
EMERGENCIES = frozenset({"crisis", "scam_now", "been_scammed"})
# Acts that a game takes a few turns later, too, when something was asked in between.
LATER = frozenset({"stop", "score", "easy", "hard"})
PRESSING = EMERGENCIES | frozenset({"handoff", "complain", "stop_marketing", "share_secret"})


def replied(response: str, text: str, intent: str, lately: Sequence[str] = ()) -> str | None:
    """The label of a reply to ``response`` (the last one given), or None when it stands for itself.

    ``lately``: the responses given just before it.

    An entry number looks like a secret to a classifier; here it is known for what it is.
    """
    intent = intent.split(".")[0]  # 「他又打来了」 is as pressing as what it belongs to
    if intent not in EMERGENCIES and asks_by_number(text):
        return "giveaway_status"
    if (response in OFFERS and intent == "affirm") or (response.startswith("utter_giveaway_") and confirms(text)):
        return "join_giveaway"
    if response.startswith("utter_giveaway_") and intent not in EMERGENCIES and for_another(text):
        return "join_giveaway.again"
    if response.startswith("utter_quiz_"):
        asked, act = response == "utter_quiz_question", act_of(text)
        if (act in ANSWERS and not asked) or (act == "why" and intent in PRESSING - {"complain"}):
            return None
        if act is None and asked and intent not in PRESSING:
            act = leaning(text)
        if act is not None:
            return "scam_quiz"
    elif not response.startswith("utter_giveaway_") and any(name.startswith("utter_quiz_") for name in lately) and intent not in PRESSING and act_of(text) in LATER:
        return "scam_quiz"
    return None
