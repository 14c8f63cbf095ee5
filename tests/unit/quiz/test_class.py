from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
import yaml

from persona.compliance import Context, Guard
from persona.compliance.rules import HERE
from persona.content import load_content
from persona.continuing import replied
from persona.errors import ContentError
from persona.figures import load_figures
from persona.institution import load_institution
from persona.mascot import load_mascots
from persona.quiz.checks import check_quiz, shown
from persona.quiz.game import Game, play
from persona.quiz.items import FOLDER, Item, by_kind, load_items
from persona.quiz.reading import act_of, leaning
from persona.voice import Voice

ITEMS = load_items()
TODAY = date(2026, 11, 23)
BANK = load_institution()
RULES = HERE / "rules"



def rounds(seed: str, acts: list[str]) -> tuple[Game, list[Item]]:
    """The game after the acts, and the messages that were shown."""
    game, shown = Game(), []
    for act in acts:
        turn = play(game, act, ITEMS, seed, TODAY)
        game = Game.loads(turn.game.dumps())
        if turn.response == "utter_quiz_question":
            assert turn.item is not None
            shown.append(turn.item)
    return game, shown


def test_every_kind_of_fraud_is_there_and_true_messages_too() -> None:
    kinds = by_kind(ITEMS)
    scams = {file.stem for file in Path("data/nlu/scam").glob("*.yml")}
    assert set(kinds) == scams | {"genuine"}
    assert len(scams) == 21
    assert len(ITEMS) >= 36
    assert kinds["genuine"] >= 8
    assert {item.level for item in ITEMS.values()} == {1, 2, 3}


def test_no_message_comes_twice_and_the_end_is_told() -> None:
    _, shown = rounds("a", ["next"] * len(ITEMS))
    assert len({item.id for item in shown}) == len(ITEMS)
    game, shown = rounds("a", ["next"] * (len(ITEMS) + 1))
    assert len(shown) == len(ITEMS)
    assert play(game, "start", ITEMS, "a", TODAY).response == "utter_quiz_done"


def test_the_same_conversation_gets_the_same_messages_and_another_one_others() -> None:
    acts = ["start", "fraud", "next", "genuine", "next", "unsure", "next"]
    assert rounds("a", acts) == rounds("a", acts)
    assert len({tuple(i.id for i in rounds(str(n), acts)[1]) for n in range(20)}) > 10


def test_an_answer_counts_once_and_is_explained_either_way() -> None:
    for item in ITEMS.values():
        opened = Game(asked=(item.id,), open=item.id)
        truth = "genuine" if item.genuine else "fraud"
        right = play(opened, truth, ITEMS, "a", TODAY)
        assert right.response == f"utter_quiz_right_{truth}"
        assert (right.game.answered, right.game.right, right.game.open) == (1, 1, "")
        for act in ({"genuine", "fraud"} - {truth}) | {"unsure"}:
            wrong = play(opened, act, ITEMS, "a", TODAY)
            assert wrong.response == f"utter_quiz_reveal_{truth}"
            assert (wrong.game.answered, wrong.game.right) == (1, 0)
    again = play(right.game, truth, ITEMS, "a", TODAY)
    assert again.response == "utter_quiz_question"
    assert again.game.answered == 1


def test_it_gets_harder_with_right_answers_and_easier_on_request() -> None:
    game = play(Game(), "start", ITEMS, "a", TODAY).game
    for _ in range(3):
        truth = "genuine" if ITEMS[game.open].genuine else "fraud"
        game = play(game, truth, ITEMS, "a", TODAY).game
        game = play(game, "next", ITEMS, "a", TODAY).game
    assert ITEMS[game.open].level == 3
    easier = play(game, "easy", ITEMS, "a", TODAY)
    assert easier.item is not None and easier.item.level == 2


def test_it_stops_at_a_word_and_goes_on_where_it_was() -> None:
    game = play(Game(), "start", ITEMS, "a", TODAY).game
    stopped = play(game, "stop", ITEMS, "a", TODAY)
    assert stopped.response == "utter_quiz_stopped_early"
    resumed = play(stopped.game, "start", ITEMS, "a", TODAY)
    assert resumed.item is not None and resumed.item.id == game.open
    assert resumed.game == game
    answered = play(game, "unsure", ITEMS, "a", TODAY).game
    assert play(answered, "stop", ITEMS, "a", TODAY).response == "utter_quiz_stopped"


def test_a_named_kind_comes_first_and_an_expired_item_never() -> None:
    for _ in range(2):
        turn = play(Game(), "start", ITEMS, "a", TODAY, "考考我刷单套路")
        assert turn.item is not None and turn.item.scam == "brushing"
    assert play(Game(), "start", ITEMS, "a", date(2031, 1, 1)).response == "utter_quiz_done"


def test_a_slot_that_holds_nonsense_is_a_new_game() -> None:
    for raw in (None, "", "{}", "[1]", 7, '{"asked": 3, "open": "", "answered": 0, "right": 0, "level": 1}'):
        assert Game.loads(raw) == Game()


@pytest.mark.parametrize(("text", "act"), [
    ("是真的", "genuine"), ("这条应该没问题吧", "genuine"), ("不是诈骗", "genuine"), ("假的！", "fraud"), ("肯定是骗子", "fraud"),
    ("一看就是骗人的", "fraud"), ("不知道", "unsure"), ("真看不出来", "unsure"), ("再来一题", "next"), ("换一道", "next"), ("继续", "start"), ("接着答题", "start"), ("跳过", "next"),
    ("不玩了", "stop"), ("先到这儿吧", "stop"), ("我得了几分", "score"), ("太难了", "easy"), ("来个难的", "hard"),
    ("太难了 简单点", "easy"), ("好了 不做了 我对了几道", "stop"), ("骗子，下一题", "fraud"), ("为啥不是A", "why"), ("凭什么", "why"),
    ("不会吧 这个我真收到过", "why"), ("您说说为啥", "why"), ("我错了几道", "score"), ("我全对吗", "score"), ("不知道 我卡丢了", None),
    ("我收到过，还点了链接", None),
    ("转人工", None), ("卡丢了怎么办", None), ("是真的吗", "unsure"), ("公布答案吧", "unsure"), ("", None),
])
def test_what_a_reply_means(text: str, act: str | None) -> None:
    assert act_of(text) == act


@pytest.mark.parametrize(("text", "side"), [
    ("一看就是骗人的", "fraud"), ("骗子吧，还要我先垫钱", "fraud"), ("我觉得是真的，没有链接", "genuine"), ("不像骗人啊", "genuine"),
    ("这是诈骗吗", None), ("骗子为什么要这样", None), ("今天天气不错", None),
])
def test_a_short_statement_leans_to_one_side(text: str, side: str | None) -> None:
    assert leaning(text) == side


def test_a_reply_counts_only_right_after_the_question() -> None:
    assert replied("utter_quiz_question", "假的", "nlu_fallback") == "scam_quiz"
    assert replied("utter_quiz_question", "骗子！", "scam_now") == "scam_quiz"
    assert replied("utter_quiz_question", "一看就是骗人的", "scam/brushing") == "scam_quiz"
    assert replied("utter_quiz_question", "骗子正在电话里催我", "scam_now") is None
    assert replied("utter_quiz_right_fraud", "我妈也遇到过骗子", "scam/prize") is None
    assert replied("utter_quiz_right_fraud", "是真的吗", "check_suspicious") is None
    assert replied("utter_quiz_right_fraud", "再来一题", "scam_quiz") == "scam_quiz"
    assert replied("utter_faq/annual_fee", "假的", "nlu_fallback") is None
    assert replied("utter_giveaway_offer", "好的", "affirm") == "join_giveaway"
    assert replied("utter_greet", "好的", "affirm") is None
    assert replied("utter_giveaway_offer", "我满18岁，参加", "faq/minor_account") == "join_giveaway"
    assert replied("utter_giveaway_offer", "我没满18岁", "faq/minor_account") is None
    assert replied("utter_giveaway_offer", "满18岁要带什么证件", "faq/minor_account") is None
    assert replied("", "F6-0412 中没中", "share_secret") == "giveaway_status"
    assert replied("", "F6-0412", "share_secret") == "giveaway_status"
    assert replied("", "骗子发来 F6-0412 说我中奖了", "been_scammed") is None


def test_the_guard_lets_every_message_and_every_explanation_through_in_every_voice() -> None:
    """Quoted fraud is a warning: for adults and for minors, in each mascot's words."""
    guard, mascots, content = Guard.load(), load_mascots(), load_content(".")
    voice = Voice(mascots, BANK, load_figures())
    refused = []
    for item in ITEMS.values():
        kind = "genuine" if item.genuine else "fraud"
        values = {**item.values(BANK), "n": "3", "answered": "3", "right": "2"}
        for name in ("utter_quiz_question", f"utter_quiz_right_{kind}", f"utter_quiz_reveal_{kind}"):
            for response in content.responses[name]:
                text = voice.render(response.text, mascot=response.mascot or "xiaofumiao", tone=response.tone, values=values)
                assert item.values(BANK)["message" if name.endswith("question") else "do"] in text
                for context in (Context(tone=response.tone, now=TODAY), Context(tone=response.tone, now=TODAY, minor=True, lock="hard")):
                    if guard.review(text, context).verdict != "allow":
                        refused.append((item.id, name, response.mascot))
    assert refused == []


def test_what_may_be_said_to_a_minor_in_an_emergency_may_be_said_to_everybody(guard: Guard) -> None:
    """Why the linter asks about the first alone, as long as nothing is found."""
    for file in sorted((RULES).glob("*.yml")):
        for example in yaml.safe_load(file.read_text("utf-8"))["examples"]["refuse"]:
            text = example if isinstance(example, str) else example["text"]
            if guard.review(text, Context(now=BANK.today())).findings:
                assert guard.review(text, Context(now=BANK.today(), minor=True, lock="hard")).findings, text


def test_true_messages_ask_for_nothing() -> None:
    for item in ITEMS.values():
        if item.genuine:
            assert not [word for word in ("链接", "点击", "转账到", "回复", "验证码是") if word in item.message], item.id


def test_nobody_is_blamed() -> None:
    content = load_content(".")
    for name, group in content.responses.items():
        if name.startswith("utter_quiz_reveal"):
            for response in group:
                assert not [word for word in ("怎么会", "居然", "上当", "太大意", "可惜", "错了") if word in response.text], response.text


GOOD = (FOLDER / "gambling.yml").read_text("utf-8")


@pytest.mark.parametrize(("old", "new", "code"), [
    ("level: 2", "level: 4", "P105"), ("id: gambling_1", "id: casino", "Q102"), ("scam: gambling", "scam: casino", "Q101"),
    ("  tells:\n", "  tell:\n", "P109"), ('expires: "2027-11-23"', 'expires: "2026-01-01"', "Q101"),
    ("导师计划", "导师计划😀", "Q105"), ("导师计划", "{coach}计划", "Q106"), ("导师计划稳赢", "导师" * 40, "P107"),
])
def test_a_broken_item_is_told(tmp_path: Path, old: str, new: str, code: str) -> None:
    assert old in GOOD
    (tmp_path / "gambling.yml").write_text(GOOD.replace(old, new), "utf-8")
    with pytest.raises(ContentError) as caught:
        load_items(tmp_path)
    assert code in [p.code for p in caught.value.problems]


def test_the_linter_misses_a_kind_without_a_message_and_a_message_that_cannot_be_shown() -> None:
    from dataclasses import replace

    voice, content, guard = Voice(load_mascots(), BANK, load_figures()), load_content("."), Guard.load()
    assert list(check_quiz(ITEMS, content, BANK)) == []
    assert [p for item in ITEMS.values() for p in shown(item, content, BANK, voice, guard.review)] == []
    fewer = {k: i for k, i in ITEMS.items() if i.scam != "gambling"}
    assert [p.code for p in check_quiz(fewer, content, BANK)] == ["Q107"]
    item = replace(ITEMS["gambling_1"], do="买本行理财，稳赚不赔")
    assert "Q111" in {p.code for p in shown(item, content, BANK, voice, guard.review)}


def test_the_class_is_still_at_hand_a_few_turns_later() -> None:
    lately = ["utter_quiz_right_fraud", "utter_faq/transfer_time"]
    assert replied("utter_faq/transfer_time", "不玩了", "deny", lately) == "scam_quiz"
    assert replied("utter_faq/transfer_time", "我错了几道", "nlu_fallback", lately) == "scam_quiz"
    assert replied("utter_faq/transfer_time", "不玩了", "crisis", lately) is None
    assert replied("utter_faq/transfer_time", "骗子", "check_suspicious", lately) is None
    assert replied("utter_faq/transfer_time", "不玩了", "deny") is None


def test_who_tells_of_a_real_case_is_not_given_reasons() -> None:
    assert replied("utter_quiz_right_fraud", "我收到过", "nlu_fallback") == "scam_quiz"
    assert replied("utter_quiz_right_fraud", "我收到过", "been_scammed") is None
