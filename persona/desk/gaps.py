"""答不上来: this week's questions without an answer, and what an editor makes of them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, time, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy.exc import SQLAlchemyError

from persona import fallbacks
from persona.content.checks import check_answer
from persona.content.house import load_house
from persona.content.model import Example, normal_form
from persona.desk.ask import Refused, text, texts
from persona.desk.workshop import Tools, Workshop
from persona.new.cli import next_steps, unfit, write_draft
from persona.new.drafts import LATER, place_of
from persona.nlu.text import MAX_CHARS
from persona.yamledit import EditError, add_example, save
from persona.yamlfile import parse

DAYS = 7
PHRASE_MOST = 60
GROUPS = 100


def listed(tools: Tools) -> dict[str, Any]:
    """The groups of the last seven days; `note` says why there are none."""
    now = tools.desk.institution.now()
    since = datetime.combine(now.date() - timedelta(days=DAYS - 1), time(), now.tzinfo)
    try:
        database = fallbacks.database()
        asked = fallbacks.turns(database, since, tools.desk.institution.tz) if database is not None else []
    except SQLAlchemyError as error:
        raise Refused(f"对话库连不上（{type(error).__name__}）；看 endpoints.yml 的 tracker_store 或环境变量 MASCOT_DB。", 503) from error
    groups = fallbacks.grouped(asked, tools.labels)
    note = ""
    if not groups:
        note = "还没有对话库：机器人跑起来、有人说过话，这里才有内容。" if database is None else (
            f"这 {DAYS} 天客户说了 {len(asked)} 句，没有答不上来的。" if asked else f"这 {DAYS} 天没有人说过话。")
    return {
        "since": since.date().isoformat(), "turns": len(asked), "fallbacks": sum(turn.fallback for turn in asked), "note": note,
        "left_off": max(len(groups) - GROUPS, 0), "groups": [group.as_dict() for group in groups[:GROUPS]],
        "intents": [{"intent": intent, "title": tools.labels.title(intent) or intent} for intent in sorted(tools.house.content.topics)],
    }


def phrase_of(raw: str) -> str:
    """A customer's words as an example; Refused when they cannot be one."""
    phrase = " ".join(raw.split())
    if not phrase:
        raise Refused("这一句是空的。")
    if len(phrase) > min(PHRASE_MOST, MAX_CHARS) or phrase.endswith("…"):
        raise Refused(f"这一句太长，例句最多 {PHRASE_MOST} 个字；截短了再加。")
    if fallbacks.MASKED in phrase or any(sign in phrase for sign in "[]{}"):
        raise Refused("这一句里有打了码的号码，或方括号、花括号；换成普通文字再加。")
    if phrase[0] in "/#-\"'":
        raise Refused(f"例句不能以「{phrase[0]}」开头；去掉这个符号再加。")
    return phrase


def _taken(phrase: str, tools: Tools) -> Example | None:
    content, normal = tools.house.content, normal_form(phrase)
    return next((one for one, whole in zip(content.examples, content.normals, strict=True) if one.text == phrase or (normal and whole == normal)), None)


def added(body: Mapping[str, Any], shop: Workshop) -> str:
    """Put one phrase below the examples of a topic; the sentence for the editor. Refused when it stands anywhere already."""
    tools = shop.tools()
    phrase, intent = phrase_of(text(body, "phrase", "例句", 200, needed=True)), text(body, "intent", "话题", 120, needed=True)
    topic = tools.house.content.topics.get(intent)
    if topic is None:
        raise Refused(f"没有「{intent}」这个话题；从列表里选一个。")
    taken = _taken(phrase, tools)
    if taken:
        raise Refused(f"「{phrase}」在 {taken.file}:{taken.line}（{tools.labels.title(taken.intent) or taken.intent}）已经有了，没有再加。")
    file = shop.file(topic.file)
    try:
        before = file.read_bytes().decode("utf-8")
        after = add_example(before, intent, phrase)
        if parse(after, topic.file).broken:
            raise EditError("写进去以后这个文件就读不懂了")
        save(file, before, after)
    except (EditError, UnicodeDecodeError) as error:
        raise Refused(f"没有加：{topic.file}：{error}") from error
    except OSError as error:
        raise Refused(f"写不了 {topic.file}：{error.strerror}。", 503) from error
    return f"加好了：「{phrase}」→ {tools.labels.title(intent) or intent}（{topic.file}）。下次训练（mascot train）以后才听得懂。"


def drafted(body: Mapping[str, Any], shop: Workshop) -> dict[str, Any]:
    """A draft of a new topic that begins with what customers said."""
    tools, root = shop.tools(), shop.root
    ident, title = text(body, "id", "英文名", 60, needed=True), text(body, "title", "中文名", 40, needed=True)
    wrong = unfit("faq", ident, title)
    if wrong:
        raise Refused(wrong)
    phrases, left = [], []
    for raw in texts(body, "phrases", "例句", 200, 200):
        try:
            phrase = phrase_of(raw)
        except Refused:
            left.append(raw)
            continue
        taken = _taken(phrase, tools)
        if taken or phrase in phrases:
            left.append(f"{phrase}（{taken.file} 已经有了）" if taken else phrase)
        else:
            phrases.append(phrase)
    try:
        draft = write_draft(root, "faq", ident, title, tools.desk.today)
    except FileExistsError as error:
        raise Refused(f"已经有了：{_shown(Path(str(error)), root)}，没有动它。换一个英文名，或者直接改那个文件。") from error
    except OSError as error:
        raise Refused(f"写不了草稿：{error.strerror}。", 503) from error
    source = draft.read_text(encoding="utf-8")
    after = source
    for phrase in phrases:
        after = add_example(after, f"faq/{ident}", phrase)
    save(draft, source, after)
    # Its own answers only: the whole project is `mascot lint`'s, and an editor is waiting.
    house = load_house(root, also=(draft,))
    own = [response for response in house.content.variations() if Path(response.file).resolve() == draft.resolve()]
    problems = [one for response in own for one in check_answer(response, house) if one.code not in LATER]
    shown, place = _shown(draft, root), _shown(place_of(root, draft), root)
    return {
        "done": f"写好了草稿：{shown}，带上了客户的 {len(phrases)} 句话。",
        "left": left, "problems": [f"{one.what} → {one.fix}" for one in problems],
        "steps": next_steps("faq", ident, title, shown, place),
    }


def _shown(file: Path, root: Path) -> str:
    return file.resolve().relative_to(root.resolve()).as_posix() if file.resolve().is_relative_to(root.resolve()) else str(file)
