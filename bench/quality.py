"""Score the understanding and the guard on labelled sentences: `make eval EVAL=folder [WRITE=1]`.

The folder holds `score.py` and `dev/*.jsonl`; what is measured is exactly what `mascot parse` and `mascot review` print.
With `--write` the table stands in docs/quality.md between its marks.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from datetime import date
from pathlib import Path

ROOT = Path(__file__).parent.parent
SETS = (
    ("银行问题", "faq", "bank_questions", "parse"),
    ("诈骗文本", "scam", "fraud_texts", "parse"),
    ("正常消息", "scam", "fraud_benign_negatives", "parse"),
    ("闲聊和域外", "oos", "oos_chitchat", "parse"),
    ("营销句子", "guard", "marketing_sentences", "review"),
)
START, END = "<!-- eval:start -->", "<!-- eval:end -->"


def predict(command: str, rows: Path) -> str:
    extra = ["--scope", "wording"] if command == "review" else []
    done = subprocess.run(
        [sys.executable, "-m", "persona.cli", command, "--jsonl", str(rows), *extra, "--json"],
        capture_output=True, text=True, check=False, cwd=ROOT,
    )
    if done.returncode:
        raise SystemExit(done.stderr)
    return done.stdout


def score(folder: Path, kind: str, rows: Path, predictions: Path) -> dict[str, object]:
    done = subprocess.run(
        [sys.executable, str(folder / "score.py"), kind, str(rows), str(predictions)],
        capture_output=True, text=True, check=True,
    )
    return dict(json.loads(done.stdout))


def table(folder: Path, out: Path) -> str:
    lines = ["| 句子 | 条数 | 结果 |", "|---|---|---|"]
    for title, kind, name, command in SETS:
        rows = folder / "dev" / f"{name}.jsonl"
        if not rows.exists():
            continue
        predictions = out / f"{name}.jsonl"
        predictions.write_text(predict(command, rows), encoding="utf-8")
        result = score(folder, kind, rows, predictions)
        count = sum(1 for line in rows.read_text("utf-8").splitlines() if line.strip())
        shown = " · ".join(f"{k} {v}" for k, v in result.items())
        lines.append(f"| {title} | {count} | {shown} |")
        print(lines[-1], flush=True)
    return "\n".join(lines)


def main() -> int:
    ap = argparse.ArgumentParser(description=__doc__)
    ap.add_argument("folder", help="folder with score.py and dev/*.jsonl")
    ap.add_argument("--write", action="store_true", help="put the table into docs/quality.md")
    args = ap.parse_args()
    folder = Path(args.folder)
    if not (folder / "score.py").exists():
        print(f"{folder}/score.py 不存在；用 make eval EVAL=文件夹 指出带标注的句子在哪里。", file=sys.stderr)
        return 2
    out = ROOT / "bench" / "out"
    out.mkdir(parents=True, exist_ok=True)
    text = table(folder, out)
    if args.write:
        page = ROOT / "docs" / "quality.md"
        before, _, rest = page.read_text("utf-8").partition(START)
        _, _, after = rest.partition(END)
        head = f"{date.today().isoformat()}，`make eval`；这些句子是公开收集的真实句子，训练数据里没有。\n\n"
        page.write_text(f"{before}{START}\n{head}{text}\n{END}{after}", "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
