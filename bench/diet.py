"""Stock DIET (config.diet.yml) beside ours on one sample of the content: `python bench/diet.py [--write]`.

DIET on all content takes hours, so both learn the same sample: short examples of every FAQ topic and kind of fraud and of
"out of scope", as plain intents (no retrieval intents, no ResponseSelector: that would only cost stock more time). What is
asked is held out of both. The most likely label counts, without thresholds.
"""

from __future__ import annotations

import argparse
import json
import resource
import shutil
import subprocess
import sys
import time
from datetime import date
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from processes import environment
from projects import OUT, ROOT, dump, load
from tables import put

from persona.evaluation.rows import project_rows
from persona.nlu.features import Features
from persona.nlu.model import train

LEARNED, ASKED, LONGEST = 40, 10, 25
EPOCHS = 40
FOLDER = OUT / "diet"
Sample = dict[str, list[str]]


def sample() -> tuple[Sample, Sample]:
    """Sentences to learn and to ask, per label, spread over its files, always the same ones."""
    found: Sample = {}
    rows, _ = project_rows(ROOT)
    for row in rows:
        if row.label.startswith(("faq/", "scam/", "out_of_scope")) and len(row.text) <= LONGEST:
            found.setdefault(row.label, []).append(row.text)
    learned: Sample = {}
    asked: Sample = {}
    for label, texts in sorted(found.items()):
        count = min(len(texts), LEARNED + ASKED)
        spread = [texts[i * len(texts) // count] for i in range(count)]
        asked[label] = spread[::5][:ASKED]
        learned[label] = [t for t in spread if t not in asked[label]]
    return learned, asked


def cpu() -> float:
    """CPU seconds of this process and of its finished children."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(u.ru_utime + u.ru_stime for u in used)


def rasa(*args: str) -> float:
    """Run stock rasa in the scratch folder; CPU seconds."""
    before = cpu()
    with open(FOLDER / "rasa.log", "ab") as log:
        subprocess.run([sys.executable, "-m", "rasa", *args], cwd=FOLDER, env=environment(FOLDER), stdout=log, stderr=log, check=True)
    return cpu() - before


def nlu_file(path: Path, sentences: Sample) -> None:
    def block(label: str, texts: list[str]) -> dict[str, str]:
        return {"intent": label.replace("/", "+"), "examples": "".join(f"- {t}\n" for t in texts)}

    dump(path, {"version": "3.1", "nlu": [block(label, texts) for label, texts in sentences.items()]})


def stock(learned: Sample, asked: Sample, epochs: int) -> dict[str, Any]:
    shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir(parents=True)
    config = load(ROOT / "config.diet.yml")
    pipeline: list[dict[str, Any]] = []
    for component in config["pipeline"]:
        if component["name"] in ("ResponseSelector", "FallbackClassifier"):
            continue
        component = dict(component)
        if component["name"] == "SpacyNLP":
            component["model"] = str(ROOT / component["model"])
        if component["name"] == "DIETClassifier":
            component["epochs"] = epochs
        pipeline.append(component)
    dump(FOLDER / "config.yml", {**config, "pipeline": pipeline, "policies": []})
    nlu_file(FOLDER / "learned.yml", learned)
    nlu_file(FOLDER / "asked.yml", asked)
    started = time.monotonic()
    used = rasa("train", "nlu", "--config", "config.yml", "--nlu", "learned.yml", "--out", "models")
    wall = time.monotonic() - started
    rasa("test", "nlu", "--nlu", "asked.yml", "--model", "models", "--no-plot", "--out", "results")
    report = json.loads((FOLDER / "results" / "intent_report.json").read_text("utf-8"))
    # Where every row has a label and a prediction, scikit-learn writes accuracy instead of the micro average.
    accuracy = report.get("accuracy", (report.get("micro avg") or {}).get("f1-score"))
    return {"name": f"Rasa 原配置（DIET，{epochs} 轮）", "accuracy": accuracy, "f1": report["macro avg"]["f1-score"], "cpu": used, "wall": wall}


def ours(learned: Sample, asked: Sample) -> dict[str, Any]:
    from sklearn.metrics import f1_score

    before, started = cpu(), time.monotonic()
    features = Features.load()
    texts = [t for group in learned.values() for t in group]
    model = train(texts, [label for label, group in learned.items() for _ in group], features)
    used, wall = cpu() - before, time.monotonic() - started
    gold, said = [], []
    for label, group in asked.items():
        for text in group:
            p = model.probabilities(features(text))
            gold.append(label)
            said.append("" if p is None else model.labels[int(p.argmax())])
    accuracy = sum(g == s for g, s in zip(gold, said, strict=True)) / len(gold)
    f1 = f1_score(gold, said, average="macro", labels=sorted(asked))
    return {"name": "本项目（线性模型）", "accuracy": accuracy, "f1": float(f1), "cpu": used, "wall": wall}


def main() -> int:
    ap = argparse.ArgumentParser(description=__doc__)
    ap.add_argument("--epochs", type=int, default=EPOCHS)
    ap.add_argument("--write", action="store_true", help="put the table into docs/quality.md")
    args = ap.parse_args()
    learned, asked = sample()
    count = sum(map(len, learned.values()))
    results = [ours(learned, asked), stock(learned, asked, args.epochs)]
    lines = ["| 做法 | 准确率 | 宏平均 F1 | 训练 CPU 秒 | 训练墙钟秒 |", "|---|---:|---:|---:|---:|"]
    lines += [f"| {r['name']} | {r['accuracy']:.3f} | {r['f1']:.3f} | {r['cpu']:.0f} | {r['wall']:.0f} |" for r in results]
    head = (
        f"{date.today().isoformat()}，`python bench/diet.py`。抽样：{len(learned)} 个公开标签（FAQ、骗局、域外），每个最多 {LEARNED} 句、"
        f"{LONGEST} 字以内，共学 {count} 句，问 {sum(map(len, asked.values()))} 句没学过的；取最可能的标签，不设门槛。"
        "DIET 的时间含启动 Rasa，本项目只算训练本身。"
    )
    text = f"{head}\n\n" + "\n".join(lines)
    print(text)
    if args.write:
        put("diet", text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
