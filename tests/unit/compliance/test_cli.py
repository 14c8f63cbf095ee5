"""The command line as it is promised."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest

from persona.compliance.cli import review_main, rules_main


def test_exit_codes(capsys: pytest.CaptureFixture[str]) -> None:
    assert review_main(["还款日是8号"]) == 0
    assert review_main(["低风险稳赚"]) == 1
    assert review_main(["x", "--channel", "radio"]) == 2
    assert review_main(["--file", "/does/not/exist"]) == 2
    assert review_main(["   "]) == 2
    out = capsys.readouterr().out
    assert "不代替合规审批" in out and "NM-15" in out


def test_copy_gets_the_questions_only_a_person_can_answer(capsys: pytest.CaptureFixture[str]) -> None:
    text = "理财就是你委托管理人去投，盈亏自己担。理财非存款、产品有风险、投资须谨慎。"
    assert review_main([text, "--speaker", "copy"]) == 0
    out = capsys.readouterr().out
    assert out.count("要人判断：") >= 3 and "产品说明书" in out
    assert review_main([text]) == 0 and "要人判断" not in capsys.readouterr().out


def test_json(capsys: pytest.CaptureFixture[str]) -> None:
    assert review_main(["理财就是你委托管理人去投。", "--json"]) == 1
    data = json.loads(capsys.readouterr().out)
    assert list(data) == ["id", "verdict", "categories", "findings", "missing", "ruleset"]
    assert data["missing"] == ["D-WM-1"]
    assert review_main(["理财就是你委托管理人去投。", "--json", "--scope", "wording"]) == 0


def test_jsonl_keeps_order_and_ignores_unknown_keys(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rows = [{"id": "a", "text": "稳赚不赔", "extra": 1}, {"id": 2, "text": "你好", "asked": "wealth", "channel": "own_app"}]
    path = tmp_path / "in.jsonl"
    path.write_text("\n".join(json.dumps(row, ensure_ascii=False) for row in rows) + "\n\n", encoding="utf-8")
    assert review_main(["--jsonl", str(path), "--json"]) == 0
    out = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [(row["id"], row["verdict"]) for row in out] == [("a", "refuse"), (2, "allow")]


def test_jsonl_with_a_bad_line_answers_every_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "in.jsonl"
    path.write_text('{"id": 1, "text": 5}\nnot json\n{"id": 3, "text": "你好"}\n', encoding="utf-8")
    assert review_main(["--jsonl", str(path)]) == 2
    out = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [row["verdict"] for row in out] == ["refuse", "refuse", "allow"]


def test_standard_input(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("还款日是8号"))
    assert review_main([]) == 0


def test_rules(capsys: pytest.CaptureFixture[str]) -> None:
    assert rules_main([]) == 0 and "NM-15" in capsys.readouterr().out
    for name in ("nm-15", "NM15"):
        assert rules_main([name]) == 0
        out = capsys.readouterr().out
        assert "第十条第七项" in out and out.endswith("，不代替合规审批。\n")
    assert rules_main(["WM-02"]) == 0 and "理财非存款" in capsys.readouterr().out
    assert rules_main(["NM-19", "--json"]) == 0 and json.loads(capsys.readouterr().out)["id"] == "NM-19"
    assert rules_main(["XX-1"]) == 2
