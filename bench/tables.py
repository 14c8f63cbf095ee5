"""Put a measured table between its marks in docs/quality.md."""

from __future__ import annotations

from pathlib import Path

PAGE = Path(__file__).parent.parent / "docs" / "quality.md"


def put(name: str, text: str, page: Path = PAGE) -> None:
    """Replace what stands between `<!-- name:start -->` and `<!-- name:end -->`; ValueError when a mark is missing."""
    start, end = f"<!-- {name}:start -->", f"<!-- {name}:end -->"
    before, found, rest = page.read_text("utf-8").partition(start)
    _, closed, after = rest.partition(end)
    if not found or not closed:
        raise ValueError(f"{page} 里没有 {start} 和 {end}。")
    page.write_text(f"{before}{start}\n{text}\n{end}{after}", "utf-8")
