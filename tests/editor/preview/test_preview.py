"""`mascot preview`: what is shown is what would be said, drawn in the columns a terminal gives it."""

import threading
import urllib.error
import urllib.request
from pathlib import Path

import pytest

from persona.preview import cli, page, terminal
from persona.preview.bubbles import Wish, open_desk

ROOT = Path(__file__).resolve().parents[3]
TOPIC = """version: "3.1"
nlu:
- intent: faq/try
  examples: |
    - 试
responses:
  utter_faq/try:
  - text: "LPR现在是{lpr_5y}，<b>看</b>合同。{self}在。"
    buttons:
    - {title: 转人工, payload: /handoff}
    metadata: {tone: warm, category: loan, figures: [lpr_5y], disclosures: [D-LN-3], source: "例", reviewed: "2026-01-01", expires: "2999-01-01"}
  utter_faq/bad:
  - text: "这款理财稳赚不赔。"
    metadata: {tone: plain, category: wealth, figures: [], disclosures: [], source: "例", reviewed: "2026-01-01", expires: "2999-01-01"}
"""


@pytest.fixture(scope="module")
def desk():
    return open_desk()


@pytest.fixture
def project(tmp_path, monkeypatch):
    (tmp_path / "data/nlu/faq").mkdir(parents=True)
    (tmp_path / "data/nlu/faq/try.yml").write_text(TOPIC, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_every_line_of_a_phone_is_as_wide_as_the_others(desk):
    for name in ("faq/early_repay", "food", "night"):
        for bubble in cli.shown(ROOT, name, desk, Wish()):
            for colour in (False, True):
                assert {terminal.columns(line) for line in terminal.phone(bubble, colour)} == {terminal.WIDTH + 4}


def test_no_line_begins_with_a_closing_sign():
    text = "一二三四五六七八九十一二三四五六七八，然后"
    rows = ["".join(text[at] for at in row) for row in terminal.wrap(text, 36)]
    assert "".join(rows) == text
    assert rows[1].startswith("八，")


def test_each_mascot_says_it_with_its_disclosure_and_figure_marked(desk, project):
    bubbles = cli.shown(project, "try", desk, Wish())
    assert [one.mascot.id for one in bubbles] == list(desk.mascots)
    for bubble in bubbles:
        marked = {span.kind: bubble.text[span.start:span.end] for span in bubble.spans}
        assert marked == {"disclosure": desk.disclosures["D-LN-3"], "figure": desk.figures["lpr_5y"].value}
        assert bubble.mascot.self_name in bubble.text


def test_all_tones_stand_side_by_side_and_the_grave_ones_have_no_name(desk, project):
    bubbles = cli.shown(project, "faq/try", desk, Wish(("xiaofumiao",), ("playful", "warm", "plain", "urgent")))
    assert [(one.tone, one.own_tone) for one in bubbles] == [("playful", False), ("warm", True), ("plain", False), ("urgent", False)]
    assert "我在" in bubbles[3].text and "小福喵" not in bubbles[3].text


def test_the_guard_stands_beside_and_decides_the_exit_code(project, capsys):
    assert cli.main(["faq/bad", "--mascot", "xiaofumiao"]) == cli.REFUSED
    out = capsys.readouterr().out
    assert "✗ utter_faq/bad" in out and "NM-10" in out
    assert cli.main(["data/nlu/faq/try.yml", "--mascot", "xiaofumiao"]) == cli.REFUSED
    assert cli.main(["faq/nothing"]) == cli.BAD_CALL


def test_a_product_is_the_same_words_in_every_mascot(desk):
    sheets = cli.shown(ROOT, "fuhe_consumer_loan", desk, Wish())
    assert len({one.text for one in sheets}) == 1 and len(sheets) == len(desk.mascots)
    assert any(span.id == "D-LN-3" for span in sheets[0].spans)
    assert [one.text for one in cli.shown(ROOT, "persona/products/fuhe_consumer_loan.yml", desk, Wish())] == [one.text for one in sheets]


def test_a_page_shows_text_as_text(desk, project):
    html = page.page("试<i>", cli.shown(project, "try", desk, Wish()))
    assert "&lt;b&gt;看&lt;/b&gt;" in html and "<b>看" not in html and "试<i>" not in html
    assert 'class="disclosure"' in html and "<script>" not in html


def test_the_served_page_changes_with_the_file(desk, project):
    server = page.serve(0, lambda: page.page("试", cli.shown(project, "try", desk, Wish()), stamp="1"), lambda: cli._stamp(project))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    base = f"http://127.0.0.1:{server.server_address[1]}"
    try:
        def get(path):
            return urllib.request.urlopen(base + path, timeout=5).read().decode()

        before = get("/stamp")
        assert "合同" in get("/")
        file = project / "data/nlu/faq/try.yml"
        file.write_text(TOPIC.replace("看</b>合同", "翻</b>合同书"), encoding="utf-8")
        assert get("/stamp") != before
        assert "合同书" in get("/")
        with pytest.raises(urllib.error.HTTPError):
            get("/../pyproject.toml")
    finally:
        server.shutdown()
        server.server_close()
