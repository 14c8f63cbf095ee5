"""live.yml is looked at again when it changes; a broken one leaves the last good state in force."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from persona.approval import digest
from persona.compliance import Guard
from persona.errors import ContentError
from persona.live import LiveFile, load_live

TODAY = date(2026, 11, 24)
WHO = 'reason: 核对, by: 甲, at: "2026-11-24 09:00"'
HEAD = "schema: mascot-live/1\n"


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "live.yml"
    path.write_text(HEAD + "withdraw: {}\n", encoding="utf-8")
    return path


def write(path: Path, text: str) -> None:
    path.write_text(HEAD + text, encoding="utf-8")


def test_the_shipped_file_takes_nothing_back(guard: Guard) -> None:
    live = load_live(Path(__file__).parents[3] / "live.yml", guard)
    assert live.summary() == {"fingerprint": live.fingerprint, "withdraw": [], "notice": [], "replace": [], "freeze": []}


def test_a_change_is_seen_within_a_second_and_not_asked_for_more_often(file: Path) -> None:
    clock, states = Clock(), []
    live = LiveFile(file, clock=clock)
    live.changed = states.append
    write(file, f"withdraw:\n  utter_a: {{{WHO}}}\n")
    clock.now = 0.5
    assert not live.current().takes_back("utter_a")
    clock.now = 1.5
    assert live.current().takes_back("utter_a") and not live.current().takes_back("utter_b")
    clock.now = 3.0
    live.current()
    assert [state.withdrawn for state in states] == [{"utter_a"}]


@pytest.mark.parametrize("broken", ["withdraw: [\n", "withdraw:\n  utter_a: {reason: 没写谁}\n", "freeze:\n  loans: {" + WHO + "}\n", "nothing: {}\n"])
def test_a_broken_file_leaves_the_last_good_state_and_says_so(file: Path, broken: str) -> None:
    clock = Clock()
    write(file, f"withdraw:\n  utter_a: {{{WHO}}}\n")
    live = LiveFile(file, clock=clock)
    write(file, broken)
    clock.now = 2.0
    assert live.current().takes_back("utter_a") and live.problems and live.problems[0].line > 0
    file.unlink()
    clock.now = 4.0
    assert live.current().takes_back("utter_a") and live.problems[0].code == "L102"
    write(file, "withdraw: {}\n")
    clock.now = 6.0
    assert not live.current().takes_back("utter_a") and live.problems == []


def test_a_broken_file_stops_the_start_and_a_missing_one_is_empty(tmp_path: Path, file: Path) -> None:
    write(file, "withdraw: [\n")
    with pytest.raises(ContentError):
        LiveFile(file)
    assert not LiveFile(tmp_path / "none.yml").current().withdrawn


def test_what_stands_in_for_a_withdrawn_answer_cannot_be_withdrawn(file: Path) -> None:
    write(file, f"withdraw:\n  utter_withdrawn: {{{WHO}}}\n")
    with pytest.raises(ContentError, match="L104"):
        load_live(file)


def test_a_notice_stands_in_front_of_its_topics_until_its_day(file: Path) -> None:
    write(file, f'notice:\n  a: {{text: 今晚维护。, topics: [loan, faq/transfer], until: "2026-11-24", {WHO}}}\n  b: {{text: 放假。, {WHO}}}\n')
    first, second = load_live(file).notices
    assert first.fits("utter_faq/x", "loan", TODAY) and first.fits("utter_faq/transfer.abroad", "none", TODAY)
    assert not first.fits("utter_faq/x", "card", TODAY) and not first.fits("utter_faq/x", "loan", date(2026, 11, 25))
    assert second.fits("utter_greet", "none", date(2030, 1, 1))


@pytest.mark.parametrize("text", ["稳赚不赔，快来。", "三年期定期存款利率1.9%，欢迎来办。", "详情看 http://abc-loan.top/x 。"])
def test_a_notice_passes_the_guard_and_tells_of_no_product(file: Path, guard: Guard, text: str) -> None:
    write(file, f'notice:\n  a: {{text: "{text}", {WHO}}}\n')
    with pytest.raises(ContentError, match="L101"):
        load_live(file, guard)


@pytest.mark.parametrize("text", ["第一行\\n第二行", "拨{hotline}", "长" * 61])
def test_a_notice_is_one_plain_line(file: Path, text: str) -> None:
    write(file, f'notice:\n  a: {{text: "{text}", {WHO}}}\n')
    with pytest.raises(ContentError):
        load_live(file)


def test_a_replacement_needs_its_own_approval_by_somebody_else(file: Path) -> None:
    approval = f'{{id: A-1, by: 乙, role: 合规, at: "2026-11-01", until: "2026-11-30", sha256: "{digest("先看合同。")}"}}'
    write(file, f"replace:\n  utter_a: {{text: 先看合同。, author: 丙, approval: {approval}, {WHO}}}\n")
    one = load_live(file).replaced["utter_a"]
    assert one.wrong(TODAY) == "" and one.wrong(date(2026, 12, 1)) == "expired" and one.wrong(TODAY, two=True) == "second"
    for old, new, reason in (("先看合同", "先看账单", "changed"), ("author: 丙", "author: 乙", "author"), ("id: A-1, ", "", "unapproved")):
        write(file, f"replace:\n  utter_a: {{text: 先看合同。, author: 丙, approval: {approval}, {WHO}}}\n".replace(old, new))
        assert load_live(file).replaced["utter_a"].wrong(TODAY) == reason
