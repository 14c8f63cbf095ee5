"""Checks of how an answer speaks: no character where the code adds it, the card's own limits where it speaks in character."""

from __future__ import annotations

import re
from collections.abc import Iterator

from persona.content.checks.answers import texts
from persona.content.house import House
from persona.content.model import Response
from persona.errors import Problem
from persona.mascot import TONES
from persona.textual import EMOJI, ONE_EMOJI, outside_quotes, particle_pattern

# Somebody has to act now: the act first, in short sentences.
URGENT = ("faq/lost_card", "faq/lost_phone", "been_scammed", "scam_now", "crisis", "share_secret", "emergency")
_CHEER = re.compile(r"[!！~～]+")
PERSONAL = ("手机号", "卡号", "身份证号")
_DIGITS = re.compile(r"(?:\d[ \-—]?){10,}\d|[０-９]{11}")


def plain_voice(response: Response, house: House) -> Iterator[Problem]:
    """Bank and fraud answers are written without character; the voice is added when they are said."""
    plain = response.kind in ("faq", "scam")
    for path, text in texts(response):
        if plain and EMOJI.search(text):
            emoji = ONE_EMOJI.findall(text)
            yield response.problem(path, "P631", f"回答里有表情 {emoji[0] if emoji else ''}", "删掉；语气由程序按形象加。", emoji[0] if emoji else "")
        if plain:
            named = [name for mascot in house.mascots.values() for name in (mascot.name, *mascot.aliases) if len(name) > 1 and name in text]
            if named:
                name = max(named, key=len)
                yield response.problem(path, "P633", f"回答里写死了形象的名字「{name}」", "写 {self}，或写「我」。", name)
            for particle in {"喵", *(mascot.particle for mascot in house.mascots.values())} - {""}:
                found = particle in text if particle == "喵" else particle_pattern(particle).search(text)
                if found and not any(particle in name for name in named):
                    yield response.problem(path, "P632", f"回答里有语气词「{particle}」", "删掉；语气由程序按形象加。", particle)
        cheer = _CHEER.search(text) if response.sober or response.tone in ("plain", "urgent") else None
        if cheer and any(cheer[0] in piece for piece, outside in outside_quotes(text) if outside):
            yield response.problem(path, "P632", f"正经话里有「{cheer[0]}」", "换成句号。", cheer[0])
        if re.search(r"(?:^|[，。！？\n])亲[，,～~！!]", text):
            yield response.problem(path, "P634", "用了「亲」", "删掉称呼。", "亲")


def literals(response: Response, house: House) -> Iterator[Problem]:
    """What another bank would have to replace is a placeholder."""
    text = response.text
    seen: list[str] = []
    for name, literal in house.literals.items():
        if literal in text and not any(literal in one for one in seen):
            seen.append(literal)
            yield response.problem(("text",), "P635", f"写死了「{literal}」", f"改成 {{{name}}}，换一家银行也不用改。", literal)
    for key, menu in house.institution.paths.items():
        if "—" not in text:
            return
        screen = re.search(r"「[^」]+—[^」]+」", menu)
        if screen and screen.group() in text:
            yield response.problem(("text",), "P635", f"写死了菜单{screen.group()}", f"改成 {{path_{key}}}，菜单改了也不用改回答。", screen.group())


def in_character(response: Response, house: House) -> Iterator[Problem]:
    """Texts that already speak in character keep the character's own limits."""
    if response.mascot and response.mascot not in house.mascots:
        if response.mascot not in house.unread:
            number = next((n for n, one in enumerate(response.conditions) if one.get("name") == "mascot"), -1)
            yield response.problem(("condition", number, "value") if number >= 0 else (), "P636", f"没有这个形象：{response.mascot}",
                                   "可选：" + "、".join(house.mascots) + "。", response.mascot)
        return
    mascot = house.mascots.get(response.mascot)
    if mascot is None:
        return
    if response.tone not in TONES:
        return  # nobody knows what is allowed, which is told
    still = response.sober or response.tone in ("plain", "urgent")
    emoji = ONE_EMOJI.findall(response.text)
    most = 0 if still else mascot.emoji_max.get(response.tone, 0)
    if len(emoji) > most:
        yield response.problem(("text",), "P637", f"{len(emoji)} 个表情，这里最多 {most} 个", "删掉多的。", emoji[most])
    else:
        for sign in emoji:
            if sign not in mascot.emoji:
                yield response.problem(("text",), "P638", f"表情 {sign} 不是{mascot.name}的", "换成：" + "".join(mascot.emoji) + "。", sign)
    allowed = 0 if still else mascot.particle_max
    if mascot.particle and len(particle_pattern(mascot.particle).findall(response.text)) > allowed:
        yield response.problem(("text",), "P639", f"「{mascot.particle}」太多，这里最多 {allowed} 个", "删掉多的。", mascot.particle)
    # 小禾娘 may mention her grandmother; calling the customer so is what is forbidden.
    called = [word for word in mascot.address_forbidden if word in response.text and re.search(
        rf"(?:^|[，。！？]){re.escape(word)}[，！!]|{re.escape(word)}[您你]", response.text)]
    for word in dict.fromkeys((*mascot.never, *mascot.metaphors_never, *called)):
        if word in response.text:
            yield response.problem(("text",), "P640", f"{mascot.name}从不说「{word}」", "换一个说法。", word)


def tone(response: Response, house: House) -> Iterator[Problem]:
    """A tone that does not fit what is talked about."""
    here = ("metadata", "tone")
    label = response.intent.split(".")[0]
    urgent = response.kind == "scam" or label in URGENT
    if response.tone not in ("playful", "warm", "plain", "urgent"):
        return  # absent or misspelt, and told as such
    if response.kind == "chitchat" and response.tone in ("plain", "urgent"):
        yield response.problem(here, "P641", f"闲聊不用 {response.tone}", "写 playful；难过的事写 warm 加 sober: true。", response.tone)
    elif (urgent and response.tone == "playful") or (response.tone == "playful" and response.kind == "faq"):
        yield response.problem(here, "P641", "银行问题和骗局不能逗着玩", "急事写 urgent，办事写 warm，产品和规定写 plain。", response.tone)
    elif response.tone == "playful" and response.metadata.get("category") not in (None, "none"):
        yield response.problem(here, "P641", "讲产品不能逗着玩", "写 plain。", response.tone)
    elif response.tone == "playful" and response.sober:
        yield response.problem(here, "P641", "难过的事不能逗着玩", "写 warm。", response.tone)
    elif (response.kind == "scam" and response.tone != "urgent") or (
            response.kind == "faq" and label in URGENT and "." not in response.intent and response.tone != "urgent"):
        yield response.problem(here, "P641", f"急事要用 urgent，现在是 {response.tone}", "写 urgent，第一句就是动作，最多 110 个字。", response.tone)


def secrets(response: Response, house: House) -> Iterator[Problem]:
    """Somebody's phone, card or identity number."""
    for path, text in texts(response):
        for start, end, kind in personal(text):
            yield response.problem(path, "P643", f"写了一个像真人的{kind}：{text[start:end]}", "删掉，或换成一看就是假的样子：138xxxx0000。", text[start:end])


def personal(text: str) -> list[tuple[int, int, str]]:
    """Where phone, card and identity numbers stand; most texts have no run of digits that long."""
    if not _DIGITS.search(text):
        return []
    from persona.compliance.secrets import find

    return [one for one in find(text) if one[2] in PERSONAL]
