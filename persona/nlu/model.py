"""A linear classifier over sparse features, with probabilities calibrated by cross-validation.

One model answers for intents and topics alike. It is persisted as arrays (.npz) and JSON, never pickled.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from persona.nlu.features import Features, document_frequency

Array = NDArray[np.float32]
CONCEPT = 3.0
SAMPLE = 4000  # held-out sentences the temperature is fitted on


def _softmax(scores: NDArray[Any]) -> NDArray[Any]:
    exp = np.exp(scores - scores.max(axis=-1, keepdims=True))
    return np.asarray(exp / exp.sum(axis=-1, keepdims=True))


class LinearModel:
    """Weights of every label over the features that training kept.

    `weights` has shape (features, labels), `bias` (labels,), `idf` (features,); `temperature` turns margins into
    probabilities (Guo et al., 2017, On Calibration of Modern Neural Networks, applied to a linear model's margins).
    """

    def __init__(
        self, labels: Sequence[str], names: Sequence[str], idf: Array, weights: Array, bias: Array, temperature: float
    ) -> None:
        self.labels = list(labels)
        self.names = list(names)
        self.index = {name: i for i, name in enumerate(names)}
        self.idf = idf
        self.weights = weights
        self.bias = bias
        self.temperature = temperature

    def scores(self, counts: Counter[str]) -> Array | None:
        """Margins of every label, or None when no feature of the sentence was seen in training."""
        known = [(self.index[name], count) for name, count in counts.items() if name in self.index]
        if not known:
            return None
        rows = np.fromiter((i for i, _ in known), dtype=np.int64, count=len(known))
        values = (1 + np.log(np.fromiter((c for _, c in known), dtype=np.float32, count=len(known)))) * self.idf[rows]
        values /= np.sqrt((values**2).sum())
        return np.asarray(values @ self.weights[rows] + self.bias, dtype=np.float32)

    def probabilities(self, counts: Counter[str]) -> NDArray[Any] | None:
        """Calibrated probability of every label, in the order of `labels`."""
        scores = self.scores(counts)
        return None if scores is None else _softmax(scores.astype(np.float64) / self.temperature)

    def known_share(self, counts: Counter[str]) -> float:
        """Share of the sentence's single characters and pairs that training has seen (0 to 1)."""
        short = [name for name in counts if not name.startswith("@") and len(name) <= 2]
        return sum(name in self.index for name in short) / len(short) if short else 0.0

    def save(self, folder: Path) -> None:
        """Write `weights.npz` and `model.json` into an existing folder."""
        np.savez_compressed(folder / "weights.npz", idf=self.idf, weights=self.weights.astype(np.float16), bias=self.bias)
        meta = {"labels": self.labels, "temperature": self.temperature, "names": self.names}
        (folder / "model.json").write_text(json.dumps(meta, ensure_ascii=False), encoding="utf-8")

    @classmethod
    def load(cls, folder: Path) -> LinearModel:
        """Read what `save` wrote."""
        meta = json.loads((folder / "model.json").read_text(encoding="utf-8"))
        with np.load(folder / "weights.npz", allow_pickle=False) as arrays:
            return cls(
                meta["labels"],
                meta["names"],
                arrays["idf"],
                arrays["weights"].astype(np.float32),
                arrays["bias"],
                float(meta["temperature"]),
            )


def design(rows: Sequence[Counter[str]], index: dict[str, int], idf: Array) -> Any:
    """Rows of counts as a sparse matrix of shape (sentences, features): sublinear tf times idf, length 1."""
    from scipy.sparse import csr_matrix

    indices: list[int] = []
    values: list[float] = []
    starts = [0]
    for row in rows:
        known = [(index[name], count) for name, count in row.items() if name in index]
        vector = np.array([(1 + np.log(c)) * idf[i] for i, c in known], dtype=np.float32)
        norm = float(np.sqrt((vector**2).sum())) or 1.0
        indices += [i for i, _ in known]
        values += (vector / norm).tolist()
        starts.append(len(indices))
    return csr_matrix((values, indices, starts), shape=(len(rows), len(index)), dtype=np.float32)


def _weight(name: str, frequency: int, rows: int) -> float:
    """Inverse document frequency; a concept stands for many wordings, so it weighs more than one n-gram."""
    return float((np.log((1 + rows) / (1 + frequency)) + 1) * (CONCEPT if name.startswith("@") else 1.0))


def _estimator(c: float, seed: int) -> Any:
    from sklearn.svm import LinearSVC

    return LinearSVC(C=c, dual=True, random_state=seed, max_iter=400, tol=1e-1)


def _temperature(margins: NDArray[Any], targets: NDArray[Any]) -> float:
    """The temperature with the smallest negative log-likelihood on held-out margins; a sample of them is enough."""
    grid = np.geomspace(0.02, 1.0, 40)
    step = max(1, len(targets) // SAMPLE)
    margins, targets = margins[::step], targets[::step]
    losses = []
    for t in grid:
        p = _softmax(margins / t)[np.arange(len(targets)), targets]
        losses.append(-np.log(np.clip(p, 1e-12, None)).mean())
    return float(grid[int(np.argmin(losses))])


def train(
    texts: Sequence[str], labels: Sequence[str], features: Features, *, c: float = 0.25, min_df: int = 2,
    folds: int = 2, seed: int = 20261123,
) -> LinearModel:
    """Train on sentences and their labels; equal input gives an equal model.

    texts (Sequence[str]): n sentences.  labels (Sequence[str]): n labels.
    RETURNS (LinearModel): weights in float32, temperature fitted on `folds`-fold held-out margins.
    """
    rows = [features(text) for text in texts]
    frequency = document_frequency(rows)
    names = sorted(name for name, df in frequency.items() if df >= min_df)
    index = {name: i for i, name in enumerate(names)}
    idf = np.array([_weight(n, frequency[n], len(rows)) for n in names], dtype=np.float32)
    matrix = design(rows, index, idf)
    order = sorted(set(labels))
    targets = np.array([order.index(label) for label in labels])
    margins = held_out_margins(matrix, targets, len(order), c, folds, seed)
    model = _estimator(c, seed).fit(matrix, targets)
    weights, bias = model.coef_, model.intercept_
    if len(order) == 2:  # scikit-learn keeps one side of two
        weights, bias = np.vstack([-weights, weights]), np.concatenate([-bias, bias])
    return LinearModel(
        order, names, idf, np.ascontiguousarray(weights.T, dtype=np.float32), bias.astype(np.float32),
        _temperature(margins, targets),
    )


def held_out_margins(matrix: Any, targets: NDArray[Any], labels: int, c: float, folds: int, seed: int) -> NDArray[Any]:
    """Margins of each sentence from a model that has not seen it; shape (sentences, labels)."""
    from sklearn.model_selection import StratifiedKFold

    margins = np.full((len(targets), labels), -3.0)
    for seen, held in StratifiedKFold(folds, shuffle=True, random_state=seed).split(matrix, targets):
        model = _estimator(c, seed).fit(matrix[seen], targets[seen])
        found = model.decision_function(matrix[held])
        margins[np.ix_(held, model.classes_)] = np.stack([-found, found], axis=1) if found.ndim == 1 else found
    return margins
