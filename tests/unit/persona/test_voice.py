"""Personality changes how, never what."""

import re
from datetime import date, datetime, timedelta
from itertools import combinations, pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from persona.content import load_content
from persona.errors import RenderError, StaleFigure
from persona.figures import load_figures
from persona.institution import load_institution
from persona.mascot import REASONS, TONES, load_mascots
from persona.textual import EMOJI, ONE_EMOJI, particle_pattern, quoted_spans
from persona.voice import Voice, ai_notice, fill, neutral, refusal

TODAY = date(2026, 11, 24)
MASCOTS = load_mascots()
INSTITUTION = load_institution()
FIGURES = load_figures()
VOICE = Voice(MASCOTS, INSTITUTION, FIGURES)
PARTICLE = particle_pattern("喵")
BODIES = [
    "能补。先在{path_card_lock}锁上，再带身份证到网点。",
    "{self}查了：5年期以上LPR是{lpr_5y}，1年期是{lpr_1y}。你的房贷看合同里的加点。",
    "1. 打开{path_limits}。\n2. 选单日5万元以内的额度。\n3. 验证身份，24小时内有效。",
    "骗子会说「你快把13812345678报给我」，挂掉。拨{hotline}或96110，共2个号码。",
    "营业时间{hours_branch}，人工{hours_human}；{reply_by}回复你。你带上身份证了吗？",
    "转10,000.50元，分12期，每期约833.38元，2026年12月31日24:00前还清。",
    "{self}在，{self}听着。{user}先说是哪一张卡。{tail}",
    "好。",
]


def say(body, mascot="xiaofumiao", tone="warm", **more):
    return VOICE.render(body, mascot=mascot, tone=tone, today=TODAY, **more)


def every_way():
    for mascot in MASCOTS:
        for tone in TONES:
            for sober in (False, True):
                for elder in (False, True):
                    for turn in range(7):
                        yield {"mascot": mascot, "tone": tone, "sober": sober, "elder": elder, "turn": turn, "seed": 3}


def digits(text):
    return re.sub(r"[^0-9]", "", text)


def quotes(text):
    return [text[start:end] for start, end in quoted_spans(text)]


@pytest.mark.parametrize("body", BODIES)
def test_digits_quotes_and_disclosures_are_the_same_in_every_voice(body):
    plain = say(body, tone="plain")
    wanted = ["D-PY-1", "D-DEP-1"]
    from persona.compliance import disclosure_text

    for way in every_way():
        for disclosures in ((), wanted):
            text = VOICE.render(body, today=TODAY, disclosures=disclosures, **way)
            lines = text.split("\n")
            if disclosures:
                assert [line for line in lines if line in {disclosure_text(d) for d in wanted}] \
                    == [disclosure_text(d) for d in wanted]
                text = "\n".join(line for line in lines if line not in {disclosure_text(d) for d in wanted})
            assert digits(text) == digits(plain), way
            # a mascot may add a quotation of its own behind the answer; in elder mode numbers are grouped
            kept = [re.sub(r"\s", "", quote) for quote in quotes(text)][:len(quotes(plain))]
            assert kept == [re.sub(r"\s", "", quote) for quote in quotes(plain)], way


def test_numbered_steps_stay_as_they_are():
    steps = say(BODIES[2], tone="plain").split("\n")
    for way in every_way():
        assert VOICE.render(BODIES[2], today=TODAY, **way).split("\n")[:3] == steps, way


@settings(max_examples=150, deadline=None)
@given(
    words=st.lists(st.sampled_from(
        ["你", "你们", "「你说」", "3.5%", "1000元", "拨110", "，", "。", "喵", "🐾", "\n", "1. 锁卡", "小福喵", "？", "（", "）"]),
        min_size=1, max_size=14),
    mascot=st.sampled_from(sorted(MASCOTS)), tone=st.sampled_from(TONES), sober=st.booleans(), elder=st.booleans(),
    turn=st.integers(0, 40), seed=st.integers(0, 99))
def test_no_text_loses_or_gains_a_digit(words, mascot, tone, sober, elder, turn, seed):
    body = "".join(words)
    text = VOICE.render(body, mascot=mascot, tone=tone, sober=sober, elder=elder, turn=turn, seed=seed, today=TODAY)
    assert digits(text) == digits(body)
    assert "\n\n" not in text
    if sober or elder or tone in ("plain", "urgent"):
        kept = "".join(body.split())
        outside = re.sub(r"「[^」]*」", "", text)
        assert not EMOJI.search(outside) or not re.sub(r"[🐾喵，。！？\n\s]", "", kept)


def test_grave_moments_sound_the_same_from_all_four():
    body = "先停手，别再转钱。拨110，再拨{hotline}，说「紧急止付」。{tail}"
    for way in ({"tone": "urgent"}, {"tone": "warm", "sober": True}, {"tone": "playful", "sober": True}):
        for turn in range(10):
            said = {say(body, mascot, turn=turn, **way) for mascot in MASCOTS}
            assert len(said) == 1
            assert said.pop() == "先停手，别再转钱。拨110，再拨95XXX0，说「紧急止付」。"


def test_a_text_in_character_loses_its_play_when_it_is_grave():
    assert say("小福喵在，喵。🐾", tone="warm", sober=True, voiced=False) == "我在。"
    assert say("喵，先拨110喵！", tone="urgent") == "先拨110！"
    assert say("我是小福喵。", tone="urgent") == "我是小福喵。"
    assert say("🐾", tone="urgent") == "🐾"


def test_plain_answers_carry_nothing_of_the_character():
    for turn in range(12):
        for mascot in MASCOTS:
            assert say("以合同为准。{self}只念条款，喵。🌙", mascot, "plain", turn=turn) == "以合同为准。我只念条款。"


@pytest.mark.parametrize("mascot", sorted(MASCOTS))
@pytest.mark.parametrize("tone", ["playful", "warm"])
def test_particles_emoji_and_phrases_keep_their_distance(mascot, tone):
    card = MASCOTS[mascot]
    phrases = [*card.catchphrases, *card.running]
    for seed in range(8):
        said = []
        for turn in range(80):
            said.append(say("都办好了，请看短信。", mascot, tone, seed=seed, turn=turn, previous=said))
        with_particle = [bool(PARTICLE.search(text)) for text in said]
        assert not any(a and b for a, b in pairwise(with_particle))
        assert all(len(PARTICLE.findall(text)) <= 1 for text in said)
        most = card.emoji_max.get(tone, 0)
        assert all(len(ONE_EMOJI.findall(text)) <= most for text in said)
        where = {p.text: [t for t, text in enumerate(said) if p.text.rstrip("。") in text] for p in phrases}
        turns = sorted(t for at in where.values() for t in at)
        assert turns, "the character never shows"
        assert all(b - a >= 5 for a, b in pairwise(turns))
        for phrase in phrases:
            at = where[phrase.text]
            assert all(b - a >= phrase.min_turns for a, b in pairwise(at)), phrase.text
            assert not at or tone in phrase.tones
    assert any(text.startswith("都办好了，请看短信。") for text in said)


def test_a_particle_written_into_the_text_counts_too():
    assert say("好，喵。", tone="playful", voiced=False) == "好，喵。"
    assert say("好，喵。", tone="playful", voiced=False, previous=["行，喵。"]) == "好。"
    assert say("喵。好喵！", tone="playful", voiced=False).count("喵") == 1
    assert say("好，喵。", mascot="xiaolanghua", tone="playful", voiced=False) == "好。"


def test_too_many_emoji_are_cut_and_quotes_are_left():
    assert say("好🐾📦🌙", tone="playful", voiced=False) == "好🐾📦"
    assert say("好🐾📦🌙", tone="warm", voiced=False) == "好🐾"
    assert say("他发来「领奖🎁」。", tone="urgent") == "他发来「领奖🎁」。"


def test_the_same_moment_gives_the_same_words_and_moments_differ():
    once = [say("好了。", tone="playful", seed="甲", turn=turn) for turn in range(20)]
    again = [say("好了。", tone="playful", seed="甲", turn=turn) for turn in range(20)]
    assert once == again
    assert len(set(once)) > 4
    assert once != [say("好了。", tone="playful", seed="乙", turn=turn) for turn in range(20)]


def test_near_money_and_beside_disclosures_the_character_keeps_quiet():
    images = [p.text.rstrip("。") for m in MASCOTS.values() for p in (*m.catchphrases, *m.running)]
    for mascot in MASCOTS:
        for turn in range(25):
            text = say("存款利率看公告。", mascot, "playful", turn=turn)
            assert not any(image in text for image in images) and not EMOJI.search(text)
            text = say("转账前先核对户名。", mascot, "warm", turn=turn, disclosures=["D-PY-1"])
            # a lead may open it; no image, tail or emoji comes after it
            assert text.split("\n")[0].endswith("转账前先核对户名。") and text.count("\n") == 1


def test_nothing_is_added_after_a_question_or_to_a_long_answer():
    for turn in range(10):
        assert say("你带身份证了吗？", turn=turn).startswith("你带身份证了吗？")
        assert len(say("你带身份证了吗？", turn=turn)) <= 9
        long = "请看短信。" * 31
        assert len(say(long, turn=turn)) <= 160


def test_the_address_follows_card_and_mode():
    body = "你先看，你们公司也看。骗子说「你快点」。迷你账单给你。"
    assert say(body, "xiaoshizi", "plain") == "您先看，你们公司也看。骗子说「你快点」。迷你账单给您。"
    assert say(body, "xiaofumiao", "plain") == body
    assert say(body, "xiaofumiao", "plain", elder=True).startswith("您先看，你们公司也看。骗子说「你快点」。")


def test_what_is_filled_in_is_not_rewritten():
    assert say("对方叫{who}。", "xiaoshizi", "plain", values={"who": "你好{hotline}"}) == "对方叫你好｛hotline｝。"


def test_self_user_and_tail():
    assert say("{self}在，{self}听{user}说。", tone="warm", turn=1).startswith("小福喵在，我听你说。")
    assert say("{self}在，{user}说。", "xiaoshizi", "plain") == "我在，您说。"
    assert say("好。{tail}", tone="urgent") == "好。"
    tails = MASCOTS["xiaofumiao"].tails["warm"]
    assert any(tail in say("好。{tail}", tone="warm", voiced=False) for tail in tails)


def test_placeholders_are_safe():
    for body in ("{nothing}", "{", "}", "{}", "a{b", "{0}", "{hotline.x}", "{hotline!r}", "{{hotline}}"):
        with pytest.raises(RenderError):
            say(body)
    with pytest.raises(RenderError):
        say("{who}", values={"who": None})
    with pytest.raises(RenderError):
        say("好", tone="loud")
    assert say("拨{hotline}。", tone="plain", values={"hotline": "13800000000"}) == "拨95XXX0。"
    assert say("共{n}笔。", tone="plain", values={"n": 3}) == "共3笔。"
    assert str(RenderError("读得懂", "x")) == "读得懂"


def test_an_old_figure_is_not_said():
    review = FIGURES["lpr_5y"].review_by
    assert VOICE.render("{lpr_5y}", mascot="xiaofumiao", tone="plain", today=review) == FIGURES["lpr_5y"].value
    with pytest.raises(StaleFigure):
        VOICE.render("{lpr_5y}", mascot="xiaofumiao", tone="plain", today=review + timedelta(days=1))
    # a figure that is not used does not silence an answer
    assert VOICE.render("好。", mascot="xiaofumiao", tone="plain", today=review + timedelta(days=999)) == "好。"


def test_disclosures_stand_in_the_same_bubble_once():
    text = say("转账看限额。\n\n先核对。", tone="plain", disclosures=["D-PY-1", "D-PY-1"])
    assert text.split("\n") == ["转账看限额。", "先核对。", "转账前请核实对方身份，谨防诈骗；不要向任何人提供验证码和密码。"]
    already = "转账前请核实对方身份，谨防诈骗；不要向任何人提供验证码和密码。"
    assert say(already, tone="plain", disclosures=["D-PY-1"]) == already
    for unknown in ("D-XX-9", "D-LN-1"):
        with pytest.raises(RenderError):
            say("好。", disclosures=[unknown])


def test_elder_mode():
    text = say("拨13812345678或4008208820，共1000000元，{hotline}也行，20261124不是电话。", elder=True, tone="warm")
    assert "138 1234 5678" in text and "400 820 8820" in text
    assert "1000000元" in text and "95XXX0" in text
    assert text.endswith("想找人说，就回「转人工」。")
    assert say("你回「转人工」就行。", elder=True) == "您回「转人工」就行。"
    for mascot in MASCOTS:
        for turn in range(12):
            for tone in TONES:
                said = say("好了，喵。🐾", mascot, tone, elder=True, turn=turn)
                assert said == "好了。\n想找人说，就回「转人工」。"


@pytest.mark.parametrize("mascot", sorted(MASCOTS))
@pytest.mark.parametrize("reason", REASONS)
def test_refusals(mascot, reason):
    text = VOICE.refusal(mascot, reason)
    assert 8 < len(text) <= 60 and "{" not in text and not EMOJI.search(text)
    grave = {VOICE.refusal(m, reason, tone="urgent") for m in MASCOTS if m != "xiaoshizi"}
    assert grave == {VOICE.refusal("xiaofumiao", reason, sober=True)}
    elder = VOICE.refusal(mascot, reason, elder=True)
    assert "转人工" in elder and not re.search(r"你(?!们)", elder)
    assert refusal(MASCOTS[mascot], reason, tone="plain", values=INSTITUTION.placeholders()) == text


def test_refusals_do_not_repeat_and_never_fail():
    first = VOICE.refusal("xiaoheniang", "recommend")
    second = VOICE.refusal("xiaoheniang", "recommend", previous=[first])
    assert first != second
    assert VOICE.refusal("no_such", "no_such_reason", tone="loud")
    assert {VOICE.refusal("xiaofumiao", "error", seed=n) for n in range(20)} \
        == {fill(line, INSTITUTION.placeholders()) for line in MASCOTS["xiaofumiao"].refusals["error"]}


def test_an_unknown_mascot_is_the_house_default():
    assert VOICE.mascot("no_such").id == INSTITUTION.mascot
    assert VOICE.mascot(None).id == INSTITUTION.mascot
    with pytest.raises(ValueError):
        Voice({}, INSTITUTION, FIGURES)


@pytest.mark.parametrize("tone", TONES)
def test_the_notice_says_ai(tone):
    for mascot in MASCOTS.values():
        text = ai_notice(INSTITUTION, mascot, tone)
        assert len(text) <= 60 and "AI" in text and "生成" in text and "不是真人" in text
        assert (mascot.name in text) == (tone == "playful")
        assert VOICE.ai_notice(mascot.id, tone) == text


def test_a_long_bank_name_still_leaves_a_notice():
    from dataclasses import replace

    text = ai_notice(replace(INSTITUTION, name="远" * 60), MASCOTS["xiaofumiao"], "warm")
    assert text == neutral().notice_short and "AI" in text and "生成" in text


def test_greetings_are_filled_and_addressed():
    for mascot in MASCOTS:
        for hour in range(24):
            for seed in range(3):
                text = VOICE.greeting(mascot, datetime(2026, 11, 25, hour), seed=seed)
                assert "{" not in text and len(text) <= 60
        assert "你" not in VOICE.greeting("xiaoshizi", datetime(2026, 11, 25, 9))
        assert not EMOJI.search(VOICE.greeting(mascot, datetime(2026, 11, 25, 9), elder=True))


def test_check_names_what_nothing_would_fill():
    assert VOICE.check("{hotline}{lpr_5y}{self}{x}{y}{x}", values=["y"]) == ["x"]


def test_a_warm_lead_introduces_the_answer_and_nothing_else():
    seen = set()
    for mascot in MASCOTS:
        for turn in range(20):
            text = say("带身份证到网点就能改。", mascot, "warm", turn=turn)
            at = text.index("带身份证到网点就能改。")
            assert at <= 8 and (at == 0 or text[at - 1] == "：")
            seen.add((mascot, at > 0))
    assert len(seen) == 8, "every mascot leads sometimes, none leads always"
    for turn in range(10):
        for body in ("要看两点：证件和手机号。", "1. 带证件。\n2. 到网点。", "「挂失」两个字说清楚就行。", "带证件了吗？"):
            assert say(body, "xiaoheniang", "warm", turn=turn).startswith(body)


def test_no_paw_print_behind_a_warning():
    for mascot in MASCOTS:
        for turn in range(20):
            for tone in ("playful", "warm"):
                text = say("要先交钱的都是骗子。", mascot, tone, turn=turn)
                assert not EMOJI.search(text) and not PARTICLE.search(text)
                assert not any(p.text.rstrip("。") in text for p in
                               (*MASCOTS[mascot].catchphrases, *MASCOTS[mascot].running))


def test_every_grave_answer_of_the_house_sounds_the_same_from_all():
    rendered = 0
    for response in load_content("data/nlu").variations():
        if response.tone != "urgent" and not response.sober:
            continue
        values = dict.fromkeys(response.metadata.get("values") or (), "甲")
        for turn in (0, 3):
            said = {
                VOICE.render(response.text, mascot=mascot, tone=response.tone, sober=response.sober, turn=turn, seed="甲", today=TODAY,
                             values={"mascots": "甲", "minor": "甲", **values}).replace("您", "你")
                for mascot in MASCOTS
            }
            assert len(said) == 1, response.name
            rendered += 1
    assert rendered > 200


def test_one_answer_is_the_mascots_own_and_the_same_answer():
    for seed in ("甲", "乙"):
        spoken = {mascot: [say("带身份证到网点就能改。", mascot, "warm", seed=seed, turn=turn) for turn in range(10)] for mascot in MASCOTS}
        assert all("带身份证到网点就能改。" in text for texts in spoken.values() for text in texts)
        for one, other in combinations(MASCOTS, 2):
            assert spoken[one] != spoken[other]
            shared = set(spoken[one]) & set(spoken[other])
            assert shared <= {"带身份证到网点就能改。"}, "what is added is never another mascot's"
