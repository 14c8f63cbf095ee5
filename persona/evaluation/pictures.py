"""Pictures as inline SVG, drawn from figures alone: no script, no font, no file from elsewhere."""

from __future__ import annotations

from collections.abc import Sequence

from persona.evaluation.measure import Bin, Threshold

WIDTH, HEIGHT, LEFT, BOTTOM, TOP = 460, 260, 44, 34, 14
RIGHT_COLOUR, WRONG_COLOUR, LINE_COLOUR = "#3b7a57", "#c0563f", "#2f5d8a"


def _x(value: float) -> float:
    return round(LEFT + value * (WIDTH - LEFT - 10), 1)


def _y(share: float) -> float:
    return round(HEIGHT - BOTTOM - share * (HEIGHT - BOTTOM - TOP), 1)


def _frame(title: str, body: list[str], top: str, below: str) -> str:
    axes = [
        f'<line x1="{LEFT}" y1="{_y(0)}" x2="{WIDTH - 10}" y2="{_y(0)}" class="axis"/>',
        f'<line x1="{LEFT}" y1="{_y(0)}" x2="{LEFT}" y2="{TOP}" class="axis"/>',
        f'<text x="{LEFT - 6}" y="{_y(1) + 4}" text-anchor="end">{top}</text>',
        f'<text x="{LEFT - 6}" y="{_y(0)}" text-anchor="end">0</text>',
        f'<text x="{(LEFT + WIDTH) // 2}" y="{HEIGHT - 4}" text-anchor="middle">{below}</text>',
        *(f'<text x="{_x(v / 10)}" y="{_y(0) + 14}" text-anchor="middle">{v / 10:g}</text>' for v in range(0, 11, 2)),
    ]
    return f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{title}"><title>{title}</title>{"".join(axes + body)}</svg>'


def histogram(bins: Sequence[Bin]) -> str:
    """How many sentences have which highest probability, right and wrong ones on top of each other."""
    most = max((b.right + b.wrong for b in bins), default=0) or 1
    body = []
    for b in bins:
        left, width = _x(b.low) + 1, _x(b.high) - _x(b.low) - 2
        wrong, both = _y(b.wrong / most), _y((b.right + b.wrong) / most)
        tip = f"<title>{b.low:g}—{b.high:g}：对 {b.right}，错 {b.wrong}</title>"
        body.append(f'<rect x="{left}" y="{both}" width="{width}" height="{round(wrong - both, 1)}" fill="{RIGHT_COLOUR}">{tip}</rect>')
        body.append(f'<rect x="{left}" y="{wrong}" width="{width}" height="{round(_y(0) - wrong, 1)}" fill="{WRONG_COLOUR}">{tip}</rect>')
    return _frame("把握的分布", body, str(most), "把握（绿：猜对，红：猜错）")


def reliability(bins: Sequence[Bin]) -> str:
    """Share that is right against probability; on the diagonal a probability means what it says."""
    points = [(b.mean, b.right / (b.right + b.wrong), b.right + b.wrong) for b in bins if b.mean is not None]
    body = [f'<line x1="{_x(0)}" y1="{_y(0)}" x2="{_x(1)}" y2="{_y(1)}" class="ideal"/>']
    body.append(_line([(x, y) for x, y, _ in points]))
    body += [f'<circle cx="{_x(x)}" cy="{_y(y)}" r="4" fill="{LINE_COLOUR}"><title>把握 {x:.2f}，对 {y:.2f}，{n} 句</title></circle>' for x, y, n in points]
    return _frame("可靠性曲线", body, "1", "把握；纵轴是真猜对的比例，虚线是理想")


def trade(thresholds: Sequence[Threshold]) -> str:
    """Asked back and wrong against the threshold."""
    most = max((max(t.asked, t.wrong) for t in thresholds), default=0) or 1
    body = [
        _line([(t.value, t.asked / most) for t in thresholds], LINE_COLOUR),
        _line([(t.value, t.wrong / most) for t in thresholds], WRONG_COLOUR),
    ]
    return _frame("门槛的取舍", body, f"{most:.0%}", "门槛（蓝：反问，红：答错）")


def _line(points: Sequence[tuple[float, float]], colour: str = LINE_COLOUR) -> str:
    joined = " ".join(f"{_x(x)},{_y(y)}" for x, y in points)
    return f'<polyline points="{joined}" fill="none" stroke="{colour}" stroke-width="2"/>'
