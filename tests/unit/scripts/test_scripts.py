"""Conversation scripts: what is read from them, and how an answer is judged."""

import pytest

from persona.errors import ContentError
from persona.institution import clock, load_institution
from persona.scripts import Miss, Step, judge, load_scripts

BANK = load_institution()
SCRIPT = r"""schema: mascot-conversation/1
global_never: ['utter_']
sets:
  soft: [抱歉, 难受]
conversations:
- id: one
  mascot: xiaoshizi
  clock: "2026-11-23T10:30+08:00"
  steps:
  - user: 你好
    must: ['{hotline}', '@soft']
    never: [喵]
    max_chars: 20
"""


def script(tmp_path, text):
    file = tmp_path / "a.yml"
    file.write_text(text, encoding="utf-8")
    return load_scripts(file, BANK)


def test_sets_the_hotline_and_what_is_never_said_are_filled_in(tmp_path):
    (one,) = script(tmp_path, SCRIPT)
    (step,) = one.steps
    assert step.must[1:] == ("抱歉", "难受") and BANK.hotline in step.must[0]
    assert step.never == ("喵", "utter_") and step.line == 10
    assert one.meta == {"mascot": "xiaoshizi"}
    with clock(one.clock):
        assert (BANK.now().hour, BANK.today().isoformat()) == (10, "2026-11-23")


@pytest.mark.parametrize(("old", "new", "code", "line"), [
    ("must:", "mus:", "P109", 11), ("'@soft'", "'@sofd'", "P110", 11), ("[喵]", "['(喵']", "P122", 12),
    ("T10:30+08:00", " half past", "P106", 8), ("user: 你好", "says: 你好", "P104", 10), ("/1", "/2", "P108", 1),
])
def test_a_slip_is_told_with_its_line(tmp_path, old, new, code, line):
    with pytest.raises(ContentError) as told:
        script(tmp_path, SCRIPT.replace(old, new))
    assert (code, line) in [(one.code, one.line) for one in told.value.problems]


def test_an_answer_is_judged_by_what_is_missing_late_wrong_and_too_long():
    step = Step("", 1, must=("甲", "乙"), first=("甲",), never=("丙",), max_chars=70)
    assert not judge(step, "甲乙")
    assert judge(step, "丁" * 61 + "甲丙" + "戊" * 9) == Miss(("乙",), ("甲",), ("丙",), ("72 个字，最多 70 个",))
    assert judge(Step("", 1), " ").notes == ("没有回答",)
