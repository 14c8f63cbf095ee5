"""The linear model: solved from part of the sentences as from all, and the same after it was on the disk."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from scipy.sparse import csr_matrix
from sklearn.svm import LinearSVC

from persona.nlu import model
from persona.nlu.model import LinearModel


def test_solved_in_rounds_it_is_the_solution_of_all_sentences(monkeypatch: pytest.MonkeyPatch) -> None:
    random = np.random.RandomState(7)
    targets = np.repeat(np.arange(6), 60)
    rows = (random.rand(360, 80) < 0.08).astype(np.float32)
    rows[np.arange(360), targets] = 1  # each label has a word of its own
    matrix = csr_matrix(rows / np.linalg.norm(rows, axis=1, keepdims=True))
    monkeypatch.setattr(model, "NEAREST", 40)
    monkeypatch.setattr(model, "ROUNDS", 40)
    monkeypatch.setattr(model, "TOLERANCE", 1e-4)
    unlikely = -matrix @ matrix[::60].toarray().T  # the worst first guess
    weights, bias = model._fit(matrix, targets, unlikely, 0.25, 1)
    whole = LinearSVC(C=0.25, dual=True, random_state=1, max_iter=4000, tol=1e-4).fit(matrix.astype(np.float64), targets)
    assert np.abs(matrix @ weights + bias - whole.decision_function(matrix)).max() < 0.03


def test_the_disk_keeps_every_weight(tmp_path: Path) -> None:
    weights = np.zeros((4, 3), dtype=np.float32)
    weights[0, 2], weights[2] = 0.5, (-1, 0.25, 2)
    made = LinearModel(["a", "b", "c"], ["w", "x", "y", "z"], np.ones(4, np.float32), weights, np.zeros(3, np.float32), (12, 0.5, 2))
    made.save(tmp_path)
    assert np.array_equal(LinearModel.load(tmp_path).weights, weights)
