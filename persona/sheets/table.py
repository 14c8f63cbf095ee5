"""A sheet as it comes from Excel or WPS, and as it goes there: encodings, separators, headings, formulas."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from persona.textual import nearest

BOM = "\ufeff"
# key -> heading as exported, and what editors write instead
COLUMNS: Mapping[str, tuple[str, ...]] = {
    "name": ("名称", "回答名称"),
    "number": ("第几条", "变体", "序号"),
    "topic": ("话题", "主题", "意图"),
    "title": ("标题", "中文名"),
    "examples": ("问法", "例句", "问题", "顾客怎么问"),
    "text": ("回答", "答案", "答复", "正文"),
    "buttons": ("按钮",),
    "condition": ("条件",),
    "tone": ("语气",),
    "sober": ("严肃",),
    "category": ("类别", "产品类别"),
    "figures": ("数字",),
    "disclosures": ("披露", "提示"),
    "source": ("来源", "依据", "出处"),
    "reviewed": ("复核日期", "核对日期", "复核日"),
    "expires": ("到期日期", "有效期至", "到期日"),
    "author": ("作者",),
    "approval": ("批准",),
    "count": ("例句数",),
    "file": ("文件",),
    "note": ("备注", "说明"),
}
HEADING: Mapping[str, str] = {key: names[0] for key, names in COLUMNS.items()}
EXPORTED = tuple(key for key in COLUMNS if key not in ("examples", "note"))
_KEY = {name: key for key, names in COLUMNS.items() for name in names}
_RISKY = ("=", "+", "-", "@", "\t", "\r")  # a spreadsheet may run what begins like this


@dataclass(frozen=True, order=True)
class CellProblem:
    """What is wrong in a sheet. `row` counts as the spreadsheet does (the headings are row 1); 0: the sheet as a whole."""

    row: int
    column: str
    what: str
    fix: str

    def __str__(self) -> str:
        where = f"第 {self.row} 行" if self.row else "整张表"
        return f"{where}{f'「{self.column}」' if self.column else ''}：{self.what} → {self.fix}"


@dataclass(frozen=True)
class Row:
    """One line of the sheet: key of the column -> what stands there, stripped; columns that are missing are missing here."""

    number: int
    cells: Mapping[str, str]
    headings: Mapping[str, str] = field(default_factory=dict, compare=False, repr=False)

    def get(self, key: str) -> str:
        """The cell, "" when it is empty or the column is missing."""
        return self.cells.get(key, "")

    def problem(self, key: str, what: str, fix: str) -> CellProblem:
        """Something wrong in a cell, named by the heading the editor wrote."""
        return CellProblem(self.number, self.headings.get(key, HEADING.get(key, key)), what, fix)


@dataclass(frozen=True)
class Table:
    """A sheet that was read. `lossy`: its encoding has no signs for some characters (GBK has no emoji)."""

    rows: tuple[Row, ...]
    problems: tuple[CellProblem, ...]
    lossy: bool = False


def written(rows: Iterable[Mapping[str, str]]) -> str:
    """The sheet with its headings; Excel and WPS know it by the mark at its beginning."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow([HEADING[key] for key in EXPORTED])
    for row in rows:
        writer.writerow([_harmless(row.get(key, "")) for key in EXPORTED])
    return BOM + out.getvalue()


def _harmless(cell: str) -> str:
    return f"'{cell}" if cell.startswith(_RISKY) else cell


def read_table(raw: bytes) -> Table:
    """Read a sheet in UTF-8, UTF-16 or GBK, separated by commas, tabs or semicolons."""
    text, lossy, problem = _decoded(raw)
    if problem:
        return Table((), (problem,))
    text = text.removeprefix(BOM)
    first = next((line for line in text.splitlines() if line.strip()), "")
    if not first:
        return Table((), (CellProblem(0, "", "表是空的", "第一行写列名，例如 话题,问法,回答,按钮,来源,复核日期。"),))
    try:
        records = list(csv.reader(io.StringIO(text, newline=""), delimiter=_separator(first, text), strict=True))
    except csv.Error as error:
        return Table((), (CellProblem(0, "", f"引号没有配对，表读不下去（{error}）", "在 Excel 或 WPS 里打开，另存为 CSV 再来。"),))
    at = next(number for number, record in enumerate(records) if any(cell.strip() for cell in record))
    headings = [cell.strip(" \u3000\t" + BOM) for cell in records[at]]
    if any("，" in cell for cell in headings):
        headings = [cell.strip(" \u3000") for heading in headings for cell in heading.split("，")]
    keys, problems = _keys(headings, at + 1)
    rows = []
    for number, record in enumerate(records[at + 1:], at + 2):
        if not any(cell.strip() for cell in record):
            continue
        if len(record) > len(headings) and any(cell.strip() for cell in record[len(headings):]):
            problems.append(CellProblem(number, "", f"有 {len(record)} 格，列名只有 {len(headings)} 个", "格子里有逗号的，两边要有英文双引号；在 Excel 里另存为 CSV 会自动加上。"))
            continue
        row, wrong = _row(number, record, keys, headings)
        problems += wrong
        rows.append(row)
    if not rows and not problems:
        problems.append(CellProblem(0, "", "只有列名，没有内容", "从第二行起，一行一条。"))
    return Table(tuple(rows), tuple(problems), lossy)


def _decoded(raw: bytes) -> tuple[str, bool, CellProblem | None]:
    for mark, encoding in ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16")):
        if raw.startswith(mark):
            encodings: Sequence[str] = (encoding,)
            break
    else:
        encodings = ("utf-8", "gb18030")
    for encoding in encodings:
        try:
            return raw.decode(encoding), encoding == "gb18030", None
        except UnicodeDecodeError:
            continue
    return "", False, CellProblem(0, "", "认不出是什么编码", "另存为「CSV UTF-8（逗号分隔）」。xlsx 不是 CSV，也要先另存。")


def _separator(first: str, text: str) -> str:
    best = max(",\t;", key=first.count)
    if first.count(best) or "，" not in first:
        return best
    # The headings are separated by full-width commas; the rows perhaps as well.
    rows = [line for line in text.splitlines() if line.strip()][1:]
    return "," if any("," in row for row in rows) else "，"


def _keys(headings: Sequence[str], row: int) -> tuple[list[str], list[CellProblem]]:
    """The key of each column ("" where nobody reads it), and headings nobody knows."""
    keys: list[str] = []
    problems: list[CellProblem] = []
    for heading in headings:
        key = _KEY.get(heading.replace(" ", ""), "")
        if heading and not key:
            near = nearest(heading, _KEY, 0.5)
            problems.append(CellProblem(row, heading, "不认识的列名", f"是不是「{near}」？" if near else "可用：" + "、".join(HEADING.values()) + "。"))
        elif key and key in keys:
            problems.append(CellProblem(row, heading, "这一列写了两次", "留一列，删一列。"))
            key = ""
        keys.append(key)
    if not {"name", "topic"} & set(keys) and not problems:
        problems.append(CellProblem(row, "", "没有「话题」这一列", "加一列「话题」，写 faq/lost_card 的样子；从 mascot export --csv 来的表不要删「名称」。"))
    return keys, problems


def _row(number: int, record: Sequence[str], keys: Sequence[str], headings: Sequence[str]) -> tuple[Row, list[CellProblem]]:
    cells: dict[str, str] = {}
    problems = []
    for key, cell, heading in zip(keys, record, headings, strict=False):
        if not key:
            continue
        cell = cell.replace("\r\n", "\n").replace("\r", "\n").strip(" \t\n\u3000")
        if cell.startswith("="):
            problems.append(CellProblem(number, heading, f"这一格是公式：{cell[:20]}", "换成文字；Excel 里复制以后「只粘贴数值」。"))
            continue
        if cell.startswith("'") and cell[1:].startswith(_RISKY):
            cell = cell[1:]
        cells[key] = cell
    return Row(number, cells, dict(zip(keys, headings, strict=False))), problems
