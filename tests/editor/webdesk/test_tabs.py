"""What the four tabs do, without the browser."""

from __future__ import annotations

import difflib
import json
from pathlib import Path
from typing import Any

import pytest

from persona.approval import response_digest
from persona.compliance import Guard
from persona.compliance.audit import verify
from persona.content.reading import read_responses
from persona.desk import answers, copy, gaps, switches
from persona.desk.ask import Refused
from persona.desk.workshop import Workshop
from persona.institution import load_institution
from tests.editor.webdesk.conftest import Ask

FEE = "utter_faq/annual_fee"


@pytest.fixture
def shop(root: Path) -> Workshop:
    return Workshop(root)


def changed(before: str, after: str) -> list[str]:
    lines = difflib.unified_diff(before.splitlines(), after.splitlines(), n=0, lineterm="")
    return [line for line in lines if line[:1] in "+-" and line[:3] not in ("+++", "---")]


# ── 审文案 ──

def review(**body: Any) -> dict[str, Any]:
    return copy.reviewed(body, Guard.load(), load_institution().today())


def test_findings_are_marked_in_their_own_field_wherever_the_words_stand() -> None:
    found = review(title="稳赚的理财来了", text="这款理财低风险，\n稳赚。", tags="#攒钱", channel="platform_account")
    assert found["verdict"] == "refuse"
    first = next(n for n, one in enumerate(found["findings"]) if one["text"] == "稳赚")
    for key in ("title", "text"):
        assert [p["text"] for p in found["fields"][key] if first in p["findings"]] == ["稳赚"]
    assert "".join(p["text"] for p in found["fields"]["text"]) == "这款理财低风险，\n稳赚。"
    assert all(not piece["findings"] for piece in found["fields"]["tags"])
    one = found["findings"][first]
    assert one["law"] and one["message"] and one["fix"] and one["rewrite"] and one["where"] == ["标题"]
    assert found["questions"] and found["closing"].endswith("不代替合规审批。")


def test_what_was_asked_and_where_it_is_said_change_the_opinion() -> None:
    text = "个人消费贷年化利率3.2%起，点击申请。"
    rules = [{one["rule"] for one in review(text=text, channel=channel)["findings"]} for channel in ("own_app", "public_comment")]
    assert rules[0] != rules[1]
    assert review(text="明天网点照常开门。")["verdict"] == "allow"
    lacking = review(text="本行理财业绩比较基准3.2%，点击购买。", channel="own_app")["missing"]
    assert lacking and all(one["id"].startswith("D-") and one["text"] for one in lacking)


@pytest.mark.parametrize("body", [{}, {"text": " \n"}, {"text": "长" * 5001}, {"text": 5}, {"text": "好\u202e坏"}, {"text": "好", "channel": "tv"},
                                  {"text": "好", "asked": ["gold", "house"]}, {"text": "好", "asked": "gold"}])
def test_a_draft_that_cannot_be_reviewed_is_refused_in_a_sentence(body: dict[str, Any]) -> None:
    with pytest.raises(Refused, match=r"。$"):
        review(**body)


# ── 答不上来 ──

def test_the_groups_of_the_week_and_why_there_are_none(shop: Workshop, ask: Ask) -> None:
    assert "还没有对话库" in gaps.listed(shop.tools())["note"]
    ask("年费多少", "faq/annual_fee")
    assert "没有答不上来的" in gaps.listed(shop.tools())["note"]
    ask("想租保管箱，卡号6222021234567890128")
    ask("保管箱怎么租", days=20)
    found = gaps.listed(shop.tools())
    assert (found["turns"], found["fallbacks"], found["note"]) == (2, 1, "") and "6222" not in json.dumps(found, ensure_ascii=False)


def test_a_phrase_becomes_an_example_once_and_nothing_else_moves(shop: Workshop, root: Path) -> None:
    file = root / "data/nlu/faq/annual_fee.yml"
    before = file.read_text("utf-8")
    assert "加好了" in gaps.added({"phrase": "卡里扣的年費是咋算出来的", "intent": "faq/annual_fee"}, shop)
    assert changed(before, file.read_text("utf-8")) == ["+    - 卡里扣的年費是咋算出来的"]
    with pytest.raises(Refused, match="已经有了"):
        gaps.added({"phrase": "卡里扣的年费，是咋算出来的？", "intent": "faq/unknown_debit"}, shop)


@pytest.mark.parametrize(("phrase", "intent"), [
    ("年费多少", "faq/unknown_debit"), ("", "faq/annual_fee"), ("长" * 61, "faq/annual_fee"), ("卡[已隐去:卡号]丢了", "faq/annual_fee"), ("/handoff", "faq/annual_fee"),
    ("{hotline}打不通", "faq/annual_fee"), ("第一行\n第二行", "faq/annual_fee"), ("新鲜的一句", "faq/nothing"), ("新鲜的一句", ""),
])
def test_what_cannot_be_an_example(shop: Workshop, root: Path, phrase: str, intent: str) -> None:
    before = {file: file.read_bytes() for file in root.rglob("*.yml")}
    with pytest.raises(Refused, match=r"。$"):
        gaps.added({"phrase": phrase, "intent": intent}, shop)
    assert {file: file.read_bytes() for file in root.rglob("*.yml")} == before


def test_a_draft_takes_the_customers_words_along(shop: Workshop, root: Path) -> None:
    body = {"id": "safe_box", "title": "保管箱", "phrases": ["家里金条想放银行柜子里", "年费多少", "卡[已隐去:卡号]", "家里金条想放银行柜子里"]}
    made = gaps.drafted(body, shop)
    text = (root / "drafts/nlu/faq/safe_box.yml").read_text("utf-8")
    assert text.count("家里金条想放银行柜子里") == 1 and "已隐去" not in text and len(made["left"]) == 3 and not made["problems"]
    assert "1 句话" in made["done"] and any("drafts/nlu/faq/safe_box.yml" in step for step in made["steps"])
    with pytest.raises(Refused, match="已经有了"):
        gaps.drafted(body, shop)
    for bad in ({"id": "../../etc", "title": "保管箱"}, {"id": "a", "title": "带 空格"}, {"id": "", "title": "x"}):
        with pytest.raises(Refused):
            gaps.drafted(bad, shop)


# ── 改一条 ──

def form(shop: Workshop, name: str = FEE, number: int = 0, **fields: Any) -> dict[str, Any]:
    opened = answers.opened({"name": name, "number": number}, shop)
    return {"name": name, "number": number, "seen": opened["seen"], **opened["fields"], **fields}


def test_a_search_finds_names_texts_and_customers_words(shop: Workshop) -> None:
    assert answers.found({"query": "年费"}, shop.tools())["found"][0]["name"] == FEE
    by_words = answers.found({"query": "刚性年费是什么意思"}, shop.tools())["found"]
    assert [(one["name"], one["said"]) for one in by_words] == [(FEE, "刚性年费是什么意思")]
    assert answers.found({"query": "没有这样的话"}, shop.tools())["count"] == 0


def test_a_saved_answer_differs_by_what_was_changed(shop: Workshop, root: Path) -> None:
    file = root / "data/nlu/faq/annual_fee.yml"
    before = file.read_text("utf-8")
    body = form(shop)
    body["text"] = body["text"].replace("看卡种和合约", "先看卡种和合约")
    body["expires"] = "2027-05-01"
    body["buttons"][0]["title"] = "想把卡注销"
    trial = answers.tried(answers.attempt(body, shop), shop.tools())
    assert trial["changed"] and not trial["blocked"] and not trial["approval"] and "+" in trial["diff"]
    assert len(trial["bubbles"]) == 4 and all("先看卡种和合约" in "".join(p["text"] for p in b["pieces"]) for b in trial["bubbles"])
    assert "保存了" in answers.saved(body, shop)
    lines = changed(before, file.read_text("utf-8"))
    assert len(lines) == 6 and '+      expires: "2027-05-01"' in lines and "+    - title: 想把卡注销" in lines
    with pytest.raises(Refused, match="没有可保存的"):
        answers.saved(form(shop), shop)


def test_what_the_guard_or_the_linter_refuses_is_shown_and_not_saved(shop: Workshop, root: Path) -> None:
    before = (root / "data/nlu/faq/annual_fee.yml").read_bytes()
    for text, code in (("买理财稳赚不赔，看卡种。", "C401"), ("拨{hotlin}问。", "P606"), ("拨95XXX0问。", "P635")):
        body = form(shop, text=text)
        trial = answers.tried(answers.attempt(body, shop), shop.tools())
        assert trial["blocked"] and code in {one["code"] for one in trial["fresh"]}, trial["fresh"]
        with pytest.raises(Refused, match="没有保存"):
            answers.saved(body, shop)
    body = form(shop, buttons=[{"title": "去哪儿", "payload": "/faq/nowhere"}])
    assert answers.tried(answers.attempt(body, shop), shop.tools())["blocked"]
    assert (root / "data/nlu/faq/annual_fee.yml").read_bytes() == before


def test_a_file_that_changed_meanwhile_is_not_overwritten(shop: Workshop, root: Path) -> None:
    body = form(shop, text="年费看合约，拨{hotline}问。")
    file = root / "data/nlu/faq/annual_fee.yml"
    file.write_text(file.read_text("utf-8") + "# 别人写的\n", "utf-8")
    with pytest.raises(Refused, match="刚被别人改过") as refused:
        answers.saved(body, shop)
    assert refused.value.status == 409 and file.read_text("utf-8").endswith("# 别人写的\n")


def test_the_approval_is_said_to_be_lost_when_the_text_changes_and_only_then(shop: Workshop, root: Path) -> None:
    file = root / "data/nlu/faq/annual_fee.yml"
    (answer,) = (one for one in read_responses(file) if one.name == FEE and one.number == 0)
    approval = f'{{id: A-1, by: 周既明, role: 合规, at: "2026-11-01", until: "2027-01-01", sha256: "{response_digest(answer.item)}"}}'
    file.write_text(file.read_text("utf-8").replace("      tone: plain\n", f"      tone: plain\n      approval: {approval}\n", 1), "utf-8")
    note = answers.tried(answers.attempt(form(shop, text="年费看合约，拨{hotline}问。"), shop), shop.tools())["approval"]
    assert "A-1" in note and "作废" in note
    assert answers.tried(answers.attempt(form(shop, expires="2027-04-01"), shop), shop.tools())["approval"] == ""


def test_one_mascots_own_words_are_shown_by_that_mascot(shop: Workshop) -> None:
    number = next(one.number for one in shop.tools().house.content.responses["utter_chitchat/food"] if one.mascot == "xiaoheniang")
    trial = answers.tried(answers.attempt(form(shop, "utter_chitchat/food", number), shop), shop.tools())
    assert [one["mascot"] for one in trial["bubbles"]] == ["小禾娘"] and not trial["changed"]


@pytest.mark.parametrize("fields", [
    {"text": ""}, {"text": "长" * 2001}, {"tone": "loud"}, {"expires": "明年"}, {"disclosures": ["D-XX-1"]}, {"buttons": [{"title": "去", "payload": ""}]},
    {"buttons": [{"title": str(n), "payload": "/handoff"} for n in range(9)]}, {"buttons": ["x"]}, {"seen": "0"}, {"number": 99}, {"number": -1}, {"number": True},
    {"name": "utter_../../x"}, {"source": "一\n二"},
])
def test_a_form_that_cannot_stand_in_the_file_is_refused(shop: Workshop, fields: dict[str, Any]) -> None:
    with pytest.raises(Refused, match=r"。$"):
        answers.attempt({**form(shop), **fields}, shop)


# ── 下架与公告 ──

def do(action: str, name: str = FEE, **more: Any) -> str:
    return switches.carried_out({"action": action, "name": name, "by": "周既明", "reason": "在核对", **more})


def state(shop: Workshop) -> dict[str, Any]:
    return switches.state(load_institution(), shop.tools().house.content)


def test_withdrawn_announced_replaced_frozen_and_taken_back(shop: Workshop, root: Path) -> None:
    before = (root / "live.yml").read_text("utf-8")
    do("withdraw")
    do("notice", "rain", text="今天网点提前关门。", until="2099-01-01", topics="faq/branch_hours")
    do("replace", "utter_faq/branch_hours", text="今天提前关门，先拨{hotline}问。", until="2099-01-01", author="沈知夏", role="合规")
    do("freeze", "")
    shown = state(shop)["entries"]
    assert [(one["did"], one["name"], one["by"]) for one in shown] == [
        ("下架", FEE, "周既明"), ("公告", "rain", "周既明"), ("替换", "utter_faq/branch_hours", "周既明"), ("暂停讲产品", "products", "周既明")]
    assert shown[1]["text"] == "今天网点提前关门。" and shown[2]["until"] == "2099-01-01" and not any(one["note"] for one in shown)
    for one in shown:
        do(one["action"], one["name"], undo=True)
    assert (root / "live.yml").read_text("utf-8") == before and state(shop)["entries"] == []
    lines = [json.loads(line) for line in (root / "audit/audit.jsonl").read_text("utf-8").splitlines()]
    assert [(line["kind"], line["undo"]) for line in lines] == [(kind, undo) for undo in (False, True) for kind in ("withdraw", "notice", "replace", "freeze")]
    assert not verify(root / "audit/audit.jsonl")


@pytest.mark.parametrize(("action", "more"), [
    ("withdraw", {"by": ""}), ("withdraw", {"reason": " "}), ("withdraw", {"name": "utter_nothing"}), ("withdraw", {"name": "utter_withdrawn"}), ("withdraw", {"undo": True}),
    ("notice", {"name": "a"}), ("notice", {"name": "a", "text": "理财稳赚不赔。"}), ("notice", {"name": "a", "text": "好。", "until": "明天"}), ("notice", {"name": "a: b", "text": "好。"}),
    ("notice", {"name": "a", "text": "长" * 61}), ("replace", {"text": "好。"}), ("replace", {"text": "好。", "author": "周既明", "role": "合规", "until": "2099-01-01"}), ("burn", {}),
])
def test_what_is_not_whole_or_must_not_be_said_changes_nothing(root: Path, action: str, more: dict[str, Any]) -> None:
    before = (root / "live.yml").read_bytes()
    with pytest.raises(Refused, match=r"[。？]$"):
        do(action, **more)
    assert (root / "live.yml").read_bytes() == before and not (root / "audit/audit.jsonl").exists() and not list(root.glob(".live*"))


def test_a_broken_live_file_is_told(shop: Workshop, root: Path) -> None:
    (root / "live.yml").write_text("schema: mascot-live/1\nwithdraw: {utter_x: {by: 甲}}\n", "utf-8")
    assert "live.yml 有错" in state(shop)["problem"]
