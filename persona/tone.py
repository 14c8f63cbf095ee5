"""What each tone lets through of a character: the last table of the mascots' book, as code."""

from __future__ import annotations

import re
import zlib
from collections.abc import Sequence
from dataclasses import dataclass

from persona.mascot import Mascot
from persona.textual import DIGIT, EMOJI, ONE_EMOJI, STEP, outside_quotes, particle_pattern

CYCLE = 5  # a catch-phrase at most once in five turns
BODY_MAX = 160
# Beside money an innocent image becomes a promise, so the character keeps quiet there.
NEAR_MONEY = re.compile(
    r"理财|基金|保险|债|黄金|积存|贵金属|存款|存单|养老金|公积金|利率|利息|收益|年化|净值|贷|分期|额度|费|违约金|本金"
    r"|[0-9０-９.]+\s*[%％元万]"
)
# A paw print behind a warning, or a joke behind somebody's trouble, is out of place whatever the tone.
GRAVE = re.compile(
    r"骗|诈|盗|冻结|挂失|吞卡|丢|逾期|催收|违法|违规|担责|报警|110|警察|公安|法院|投诉|拖欠|去世|过世|身故|病|受伤|失败|扣款"
)
# A reply to the person, not an answer: nothing is announced before 「不客气」.
_SOCIAL = re.compile(r"(?:不客气|不用谢|应该的|您?客气|好[，。的]|行[，。]|收到|嗯|没关系|再见|慢走|抱歉|对不起|谢谢|记下了|我)")
_PRONOUN = re.compile(r"(?<!迷)你(?!们)")
# Grouping is for long numbers that are read aloud; five-figure hotlines are words by themselves.
_LONG_NUMBER = re.compile(r"(?<![\d.,:：/\-A-Za-z])(\d{7,12})(?![\d.,A-Za-z元万亿%％年月日时分]|[-/]\d)")
_GROUPS = {7: (3, 4), 8: (4, 4), 9: (3, 3, 3), 10: (3, 3, 4), 11: (3, 4, 4), 12: (4, 4, 4)}


@dataclass(frozen=True)
class Moment:
    """The one reply that is being voiced: how, to whom, and after what."""

    mascot: Mascot
    tone: str
    sober: bool
    elder: bool
    seed: int | str
    turn: int
    previous: tuple[str, ...]

    @property
    def still(self) -> bool:
        """Nothing of the character remains."""
        return self.sober or self.tone == "urgent"

    @property
    def lively(self) -> bool:
        """Particles, emoji and catch-phrases are possible at all."""
        return self.tone in ("playful", "warm") and not self.sober and not self.elder

    @property
    def address(self) -> str:
        """你 or 您."""
        return self.mascot.address["elder" if self.elder else "default"]

    def place(self) -> tuple[int, int]:
        """Which of the five places in the cycle this turn is, and the number of the cycle."""
        phase = number(self.seed) % CYCLE
        return (self.turn + phase) % CYCLE, (self.turn + phase) // CYCLE


def number(seed: int | str) -> int:
    """A stable number for a seed: the same conversation always sounds the same."""
    return zlib.crc32(str(seed).encode("utf-8", "surrogatepass"))


def pick(choices: Sequence[str], start: int, previous: Sequence[str]) -> str:
    """The first choice from ``start`` on that has not been said lately; "" when there is none."""
    said = "\n".join(previous[-CYCLE:])
    for offset in range(len(choices)):
        choice = choices[(start + offset) % len(choices)]
        if choice.rstrip("。！？") not in said:
            return choice
    return choices[start % len(choices)] if choices else ""


def address(text: str, moment: Moment) -> str:
    """Turn 你 into the card's address, except where somebody is quoted."""
    if moment.address == "你":
        return text
    return "".join(_PRONOUN.sub(moment.address, piece) if free else piece for piece, free in outside_quotes(text))


def limit(text: str, moment: Moment) -> str:
    """Take out what this tone does not allow: particles, emoji, the name in grave moments."""
    mascot = moment.mascot
    emoji_left = mascot.emoji_max.get(moment.tone, 0) if moment.lively else 0
    particles_left = 0
    if moment.lively and moment.tone in mascot.particle_tones and not has_particle(moment.previous[-1:], mascot):
        particles_left = mascot.particle_max
    pieces = []
    for piece, free in outside_quotes(text):
        if free:
            piece, emoji_left = _keep(ONE_EMOJI, piece, emoji_left)
            for word in {mascot.particle, "喵"} - {""}:
                piece, left = _keep(particle_pattern(word), piece, particles_left if word == mascot.particle else 0)
                particles_left = left if word == mascot.particle else particles_left
            if moment.still:
                piece = re.sub(rf"(?<![是叫]){re.escape(mascot.self_name)}", "我", piece)
        pieces.append(piece)
    result = "".join(pieces)
    # A text that was nothing but an emoji keeps it rather than becoming silence.
    return result if result.strip(" 。！？\n") else text


def _keep(pattern: re.Pattern[str], text: str, allowed: int) -> tuple[str, int]:
    left = allowed

    def decide(match: re.Match[str]) -> str:
        nonlocal left
        if left > 0:
            left -= 1
            return match.group()
        return ""

    return pattern.sub(decide, text), left


def has_particle(texts: Sequence[str], mascot: Mascot) -> bool:
    """Whether one of ``texts`` already carries the mascot's particle."""
    return bool(mascot.particle) and any(particle_pattern(mascot.particle).search(text) for text in texts)


def embellish(text: str, moment: Moment, near_product: bool) -> str:
    """Add at most one small thing of the character's own, never inside the answer's facts."""
    if not moment.lively or _in_character(text, moment.mascot):
        return text
    place, cycle = moment.place()
    if moment.tone == "warm" and place in (1, 4):
        return _with_lead(text, moment, cycle)
    if near_product:
        return text
    near = bool(NEAR_MONEY.search(text) or GRAVE.search(text))
    own = ""
    if text.rstrip()[-1:] not in "？?" and not _spoke_lately(moment):
        if place == 0 and not near:
            own = _phrase(moment, cycle)
        elif place == 2:
            own = pick(moment.mascot.tails.get(moment.tone, ()), cycle + number(moment.seed), moment.previous)
    if place == 4 and not near and moment.tone == "playful":
        text = _with_lead(text, moment, cycle)
    if own and len(own) + len(text) <= BODY_MAX and own not in text:
        text = _append(text, _with_particle(own, text, moment) if place == 0 else own)
    if not near and place in ((1, 3) if moment.tone == "playful" else (3,)):
        text = _with_emoji(text, moment, cycle)
    return text


def _with_lead(text: str, moment: Moment, cycle: int) -> str:
    """A few words before the answer. In service they lead into its first sentence, which stays the answer."""
    lead = pick(moment.mascot.leads.get(moment.tone, ()), cycle + number(moment.seed), moment.previous)
    if not lead or len(lead) + len(text) > BODY_MAX or any(said.startswith(lead) for said in moment.previous[-1:]):
        return text
    first = re.split(r"[。！？\n]", text, maxsplit=1)[0]
    if _SOCIAL.match(text):
        return text
    if lead.endswith("：") and ("：" in first or "？" in text or STEP.match(text) or text[:1] in "「『（"):
        return text
    return address(lead, moment) + text


def _in_character(text: str, mascot: Mascot) -> bool:
    """Whether the text was written in this mascot's voice already: then nothing needs to be added."""
    free = "".join(piece for piece, outside in outside_quotes(text) if outside)
    named = mascot.name in free or mascot.self_name in free
    return named or bool(EMOJI.search(free)) or has_particle([free], mascot)


def tail(moment: Moment) -> str:
    """What ``{tail}`` stands for here."""
    if not moment.lively:
        return ""
    return pick(moment.mascot.tails.get(moment.tone, ()), moment.turn + number(moment.seed), moment.previous)


def _phrase(moment: Moment, cycle: int) -> str:
    mascot = moment.mascot
    phrases = [phrase for phrase in (*mascot.catchphrases, *mascot.running) if moment.tone in phrase.tones]
    if not phrases:
        return ""
    first = number(moment.seed)
    for offset in range(len(phrases)):
        phrase = phrases[(first + cycle + offset) % len(phrases)]
        # Stepping through the list brings a phrase back after len(list) cycles; what was really
        # said decides, so that a restart or a change of mascot cannot bring it back sooner.
        said = moment.previous[-phrase.min_turns:]
        if len(phrases) * CYCLE >= phrase.min_turns and not any(_core(phrase.text) in text for text in said):
            return phrase.text
    return ""


def _core(text: str) -> str:
    return text.rstrip("。！？")


def _spoke_lately(moment: Moment) -> bool:
    mascot = moment.mascot
    own = [phrase.text for phrase in (*mascot.catchphrases, *mascot.running)]
    own += [line for lines in mascot.tails.values() for line in lines]
    return any(_core(line) in text for text in moment.previous[-1:] for line in own)


def _append(text: str, own: str) -> str:
    last = text.rsplit("\n", 1)[-1]
    if "\n" in text or STEP.match(last) or text[-1:] not in "。！？）」":
        return f"{text}\n{own}"
    return text + own


def _with_particle(own: str, text: str, moment: Moment) -> str:
    mascot = moment.mascot
    if (not mascot.particle or moment.tone not in mascot.particle_tones or number(f"{moment.seed}{moment.turn}") % 2
            or own.endswith("？") or has_particle([text, *moment.previous[-1:]], mascot)):
        return own
    return f"{_core(own)}，{mascot.particle}。"


def _with_emoji(text: str, moment: Moment, cycle: int) -> str:
    mascot = moment.mascot
    if not mascot.emoji_max.get(moment.tone) or not mascot.emoji or EMOJI.search(text):
        return text
    last = text.rsplit("\n", 1)[-1]
    if STEP.match(last) or DIGIT.match(text[-1:]):
        return text
    # In service one quiet sign is enough; a box or a moon would look like a comment on the answer.
    which = (cycle + number(moment.seed)) % len(mascot.emoji) if moment.tone == "playful" else 0
    return text + mascot.emoji[which]


def group_numbers(text: str) -> str:
    """Long telephone numbers in groups, for people who read them aloud; no digit changes."""

    def grouped(match: re.Match[str]) -> str:
        digits, at, parts = match.group(1), 0, []
        for size in _GROUPS[len(digits)]:
            parts.append(digits[at:at + size])
            at += size
        return " ".join(parts)

    return _LONG_NUMBER.sub(grouped, text)
