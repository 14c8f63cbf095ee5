"""Four cards, and what no card may hold."""

import re
from datetime import date, datetime

import pytest

from persona.errors import ContentError
from persona.institution import load_institution
from persona.mascot import FOLDER, REASONS, TIMES, by_name, load_mascot, load_mascots
from persona.mascot_checks import _spoken
from persona.textual import EMOJI
from persona.voice import fill, neutral

MASCOTS = load_mascots()
EACH = pytest.mark.parametrize("mascot", MASCOTS.values(), ids=list(MASCOTS))


@pytest.fixture
def broken(tmp_path):
    """Load a card with some text replaced; returns the codes of what is wrong."""

    def load(*changes, card="xiaofumiao"):
        text = (FOLDER / f"{card}.yml").read_text(encoding="utf-8")
        for old, new in changes:
            assert old in text, old
            text = text.replace(old, new, 1)
        file = tmp_path / f"{card}.yml"
        file.write_text(text, encoding="utf-8")
        with pytest.raises(ContentError) as caught:
            load_mascot(file)
        return {problem.code for problem in caught.value.problems}

    return load


def test_the_house_has_its_four_mascots():
    assert set(MASCOTS) == {"xiaofumiao", "xiaoheniang", "xiaoshizi", "xiaolanghua"}
    assert load_institution().mascot in MASCOTS


@EACH
def test_a_card_is_complete(mascot):
    assert set(mascot.refusals) == set(REASONS) and all(mascot.refusals.values())
    assert {name for _, name in TIMES} == set(mascot.greetings)
    assert all(len(lines) >= 2 for lines in mascot.greetings.values())
    assert len(mascot.bad) == 5 and all(item["text"] and item["why"] for item in mascot.bad)
    assert len(mascot.avatar_moods) == 7 and mascot.avatar_neutral in mascot.avatar_moods
    assert 1 <= len(mascot.signature) <= 2
    assert len(mascot.running) >= 5 and all(phrase.min_turns >= 5 for phrase in mascot.running)
    assert {"playful", "warm", "plain", "urgent", "sober"} <= set(mascot.good)
    assert set(mascot.tails) == {"playful", "warm"}
    assert len(mascot.extensions["columns"]) >= 3


def test_the_cat_has_the_seven_columns():
    columns = {column["id"] for column in MASCOTS["xiaofumiao"].extensions["columns"]}
    assert columns == {"daily", "food", "fans", "esg", "fashion", "outfit", "relax"}


@EACH
def test_refusals_are_short_plain_and_lead_somewhere(mascot):
    names = load_institution().placeholders()
    for reason, lines in mascot.refusals.items():
        for line in lines:
            text = fill(line, names)
            assert len(text) <= 60, (reason, text)
            assert not EMOJI.search(text) and not re.search(r"(?<!福)喵", text), text
            assert re.search(r"转人工|APP|95XXX0|问|说", text), text


def test_no_two_mascots_share_a_sentence():
    seen = {}
    for mascot in MASCOTS.values():
        for path, _, line in _spoken(mascot):
            if path[0] == "good" and path[1] in ("urgent", "sober"):
                continue
            for sentence in re.findall(r"[^。！？；]{9,}", line):
                other = seen.setdefault(sentence, mascot.id)
                assert other == mascot.id, sentence


def test_everything_a_card_says_passes_the_guard():
    from persona.compliance import Guard

    guard = Guard.load()
    names = load_institution().placeholders()
    lines = [(path, fill(line, names)) for mascot in MASCOTS.values() for path, _, line in _spoken(mascot)]
    lines += [((reason,), fill(line, names)) for reason, line in neutral().refusals.items()]
    assert len(lines) > 200
    refused = [(path, text) for path, text in lines if guard.review(text).verdict != "allow"]
    assert refused == []


def test_refusals_say_no_product_matter_that_would_need_a_disclosure():
    from persona.compliance import Guard

    guard = Guard.load()
    names = load_institution().placeholders()
    for mascot in MASCOTS.values():
        for lines in mascot.refusals.values():
            for line in lines:
                assert set(guard.review(fill(line, names)).depths.values()) <= {"mention"}, line


def test_names_are_found_in_customers_words():
    assert by_name(MASCOTS, "换小禾娘来").id == "xiaoheniang"
    assert by_name(MASCOTS, "我要跟小浪花说").id == "xiaolanghua"
    assert by_name(MASCOTS, "叫柿子出来").id == "xiaoshizi"
    assert by_name(MASCOTS, "福喵在吗").id == "xiaofumiao"
    assert by_name(MASCOTS, "随便") is None
    assert MASCOTS["xiaofumiao"].called("喵喵你好") and not MASCOTS["xiaofumiao"].called("小禾")


@EACH
def test_greetings_follow_hour_and_calendar(mascot):
    said = {mascot.greeting(datetime(2026, 11, 24, hour)) for hour in range(24)}
    assert len(said) == len(TIMES)
    assert mascot.greeting(datetime(2026, 11, 24, 9)) == mascot.greetings["morning"][0]
    assert mascot.greeting(datetime(2026, 11, 24, 9), 1) == mascot.greetings["morning"][1]
    festival = next(f for f in mascot.festivals if f.on(date(2027, 3, 15)))
    assert mascot.greeting(datetime(2027, 3, 15, 9)) == festival.text


def test_birthdays():
    assert {m.birthday["day"] for m in MASCOTS.values()} == {"08-08", "06-06", "10-23", "06-08"}
    cat = MASCOTS["xiaofumiao"].greeting(datetime(2031, 8, 8, 12))
    assert "生日" in cat


@pytest.mark.parametrize(("old", "new", "code"), [
    ("id: xiaofumiao", "id: 小福喵", "P401"),
    ("self_name: 小福喵", "selfname: 小福喵", "P109"),
    ("want: ", "wnat: ", "P104"),
    ("min_turns: 10, tones: [playful, warm]", "min_turns: 10, tones: [plain]", "P403"),
    ("min_turns: 10", "min_turns: 2", "P105"),
    ("- 有事接着说，我这一班还长。", "- 今天送你100元红包。", "P411"),
    ("- 有事接着说，我这一班还长。", "- 有事接着说我这一班还长得很长长得望不到头你慢慢问。", "P412"),
    ('primary: "#5B4A3F"', 'primary: "brown"', "P413"),
    ('day: "08-08"', 'day: "8月8日"', "P106"),
    ("aliases: [小福喵, ", "aliases: [", "P414"),
    ("  warm:\n  - 卡在哪一步", "  urgent:\n  - 卡在哪一步", "P415"),
    ("小福喵数着说：", "小福喵来数一数。", "P426"),
    ("max: {playful: 2, warm: 1}", "max: {playful: 2, plain: 1}", "P416"),
    ("tones: [playful, warm]\nemoji", "tones: [playful, plain]\nemoji", "P416"),
    ("早上好，鸽子还没数完", "早上好，{鸽子还没数完", "P417"),
    ("早上好，鸽子还没数完", "早上好，{pigeon}还没数完", "P418"),
    ("早上好，鸽子还没数完", "主人早，鸽子还没数完", "P419"),
    ("- 早。我刚下夜班", "- 🐾🐾🐾早。我刚下夜班", "P420"),
    ("你先说事。🐾", "你先说事。🌊", "P421"),
    ("- 早上好，鸽子还没数完。你的事先来，喵。", "- 早上好喵。你的事先来，喵。", "P422"),
    ("这句说得太满，我收回来了。", "这句说得太满，我收回来了，收得干干净净，一个字也不剩，连印泥都擦了三遍，放心。", "P423"),
    ("- 两样东西混着讲，容易踩错格子。一次说一样，你先问哪一样？", "- 两样东西混着讲，不行。", "P424"),
    ("- 你没问，我就不往外叼。", "- 你没问，我就不往外叼，喵。", "P425"),
    ("signature: [先按爪，再按键。]", "signature: [一, 二, 三]", "P110"),
    ("- {text: 主人快来", "- {text: 第六句, why: 多了}\n- {text: 主人快来", "P404"),
    ("neutral: 安静坐着", "neutral: 站着", "P110"),
    ('days: ["01-01"]', 'days: ["13-01"]', "P106"),
])
def test_a_card_that_breaks_a_limit_is_refused(broken, old, new, code):
    assert code in broken((old, new))


def test_all_problems_of_a_card_come_together(broken):
    assert {"P401", "P104", "P413"} <= broken(
        ("id: xiaofumiao", "id: Nine"), ("fear: ", "feer: "), ('accent: "#C8442F"', "accent: red"))


def test_two_cards_with_one_id_are_told(tmp_path):
    text = (FOLDER / "xiaofumiao.yml").read_text(encoding="utf-8")
    for name in ("a.yml", "b.yml"):
        (tmp_path / name).write_text(text, encoding="utf-8")
    with pytest.raises(ContentError) as caught:
        load_mascots(tmp_path)
    assert [problem.code for problem in caught.value.problems] == ["P402"]


def test_an_empty_folder_and_an_unknown_id_are_told(tmp_path):
    with pytest.raises(ContentError):
        load_mascots(tmp_path)
    with pytest.raises(ContentError):
        load_mascot("no_such_mascot")


def test_a_fifth_mascot_is_one_more_file(tmp_path):
    text = (FOLDER / "xiaolanghua.yml").read_text(encoding="utf-8")
    text = text.replace("id: xiaolanghua", "id: xiaodeng").replace("name: 小浪花", "name: 小灯").replace(
        "[小浪花, 小浪,", "[小灯,")
    (tmp_path / "xiaodeng.yml").write_text(text, encoding="utf-8")
    assert load_mascots(tmp_path)["xiaodeng"].name == "小灯"
