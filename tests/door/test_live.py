"""What is taken back, announced, replaced or frozen holds from the next turn on; what nobody approved is not said."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("rasa")

from actions import common
from persona.approval import digest
from persona.institution import load_institution
from persona.live import LiveFile
from persona.products import load_products
from persona.rasa_adapter import remembered
from persona.rasa_adapter.channel import readiness
from persona.rasa_adapter.house import house
from tests.talk import Bot, Talk

BANK = load_institution()
WHO = 'reason: 核对, by: 甲, at: "2026-11-24 09:00"'
QUESTION, ANSWER = "信用卡年费怎么收", "utter_faq/annual_fee"
SHEET = "有什么理财可以买"
WEALTH = next(p for p in load_products().values() if p.category == "wealth")


class Now(LiveFile):
    """Looks at the file at every turn: tests do not wait a second."""

    def current(self) -> Any:
        self._looked = -10.0
        return super().current()


@pytest.fixture
def live(bot: Bot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str], None]]:
    """Write live.yml, for the mascot and for the action server."""
    path = tmp_path / "live.yml"

    def write(text: str = "") -> None:
        path.write_text("schema: mascot-live/1\n" + text, encoding="utf-8")

    write()
    file = Now(path, house().guard)
    file.changed = house().live.changed
    monkeypatch.setitem(house().__dict__, "live", file)
    monkeypatch.setattr(house().provenance, "live", file)
    monkeypatch.setattr(common, "live_file", lambda: file)
    monkeypatch.setattr("actions.product.live_file", lambda: file)
    yield write


def meta(talk: Talk) -> dict[str, Any]:
    return dict(talk.tracker.latest_bot_utterance.metadata["metadata"])


def test_an_answer_is_taken_back_in_the_middle_of_a_conversation(bot: Bot, live: Callable[[str], None]) -> None:
    talk = bot.talk()
    talk(QUESTION)
    assert meta(talk)["response"] == ANSWER
    live(f"withdraw:\n  {ANSWER}: {{{WHO}}}\n")
    answer = talk(QUESTION)
    assert meta(talk)["response"] == "utter_withdrawn" and BANK.hotline in answer and "转人工" in answer
    live()
    talk(QUESTION)
    assert meta(talk)["response"] == ANSWER


def test_it_is_taken_back_for_who_asks_to_hear_it_again_slowly(bot: Bot, live: Callable[[str], None]) -> None:
    talk = bot.talk()
    said = talk(QUESTION)
    live(f"withdraw:\n  {ANSWER}: {{{WHO}}}\n")
    slow = talk("说慢点")
    assert not any(sentence in slow for sentence in said.split("。") if len(sentence) > 8)


def test_a_withdrawn_emergency_answer_still_helps(bot: Bot, live: Callable[[str], None]) -> None:
    live(f"withdraw:\n  utter_been_scammed: {{{WHO}}}\n  utter_scam_now: {{{WHO}}}\n")
    answer = bot.talk()("我被骗了刚转走三万")
    assert "110" in answer[:80] and BANK.hotline in answer


def test_a_notice_stands_once_in_front_of_answers_and_never_of_an_emergency(bot: Bot, live: Callable[[str], None]) -> None:
    live(f'notice:\n  a: {{text: 今晚系统维护，转账会晚到。, {WHO}}}\n  b: {{text: 网点明天停业。, topics: [faq/branch_hours], {WHO}}}\n')
    talk = bot.talk()
    assert "今晚系统维护" in talk(QUESTION) and "网点明天停业" not in talk("信用卡怎么激活")
    assert "今晚系统维护" not in talk("网点几点开门，我在杭州") and "网点明天停业" in str(talk.tracker.latest_bot_utterance.text)
    assert "今晚系统维护" not in bot.talk()("我被骗了刚转走三万")


def replacement(text: str, author: str = "丙", until: str = "2099-01-01") -> str:
    approval = f'{{id: A-900, by: 乙, role: 合规, at: "2026-11-01", until: "{until}", sha256: "{digest(text)}"}}'
    return f'replace:\n  {ANSWER}: {{text: "{text}", author: {author}, approval: {approval}, {WHO}}}\n'


def test_a_replacement_is_said_under_its_own_approval(bot: Bot, live: Callable[[str], None]) -> None:
    live(replacement("年费的事，先拨{hotline}核对。"))
    assert f"先拨{BANK.hotline}核对" in bot.talk()(QUESTION)


@pytest.mark.parametrize("text", [
    replacement("年费先看合约。", author="乙"), replacement("年费先看合约。", until="2026-11-02"),
    replacement("年费先看合约。").replace("先看", "只看"), replacement("年费先看合约。").replace("id: A-900, ", ""),
])
def test_a_replacement_without_a_good_approval_is_not_said_and_neither_is_the_old_text(bot: Bot, live: Callable[[str], None], text: str) -> None:
    live(text)
    talk = bot.talk()
    answer = talk(QUESTION)
    assert meta(talk)["response"] == "utter_withdrawn" and "合约" not in answer


def test_products_are_frozen_and_thawed(bot: Bot, live: Callable[[str], None]) -> None:
    talk = bot.talk()
    live(f"freeze:\n  products: {{{WHO}}}\n")
    answer = talk(SHEET)
    assert meta(talk)["response"] == "utter_product_frozen" and WEALTH.name not in answer and BANK.hotline in answer
    live()
    assert WEALTH.name in talk(SHEET)


def test_one_sheet_is_taken_back(bot: Bot, live: Callable[[str], None]) -> None:
    live(f"withdraw:\n  {WEALTH.id}: {{{WHO}}}\n")
    talk = bot.talk()
    assert WEALTH.name not in talk(SHEET) and meta(talk)["response"] == "utter_product_none"


@pytest.mark.parametrize("switch", [f"freeze:\n  products: {{{WHO}}}\n", f"withdraw:\n  {WEALTH.id}: {{{WHO}}}\n"])
def test_the_door_holds_a_withdrawn_sheet_back_whoever_says_it(
    bot: Bot, live: Callable[[str], None], monkeypatch: pytest.MonkeyPatch, switch: str
) -> None:
    assert WEALTH.rate in planted(bot, monkeypatch, {"text": WEALTH.text()}).tracker.latest_bot_utterance.text
    live(switch)
    talk = planted(bot, monkeypatch, {"text": WEALTH.text()})
    assert WEALTH.rate not in talk.tracker.latest_bot_utterance.text and "NM-09" in meta(talk)["rules"]


def planted(bot: Bot, monkeypatch: pytest.MonkeyPatch, *responses: dict[str, Any], question: str = "理财是什么") -> Talk:
    """A talk in which the action server answered a question with `responses`."""

    async def request(*args: Any, **kwargs: Any) -> dict[str, Any]:
        return {"responses": [dict(r) for r in responses], "events": []}

    monkeypatch.setattr(bot.actions, "request", request)
    talk = bot.talk()
    talk(question)
    return talk


CHANGED = WEALTH.text().replace("0.15%", "0.10%")


@pytest.mark.parametrize("response", [
    {"text": CHANGED},
    {"text": CHANGED, "metadata": {"approval": {"id": "A-1", "by": "甲", "until": "2099-01-01"}, "response": "utter_product_sheet"}},
    {"response": "utter_product_sheet", "sheet": CHANGED},
    {"text": WEALTH.text() + "这款理财业绩比较基准2.6%，欢迎购买。"},
])
def test_an_offer_that_nobody_approved_in_these_words_is_refused(bot: Bot, live: Callable[[str], None], monkeypatch: pytest.MonkeyPatch, response: dict[str, Any]) -> None:
    talk = planted(bot, monkeypatch, response)
    assert "NM-06a" in meta(talk)["rules"], talk.tracker.latest_bot_utterance.text


def test_a_sheet_is_said_until_its_approval_ends(bot: Bot, live: Callable[[str], None], monkeypatch: pytest.MonkeyPatch) -> None:
    assert WEALTH.approval
    for day, said in ((WEALTH.approval.until, True), (WEALTH.approval.until + timedelta(days=1), False)):
        monkeypatch.setattr(type(house().institution), "today", lambda self, day=day: day)
        talk = planted(bot, monkeypatch, {"text": WEALTH.text()})
        assert (WEALTH.rate in talk.tracker.latest_bot_utterance.text) is said
    assert "NM-09" in meta(talk)["rules"]


def test_an_approved_answer_that_was_changed_or_has_expired_is_not_said(bot: Bot, live: Callable[[str], None], monkeypatch: pytest.MonkeyPatch) -> None:
    responses = bot.agent.processor.nlg.responses  # type: ignore[union-attr]
    item = responses[ANSWER][0]
    bare = {**item, "metadata": {k: v for k, v in item["metadata"].items() if k != "approval"}}
    from persona.approval import response_digest

    good = {"id": "A-901", "by": "乙", "role": "合规", "author": "丙", "at": "2026-11-01", "until": "2099-01-01", "sha256": response_digest(bare)}
    cases = ((good, None), ({**good, "sha256": "0" * 64}, "NM-06a"), ({**good, "until": "2026-11-02"}, "NM-09"), ({**good, "by": "丙"}, "NM-06a"))
    for approval, rule in cases:
        monkeypatch.setitem(responses, ANSWER, [{**bare, "metadata": {**bare["metadata"], "approval": approval}}])
        talk = bot.talk()
        talk(QUESTION)
        assert meta(talk).get("rules") == ([rule] if rule else None), approval


def test_explanations_need_an_approval_where_the_institution_says_so(bot: Bot, live: Callable[[str], None], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(house().guard.institution, "approval_required", ["offer", "explain"])
    monkeypatch.setattr(remembered, "_known", {})  # a process has one institution.yml for life; this one changes it
    talk = bot.talk()
    talk("基金是什么")
    assert meta(talk)["rules"] == ["NM-06a"]
    talk = bot.talk()
    talk("卡丢了")
    assert "rules" not in meta(talk)


def test_the_audit_names_the_approval_and_the_new_state(bot: Bot, live: Callable[[str], None], audit_file: Path) -> None:
    live(f"notice:\n  a: {{text: 今晚系统维护。, {WHO}}}\n")
    bot.talk()(SHEET)
    lines = [json.loads(line) for line in audit_file.read_text("utf-8").splitlines()][-4:]
    assert any(line["kind"] == "live" and line["notice"] == ["a"] for line in lines)
    assert WEALTH.approval and any(line.get("approval") == WEALTH.approval.id for line in lines)


def test_readyz_tells_the_state_and_a_broken_file(bot: Bot, live: Callable[[str], None]) -> None:
    live(f"freeze:\n  products: {{{WHO}}}\n")
    state = readiness(bot.agent)
    assert state["ready"] and state["model"].endswith(".tar.gz") and state["ruleset"] == house().guard.ruleset
    assert state["live"]["freeze"] == ["products"] and state["live"]["problems"] == []
    live("freeze: [\n")
    state = readiness(bot.agent)
    assert state["live"]["freeze"] == ["products"] and state["live"]["problems"]
    assert not readiness(None)["ready"]


def test_two_names_are_asked_for_at_the_door_too(bot: Bot, live: Callable[[str], None], monkeypatch: pytest.MonkeyPatch) -> None:
    fund = next(p for p in load_products().values() if p.category == "fund")
    assert fund.approval and fund.wrong(date(2026, 11, 24), ["fund"]) == ""
    alone = replace(fund, approval=replace(fund.approval, second=""))
    monkeypatch.setitem(house().provenance._sheets, fund.text(), alone)
    talk = planted(bot, monkeypatch, {"text": fund.text()}, question="基金是什么")
    assert "NM-06a" in meta(talk)["rules"]
