"""Bars by day as inline SVG, drawn from figures alone: no script, no font, no file from elsewhere."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

WIDTH, HEIGHT, LEFT, BOTTOM, TOP = 340, 150, 34, 24, 16
LABELS = 7  # days that are named below at most


def bars(title: str, days: Sequence[str], values: Sequence[float | None], unit: str = "", colour: str = "a") -> str:
    """One bar a day. None: there was nothing to count that day. colour: a class of the page's style."""
    if not any(values):
        why = "这几天没有数。" if all(value is None for value in values) else "这几天都是 0。"
        return f'<figure><figcaption>{escape(title)}</figcaption><p class="none">{why}</p></figure>'
    most = max((v for v in values if v is not None), default=0.0) or 1.0
    step = (WIDTH - LEFT - 6) / max(len(days), 1)
    floor = HEIGHT - BOTTOM
    told = "；".join(f"{day} {_number(v, unit)}" for day, v in zip(days, values, strict=True))
    body = [f'<line x1="{LEFT}" y1="{floor}" x2="{WIDTH - 6}" y2="{floor}" class="axis"/>',
            f'<text x="{LEFT - 5}" y="{TOP + 4}" text-anchor="end">{_number(most, unit)}</text>',
            f'<text x="{LEFT - 5}" y="{floor}" text-anchor="end">0</text>']
    every = -(-len(days) // LABELS) or 1
    for n, (day, value) in enumerate(zip(days, values, strict=True)):
        x = LEFT + n * step
        if value:
            height = round(value / most * (floor - TOP), 1)
            body.append(f'<rect x="{x + step * .15:.1f}" y="{floor - height:.1f}" width="{step * .7:.1f}" height="{height}" class="{colour}">'
                        f"<title>{day} {_number(value, unit)}</title></rect>")
        if n % every == (len(days) - 1) % every:
            body.append(f'<text x="{x + step / 2:.1f}" y="{HEIGHT - 8}" text-anchor="middle">{day}</text>')
    name = escape(f"{title}：{told}")
    return f'<figure><figcaption>{escape(title)}</figcaption><svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{name}">{"".join(body)}</svg></figure>'


def _number(value: float | None, unit: str) -> str:
    if value is None:
        return "没有数"
    return f"{value:.0%}" if unit == "%" else f"{value:g}{unit}"
