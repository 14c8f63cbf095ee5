"""What the rules, the second opinion and both find, each sentence judged by a model that has not seen its file.

The rules were written or mended with some of the files in sight; what they find there says little, so those are left out of the sum.
"""

from __future__ import annotations

from math import exp

import numpy as np

from persona.compliance.guard import Guard
from persona.compliance.train_second_opinion import HERE, UNMARKED, Floats, corpus, held_out, whole

# files whose misses the rules were mended after
SEEN = (*UNMARKED, "blind_b", "blind_c", "classified", "dialogue", "fluent", "fund_ads", "labels", "penal", "spam")


class _Unseen:
    """A model with the answers of cross-validation for the sentences of one text."""

    def __init__(self) -> None:
        self.rows: dict[str, float] = {}
        self.rules = frozenset(path.stem for path in (HERE / "rules").glob("*.yml"))

    def doubtful(self, text: str, spans: list[tuple[int, int]], twos: list[int]) -> list[tuple[int, int]]:
        """Every sentence is read in full."""
        return spans

    def score(self, sentence: str, marks: frozenset[str] = frozenset()) -> float:
        """The probability given by the model that has not seen the sentence."""
        return self.rows[sentence]


def report() -> None:
    """Print recall and false refusals by file for rules alone, model alone and both."""
    files, rules, both, unseen = corpus(), Guard.load(), Guard.load(), _Unseen()
    rules.second_opinion = False
    both.model = unseen  # type: ignore[assignment]
    threshold = next(rule.threshold or 0.0 for rule in both.rules if rule.check == "second_opinion")
    held = held_out(files, whole)
    total = np.zeros(8)
    print("语料 | 拒／放 | 拦下：规则 模型 两者 | 错拦：规则 模型 两者")
    for name, sides in files.items():
        counts, texts = [], [*sides["refuse"], *sides["allow"]]
        for text, row in zip(texts, held[name], strict=True):
            unseen.rows = {sentence: 1 / (1 + exp(-logit)) for (sentence, _), logit in row}
            counts.append((
                not rules.review(text, scope="wording").allowed,
                max(unseen.rows.values()) >= threshold,
                not both.review(text, scope="wording").allowed,
            ))
        cut = len(sides["refuse"])
        found, wrong = np.array(counts[:cut]), np.array(counts[cut:])
        if name not in SEEN:
            total += np.array([cut, *found.sum(0), len(wrong), *wrong.sum(0)])
        print(_line(name, cut, found.mean(0), len(wrong), wrong.mean(0)))
    print(_line("没见过的合计", int(total[0]), total[1:4] / total[0], int(total[4]), total[5:] / total[4]))


def _line(name: str, refuse: int, found: Floats, allow: int, wrong: Floats) -> str:
    return f"{name} | {refuse} / {allow} | " + " ".join(f"{x:.3f}" for x in found) + " | " + " ".join(f"{x:.3f}" for x in wrong)
