"""How fast the compliance guard is, beside a plain loop over the same patterns in the same run.

`python bench/guard.py [--messages 200] [--repeats 5] [--json]`. Messages of 200 characters are cut from the project's
own answers: as they are (nothing fires) and with one sentence of the corpus that must be refused. The plain loop asks
every compiled pattern of the rule set one after the other and decides nothing. Cold start: a copy of the package
without byte code, cache or environment, as on a fresh clone. Warm: with what `mascot train` keeps in build/ and the byte code
that the first start leaves.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from persona.compliance import Guard  # noqa: E402
from persona.compliance.normalise import normalise  # noqa: E402
from persona.compliance.rules import HERE, keep  # noqa: E402

LENGTH = 200
SIZES = (2_000, 5_000, 10_000, 20_000, 50_000, 100_000)
_PLACE = re.compile(r"\{[a-z_0-9]+\}")
_LOAD = (
    "import time; a = time.perf_counter(); from persona.compliance import Guard; b = time.perf_counter(); "
    "g = Guard.load(); c = time.perf_counter(); g.review('还款日在账单第一行。'); print(b - a, c - b, time.perf_counter() - c)"
)


def answers() -> list[str]:
    """Every answer of the project, placeholders taken out, in one line."""
    found = set()
    for path in sorted((ROOT / "data").rglob("*.yml")):
        data = yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader) or {}
        for variants in (data.get("responses") or {}).values():
            for one in variants or []:
                found.add(_PLACE.sub("", str(one.get("text") or "")).replace("\n", ""))
    return sorted(text for text in found if len(text) > 20)


def violations() -> list[str]:
    rows = yaml.load((HERE / "corpus" / "base.yml").read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)["refuse"]
    return [text.replace("\n", "") for text in rows if len(text) <= 60]


def messages(guard: Guard, count: int, firing: bool) -> list[str]:
    """Texts of exactly LENGTH characters on which something fires, or nothing does."""
    rng, said, bad, out = random.Random(11), answers(), violations(), []
    while len(out) < count:
        text = "".join(rng.choice(said) for _ in range(8))
        if firing:
            one = rng.choice(bad)
            text = text[: rng.randint(0, LENGTH - len(one) - 1)] + "。" + one + "。" + text
        text = text[:LENGTH]
        if guard.review(text).allowed != firing:
            out.append(text)
    return out


def clock(job: Callable[[str], Any], texts: list[str], repeats: int) -> list[float]:
    """For each text the fastest of some runs, in milliseconds."""
    best = [float("inf")] * len(texts)
    for _ in range(repeats):
        for n, text in enumerate(texts):
            began = time.perf_counter()
            job(text)
            best[n] = min(best[n], (time.perf_counter() - began) * 1000)
    return sorted(best)


def growth(guard: Guard, repeats: int) -> list[tuple[int, float]]:
    """Milliseconds for long texts that are like real ones: answers one after the other."""
    said = "。".join(random.Random(5).sample(answers(), 400))
    said *= max(SIZES) // len(said) + 1
    return [(size, clock(guard.review, [said[:size]], repeats)[0]) for size in SIZES]


def start(fresh: bool, code: str) -> tuple[float, float, float]:
    """Seconds for the import, the load and the first review in a new process; `code`: where byte code is kept, unless it is a fresh clone."""
    with tempfile.TemporaryDirectory() as folder:
        where = ROOT
        if fresh:
            where = Path(folder)
            (where / "persona").mkdir()
            for name in ("__init__.py", "institution.yml"):
                shutil.copy(ROOT / "persona" / name, where / "persona")
            for name in ("compliance", "products"):
                shutil.copytree(ROOT / "persona" / name, where / "persona" / name, ignore=shutil.ignore_patterns("__pycache__"))
        env = {**os.environ, "PYTHONPATH": str(where), "XDG_CACHE_HOME": folder, "MASCOT_CACHE": folder, "HOME": folder}
        if not fresh:
            env = {name: value for name, value in env.items() if name != "PYTHONDONTWRITEBYTECODE"} | {"PYTHONPYCACHEPREFIX": code}
        done = subprocess.run([sys.executable, "-c", _LOAD], cwd=where, env=env, capture_output=True, text=True, check=True)
    first, second, third = map(float, done.stdout.split())
    return first, second, third


def measure(count: int, repeats: int) -> dict[str, Any]:
    keep(HERE)
    with tempfile.TemporaryDirectory() as code:
        start(False, code)
        starts = {name: [start(fresh, code) for _ in range(repeats)] for name, fresh in (("cold", True), ("warm", False))}
    guard = Guard.load()
    compiled = [guard.patterns[i] for i in range(len(guard.patterns))]

    def loop(text: str) -> None:
        canonical = normalise(text).text
        for pattern in compiled:
            pattern.search(canonical)

    out: dict[str, Any] = {"ruleset": guard.ruleset, "rules": len(guard.rules), "patterns": len(compiled), "messages": {}}
    for name, firing in (("quiet", False), ("firing", True)):
        texts = messages(guard, count, firing)
        ours, plain = clock(guard.review, texts, repeats), clock(loop, texts, max(1, repeats // 2))
        out["messages"][name] = {
            "median": statistics.median(ours), "p95": ours[int(0.95 * len(ours))],
            "loop_median": statistics.median(plain), "loop_p95": plain[int(0.95 * len(plain))],
        }
    out["growth"] = growth(guard, max(1, repeats // 2))
    out["start"] = {
        name: [statistics.median(column) for column in zip(*runs, strict=True)] for name, runs in starts.items()
    }
    return out


def show(result: dict[str, Any]) -> None:
    print(f"规则 {result['rules']} 条，匹配式 {result['patterns']} 个，规则集 {result['ruleset']}\n")
    print(f"| {LENGTH} 字一条 | 守门 中位（毫秒） | 守门 p95 | 逐个匹配 中位 | 逐个匹配 p95 | 快几倍 |\n|---|---|---|---|---|---|")
    for key, name in (("quiet", "没有命中"), ("firing", "有命中")):
        row = result["messages"][key]
        print(f"| {name} | {row['median']:.3f} | {row['p95']:.3f} | {row['loop_median']:.2f} | {row['loop_p95']:.2f} "
              f"| {row['loop_median'] / row['median']:.1f} |")
    print("\n| 字数 | 毫秒 | 每千字毫秒 |\n|---|---|---|")
    for size, took in result["growth"]:
        print(f"| {size} | {took:.1f} | {took / size * 1000:.2f} |")
    print("\n| 启动（秒，中位） | import | Guard.load() | 合计 | 第一次审 |\n|---|---|---|---|---|")
    for key, name in (("cold", "新克隆第一次"), ("warm", "以后")):
        took = result["start"][key]
        print(f"| {name} | {took[0]:.3f} | {took[1]:.3f} | {took[0] + took[1]:.3f} | {took[2]:.3f} |")


def main(argv: list[str]) -> int:
    parser = argparse.ArgumentParser(description="合规守门的速度")
    parser.add_argument("--messages", type=int, default=200)
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--json", action="store_true")
    args = parser.parse_args(argv)
    result = measure(args.messages, args.repeats)
    print(json.dumps(result, ensure_ascii=False)) if args.json else show(result)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
