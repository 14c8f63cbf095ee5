from __future__ import annotations

import json
import re
import tarfile
from collections import Counter
from pathlib import Path
from xml.etree import ElementTree

import pytest

from persona.evaluation import cli, show
from persona.evaluation.measure import Outcome, measure
from persona.evaluation.rows import BadRowsError, Row, blocks, project_rows, read_file
from persona.evaluation.run import cross_validate
from persona.nlu.features import Features
from persona.nlu.model import train
from persona.nlu.parser import Parse, Parser

KNOWN = {"faq/points", "faq/lost_card", "scam/prize", "greet", "crisis", "out_of_scope"}
WORDS = {
    "faq/points": ["信用卡积分怎么查", "积分能换什么", "积分到期了吗", "我的积分在哪看", "积分兑换礼品", "刷卡有没有积分"],
    "faq/lost_card": ["卡丢了怎么办", "银行卡掉了", "挂失要多久", "信用卡找不到了", "我要挂失", "卡被偷了"],
    "out_of_scope": ["今天天气怎么样", "放首歌", "讲讲历史", "火车票多少钱", "怎么做红烧肉", "翻译一下"],
}


def outcome(accept: str, said: str, p: float = 0.9, refused: bool = False, text: str = "句子", own: bool = True) -> Outcome:
    return Outcome(Row(text, tuple(accept.split()), "f.jsonl:7", own), said, refused, said, p)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "data").mkdir()
    for number, (label, texts) in enumerate(WORDS.items()):
        examples = "\n".join(f"    - {t}" for t in texts)
        (tmp_path / "data" / f"{number}.yml").write_text(f'version: "3.1"\nnlu:\n- intent: {label}\n  examples: |\n{examples}\n', "utf-8")
    return tmp_path


def lines(path: Path, *rows: object) -> Path:
    path.write_text("".join(r if isinstance(r, str) else json.dumps(r, ensure_ascii=False) + "\n" for r in rows), "utf-8")
    return path


def test_labels_are_read_under_all_their_names(tmp_path: Path) -> None:
    file = lines(
        tmp_path / "a.jsonl",
        {"text": "一", "label": "faq/points", "also_ok": ["faq/lost_card"]},
        {"text": "二", "intent": "greet", "also_ok": "faq/points"},
        {"text": "三", "topic": "points"},
        {"text": "四", "topic": "prize"},
        {"text": "五", "label": "none"},
        {"text": "六", "label": "chat:riddle"},
    )
    rows = read_file(file, KNOWN, ["chat"])
    assert [row.accept for row in rows] == [("faq/points", "faq/lost_card"), ("greet", "faq/points"), ("faq/points",), ("scam/prize",), (), ()]
    assert rows[2].where.endswith("a.jsonl:3") and not rows[0].own


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("{broken\n", "a.jsonl:1 不是 JSON"),
        ('{"text": "好"}\n', "a.jsonl:1 没有标签"),
        ('{"text": 3, "label": "greet"}\n', "a.jsonl:1 没有 text"),
        ('["好"]\n', "a.jsonl:1 没有 text"),
        ('\n{"text": "好", "label": "greet", "also_ok": {"a": 1}}\n', "a.jsonl:2 的 also_ok"),
        ('{"text": "好", "label": "refuse"}\n', "refuse（1 行）"),
        ("\n", "没有句子"),
    ],
)
def test_a_bad_file_is_named_with_its_line(tmp_path: Path, content: str, said: str) -> None:
    with pytest.raises(BadRowsError, match=re.escape(said)):
        read_file(lines(tmp_path / "a.jsonl", content), KNOWN)


def test_what_is_no_file_is_said(tmp_path: Path) -> None:
    with pytest.raises(BadRowsError, match="文件夹"):
        read_file(tmp_path, KNOWN)
    with pytest.raises(BadRowsError, match="没有"):
        read_file(tmp_path / "no.jsonl", KNOWN)
    (tmp_path / "gbk.jsonl").write_bytes("句子".encode("gbk"))
    with pytest.raises(BadRowsError, match="UTF-8"):
        read_file(tmp_path / "gbk.jsonl", KNOWN)


def test_right_asked_and_wrong_are_told_apart() -> None:
    report = measure("t", [
        outcome("faq/points", "faq/points"),
        outcome("faq/points faq/lost_card", "faq/lost_card"),
        outcome("faq/points", "nlu_fallback", 0.2, refused=True),
        outcome("faq/points", "faq/lost_card", text="积分被偷了"),
        outcome("", "greet"),
        outcome("", "out_of_scope", refused=True),
        outcome("", "faq/points"),
    ])
    totals = report.totals
    assert (totals["in_scope"], totals["right"], totals["asked_back"], totals["confidently_wrong"]) == (4, 0.5, 0.25, 0.25)
    assert (totals["outside"], totals["kept_out"]) == (3, 0.6667)
    points = next(f for f in report.labels if f.label == "faq/points")
    assert (points.rows, points.right, points.asked, points.recall, points.precision) == (4, 2, 1, 0.5, 0.5)
    assert [(p.gold, p.said, p.count, p.examples) for p in report.pairs] == [
        ("faq/points", "faq/lost_card", 1, ("积分被偷了",)), ("out_of_scope", "faq/points", 1, ("句子",)),
    ]


def test_sentences_of_a_file_are_not_printed() -> None:
    report = measure("t", [outcome("faq/points", "greet", text="别人的句子", own=False)])
    for shown in (show.text([report]), show.page([report], "今天"), json.dumps(report.as_dict(), ensure_ascii=False)):
        assert "别人的句子" not in shown and "f.jsonl:7" in shown


def test_alarm_and_crisis_are_counted() -> None:
    totals = measure("t", [
        outcome("scam/prize", "check_suspicious"),
        outcome("scam/prize", "out_of_scope", refused=True),
        outcome("faq/points", "scam/prize"),
        outcome("", "greet"),
        outcome("crisis", "crisis"),
        outcome("been_scammed", "been_scammed"),
    ]).totals
    assert (totals["alarm_recall"], totals["false_alarm"], totals["crisis_found"]) == (0.5, 0.3333, 1.0)


def test_calibration_and_thresholds() -> None:
    sure = [outcome("greet", "greet", 0.9)] * 9 + [outcome("greet", "crisis", 0.9)]
    unsure = [outcome("greet", "crisis", 0.3)] * 10
    report = measure("t", [*sure, *unsure])
    assert report.totals["calibration_error"] == pytest.approx(0.15)
    assert sum(b.right + b.wrong for b in report.bins) == 20
    best = report.cheapest
    assert best is not None and 0.3 < best.value <= 0.9 and (best.asked, best.wrong) == (0.5, 0.05)


def test_a_report_on_nothing_has_no_shares() -> None:
    report = measure("t", [])
    assert report.cheapest is None and report.totals["right"] is None
    assert "t" in show.text([report]) and "<svg" in show.page([report], "")


def test_folds_take_neighbouring_sentences_and_all_of_them() -> None:
    labels = ["a"] * 6 + ["b"] * 4 + ["a"] * 3
    held = [h for _, h in blocks(labels, 3)]
    assert sorted(i for h in held for i in h) == list(range(13))
    assert held[0] == [0, 1, 2, 6, 7]
    assert all(not set(seen) & set(h) for seen, h in blocks(labels, 3))


def test_cross_validation_covers_every_sentence_once(project: Path) -> None:
    rows, labels = project_rows(project)
    assert Counter(labels) == {label: 6 for label in WORDS}
    told: list[str] = []
    outcomes = cross_validate(project, 2, told.append)
    assert Counter(o.row.text for o in outcomes) == Counter(r.text for r in rows)
    assert any("第 2/2 折" in line for line in told)


def test_the_page_stands_alone_and_its_pictures_are_well_formed(project: Path) -> None:
    html = show.page([measure("<交叉>", cross_validate(project, 2, lambda _: None))], "今天 & 昨天")
    assert not re.search(r"https?://|<script|@import|url\(", html)
    assert "<交叉>" not in html and "&lt;交叉&gt;" in html and "今天 &amp; 昨天" in html
    pictures = re.findall(r"<svg.*?</svg>", html, re.S)
    assert len(pictures) == 3
    for svg in pictures:
        ElementTree.fromstring(svg)


def archive(folder: Path) -> None:
    """A model archive as Rasa's trainer leaves it, with only the classifier's part."""
    features = Features.load()
    texts = [t for group in WORDS.values() for t in group]
    model = train(texts, [label for label, group in WORDS.items() for _ in group], features, min_df=1)
    assert isinstance(Parser(model, features).parse("积分"), Parse)
    part = folder / "part"
    part.mkdir(parents=True)
    model.save(part)
    with tarfile.open(folder / "m.tar.gz", "w:gz") as tar:
        for file in part.iterdir():
            tar.add(file, f"components/train_x/{file.name}")


def test_a_model_of_an_older_version_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    archive(tmp_path)
    meta = tmp_path / "part" / "model.json"
    meta.write_text(meta.read_text("utf-8").replace('"calibration"', '"temperature"'), "utf-8")
    with tarfile.open(tmp_path / "m.tar.gz", "w:gz") as tar:
        for file in (tmp_path / "part").iterdir():
            tar.add(file, f"components/train_x/{file.name}")
    assert cli.main([str(lines(tmp_path / "a.jsonl", {"text": "好", "label": "oos"})), "--models", str(tmp_path)]) == 2
    assert "旧版本" in capsys.readouterr().err


def test_the_command(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    archive(tmp_path / "models")
    models = ["--models", str(tmp_path / "models")]
    file = str(lines(tmp_path / "a.jsonl", {"text": "积分怎么兑换", "topic": "points"}, {"text": "讲个历史故事", "label": "oos"}))
    assert cli.main([file, "--format", "json", *models]) == 0
    captured = capsys.readouterr()
    report = json.loads(captured.out)[0]
    assert (report["rows"], report["totals"]["in_scope"], report["totals"]["outside"]) == (2, 1, 1)
    assert "2/2 句" in captured.err
    assert cli.main([file, "--format", "html", "--out", str(tmp_path / "r.html"), *models]) == 0
    assert (tmp_path / "r.html").read_text("utf-8").startswith("<!doctype html>")
    assert cli.main([file, "--out", str(tmp_path / "no" / "r.html"), *models]) == 2
    assert cli.main([str(tmp_path / "none.jsonl"), *models]) == 2
    assert cli.main([file, "--models", str(tmp_path / "empty")]) == 2
    assert "make train" in capsys.readouterr().err
