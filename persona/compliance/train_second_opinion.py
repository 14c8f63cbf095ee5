"""Train the second opinion from the corpus. Deterministic: the same corpus gives the same file.

    python -m persona.compliance.train_second_opinion            write second_opinion.json
    python -m persona.compliance.train_second_opinion --report   five-fold cross-validation, nothing written

Logistic regression with L2, full-batch Newton-like steps (L-BFGS of scipy) over the n-grams of `second_opinion.grams`.
Only training needs numpy and scipy; the guard reads a plain JSON of weights.
"""

from __future__ import annotations

import json
import re
import sys
import zlib
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import yaml
from scipy.optimize import minimize
from scipy.sparse import csr_matrix

from persona.compliance.normalise import normalise
from persona.compliance.second_opinion import grams, sentences

HERE = Path(__file__).parent
PENALTY = 30.0
SEEN_IN = 2  # sentences an n-gram must occur in
_PLACE = re.compile(r"\{[a-z_0-9]+\}")
KEEP = 0.12  # weights smaller than this are dropped


def corpus() -> tuple[list[str], np.ndarray[Any, Any]]:
    """Canonical texts and labels (1: must be refused), from every *refuse.yml and *allow.yml."""
    texts: list[str] = []
    labels: list[int] = []
    for name, label in (("refuse", 1), ("allow", 0)):
        for path in sorted((HERE / "corpus").glob(f"*{name}.yml")):
            rows = yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
            texts += [normalise(row["text"]).text for row in rows]
            labels += [label] * len(rows)
    return texts, np.array(labels, dtype=float)


def extra() -> tuple[list[str], np.ndarray[Any, Any]]:
    """What else is known to be right or wrong: the rules' own examples, and every answer of the project."""
    texts: list[str] = []
    labels: list[int] = []
    for path in sorted((HERE / "rules").glob("*.yml")):
        rule = yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
        if "any" not in rule["detect"] or "check" in rule["detect"]:
            continue
        for side, label in (("refuse", 1), ("allow", 0)):
            plain = [normalise(one).text for one in rule["examples"][side] if isinstance(one, str)]
            texts += plain
            labels += [label] * len(plain)
    answers: set[str] = set()
    for path in sorted((HERE.parents[1] / "data").rglob("*.yml")):
        data = yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader) or {}
        for variants in (data.get("responses") or {}).values():
            for variant in variants or []:
                text = normalise(_PLACE.sub("", str(variant.get("text") or ""))).text
                answers.update(text[a:b] for a, b in sentences(text))
    texts += sorted(answers)
    labels += [0] * len(answers)
    return texts, np.array(labels, dtype=float)


def matrix(texts: list[str], vocabulary: dict[str, int]) -> csr_matrix:
    """Normalised n-gram rows."""
    data, columns, starts = [], [], [0]
    for text in texts:
        found = grams(text)
        known = [vocabulary[g] for g in found if g in vocabulary]
        columns += sorted(known)
        data += [1 / max(len(found), 1) ** 0.5] * len(known)
        starts.append(len(columns))
    return csr_matrix((data, columns, starts), shape=(len(texts), len(vocabulary)))


def vocabulary_of(texts: list[str]) -> dict[str, int]:
    """The n-grams that occur often enough, numbered."""
    count = Counter(gram for text in texts for gram in grams(text))
    return {gram: i for i, gram in enumerate(sorted(g for g, n in count.items() if n >= SEEN_IN))}


def fit(x: csr_matrix, y: np.ndarray[Any, Any]) -> tuple[np.ndarray[Any, Any], float]:
    """Weights and bias."""
    signs = 2 * y - 1

    def loss(theta: np.ndarray[Any, Any]) -> tuple[float, np.ndarray[Any, Any]]:
        weights, bias = theta[:-1], theta[-1]
        margins = signs * (x @ weights + bias)
        value = np.logaddexp(0, -margins).sum() + weights @ weights / (2 * PENALTY)
        slope = -signs / (1 + np.exp(margins))
        return float(value), np.append(x.T @ slope + weights / PENALTY, slope.sum())

    done = minimize(loss, np.zeros(x.shape[1] + 1), jac=True, method="L-BFGS-B", options={"maxiter": 300})
    return done.x[:-1], float(done.x[-1])


def probabilities(x: csr_matrix, weights: np.ndarray[Any, Any], bias: float) -> np.ndarray[Any, Any]:
    """The model's probability for each row."""
    return np.asarray(1 / (1 + np.exp(-(x @ weights + bias))))


def folds(texts: list[str], count: int = 5) -> list[int]:
    """A fold for each text that does not depend on its neighbours."""
    return [zlib.crc32(text.encode()) % count for text in texts]


def cross_validated(texts: list[str], y: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """For each text the probability given by a model that has not seen it (sentence by sentence, the highest)."""
    parts = np.array(folds(texts))
    more, more_y = extra()
    out = np.zeros(len(texts))
    for part in range(5):
        train = [t for t, p in zip(texts, parts, strict=True) if p != part] + more
        vocabulary = vocabulary_of(train)
        weights, bias = fit(matrix(train, vocabulary), np.append(y[parts != part], more_y))
        for i in np.flatnonzero(parts == part):
            pieces = [texts[i][a:b] for a, b in sentences(texts[i])] or [texts[i]]
            out[i] = probabilities(matrix(pieces, vocabulary), weights, bias).max()
    return out


def report() -> None:
    """Print recall and false refusals of the model alone for several thresholds."""
    texts, y = corpus()
    p = cross_validated(texts, y)
    for threshold in (0.5, 0.6, 0.7, 0.75, 0.8, 0.85, 0.9, 0.95):
        print(f"{threshold:.2f}  refused {np.mean(p[y == 1] >= threshold):.3f}  false {np.mean(p[y == 0] >= threshold):.4f}")


def main(argv: list[str]) -> int:
    """Command line."""
    if "--report" in argv:
        report()
        return 0
    texts, y = corpus()
    more, more_y = extra()
    texts, y = texts + more, np.append(y, more_y)
    vocabulary = vocabulary_of(texts)
    weights, bias = fit(matrix(texts, vocabulary), y)
    kept = {gram: round(float(weights[i]), 2) for gram, i in vocabulary.items() if abs(weights[i]) >= KEEP}
    path = HERE / "second_opinion.json"
    path.write_text(json.dumps({"bias": round(bias, 4), "weights": kept}, ensure_ascii=False, separators=(",", ":")) + "\n", encoding="utf-8")
    print(f"{path.name}: {len(kept)} weights from {len(texts)} sentences")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
