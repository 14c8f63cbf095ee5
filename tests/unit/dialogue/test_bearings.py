"""A message is read where it stands: an amount after a calculator's question is no fraud, a complaint is no alarm."""

from __future__ import annotations

from dataclasses import replace

import pytest

from persona.bearings import STEPS, answers_calculator, corrected, means
from persona.place import UNCLEAR, Place
from persona.state import changes

CALM = Place()
ROBBED = Place(topic="been_scammed", lock="hard", alarmed=True)


def fixed(text: str, label: str, place: Place, *, alone: str = "", confidence: float = 0.5, reason: str = "context",
          fallback: bool = False, cue: bool = False) -> str | None:
    return corrected(text, label, confidence, place, alone=alone or label, fallback=fallback, reason=reason, cue=cue)


@pytest.mark.parametrize("text", ["一万块", "五千多", "大概3000元左右", "2万"])
def test_a_bare_amount_is_no_alarm(text: str) -> None:
    assert means(text, "been_scammed", Place(calc="installment", topic="calculate_installment")) == "calculate_installment"
    assert means(text, "been_scammed", CALM) == UNCLEAR
    assert means(text, "been_scammed", ROBBED) is None


def test_what_was_charged_after_a_lost_card_stays_with_the_card() -> None:
    place = Place(topic="faq/account_security.stolen")
    assert means("刚刷了三千", "been_scammed", place) == "faq/account_security.stolen"
    assert means("锁了", "nlu_fallback", place) == "faq/lost_card.reissue"
    assert means("锁卡在哪", "faq/lost_card.unblock", place) == "faq/lost_card"


@pytest.mark.parametrize("text", ["都处理好了", "好了，都办完了", "已经弄好了"])
def test_done_is_understood_without_the_button(text: str) -> None:
    assert means(text, "been_scammed.worry", ROBBED) == "affirm"


@pytest.mark.parametrize("text", ["我挂了", "挂了", "好的我不理他", "好了我断网了", "软件删了"])
def test_who_did_as_told_is_not_told_again(text: str) -> None:
    assert means(text, "scam_now", ROBBED) == "affirm"
    assert means(text, "chitchat/laugh", CALM) is None


@pytest.mark.parametrize(("text", "label"), [
    ("打了", "been_scammed.called"), ("打完110了", "been_scammed.called"), ("报警了", "been_scammed.called"), ("110打了，然后呢", "been_scammed.called"),
    ("我报了", "been_scammed.called"), ("两个都打了", "been_scammed.next"), ("110和客服都打了", "been_scammed.next"), ("都打过了", "been_scammed.next"),
    ("还没打110", "deny"), ("没报警", "deny"), ("还没打", "deny"), ("他又打来了", "scam_now.back"), ("他还在催我转", "scam_now"),
])
def test_the_two_calls_are_kept_apart(text: str, label: str) -> None:
    assert means(text, "nlu_fallback", replace(ROBBED, last="utter_emergency_own_bank")) == label


def test_sent_is_not_called() -> None:
    assert means("打了", "affirm", replace(ROBBED, last="utter_scam_now")) == "been_scammed"
    assert means("110没打通", "nlu_fallback", replace(ROBBED, last="utter_emergency_own_bank")) is None


@pytest.mark.parametrize("last", ["utter_scam_now", "utter_scam_now.trust", "utter_emergency_stopped"])
@pytest.mark.parametrize("text", ["还没转", "没转 我挂了", "我挂了", "然后呢", "那我还要做什么", "接下来怎么办"])
def test_who_still_has_the_money_is_not_told_how_to_get_it_back(text: str, last: str) -> None:
    assert means(text, "been_scammed.worry", replace(ROBBED, last=last)) == "deny"
    assert means(text, "been_scammed.worry", replace(ROBBED, last="utter_emergency_first")) != "deny"


@pytest.mark.parametrize("text", ["没转成功但密码给他了", "还没转，可是验证码报了", "已经转了", "我转了三万"])
def test_what_was_given_away_all_the_same_is_heard(text: str) -> None:
    assert means(text, "scam_now", replace(ROBBED, last="utter_scam_now")) in (None, "been_scammed")


@pytest.mark.parametrize("text", ["我已经打开了", "打开了", "装好了", "我点了", "屏幕共享了", "按他说的下载了"])
@pytest.mark.parametrize("place", [ROBBED, Place(topic="scam/fake_police", lock="soft", alarmed=True)])
def test_who_has_let_them_in_is_told_what_to_do(text: str, place: Place) -> None:
    assert fixed(text, "been_scammed", place) == "scam_now.app"
    assert fixed(text, "nlu_fallback", place, fallback=True) == "scam_now.app"
    assert fixed(text, "affirm", CALM) is None


def test_a_short_word_for_letting_them_in_is_no_farewell() -> None:
    assert fixed("我下了", "goodbye", Place(topic="scam/fake_customer_service", lock="soft", alarmed=True)) == "scam_now.app"
    assert fixed("我下了", "goodbye", CALM) is None


def test_a_stranger_of_ones_own_is_no_family_to_be_stopped() -> None:
    assert fixed("我还没见过她", "scam_now.family", ROBBED, alone="scam_now") == UNCLEAR
    assert fixed("她就是不听", "scam_now.family", ROBBED, alone="scam_now") is None


@pytest.mark.parametrize("text", ["没事，开玩笑的", "我没事了", "好多了", "我好一点了"])
def test_somebody_in_crisis_who_says_it_is_over_is_heard(text: str) -> None:
    assert means(text, "chitchat/joke", Place(topic="crisis", lock="hard", alarmed=True, crisis=True)) == "affirm"
    assert means(text, "chitchat/joke", CALM) is None


@pytest.mark.parametrize("text", ["我只有15岁能参加吗", "15岁"])
def test_an_age_after_a_give_away_is_about_the_give_away(text: str) -> None:
    assert means(text, "faq/minor_account", Place(last="utter_giveaway_open")) == "join_giveaway"


@pytest.mark.parametrize("text", ["我家孩子12岁可以参加吗", "我妹十五能抽不", "要报身份证号吗", "折成钱行不行", "寄到澳门吗", "三個號一起報名可以嗎"])
def test_what_the_rules_say_is_asked_of_the_rules(text: str) -> None:
    assert means(text, "out_of_scope", Place(last="utter_giveaway_offer")) == "join_giveaway.rules"


@pytest.mark.parametrize("text", ["短信让我交身份证照片", "客服要我报卡号"])
def test_a_message_from_somebody_else_is_no_question_about_the_rules(text: str) -> None:
    assert means(text, "out_of_scope", Place(last="utter_giveaway_offer")) is None


@pytest.mark.parametrize("text", ["今儿芒种了没", "端午是几号", "離冬至還有幾天"])
def test_the_day_of_a_feast_is_asked_for(text: str) -> None:
    assert means(text, "out_of_scope", CALM) == "chitchat/feast_date"
    assert means(text, "out_of_scope", Place(lock="soft", topic="complain")) is None


@pytest.mark.parametrize("text", ["端午网点开门吗", "中秋抽奖几号", "明天会下大雪吗"])
def test_what_else_is_asked_about_a_feast_is_left_alone(text: str) -> None:
    assert means(text, "out_of_scope", CALM) is None


def test_despair_is_not_heard_in_words_that_hold_none() -> None:
    assert fixed("这个一直有效吗", "crisis", CALM, confidence=0.3) == UNCLEAR
    assert fixed("好了 歇一会", "crisis", Place(topic="check_suspicious", alarmed=True), confidence=0.3) == UNCLEAR
    assert fixed("我撑得好辛苦啊累", "crisis", CALM, confidence=0.3) is None


@pytest.mark.parametrize("text", ["抱歉，我刚才太急了", "其实我这两天心情不好", "被老板训了一顿"])
def test_who_speaks_of_himself_after_a_complaint_adds_nothing_to_it(text: str) -> None:
    assert fixed(text, "nlu_fallback", Place(topic="complain", lock="soft"), fallback=True) == "chitchat/listening"


def test_steps_go_on_at_and_then() -> None:
    for text in ("然后呢", "那接下来呢？", "还有吗"):
        assert means(text, "nlu_fallback", Place(last=STEPS, topic="faq/deposit")) == "affirm"

@pytest.mark.parametrize("text", ["他还在电话里", "那边一直在催"])
def test_a_fraudster_on_the_line_is_told_off(text: str) -> None:
    assert means(text, "been_scammed", ROBBED) == "scam_now"


def test_a_recorded_voice_is_no_wish_for_a_person() -> None:
    assert means("要我按9转人工", "handoff", Place(topic="scam/fake_police", alarmed=True)) == "scam_now"
    assert means("帮我转人工", "handoff", CALM) is None


def test_a_sentence_that_must_not_be_missed_is_left_alone() -> None:
    assert means("都处理好了", "crisis", CALM, reason="signal") is None
    assert fixed("我不想活了", "crisis", Place(topic="complain"), reason="signal") is None


@pytest.mark.parametrize(("text", "label"), [("你们就是骗子", "check_suspicious"), ("我排了两个小时", "scam/prize"), ("别跟我说抱歉", "chitchat/apology")])
def test_in_a_complaint_anger_is_written_down(text: str, label: str) -> None:
    assert fixed(text, label, Place(topic="complain", lock="soft"), cue="骗" in text) == "complain"


def test_in_a_complaint_a_question_is_asked_back_and_a_real_alarm_stays() -> None:
    place = Place(topic="complain", lock="soft")
    assert fixed("叫什么名字来着？", "chitchat/name_origin", place) == UNCLEAR
    assert fixed("他让我把钱转到安全账户", "scam_now", place, cue=True) is None


def test_a_ticket_is_asked_for_in_any_words() -> None:
    for text in ("编号多少", "多久有结果", "再催一下"):
        assert means(text, "been_scammed", Place(ticket=True)) == "ticket_status"
        assert means(text, "been_scammed", CALM) is None


def test_a_complaint_is_not_opened_by_nearness() -> None:
    assert fixed("那取的时候呢", "missold", Place(topic="faq/pension"), alone="nlu_fallback") == UNCLEAR
    assert fixed("你们骗我买的", "missold", Place(topic="faq/pension"), alone="missold") is None


def test_a_tip_does_not_become_an_emergency_by_a_follow_up() -> None:
    place = Place(topic="scam/fake_acquaintance", alarmed=True)
    assert fixed("怎么转", "been_scammed.worry", place, alone="nlu_fallback") == UNCLEAR
    assert fixed("钱转给骗子了", "been_scammed", place, alone="been_scammed", cue=True) is None


def test_under_an_alarm_a_step_is_told_only_when_it_is_spoken_of() -> None:
    assert fixed("锁卡在哪", "scam_now.door", ROBBED, alone="faq/lost_card") == UNCLEAR
    assert fixed("有人上门来拿", "scam_now.door", ROBBED, alone="nlu_fallback") is None
    assert fixed("银行能赔吗", "faq/insurance.claim", ROBBED) == "been_scammed.bank"


@pytest.mark.parametrize("topic", ["faq/debt_help", "faq/deceased_account", "complain"])
def test_no_joke_in_trouble(topic: str) -> None:
    assert fixed("叫什么来着", "chitchat/name_origin", Place(topic=topic, lock="soft")) == UNCLEAR
    assert fixed("睡不着", "chitchat/sleep", Place(topic="faq/debt_help", lock="soft")) == "chitchat/listening"
    assert changes("chitchat/listening", [], "睡不着", {"topic": topic}).get("topic", topic) == topic


def test_small_talk_does_not_break_into_steps() -> None:
    assert fixed("我找不到那个地方", "chitchat/job_hunting", Place(last="utter_say_again")) == UNCLEAR
    assert means("我找不到那个地方", "chitchat/job_hunting", Place(last="utter_say_again")) == "faq/branch_hours.where"


@pytest.mark.parametrize("text", ["字太小了看不见", "我眼睛不太好，字看不清", "我看不清，字大点", "眼神不行"])
def test_who_cannot_read_gets_large_print(text: str) -> None:
    assert means(text, "nlu_fallback", CALM) == "say_again"
    assert changes("say_again", [], text, {})["elder"] is True


def test_who_cannot_ring_up_to_lock_a_card_is_not_robbed() -> None:
    assert fixed("我说不了话 想挂失卡", "been_scammed.unreached", CALM, reason="model") == "faq/lost_card.unreached"
    assert fixed("被骗了说不了话怎么报警", "been_scammed.unreached", CALM, reason="model", cue=True) is None


def test_money_handed_over_after_a_tip_is_an_emergency() -> None:
    tip = Place(topic="scam/extortion", alarmed=True, last="utter_scam/extortion")
    assert fixed("已经给了600 从我微信", "nlu_fallback", tip, fallback=True) == "been_scammed"
    assert fixed("没给他600", "nlu_fallback", tip, fallback=True) != "been_scammed"
    assert fixed("他让我先付了600再说", "nlu_fallback", tip, fallback=True) != "been_scammed"


def test_a_balance_that_is_not_shown_is_no_matter_of_eyes() -> None:
    assert means("余额怎么看不见了", "faq/balance_statement", CALM, matter=True) is None
    assert changes("faq/balance_statement", [], "我不会用手机 想查下折子", {})["elder"] is True
    assert "elder" not in changes("faq/balance_statement", [], "余额怎么看不见了", {})


def test_a_calculator_lets_questions_pass() -> None:
    assert not answers_calculator("那取的时候呢", fallback=True)
    assert not answers_calculator("缩短年限还是减月供", fallback=False)
    assert answers_calculator("12期", fallback=True)
    assert answers_calculator("缴满", fallback=True)


def test_questions_on_a_give_away_are_answered_from_its_rules() -> None:
    place = Place(last="utter_giveaway_offer")
    for text in ("要买理财吗", "要不要交税", "地址填哪", "未中奖有安慰奖吗"):
        assert means(text, "scam/prize", place) == "join_giveaway.rules"
    assert means("有人让我先交税再发奖", "scam/prize", place) is None
    assert means("我13岁", "faq/minor_account", place) == "join_giveaway"


def test_no_more_meowing() -> None:
    assert means("还有，别再给我发喵喵喵了", "stop_marketing", CALM) == "chitchat/be_serious"


def test_where_it_happened_belongs_to_the_complaint() -> None:
    assert fixed("就在西湖那个网点", "set_city", Place(topic="complain", lock="soft", ticket=True)) == "complain"


def test_sorrow_in_thanks_is_heard_after_a_death() -> None:
    assert fixed("谢谢，心里难受", "thank", Place(topic="faq/deceased_account")) == "chitchat/listening"
    assert fixed("谢谢你", "thank", Place(topic="faq/deceased_account")) is None


@pytest.mark.parametrize("text", ["我想学怎么防骗", "我七十多了 想学学怎么不被骗", "老头子想认认骗子的套路", "教我认识骗子", "你们教防骗吗"])
def test_a_wish_to_learn_is_the_class_and_never_in_an_alarm(text: str) -> None:
    assert means(text, "been_scammed", CALM) == "scam_quiz"
    assert means(text, "been_scammed", ROBBED) != "scam_quiz"


@pytest.mark.parametrize("text", ["老师教我防骗，让我转学费", "他说教我识别骗子，要我下载软件", "刚被骗了，想学怎么防骗"])
def test_who_tells_of_a_fraud_is_not_sent_to_the_class(text: str) -> None:
    assert means(text, "been_scammed", CALM) is None


@pytest.mark.parametrize(("text", "label"), [
    ("要我先交运费才给奖品 是你们吗", "join_giveaway.rules"), ("银行的人会不会自己抽走", "join_giveaway.rules"),
    ("名单到时候在哪儿看", "giveaway_status"), ("我又想抽了", "join_giveaway.again"), ("运费我已经交了", None),
])
def test_a_few_words_about_the_draw(text: str, label: str | None) -> None:
    assert means(text, "crisis", replace(CALM, last="utter_giveaway_left")) == label


def test_money_for_a_prize_is_asked_about_after_a_warning_too() -> None:
    warned = Place(topic="scam/prize", last="utter_scam/prize")
    assert means("那你们的奖要交钱吗", "nlu_fallback", warned) == "join_giveaway.rules"
    assert means("那你们的奖要交钱吗", "nlu_fallback", replace(warned, lock="hard", alarmed=True)) != "join_giveaway.rules"


def test_in_a_game_a_faint_alarm_is_asked_back_and_a_clear_one_is_heard() -> None:
    game = Place(last="utter_lesson.xiaolanghua.terms.1")
    assert fixed("不想学了呀真烦", "crisis", game, confidence=0.27, reason="urgent") == UNCLEAR
    assert fixed("不想活了", "crisis", game, confidence=0.27, reason="urgent", cue=True) is None
    assert fixed("我难受得不行", "crisis", game, confidence=0.8, reason="urgent") is None


@pytest.mark.parametrize("text", ["考考我容不容易上当", "来道题看我会不会被骗"])
def test_who_wants_to_be_examined_is_not_being_robbed(text: str) -> None:
    assert means(text, "been_scammed", CALM) == "scam_quiz"
    assert means(text, "been_scammed", ROBBED) != "scam_quiz"


def test_a_doubt_about_the_draw_is_no_alarm() -> None:
    assert means("你们抽奖不会是假的吧", "check_suspicious", CALM) == "join_giveaway.rules"
    assert means("你们银行的人让我转钱是假的吧", "check_suspicious", CALM) is None
    asked = Place(topic="check_suspicious", last="utter_check_suspicious", alarmed=True)
    assert fixed("我同桌抽到过一回", "scam_now.trust", asked, alone="out_of_scope", confidence=0.04) == UNCLEAR
    assert fixed("他让我下载一个软件", "scam_now.app", asked, confidence=0.3) is None
