"""What the linter looks for in content files. Each check is a small generator of problems."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from persona.content import Content, Example, Response
from persona.errors import Problem
from persona.figures import Figures
from persona.institution import Institution
from persona.leisure_checks import check_columns, check_lessons
from persona.mascot import TONES, Mascot, load_mascots
from persona.textual import CLOSE, EMOJI, ONE_EMOJI, OPEN, PLACEHOLDER, lone_brace, particle_pattern

SPECIAL = ("self", "user", "tail")
CATEGORIES = (
    "none", "deposit", "loan", "card", "wealth", "fund", "insurance", "pension", "gold", "structured", "payment",
)
MAX_CHARS = {"urgent": 110, "playful": 160, "warm": 160, "plain": 160}
CHITCHAT_MAX = 60
BUTTONS_MAX, CHOICES_MAX, TITLE_MAX = 3, 6, 10
EXPLAINED: Mapping[str, tuple[str, ...]] = {
    "faq": ("tone", "category", "figures", "disclosures", "source", "reviewed", "expires"),
    "scam": ("tone", "source", "reviewed", "expires", "hallmark"),
    "chitchat": ("tone", "source", "reviewed", "expires"),
    "dialogue": ("tone", "source", "reviewed", "expires"),
}
_PAYLOAD = re.compile(r"/([A-Za-z0-9_./]+)(\{.*\})?")
_STEP = re.compile(r"^\d+[.、．]", re.M)


@dataclass(frozen=True)
class _House:
    """What the answers are held against."""

    content: Content
    institution: Institution
    figures: Figures
    today: date
    mascots: Mapping[str, Mascot]
    names: Mapping[str, str]
    literals: Mapping[str, str]


def check_content(content: Content, institution: Institution, figures: Figures, today: date,
                  mascots: Mapping[str, Mascot] | None = None) -> list[Problem]:
    """See :func:`persona.content.check`."""
    # Only what a bank would have to replace; very short entries would be found inside other words.
    literals = {"bank": institution.name, "app": institution.app, "hotline": institution.hotline}
    literals.update({f"hours_{key}": value for key, value in institution.hours.items()})
    house = _House(content, institution, figures, today, mascots if mascots is not None else load_mascots(),
                   institution.placeholders(), {k: v for k, v in literals.items() if len(v) >= 4})
    problems = list(content.problems)
    problems += _duplicates(content.examples)
    for example in content.examples:
        problems += _example(example)
    for intent, topic in content.topics.items():
        if intent.startswith(("faq/", "scam/", "chitchat/")) and not topic.responses:
            problems.append(Problem(topic.file, topic.line, "P612", intent, "有例句，没有回答",
                                    f"补上 utter_{intent}。"))
    for response in content.variations():
        for look in CHECKS:
            problems += look(response, house)
    problems += check_columns(content, house.mascots)
    problems += check_lessons(content, house.mascots)
    return sorted(set(problems))


def _at(response: Response, key: str, code: str, what: str, fix: str) -> Problem:
    return Problem(response.file, response.at(key), code, f"{response.name}[{response.number}].{key}", what, fix)


def _duplicates(examples: tuple[Example, ...]) -> Iterator[Problem]:
    exact: dict[str, Example] = {}
    normal: dict[str, Example] = {}
    for example in examples:
        first = exact.setdefault(example.text, example)
        if first is not example:
            yield Problem(example.file, example.line, "P601", example.intent,
                          f"例句「{example.text}」在 {first.file}:{first.line}（{first.intent}）已经有了", "删掉一处。")
            continue
        twin = normal.setdefault(example.normal or example.text, example)
        if twin is not example and twin.intent != example.intent:
            yield Problem(example.file, example.line, "P602", example.intent,
                          f"例句「{example.text}」和 {twin.file}:{twin.line}（{twin.intent}）只差标点", "只留在一个意图里。")


def _example(example: Example) -> Iterator[Problem]:
    if example.text[:1] in tuple("/#-\"'"):
        yield Problem(example.file, example.line, "P603", example.intent,
                      f"例句不能以「{example.text[0]}」开头", "换个开头，或去掉这个符号。")
    if re.search(r"[{}\[\]]", example.text):
        yield Problem(example.file, example.line, "P604", example.intent, "例句里有方括号或花括号",
                      "改成普通标点；Rasa 会把它们当成标注。")


def _placeholders(response: Response, house: _House) -> Iterator[Problem]:
    texts = [("text", response.text), *(("buttons", button.title) for button in response.buttons)]
    for key, text in texts:
        if lone_brace(text) >= 0:
            yield _at(response, key, "P605", "有落单的花括号", "删掉它，或补成 {hotline} 这样的占位符。")
        for name in PLACEHOLDER.findall(text):
            if name not in house.names and name not in house.figures and name not in SPECIAL \
                    and name not in _values(response):
                yield _at(response, key, "P606", f"不认识的占位符 {{{name}}}",
                          "对照 institution.yml 的 paths 和 figures.yml；缺的先补到那里。")


def _values(response: Response) -> tuple[str, ...]:
    """Names a dialogue fills itself; the answer lists them under ``metadata.values``."""
    values = response.metadata.get("values")
    return tuple(str(value) for value in values) if isinstance(values, list) else ()


def _shape(response: Response, house: _House) -> Iterator[Problem]:
    text = response.text
    if not text.strip():
        yield _at(response, "text", "P607", "没有文字", "写上回答；图片和按钮不能代替文字。")
        return
    if re.search(r"\n[ \t　]*\n", text.strip()):
        yield _at(response, "text", "P608", "文字里有空行，会被拆成两条消息", "删掉空行，只换一行。")
    filled = PLACEHOLDER.sub(lambda m: _filled(m.group(1), house), text)
    most = CHITCHAT_MAX if response.kind == "chitchat" else MAX_CHARS.get(response.tone, 160)
    length = len(filled.replace("\n", ""))
    if length > most:
        yield _at(response, "text", "P609", f"填好后 {length} 个字，{response.tone or '这种语气'} 最多 {most} 个",
                  "删短；次要的放到按钮后面。")
    if len(_STEP.findall(text)) > 3:
        yield _at(response, "text", "P613", "编号的步骤超过三步", "合并，或拆成两个话题。")
    if sum(text.count(mark) for mark in OPEN) != sum(text.count(mark) for mark in CLOSE):
        yield _at(response, "text", "P614", "引号不成对", "补上另一半引号；引号里的字不改称呼。")


def _filled(name: str, house: _House) -> str:
    if name in house.names:
        return house.names[name]
    return house.figures[name].value if name in house.figures else "xx"


def _buttons(response: Response, house: _House) -> Iterator[Problem]:
    # A dialogue's question shows all its choices; an answer only suggests what to ask next.
    most = CHOICES_MAX if response.kind == "dialogue" and "？" in response.text else BUTTONS_MAX
    if len(response.buttons) > most:
        yield _at(response, "buttons", "P615", f"{len(response.buttons)} 个按钮，最多 {most} 个", "留最常问的几个。")
    for button in response.buttons:
        def bad(code: str, what: str, fix: str, line: int = button.line) -> Problem:
            return Problem(response.file, line, code, f"{response.name}[{response.number}].buttons", what, fix)

        if not button.title or len(button.title) > TITLE_MAX:
            yield bad("P616", f"按钮「{button.title}」{len(button.title)} 个字，应当 1 到 {TITLE_MAX} 个", "改短，用顾客的话。")
        match = _PAYLOAD.fullmatch(button.payload)
        if not match:
            yield bad("P617", f"按钮指向「{button.payload}」，写法不对", "写成 /faq/话题 或 /handoff。")
            continue
        target, entities = match.groups()
        if target not in house.content.topics and f"utter_{target}" not in house.content.responses:
            yield bad("P618", f"按钮指向的「{target}」不存在", "对照 data/nlu 下的意图名。")
        if entities and not _is_object(entities):
            yield bad("P619", f"按钮里的 {entities} 不是 JSON", '写成 {"lost_via": "own_bank"} 的样子。')


def _is_object(text: str) -> bool:
    try:
        return isinstance(json.loads(text), dict)
    except ValueError:
        return False


def _metadata(response: Response, house: _House) -> Iterator[Problem]:
    metadata = response.metadata
    for key in EXPLAINED.get(response.kind, EXPLAINED["dialogue"]):
        if key not in metadata or metadata[key] in (None, ""):
            yield _at(response, "metadata", "P620", f"metadata 里缺少 {key}", f"补上 {key}。")
    if response.tone and response.tone not in TONES:
        yield _at(response, "metadata.tone", "P621", f"没有这种语气：{response.tone}", "可选：" + "、".join(TONES) + "。")
    category = metadata.get("category")
    if category is not None and category not in CATEGORIES:
        yield _at(response, "metadata.category", "P622", f"没有这个类别：{category}",
                  "可选：" + "、".join(CATEGORIES) + "。")
    if metadata.get("sober") not in (None, True, False):
        yield _at(response, "metadata.sober", "P623", "sober 只能写 true 或 false", "去掉引号。")
    dates = {}
    for key in ("reviewed", "expires"):
        try:
            if key in metadata:
                dates[key] = date.fromisoformat(str(metadata[key]))
        except ValueError:
            yield _at(response, f"metadata.{key}", "P106", f"「{metadata[key]}」不是日期", '写成 "2026-11-23" 的样子。')
    # A column's episode is meant to run out; the column then leaves the menu by itself.
    if "expires" in dates and dates["expires"] < house.today and "episode" not in metadata:
        yield _at(response, "metadata.expires", "P624", f"{dates['expires']} 已经过期", "重新核对内容，改 reviewed 和 expires。")
    if "reviewed" in dates and dates["reviewed"] > max(house.today, dates.get("expires", house.today)):
        yield _at(response, "metadata.reviewed", "P625", f"复核日 {dates['reviewed']} 在将来", "写真正复核的那一天。")
    elif len(dates) == 2 and dates["reviewed"] >= dates["expires"]:
        yield _at(response, "metadata.expires", "P625", "到期日不在复核日之后", "改 expires。")


def _figures(response: Response, house: _House) -> Iterator[Problem]:
    used = {name for name in PLACEHOLDER.findall(response.text) if name in house.figures}
    raw = response.metadata.get("figures")
    listed = {str(name) for name in raw} if isinstance(raw, list) else set()
    for name in sorted(used - listed):
        yield _at(response, "metadata.figures", "P626", f"用了数字 {{{name}}}，figures 里没写", f"在 figures 里加上 {name}。")
    for name in sorted(listed - set(house.figures)):
        yield _at(response, "metadata.figures", "P627", f"figures.yml 里没有 {name}", "改名，或先补到 figures.yml。")
    for name in sorted(used):
        figure = house.figures[name]
        if figure.review_by < house.today:
            yield _at(response, "text", "P628", f"数字 {name} 已过复核日 {figure.review_by}", "核对新值，更新 figures.yml。")


def _disclosures(response: Response, house: _House) -> Iterator[Problem]:
    raw = response.metadata.get("disclosures")
    for ident in raw if isinstance(raw, list) else []:
        sentence = known_disclosure(str(ident))
        if sentence is None:
            yield _at(response, "metadata.disclosures", "P629", f"没有编号为 {ident} 的披露",
                      "对照 compliance/disclosures.yml 里的编号。")
        elif "__" in sentence:
            yield _at(response, "metadata.disclosures", "P630", f"{ident} 里有要填的空，只能由产品页使用", "换成这一类的一句话提示。")


def known_disclosure(ident: str) -> str | None:
    """The canonical sentence of ``ident``, or None."""
    from persona.compliance import disclosure_text

    try:
        return str(disclosure_text(ident))
    except KeyError:
        return None


def _manner(response: Response, house: _House) -> Iterator[Problem]:
    texts = [("text", response.text), *(("buttons", button.title) for button in response.buttons)]
    plain_voice = response.kind in ("faq", "scam")
    for key, text in texts:
        emoji = ONE_EMOJI.findall(text)
        if plain_voice and EMOJI.search(text):
            yield _at(response, key, "P631", f"回答里有表情 {emoji[0] if emoji else ''}", "删掉；语气由程序按形象加。")
        if plain_voice and "喵" in text:
            yield _at(response, key, "P632", "回答里有「喵」", "删掉；语气由程序按形象加。")
        if plain_voice:
            for mascot in house.mascots.values():
                if mascot.name in text:
                    yield _at(response, key, "P633", f"回答里写死了形象的名字「{mascot.name}」", "写 {self}，或写「我」。")
        if "你们" not in text and "亲，" in text:
            yield _at(response, key, "P634", "用了「亲」", "删掉称呼。")
    for name, literal in house.literals.items():
        if literal in response.text:
            yield _at(response, "text", "P635", f"写死了「{literal}」", f"改成 {{{name}}}，换一家银行也不用改。")


def _voice(response: Response, house: _House) -> Iterator[Problem]:
    """Texts that already speak in character keep the character's own limits."""
    if response.mascot and response.mascot not in house.mascots:
        yield _at(response, "condition", "P636", f"没有这个形象：{response.mascot}", "可选：" + "、".join(house.mascots) + "。")
    mascot = house.mascots.get(response.mascot)
    if mascot is None:
        return
    still = response.sober or response.tone in ("plain", "urgent")
    emoji = ONE_EMOJI.findall(response.text)
    most = 0 if still else mascot.emoji_max.get(response.tone, 0)
    if len(emoji) > most:
        yield _at(response, "text", "P637", f"{len(emoji)} 个表情，这里最多 {most} 个", "删掉多的。")
    for sign in emoji:
        if sign not in mascot.emoji:
            yield _at(response, "text", "P638", f"表情 {sign} 不是{mascot.name}的", "换成：" + "".join(mascot.emoji) + "。")
    allowed = 0 if still else mascot.particle_max
    if mascot.particle and len(particle_pattern(mascot.particle).findall(response.text)) > allowed:
        yield _at(response, "text", "P639", f"「{mascot.particle}」太多，这里最多 {allowed} 个", "删掉多的。")
    # 小禾娘 may mention her grandmother; calling the customer so is what is forbidden.
    called = [word for word in mascot.address_forbidden if re.search(
        rf"(?:^|[，。！？]){re.escape(word)}[，！!]|{re.escape(word)}[您你]", response.text)]
    for word in (*mascot.never, *mascot.metaphors_never, *called):
        if word in response.text:
            yield _at(response, "text", "P640", f"{mascot.name}从不说「{word}」", "换一个说法。")


CHECKS: tuple[Callable[[Response, _House], Iterator[Problem]], ...] = (
    _placeholders, _shape, _buttons, _metadata, _figures, _disclosures, _manner, _voice,
)
