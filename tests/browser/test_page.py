"""The chat page in a real Chromium: what a customer sees, hears, types and clicks."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit

import pytest
from rasa.core.channels.channel import UserMessage

from persona.institution import load_institution
from persona.mascot import load_mascots
from tests.browser.conftest import Site
from tests.browser.driver import Browser, until

HOTLINE = load_institution().hotline
ANSWERED = "document.querySelectorAll('.Row--bot, .Row--staff').length >= arguments[0] && !document.querySelector('.Wait')"

FRAME = "document.querySelector('fuhe-mascot')?.shadowRoot.querySelector('iframe')"


def visit(browser: Browser, site: Site, path: str = "chat.html", width: int = 400, height: int = 760) -> None:
    browser.open(f"{site.url}/web/{path}", width, height)
    browser.wait("document.querySelector('.Top, fuhe-mascot')")


def say(browser: Browser, text: str, answers: int) -> None:
    """Type into the field and press Enter; wait until so many answers stand there."""
    browser.run("document.querySelector('.Write textarea').focus()")
    browser.press(text, "Enter")
    browser.wait(ANSWERED, answers)


def bubble(text: str, buttons: Any = None, **said: Any) -> Callable[[UserMessage], Any]:
    """A bot that says this and nothing else."""

    async def handle(message: UserMessage) -> None:
        await message.output_channel.send_response(message.sender_id, {"text": text, "buttons": buttons, "metadata": said})

    return handle


def test_a_question_is_answered_and_a_button_goes_on(browser: Browser, site: Site) -> None:
    visit(browser, site)
    say(browser, "信用卡年费怎么收", 1)
    title = browser.texts(".Row--bot .Pick")[0]
    assert site.asked[-1].metadata["rich"] is True and site.asked[-1].metadata["mascot"] == "xiaofumiao"
    browser.click(".Row--bot .Pick", title)
    browser.wait(ANSWERED, 2)
    assert browser.texts(".Row--me p")[-1] == title
    assert site.asked[-1].text.startswith("/")


def test_disclosures_end_the_same_bubble_and_cannot_be_folded(browser: Browser, site: Site) -> None:
    visit(browser, site)
    say(browser, "基金是什么", 1)
    footer = browser.text(".Row--bot .Bub footer")
    assert footer == "基金有风险，投资需谨慎；基金不同于存款，可能损失本金。"
    assert footer not in browser.text(".Row--bot .Bub p")
    assert browser.count("details, summary") == 0
    look = browser.run("const s = getComputedStyle(document.querySelector('.Disclosures')); return [s.display, s.overflow, s.opacity, s.visibility, parseFloat(s.fontSize)]")
    assert look[:4] == ["block", "visible", "1", "visible"] and look[4] >= 12


def test_the_ai_label_the_way_to_a_person_and_the_hotline_never_leave_the_screen(browser: Browser, site: Site) -> None:
    visit(browser, site, width=360, height=640)
    for n, text in enumerate(("信用卡年费怎么收", "基金是什么", "讲个笑话"), 1):
        say(browser, text, n)
        for selector in (".Label", ".Help-human", f".Help-call[href='tel:{HOTLINE}']"):
            box = browser.run("const r = document.querySelector(arguments[0]).getBoundingClientRect(); return [r.top, r.bottom, r.right, r.width]", selector)
            assert box[0] >= 0 and box[1] <= 640 and box[2] <= 360 and box[3] > 40, selector
    assert "AI" in browser.text(".Label") and "人工智能生成" in browser.text(".Label")
    browser.click(".Help-human")
    browser.wait(ANSWERED, 4)
    assert site.asked[-1].text == "转人工"


def test_an_emergency_shows_its_first_words_the_numbers_and_a_still_face(browser: Browser, site: Site) -> None:
    visit(browser, site, width=360, height=740)
    say(browser, "讲个笑话", 1)
    say(browser, "我刚被骗了，转了两万", 2)
    assert {"tel:110", f"tel:{HOTLINE}"} <= set(browser.run("return [...document.querySelectorAll('.Act')].map(a => a.getAttribute('href'))"))
    row = "[...document.querySelectorAll('.Row--bot')].pop()"
    assert browser.run(f"return {row}.querySelector('.Face').dataset.mood") == "安静坐着"
    top, of_log = browser.run(f"return [{row}.getBoundingClientRect().top, document.querySelector('.Log').getBoundingClientRect().top]")
    assert of_log <= top < 400


def test_the_elder_switch_enlarges_and_is_told_to_the_bot(browser: Browser, site: Site) -> None:
    visit(browser, site)
    small = browser.run("return parseFloat(getComputedStyle(document.querySelector('.Write textarea')).fontSize)")
    browser.click(".Top-elder")
    assert browser.run("return document.querySelector('.Top-elder').getAttribute('aria-checked')") == "true"
    browser.wait("parseFloat(getComputedStyle(document.querySelector('.Write textarea')).fontSize) >= arguments[0] * 1.25", small)
    say(browser, "卡丢了怎么办", 1)
    assert site.asked[-1].metadata["mode"] == "elder"
    assert "人工" in browser.text(".Row--bot .Bub")
    browser.click(".Top-elder")
    say(browser, "讲个笑话", 2)
    assert "mode" not in site.asked[-1].metadata


EVIL = "<img src=x onerror=\"window.hit=1\"><script>window.hit=1</script><b>粗</b>&lt;i&gt; [a](javascript:window.hit=1)"


def test_text_stays_text_whoever_wrote_it(browser: Browser, site: Site) -> None:
    site.answer = bubble(EVIL, [{"title": EVIL, "payload": "/affirm"}], speaker="staff", name=EVIL, ticket=EVIL)
    visit(browser, site)
    say(browser, EVIL, 1)
    browser.reload()
    browser.wait(ANSWERED, 1)
    assert browser.count(".Log img, .Log script, .Log b") == 0 and not browser.run("return window.hit")
    assert browser.text(".Row--me p") == EVIL and browser.text(".Row--staff .Bub p") == EVIL and browser.texts(".Pick")[-1] == EVIL


def test_a_scheme_that_runs_is_no_link(browser: Browser, site: Site) -> None:
    visit(browser, site)
    browser.run("""const real = fetch; window.fetch = async () => new Response(JSON.stringify([{recipient_id: 'u', text: '看', meta: {
        speaker: 'bot', mascot: '../../x', mood: '"><script>', disclosures: [], options: [], actions: [
        {type: 'link', label: '一', value: 'javascript:window.hit=1'}, {type: 'call', label: '二', value: '110;phone-context=//evil'},
        {type: 'link', label: '三', value: 'http://plain.test'}, {type: 'call', label: '四', value: '110'}]}}]))""")
    say(browser, "看", 1)
    assert browser.run("return [...document.querySelectorAll('.Act')].map(a => a.getAttribute('href'))") == ["tel:110"]


def test_a_person_is_shown_as_a_person(browser: Browser, site: Site) -> None:
    site.answer = bubble("我是王敏，您的单子在我这儿。", speaker="staff", name="王敏", ticket="T-1", tone="warm", sober=True)
    visit(browser, site)
    say(browser, "我的单子呢", 1)
    who = browser.text(".Row--staff .Row-who")
    assert "王敏" in who and "人工" in who and "工单 T-1" in who and "AI" not in who
    assert browser.count(".Row--staff svg") == 0
    assert "标「人工」的除外" in browser.text(".Label")


def test_a_conversation_is_held_with_the_keyboard_alone(browser: Browser, site: Site) -> None:
    visit(browser, site)
    order = []
    for _ in range(12):
        browser.press("Tab")
        order.append(browser.run("const a = document.activeElement; return a.className.split(' ')[0] || a.tagName"))
    wanted = ["Top-who", "Top-elder", "Pick", "Help-human", "Help-call", "Input"]
    assert [n for n in dict.fromkeys(order) if n in wanted] == wanted
    assert browser.run("return document.activeElement.matches(':focus-visible') && getComputedStyle(document.activeElement).outlineStyle") == "solid"
    browser.run("document.querySelector('.Top-who').focus()")
    browser.press("Enter")
    browser.wait("document.querySelector('dialog[open]')")
    assert browser.run("return document.querySelector('dialog').contains(document.activeElement)")
    browser.press("Escape")
    assert until(lambda: browser.count("dialog") == 0)
    browser.run("document.querySelector('.Write textarea').focus()")
    browser.press("信用卡年费怎么收", "Tab", "Space")  # the button beside the field
    browser.wait(ANSWERED, 1)
    browser.run("document.querySelector('.Row--bot .Pick').focus()")
    browser.press("Enter")
    browser.wait(ANSWERED, 2)


def test_a_screen_reader_is_told(browser: Browser, site: Site) -> None:
    visit(browser, site)
    say(browser, "信用卡年费怎么收", 1)
    nodes = browser.cdp("Accessibility.getFullAXTree")["nodes"]
    named = {(n["role"]["value"], n.get("name", {}).get("value", "")) for n in nodes if not n["ignored"]}
    assert ("log", "对话") in named and ("switch", "大字") in named and ("textbox", "说点什么") in named and ("button", "转人工") in named
    nameless = [n for n in nodes if not n["ignored"] and n["role"]["value"] in ("button", "link", "textbox", "switch") and not n.get("name", {}).get("value")]
    assert nameless == []
    assert browser.run("return document.querySelector('[role=log]').getAttribute('aria-live')") == "polite"
    assert browser.run("return document.documentElement.lang") == "zh-CN"


CONTRAST = """
const lum = c => { const v = c.match(/[\\d.]+/g).slice(0, 3).map(x => { x /= 255; return x <= .03928 ? x / 12.92 : ((x + .055) / 1.055) ** 2.4 }); return .2126 * v[0] + .7152 * v[1] + .0722 * v[2] };
const ground = e => { for (; e; e = e.parentElement) { const c = getComputedStyle(e).backgroundColor; if (!/, 0\\)$/.test(c)) return c } return getComputedStyle(document.body).backgroundColor };
return [...document.querySelectorAll('.Bub p, .Disclosures, .Label, .Pick, .Act, .Help > *, .Row-who, .Row-kind, .Top b, .Top small, .Top-elder')].map(e => {
  const [a, b] = [lum(getComputedStyle(e).color), lum(ground(e))].sort((x, y) => y - x); return [e.className || e.tagName, (a + .05) / (b + .05)] }).filter(x => x[1] < 4.5)"""


@pytest.mark.parametrize("mascot", sorted(load_mascots()))
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_words_stand_out_in_light_and_dark(browser: Browser, site: Site, mascot: str, scheme: str) -> None:
    site.answer = bubble("拨110。\n基金有风险，投资需谨慎；基金不同于存款，可能损失本金。", [{"title": "好", "payload": "/affirm"}], tone="urgent", mascot=mascot)
    visit(browser, site, f"chat.html?mascot={mascot}")
    browser.cdp("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme}])
    say(browser, "看一下", 1)
    assert browser.count(".Disclosures") == 1
    assert browser.run(CONTRAST) == []
    ground = browser.run("return getComputedStyle(document.body).backgroundColor.match(/\\d+/g).map(Number)")
    assert (sum(ground) < 200) == (scheme == "dark")


def test_without_a_network_nothing_is_lost_and_a_retry_is_the_same_message(browser: Browser, site: Site) -> None:
    visit(browser, site)
    say(browser, "讲个笑话", 1)
    browser.network(offline=True)
    browser.run("document.querySelector('.Write textarea').focus()")
    browser.press("信用卡年费怎么收", "Enter")
    browser.wait("document.querySelector('.Row-failed button')")
    assert HOTLINE in browser.text(".Offline")
    asked = len(site.asked)
    browser.network()
    browser.wait("!document.querySelector('.Offline')")
    browser.click(".Row-failed button")
    browser.wait(ANSWERED, 2)
    assert browser.count(".Row-failed") == 0 and browser.count(".Row--me") == 2 and len(site.asked) == asked + 1


def test_an_answer_lost_on_the_way_is_asked_for_with_the_same_id(browser: Browser, site: Site) -> None:
    visit(browser, site)
    browser.run("const real = fetch; let n = 0; window.fetch = async (...a) => { const r = await real(...a); if (++n === 1) throw new TypeError('gone'); return r }")
    browser.run("document.querySelector('.Write textarea').focus()")
    browser.press("信用卡年费怎么收", "Enter")
    browser.wait("document.querySelector('.Row-failed button')")
    browser.click(".Row-failed button")
    browser.wait(ANSWERED, 1)
    assert len(site.asked) == 1 and len(site.asked[0].metadata["message_id"]) >= 32  # the same id: no second turn


def test_a_slow_server_is_said_to_be_slow_and_messages_keep_their_order(browser: Browser, site: Site) -> None:
    async def slow(message: UserMessage) -> None:
        await asyncio.sleep(0.4 if message.text == "甲" else 0)
        await message.output_channel.send_response(message.sender_id, {"text": f"收到{message.text}"})

    site.answer = slow
    visit(browser, site)
    browser.run("const real = setTimeout; window.setTimeout = (f, ms, ...a) => real(f, ms === 5000 ? 100 : ms, ...a)")
    browser.run("document.querySelector('.Write textarea').focus()")
    browser.press("甲", "Enter", "乙", "Enter")
    browser.wait("document.querySelector('.Slow').innerText.includes('还在等')")
    browser.wait(ANSWERED, 2)
    assert browser.texts(".Row--bot .Bub p") == ["收到甲", "收到乙"] and browser.text(".Slow") == ""


def test_a_refused_message_says_why(browser: Browser, site: Site) -> None:
    visit(browser, site)
    browser.run("window.fetch = async () => new Response(JSON.stringify({error: 'too_many', message: '发得太快了，请等 3 秒再发。'}), {status: 429})")
    browser.run("document.querySelector('.Write textarea').focus()")
    browser.press("你好", "Enter")
    browser.wait("document.querySelector('.Row-failed')")
    assert "请等 3 秒再发" in browser.text(".Row-failed")


def test_while_the_server_is_replaced_the_same_message_is_sent_again(browser: Browser, site: Site) -> None:
    visit(browser, site)
    browser.run("""const real = fetch, timer = setTimeout; window.ids = [];
        window.setTimeout = (f, ms, ...a) => timer(f, ms === 5000 ? 50 : ms, ...a);
        window.fetch = async (url, options) => { ids.push(JSON.parse(options.body).metadata.message_id);
          return ids.length < 3 ? new Response(JSON.stringify({error: 'away', message: '这会儿连不上。'}), {status: 503}) : real(url, options) }""")
    say(browser, "讲个笑话", 1)
    ids = browser.run("return ids")
    assert len(ids) == 3 and len(set(ids)) == 1 and browser.count(".Row-failed") == 0
    browser.run("let now = 0; Date.now = () => (now += 60000)")  # half a minute is over
    browser.run("window.fetch = async () => new Response(JSON.stringify({error: 'away', message: '急事请拨银行卡背面的电话。'}), {status: 503})")
    browser.run("document.querySelector('.Write textarea').focus()")
    browser.press("你好", "Enter")
    browser.wait("document.querySelector('.Row-failed')")
    assert "急事请拨银行卡背面的电话" in browser.text(".Row-failed")


def test_a_reload_keeps_the_conversation_without_secrets(browser: Browser, site: Site) -> None:
    visit(browser, site)
    say(browser, "我的卡号是6222 0202-0000 0000 000", 1)
    say(browser, "验证码是ab12cd", 2)
    sender, shown = site.asked[-1].sender_id, browser.texts(".Bub p")
    browser.reload()
    browser.wait(ANSWERED, 2)
    assert [t for n, t in enumerate(browser.texts(".Bub p")) if n % 2] == [t for n, t in enumerate(shown) if n % 2]
    kept = str(browser.run("return JSON.stringify({...sessionStorage, ...localStorage}) + document.cookie + document.body.innerText"))
    for secret in ("6222", "0202", "ab12cd"):
        assert secret not in kept
    say(browser, "讲个笑话", 3)
    assert site.asked[-1].sender_id == sender and len(sender) >= 32


@pytest.mark.parametrize("path", ["chat.html", ""])
def test_no_other_origin_is_contacted_and_the_policy_is_never_broken(browser: Browser, site: Site, path: str) -> None:
    visit(browser, site, path, 1280, 860)
    if not path:
        browser.click("[data-open-mascot]")
        browser.wait(f"{FRAME}?.contentDocument.querySelector('.Top use')")
    else:
        say(browser, "基金是什么", 1)
        browser.click(".Top-who")
    asked = [urlsplit(u) for u in browser.requests()]
    assert len(asked) >= 4
    assert {f"{u.scheme}://{u.netloc}" for u in asked} == {site.url}
    assert [e["message"] for e in browser.logs("browser") if e["level"] in ("SEVERE", "WARNING")] == []
    # A script that slipped into the page would not run.
    assert not browser.run("const s = document.createElement('script'); s.textContent = 'window.hit = 1'; document.body.append(s); return window.hit")
    assert any("Content Security Policy" in e["message"] for e in browser.logs("browser"))


def test_choosing_a_mascot_is_said_in_the_conversation(browser: Browser, site: Site) -> None:
    visit(browser, site)
    browser.click(".Top-who")
    browser.click("dialog button", "小禾娘")
    browser.wait(ANSWERED, 1)
    assert site.asked[-1].text == "换小禾娘来"
    say(browser, "信用卡年费怎么收", 2)
    assert browser.text(".Top-names b") == "小禾娘" and "小禾娘" in browser.texts(".Row--bot .Row-who")[-1]
    drawn = browser.run("const b = document.querySelector('.Top .Face use').getBBox(); return b.width * b.height")
    assert drawn > 0


@pytest.mark.parametrize("width", [320, 360, 1280])
@pytest.mark.parametrize("path", ["chat.html?mode=elder", ""])
def test_nothing_sticks_out_sideways(browser: Browser, site: Site, width: int, path: str) -> None:
    visit(browser, site, path, width, 720)
    if path:
        say(browser, "我刚被骗了，转了两万", 1)
    assert browser.run("return document.documentElement.scrollWidth") <= width
    if path:
        low = browser.run("return [...document.querySelectorAll('.Pick, .Act, .Help > *, .Top-elder')].map(e => e.getBoundingClientRect().height)")
        assert min(low) >= 40


def test_one_script_line_opens_the_chat_and_escape_closes_it(browser: Browser, site: Site) -> None:
    visit(browser, site, "", 1280, 860)
    browser.click("[data-open-mascot]")
    browser.wait(f"{FRAME}?.contentDocument.querySelector('.Top-close')")
    browser.frame(FRAME)
    say(browser, "讲个笑话", 1)
    browser.press("Escape")
    browser.frame(None)
    browser.wait(f"{FRAME}.hidden && document.activeElement.tagName === 'FUHE-MASCOT'")
    browser.press("Enter")
    browser.wait(f"!{FRAME}.hidden && {FRAME}.contentDocument.querySelectorAll('.Row--bot').length === 1")


@contextmanager
def another_site(port: int, chat: str) -> Iterator[str]:
    """A bank's own page with one script line and a policy that lets in what docs/embedding.md names, and nothing more."""
    policy = f"default-src 'none'; script-src {chat}; frame-src {chat}; img-src {chat}"
    html = f'<!doctype html><title>别处</title><p>一家银行的网页</p><script src="{chat}/web/widget.js" data-mascot="xiaolanghua" data-open="true" defer></script>'

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200 if self.path == "/" else 404)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.send_header("Content-Security-Policy", policy)
            self.end_headers()
            self.wfile.write(html.encode() if self.path == "/" else b"")

        def log_message(self, *args: Any) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{port}/"
    finally:
        server.shutdown()
        server.server_close()


def test_another_site_with_a_strict_policy_embeds_the_chat(browser: Browser, site: Site) -> None:
    visit(browser, site)  # what was said in the bank's own page is in the same tab
    with another_site(site.host, site.url) as url:
        browser.open(url, 1280, 860)
        browser.wait(f"{FRAME}")
        browser.frame(FRAME)
        browser.wait("document.querySelector('.Top use')")
        say(browser, "信用卡年费怎么收", 1)
        assert site.asked[-1].metadata["mascot"] == "xiaolanghua"
        browser.click(".Top-close")
        browser.frame(None)
        browser.wait(f"{FRAME}.hidden")
        severe = [e["message"] for e in browser.logs("browser") if e["level"] == "SEVERE" and "favicon" not in e["message"]]
        assert severe == []


@pytest.mark.parametrize("width", [360, 1280])
def test_a_chat_that_does_not_come_can_be_closed(browser: Browser, site: Site, width: int) -> None:
    shut = "document.querySelector('fuhe-mascot').shadowRoot.querySelector('.shut')"
    with another_site(site.stranger, site.url) as url:
        browser.open(url, width, 640)
        browser.wait(f"{FRAME} && !{shut}.hidden")
        over = browser.run(f"const b = {shut}.getBoundingClientRect(); const x = b.x + b.width / 2, y = b.y + b.height / 2; return [document.querySelector('fuhe-mascot').shadowRoot.elementFromPoint(x, y).className, b.width]")
        assert over[0] == "shut" and over[1] >= 40
        browser.run(f"{shut}.click()")
        browser.wait(f"!{FRAME} && document.activeElement.tagName === 'FUHE-MASCOT'")
    with another_site(site.host, site.url) as url:
        browser.open(url, width, 640)
        browser.wait(f"{FRAME} && {shut}.hidden")


def test_a_site_that_is_not_named_cannot_frame_the_chat(browser: Browser, site: Site) -> None:
    with another_site(site.stranger, site.url) as url:
        browser.open(url, 1280, 860)
        browser.wait(f"{FRAME}")
        assert until(lambda: any("frame-ancestors" in e["message"] for e in browser.logs("browser")))
        browser.frame(FRAME)
        assert browser.count(".Top") == 0
