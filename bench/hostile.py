"""Throws hostile messages at the guard: none may raise, none may take long, every finding must point into its text.

`python bench/hostile.py [--count 100000] [--seed 7]`. Exit 1 when anything was wrong.
"""

from __future__ import annotations

import argparse
import random
import sys
import time
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from persona.compliance import Context, Guard  # noqa: E402
from persona.compliance.model import CHANNELS, LOCKS, SPEAKERS, TONES  # noqa: E402
from persona.compliance.rules import HERE  # noqa: E402

PIECES = [
    "保本", "稳赚", "年化", "收益率", "理财", "基金", "贷款", "利率", "不", "没有", "骗", "「", "」", "『", "《", "》", "【", "】", "〔", "(",
    "\n", "\n\n", "\r\n", "\u2028", "，", "。", "？", "！", "；", "：", "、", "%", "％", "９９", "9" * 40, "1,000,000", "3.5", "{x}", "{", "}", "[", "\\",
    "http://", "https://a.b.c.d.e.f/", "www.", "a@b", "x" * 60, "-" * 30, "." * 30, "a.b-c." * 8, "13812345678", "400-800-1234", "95588",
    "\u200b", "\u2060", "\u202e", "\ufeff", "\u00ad", "\u0301" * 5, "\ud800", "\udfff", "\x00", "\x1b[31m", "\U0001f4b0", "👨‍👩‍👧", "\U000e0041", "\ufffd", "ﷺ",
    "𝓫𝓪𝓸本", "穩賺不賠", "ＡＢＣ", "①②③", "㊙", "٣٤", "१२", " ", "\u3000", "\t", "*", "稳，赚，不，赔", "^", "$", "<数>", "…8", "<script>", "' OR 1=1", "null",
]


def sentences() -> list[str]:
    found = []
    for path in sorted((HERE / "corpus").glob("*.yml")):
        sides = yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
        found += [*sides["refuse"], *sides["allow"]]
    return found


def message(rng: random.Random, known: list[str]) -> str:
    """Pieces thrown together, a sentence torn apart, noise of any code point, or one piece many times."""
    kind = rng.random()
    if kind < 0.4:
        return "".join(rng.choice(PIECES) for _ in range(rng.randint(0, 30)))
    if kind < 0.7:
        text = list(rng.choice(known))
        for _ in range(rng.randint(1, 6)):
            text.insert(rng.randint(0, len(text)), rng.choice(PIECES))
        return "".join(text)
    if kind < 0.9:
        return "".join(chr(rng.choice((rng.randint(0, 0x2FF), rng.randint(0x2000, 0x33FF), rng.randint(0x4E00, 0x9FFF), rng.randint(0, 0x10FFFF))))
                       for _ in range(rng.randint(0, 120)))
    return (rng.choice(PIECES) + rng.choice(PIECES)) * rng.randint(1, 80)


def context(rng: random.Random) -> Context:
    return Context(
        channel=rng.choice(CHANNELS), speaker=rng.choice(SPEAKERS), lock=rng.choice(LOCKS), tone=rng.choice((None, *TONES)),
        asked=rng.choice((None, frozenset[str](), frozenset({"wealth"}))), campaign=rng.random() < 0.2, consent=rng.choice((None, True, False)),
        opted_out=rng.random() < 0.1, flow=rng.choice((None, "loan")), minor=rng.random() < 0.1,
    )


def run(guard: Guard, count: int, seed: int) -> tuple[list[str], float]:
    """What went wrong, and the longest time for a message in milliseconds."""
    rng, known, wrong, longest = random.Random(seed), sentences(), [], 0.0
    for _ in range(count):
        text, where, scope = message(rng, known), context(rng), rng.choice(("full", "wording"))
        began = time.perf_counter()
        decision = guard.review(text, where, scope)
        longest = max(longest, (time.perf_counter() - began) * 1000)
        if decision.reason == "error":
            wrong.append(f"{decision.findings[0].message}：{text!r}")
        elif (decision.verdict == "refuse") != bool(decision.findings):
            wrong.append(f"结论和理由对不上：{text!r}")
        elif any(text[f.start:f.end] != f.text for f in decision.findings):
            wrong.append(f"位置不对：{text!r}")
    return wrong, longest


def main(argv: list[str]) -> int:
    parser = argparse.ArgumentParser(description="用恶意输入试合规守门")
    parser.add_argument("--count", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=7)
    args = parser.parse_args(argv)
    guard = Guard.load()
    for i in range(len(guard.patterns)):
        guard.patterns[i]
    began = time.perf_counter()
    wrong, longest = run(guard, args.count, args.seed)
    took = time.perf_counter() - began
    for one in wrong[:20]:
        print(one)
    print(f"{args.count} 条恶意输入：出错 {len(wrong)} 条；{took:.1f} 秒，平均 {took / max(args.count, 1) * 1000:.2f} 毫秒，最慢 {longest:.1f} 毫秒；"
          f"规则集 {guard.ruleset}，种子 {args.seed}。")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
