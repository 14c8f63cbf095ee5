"""`mascot lint`: every problem of the content in one pass, with file, line and how to mend it, in Chinese."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path

from persona import columns, leisure_checks
from persona.compliance import Context, Guard
from persona.compliance.rules import RuleError
from persona.content import Content, check, load_content
from persona.errors import ContentError, Problem, RenderError
from persona.figures import Figures, load_figures
from persona.institution import Institution, load_institution
from persona.mascot import Mascot, load_mascots
from persona.products import load_products
from persona.voice import Voice

CLEAN, FOUND, BAD_CALL = 0, 1, 2


def _spoken(
    content: Content, institution: Institution, figures: Figures, mascots: dict[str, Mascot]
) -> list[Problem]:
    """The guard's findings on every answer as the default mascot would say it, disclosures included."""
    guard, voice = Guard.load(), Voice(mascots, institution, figures)
    today = institution.today()
    problems: list[Problem] = []
    for response in (r for variations in content.responses.values() for r in variations):
        meta = response.metadata
        if not response.text or meta.get("values"):
            continue
        speaker = response.mascot or institution.mascot
        try:
            text = voice.render(
                response.text, mascot=speaker if speaker in mascots else institution.mascot,
                tone=str(meta.get("tone") or "warm"), sober=bool(meta.get("sober")), seed=0,
                disclosures=tuple(meta.get("disclosures") or ()), today=today,
            )
        except RenderError as problem:
            problems.append(Problem(response.file, response.line, "C301", response.name, str(problem), "改占位符或补上数字"))
            continue
        decision = guard.review(text, Context(tone=str(meta.get("tone") or "warm"), now=today))
        if decision.verdict == "allow":
            continue
        for finding in decision.findings:
            what = f"{finding.rule}「{finding.text}」：{finding.message}"
            problems.append(Problem(response.file, response.line, "C401", response.name, what, finding.fix))
        for missing in decision.missing:
            problems.append(
                Problem(response.file, response.line, "C402", response.name, f"缺披露 {missing}", f"在 metadata.disclosures 里加 {missing}")
            )
    return problems


def problems_in(root: Path) -> list[Problem]:
    """All problems of the project in `root`, sorted by file and line."""
    try:
        institution, figures, mascots = load_institution(), load_figures(), load_mascots()
        load_products()
        content = load_content(root)
    except ContentError as error:
        return error.problems
    found = list(check(content, institution, figures, mascots=mascots))
    places = {(p.file, p.line) for p in found}
    spoken = _spoken(content, institution, figures, dict(mascots))
    # What cannot be rendered has its cause among the findings already, as a rule.
    return sorted({*found, *(p for p in spoken if p.code != "C301" or (p.file, p.line) not in places)})


def _due() -> list[str]:
    """Figures to be reviewed and columns that run out within 30 days: reminders, not findings."""
    try:
        figures, mascots, today = load_figures(), load_mascots(), load_institution().today()
    except ContentError:
        return []
    ageing = [f"提醒：figures.yml 的 {f.name} 要在 {f.review_by} 前复核。" for f in figures.due(today)]
    return ageing + leisure_checks.due(load_content(columns.FOLDER), mascots, today)


def main(argv: Sequence[str]) -> int:
    """Run the command; exit 0 clean, 1 findings, 2 bad call."""
    ap = argparse.ArgumentParser(prog="mascot lint", description="检查内容：写法、占位符、披露、合规。")
    ap.add_argument("paths", nargs="*", help="只看这些文件或文件夹（默认整个项目）")
    ap.add_argument("--format", choices=("text", "json"), default="text")
    args = ap.parse_args(argv)
    wanted = [Path(p).resolve() for p in args.paths]
    missing = [p for p in wanted if not p.exists()]
    if missing:
        print(f"没有这个文件：{missing[0]}", file=sys.stderr)
        return BAD_CALL
    try:
        everything = problems_in(Path.cwd())
    except RuleError as broken:  # the guard cannot judge anything until its own rules are whole
        print(broken, file=sys.stderr)
        return FOUND
    found = [
        p for p in everything
        if not wanted or any(Path(p.file).resolve().is_relative_to(w) for w in wanted)
    ]
    if args.format == "json":
        print(json.dumps([p.as_dict() for p in found], ensure_ascii=False, indent=1))
    else:
        for problem in found:
            print(problem)
        print(f"{len(found)} 处要改。" if found else "没有要改的。")
        for reminder in _due():
            print(reminder)
    return FOUND if found else CLEAN
