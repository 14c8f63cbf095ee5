"""docs/compliance.md says of every requirement who decides it: a rule file, or a person."""

from __future__ import annotations

import re
from pathlib import Path

from persona.compliance.copy_review import questions
from persona.compliance.rules import HERE

PAGE = Path(__file__).parents[3] / "docs" / "compliance.md"
NUMBERS = {
    "NM": range(1, 30), "AD": (9, 11, 13, 14, 25, 43, 44), "WM": range(1, 10), "FD": range(1, 11), "IN": range(1, 5), "LN": range(1, 6),
    "CC": range(1, 5), "DP": range(1, 7), "PP": range(1, 4), "SU": range(1, 6), "CP": range(1, 4), "PI": range(1, 5), "AF": (1, 2),
    "AI": range(1, 6), "MI": (1,), "GA": range(1, 7),
}
REQUIRED = {f"{prefix}-{number:02d}" for prefix, numbers in NUMBERS.items() for number in numbers} | {f"A{n}" for n in range(1, 9)}
FILES = {path.stem for path in (HERE / "rules").glob("*.yml")}
ID = re.compile(r"(?<![A-Z])[A-Z]{2}-\d{2}[a-z]?(?![0-9])")


def rows() -> list[list[str]]:
    text = PAGE.read_text("utf-8")
    table = text[text.index("| 编号 | 要求 | 规则 |"):]
    lines = table[:table.index("\n\n")].splitlines()[2:]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]


def test_every_requirement_has_exactly_one_row() -> None:
    named = [row[0] for row in rows()]
    assert len(named) == len(set(named))
    assert set(named) >= REQUIRED, REQUIRED - set(named)


def test_every_rule_file_is_named_and_every_named_file_is_there() -> None:
    named = {rule for row in rows() for rule in ID.findall(row[2])}
    assert named - FILES - {"NM-18"} == set()  # NM-18 is no file: it is what 「关闭个性化推荐」 does
    assert named >= FILES, FILES - named


def test_what_no_rule_decides_has_somebody_who_does() -> None:
    for row in rows():
        assert len(row) == 4 and row[1], row
        assert row[2] != "—" or row[3] != "—", row


def test_a_person_is_asked_little() -> None:
    assert questions()["any"] and all(1 <= len(asked) <= 2 for asked in questions().values())
