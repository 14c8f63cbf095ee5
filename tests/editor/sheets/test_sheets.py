"""Editors' sheets: out and in again without a change, edits that keep the file, mistakes named by row and column."""

import csv
import io
from datetime import date
from pathlib import Path

import pytest

from persona import layers, lint
from persona.approval import response_digest
from persona.content import load_content
from persona.labels import Labels
from persona.new import bank
from persona.sheets import cli
from persona.sheets.plan import plan
from persona.sheets.rows import day
from persona.sheets.rows import exported as rows_of
from persona.sheets.table import EXPORTED, HEADING, read_table, written
from persona.yamledit import EditError, put

ROOT = Path(__file__).resolve().parents[3]
pytestmark = pytest.mark.skipif(not (ROOT / "data" / "nlu").is_dir(), reason="the library is tested without its content")
TODAY = date(2026, 11, 28)
TOPIC = '''version: "3.1"
nlu:
- intent: faq/annual_fee   # 年费
  examples: |
    - 年费能免吗
    - 年费多少

- intent: faq/annual_fee.gold
  examples: |
    - 金卡年费
responses:
  utter_faq/annual_fee:
  # 先说结论
  - text: "看卡种和合约。\\n拨{hotline}问。"
    buttons:
    - title: 想注销卡
      payload: /faq/lost_card
    - title: 转人工   # 总要有
      payload: /handoff
    metadata:
      tone: plain
      category: none
      disclosures: []
      source: '合约'   # 依据
      reviewed: "2026-11-23"
      expires: "2027-05-23"
  utter_faq/annual_fee.gold:
  - text: "金卡看合约🐾。"
    metadata: {tone: plain, category: none, source: 合约, reviewed: "2026-11-23", expires: "2027-05-23"}
  - text: "金卡也看合约。"
    metadata: {tone: plain, category: none, source: 合约, reviewed: "2026-11-23", expires: "2027-05-23"}
'''
OTHER = '''version: "3.1"
nlu:
- intent: faq/lost_card
  examples: |
    - 卡丢了
responses:
  utter_faq/lost_card:
  - text: "先拨{hotline}。"
    metadata: {tone: warm, category: none, source: 制度, reviewed: "2026-11-23", expires: "2027-05-23"}
'''


@pytest.fixture
def project(tmp_path, monkeypatch):
    for name, text in (("annual_fee", TOPIC), ("lost_card", OTHER)):
        file = tmp_path / "data/nlu/faq" / f"{name}.yml"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def sheet(*rows, headings="话题,第几条,标题,问法,回答,按钮,来源,复核日期,披露"):
    out = io.StringIO()
    writer = csv.writer(out)
    names = headings.split(",")
    writer.writerow(names)
    for row in rows:
        writer.writerow([row.get(name, "") for name in names])
    return out.getvalue()


def planned(project, *rows, encoding="utf-8", **more):
    return plan(project, read_table(sheet(*rows, **more).encode(encoding)), TODAY)


def after(made):
    assert not made.problems, [str(p) for p in made.problems]
    (change,) = made.altered
    return change.after


def told(made):
    return [str(problem) for problem in made.problems]


def exported(project):
    assert cli.export_main(["--csv", "out.csv"]) == cli.DONE
    return (project / "out.csv").read_bytes()


# ── out ──


def test_one_row_a_variation_with_a_mark_for_excel(project):
    raw = exported(project)
    assert raw.startswith(b"\xef\xbb\xbf")
    rows = list(csv.DictReader(io.StringIO(raw.decode("utf-8-sig"), newline="")))
    assert [(r["名称"], r["第几条"], r["例句数"]) for r in rows] == [
        ("utter_faq/annual_fee", "1", "2"), ("utter_faq/annual_fee.gold", "1", "1"), ("utter_faq/annual_fee.gold", "2", "1"), ("utter_faq/lost_card", "1", "1")]
    assert rows[0]["回答"] == "看卡种和合约。\n拨{hotline}问。" and rows[0]["按钮"] == "想注销卡 → /faq/lost_card\n转人工 → /handoff"
    assert rows[0]["到期日期"] == "2027-05-23" and rows[0]["标题"] == Labels.load().title("faq/annual_fee")


def test_what_a_spreadsheet_would_run_is_made_harmless_and_comes_back(project):
    for cell in ("=1+1", "+86", "-5", "@x"):
        raw = written([{key: cell if key == "text" else "a" for key in EXPORTED}]).encode("utf-8")
        assert f"'{cell}".encode() in raw
        assert read_table(raw).rows[0].get("text") == cell


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "gb18030"])
def test_out_and_in_again_changes_nothing(encoding, project, capsys):
    text = exported(project).decode("utf-8-sig")
    (project / "in.csv").write_bytes(text.encode(encoding))
    assert cli.import_main(["in.csv"]) == cli.DONE
    assert "没有要改的" in capsys.readouterr().out
    assert (project / "data/nlu/faq/annual_fee.yml").read_text("utf-8") == TOPIC


def test_the_whole_project_out_and_in_again_changes_nothing(monkeypatch):
    monkeypatch.chdir(ROOT)
    made = plan(ROOT, read_table(written(rows_of(load_content(ROOT), Labels.load())).encode("utf-8")), TODAY)
    assert not made.problems and not made.altered and not made.notes


# ── in: known answers ──


def test_an_edit_keeps_comments_order_and_quotes(project):
    changed = after(planned(project, {"话题": "faq/annual_fee", "回答": "看合约。\n拨{hotline}问。", "来源": "新合约", "复核日期": "2026/11/28"}))
    assert changed == TOPIC.replace("看卡种和合约。", "看合约。").replace("'合约'", "'新合约'").replace('reviewed: "2026-11-23"', 'reviewed: "2026-11-28"', 1)


def test_buttons_that_stay_are_not_written_anew(project):
    changed = after(planned(project, {"话题": "annual_fee", "按钮": "卡丢了怎么办 → lost_card | 转人工"}))
    assert changed == TOPIC.replace("    - title: 想注销卡\n      payload: /faq/lost_card\n", "    - title: 卡丢了怎么办\n      payload: /faq/lost_card\n")


def test_new_examples_go_to_the_end_of_their_topic(project):
    changed = after(planned(project, {"话题": "faq/annual_fee", "问法": "年费多少\n白金卡年费|年费 能免吗？"}))
    assert changed == TOPIC.replace("    - 年费多少\n", "    - 年费多少\n    - 白金卡年费\n")


def test_disclosures_are_a_list(project):
    changed = after(planned(project, {"话题": "faq/annual_fee", "披露": "D-CC-2，D-CC-4"}))
    assert changed == TOPIC.replace("disclosures: []", "disclosures: [D-CC-2, D-CC-4]")


def approve(project):
    file = project / "data/nlu/faq/annual_fee.yml"
    sha = response_digest(load_content(project).responses["utter_faq/annual_fee"][0].item)
    file.write_text(put(TOPIC, ("responses", "utter_faq/annual_fee", 0, "metadata"), "approval", {
        "id": "A-0031", "by": "沈立夏", "role": "合规", "at": "2026-11-20", "until": "2027-11-20", "sha256": sha}), encoding="utf-8")
    return file.read_text("utf-8")


def test_a_changed_text_loses_its_approval_and_says_so(project):
    approve(project)
    made = planned(project, {"话题": "faq/annual_fee", "回答": "看合约，拨{hotline}问。"})
    assert "approval" not in after(made)
    assert any("批准（A-0031，沈立夏，到2027-11-20）作废" in str(note) for note in made.notes)


def test_another_date_leaves_the_approval(project):
    before = approve(project)
    made = planned(project, {"话题": "faq/annual_fee", "复核日期": "2026-11-28"})
    assert after(made) == before.replace('reviewed: "2026-11-23"', 'reviewed: "2026-11-28"', 1) and not made.notes


def test_an_emoji_that_gbk_has_lost_is_no_edit_and_an_edit_around_it_is_told(project):
    same = planned(project, {"话题": "faq/annual_fee.gold", "第几条": "1", "回答": "金卡看合约?。"}, encoding="gbk")
    assert not same.altered and not same.problems
    other = planned(project, {"话题": "faq/annual_fee.gold", "第几条": "1", "回答": "金卡都看合约?。"}, encoding="gbk")
    assert "🐾 存不下" in told(other)[0] and "第 2 行「回答」" in told(other)[0]


# ── in: mistakes ──


@pytest.mark.parametrize(("row", "said"), [
    ({"话题": "没有的"}, "第 2 行「话题」：没有「没有的」这个话题"),
    ({"话题": "", "来源": "甲"}, "第 2 行「话题」：空着"),
    ({"话题": "faq/annual_fee.gold", "回答": "x"}, "第 2 行「第几条」：utter_faq/annual_fee.gold 有 2 条说法"),
    ({"话题": "faq/annual_fee.gold", "第几条": "3"}, "第 2 行「第几条」：没有第 3 条"),
    ({"话题": "faq/annual_fee", "复核日期": "11月28日"}, "第 2 行「复核日期」：「11月28日」不是日期"),
    ({"话题": "faq/annual_fee", "复核日期": "2026-02-30"}, "不是日期"),
    ({"话题": "faq/annual_fee", "回答": '=HYPERLINK("http://a.top")'}, "第 2 行「回答」：这一格是公式"),
    ({"话题": "faq/annual_fee", "回答": "一\n\n二"}, "第 2 行「回答」：中间有空行"),
    ({"话题": "faq/annual_fee", "按钮": "去哪儿 → 火星"}, "第 2 行「按钮」：没有「火星」这个去处"),
    ({"话题": "faq/annual_fee", "问法": "卡丢了"}, "第 2 行「问法」：「卡丢了」已经在 faq/lost_card（data/nlu/faq/lost_card.yml:5）"),
    ({"话题": "faq/annual_fee", "问法": "白金卡|白金卡！"}, "第 2 行「问法」：「白金卡！」第 2 行已经有了"),
    ({"话题": "faq/safe_box", "标题": "保管箱", "回答": "x", "来源": "y"}, "第 2 行「问法」：新话题要写问法"),
    ({"话题": "scam/new_one", "标题": "新骗局"}, "表里只能新建 faq 话题"),
])
def test_a_wrong_cell_is_named_and_nothing_is_written(row, said, project, capsys):
    (project / "in.csv").write_text(sheet({"话题": "faq/lost_card", "来源": "新制度"}, row).replace("\r\n", "\n"), encoding="utf-8")
    assert cli.import_main(["in.csv"]) == cli.FOUND
    out = capsys.readouterr().out
    assert said.replace("第 2 行", "第 3 行") in out, out
    assert "什么都没有写" in out
    assert (project / "data/nlu/faq/lost_card.yml").read_text("utf-8") == OTHER and not (project / "drafts").exists()


def test_a_cell_for_reading_only_is_not_changed_in_a_sheet(project):
    text = exported(project).decode("utf-8-sig").replace("data/nlu/faq/lost_card.yml", "data/nlu/faq/x.yml")
    assert ["第 5 行「文件」" in one for one in told(plan(project, read_table(text.encode()), TODAY))] == [True]


def test_the_same_answer_twice_is_told(project):
    made = planned(project, {"话题": "faq/lost_card", "来源": "甲"}, {"话题": "lost_card", "来源": "乙"})
    assert "utter_faq/lost_card 第 1 条，第 2 行已经写过" in told(made)[0]


@pytest.mark.parametrize(("raw", "said"), [
    (b"", "表是空的"), ("话题,回答\n".encode(), "只有列名"), (b"PK\x03\x04\xff\xfe\xfa\x00\x81", "编码"),
    ("话题,备 注,回达\nfaq/lost_card,,\n".encode(), "是不是「回答」"), ("话题,话题\na,b\n".encode(), "写了两次"), ("回答,来源\na,b\n".encode(), "没有「话题」这一列"),
    ("话题,来源\nfaq/lost_card,甲,乙\n".encode(), "有 3 格，列名只有 2 个"), ("话题,回答\nfaq/lost_card,\"没关上\n".encode(), "引号没有配对"),
])
def test_a_sheet_that_is_none(raw, said):
    assert said in str(read_table(raw).problems[0])


@pytest.mark.parametrize("raw", [
    "话题，来源，备注\nfaq/lost_card,新制度,x\n", "话题，来源\nfaq/lost_card，新制度\n", "话题;来源\nfaq/lost_card;新制度\n", "话题\t来源\nfaq/lost_card\t新制度\n",
    "\n\n 话题 ,　依据　\n,,\nfaq/lost_card,新制度\n,\n",
])
def test_headings_and_separators_as_they_come(raw, project):
    made = plan(project, read_table(raw.encode()), TODAY)
    assert after(made) == OTHER.replace("source: 制度", "source: 新制度")


@pytest.mark.parametrize(("cell", "iso"), [
    ("2026-1-5", "2026-01-05"), ("2026/11/28", "2026-11-28"), ("2026年11月28日", "2026-11-28"), ("2026.11.28", "2026-11-28"),
    ("2026/11/28 0:00", "2026-11-28"), ("28/11/2026", None), ("2026-13-01", None),
])
def test_dates_as_excel_leaves_them(cell, iso):
    assert day(cell) == iso


def test_a_file_that_changes_meanwhile_stops_everything_and_what_was_written_is_put_back(project, monkeypatch):
    made = planned(project, {"话题": "faq/annual_fee", "来源": "甲"}, {"话题": "faq/lost_card", "来源": "乙"})
    real = cli.save

    def second_fails(file, before, now):
        if file.name == "lost_card.yml":
            raise OSError("disk full")
        real(file, before, now)

    monkeypatch.setattr(cli, "save", second_fails)
    with pytest.raises(OSError, match="disk full"):
        cli.write(made)
    assert (project / "data/nlu/faq/annual_fee.yml").read_text("utf-8") == TOPIC
    monkeypatch.setattr(cli, "save", real)
    (project / "data/nlu/faq/lost_card.yml").write_text(OTHER + "# x\n", encoding="utf-8")
    with pytest.raises(EditError):
        cli.write(made)
    assert (project / "data/nlu/faq/annual_fee.yml").read_text("utf-8") == TOPIC


# ── in: the real project ──


NEW = {"话题": "safe_deposit", "标题": "保管箱", "问法": "小柜子能按年租吗|祖传的镯子想锁在你们那儿", "回答": "有没有空箱、租金多少，各网点不一样，先拨{hotline}问清再去。",
       "按钮": "网点几点开门 → faq/branch_hours | 转人工", "来源": "本行保管箱租用协议", "复核日期": "2026/11/28"}


def test_a_new_topic_becomes_a_draft_that_passes_the_linter(whole, capsys):
    (whole / "in.csv").write_bytes(sheet(NEW).encode("gbk"))
    assert cli.import_main(["in.csv", "--dry-run"]) == cli.DONE
    out = capsys.readouterr().out
    assert "+++ b/drafts/nlu/faq/safe_deposit.yml" in out and not (whole / "drafts").exists()
    assert cli.import_main(["in.csv"]) == cli.DONE
    assert "「问法」：草稿还差（例句还不够）" in capsys.readouterr().out
    assert lint.main(["drafts/nlu/faq/safe_deposit.yml"]) == lint.CLEAN
    assert "utter_faq/safe_deposit" not in load_content(whole).responses


def test_what_the_guard_refuses_is_named_by_its_cell_and_nothing_is_written(whole, capsys):
    before = (whole / "data/nlu/faq/annual_fee.yml").read_text("utf-8")
    (whole / "in.csv").write_text(sheet(NEW, {"话题": "faq/annual_fee", "回答": "这款理财稳赚不赔，名额只剩三个。", "来源": "{nowhere}"}), encoding="utf-8")
    assert cli.import_main(["in.csv"]) == cli.FOUND
    out = capsys.readouterr().out
    assert "第 3 行「回答」：[C401]" in out and "什么都没有写" in out
    assert (whole / "data/nlu/faq/annual_fee.yml").read_text("utf-8") == before and not (whole / "drafts").exists()


def test_a_finding_in_a_draft_is_named_and_the_draft_is_written(whole, capsys):
    (whole / "in.csv").write_text(sheet({**NEW, "回答": "租金见{nowhere}。"}), encoding="utf-8")
    assert cli.import_main(["in.csv"]) == cli.FOUND
    assert "第 2 行「回答」：[P606]" in capsys.readouterr().out
    assert (whole / "drafts/nlu/faq/safe_deposit.yml").is_file()


def test_in_a_banks_project_an_answer_of_the_library_is_copied_before_it_is_changed(tmp_path, monkeypatch, capsys):
    folder = tmp_path / "bank"
    assert bank.init_main([str(folder)]) == bank.DONE
    monkeypatch.chdir(folder)
    layers.forget()
    library = (ROOT / "data/nlu/faq/annual_fee.yml").read_text("utf-8")
    text = exported(folder).decode("utf-8-sig")
    assert cli.import_main(["out.csv"]) == cli.DONE
    assert not (folder / "data/nlu/faq/annual_fee.yml").exists()
    (folder / "in.csv").write_text(text.replace("要不要收、收多少、怎么减免，看卡种和合约", "收不收、收多少、怎么减免，看卡种和合约"), encoding="utf-8")
    assert cli.import_main(["in.csv"]) == cli.DONE, capsys.readouterr().out
    own = (folder / "data/nlu/faq/annual_fee.yml").read_text("utf-8")
    assert own == library.replace("要不要收、收多少、怎么减免，看卡种和合约", "收不收、收多少、怎么减免，看卡种和合约")
    assert (ROOT / "data/nlu/faq/annual_fee.yml").read_text("utf-8") == library
    layers.assembled(folder)
    assert load_content(folder).topics["faq/annual_fee"].file == "data/nlu/faq/annual_fee.yml"


def test_every_heading_is_exported_or_only_read():
    assert set(HEADING) - set(EXPORTED) == {"examples", "note"}
