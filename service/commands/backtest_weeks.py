"""Cut a corpus into the weeks in which its lines were written, or into equal slices if the lines have no dates."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from statistics import median
from typing import NamedTuple

from ..storage.corpus import Document

DATED_SHARE = 0.8  # of a log's lines must begin with a date for its weeks to be believed
FEWEST_WEEKS = 3

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH = r"(?P<month>Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)"
_DAY = r"(?P<day>\d\d?)"
_YEAR = r"(?P<year>(?:19|20)\d\d)"
_DATES = tuple(
    re.compile(r"\s*[\[(]?" + pattern)
    for pattern in (
        rf"{_YEAR}(?P<mark>[-/.])(?P<month>\d\d?)(?P=mark){_DAY}(?!\d)",  # 2026-11-23, 2026/11/23
        rf"{_YEAR}(?P<month>\d\d){_DAY}(?=T\d\d)",  # 20261123T0330
        rf"{_DAY}/{_MONTH}/{_YEAR}",  # Apache, nginx access
        rf"(?:\w{{3}},? )?{_MONTH} +{_DAY} \d\d?:\d\d(?::\d\d)?(?:[.,]\d+)?(?: {_YEAR}(?!\d))?",  # syslog, asctime
        rf"\w{{3}}, {_DAY} {_MONTH} {_YEAR}",  # RFC 2822
    )
)
_SINCE_1970 = re.compile(r"\s*\[?(1\d{9})(?:\d{3}|\d{6}|\d{9})?(?:\.\d{1,9})?(?![\w,-])")


class Chapter(NamedTuple):
    """A span of time: where it ends in each document, as a number of lines."""

    name: str  # the Monday of a week, or the number of a slice
    ends: tuple[int, ...]


def written_on(line: str, latest: date) -> date | None:
    """The date that a line begins with. A date without a year is the last such day up to `latest`."""
    if found := _SINCE_1970.match(line):
        return datetime.fromtimestamp(int(found[1]), UTC).date()
    for pattern in _DATES:
        if found := pattern.match(line):
            return _date(found.groupdict(), latest)
    return None


def _date(parts: dict[str, str | None], latest: date) -> date | None:
    name, day = str(parts["month"]), int(parts["day"] or 0)
    month = int(name) if name.isdigit() else _MONTHS.index(name.lower()) + 1
    year = int(parts["year"] or latest.year - ((month, day) > (latest.month, latest.day)))
    try:
        return date(year, month, day)
    except ValueError:
        return None


def cut(documents: Sequence[Document], most: int, fewest_lines: int, today: date) -> tuple[list[Chapter], bool]:
    """At most `most` chapters, oldest first, and whether they are weeks. All older lines belong to the first.

    Weeks in which nothing was written are left out. If most weeks have fewer than `fewest_lines` lines, or the lines
    have no dates, the chapters are equal slices of at least as many lines.
    """
    weeks = calendar_weeks(documents, today)
    if len(weeks) >= FEWEST_WEEKS and median(sizes(weeks)) >= fewest_lines:
        return weeks[-most:], True
    count = min(most, sum(len(document.lines) for document in documents) // fewest_lines)
    ends = ((len(document.lines) * part // count for document in documents) for part in range(1, count + 1))
    return [Chapter(str(number), tuple(end)) for number, end in enumerate(ends, 1)], False


def calendar_weeks(documents: Sequence[Document], today: date) -> list[Chapter]:
    """Every week in which something was written. Empty if one of the logs has no dates."""
    known = [numbers for document in documents if (numbers := line_weeks(document.lines, today)) is not None]
    if len(known) < len(documents):
        return []
    numbers = sorted({number for numbers in known for number in numbers})
    return [
        Chapter(date.fromordinal(7 * number + 1).isoformat(), tuple(bisect_right(numbers, number) for numbers in known))
        for number in numbers
    ]


def line_weeks(lines: Sequence[str], today: date) -> list[int] | None:
    """The week of each line, in rising order. None if too few lines have a date.

    A line without a date belongs to the one before it. A date after tomorrow is wrong and does not count.
    """
    latest, tomorrow = today + timedelta(days=1), today + timedelta(days=1)
    days: list[date | None] = []
    for line in reversed(lines):  # from the newest on, because a date without a year needs the day after it
        day = written_on(line, latest)
        if day and day > tomorrow:
            day = None
        latest = day or latest
        days.append(day)
    if not lines or sum(day is not None for day in days) < DATED_SHARE * len(lines):
        return None
    weeks, week = [], 0
    first = next(day for day in reversed(days) if day)
    for day in reversed(days):
        week = max(week, ((day or first).toordinal() - 1) // 7)
        weeks.append(week)
    return weeks


def up_to(document: Document, count: int) -> Document:
    """A document as it was when it had so many lines."""
    return Document(document.source, document.ids[:count], document.lines[:count])


def sizes(chapters: Sequence[Chapter]) -> list[int]:
    """How many lines each chapter has."""
    totals = [0, *(sum(chapter.ends) for chapter in chapters)]
    return [end - begin for begin, end in pairwise(totals)]
