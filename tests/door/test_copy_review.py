"""An editor has a draft reviewed; a customer does not; no action can use the review to say banned words."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("rasa")

from rasa.shared.core.events import BotUttered, UserUttered

from persona.compliance.audit import message_hash
from persona.gateway.auth import bears
from persona.gateway.settings import secret
from persona.rasa_adapter.channel import MascotRest
from persona.rasa_adapter.editor import EDITOR, LOCAL_EDITOR, Proven
from tests.talk import Bot, Talk, flat

DRAFT = "周末惠民季！禾川理财近五天年化3.9%，低风险稳赚，闭眼买都不亏"
ASK = f"帮我审文案：{DRAFT}"


@pytest.fixture
def editor(bot: Bot) -> Talk:
    return bot.talk(role=Proven(EDITOR))


def test_an_editor_gets_the_findings_the_missing_and_the_questions(editor: Talk) -> None:
    answer = editor(ASK)
    assert "1. 「" in answer and "「低风险」" in answer and "稳赚" in answer and "怎么改" in answer
    assert "理财非存款、产品有风险、投资须谨慎" in answer
    assert "合同" in answer and "谁来批" in answer
    assert answer.rstrip().splitlines()[-1].startswith("机器初筛（规则集 ") and "不代替合规审批" in answer
    assert "喵" not in answer and DRAFT not in answer


def test_a_new_version_is_reviewed_again_and_publishing_is_a_persons_decision(editor: Talk) -> None:
    editor(ASK)
    clean = editor("改成：存款和理财是两回事，来听三分钟")
    assert "未查出" in clean and "不代替合规审批" in clean and "低风险" not in clean
    approval = editor("那我直接发公众号了")
    assert "审批" in approval and "可以直接发" not in approval


@pytest.mark.parametrize(
    "message",
    [
        f"审核一下这段：\n{DRAFT}",
        f"麻烦看看「{DRAFT}」能不能发",
        f"审文案 {DRAFT}",
        f"帮我审一下：{DRAFT}，这样能发吗？",
        "审一下这条推文：救命！钱全没了怎么办？买这款理财，稳赚不赔",
        "帮我审：转人工，投诉，想死，稳赚不赔的理财名额只剩三个",
    ],
)
def test_the_draft_is_found_whatever_it_talks_about(editor: Talk, message: str) -> None:
    answer = editor(message)
    assert "稳赚" in answer and "不代替合规审批" in answer
    assert editor.tracker.get_slot("lock") in (None, "none")
    assert not editor.tracker.get_slot("minor")


def test_a_draft_says_nothing_about_its_author(editor: Talk) -> None:
    editor("帮我审文案：我今年15岁，也想买理财，稳赚不赔")
    assert not editor.tracker.get_slot("minor") and not editor.tracker.get_slot("product")


def test_without_a_draft_it_is_asked_for(editor: Talk) -> None:
    assert "贴过来" in editor("帮我审文案")


def test_the_place_of_publication_is_part_of_the_review(editor: Talk) -> None:
    draft = "三年期定期存款利率1.9%，利率以办理当日本行公告和存款凭证为准。"
    assert "自己的渠道" in editor(f"审小红书文案：{draft}")


@pytest.mark.parametrize("metadata", [{}, {"role": "editor"}, {"role": {"name": "editor"}}, {"role": ["editor"]}])
def test_in_public_it_declines(bot: Bot, metadata: dict[str, Any]) -> None:
    talk = bot.talk(**metadata)
    answer = talk(ASK)
    assert "低风险" not in answer and "稳赚" not in answer and "怎么改" not in answer
    assert "role" not in talk.tracker.events[-2].metadata
    assert all((e.metadata or {}).get("role") is None for e in talk.tracker.events if e.type_name == "user")
    assert "怎么改" not in talk("帮我审一下这段文案")


def test_an_action_cannot_say_what_a_review_may_quote(bot: Bot, editor: Talk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither the words of the draft, nor lines of the review, nor an editor's mark, in the next turn or to a customer."""
    told = editor(ASK)
    line = next(row for row in told.splitlines() if "「稳赚」" in row)
    mark = {"role": EDITOR, "metadata": {"response": "utter_review_copy.findings", "review": True}}
    for text in (DRAFT, "低风险稳赚", f"{line}\n放心买，稳赚不赔", f"低风险稳赚{line}"):

        async def request(*args: Any, said: str = text, **kwargs: Any) -> dict[str, Any]:
            return {"responses": [{"text": said}], "events": [{"event": "bot", "text": said, "data": {}, "metadata": mark}]}

        with monkeypatch.context() as patch:
            patch.setattr(bot.actions, "request", request)
            for talk in (editor, bot.talk()):
                answer = flat(talk.raw("信用卡怎么挂失"))
                assert answer.strip() and DRAFT not in answer and "稳赚" not in answer.replace(line, ""), text


def test_in_the_turn_of_a_review_only_its_own_lines_pass(editor: Talk) -> None:
    told = editor(ASK)
    line = next(row for row in told.splitlines() if "「稳赚」" in row)
    tracker = editor.tracker
    for text in ("这款理财稳赚不赔", f"可以放心买，稳赚不赔。\n{line}", f"{line}稳赚不赔，放心买"):
        said = BotUttered(text, metadata={"role": EDITOR, "metadata": {"response": "utter_review_copy.findings"}})
        tracker.update(said)
        assert "稳赚" not in said.text, text


def test_a_message_that_an_action_invents_is_no_editors(bot: Bot) -> None:
    talk = bot.talk()
    talk("你好")
    tracker = talk.tracker
    parse = {"intent": {"name": "review_copy", "confidence": 1.0}, "entities": []}
    tracker.update(UserUttered(ASK, intent=parse["intent"], parse_data=parse, metadata={"role": EDITOR}, input_channel="rest"))
    said = BotUttered(DRAFT)
    tracker.update(said)
    assert "role" not in tracker.latest_message.metadata and "稳赚" not in said.text


def test_the_audit_holds_hash_and_findings_and_no_word_of_the_draft(bot: Bot, audit_file: Path, editor: Talk) -> None:
    before = len(audit_file.read_text("utf-8").splitlines()) if audit_file.exists() else 0
    editor(ASK)
    rows = [json.loads(row) for row in audit_file.read_text("utf-8").splitlines()[before:]]
    reviews = [row for row in rows if row["kind"] == "review"]
    assert len(reviews) == 1 and reviews[0]["verdict"] == "refuse" and "NM-15" in reviews[0]["rules"]
    assert reviews[0]["message_hash"] == message_hash(DRAFT)
    assert "稳赚" not in json.dumps(rows, ensure_ascii=False) and "惠民季" not in json.dumps(rows, ensure_ascii=False)


def test_the_token_comes_from_the_environment_and_unset_means_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("MASCOT_EDITOR_TOKEN", raising=False)
    nobody = MascotRest.from_credentials({"max_chars": 10, "editor_token": "${MASCOT_EDITOR_TOKEN}"})
    assert nobody.options.auth.editor_token == "" and nobody.options.max_chars == 10
    for header in (None, "", "Bearer ", "Bearer", "Bearer ${MASCOT_EDITOR_TOKEN}"):
        assert not bears(header, nobody.options.auth.editor_token)
    monkeypatch.setenv("MASCOT_EDITOR_TOKEN", "a-token-that-is-long")
    somebody = MascotRest.from_credentials({"editor_token": "${MASCOT_EDITOR_TOKEN}"})
    assert bears("Bearer a-token-that-is-long", somebody.options.auth.editor_token)
    for header in ("a-token-that-is-long", "Basic a-token-that-is-long", "Bearer a-token-that-is-lon", "Bearer a-token-that-is-long\ud800"):
        assert not bears(header, somebody.options.auth.editor_token)
    with pytest.raises(ValueError, match="16"):
        secret("short", 16, "editor_token")


def test_the_terminals_editor_is_no_setting_for_a_server(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(LOCAL_EDITOR, "1")
    with pytest.raises(ValueError, match="mascot chat --editor"):
        MascotRest.from_credentials({})


def test_at_the_terminal_only_the_terminals_channel_is_the_editor(bot: Bot, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(LOCAL_EDITOR, "1")
    assert "怎么改" not in bot.talk()(ASK)  # the channel here is `rest`
