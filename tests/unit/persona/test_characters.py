"""Four characters: every scene is written for all of them, nobody borrows, nobody repeats himself, and grave scenes have none."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from pathlib import Path

from persona.content import load_content
from persona.evaluation import voices
from persona.evaluation.voices import (
    Line,
    Reader,
    bare,
    by_machine,
    missing,
    motifs,
    repeated,
    score,
    shared,
    sheet,
    too_long,
)
from persona.mascot import load_mascots

CONTENT = load_content(Path.cwd())
SAID = voices.lines(CONTENT, load_mascots())
MASCOTS = voices.speakers(SAID, load_mascots())


def line(scene: str, mascot: str, text: str, tone: str = "playful", *, sober: bool = False) -> Line:
    return Line(scene, mascot, tone, sober, text, bare(text, MASCOTS.values()))


def everybody(scene: str, *texts: str) -> list[Line]:
    return [line(scene, ident, f"{ident}{text}") for ident in MASCOTS for text in texts]


def test_every_scene_is_written_twice_for_every_mascot() -> None:
    assert missing(SAID, MASCOTS) == []
    assert len({row.scene for row in SAID}) >= 55


def test_what_is_missing_is_told() -> None:
    whole = everybody("a", "一", "二")
    assert missing(whole, MASCOTS) == []
    assert len(missing(whole[1:], MASCOTS)) == 1
    assert missing([*whole, line("a", "", "三", "warm")], MASCOTS)
    assert missing([line("b", "", t, "warm", sober=True) for t in "一二三"], MASCOTS)
    assert missing([line("b", "", t, "warm", sober=True) for t in "一二三四"], MASCOTS) == []
    assert missing([replace(one, sober=True) for one in whole] + [line("a", "", "三", sober=True)], MASCOTS)


def test_nobody_shares_a_clause_in_a_scene() -> None:
    assert shared(SAID) == []
    two = [line("a", "xiaofumiao", "今天外面的云跑得很快，喵。"), line("a", "xiaoheniang", "今天，外面的云跑得慢。")]
    assert shared(two)
    assert shared([two[0], replace(two[1], scene="b")]) == []


def test_nobody_says_the_same_phrase_in_many_scenes() -> None:
    assert repeated(SAID) == []
    assert repeated([line(scene, "xiaofumiao", f"{scene}昨晚的月亮很圆{scene}") for scene in "甲乙丙丁"])
    assert repeated([line(scene, "xiaofumiao", f"{scene}昨晚的月亮很圆{scene}") for scene in "甲乙丙"]) == []


def test_no_image_of_a_card_wears_out() -> None:
    images = motifs(SAID, {ident: card.metaphors_use for ident, card in MASCOTS.items()})
    assert all(part <= voices.MOTIF_SHARE for _, _, part in images), images[:6]
    # and each of them lives: an image nobody ever meets is no image
    assert all(any(ident == mascot and part >= 0.1 for ident, _, part in images) for mascot in MASCOTS)


def test_catch_phrases_are_few_and_not_worn_out_in_scenes() -> None:
    for ident, card in MASCOTS.items():
        own = [row.letters for row in SAID if row.mascot == ident]
        for phrase in (*card.catchphrases, *card.running):
            core = line("x", ident, phrase.text).letters
            assert sum(core in text for text in own) <= 1, phrase.text
            assert phrase.min_turns >= 10


def test_sentences_are_as_long_as_the_card_says() -> None:
    assert too_long(SAID, MASCOTS) == []
    assert too_long([line("a", "xiaoshizi", "我" * 30)], MASCOTS)


def test_grave_answers_have_no_character_at_all() -> None:
    grave = [r for r in CONTENT.variations() if r.kind in ("chitchat", "faq", "scam") and (r.sober or r.tone == "urgent")]
    assert len(grave) > 80
    assert [r.name for r in grave if r.mascot] == []


def test_names_particles_and_emoji_are_taken_out() -> None:
    assert bare("小福喵在数，喵。🐾", MASCOTS.values()) == "我在数。"
    assert bare("小禾娘说：小浪花来了。🌊", MASCOTS.values()) == "我说：我来了。"
    for row in SAID:
        assert not any(card.name in row.bare or card.self_name in row.bare for card in MASCOTS.values())


def test_a_sheet_is_the_same_for_the_same_seed_and_has_every_mascot_once_a_scene() -> None:
    drawn = sheet(SAID, 7, 20)
    assert drawn == sheet(SAID, 7, 20) != sheet(SAID, 8, 20)
    assert len(drawn) == 20 * len(MASCOTS)
    assert set(Counter((row.scene, row.mascot) for row in drawn).values()) == {1}
    assert not any(row.sober for row in drawn)


def test_a_machine_that_knows_the_other_scenes_names_the_speaker() -> None:
    found = by_machine(SAID)
    assert sum(row.mascot == named for row, named in found) >= 0.8 * len(found), score((r.mascot, n) for r, n in found)


def test_a_machine_that_knows_the_cards_only_names_the_speaker() -> None:
    reader = Reader(voices.card_lines(MASCOTS))
    written = [row for row in SAID if row.mascot]
    assert sum(row.mascot == reader.name(row) for row in written) >= 0.8 * len(written)


def test_the_machine_can_be_wrong() -> None:
    same = [replace(row, bare="今天也来了。") for row in SAID]
    found = by_machine(same)
    assert sum(row.mascot == named for row, named in found) <= 0.3 * len(found)
    assert Reader(SAID).name(SAID[0]) in MASCOTS
