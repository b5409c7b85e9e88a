"""Scales of a chart: they turn values and moments into shares of its width or height, and have ticks."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta
from statistics import median
from typing import NamedTuple
from zoneinfo import ZoneInfo

LOG_FROM = 2.5  # a logarithmic scale needs a greatest value this many times the smallest,
CROWDED = 0.25  # and half of the values in this lowest part of the range
ROUND_STEPS = (1, 2, 5)  # times a power of ten
LOG_STEPS = (tuple(range(1, 10)), (1, 1.5, 2, 3, 5, 7), (1, 2, 3, 5), ROUND_STEPS, (1, 3), (1,))
MAX_TICKS = 6

HOUR, DAY, YEAR = 3600, 86_400, 365.25 * 86_400
HOUR_STEPS = [(count * HOUR, count) for count in (1, 3, 6, 12)]
DAY_STEPS = [(count * DAY, count) for count in (1, 2, 7, 14)]
MONTH_STEPS = [(count * YEAR / 12, count) for count in (1, 3, 6)]
YEAR_STEPS = [(count * YEAR, count) for count in (1, 2, 5, 10, 20, 50, 100)]


class Tick(NamedTuple):
    """A mark on an axis: where, from 0 to 1, and its label."""

    at: float
    label: str


class Scale(NamedTuple):
    """A scale of values from `low` to `high`."""

    low: float
    high: float
    is_log: bool

    def share(self, value: float) -> float:
        """Where a value is, from 0 at `low` to 1 at `high`."""
        if self.is_log:
            return math.log(value / self.low) / math.log(self.high / self.low)
        return (value - self.low) / (self.high - self.low)

    def ticks(self) -> list[Tick]:
        """Round values along the scale."""
        values = self._log_values() if self.is_log else self._linear_values()
        return [Tick(self.share(value), f"{value:g}") for value in values]

    def _linear_values(self) -> list[float]:
        step = round_step((self.high - self.low) / (MAX_TICKS - 1))
        first, last = math.ceil(self.low / step - 1e-9), math.floor(self.high / step + 1e-9)
        return [round(number * step, 10) for number in range(first, last + 1)]

    def _log_values(self) -> list[float]:
        powers = range(math.floor(math.log10(self.low)), math.ceil(math.log10(self.high)) + 1)
        for steps in LOG_STEPS:
            values = [round(step * 10.0**power, 12) for power in powers for step in steps]
            inside = [value for value in values if self.low * 0.999 <= value <= self.high * 1.001]
            if len(inside) <= MAX_TICKS + 1:
                break
        return inside


def fit_scale(values: Iterable[float]) -> Scale:
    """A scale with a little room around these values. It is logarithmic where a few great ones would flatten the rest.

    Example: 1.2, 0.41, 0.40, 0.39 is logarithmic; 0.42, 0.41, 0.40 is not.
    """
    known = list(values)
    low, high = min(known), max(known)
    if low > 0 and high / low > LOG_FROM and (median(known) - low) / (high - low) < CROWDED:
        return Scale(low / 1.1, high * 1.1, True)
    room = (high - low) * 0.08 or abs(high) * 0.1 or 1.0
    return Scale(max(0.0, low - room) if low >= 0 else low - room, high + room, False)


def round_step(least: float) -> float:
    """The smallest of 1, 2, 5 times a power of ten that is at least this."""
    power = 10.0 ** math.floor(math.log10(least))
    return next(step * power for step in (*ROUND_STEPS, 10) if step * power >= least * (1 - 1e-9))


class TimeScale(NamedTuple):
    """A scale of moments; labels are in `zone`."""

    first: datetime
    last: datetime
    zone: ZoneInfo

    def share(self, moment: datetime) -> float:
        """Where a moment is, from 0 to 1."""
        return (moment - self.first) / (self.last - self.first)

    def moment(self, share: float) -> datetime:
        """The moment at a share."""
        return self.first + share * (self.last - self.first)

    def ticks(self) -> list[Tick]:
        """Round hours, days, months or years along the scale, with labels that differ."""
        span = (self.last - self.first).total_seconds()
        kinds: Sequence[tuple[Sequence[tuple[float, int]], Callable[[int], list[datetime]], str]] = (
            (HOUR_STEPS, self._hours, "%a %H:%M"),
            (DAY_STEPS, self._days, "%-d %b"),
            (MONTH_STEPS, self._months, "%b %Y"),
            (YEAR_STEPS, self._years, "%Y"),
        )
        for sizes, begins, form in kinds:
            for seconds, count in sizes:
                if span / seconds <= MAX_TICKS:
                    inside = [moment for moment in begins(count) if self.first <= moment <= self.last]
                    return [Tick(self.share(moment), moment.strftime(form)) for moment in inside]
        return []

    def _hours(self, count: int) -> list[datetime]:
        midnight = self._midnight()
        return [midnight + timedelta(hours=hour) for hour in range(0, 24 * 6, count)]

    def _days(self, count: int) -> list[datetime]:
        midnight = self._midnight()
        return [midnight + timedelta(days=day) for day in range(0, 14 * MAX_TICKS + 1, count)]

    def _months(self, count: int) -> list[datetime]:
        year = self._midnight().replace(month=1, day=1)
        return [
            year.replace(year=year.year + month // 12, month=month % 12 + 1)
            for month in range(0, 12 + count * (MAX_TICKS + 1), count)
        ]

    def _years(self, count: int) -> list[datetime]:
        year = self._midnight().replace(month=1, day=1)
        first = -(-year.year // count) * count
        return [year.replace(year=number) for number in range(first, first + count * (MAX_TICKS + 1), count)]

    def _midnight(self) -> datetime:
        return self.first.astimezone(self.zone).replace(hour=0, minute=0, second=0, microsecond=0)


def fit_time_scale(moments: Sequence[datetime], zone: ZoneInfo) -> TimeScale:
    """A scale with a little room around these moments."""
    first, last = min(moments), max(moments)
    room = (last - first) * 0.03 or timedelta(days=1)
    return TimeScale(first - room, last + room, zone)
