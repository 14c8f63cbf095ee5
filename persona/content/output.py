"""Findings for people, for programs (JSON) and for code hosts (SARIF 2.1.0)."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from persona.content.codes import CODES, is_warning
from persona.errors import Problem

SARIF_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"


def count(problems: Sequence[Problem]) -> str:
    """The last line: how much is to be done."""
    warnings = sum(is_warning(problem.code) for problem in problems)
    errors = len(problems) - warnings
    parts = [f"{errors} 处要改" if errors else "没有要改的"]
    if warnings:
        parts.append(f"{warnings} 处提醒")
    return "，".join(parts) + "。"


def text(problems: Sequence[Problem]) -> str:
    """One finding a line; under the first of each kind, why it matters."""
    lines: list[str] = []
    told: set[str] = set()
    for problem in problems:
        lines.append(f"{problem}{'（提醒）' if is_warning(problem.code) else ''}")
        if problem.code in CODES and problem.code not in told:
            lines.append(f"       为什么：{CODES[problem.code].why}")
            told.add(problem.code)
    return "\n".join([*lines, count(problems)])


def plain(problem: Problem) -> dict[str, Any]:
    """One finding as an object."""
    code = CODES.get(problem.code)
    return {**problem.as_dict(), "level": "warning" if is_warning(problem.code) else "error", "why": code.why if code else ""}


def as_json(problems: Sequence[Problem]) -> str:
    """A list of objects."""
    return json.dumps([plain(problem) for problem in problems], ensure_ascii=False, indent=1)


def sarif(problems: Sequence[Problem], version: str) -> str:
    """One run with its rules and results."""
    used = sorted({problem.code for problem in problems})
    rules = [{
        "id": code, "shortDescription": {"text": CODES[code].title}, "fullDescription": {"text": CODES[code].why},
        "defaultConfiguration": {"level": CODES[code].level},
    } for code in used if code in CODES]
    results = []
    for problem in problems:
        region: dict[str, Any] = {"startLine": max(problem.line, 1)}
        if problem.column:
            region["startColumn"] = problem.column
            if problem.text and "\n" not in problem.text:
                region["endColumn"] = problem.column + len(problem.text)
        results.append({
            "ruleId": problem.code, "level": "warning" if is_warning(problem.code) else "error",
            "message": {"text": f"{problem.what} → {problem.fix}"},
            "locations": [{"physicalLocation": {"artifactLocation": {"uri": problem.file}, "region": region}}],
        })
    run = {"tool": {"driver": {"name": "mascot lint", "version": version, "rules": rules}},
           "columnKind": "unicodeCodePoints", "results": results}
    return json.dumps({"$schema": SARIF_SCHEMA, "version": "2.1.0", "runs": [run]}, ensure_ascii=False, indent=1)
