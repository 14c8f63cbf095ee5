"""A report as text and as one HTML page."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from persona.evaluation.measure import WRONG_COST, Report
from persona.evaluation.pictures import histogram, reliability, trade

NAMES = {
    "in_scope": "题库内的句子",
    "right": "答对",
    "asked_back": "反问",
    "confidently_wrong": "有把握却答错",
    "outside": "不归这里答的句子",
    "kept_out": "挡住",
    "fraud": "诈骗句子",
    "alarm_recall": "诈骗报警",
    "false_alarm": "其余句子误报",
    "crisis": "求助句子",
    "crisis_found": "求助认出",
    "calibration_error": "校准误差",
}
BAR = 30
WEAKEST, PAIRS = 15, 15


def _number(value: float | int | None) -> str:
    if value is None:
        return "–"
    return str(value) if isinstance(value, int) else f"{value:.3f}"


def text(reports: Sequence[Report]) -> str:
    """All reports for a terminal."""
    return "\n\n".join(map(_one, reports))


def _one(report: Report) -> str:
    lines = [f"== {report.title}：{report.rows} 句 =="]
    lines += [f"  {NAMES[key]} {_number(value)}" for key, value in report.totals.items() if value is not None]
    weak = sorted((f for f in report.labels if f.recall is not None), key=lambda f: (f.recall or 0.0, f.label))[:WEAKEST]
    lines += ["", "最弱的标签（召回、精确、句数）"]
    lines += [f"  {_number(f.recall)}  {_number(f.precision)}  {f.rows:5}  {f.label}" for f in weak]
    if report.pairs:
        lines += ["", "最伤的混淆（应是 → 答成，句数，占比，例子）"]
        lines += [f"  {p.gold} → {p.said}  {p.count}  {p.share:.1%}  {' / '.join(p.examples)}" for p in report.pairs[:PAIRS]]
    most = max((b.right + b.wrong for b in report.bins), default=0) or 1
    lines += ["", "把握的分布（#：猜对，x：猜错）和真猜对的比例"]
    for b in report.bins:
        total = b.right + b.wrong
        bar = "#" * round(BAR * b.right / most) + "x" * round(BAR * b.wrong / most)
        lines.append(f"  {b.low:.1f}—{b.high:.1f}  {total:6}  {_number(b.right / total if total else None):>5}  {bar}")
    best = report.cheapest
    if best:
        lines += ["", f"答错算 {WRONG_COST:g} 次反问：门槛 {best.value:.2f} 代价最小（反问 {best.asked:.1%}，答错 {best.wrong:.1%}）"]
    return "\n".join(lines)


STYLE = """
:root{color-scheme:light dark}body{font:15px/1.6 system-ui,sans-serif;max-width:1020px;margin:2em auto;padding:0 1em}
h1{font-size:1.4em}h2{font-size:1.2em;margin-top:2em}h3{font-size:1em;margin:1.4em 0 .4em}
.pictures{display:flex;flex-wrap:wrap;gap:1em}.pictures svg{width:480px;max-width:100%}svg text{font-size:11px;fill:currentColor}
.axis{stroke:currentColor;stroke-width:1}.ideal{stroke:currentColor;stroke-dasharray:4 4;opacity:.5}
table{border-collapse:collapse;width:100%}td,th{padding:.2em .6em;border-bottom:1px solid #8884;text-align:left;vertical-align:top}
td.n,th.n{text-align:right;font-variant-numeric:tabular-nums}.scroll{overflow-x:auto}
"""


def page(reports: Sequence[Report], made: str) -> str:
    """One HTML page that needs nothing else. `made`: when, by which command."""
    parts = [_section(report) for report in reports]
    return (
        '<!doctype html><html lang="zh-CN"><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
        f"<title>听懂多少</title><style>{STYLE}</style><h1>听懂多少</h1><p>{escape(made)}</p>{''.join(parts)}</html>\n"
    )


def _table(head: Sequence[str], rows: Sequence[Sequence[str]], numbers: int) -> str:
    """A table whose last `numbers` columns are figures."""
    first = len(head) - numbers

    def cells(tag: str, row: Sequence[str]) -> str:
        return "".join(f'<{tag}{" class=n" if i >= first else ""}>{escape(cell)}</{tag}>' for i, cell in enumerate(row))

    body = "".join(f"<tr>{cells('td', row)}</tr>" for row in rows)
    return f'<div class="scroll"><table><thead><tr>{cells("th", head)}</tr></thead><tbody>{body}</tbody></table></div>'


def _section(report: Report) -> str:
    totals = [(NAMES[key], _number(value)) for key, value in report.totals.items() if value is not None]
    labels = sorted(report.labels, key=lambda f: (1.0 if f.recall is None else f.recall, f.label))
    best = report.cheapest
    chosen = f"<p>答错算 {WRONG_COST:g} 次反问：门槛 {best.value:.2f} 代价最小，反问 {best.asked:.1%}，答错 {best.wrong:.1%}。</p>" if best else ""
    pairs = [[p.gold, p.said, " / ".join(p.examples), str(p.count), f"{p.share:.1%}"] for p in report.pairs]
    pictures = "".join(f"<div>{svg}</div>" for svg in (histogram(report.bins), reliability(report.bins), trade(report.thresholds)))
    return (
        f"<h2>{escape(report.title)}：{report.rows} 句</h2>{_table(('量', '值'), totals, 1)}"
        f'<h3>把握</h3><div class="pictures">{pictures}</div>{chosen}'
        f"<h3>最伤的混淆</h3>{_table(('应是', '答成', '例子', '句数', '占比'), pairs, 2)}"
        "<h3>每个标签</h3>"
        + _table(
            ("标签", "句数", "答对", "反问", "召回", "精确"),
            [[f.label, str(f.rows), str(f.right), str(f.asked), _number(f.recall), _number(f.precision)] for f in labels],
            5,
        )
    )
