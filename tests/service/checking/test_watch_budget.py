"""How much a watch may tell."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.checking.profile import Profile
from service.checking.watch_budget import DAY, HOUR, Allowance, Budget, LineRate
from service.errors import LoglingError


@pytest.mark.parametrize(
    ("text", "findings", "seconds"),
    [("2 a day", 2, DAY), ("1 a week", 1, 7 * DAY), ("3 an hour", 3, HOUR), (" 10 a day ", 10, DAY)],
)
def test_a_budget_is_a_number_and_a_time(text: str, findings: int, seconds: float) -> None:
    assert Budget.of(text) == (findings, seconds)


@pytest.mark.parametrize("text", ["2 a day", "1 a week", "3 an hour"])
def test_a_budget_is_said_as_it_was_given(text: str) -> None:
    assert str(Budget.of(text)) == text


@pytest.mark.parametrize("text", ["", "ten a day", "0 a day", "2", "2 a month", "2.5 a day", "-1 a day", "2 per day"])
def test_another_budget_is_named_with_what_would_be_right(text: str) -> None:
    with pytest.raises(LoglingError, match=f"'2 a day' or '1 a week', not {text!r}"):
        Budget.of(text)


@given(st.lists(st.floats(0, 0.4 * DAY), max_size=60), st.integers(1, 5))
def test_no_day_ever_has_more_than_its_budget(pauses: list[float], findings: int) -> None:
    allowance = Allowance(Budget(findings, DAY))
    now, told = 0.0, []
    for pause in pauses:
        now += pause
        if allowance.spend(now):
            told.append(now)
    assert all(sum(0 <= end - time < DAY for time in told) <= findings for end in told)


def test_a_day_later_the_budget_is_whole_again() -> None:
    allowance = Allowance(Budget(1, DAY))
    assert [allowance.spend(now) for now in (0, DAY - 1, DAY)] == [True, False, True]


def test_the_profile_says_how_many_lines_a_day_has() -> None:
    known = Profile(lines=36_000, duration=3 * 86_400, timed=True)
    assert LineRate(known, 0).a_day(1) == 12_000


def test_more_lines_than_the_profile_knows_are_counted() -> None:
    rate = LineRate(Profile(lines=10, duration=86_400, timed=True), 0)
    for second in range(5000):
        rate.count(second)
    assert rate.a_day(5000) == 5000


def test_lines_of_the_day_before_are_not_counted() -> None:
    rate = LineRate(Profile(), 0)
    for second in range(100):
        rate.count(second)
    rate.count(2 * DAY)
    assert rate.a_day(2 * DAY) == 1


def test_where_the_profile_has_no_times_the_hours_so_far_stand_for_a_day() -> None:
    rate = LineRate(Profile(lines=10), 0)
    for minute in range(120):
        rate.count(60 * minute)
    assert rate.a_day(2 * HOUR) == pytest.approx(1440)
