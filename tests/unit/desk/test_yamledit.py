"""One entry changes; every other character of the file stays, so that `git diff` shows only what was done."""

from __future__ import annotations

import difflib
import json
from pathlib import Path

import pytest
import yaml

from persona.yamledit import EditError, add_example, drop, put, put_items, save, unanchored

FILE = '''# 开头的说明
version: "3.1"
responses:
  utter_x:
  # 为什么这么写
  - text: 'it''s'   # 行尾
    metadata: &shared
      tone: warm
      reviewed: "2026-01-01"  # 复核
    # 后面的话
  - text: "二"
    metadata: *shared
  - text: >-
      三
    metadata: {tone: warm, approval: {id: "A-1", by: '甲', until: "2026-12-31"}}
  - text: "四😀"
    metadata:
      tone: plain
      approval:
        id: A-2   # 编号
        by: 甲

# 结尾
'''
ENTRY = {"id": "A-9", "by": "周既明", "until": "2027-01-31"}


def way(number: int) -> tuple[str | int, ...]:
    return ("responses", "utter_x", number, "metadata")


def diff(after: str, before: str = FILE) -> list[str]:
    """Added and removed lines."""
    lines = difflib.unified_diff(before.splitlines(), after.splitlines(), n=0, lineterm="")
    return [line for line in lines if line[:1] in "+-" and line[:3] not in ("+++", "---")]


def held(text: str, number: int) -> object:
    return yaml.safe_load(text)["responses"]["utter_x"][number]["metadata"]["approval"]


def test_an_approval_is_added_below_the_last_key() -> None:
    after = put(FILE.replace("*shared", "{}"), way(0), "approval", ENTRY)
    assert diff(after, FILE.replace("*shared", "{}")) == ['+      approval: {id: A-9, by: 周既明, until: "2027-01-31"}']


def test_what_is_shared_by_name_is_not_changed_for_others() -> None:
    with pytest.raises(EditError, match="shared"):
        put(FILE, way(0), "approval", ENTRY)
    after = put(FILE, way(1), "approval", ENTRY)
    assert diff(after) == ["-    metadata: *shared", "+    metadata:", "+      <<: *shared",
                           '+      approval: {id: A-9, by: 周既明, until: "2027-01-31"}']
    assert held(after, 1) == ENTRY and yaml.safe_load(after)["responses"]["utter_x"][1]["metadata"]["tone"] == "warm"


def test_an_old_approval_is_changed_in_its_own_style() -> None:
    after = put(FILE, way(2), "approval", ENTRY)
    assert diff(after)[1] == "+    metadata: {tone: warm, approval: {id: \"A-9\", by: '周既明', until: \"2027-01-31\"}}"
    after = put(FILE, way(3), "approval", ENTRY)
    assert diff(after) == ["-        id: A-2   # 编号", "-        by: 甲", "+        id: A-9   # 编号", "+        by: 周既明",
                           '+        until: "2027-01-31"']
    assert held(after, 2 + 1) == ENTRY


def test_what_an_entry_no_longer_has_goes() -> None:
    assert held(put(FILE, way(2), "approval", {"id": "A-3"}), 2) == {"id": "A-3"}
    assert held(put(FILE, way(3), "approval", {"by": "乙"}), 3) == {"by": "乙"}


SWITCHES = '''schema: s
# 下架
withdraw: {}   # 空的
# 公告
notice:
  # 说明
  a: {text: x}
'''


def test_an_entry_put_in_and_taken_out_leaves_the_file_as_it_was() -> None:
    one = put(SWITCHES, ("withdraw",), "utter_faq/a", {"reason": "写错: 了 #1", "topics": ["loan", "on"]})
    two = put(one, ("withdraw",), "utter_faq/b", {"reason": "二"})
    assert yaml.safe_load(two)["withdraw"] == {"utter_faq/a": {"reason": "写错: 了 #1", "topics": ["loan", "on"]}, "utter_faq/b": {"reason": "二"}}
    assert drop(two, ("withdraw",), "utter_faq/b") == one
    assert drop(one, ("withdraw",), "utter_faq/a") == SWITCHES
    assert yaml.safe_load(drop(SWITCHES, ("notice",), "a"))["notice"] == {} and "# 说明" in drop(SWITCHES, ("notice",), "a")


@pytest.mark.parametrize("value", ["是", "yes", "3.5%", "a: b", "#x", "「引」", '双"引', "换\n行", "\\", "", " 空 ", "2026-11-24", "1e3", "0x1", "- a", "@x", "null"])
def test_any_text_is_read_back_as_it_was_put(value: str) -> None:
    assert yaml.safe_load(put(SWITCHES, ("withdraw",), "k", {"v": value}))["withdraw"]["k"]["v"] == value
    assert held(put(FILE, way(2), "approval", {"id": "A-1", "by": value}), 2)["by"] == value  # type: ignore[index]


def test_what_is_not_there_is_said(tmp_path: Path) -> None:
    for call in (lambda: drop(SWITCHES, ("withdraw",), "x"), lambda: put(SWITCHES, ("nothing",), "x", "y"), lambda: put("a: [", (), "x", "y")):
        with pytest.raises(EditError):
            call()


def test_a_file_that_changed_meanwhile_is_not_overwritten(tmp_path: Path) -> None:
    file = tmp_path / "live.yml"
    file.write_text(SWITCHES, encoding="utf-8")
    save(file, SWITCHES, SWITCHES + "# 一\n")
    with pytest.raises(EditError, match="改过"):
        save(file, SWITCHES, SWITCHES + "# 二\n")
    assert file.read_text(encoding="utf-8") == SWITCHES + "# 一\n"
    assert [p.name for p in tmp_path.iterdir()] == ["live.yml"]


LISTS = '''responses:
  utter_a:
  - text: "一"
    buttons: &more   # 三个
    # 先问这个
    - {title: 甲, payload: /a}
    - title: '乙'   # 常按
      payload: /b
    metadata: &plain
      tone: warm  # 暖
      disclosures: [D-1]
  - text: "二"
    buttons: *more
    metadata: *plain
  utter_b:
  - text: "三"
    metadata: *plain
nlu:
- intent: faq/a
  examples: |
    - 甲怎么办
    - 甲多少钱

# 后面还有
- intent: faq/b
  examples: |
    - 乙怎么办
'''
FIRST, SECOND = ("responses", "utter_a", 0), ("responses", "utter_a", 1)
A, B, C = {"title": "甲", "payload": "/a"}, {"title": "乙", "payload": "/b"}, {"title": "丙: 丁", "payload": "/c"}


def expected(way: tuple[str | int, ...], key: str, value: object, below: str = "") -> object:
    """What the file says when only this one thing has changed: nothing is shared in plain JSON."""
    data = json.loads(json.dumps(yaml.safe_load(LISTS)))
    holder = data[way[0]][way[1]][way[2]]
    (holder[below] if below else holder)[key] = value
    return data


@pytest.mark.parametrize("items", [[], [A], [B], [A, B, C], [C, B], [A, {"title": "乙二", "payload": "/b"}]])
@pytest.mark.parametrize("way", [FIRST, SECOND])
def test_a_list_changes_for_one_answer_alone_although_others_use_it_by_name(way: tuple[str | int, ...], items: list[dict[str, str]]) -> None:
    after = put_items(LISTS, way, "buttons", items)
    assert yaml.safe_load(after) == expected(way, "buttons", items)
    assert all(note in after for note in ("# 三个", "# 暖", "# 后面还有"))


def test_what_stays_of_a_list_stays_as_it_is_written() -> None:
    alone = LISTS.replace("    buttons: *more\n", "")
    after = put_items(alone, FIRST, "buttons", [A, {"title": "乙", "payload": "/bb"}])
    assert sorted(diff(after, alone)) == ["+      payload: /bb", "+    buttons:   # 三个", "-      payload: /b", "-    buttons: &more   # 三个"]


def test_an_entry_of_shared_metadata_changes_for_one_answer_alone() -> None:
    meta = (*FIRST, "metadata")
    after = put_items(unanchored(LISTS, meta), meta, "disclosures", ["D-1", "D-2"])
    assert yaml.safe_load(after) == expected(FIRST, "disclosures", ["D-1", "D-2"], "metadata")
    meta = (*SECOND, "metadata")
    after = put_items(LISTS, meta, "disclosures", [])
    assert yaml.safe_load(after) == expected(SECOND, "disclosures", [], "metadata")
    assert diff(after, LISTS)[0] == "-    metadata: *plain" and len(diff(after, LISTS)) == 4


def test_a_key_behind_an_alias_is_added_to_its_own_answer() -> None:
    after = put(LISTS, ("responses", "utter_b", 0), "channel", "rest")
    assert yaml.safe_load(after) == expected(("responses", "utter_b", 0), "channel", "rest")


def test_an_example_is_one_new_line_in_its_place() -> None:
    assert diff(add_example(LISTS, "faq/a", "甲 贵不贵"), LISTS) == ["+    - 甲 贵不贵"]
    assert yaml.safe_load(add_example(LISTS, "faq/a", "甲 贵不贵"))["nlu"][0]["examples"].split("\n")[2] == "- 甲 贵不贵"
    assert diff(add_example(LISTS, "faq/b", "乙呢"), LISTS) == ["+    - 乙呢"]
    with pytest.raises(EditError, match="faq/c"):
        add_example(LISTS, "faq/c", "丙呢")
