"""The time that a line tells."""

from datetime import date, timedelta

import pytest

from service.checking.clock import Moment, days, moment, moment_of, seconds_between
from service.checking.words import TIME, words_of


@pytest.mark.parametrize(
    ("earlier", "later", "seconds"),
    [
        ("2026-01-01 00:00:00", "2026-01-01 00:00:07", 7),
        ("2025-12-31 23:59:59", "2026-01-01 00:00:00", 1),
        ("2024-02-28 12:00:00", "2024-03-01 12:00:00", 2 * 86_400),
        ("2026-03-01 10:00:00", "2026-03-01 09:59:00", -60),
        ("2026-01-01T00:00:00.250Z", "2026-01-01T00:00:01.750Z", 1),
        ("23:59:58", "00:00:03", 5),
        ("00:00:03", "23:59:58", -5),
        ("03:00:00", "12:00:00", 9 * 3600),
        ("Dec 31 23:59:59", "Jan  1 00:00:04", 5),
        ("Jan  1 00:00:04", "Dec 31 23:59:59", -5),
        ("Feb 28 23:59:59", "Mar  1 00:00:00", 1),
        ("Feb 28 23:59:59", "Feb 29 00:00:00", 1),
        ("Feb 29 23:59:59", "Mar  1 00:00:00", 1),
        ("Feb 28 12:00:00", "Mar  3 12:00:00", 3 * 86_400),
        ("Mon Nov 23 03:30:00 2026", "Tue Nov 24 03:30:00 2026", 86_400),
        ("1764460800", "1764460860", 60),
    ],
)
def test_seconds_from_one_time_to_the_next(earlier: str, later: str, seconds: int) -> None:
    before, after = moment(earlier), moment(later)
    assert before is not None
    assert after is not None
    assert seconds_between(before, after) == seconds


@pytest.mark.parametrize(
    "text", ["", "up", "Nov", "Nov 23", "03/04/2026 12:00:00", "23.11.2026 10:00:00", "0000-99-99"]
)
def test_a_time_that_is_not_plain_tells_no_moment(text: str) -> None:
    assert moment(text) is None


@pytest.mark.parametrize("text", ["9999-99-99 99:99:99", "0000-00-00 00:00:00", "Feb 99 99:99", "1" + "9" * 40])
def test_an_impossible_time_does_no_harm(text: str) -> None:
    assert moment(text) is None or isinstance(moment(text), tuple)


def test_days_are_those_of_the_calendar() -> None:
    for offset in range(0, 146_097 * 2, 61):
        day = date(1600, 1, 1) + timedelta(days=offset)
        assert days(day.year, day.month, day.day) == (day - date(1970, 1, 1)).days


@pytest.mark.parametrize(
    "time",
    [
        "2026-11-23T03:30:00Z",
        "2026-11-23 03:30:00,678",
        "2026-11-23-03.30.00",
        "2026/11/23 03:30:00",
        "2026.11.23 03:30:00",
        "Mon Nov 23 03:30:00 2026",
        "Mon Nov 23 03:30:00 +1000 2026",
        "Mon, 23 Nov 2026 03:30:00 GMT",
        "23-Nov-2026 03:30:00.123",
        "23/Nov/2026:03:30:00 +0000",
        "1795404600",
        "1795404600123",
    ],
)
def test_the_time_of_a_line_is_understood_in_the_forms_that_logs_have(time: str) -> None:
    line = f"host: {time} up"
    (word,) = [word for word in words_of(line) if word.text == TIME]
    assert moment(line[word.begin : word.end]) == Moment(1_795_404_600, 0)


@pytest.mark.parametrize("zone", ["", " +0100", " +1000", "-1000", " CET"])
def test_a_zone_is_not_taken_for_a_year(zone: str) -> None:
    assert moment(f"Nov 23 03:30:00{zone}") == moment("Nov 23 03:30:00")


def test_the_first_time_of_a_line_that_is_plain_counts() -> None:
    line = "01/02/2026, 03:04:05 seen 2026-01-02 00:00:05"
    assert moment_of(line, words_of(line)) == moment("2026-01-02 00:00:05")
