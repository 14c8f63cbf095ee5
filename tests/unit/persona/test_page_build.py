"""What is served under /web/ was built from the sources beside it, and holds nothing that runs text or calls elsewhere."""

from __future__ import annotations

import hashlib
import json
import re
from pathlib import Path

ROOT = Path(__file__).parents[3]
SOURCES, BUILT = ROOT / "web", ROOT / "persona" / "web"
SUMS = json.loads((BUILT / "build.json").read_text("utf-8"))


def sums(folder: Path, names: list[str]) -> dict[str, str]:
    return {name: hashlib.sha256((folder / name).read_bytes()).hexdigest() for name in names}


def test_the_page_is_built_from_these_sources() -> None:
    present = sorted(str(f.relative_to(SOURCES)) for f in SOURCES.rglob("*") if f.is_file() and "node_modules" not in f.parts)
    assert sums(SOURCES, present) == SUMS["sources"], "web/ 改了：cd web && npm ci --ignore-scripts && npm run build"


def test_nothing_built_was_changed_by_hand() -> None:
    assert sums(BUILT, sorted(f.name for f in BUILT.iterdir() if f.name != "build.json")) == SUMS["built"]


def test_the_page_names_no_other_host_and_evaluates_no_text() -> None:
    allowed = {"www.w3.org", "reactjs.org"}  # names of vocabularies; a page with explanations of React's errors
    for file in BUILT.iterdir():
        if file.suffix in (".js", ".css", ".html"):
            text = file.read_text("utf-8")
            assert set(re.findall(r"(?:https?:)?//([a-z0-9-]+(?:\.[a-z0-9-]+)+)", text)) <= allowed, file
            assert not re.search(r"\bnew Function\b|(?<![\w.])eval\(|@import|@font-face", text), file


def test_our_own_sources_put_in_text_as_text() -> None:
    for file in (SOURCES / "src").glob("*.js*"):
        assert not re.search(r"innerHTML|outerHTML|insertAdjacentHTML|dangerouslySetInnerHTML|document\.write", file.read_text("utf-8")), file


def test_no_inline_script_or_style_stands_in_a_page() -> None:
    for file in BUILT.glob("*.html"):
        text = file.read_text("utf-8")
        assert not re.search(r"<style|\sstyle=|\son[a-z]+=|<script(?![^>]*\ssrc=)", text), file


def test_the_licences_of_what_is_built_in_are_served_with_it() -> None:
    notice = (BUILT / "THIRD-PARTY.txt").read_text("utf-8")
    for package in json.loads((SOURCES / "package.json").read_text("utf-8"))["dependencies"]:
        assert f"---- {package} " in notice


def test_the_lock_file_pins_every_package_and_names_no_registry() -> None:
    lock = json.loads((SOURCES / "package-lock.json").read_text("utf-8"))
    packages = {k: v for k, v in lock["packages"].items() if k}
    assert packages and all(v.get("integrity", "").startswith("sha512-") and "resolved" not in v for v in packages.values())
