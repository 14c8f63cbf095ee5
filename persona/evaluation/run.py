"""Get the predictions: from the trained model for a file, from models trained on folds for the project's own sentences."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from persona.evaluation.measure import Outcome
from persona.evaluation.rows import Row, blocks, project_rows
from persona.nlu.features import Features
from persona.nlu.model import train
from persona.nlu.parser import Parse, Parser
from persona.nlu.signals import Signals

Progress = Callable[[str], None]
EVERY = 500  # sentences between two words of progress


def score(rows: Sequence[Row], understand: Callable[[str], Parse], progress: Progress, what: str) -> list[Outcome]:
    """What `understand` makes of each row."""
    outcomes = []
    for number, row in enumerate(rows, 1):
        outcomes.append(Outcome.of(row, understand(row.text)))
        if number % EVERY == 0 or number == len(rows):
            progress(f"{what}：{number}/{len(rows)} 句")
    return outcomes


def cross_validate(root: Path, folds: int, progress: Progress) -> list[Outcome]:
    """Each of the project's sentences judged by a model that has not seen it, nor its neighbours in the file."""
    rows, labels = project_rows(root)
    features, signals = Features.load(), Signals.load()
    outcomes: list[Outcome] = []
    for number, (seen, held) in enumerate(blocks(labels, folds), 1):
        progress(f"第 {number}/{folds} 折：用 {len(seen)} 句训练……")
        model = train([rows[i].text for i in seen], [labels[i] for i in seen], features)
        parser = Parser(model, features, signals)
        outcomes += score([rows[i] for i in held], parser.parse, progress, f"第 {number}/{folds} 折")
    return outcomes
