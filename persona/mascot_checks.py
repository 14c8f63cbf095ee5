"""Does a card keep its own rules and the house's? Run whenever a card is loaded."""

from __future__ import annotations

import re
from collections.abc import Iterator

from persona.mascot import Mascot
from persona.textual import DIGIT, EMOJI, ONE_EMOJI, PLACEHOLDER, SENTENCE, lone_brace, particle_pattern
from persona.yamlfile import Path_
from persona.yamlvalues import Reader

REFUSAL_MAX = 60
LEAD_MAX = 8
# roughly how long a placeholder is once it is filled
PATH_CHARS, OTHER_CHARS = 18, 6
FILLED = re.compile(r"bank|app|hotline|hotline_abroad|reply_by|hours_\w+|path_\w+")
# Every refusal names a way on: a place, a number, a person, or a question back.
WAY_ON = re.compile(r"\{|转人工|换个|再问|先问|先说|告诉我|直接说|接着问|再说一遍")
HOUSE_NEVER = (
    "主人", "铲屎官", "亲亲", "宝宝", "宝子", "家人们", "爷爷", "奶奶", "大爷", "大妈", "好久没来", "别走", "等你好久",
    "我是真人", "客户经理小", "我也买", "自己也买", "稳赚", "保本", "高收益", "低风险", "秒到账", "零风险", "无风险",
)
HEX = re.compile(r"#[0-9A-Fa-f]{6}")
DAY = re.compile(r"(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])")


def check_card(mascot: Mascot, reader: Reader) -> None:
    """Note every line of the card that breaks a limit it sets itself or the house sets."""
    _check_frame(mascot, reader)
    for path, tone, line in _spoken(mascot):
        _check_line(mascot, reader, path, tone, line)
    for path, line in _own_words(mascot):
        if DIGIT.search(line) or "元" in line or "%" in line:
            reader.bad("P411", path, "口头禅和尾句里有数字", "数字只能来自回答本身，这里删掉。")
        for sentence in SENTENCE.findall(line):
            if len(sentence) > mascot.sentence_max + 2:
                reader.bad("P412", path, f"一句 {len(sentence)} 个字，这张卡最多 {mascot.sentence_max} 个",
                           "拆成两句或删短。")
    for reason, lines in mascot.refusals.items():
        for number, line in enumerate(lines):
            _check_refusal(mascot, reader, ("refusals", reason, number), line)


def _check_frame(mascot: Mascot, reader: Reader) -> None:
    for key, colour in mascot.palette.items():
        if not HEX.fullmatch(colour):
            reader.bad("P413", ("palette", key), f"「{colour}」不是颜色", '写成 "#5B4A3F" 的样子。')
    if mascot.birthday["day"] and not DAY.fullmatch(mascot.birthday["day"]):
        reader.bad("P106", ("birthday", "day"), f"「{mascot.birthday['day']}」不是日子", '写成 "08-08" 的样子。')
    if mascot.name and mascot.name not in mascot.aliases:
        reader.bad("P414", ("aliases",), f"别名里没有全名「{mascot.name}」", "把全名也写进来，顾客会直接叫。")
    for tone in ("plain", "urgent", "sober"):
        for group, lines in (("tails", mascot.tails), ("leads", mascot.leads)):
            if lines.get(tone):
                reader.bad("P415", (group, tone), f"{tone} 里不能加角色的话", "删掉这一组。")
    for number, lead in enumerate(mascot.leads.get("warm", ())):
        # in service the answer comes first: a lead may introduce it, not stand before it as a sentence
        if len(lead) > LEAD_MAX or lead[-1:] not in "：，":
            reader.bad("P426", ("leads", "warm", number), "warm 的开头太长，或者自成一句",
                       f"最多 {LEAD_MAX} 个字，用「：」引出回答。")
    for tone in mascot.emoji_max:
        if tone not in ("playful", "warm"):
            reader.bad("P416", ("emoji", "max", tone), f"{tone} 里不能有表情", "只写 playful 和 warm。")
    if mascot.emoji_max.get("warm", 0) > 1:
        reader.bad("P416", ("emoji", "max", "warm"), "warm 最多一个表情", "改成 1 或 0。")
    for tone in mascot.particle_tones:
        if tone not in ("playful", "warm"):
            reader.bad("P416", ("particles", "tones"), f"{tone} 里不能有语气词", "只写 playful 和 warm。")


def _own_words(mascot: Mascot) -> Iterator[tuple[Path_, str]]:
    """What the voice adds by itself to somebody else's answer."""
    for group, phrases in (("catchphrases", mascot.catchphrases), ("running", mascot.running)):
        for number, phrase in enumerate(phrases):
            yield (group, number, "text"), phrase.text
    for group, by_tone in (("tails", mascot.tails), ("leads", mascot.leads)):
        for tone, lines in by_tone.items():
            for number, line in enumerate(lines):
                yield (group, tone, number), line


def _spoken(mascot: Mascot) -> Iterator[tuple[Path_, str, str]]:
    """Every line a customer could read, with the tone it is meant for."""
    for path, line in _own_words(mascot):
        yield path, str(path[1]) if path[0] in ("tails", "leads") else "warm", line
    for name, lines in mascot.greetings.items():
        for number, line in enumerate(lines):
            yield ("greetings", name, number), "playful", line
    for number, festival in enumerate(mascot.festivals):
        yield ("greetings", "festivals", number, "text"), "playful", festival.text
    for reason, lines in mascot.refusals.items():
        for number, line in enumerate(lines):
            yield ("refusals", reason, number), "plain", line
    for tone, lines in mascot.good.items():
        for number, line in enumerate(lines):
            yield ("good", tone, number), tone, line
    for number, line in enumerate(mascot.signature):
        yield ("signature", number), "plain", line


def _check_line(mascot: Mascot, reader: Reader, path: Path_, tone: str, line: str) -> None:
    if lone_brace(line) >= 0:
        reader.bad("P417", path, "有落单的花括号", "删掉它，或补成 {hotline} 这样的占位符。")
    for name in PLACEHOLDER.findall(line):
        if not FILLED.fullmatch(name):
            reader.bad("P418", path, f"不认识的占位符 {{{name}}}", "只用机构文件里的：hotline、app、path_…。")
    for word in (*HOUSE_NEVER, *mascot.never, *mascot.metaphors_never, *mascot.address_forbidden):
        if word and word in line:
            reader.bad("P419", path, f"用了自己不许说的「{word}」", "换一个说法。")
    allowed = mascot.emoji_max.get(tone, 0)
    found = ONE_EMOJI.findall(line)
    if len(found) > allowed:
        reader.bad("P420", path, f"{len(found)} 个表情，{tone} 里最多 {allowed} 个", "删掉多的。")
    for emoji in found:
        if emoji not in mascot.emoji:
            reader.bad("P421", path, f"表情 {emoji} 不在这张卡的 palette 里", "换成卡上有的。")
    if mascot.particle:
        count = len(particle_pattern(mascot.particle).findall(line))
        most = mascot.particle_max if tone in mascot.particle_tones else 0
        if count > most:
            reader.bad("P422", path, f"「{mascot.particle}」{count} 个，{tone} 里最多 {most} 个", "删掉多的。")


def _check_refusal(mascot: Mascot, reader: Reader, path: Path_, line: str) -> None:
    length = len(PLACEHOLDER.sub(lambda m: "x" * (PATH_CHARS if m[1].startswith("path_") else OTHER_CHARS), line))
    if length > REFUSAL_MAX:
        reader.bad("P423", path, f"填好后约 {length} 个字，最多 {REFUSAL_MAX} 个", "删短。")
    if not WAY_ON.search(line):
        reader.bad("P424", path, "只说了不行，没说接下来能做什么", "补上去处：{app}、{hotline} 或转人工。")
    if EMOJI.search(line) or (mascot.particle and particle_pattern(mascot.particle).search(line)):
        reader.bad("P425", path, "拒绝里有表情或语气词", "删掉。")
