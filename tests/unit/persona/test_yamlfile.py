"""Files are read with their lines, and everything wrong in them is told at once."""

import pytest

from persona.errors import ContentError, Problem
from persona.yamlfile import dotted, parse, read
from persona.yamlvalues import Reader


def codes(text):
    return [problem.code for problem in parse(text, "x.yml").problems]


def test_values_and_lines_are_kept():
    document = parse("a: 1\nb:\n  - 甲\n  - c: true\n", "x.yml")
    assert document.data == {"a": 1, "b": ["甲", {"c": True}]}
    assert document.line("b", 1, "c") == 4
    assert document.line("b", 1, "missing") == 4
    assert document.line("nothing") == 1


def test_a_key_written_twice_is_told_with_both_lines():
    document = parse("a: 1\nb: 2\na: 3\n", "x.yml")
    assert document.data["a"] == 1
    (problem,) = document.problems
    assert (problem.code, problem.line) == ("P102", 3)
    assert "第 1 行" in problem.what


def test_a_bare_date_is_told_and_a_quoted_one_is_not():
    assert codes("a: 2026-11-23\n") == ["P103"]
    assert codes('a: "2026-11-23"\n') == []


def test_broken_yaml_gives_the_line():
    (problem,) = parse("a: 1\nb: [1, 2\nc: 3\n", "x.yml").problems
    assert problem.code == "P101"
    assert problem.line >= 2


def test_anchors_and_merges_are_followed():
    text = "base: &m {tone: warm, n: 1}\nuse: *m\nown:\n  <<: *m\n  n: 2\n"
    document = parse(text, "x.yml")
    assert document.problems == []
    assert document.data["use"] == {"tone": "warm", "n": 1}
    assert document.data["own"] == {"tone": "warm", "n": 2}


def test_strange_tags_are_told_and_never_run():
    assert codes("a: !!python/object/apply:os.system ['true']\n") in (["P105"], [])
    assert parse("a: !strange 1\n", "x.yml").problems[0].code == "P105"


def test_a_missing_file_and_a_wrong_encoding_are_problems_not_crashes(tmp_path):
    assert read(tmp_path / "none.yml").problems[0].code == "P100"
    (tmp_path / "gbk.yml").write_bytes("a: 银行".encode("gbk"))
    assert "UTF-8" in read(tmp_path / "gbk.yml").problems[0].what


def test_the_reader_collects_all_problems_before_it_raises():
    reader = Reader(parse("schema: x/1\na: 5\nb: []\nd: 2026\nz: 1\n", "x.yml"), "x/2")
    reader.text("a")
    reader.text("missing")
    reader.texts("b", low=1)
    reader.day("d")
    reader.only(("schema", "a", "b", "d"))
    with pytest.raises(ContentError) as caught:
        reader.finish()
    found = {problem.code for problem in caught.value.problems}
    assert found == {"P104", "P105", "P108", "P109", "P110"}
    assert "x.yml:2" in str(caught.value)


@pytest.mark.parametrize("text", ["", "- a\n", "just words\n"])
def test_a_file_of_the_wrong_kind_is_told(text):
    reader = Reader(parse(text, "x.yml"))
    assert reader.problems
    assert reader.text("a") == ""


def test_numbers_choices_and_limits():
    reader = Reader(parse("n: 7\nb: true\nw: 春\nlong: 一二三四五\nm: 3\n", "x.yml"))
    assert reader.whole("n", low=1, high=9) == 7
    assert reader.one_of(("春", "秋"), "w") == "春"
    assert not reader.problems
    reader.whole("b")
    reader.whole("n", high=5)
    reader.one_of(("秋",), "w")
    reader.text("long", max_chars=4)
    reader.mapping("m")
    reader.items("m")
    assert [p.code for p in reader.problems] == ["P105", "P105", "P110", "P107", "P105", "P105"]


def test_a_problem_reads_as_one_chinese_line():
    problem = Problem("a.yml", 3, "P104", "refusals.promise", "缺少「promise」", "补上这一项。")
    assert str(problem) == "[P104] a.yml:3 refusals.promise：缺少「promise」 → 补上这一项。"
    assert problem.as_dict()["line"] == 3
    assert dotted(("bad", 2, "why")) == "bad[2].why"
