"""Those who are warned of a fraud and answer with a proof, a loss or good news (tests/conversations/protection.yml holds them whole)."""

from __future__ import annotations

import pytest

from persona import underway
from persona.bearings import corrected, means
from persona.choosing import freshest, is_about
from persona.emergency import gone, response_for
from persona.place import UNCLEAR, Place
from persona.state import changes

WARNED = Place(last="utter_scam_now", topic="scam_now", lock="hard", alarmed=True)
TIPPED = Place(last="utter_scam/bank_phishing", topic="scam/bank_phishing", alarmed=True)
DESPAIR = Place(last="utter_crisis", topic="", lock="hard", crisis=True, alarmed=True)


def read(text: str, label: str, place: Place, confidence: float = 0.3) -> str | None:
    return corrected(text, label, confidence, place, alone=label, fallback=label == "nlu_fallback", reason="model", cue=False)


@pytest.mark.parametrize("text", ["窗口关了 可是少了三万", "真划走了9900", "前后充进去六万"])
def test_a_loss_in_passing_is_a_loss(text: str) -> None:
    assert means(text, "scam_now", WARNED) == "been_scammed"


@pytest.mark.parametrize("text", ["柜台的人拦下来了", "打给他老师了 人正在学校上课", "手机抢下来了 还没转"])
def test_good_news_is_no_loss(text: str) -> None:
    assert means(text, "scam_now", WARNED) == "deny"


@pytest.mark.parametrize("text", ["孩子没事 但是钱已经给了三万", "差点信了，不过验证码报了"])
def test_good_news_with_a_but_is_not_taken_for_the_end(text: str) -> None:
    assert means(text, "scam_now", WARNED) != "deny"


def test_a_secret_told_after_the_warning_is_heard() -> None:
    assert read("脸刷了 卡号也报了", "join_giveaway.again", TIPPED) == "been_scammed"
    assert read("要填卡号吗", "faq/password", TIPPED) != "been_scammed"


def test_who_is_told_to_type_a_code_has_told_us_no_secret() -> None:
    assert read("她让我在转账那页填退款码52300", "share_secret", TIPPED, 0.6) == "scam_now"


def test_a_faint_alarm_within_a_bank_matter_is_asked_back() -> None:
    loan = Place(last="utter_faq/loan_apply.progress", topic="faq/loan_apply.progress")
    assert read("客服回我说再等两天", "scam_now", loan) == UNCLEAR
    assert read("客服让我先转一笔验资", "scam_now", loan) is None


def test_somebody_who_comes_is_an_answer_to_despair() -> None:
    assert means("我打给我姐了", "nlu_fallback", DESPAIR) == "affirm"
    assert means("我打给我姐了", "nlu_fallback", WARNED) != "affirm"


def test_thanks_after_all_is_done_ends_an_emergency_only() -> None:
    assert means("都办妥了 谢谢", "thank", WARNED) == "affirm"
    assert means("都办妥了 谢谢", "thank", Place(topic="faq/lost_card")) is None


def test_the_first_steps_know_where_the_money_left() -> None:
    assert response_for("been_scammed", {"lost_via": "own_bank"}, []) == "utter_emergency_first_own_bank"
    assert response_for("been_scammed", {"lost_via": "own_bank"}, ["utter_emergency_first_own_bank"]) == "utter_emergency_own_bank"
    assert response_for("been_scammed", {"lost_via": "wallet", "reported": True}, []) == "utter_emergency_wallet"
    assert response_for("been_scammed", {"lost_via": "own_bank", "late": True}, []) == "utter_emergency_late"
    assert gone(["utter_emergency_first_wallet"])


def test_police_who_said_something_have_been_called() -> None:
    assert changes("been_scammed", [], "转了两千被拉黑 报警后民警说是纠纷", {})["reported"] is True


def test_what_is_about_one_thing_only_goes_first() -> None:
    wide = {"text": "甲", "metadata": {"aliases": ["外地"]}}
    only = {"text": "乙", "metadata": {"aliases": ["柜台"], "only": True}}
    assert [r["text"] for r in freshest([wide, only], [], "我在外地 她在柜台")] == ["乙", "甲"]
    assert is_about([wide, only], "她在柜台") and not is_about([wide, only], "我在外地")


def test_secrets_typed_in_are_stopped_at_the_card() -> None:
    assert changes("been_scammed", [], "网页要填银行卡和支付密码 我填了", {})["lost_via"] == "credentials"
    assert "lost_via" not in changes("been_scammed", [], "填了卡号 钱就少了三千", {})


@pytest.mark.parametrize(
    ("text", "told"),
    [("俺交罢了 有合同 咋往回要", True), ("交过了 现在又说流水不够还要两千", True), ("没转 他让我转两千", False), ("已经交了能退吗", False)],
)
def test_a_question_behind_it_does_not_hide_that_money_has_gone(text: str, told: bool) -> None:
    assert underway.paid(text) is told


def test_who_stands_by_has_kept_nothing() -> None:
    beside = Place(last="utter_scam_now.bystander", topic="scam_now.bystander", lock="hard", alarmed=True)
    assert underway.answers("没转成", beside) is None
    assert underway.answers("没转成", WARNED) == "deny"


def test_a_face_that_was_shown_is_given_away() -> None:
    face = Place(last="utter_scam_now.face", topic="scam_now.face", lock="hard", alarmed=True)
    assert underway.answers("米都领了 脸也照了", face) == "been_scammed"
    assert response_for("been_scammed", {}, ["utter_scam_now.face"]) == "utter_emergency_credentials"


def test_what_was_done_and_then_the_next_step() -> None:
    taken = Place(last="utter_emergency_credentials", topic="been_scammed", lock="hard", alarmed=True, gone=True)
    assert underway.answers("好了关上了 用我老伴手机打的字 下一步呢", taken) == "deny"
