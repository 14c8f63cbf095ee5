"""The editors' desk in a real Chromium, on a copy of the project: what an editor sees, types, clicks and saves."""

from __future__ import annotations

import json
import os
import re
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from persona.institution import load_institution
from tests.browser.driver import Browser

ROOT = Path(__file__).parents[2]
FEE = "data/nlu/faq/annual_fee.yml"
PATIENCE = 90  # seconds: a new state of the project is read before the first answer
PHRASES = ("家里的金条能不能放银行柜子里", "金条放银行柜子怎么收钱")


class Office:
    """A copy of the project, a customer who got no answers, and the running desk."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        shutil.copytree(ROOT / "data", folder / "data")
        for name in ("live.yml", "domain.yml", "endpoints.yml"):
            shutil.copy(ROOT / name, folder)
        self.ask(*PHRASES, "卡6222021234567890128怎么冻")
        env = {**os.environ, "PYTHONPATH": str(ROOT), "MASCOT_DB": f"sqlite:///{folder}/conversations.db", "MASCOT_AUDIT": str(folder / "audit.jsonl")}
        env.pop("MASCOT_LIVE", None)
        self.process = subprocess.Popen([sys.executable, "-m", "persona.cli", "desk", "--no-open"], cwd=folder, env=env, stdout=subprocess.PIPE, text=True)
        assert self.process.stdout is not None
        match = re.search(r"http://127\.0\.0\.1:\d+/\?token=\S+", self.process.stdout.readline())
        assert match
        self.url = match.group()

    def ask(self, *texts: str) -> None:
        with sqlite3.connect(self.folder / "conversations.db") as db:
            db.execute("create table if not exists events (id integer primary key, type_name text, timestamp float, data text)")
            for text in texts:
                data = {"text": text, "parse_data": {"intent": {"name": "nlu_fallback"}, "intent_ranking": [{"name": "faq/annual_fee", "confidence": 0.2}]}}
                db.execute("insert into events (type_name, timestamp, data) values ('user', ?, ?)", (load_institution().now().timestamp() - 60, json.dumps(data)))

    def read(self, name: str) -> str:
        return (self.folder / name).read_text("utf-8")

    def close(self) -> None:
        self.process.terminate()
        self.process.wait(20)


@pytest.fixture(scope="module")
def office(window: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    one = Office(tmp_path_factory.mktemp("office"))
    yield one
    one.close()


@pytest.fixture
def desk(window: Browser, office: Office) -> Browser:
    window.open(office.url, 1280, 860)
    window.wait("document.body.dataset.ready", seconds=PATIENCE)
    return window


def write(browser: Browser, selector: str, text: str) -> None:
    """Into a field, as typed: the page hears of it."""
    browser.run("const e = document.querySelector(arguments[0]); e.focus(); e.value = arguments[1]; e.dispatchEvent(new Event('input', {bubbles: true})); e.dispatchEvent(new Event('change', {bubbles: true}))", selector, text)


def done(browser: Browser, words: str) -> None:
    browser.wait("document.querySelector('#say').textContent.includes(arguments[0])", words, seconds=PATIENCE)


def refused(browser: Browser, words: str) -> None:
    browser.wait("document.querySelector('#trouble').textContent.includes(arguments[0])", words, seconds=PATIENCE)


def find(browser: Browser, query: str, name: str) -> None:
    browser.click("#tab-answers")
    write(browser, "#find-query", query)
    browser.click("#find-form .main")
    browser.wait("document.querySelector('#find-list li')", seconds=PATIENCE)
    browser.run("[...document.querySelectorAll('#find-list button')].find(b => b.innerText.includes(arguments[0])).click()", name)
    browser.wait("document.querySelector('#edit-form') && document.querySelector('.phone')", seconds=PATIENCE)


def test_a_draft_is_reviewed_with_marks_law_and_rewrite_beside_it(desk: Browser) -> None:
    write(desk, "#copy-title", "稳赚的理财")
    write(desk, "#copy-text", "这款理财低风险，加我微信。<img src=x onerror='window.hit=1'>")
    write(desk, "#copy-channel", "platform_account")
    desk.click("#copy-asked label", "理财")
    desk.click("#copy-form .main")
    desk.wait("document.querySelector('.findings li')", seconds=PATIENCE)
    assert "不能发" in desk.text(".verdict") and any(t.startswith("稳赚") for t in desk.texts("[data-field=title] mark"))
    told = desk.text(".findings")
    assert all(word in told for word in ("为什么", "依据", "《金融产品网络营销管理办法》", "怎么改", "可以写成"))
    assert desk.count(".questions li") >= 2 and "不代替合规审批" in desk.text(".closing")
    assert desk.count("#panel-copy img") == 0 and not desk.run("return window.hit")
    write(desk, "#copy-title", "")
    write(desk, "#copy-text", "")
    desk.click("#copy-form .main")
    refused(desk, "还没有写要审的文案")


def test_a_question_becomes_an_example_once_and_a_draft(desk: Browser, office: Office) -> None:
    before = office.read(FEE)
    desk.click("#tab-gaps")
    desk.wait("document.querySelectorAll('#gaps-list .card').length === 2", seconds=PATIENCE)
    assert "6222" not in desk.text("#panel-gaps") and "[已隐去:卡号]" in desk.text("#gaps-list")
    card = "[...document.querySelectorAll('#gaps-list .card')].find(c => c.innerText.includes('金条'))"
    assert "2 次" in str(desk.run(f"return {card}.innerText")) and "年费 20%" in str(desk.run(f"return {card}.innerText"))
    desk.run(f"[...{card}.querySelectorAll('button')].find(b => b.innerText.startsWith('年费')).click()")
    desk.wait(f"{card}.querySelector('.box form')", seconds=PATIENCE)
    desk.run(f"{card}.querySelector('.box .main').click()")
    done(desk, "加好了")
    assert office.read(FEE) != before and [line for line in office.read(FEE).split("\n") if line not in before.split("\n")] == [f"    - {PHRASES[0]}"]
    desk.run(f"[...{card}.querySelectorAll('button')].find(b => b.innerText.startsWith('年费')).click(); {card}.querySelector('.box .main').click()")
    refused(desk, "已经有了")
    desk.run(f"[...{card}.querySelectorAll('button')].find(b => b.innerText === '写成新问答').click()")
    desk.wait(f"{card}.querySelector('.box [type=checkbox]')", seconds=PATIENCE)
    desk.run(f"const [id, title] = {card}.querySelectorAll('.box input'); id.value = 'gold_box'; title.value = '存金条'; {card}.querySelector('.box .main').click()")
    done(desk, "写好了草稿")
    assert PHRASES[1] in office.read("drafts/nlu/faq/gold_box.yml") and PHRASES[0] not in office.read("drafts/nlu/faq/gold_box.yml")
    assert "mascot lint drafts/nlu/faq/gold_box.yml" in str(desk.run(f"return {card}.innerText"))


def test_an_answer_is_tried_out_compared_and_saved(desk: Browser, office: Office) -> None:
    before = office.read(FEE)
    find(desk, "年费", "utter_faq/annual_fee")
    text = str(desk.run("return document.querySelector('#edit-text').value"))
    assert desk.count(".phone") == 4 and desk.run("return document.querySelector('#edit-form > .main').disabled")
    write(desk, "#edit-text", "买理财稳赚不赔，" + text)
    desk.wait("document.querySelector('.hard')", seconds=PATIENCE)
    assert "NM-10" in desk.text(".hard") and desk.texts(".opinion b") == ["守门：不放行"] * 4 and desk.run("return document.querySelector('#edit-form > .main').disabled")
    write(desk, "#edit-text", text.replace("看卡种和合约", "先看卡种和合约"))
    desk.wait("!document.querySelector('#edit-form > .main').disabled", seconds=PATIENCE)
    desk.click("#edit-form > .main")
    desk.wait("document.querySelector('#sure').open", seconds=PATIENCE)
    assert "先看卡种和合约" in desk.text("#sure-diff .plus:last-of-type") or any("先看卡种和合约" in t for t in desk.texts("#sure-diff .plus"))
    assert office.read(FEE) == before
    desk.click("#sure-yes")
    done(desk, "保存了")
    assert office.read(FEE) == before.replace("看卡种和合约", "先看卡种和合约", 1)


def test_a_file_changed_meanwhile_is_left_alone(desk: Browser, office: Office) -> None:
    find(desk, "年费", "utter_faq/annual_fee")
    (office.folder / FEE).write_text(office.read(FEE) + "# 同事刚写的\n", "utf-8")
    write(desk, "#edit-text", "年费看合约，拿不准拨{hotline}。")
    refused(desk, "刚被别人改过")
    assert desk.run("return document.querySelector('#edit-form > .main').disabled") and office.read(FEE).endswith("# 同事刚写的\n")


def test_a_sentence_is_taken_back_and_given_back_by_name(desk: Browser, office: Office) -> None:
    before = office.read("live.yml")
    desk.click("#tab-live")
    desk.wait("document.querySelector('#live-list').innerText.includes('没有下架')", seconds=PATIENCE)
    desk.click("#live-form .main")
    refused(desk, "还没有写")
    write(desk, "#live-name", "年费　utter_faq/annual_fee")
    write(desk, "#live-by", "周既明")
    write(desk, "#live-reason", "条款在核对")
    desk.click("#live-form .main")
    done(desk, "写好了")
    assert "utter_faq/annual_fee" in office.read("live.yml") and "条款在核对" in desk.text("#live-list")
    write(desk, "#live-action", "notice")
    write(desk, "#live-notice", "rain")
    write(desk, "#live-text", "理财稳赚不赔，快来。")
    write(desk, "#live-reason", "试试")
    desk.click("#live-form .main")
    refused(desk, "没有写")
    desk.click("#live-list .acts button")
    desk.run("const f = document.querySelector('#live-list form'); f.querySelectorAll('input')[1].value = '核对完了'")
    desk.click("#live-list form .main")
    done(desk, "撤销了")
    assert office.read("live.yml") == before
    assert [(line["kind"], line["undo"], line["by"]) for line in map(json.loads, office.read("audit.jsonl").splitlines())] == [
        ("withdraw", False, "周既明"), ("withdraw", True, "周既明")]


def test_the_tabs_and_the_dialog_work_by_keyboard(desk: Browser) -> None:
    desk.run("document.querySelector('#tab-copy').focus()")
    desk._call("POST", desk.session + "/actions", {"actions": [{"type": "key", "id": "keyboard", "actions": [{"type": k, "value": "\ue014"} for k in ("keyDown", "keyUp")]}]})
    assert desk.run("return document.activeElement.id") == "tab-gaps" and not desk.run("return document.querySelector('#panel-gaps').hidden")
    for panel, tab in (("panel-copy", "tab-copy"), ("panel-gaps", "tab-gaps"), ("panel-answers", "tab-answers"), ("panel-live", "tab-live")):
        assert desk.run("return document.getElementById(arguments[0]).getAttribute('aria-labelledby')", panel) == tab
    nameless = desk.run("return [...document.querySelectorAll('input, textarea, select')].filter(e => !e.labels.length && !e.ariaLabel).map(e => e.id)")
    assert nameless == []
    desk.run("document.querySelector('#tab-copy').click(); document.querySelector('#copy-text').focus()")
    desk.press("明天网点照常开门。")
    desk._call("POST", desk.session + "/actions", {"actions": [{"type": "key", "id": "keyboard", "actions": [
        {"type": "keyDown", "value": "\ue009"}, {"type": "keyDown", "value": "\ue007"}, {"type": "keyUp", "value": "\ue007"}, {"type": "keyUp", "value": "\ue009"}]}]})
    desk.wait("document.querySelector('.verdict.yes')", seconds=PATIENCE)
    assert desk.run("return document.activeElement.id") == "copy-result"


@pytest.mark.parametrize("width", [360, 1280])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nothing_sticks_out_and_everything_can_be_read(window: Browser, office: Office, width: int, scheme: str) -> None:
    window.open(office.url, width, 800)
    window.cdp("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme}])
    window.wait("document.body.dataset.ready", seconds=PATIENCE)
    write(window, "#copy-text", "这款理财低风险高收益，稳赚。")
    window.click("#copy-form .main")
    window.wait("document.querySelector('.findings')", seconds=PATIENCE)
    for tab in ("tab-copy", "tab-gaps", "tab-answers", "tab-live"):
        window.run("document.getElementById(arguments[0]).click()", tab)
        if tab == "tab-answers":
            find(window, "年费", "utter_faq/annual_fee")
        assert window.run("return document.documentElement.scrollWidth") <= width, tab
        assert float(window.run(CONTRAST)) >= 4.5, tab
    window.cdp("Emulation.setEmulatedMedia", features=[])


# The least contrast between a visible text and what lies behind it.
CONTRAST = """
const lum = ([r, g, b]) => { const f = v => (v /= 255) <= .03928 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4; return .2126 * f(r) + .7152 * f(g) + .0722 * f(b); };
const rgb = s => s.match(/[\\d.]+/g).map(Number);
const behind = e => { for (; e; e = e.parentElement) { const c = rgb(getComputedStyle(e).backgroundColor); if (c.length < 4 || c[3] === 1) return c; } return [255, 255, 255]; };
let least = 21;
for (const e of document.querySelectorAll('main *, .top *')) {
  if (!e.checkVisibility() || e.disabled || ![...e.childNodes].some(n => n.nodeType === 3 && n.data.trim())) continue;
  const [a, b] = [lum(rgb(getComputedStyle(e).color)), lum(behind(e))];
  least = Math.min(least, (Math.max(a, b) + .05) / (Math.min(a, b) + .05));
}
return least;
"""


def test_no_other_origin_is_asked_and_the_policy_is_never_broken(desk: Browser, office: Office) -> None:
    desk.requests()
    for tab in ("tab-gaps", "tab-answers", "tab-live", "tab-copy"):
        desk.click("#" + tab)
    asked = [urlsplit(u) for u in desk.requests()]
    assert asked and {f"{u.scheme}://{u.netloc}" for u in asked} == {f"http://{urlsplit(office.url).netloc}"}
    assert [e["message"] for e in desk.logs("browser") if e["level"] in ("SEVERE", "WARNING")] == []
    assert not desk.run("const s = document.createElement('script'); try { s.textContent = 'window.hit = 1'; document.body.append(s); } catch {} return window.hit")


def test_without_the_token_the_page_says_what_to_do(window: Browser, office: Office) -> None:
    window.open(office.url.split("?")[0])
    assert "地址不完整" in window.text("body")
