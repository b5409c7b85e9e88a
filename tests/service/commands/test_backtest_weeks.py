"""Weeks: the day with which a line begins, and a corpus cut by them, or else into equal slices."""

from datetime import UTC, date, datetime, timedelta

import pytest

from service.commands.backtest_weeks import cut, line_weeks, sizes, written_on
from service.storage.corpus import Document

TODAY = date(2026, 11, 23)  # a Monday
DAY = date(2026, 11, 4)


@pytest.mark.parametrize(
    "line",
    [
        "2026-11-04T03:30:00Z host app: x",
        "[2026-11-04 03:30:00,123] x",
        "2026/11/4 03:30 x",
        "2026.11.04 x",
        "20261104T0330 x",
        "Nov  4 03:30:00 host app[1]: x",
        "[Wed Nov 04 03:30:00 2026] [notice] x",
        "Wed, 04 Nov 2026 03:30:00 +0000 x",
        "04/Nov/2026:03:30:00 +0000 x",
        f"{int(datetime(2026, 11, 4, 12, tzinfo=UTC).timestamp())} x",
        f"{int(datetime(2026, 11, 4, 12, tzinfo=UTC).timestamp())}.250 x",
    ],
)
def test_the_day_is_read_from_the_start_of_a_line(line: str) -> None:
    assert written_on(line, TODAY) == DAY


@pytest.mark.parametrize("line", ["", "x 2026-11-04", "2026-13-40 x", "1234567 x", "Nov ember", "2026-11-045 x"])
def test_what_is_no_day_is_none(line: str) -> None:
    assert written_on(line, TODAY) is None


def test_a_day_without_a_year_is_the_last_such_day() -> None:
    assert written_on("Dec 31 00:00:00 host x", TODAY) == date(2025, 12, 31)


def test_lines_without_a_year_go_over_the_end_of_one() -> None:
    weeks = line_weeks(["Dec 28 00:00:00 a", "Jan  4 00:00:00 b", "Nov 20 00:00:00 c"], TODAY)
    assert weeks is not None
    assert weeks[1] - weeks[0] == 1
    assert weeks[2] - weeks[1] == 46


def test_a_line_without_a_day_belongs_to_the_one_before_it() -> None:
    lines = [*(f"2026-11-{day:02d} x" for day in range(2, 12)), "  at a trace", "2026-11-20 x"]
    weeks = line_weeks(lines, TODAY)
    assert weeks is not None
    assert weeks[-2] == weeks[-3] < weeks[-1]


def test_a_day_in_the_future_is_not_believed() -> None:
    lines = [*(f"2026-11-{day:02d} x" for day in range(2, 12)), "2099-01-01 x", "2026-11-12 x"]
    weeks = line_weeks(lines, TODAY)
    assert weeks is not None
    assert weeks[-1] == weeks[-3]


def test_where_few_lines_have_a_day_there_are_no_weeks() -> None:
    assert line_weeks(["2026-11-04 x", *["no day"] * 9], TODAY) is None


def daily(first: date, days: int, a_day: int) -> Document:
    lines = [f"{first + timedelta(days=day)} line {n}" for day in range(days) for n in range(a_day)]
    return Document(1, list(range(1, len(lines) + 1)), lines)


def test_chapters_are_the_newest_weeks_and_the_first_has_all_before() -> None:
    document = daily(date(2026, 8, 31), 7 * 6, 30)  # six whole weeks, from a Monday on
    chapters, are_weeks = cut([document], 3, 150, TODAY)
    assert are_weeks
    assert [chapter.name for chapter in chapters] == ["2026-09-21", "2026-09-28", "2026-10-05"]
    assert sizes(chapters) == [4 * 210, 210, 210]


def test_a_week_without_lines_is_left_out() -> None:
    one, two = daily(date(2026, 8, 31), 14, 30), daily(date(2026, 9, 28), 7, 30)
    document = Document(1, list(range(1, len(one.lines + two.lines) + 1)), one.lines + two.lines)
    chapters, _ = cut([document], 9, 150, TODAY)
    assert [chapter.name for chapter in chapters] == ["2026-08-31", "2026-09-07", "2026-09-28"]


def test_a_log_that_begins_later_has_nothing_before() -> None:
    chapters, _ = cut([daily(date(2026, 8, 31), 28, 30), daily(date(2026, 9, 14), 14, 30)], 9, 150, TODAY)
    assert [chapter.ends for chapter in chapters] == [(210, 0), (420, 0), (630, 210), (840, 420)]


def test_weeks_of_few_lines_become_slices() -> None:
    chapters, are_weeks = cut([daily(date(2026, 1, 5), 280, 3)], 9, 150, TODAY)
    assert not are_weeks
    assert sizes(chapters) == [168] * 5


def test_without_days_there_are_equal_slices_of_every_log() -> None:
    documents = [Document(n, list(range(1, size + 1)), ["x"] * size) for n, size in ((1, 900), (2, 90))]
    chapters, are_weeks = cut(documents, 3, 150, TODAY)
    assert not are_weeks
    assert [chapter.ends for chapter in chapters] == [(300, 30), (600, 60), (900, 90)]


def test_an_empty_corpus_has_no_chapters() -> None:
    assert cut([], 9, 150, TODAY) == ([], False)
