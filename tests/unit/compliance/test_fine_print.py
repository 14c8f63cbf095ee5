"""What stands beside a promise, in the same sentence, does not make it right."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from persona.compliance import Guard

NLU = Path(__file__).parents[3] / "data" / "nlu" / "faq"
ANSWERS = [
    variation["text"]
    for file in sorted(NLU.glob("*.yml"))
    for variations in (yaml.load(file.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader).get("responses") or {}).values()
    for variation in variations
]


@pytest.mark.parametrize("promise", ["买理财稳赚不赔", "这款基金保本保息", "闭眼买都不亏", "这只产品零风险", "百分百下款"])
def test_a_promise_is_refused_in_front_of_any_answer_of_the_project(guard: Guard, promise: str) -> None:
    assert ANSWERS
    assert [text for text in ANSWERS if guard.review(f"{promise}，{text}", scope="wording").verdict == "allow"] == []
