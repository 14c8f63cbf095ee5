"""Who is speaking, and the numbers that age."""

from datetime import date, timedelta

import pytest

from persona.errors import ContentError, RenderError, StaleFigure
from persona.figures import load_figures
from persona.institution import DEFAULT, load_institution


@pytest.fixture
def edited(tmp_path):
    def edit(*changes):
        text = DEFAULT.read_text(encoding="utf-8")
        for old, new in changes:
            assert old in text
            text = text.replace(old, new, 1)
        file = tmp_path / "institution.yml"
        file.write_text(text, encoding="utf-8")
        return file

    return edit


def test_placeholders_hold_everything_answers_may_use():
    names = load_institution().placeholders()
    wanted = {"bank", "app", "hotline", "hotline_abroad", "reply_by", "hours_hotline", "hours_human", "hours_branch",
              "path_card_lock", "path_login_reset"}
    assert wanted <= set(names)
    assert all(isinstance(value, str) and value and "{" not in value for value in names.values())


def test_the_clock_is_the_banks():
    institution = load_institution()
    now = institution.now()
    assert now.utcoffset() == timedelta(hours=8)
    assert institution.today() in (now.date(), now.date() + timedelta(days=1))


def test_a_timezone_without_a_database_still_works(monkeypatch):
    from zoneinfo import ZoneInfoNotFoundError

    import persona.institution as module

    def nothing(name):
        raise ZoneInfoNotFoundError(name)

    monkeypatch.setattr(module, "ZoneInfo", nothing)
    assert load_institution().now().utcoffset() == timedelta(hours=8)


def test_another_bank_changes_the_file_only(edited):
    file = edited(("name: 福禾银行", "name: 远舟银行"), ('hotline: "95XXX0"', 'hotline: "95YYY1"'),
                  ('hotline_abroad: "+86 95XXX0"', "note: 无"))
    institution = load_institution(file)
    assert institution.placeholders()["bank"] == "远舟银行"
    assert institution.hotline_abroad == "+86 95YYY1"


def test_all_mistakes_come_at_once_with_their_lines(edited):
    file = edited(("timezone: Asia/Shanghai", "timezone: Asia/Shangahi"), ("channel: own_web", "channel: weixin"),
                  ("name: 福禾银行  ", "nam: 福禾银行  "), ('  human: "8:30—21:00"', '  human: "{hotline}"'))
    with pytest.raises(ContentError) as caught:
        load_institution(file)
    found = {problem.code: problem for problem in caught.value.problems}
    assert {"P201", "P110", "P104", "P202"} <= set(found)
    assert found["P201"].line == 1 + file.read_text(encoding="utf-8").split("\n").index(
        "timezone: Asia/Shangahi        # 所有日期、营业时间、到期都按这个时区")


def test_keys_of_later_versions_are_kept(edited):
    institution = load_institution(edited(("mascot: xiaofumiao", "greeting_card: 1\nmascot: xiaofumiao")))
    assert institution.extra["greeting_card"] == 1


def test_a_figure_is_said_until_its_review_date_and_not_after():
    figures = load_figures()
    figure = figures["lpr_5y"]
    assert figures.value("lpr_5y", figure.review_by) == figure.value
    with pytest.raises(StaleFigure) as caught:
        figures.value("lpr_5y", figure.review_by + timedelta(days=1))
    assert "lpr_5y" in str(caught.value)
    assert isinstance(caught.value, RenderError)
    with pytest.raises(RenderError):
        figures.value("no_such", figure.review_by)


def test_due_lists_what_has_to_be_reviewed_soon():
    figures = load_figures()
    first = min(figure.review_by for figure in figures.values())
    assert figures.due(first - timedelta(days=31)) == []
    due = figures.due(first - timedelta(days=30))
    assert due and all(figure.review_by == first for figure in due)
    assert figures.due(first + timedelta(days=5), days=0)


def test_figures_have_a_source_and_sensible_dates():
    for name, figure in load_figures().items():
        assert figure.source and figure.as_of <= figure.review_by, name


def test_broken_figures_are_told(tmp_path):
    file = tmp_path / "figures.yml"
    file.write_text(
        'schema: mascot-figures/1\nfigures:\n  a:\n    value: "3%"\n    as_of: 2026-01-01\n    source: 甲\n'
        '    review_by: "2025-01-01"\n  坏名:\n    value: "{x}"\n    as_of: "2026-13-01"\n    review_by: "2027-01-01"\n'
        '    sorce: 乙\n', encoding="utf-8")
    with pytest.raises(ContentError) as caught:
        load_figures(file)
    assert {p.code for p in caught.value.problems} == {"P103", "P303", "P301", "P302", "P106", "P104", "P109"}


def test_today_is_a_date():
    assert isinstance(load_institution().today(), date)
