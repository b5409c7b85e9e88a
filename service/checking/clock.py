"""The time that a line tells, in seconds, to see where a log's clock jumps. The page's clock.js finds the same."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from .words import TIME, Word

DAY = 86_400
UNTOLD_YEAR = 2000  # stands for one that is not told
LEAP_DAY = 11_016 * DAY  # 29 February of it
MONTHS = {
    name: i
    for i, name in enumerate(["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"], 1)
}
EPOCH = re.compile("1[0-9]{9}")
CLOCK = re.compile("(?<![0-9])([0-9]{1,2}):([0-9]{2})(?::([0-9]{2}))?")
DOTTED_CLOCK = re.compile("([0-9]{2})[.]([0-9]{2})(?:[.]([0-9]{2}))?")  # after a numeric date
NUMERIC_DATE = re.compile("([0-9]{4})[-/.]([0-9]{1,2})[-/.]([0-9]{1,2})[-T t_]*")
NAMED_MONTH = re.compile("|".join(MONTHS))
YEAR = re.compile("(?<![0-9+])(?<![0-9 ]-)[12][0-9]{3}(?![0-9])")  # no zone, as +1000 is one
DAY_OF_MONTH = re.compile("(?<![0-9:])[0-9]{1,2}(?![0-9:])")


class Moment(NamedTuple):
    """What a time says: seconds, and after how many they begin again from 0 (0: never)."""

    seconds: int
    round: int


def moment(text: str) -> Moment | None:
    """The moment that a time tells; None where the order of day and month is not plain.

    >>> moment("1970-01-02 00:00:05")
    Moment(seconds=86405, round=0)
    >>> moment("03:30:00.125")
    Moment(seconds=12600, round=86400)
    """
    if EPOCH.match(text):
        return Moment(int(text[:10]), 0)
    numeric, month = NUMERIC_DATE.match(text), NAMED_MONTH.search(text)
    clock = CLOCK.search(text, numeric.end() if numeric else 0)
    if numeric and not clock:
        clock = DOTTED_CLOCK.match(text, numeric.end())
    if not clock:
        return None
    seconds = int(clock[1]) * 3600 + int(clock[2]) * 60 + int(clock[3] or 0)
    if numeric:
        return Moment(days(int(numeric[1]), int(numeric[2]), int(numeric[3])) * DAY + seconds, 0)
    if month:
        day, year = DAY_OF_MONTH.search(text), YEAR.search(text)
        if not day:
            return None
        date = days(int(year[0]) if year else UNTOLD_YEAR, MONTHS[month[0]], int(day[0]))
        return Moment(date * DAY + seconds, 0 if year else 366 * DAY)
    return Moment(seconds, DAY) if clock.start() == 0 else None


def moment_of(line: str, words: Sequence[Word]) -> Moment | None:
    """The moment of the first time of a line that tells one."""
    times = (moment(line[word.begin : word.end]) for word in words if word.text == TIME)
    return next((found for found in times if found), None)


def days(year: int, month: int, day: int) -> int:
    """Days from 1 January 1970 to a date of the Gregorian calendar."""
    year -= month <= 2
    of_year = (153 * (month + (-3 if month > 2 else 9)) + 2) // 5 + day - 1
    era = year // 400
    of_era = year - era * 400
    return era * 146_097 + of_era * 365 + of_era // 4 - of_era // 100 + of_year - 719_468


def seconds_between(earlier: Moment, later: Moment) -> int:
    """Seconds from one moment to the next; negative where the clock went back.

    Where no year is told, 29 February is left out of a step over it: most years have none.
    """
    difference = later.seconds - earlier.seconds
    turn = later.round if later.round == earlier.round else 0
    if turn and difference < -turn // 2:
        difference += turn
    elif turn and difference > turn // 2:
        difference -= turn
    if turn > DAY and difference >= DAY and earlier.seconds < LEAP_DAY <= later.seconds - DAY:
        difference -= DAY
    return difference
