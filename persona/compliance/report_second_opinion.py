"""What the rules, the second opinion and both find, each sentence judged by a model that has not seen its file.

The rules were written or mended with some of the files in sight; what they find there says little, so those are left out of the sum.
"""

from __future__ import annotations

import numpy as np

from persona.compliance.guard import Guard
from persona.compliance.train_second_opinion import FOLDS, UNMARKED, Floats, corpus, fold_models

# files whose misses the rules were mended after
SEEN = (
    *UNMARKED, "sixteenth", "eighteenth", "nineteenth", "twentieth", "twentyfirst", "twentysecond", "truths", "accounts", "sayings", "conduct",
    "blind_b", "blind_c", "classified", "dialogue", "fluent", "fund_ads", "labels", "penal", "spam",
)


def report() -> None:
    """Print recall and false refusals by file for rules alone, model alone and both."""
    files, rules, both = corpus(), Guard.load(), Guard.load()
    rules.second_opinion = False
    threshold = next(rule.threshold or 0.0 for rule in both.rules if rule.check == "second_opinion")
    models = fold_models(files)
    total = np.zeros(8)
    print("语料 | 拒／放 | 拦下：规则 模型 两者 | 错拦：规则 模型 两者")
    for number, (name, sides) in enumerate(files.items()):
        model = both.model = models[number % FOLDS]
        counts = [
            (
                not rules.review(text, scope="wording").allowed,
                max([model.score(*one) for one in both.read(text)], default=0.0) >= threshold,
                not both.review(text, scope="wording").allowed,
            )
            for text in (*sides["refuse"], *sides["allow"])
        ]
        cut = len(sides["refuse"])
        found, wrong = np.array(counts[:cut]), np.array(counts[cut:])
        if name not in SEEN:
            total += np.array([cut, *found.sum(0), len(wrong), *wrong.sum(0)])
        print(_line(name, cut, found.mean(0), len(wrong), wrong.mean(0)), flush=True)
    print(_line("没见过的合计", int(total[0]), total[1:4] / total[0], int(total[4]), total[5:] / total[4]))


def _line(name: str, refuse: int, found: Floats, allow: int, wrong: Floats) -> str:
    return f"{name} | {refuse} / {allow} | " + " ".join(f"{x:.3f}" for x in found) + " | " + " ".join(f"{x:.3f}" for x in wrong)
