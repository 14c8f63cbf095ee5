"""What a message means while fraud is talked about: 「然后呢」, 「打了」, 「半小时前」 after the question where the money went.

Pure; `persona.bearings` asks it. Somebody who is being robbed answers in three words, and each of them belongs to the
question before; a step that is only near, and not spoken of, is worse than the calm word that asks where they are stuck.
The words stand in `nlu/lexicon/underway.yml`; what is decided with them, and in which order, stands here.
"""

from __future__ import annotations

import re
from functools import partial

from persona.emergency import CALLED, HELD, TOLD, WAITING, gone, kept
from persona.late import only_when
from persona.nlu.sayings import says as said
from persona.nlu.sayings import steps
from persona.place import ASKS, UNCLEAR, Place

UNREAD = "nlu_fallback"
DETAIL = 24  # characters of something told about a fraud
NEXT_ASKED = 32  # characters of what was done, with 「下一步呢」 behind it
BESIDE, FACE = "utter_scam_now.bystander", "utter_scam_now.face"
PRODUCTS = ("faq/insurance", "faq/wealth", "faq/fund", "faq/pension", "faq/bond_gold")
_ELSEWHERE = ("faq/", "verify_official", "chitchat/", "out_of_scope", "bank_other", "ask_recommendation")
_BORROWING = ("faq/loan_", "faq/card_limit", "faq/card_cash", "faq/credit_report", "faq/mortgage", "faq/overdue")
_HASTE = re.compile(r"[，,\s]*(?:快点?|快说|赶紧|急死了?|很急|在线等)[啊呀！!。]*$")
_CLAUSE = re.compile(r"[，,。；;！!\s]+")


says = partial(said, "underway")


def answers(text: str, place: Place) -> str | None:
    """The label of a short message under an alarm; None when the words decide. `text` has no spaces around it."""
    if place.last.startswith(BESIDE):
        return None  # who only stands by has kept and paid nothing: 「她没转成」 is told of another
    text = _HASTE.sub("", text) or text  # 「现在怎么弄 快点」
    if place.gone and len(text) <= DETAIL and says("held", text) and not says("reserved", text) and not ASKS.search(text):
        return HELD
    sent = says("paid", text) and place.last.startswith("utter_scam_now")
    if len(text) <= DETAIL and not says("both", text) and not sent and not ASKS.search(text.removesuffix("然后呢")):
        first, *rest = _CLAUSE.split(text)
        if says("reported", first) and not says("not_yet", first) and (not any(rest) or re.search(r"110|[警案]", first)):
            return CALLED  # 「110打了 反诈中心说正在止付」
    if not place.gone and place.last.startswith(FACE) and told_secret(text):
        return "been_scammed"  # 「米都领了 脸也照了」
    if not place.gone and (paid(text) or (says("did_pay", text) and says("again", text))):
        return "been_scammed"  # 「关了 但是少了四万九」: the loss counts, not the closed window
    if not place.gone and len(text) <= DETAIL and says("found_out", text) and not says("reserved", text):
        return "deny"
    last = _CLAUSE.split(text)[-1]
    if not place.gone and kept(place.last) and len(text) <= DETAIL and (says("kept", last) or says("not_paid", last)):
        return "deny"  # 「手机抢下来了 好像还没转」
    if place.gone and len(text) <= DETAIL and says("whether_to_report", text):
        return "been_scammed.police"
    if 16 < len(text) <= NEXT_ASKED and says("and_now", last) and not ASKS.search(text.removesuffix(last)):
        return WAITING if place.reported and place.gone else "deny"  # 「好了关上了 用我老伴手机打的字 下一步呢」
    if len(text) > 16:
        return None
    if place.gone and (says("when", _CLAUSE.sub("", text)) or only_when(text)):
        return TOLD
    if says("on_the_line", text):
        return "scam_now.back" if says("comes_back", text) else "scam_now"
    if sent:
        return "been_scammed"
    if says("not_called", text):
        return "deny"
    if says("and_now", text) and (place.gone or not (kept(place.last) or gone((place.last,)))):
        return WAITING if place.reported and place.gone else "deny"
    if not place.gone and says("stuck", text):
        return "scam_now.app"
    if says("both", text) and not says("not_yet", text):
        return WAITING
    heeded = any(says("heeded", part) and says("hung_up", part) for part in _CLAUSE.split(text))
    kept_it = kept(place.last) and (says("safe_now", text) or says("kept", text) or says("what_now", text) or says("and_now", text) or heeded)
    if kept_it or says("not_paid", text):
        return "deny"
    if says("intact", text) and not says("reserved", text) and not ASKS.search(text):
        return HELD if place.gone else "deny"
    if says("heeded", text) and not ASKS.search(text.removesuffix("然后呢")):
        return "affirm"
    return None


def still_has_it(text: str) -> bool:
    """Whether somebody says that no money has gone, or asks whether that is safe."""
    return len(text) <= 16 and any(says(what, text) for what in ("kept", "not_paid", "safe_now", "found_out"))


def paid(text: str) -> bool:
    """Whether somebody who was warned tells that money has gone all the same; a question behind it (「俺交罢了 咋往回要」) changes nothing."""
    told = (part for part in (text, *_CLAUSE.split(text)) if not (ASKS.search(part) or says("not_so", part)))
    return len(text) <= DETAIL and any(says("handed_over", part) for part in told)


def told_secret(text: str) -> bool:
    """Whether somebody who was warned tells that a number, a code or a face has been given all the same."""
    return len(text) <= DETAIL and says("told_secret", text) and not ASKS.search(text)


def lets_in(text: str) -> bool:
    """Whether somebody tells that the program is there or the screen is shared."""
    return says("let_in", text)


def about_loss(text: str) -> bool:
    """Whether a text may speak of a loss, though it names none."""
    return says("about_loss", text)


def spoken_of(label: str, text: str) -> bool:
    """Whether a text has a word of the step `label`."""
    return any(pattern.search(text) for pattern in steps("underway").get(label, ()))


def next_step(text: str, gone: bool) -> str:
    """What a message says of a fraud that no answer of its own was heard in; UNCLEAR when it says nothing of it."""
    if says("by_others", text) or says("earned", text):
        return "scam_now.trust"
    if says("somebody_comes", text) and not gone and not paid(text):
        return "scam_now.door"
    if says("he_wants", text):
        return "scam_now"
    if gone and not ASKS.search(text) and says("detail", text) and len(text) <= DETAIL:
        return TOLD  # a thing to tell the police
    return UNCLEAR


def corrected(text: str, label: str, reason: str, alone: str, cue: bool, gone: bool) -> str | None:
    """Where fraud is under way or done. `gone`: the money has left."""
    if label.startswith(_ELSEWHERE) or label == UNREAD:
        step = next_step(text, gone)
        if step and (label == UNREAD or gone or step != TOLD) and not (label.startswith("faq/") and not gone):
            return step
    if label.startswith(_BORROWING):
        if says("sues", text) and says("he_wants", text):
            return "scam_now.threat"
        return "been_scammed.worry" if gone and re.search(r"退|追|要回", text) else None
    if label.startswith(PRODUCTS) and not re.search(r"保险|保单|理财|基金|养老|国债|黄金", text):
        return ("been_scammed.bank" if says("by_the_bank", text) else "been_scammed.worry") if says("about_loss", text) else UNCLEAR
    if label.startswith("been_scammed") and says("again", text) and not ASKS.search(text) and (gone or not says("did_pay", text)):
        return "scam_now"  # 「还要转三万」: the next sum is not yet gone
    if label == "been_scammed" and not gone and says("earned", text):
        return "scam_now.trust"  # 「已经赚了三千，能提出来」
    if gone and label.startswith("scam/") and not label.startswith("scam/recovery") and len(text) <= DETAIL and says("detail", text) and not (ASKS.search(text) or re.search(r"[让叫要说]", text)):
        return TOLD  # 「三年前投的 上个月停了」: no other fraud, more of this one
    if reason != "context":
        return None
    if gone and label == "been_scammed" and says("detail", text) and not (ASKS.search(text) or re.search(r"[又再另]|骗", text)) and len(text) <= DETAIL:
        return TOLD
    if label in steps("underway") and not spoken_of(label, text):
        return next_step(text, gone)
    if not gone and label.split(".")[0] == "been_scammed" and alone.split(".")[0] != "been_scammed" and not (cue or says("about_loss", text)):
        return next_step(text, gone)
    return None
