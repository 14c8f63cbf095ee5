"""After small talk a few words go on with it; they raise no alarm and get no menu, and a bank matter stays a bank matter."""

from __future__ import annotations

from datetime import date

import pytest

from persona.choosing import choices, freshest, letters
from persona.smalltalk import GO_ON, NOT_WRITTEN, at_ease, follows, out_of_place

JOKE, LONELY = "utter_chitchat/joke", "utter_chitchat/lonely"


def after(response: str, text: str, intent: str = "nlu_fallback", confidence: float = 0.3, top: tuple[tuple[str, float], ...] = (),
          *, matter: bool = False, cue: bool = False) -> str:
    return follows(text, response, intent, confidence, top, matter=matter, cue=cue)


@pytest.mark.parametrize("text", ["再来一个", "再讲一个", "还有吗", "再来一个吧", "换一个", "那再说一个", "来个新的", "你呢", "那你呢？", "继续"])
def test_more_and_you_are_the_same_scene(text: str) -> None:
    assert after(JOKE, text, "ask_product", 0.7) == "chitchat/joke"


@pytest.mark.parametrize("text", ["再来一个存单", "换一张卡", "来一笔转账", "你们呢", "还有额度吗", "换小禾娘来"])
def test_a_matter_of_its_own_is_not_more(text: str) -> None:
    assert after(JOKE, text, "faq/deposit", 0.9, matter=True) == ""


@pytest.mark.parametrize("scene", ["laugh", "joke.flop", "go_on"])
def test_after_a_laugh_a_flop_or_a_story_another_one_is_another_joke(scene: str) -> None:
    assert after(f"utter_chitchat/{scene}", "换一个", "switch_mascot", 0.6) == "chitchat/joke"
    assert after(f"utter_chitchat/{scene}", "有意思 再说一个") == "chitchat/joke"
    assert after(f"utter_chitchat/{scene}", "再唱一首", "chitchat/sing", 0.99) == ""


def test_a_story_without_another_word_goes_on_and_plain_talk_is_not_guessed() -> None:
    assert after("utter_chitchat/go_on", "继续") == GO_ON
    assert after("utter_column.xiaolanghua.corrections", "你咋老更正", top=(("chitchat/be_serious", 0.3),)) == NOT_WRITTEN


def test_what_is_told_is_taken_note_of() -> None:
    assert after(JOKE, "它叫橘子") == "chitchat/told"
    assert after(JOKE, "它叫橘子", top=(("faq/fund", 0.2), ("chitchat/pet", 0.15))) == "chitchat/pet"
    assert after(JOKE, "你有没有户口本啊") == NOT_WRITTEN
    assert after(JOKE, "那穿啥呢", "out_of_scope", 0.5) == ""
    assert after("utter_column.xiaoshizi.wall", "后来呢", "been_scammed", 0.28) == "chitchat/go_on"
    assert after(JOKE, "它叫橘子", matter=True) == ""
    assert after(JOKE, "今天从合肥到黄山的高铁还有票吗我想去看看雪", "out_of_scope", 0.5) == ""
    assert after(JOKE, "股票代码", "out_of_scope", 0.9) == ""
    assert after("utter_faq/fund", "它叫橘子") == ""


def test_then_and_why_go_on_whatever_the_words_alone_mean() -> None:
    for text in ("后来呢", "然后呢？", "真的假的", "真的吗", "为什么呀"):
        assert after(JOKE, text, "check_suspicious", 0.9, matter=True) == "chitchat/go_on"
        assert after(LONELY, text, "been_scammed", 0.9) == "chitchat/listening"
        assert after("utter_faq/fund", text, "been_scammed", 0.9) == ""


def test_what_does_not_follow_from_what_was_said() -> None:
    lost = "utter_faq/lost_card"
    assert out_of_place(GO_ON, "然后呢", lost, alarmed=False) and out_of_place(GO_ON, "就这", "", alarmed=False)
    assert not out_of_place(GO_ON, "就这", JOKE, alarmed=False)
    assert not out_of_place(GO_ON, "就这", "utter_column.xiaoshizi.wall", alarmed=False)
    assert out_of_place("been_scammed.worry", "然后呢？", lost, alarmed=False)
    assert not out_of_place("been_scammed.worry", "然后呢？", "utter_been_scammed", alarmed=True)
    assert not out_of_place("been_scammed", "然后他把钱转走了", lost, alarmed=False)
    assert not out_of_place("faq/fund", "然后呢", lost, alarmed=False)


def test_an_alarm_without_a_word_of_one_is_weak_and_a_real_one_stands() -> None:
    assert after(JOKE, "都投了五家了", "scam_now", 0.28) == "chitchat/told"
    assert after(JOKE, "我被骗了", "been_scammed", 0.5, cue=True) == ""
    assert after(JOKE, "刚给了他两千块", "been_scammed", 0.4) == ""
    assert after(JOKE, "刚刚给他了", "been_scammed", 0.8) == ""


def test_somebody_who_is_not_well_is_listened_to() -> None:
    assert after(LONELY, "都不熟") == "chitchat/listening"
    assert after(LONELY, "嗯", "affirm", 0.9) == "chitchat/listening"
    assert after(LONELY, "你呢") == "chitchat/listening"
    assert after(LONELY, "不想待着了", "crisis", 0.35) == ""
    assert after(LONELY, "卡丢了", "faq/lost_card", 0.9, matter=True) == ""


def test_the_variation_said_longest_ago_comes_first() -> None:
    one, two, three = ({"text": t} for t in ("你看，{hotline}在这儿呢。", "云走得很快，喵。", "第三个是新的。"))
    assert freshest([one, two, three], []) == [one, two, three]
    assert freshest([one, two, three], [letters("云走得很快。")]) == [one, three, two]
    said = [letters(t) for t in ("云走得很快。", "您看，95XXX0在这儿呢。", "（我是AI）\n第三个是新的。")]
    assert freshest([three, one, two], said) == [two, one, three]
    assert freshest([{"text": "{self}"}, one], ["随便"]) == [{"text": "{self}"}, one]


def test_what_is_left_when_a_character_has_said_all_its_own() -> None:
    def one(text: str, **conditions: str) -> dict[str, object]:
        return {"text": text, "condition": [{"type": "slot", "name": n, "value": v} for n, v in conditions.items()]}

    answers = [one("给谁都行。"), one("猫说的。", mascot="xiaofumiao"), one("别人说的。", mascot="xiaoshizi"), one("急的时候说。", lock="hard")]
    today = date(2026, 11, 30)
    first, spare = choices(answers, {"mascot": "xiaofumiao"}, today)
    assert [r["text"] for r in first] == ["猫说的。"]
    assert [r["text"] for r in spare] == ["给谁都行。"]
    assert choices(answers[::3], {"lock": "hard"}, today)[1] == []  # what is said in an emergency has no lighter stand-in


def test_what_is_about_the_thing_asked_for_comes_first_and_once() -> None:
    box, badge = {"text": "箱子里有我。"}, {"text": "工牌又反了，正面在背面。", "metadata": {"aliases": ["工牌"]}}
    assert freshest([box, badge], [], "你工牌戴反了") == [badge, box]
    assert freshest([box, badge], [], "在干嘛") == [box, badge]
    assert freshest([box, badge], [letters(badge["text"])], "你工牌戴反了") == [box, badge]
    only = {**badge, "metadata": {"aliases": ["工牌"], "only": True}}
    assert freshest([only, box], [], "在干嘛") == [box]
    assert freshest([only, box], [], "你工牌戴反了") == [only, box]


def test_a_date_is_not_answered_with_a_story() -> None:
    assert after("utter_chitchat/festival", "今天是什么节", "out_of_scope", 0.46) == ""
    assert after("utter_chitchat/festival", "热闹不热闹", "out_of_scope", 0.46) != ""


def test_who_chats_is_not_asked_back_with_bank_topics() -> None:
    chat = (("ask_mascot", 0.44), ("ask_ai", 0.2), ("greet", 0.1), ("faq/loan_apply", 0.05))
    assert at_ease("那你到底是啥呀", chat, matter=False, cue=False) == "ask_mascot"
    spread = (("chitchat/who_made_you", 0.2), ("chitchat/own_quest", 0.2), ("out_of_scope", 0.2))
    assert at_ease("你几岁上的墙", spread, matter=False, cue=False) == NOT_WRITTEN
    assert at_ease("墙上真高", spread, matter=False, cue=False) == ""
    assert at_ease("那你到底是啥呀", chat, matter=True, cue=False) == ""
    assert at_ease("那你到底是啥呀", chat, matter=False, cue=True) == ""
    assert at_ease("那你到底是啥呀", (("chitchat/lonely", 0.44), ("out_of_scope", 0.2)), matter=False, cue=False) == NOT_WRITTEN
    assert at_ease("怎么办手续", (("ask_mascot", 0.3), ("faq/loan_apply", 0.3)), matter=False, cue=False) == ""
