"""Ways to build the classifier, compared by cross-validation on the project's own sentences:
`python bench/classifiers.py [--folds 3] [--every 1] [--only NAME …] [--write]`.

The most likely public label counts, without thresholds. `cpu` is one fit on the sentences of the training folds.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from projects import ROOT
from tables import put

from persona.evaluation.rows import blocks, project_rows
from persona.nlu import model as ours
from persona.nlu.features import Features, document_frequency
from persona.nlu.parser import public

HASHES = 2**17
VOTE = 0.2  # weight of the second voter
Fit = Callable[["Fold"], Any]


@dataclass
class Fold:
    """Learned and asked sentences as matrices; `counts` hold the raw n-gram counts for naive Bayes."""

    seen: Any
    held: Any
    targets: Any
    labels: list[str]
    counts: tuple[Any, Any]
    texts: tuple[list[Counter[str]], list[Counter[str]]]


def folds(every: int, number: int) -> list[tuple[Fold, Any]]:
    """The folds, each with the right answers of its asked sentences."""
    from scipy.sparse import csr_matrix

    rows, labels = project_rows(ROOT)
    names = sorted(set(labels[::every]))
    features = Features.load()
    counted = [features(row.text) for row in rows[::every]]
    targets = np.array([names.index(label) for label in labels[::every]])
    found = []
    for seen, held in blocks(labels[::every], number):
        frequency = document_frequency(counted[i] for i in seen)
        kept = sorted(name for name, df in frequency.items() if df >= 2)
        index = {name: i for i, name in enumerate(kept)}
        idf = np.array([ours._weight(name, frequency[name], len(seen)) for name in kept], dtype=np.float32)

        def counts(which: list[int], index: dict[str, int] = index) -> Any:
            cells = [(r, index[n], c) for r, i in enumerate(which) for n, c in counted[i].items() if n in index]
            at, columns, values = zip(*cells, strict=True)
            return csr_matrix((values, (at, columns)), shape=(len(which), len(index)), dtype=np.float32)

        matrices = [ours.design([counted[i] for i in which], index, idf) for which in (seen, held)]
        fold = Fold(
            matrices[0], matrices[1], targets[seen], names, (counts(seen), counts(held)),
            ([counted[i] for i in seen], [counted[i] for i in held]),
        )
        found.append((fold, targets[held]))
    return found


def softmax(margins: Any) -> Any:
    e = np.exp(margins - margins.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)


def spread(p: Any, classes: Any, labels: int) -> Any:
    """Probabilities over all labels, where a model knows only some."""
    whole = np.zeros((len(p), labels))
    whole[:, classes] = p
    return whole


def svm(c: float = 0.25, weights: str | None = None) -> Fit:
    from sklearn.svm import LinearSVC

    def fit(fold: Fold) -> Any:
        m = LinearSVC(C=c, class_weight=weights, dual=True, random_state=1, max_iter=400, tol=1e-1).fit(fold.seen, fold.targets)
        return spread(ours.calibrated(m.decision_function(fold.held), ours.START), m.classes_, len(fold.labels))

    return fit


def logistic(c: float) -> Fit:
    from sklearn.linear_model import LogisticRegression

    def fit(fold: Fold) -> Any:
        m = LogisticRegression(C=c, solver="liblinear", dual=True, tol=1e-1, max_iter=200, random_state=1).fit(fold.seen, fold.targets)
        return spread(m.predict_proba(fold.held), m.classes_, len(fold.labels))

    return fit


def bayes(fold: Fold) -> Any:
    from sklearn.naive_bayes import ComplementNB

    m = ComplementNB(alpha=0.3, norm=False).fit(fold.counts[0] > 0, fold.targets)
    return spread(m.predict_proba(fold.counts[1] > 0), m.classes_, len(fold.labels))


def voters(fold: Fold) -> Any:
    return (1 - VOTE) * svm()(fold) + VOTE * bayes(fold)


def hashed(fold: Fold) -> Any:
    from sklearn.feature_extraction import FeatureHasher
    from sklearn.feature_extraction.text import TfidfTransformer

    hasher, tfidf = FeatureHasher(HASHES, alternate_sign=False), TfidfTransformer(sublinear_tf=True)

    def weighed(rows: list[Counter[str]]) -> Any:  # the weight of a concept cannot be had after hashing, so before
        return hasher.transform([{n: c * (ours.CONCEPT if n[0] == "@" else 1) for n, c in row.items()} for row in rows])

    seen = tfidf.fit_transform(weighed(fold.texts[0]))
    return svm()(Fold(seen, tfidf.transform(weighed(fold.texts[1])), fold.targets, fold.labels, fold.counts, fold.texts))


def two_steps(fold: Fold) -> Any:
    """Domain first (faq, scam, chitchat, dialogue), then the topic within each; probabilities multiplied."""
    groups = [label.split("/")[0] if "/" in label else "dialogue" for label in fold.labels]
    domains = sorted(set(groups))
    domain_of = np.array([domains.index(g) for g in groups])
    whole = Fold(fold.seen, fold.held, domain_of[fold.targets], domains, fold.counts, fold.texts)
    first = svm()(whole)
    p = np.zeros((fold.held.shape[0], len(fold.labels)))
    for number in range(len(domains)):
        mine = np.flatnonzero(domain_of[fold.targets] == number)
        part = Fold(fold.seen[mine], fold.held, fold.targets[mine], fold.labels, fold.counts, fold.texts)
        p += first[:, [number]] * svm()(part)
    return p


WAYS: dict[str, Fit] = {
    "线性 SVM，C=0.25（采用）": svm(),
    "线性 SVM，C=0.1": svm(0.1),
    "线性 SVM，C=1": svm(1.0),
    "线性 SVM，按类别加权": svm(weights="balanced"),
    "逻辑回归，C=3": logistic(3.0),
    "逻辑回归，C=10": logistic(10.0),
    "逻辑回归，C=30": logistic(30.0),
    "补集朴素贝叶斯": bayes,
    "SVM 加朴素贝叶斯投票（0.8 比 0.2）": voters,
    f"SVM，特征散列到 {HASHES}": hashed,
    "两步：先领域，后话题": two_steps,
}


def judge(p: Any, gold: Any, names: list[str]) -> dict[str, float]:
    """Shares over the asked sentences: right in scope, kind of fraud, out of scope kept apart; calibration (ECE)."""
    labels = sorted({public(n) for n in names})
    merge = np.zeros((len(names), len(labels)))
    for i, name in enumerate(names):
        merge[i, labels.index(public(name))] = 1
    q, right = p @ merge, merge[gold].argmax(axis=1)
    said, sure = q.argmax(axis=1), q.max(axis=1) / q.sum(axis=1)
    public_names = np.array(labels)
    fraud = np.char.startswith(public_names, "scam/")[right]
    outside = (public_names == "out_of_scope")[right]
    hit = said == right
    bins = np.minimum((sure * 10).astype(int), 9)
    error = sum(abs(float(sure[bins == b].sum() - hit[bins == b].sum())) for b in range(10)) / len(hit)
    order = np.argsort(-sure, kind="stable")[: int(0.8 * len(hit))]
    return {
        "top1": hit[~outside].mean(), "fraud": hit[fraud].mean(), "out": hit[outside].mean(), "wrong": (~hit[order]).sum() / len(hit), "ece": error,
    }


def main() -> int:
    ap = argparse.ArgumentParser(description=__doc__)
    ap.add_argument("--folds", type=int, default=3)
    ap.add_argument("--every", type=int, default=1, help="use one sentence in so many")
    ap.add_argument("--only", nargs="*", help="names that contain this")
    ap.add_argument("--write", action="store_true", help="put the table into docs/quality.md")
    args = ap.parse_args()
    prepared = folds(args.every, args.folds)
    count = sum(len(gold) for _, gold in prepared)
    lines = ["| 做法 | 题库内 top1 | 诈骗类型 | 域外认出 | 反问两成时答错 | 校准误差 | 拟合 CPU 秒 |", "|---|---:|---:|---:|---:|---:|---:|"]
    for name, fit in WAYS.items():
        if args.only and not any(part in name for part in args.only):
            continue
        started = time.process_time()
        found = [judge(fit(fold), gold, fold.labels) for fold, gold in prepared]
        used = (time.process_time() - started) / len(prepared)
        mean = {key: float(np.mean([f[key] for f in found])) for key in found[0]}
        lines.append("| " + " | ".join([name, *(f"{mean[k]:.3f}" for k in ("top1", "fraud", "out", "wrong", "ece")), f"{used:.0f}"]) + " |")
        print(lines[-1], file=sys.stderr, flush=True)
    head = f"{date.today().isoformat()}，`python bench/classifiers.py`：{count} 句，{len(prepared[0][0].labels)} 个标签，{args.folds} 折，每折问的是没学过的情景；取最可能的标签，不设门槛。"
    text = f"{head}\n\n" + "\n".join(lines)
    print(text)
    if args.write:
        put("classifiers", text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
