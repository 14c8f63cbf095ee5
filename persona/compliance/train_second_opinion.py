"""Train the second opinion from the corpus. Deterministic: the same corpus gives the same file.

    python -m persona.compliance.train_second_opinion            write second_opinion.json
    python -m persona.compliance.train_second_opinion --report   cross-validation across corpus files, nothing written

Logistic regression with L2, full-batch Newton-like steps (L-BFGS of scipy) over the features of second_opinion.py, each
scaled by how unevenly it is spread over the two sides (after Wang and Manning's NBSVM, 2012): what tells nothing stays small.
Only training needs numpy and scipy; the guard reads a plain JSON of weights. In cross-validation a sentence is judged
by a model that has seen nothing of its file: other files were written for other channels and in another manner.
"""

from __future__ import annotations

import json
import re
import sys
from collections import Counter
from collections.abc import Callable, Collection
from pathlib import Path
from typing import Any

import numpy as np
import yaml
from scipy.optimize import minimize
from scipy.sparse import csr_matrix

from persona.compliance.guard import Guard
from persona.compliance.normalise import normalise
from persona.compliance.second_opinion import Model, features, grams, sentences
from persona.mascot import load_mascots
from persona.mascot_checks import _spoken
from persona.quiz.items import load_items

HERE = Path(__file__).parent
PENALTY = 60.0
LEAST = 0.2  # scale of a feature that stands as often on both sides
SEEN_IN = 2  # sentences a feature must occur in
FOLDS = 5  # of whole corpus files
DOUBTED = 1.0  # logit of the full model
LOST = 0.004  # of the unseen sentences the full model doubts, the share the quick model may let go
MARGIN = 1.0  # below that, for manners of writing that are in no file
_PLACE = re.compile(r"\{[a-z_0-9]+\}")
_NO_MARKS: frozenset[str] = frozenset()
KEEP = {"quick": 0.15, "full": 0.18}  # weights smaller than this are dropped

UNMARKED = ("base", "blind", "more", "more_b")  # files most patterns were written after: there the rules' marks say too much

Floats = np.ndarray[Any, Any]
Sample = tuple[str, frozenset[str]]  # a canonical text and the marks of the rules in it
Reader = Callable[[Sample], Collection[str]]


def corpus() -> dict[str, dict[str, list[str]]]:
    """The sentences by file and side (refuse, allow), as they were written."""
    return {
        path.stem: yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
        for path in sorted((HERE / "corpus").glob("*.yml"))
    }


def light(sample: Sample) -> list[str]:
    """What the quick model sees."""
    return grams(sample[0])


def whole(sample: Sample) -> set[str]:
    """What the full model sees."""
    return features(*sample)


def labelled(files: dict[str, dict[str, list[str]]]) -> tuple[list[Sample], Floats, list[list[Sample]]]:
    """Canonical texts with the marks of the rules, labels (1: must be refused), and the same texts by sentences."""
    guard = Guard.load()
    samples: list[Sample] = []
    labels: list[int] = []
    pieces: list[list[Sample]] = []
    for name, sides in files.items():
        for side, label in (("refuse", 1), ("allow", 0)):
            for text in sides[side]:
                plain, read = normalise(text).text, guard.read(text)
                marks = _NO_MARKS.union(*[some for _, some in read])
                if name in UNMARKED:
                    marks = lessons(marks)
                samples.append((plain, marks))
                pieces.append(read or [(plain, _NO_MARKS)])
            labels += [label] * len(sides[side])
    return samples, np.array(labels, dtype=float), pieces


def lessons(marks: frozenset[str]) -> frozenset[str]:
    """The marks without those of the rules."""
    return frozenset(mark for mark in marks if mark.startswith("L:"))


def extra() -> tuple[list[Sample], Floats]:
    """What else is known to be right or wrong, without the marks of the rules: the rules' own examples, every answer and quiz explanation of the project, what its mascots say."""
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
    for item in load_items().values():
        answers.update(normalise(line).text for line in (*item.tells, item.do))
    for mascot in load_mascots().values():
        for _, _, line in _spoken(mascot):
            text = normalise(_PLACE.sub("", line)).text
            answers.update(text[a:b] for a, b in sentences(text))
    texts += sorted(answers)
    labels += [0] * len(answers)
    guard = Guard.load()
    return [(text, lessons(_NO_MARKS.union(*[some for _, some in guard.read(text)]))) for text in texts], np.array(labels, dtype=float)


def matrix(texts: list[Sample], vocabulary: dict[str, int], read: Reader) -> csr_matrix:
    """Normalised rows."""
    data, columns, starts = [], [], [0]
    for text in texts:
        found = read(text)
        known = Counter(vocabulary[g] for g in found if g in vocabulary)
        columns += sorted(known)
        data += [known[column] / max(len(found), 1) ** 0.5 for column in sorted(known)]
        starts.append(len(columns))
    return csr_matrix((data, columns, starts), shape=(len(texts), len(vocabulary)))


def vocabulary_of(texts: list[Sample], read: Reader) -> dict[str, int]:
    """The features that occur often enough, numbered."""
    count = Counter(gram for text in texts for gram in set(read(text)) if "\n" not in gram)
    return {gram: i for i, gram in enumerate(sorted(g for g, n in count.items() if n >= SEEN_IN))}


def spread(x: csr_matrix, y: Floats) -> Floats:
    """How unevenly each feature is spread over the two sides: the root of the log ratio, never quite nothing."""
    refused, allowed = ((x[y == side] > 0).sum(axis=0).A1 + 1.0 for side in (1, 0))
    scale: Floats = np.sqrt(np.abs(np.log(refused / refused.sum() * allowed.sum() / allowed))) + LEAST
    return scale


def fit(x: csr_matrix, y: Floats) -> tuple[Floats, float]:
    """Weights and bias."""
    scale = spread(x, y)
    x = x.multiply(scale).tocsr()
    signs = 2 * y - 1

    def loss(theta: Floats) -> tuple[float, Floats]:
        weights, bias = theta[:-1], theta[-1]
        margins = signs * (x @ weights + bias)
        value = np.logaddexp(0, -margins).sum() + weights @ weights / (2 * PENALTY)
        slope = -signs / (1 + np.exp(margins))
        return float(value), np.append(x.T @ slope + weights / PENALTY, slope.sum())

    done = minimize(loss, np.zeros(x.shape[1] + 1), jac=True, method="L-BFGS-B", options={"maxiter": 300})
    return done.x[:-1] * scale, float(done.x[-1])


def fitted(texts: list[Sample], y: Floats, read: Reader) -> tuple[dict[str, int], Floats, float]:
    """Vocabulary, weights and bias from some texts."""
    vocabulary = vocabulary_of(texts, read)
    return (vocabulary, *fit(matrix(texts, vocabulary, read), y))


def packed(least: float, vocabulary: dict[str, int], weights: Floats, bias: float) -> dict[str, Any]:
    """A model as it is written: weights in hundredths, the small ones left out."""
    kept = {gram: round(100 * float(weights[i])) for gram, i in vocabulary.items() if abs(weights[i]) >= least}
    return {"bias": round(bias, 4), "features": "\n".join(kept), "weights": list(kept.values())}


def fold_models(files: dict[str, dict[str, list[str]]]) -> list[Model]:
    """For each fold a model that has seen nothing of its files and reads every sentence in full."""
    texts, y, _ = labelled(files)
    owner = [i % FOLDS for i, sides in enumerate(files.values()) for _ in range(len(sides["refuse"]) + len(sides["allow"]))]
    more, more_y = extra()
    texts, y, folds = texts + more, np.append(y, more_y), np.append(owner, np.full(len(more), -1))
    vocabulary = vocabulary_of(texts, whole)
    x = matrix(texts, vocabulary, whole)
    everything = {"floor": -100.0, "bias": 0.0, "features": "^", "weights": [0]}
    return [
        Model({"rules": _rules(), "quick": everything, "full": packed(KEEP["full"], vocabulary, *fit(x[folds != fold], y[folds != fold]))})
        for fold in range(FOLDS)
    ]


def _rules() -> list[str]:
    return sorted(path.stem for path in (HERE / "rules").glob("*.yml"))


def held_out(files: dict[str, dict[str, list[str]]], read: Reader, folds: Collection[int] = range(FOLDS)) -> dict[str, list[list[tuple[Sample, float]]]]:
    """By file of these folds, for each of its texts: its sentences with the logit of a model that has seen nothing of the file."""
    texts, y, split = labelled(files)
    owner = np.array([i % FOLDS for i, sides in enumerate(files.values()) for _ in range(len(sides["refuse"]) + len(sides["allow"]))])
    more, more_y = extra()
    y, owner = np.append(y, more_y), np.append(owner, np.full(len(more), -1))
    vocabulary = vocabulary_of(texts + more, read)
    x = matrix(texts + more, vocabulary, read)
    pieces = matrix([piece for some in split for piece in some], vocabulary, read)
    whose = np.repeat(owner[:len(texts)], [len(some) for some in split])
    logits = np.zeros(len(whose))
    for fold in folds:
        weights, bias = fit(x[owner != fold], y[owner != fold])
        logits[whose == fold] = pieces[whose == fold] @ weights + bias
    rest, texts_left = iter(logits), iter(split)
    judged = {
        name: [[(piece, float(next(rest))) for piece in next(texts_left)] for _ in range(len(sides["refuse"]) + len(sides["allow"]))]
        for name, sides in files.items()
    }
    return {name: rows for i, (name, rows) in enumerate(judged.items()) if i % FOLDS in folds}


def train() -> dict[str, Any]:
    """Both models. The floor of the quick one is where it lets LOST of the violations go, on a fold of files neither has seen."""
    files = corpus()
    texts, y, _ = labelled(files)
    more, more_y = extra()
    texts, y_all = texts + more, np.append(y, more_y)
    out: dict[str, Any] = {"rules": _rules()}
    for name, read in (("quick", light), ("full", whole)):
        out[name] = packed(KEEP[name], *fitted(texts, y_all, read))
    quick, full = (
        [piece for rows in held_out(files, read, folds=(0,)).values() for row in rows for piece in row]
        for read in (light, whole)
    )
    # where a rule's words bind, the sentence is refused or read in full anyway
    let_go = [low for ((_, marks), low), (_, high) in zip(quick, full, strict=True) if high >= DOUBTED and "R:" not in marks]
    out["quick"] = {"floor": round(float(np.quantile(np.array(let_go), LOST)) - MARGIN, 2), **out["quick"]}
    return out


def main(argv: list[str]) -> int:
    """Command line."""
    if "--report" in argv:
        from persona.compliance.report_second_opinion import report

        report()
        return 0
    model = train()
    path = HERE / "second_opinion.json"
    path.write_text(json.dumps(model, ensure_ascii=False, separators=(",", ":")) + "\n", encoding="utf-8")
    print(f"{path.name}: {len(model['quick']['weights'])} + {len(model['full']['weights'])} weights, {path.stat().st_size / 1e6:.2f} MB")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
