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
HELD_OUT = 5  # one sentence in so many is held out to fit the calibration
TOLERANCE, ROUNDS = 0.1, 6  # how exactly the SVMs are solved, and in how many rounds at most
NEAREST = 2000  # sentences of other labels a label's SVM begins with; at most so many more come with each round
SLACK = 0.02  # inside the margin by less than this, a sentence does not move the SVM
SAMPLE = 2500  # and so many of them are enough
BLOCK = 512  # rows or columns that are turned at a time
Calibration = tuple[float, float, float]
START: Calibration = (12.0, 0.5, 2.0)  # where the fit begins; what a model without held-out sentences keeps


def calibrated(margins: NDArray[Any], calibration: Calibration) -> NDArray[Any]:
    """Probabilities of one-versus-rest margins (last axis: labels), summing to 1.

    Platt's sigmoid with one slope and offset for all labels, normalised (Zadrozny and Elkan, 2002, Transforming
    Classifier Scores into Accurate Multiclass Probability Estimates). The sigmoid cannot tell two labels apart that are
    both likely, so the third number adds a share of the margin itself to the logarithm.
    """
    slope, offset, lean = calibration
    doubt = np.exp(np.minimum(-slope * (margins + offset), 80))  # e^89 would be too much for a float32
    p = np.exp(lean * (margins - margins.max(axis=-1, keepdims=True))) / (1 + doubt)
    return np.asarray(p / p.sum(axis=-1, keepdims=True))


class LinearModel:
    """Weights of every label over the features that training kept.

    `weights` has shape (features, labels), `bias` (labels,), `idf` (features,); `calibration` turns
    margins into probabilities (see `calibrated`).
    """

    def __init__(
        self, labels: Sequence[str], names: Sequence[str], idf: Array, weights: NDArray[Any], bias: Array, calibration: Calibration
    ) -> None:
        self.labels = list(labels)
        self.names = list(names)
        self.index = {name: i for i, name in enumerate(names)}
        self.idf = idf
        self.weights = weights
        self.bias = bias
        self.calibration = calibration

    def scores(self, counts: Counter[str]) -> Array | None:
        """Margins of every label, or None when no feature of the sentence was seen in training."""
        known = [(self.index[name], count) for name, count in counts.items() if name in self.index]
        if not known:
            return None
        rows = np.fromiter((i for i, _ in known), dtype=np.int64, count=len(known))
        values = (1 + np.log(np.fromiter((c for _, c in known), dtype=np.float32, count=len(known)))) * self.idf[rows]
        values /= np.sqrt((values**2).sum())
        return np.asarray(values @ self.weights[rows].astype(np.float32) + self.bias, dtype=np.float32)

    def probabilities(self, counts: Counter[str]) -> NDArray[Any] | None:
        """Calibrated probability of every label, in the order of `labels`."""
        scores = self.scores(counts)
        return None if scores is None else calibrated(scores.astype(np.float64), self.calibration)

    def known_share(self, counts: Counter[str]) -> float:
        """Share of the sentence's single characters and pairs that training has seen (0 to 1)."""
        short = [name for name in counts if not name.startswith("@") and len(name) <= 2]
        return sum(name in self.index for name in short) / len(short) if short else 0.0

    def save(self, folder: Path) -> None:
        """Write `weights.npz` and `model.json` into an existing folder. Not compressed: the model's archive is.

        Five of six weights are zero and are left out: packing them takes longer than solving the model."""
        weights = self.weights.astype(np.float16)
        features, labels = np.nonzero(weights)
        kept = {"values": weights[features, labels], "of": labels.astype(np.uint16), "each": np.bincount(features, minlength=len(weights))}
        np.savez(folder / "weights.npz", idf=self.idf, bias=self.bias, **kept)
        meta = {"labels": self.labels, "calibration": self.calibration, "names": self.names}
        (folder / "model.json").write_text(json.dumps(meta, ensure_ascii=False), encoding="utf-8")

    @classmethod
    def load(cls, folder: Path) -> LinearModel:
        """Read what `save` wrote."""
        meta = json.loads((folder / "model.json").read_text(encoding="utf-8"))
        slope, offset, lean = map(float, meta["calibration"])
        with np.load(folder / "weights.npz", allow_pickle=False) as arrays:
            # In float16 as stored: half the memory; a message needs some hundred rows of it.
            weights = np.zeros((len(meta["names"]), len(meta["labels"])), dtype=np.float16)
            weights[np.repeat(np.arange(len(weights)), arrays["each"]), arrays["of"]] = arrays["values"]
            return cls(meta["labels"], meta["names"], arrays["idf"], weights, arrays["bias"], (slope, offset, lean))


def design(rows: Sequence[Counter[str]], index: dict[str, int], idf: Array) -> Any:
    """Rows of counts as a sparse matrix of shape (sentences, features): sublinear tf times idf, length 1."""
    from scipy.sparse import csr_matrix

    columns: list[int] = []
    counts: list[int] = []
    starts = [0]
    for row in rows:
        for name, count in row.items():
            column = index.get(name)
            if column is not None:
                columns.append(column)
                counts.append(count)
        starts.append(len(columns))
    at = np.array(columns, dtype=np.int32)
    values = ((1 + np.log(np.array(counts, dtype=np.float64))) * idf[at]).astype(np.float32)
    matrix = csr_matrix((values, at, starts), shape=(len(rows), len(index)), dtype=np.float32)
    norms = np.sqrt(np.asarray(matrix.multiply(matrix).sum(axis=1)).ravel())
    norms[norms == 0] = 1.0
    matrix.data /= np.repeat(norms, np.diff(matrix.indptr))
    return matrix


def _weight(name: str, frequency: int, rows: int) -> float:
    """Inverse document frequency; a concept stands for many wordings, so it weighs more than one n-gram."""
    return float((np.log((1 + rows) / (1 + frequency)) + 1) * (CONCEPT if name.startswith("@") else 1.0))


def _calibration(margins: NDArray[Any], targets: NDArray[Any]) -> Calibration:
    """The calibration with the smallest Brier score on held-out margins."""
    from scipy.optimize import minimize

    step = max(1, len(targets) // SAMPLE)
    margins, targets = margins[::step], targets[::step]
    if not len(targets):
        return START
    rows = np.arange(len(targets))

    def brier(calibration: Calibration) -> float:
        p = calibrated(margins, calibration)
        return float(((p**2).sum(axis=1) - 2 * p[rows, targets]).mean())

    found = minimize(brier, START, method="Nelder-Mead", bounds=[(1, 40), (0, 2), (0, 10)], options={"xatol": 0.02, "fatol": 1e-5, "maxiter": 80})
    slope, offset, lean = (round(float(value), 3) for value in found.x)
    return slope, offset, lean


def train(
    texts: Sequence[str], labels: Sequence[str], features: Features, *, c: float = 0.25, min_df: int = 2,
    seed: int = 20261123,
) -> LinearModel:
    """Train on sentences and their labels; equal input gives an equal model.

    texts (Sequence[str]): n sentences.  labels (Sequence[str]): n labels.
    RETURNS (LinearModel): weights in float32 (a saved model has float16), calibrated on sentences held out of a second model.
    """
    rows = [features(text) for text in texts]
    frequency = document_frequency(rows)
    names = sorted(name for name, df in frequency.items() if df >= min_df)
    index = {name: i for i, name in enumerate(names)}
    idf = np.array([_weight(n, frequency[n], len(rows)) for n in names], dtype=np.float32)
    matrix = design(rows, index, idf)
    order = sorted(set(labels))
    place = {label: i for i, label in enumerate(order)}
    targets = np.array([place[label] for label in labels])
    seen, held = _split(targets)
    weights, bias = _fit(matrix[seen], targets[seen], _likeness(matrix[seen], targets[seen]), c, seed)
    scores = matrix @ weights + bias
    calibration = _calibration(scores[held], targets[held])
    weights, bias = _fit(matrix, targets, scores, c, seed)
    return LinearModel(order, names, idf, weights, bias, calibration)


def _split(targets: NDArray[Any]) -> tuple[NDArray[Any], NDArray[Any]]:
    """Indices to learn and to hold out: one in `HELD_OUT` of every label, never a label's only sentence."""
    held = np.zeros(len(targets), dtype=bool)
    for label in np.unique(targets):
        held[np.flatnonzero(targets == label)[1::HELD_OUT]] = True
    return np.flatnonzero(~held), np.flatnonzero(held)


def _likeness(matrix: Any, targets: NDArray[Any]) -> Array:
    """How like each sentence is to the mean of each label (sentences, labels): a guess where the SVMs will be undecided."""
    from scipy.sparse import csr_matrix

    share = (1 / np.bincount(targets))[targets].astype(np.float32)
    means = (csr_matrix((share, (targets, np.arange(len(targets))))) @ matrix).toarray()
    return np.asarray(matrix @ _turned(means), dtype=np.float32)


def _turned(a: NDArray[Any]) -> NDArray[Any]:
    """The transposed matrix, a copy. Block by block along its longer side: numpy's own walk misses the cache at every number."""
    out = np.empty(a.shape[::-1], a.dtype)
    for at in range(0, max(a.shape), BLOCK):
        if a.shape[1] > a.shape[0]:
            out[at:at + BLOCK] = a[:, at:at + BLOCK].T
        else:
            out[:, at:at + BLOCK] = a[at:at + BLOCK].T
    return out


def _fit(matrix: Any, targets: NDArray[Any], scores: Array, c: float, seed: int) -> tuple[Array, Array]:
    """Weights (features, labels) and bias (labels,) of one-versus-rest linear SVMs.

    A sentence outside the margin does not move an SVM, and nineteen of twenty are outside. So each label is first solved
    on its own sentences and the `NEAREST` others by `scores` (sentences, labels), then again with those that turn out to
    be inside the margin, until none are left: the solution of all sentences, from a tenth of them.
    """
    from sklearn.svm import LinearSVC

    exact = matrix.astype(np.float64)  # what LinearSVC would copy it to each time
    unsolved = list(range(int(targets.max()) + 1))
    chosen = [np.flatnonzero(targets == label) for label in unsolved]
    coef, bias = np.zeros((len(unsolved), matrix.shape[1]), dtype=np.float32), np.zeros(len(unsolved), dtype=np.float32)
    for turn in range(ROUNDS):
        solved = []
        for label, score in zip(unsolved, _turned(scores), strict=True):
            score[chosen[label]] = -np.inf
            near = np.flatnonzero(score > (SLACK - 1 if turn else -np.inf))
            if len(near) > NEAREST:
                near = near[np.argpartition(-score[near], NEAREST)[:NEAREST]]
            if not len(near):
                continue
            solved.append(label)
            rows = chosen[label] = np.sort(np.concatenate([chosen[label], near]))
            model = LinearSVC(C=c, dual=True, random_state=seed, max_iter=400, tol=TOLERANCE).fit(exact[rows], targets[rows] == label)
            coef[label], bias[label] = model.coef_[0], model.intercept_[0]
        unsolved = solved
        if not unsolved or turn == ROUNDS - 1:
            break
        scores = matrix @ _turned(coef[unsolved]) + bias[unsolved]
    return _turned(coef), bias
