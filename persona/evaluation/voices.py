"""Are the characters told apart by what they say? Chit-chat with names, particles and emoji taken out, compared.

    python -m persona.evaluation.voices [--seed N] [--scenes 20] [--sheet F --key F] [--answers F --key F]

Without arguments: what is missing, shared or repeated, and how often a machine names the speaker.
`--sheet` writes a blind test for a reader (docs/quality.md), `--key` its solution; with `--answers` (one
`number id` a line) the reader's answers are scored against the key.
"""

from __future__ import annotations

import argparse
import json
import math
import random
import re
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import combinations
from pathlib import Path

from persona.content import Content, load_content
from persona.mascot import Mascot, load_mascots
from persona.textual import EMOJI, particle_pattern

PER_SCENE = 2  # variations of every mascot in every scene
SOBER_SCENE = 4  # variations of a sober scene, shared by all
CLAUSE = 8  # so many characters in a row are a clause two mascots may not share in a scene
PHRASE = 6  # so many characters in a row are a phrase
SCENES_A_PHRASE = 3  # in at most so many scenes of one mascot
MOTIF_SHARE = 0.2  # of one mascot's lines may hold the same image
_MARKS = re.compile(r"[\W_]+")


@dataclass(frozen=True)
class Line:
    """One variation of a scene: who says it, in which tone, as written and without what names the speaker."""

    scene: str
    mascot: str
    tone: str
    sober: bool
    text: str
    bare: str

    @property
    def letters(self) -> str:
        """Words only: what two lines are compared by."""
        return _MARKS.sub("", self.bare)


def bare(text: str, mascots: Iterable[Mascot]) -> str:
    """The text without names, particles and emoji; a name at the head of a clause becomes 我, so that it stays a sentence."""
    cards = list(mascots)
    for card in cards:
        for word in {card.particle, "喵"} - {""}:
            text = particle_pattern(word).sub("", text)
    text = EMOJI.sub("", text)
    names = sorted({name for card in cards for name in (card.name, card.self_name, *card.aliases)} | {"本浪", "本喵"}, key=len, reverse=True)
    return re.sub("|".join(map(re.escape, names)), "我", text).strip()


def lines(content: Content, mascots: Mapping[str, Mascot]) -> list[Line]:
    """Every chit-chat variation in the order of the files; `mascot` is "" where all say the same."""
    return [
        Line(response.name.split("/", 1)[1], response.mascot, response.tone, response.sober, response.text,
             bare(response.text, mascots.values()))
        for response in content.variations()
        if response.kind == "chitchat" and response.mascot in ("", *mascots)
    ]


def speakers(said: Sequence[Line], mascots: Mapping[str, Mascot]) -> dict[str, Mascot]:
    """The mascots that have words of their own in most scenes; a new card speaks what all share until then."""
    scenes = {line.scene for line in said if line.mascot}
    own = Counter(ident for _, ident in {(line.scene, line.mascot) for line in said})
    return {ident: card for ident, card in mascots.items() if own[ident] * 2 > len(scenes)}


def missing(said: Sequence[Line], mascots: Mapping[str, Mascot]) -> list[str]:
    """Scenes with too few variations, in two tones, or with characters where there may be none.

    A scene is written for every mascot or for none; sober ones for none, and more often, because people stay in them.
    """
    found = []
    written = speakers(said, mascots)
    scenes: dict[str, list[Line]] = defaultdict(list)
    for line in said:
        scenes[line.scene].append(line)
    for scene, group in sorted(scenes.items()):
        tones = {(line.tone, line.sober) for line in group}
        count = Counter(line.mascot for line in group)
        grave = any(line.sober for line in group)
        if len(tones) > 1:
            found.append(f"{scene}：语气不一样 {sorted(tones)}")
        if grave and len(count) > 1:
            found.append(f"{scene}：难过的时候不分角色，不写各自的话")
        elif len(count) == 1 and count[""] < (SOBER_SCENE if grave else PER_SCENE):
            found.append(f"{scene}：大家共用的只有 {count['']} 条")
        elif len(count) > 1:
            found += [f"{scene}：{card.name}只有 {count[ident]} 条" for ident, card in written.items() if count[ident] < PER_SCENE]
    return found


def too_long(said: Sequence[Line], mascots: Mapping[str, Mascot]) -> list[str]:
    """Sentences longer than the card of the mascot has them."""
    return [
        f"{line.scene}：{mascots[line.mascot].name}一句 {len(part)} 个字：{part}"
        for line in said if line.mascot
        for part in re.split(r"[。！？；：\n]", line.text) if len(part) > mascots[line.mascot].sentence_max + 2
    ]


def grams(text: str, size: int) -> set[str]:
    """All runs of `size` characters."""
    return {text[at:at + size] for at in range(len(text) - size + 1)}


def shared(said: Sequence[Line]) -> list[str]:
    """Clauses that two mascots say in the same scene."""
    scenes = defaultdict(list)
    for line in said:
        if line.mascot:
            scenes[line.scene].append(line)
    return sorted(
        f"{scene}：{one.mascot}、{other.mascot}都说「{clause}」"
        for scene, group in scenes.items() for one, other in combinations(group, 2) if one.mascot != other.mascot
        for clause in grams(one.letters, CLAUSE) & grams(other.letters, CLAUSE)
    )


def repeated(said: Sequence[Line], size: int = PHRASE, most: int = SCENES_A_PHRASE) -> list[str]:
    """Phrases one mascot says in more than `most` scenes; of overlapping ones the longest."""
    where: dict[tuple[str, str], set[str]] = defaultdict(set)
    for line in said:
        if not line.mascot:
            continue
        for length in range(size, size + 8):
            for gram in grams(line.letters, length):
                where[line.mascot, gram].add(line.scene)
    often = {key: scenes for key, scenes in where.items() if len(scenes) > most}
    longest = [key for key in often if not any(key != other and key[0] == other[0] and key[1] in other[1] for other in often)]
    return sorted(f"{ident}：「{gram}」在 {len(often[ident, gram])} 个场景里" for ident, gram in longest)


def motifs(said: Sequence[Line], words: Mapping[str, Sequence[str]]) -> list[tuple[str, str, float]]:
    """`(mascot, word, share of its lines)` for the images of each card, most frequent first."""
    total = Counter(line.mascot for line in said)
    rows = [
        (ident, word, sum(word in line.bare for line in said if line.mascot == ident) / total[ident])
        for ident, listed in words.items() for word in listed if total[ident]
    ]
    return sorted(rows, key=lambda row: -row[2])


def sheet(said: Sequence[Line], seed: int, scenes: int) -> list[Line]:
    """One line of every mascot from each of `scenes` scenes, shuffled: the same seed gives the same sheet.

    Sober scenes are left out: there nobody may be told apart.
    """
    dice = random.Random(seed)
    by_scene: dict[str, dict[str, list[Line]]] = defaultdict(lambda: defaultdict(list))
    for line in said:
        if line.mascot and not line.sober:
            by_scene[line.scene][line.mascot].append(line)
    chosen = dice.sample(sorted(by_scene), min(scenes, len(by_scene)))
    drawn = [dice.choice(by_scene[scene][ident]) for scene in chosen for ident in sorted(by_scene[scene])]
    dice.shuffle(drawn)
    return drawn


@lru_cache(maxsize=4096)
def _features(text: str) -> Counter[str]:
    return Counter(text[at:at + size] for size in (1, 2, 3) for at in range(len(text) - size + 1))


class Reader:
    """A simple reader: the nearest mean of character 1- to 3-grams (tf-idf, cosine)."""

    def __init__(self, learned: Sequence[Line]) -> None:
        documents = [_features(line.bare) for line in learned]
        self._weight = {
            gram: math.log((1 + len(documents)) / (1 + n)) + 1
            for gram, n in Counter(gram for document in documents for gram in document).items()
        }
        self._centres: dict[str, dict[str, float]] = {}
        for line, document in zip(learned, documents, strict=True):
            centre = self._centres.setdefault(line.mascot, {})
            for gram, value in self._vector(document).items():
                centre[gram] = centre.get(gram, 0.0) + value
        self._length = {ident: math.sqrt(sum(v * v for v in centre.values())) for ident, centre in self._centres.items()}

    def _vector(self, document: Mapping[str, int]) -> dict[str, float]:
        raw = {gram: (1 + math.log(n)) * self._weight[gram] for gram, n in document.items() if gram in self._weight}
        length = math.sqrt(sum(value * value for value in raw.values())) or 1.0
        return {gram: value / length for gram, value in raw.items()}

    def name(self, line: Line) -> str:
        """The mascot whose other lines are most like this one."""
        vector = self._vector(_features(line.bare))
        return max(sorted(self._centres), key=lambda ident: sum(
            value * self._centres[ident].get(gram, 0.0) for gram, value in vector.items()) / self._length[ident])


def by_machine(said: Sequence[Line]) -> list[tuple[Line, str]]:
    """Every line that is not sober with the mascot a reader names who knows all other scenes."""
    plain = [line for line in said if line.mascot and not line.sober]
    found = []
    for scene in sorted({line.scene for line in plain}):
        reader = Reader([line for line in plain if line.scene != scene])
        found += [(line, reader.name(line)) for line in plain if line.scene == scene]
    return found


def card_lines(mascots: Mapping[str, Mascot]) -> list[Line]:
    """What the cards alone tell of each mascot: its description and its own sentences, without names."""
    rows = []
    for ident, card in mascots.items():
        told = [
            card.look, card.origin, card.want, card.fear, card.flaw, *card.gesture.values(), *card.duty.values(), *card.knows,
            *(text for group in (card.greetings, card.refusals, card.tails, card.good) for texts in group.values() for text in texts),
            *(festival.text for festival in card.festivals), *(phrase.text for phrase in (*card.catchphrases, *card.running)),
        ]
        rows += [Line("", ident, "", False, text, bare(text, mascots.values())) for text in told]
    return rows


def masked(said: Sequence[Line], mascots: Mapping[str, Mascot]) -> list[Line]:
    """The lines without the cards' images and without 您 and 咱: what is left is manner."""
    words = sorted({word for card in mascots.values() for word in card.metaphors_use}, key=len, reverse=True)
    images = re.compile("|".join(map(re.escape, words)))
    return [replace(line, bare=images.sub("某", line.bare).replace("您", "你").replace("咱", "我们")) for line in said]


def score(pairs: Iterable[tuple[str, str]]) -> str:
    """`(right, named)` pairs as a small table: hits per mascot and confusions."""
    rows = list(pairs)
    hits = sum(right == named for right, named in rows)
    out = [f"{hits}/{len(rows)} = {hits / max(len(rows), 1):.2f}"]
    for ident in sorted({right for right, _ in rows}):
        mine = Counter(named for right, named in rows if right == ident)
        wrong = "，".join(f"认成 {named} {n}" for named, n in mine.most_common() if named != ident)
        out.append(f"  {ident} {mine[ident]}/{sum(mine.values())}{'　' + wrong if wrong else ''}")
    return "\n".join(out)


def _mark(answers: Path, key: Path) -> str:
    right = json.loads(key.read_text("utf-8"))
    named = dict(line.split()[:2] for line in answers.read_text("utf-8").splitlines() if line.strip())
    table = score((row["mascot"], named.get(number, "?")) for number, row in right.items())
    wrong = [f"  {number} {row['mascot']}（答 {named.get(number, '?')}）{row['scene']}：{row['text']}"
             for number, row in right.items() if named.get(number) != row["mascot"]]
    return "\n".join([table, *wrong])


def main(argv: Sequence[str] | None = None) -> int:
    """Exit 1 when something is missing, shared or repeated."""
    ap = argparse.ArgumentParser(prog="python -m persona.evaluation.voices", description="四位形象的闲聊：齐不齐，撞不撞，分不分得出是谁。")
    ap.add_argument("--seed", type=int, default=1)
    ap.add_argument("--scenes", type=int, default=20)
    ap.add_argument("--sheet", type=Path, help="写一份盲测题")
    ap.add_argument("--key", type=Path, help="盲测题的答案")
    ap.add_argument("--answers", type=Path, help="读者的回答，一行「题号 形象」")
    args = ap.parse_args(argv)
    if args.answers and args.key:
        print(_mark(args.answers, args.key))
        return 0
    mascots = load_mascots()
    said = lines(load_content(Path.cwd()), mascots)
    if args.sheet and args.key:
        drawn = sheet(said, args.seed, args.scenes)
        args.sheet.write_text("".join(f"{n} {line.bare}\n" for n, line in enumerate(drawn, 1)), "utf-8")
        args.key.write_text(json.dumps({str(n): {"mascot": line.mascot, "scene": line.scene, "text": line.text}
                                        for n, line in enumerate(drawn, 1)}, ensure_ascii=False, indent=1), "utf-8")
        return 0
    found = [*missing(said, mascots), *too_long(said, mascots), *shared(said), *repeated(said)]
    images = motifs(said, {ident: card.metaphors_use for ident, card in mascots.items()})
    found += [f"{ident}：「{word}」在 {part:.0%} 的话里" for ident, word, part in images if part > MOTIF_SHARE]
    print("\n".join(found) or "齐了，没有撞的、重复的。")
    print("最常用的意象：" + "，".join(f"{ident} {word} {part:.0%}" for ident, word, part in images[:12]))
    written = [line for line in said if line.mascot]
    print("机器读者，读过别的场景：" + score((line.mascot, named) for line, named in by_machine(said)))
    print("同上，盖住意象和「您」「咱」：" + score((line.mascot, named) for line, named in by_machine(masked(said, mascots))))
    reader = Reader(card_lines(mascots))
    print("机器读者，只读过卡片：" + score((line.mascot, reader.name(line)) for line in written))
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
