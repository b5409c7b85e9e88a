"""Formats durations: how long, how long ago, in how long.

`humanize` would say "2 hours" for 90 minutes, "a day" for 36 hours and "a month" for 45 days, which is too coarse here.
"""

from __future__ import annotations

from datetime import timedelta

DAY = 86_400
UNIT_SECONDS = (("year", 365 * DAY), ("week", 7 * DAY), ("day", DAY), ("hour", 3600), ("minute", 60), ("second", 1))
AT_LEAST = 2  # of a unit; of fewer, the next smaller unit says more


def format_duration(duration: timedelta) -> str:
    """A duration in one unit: "3 days", "90 minutes"."""
    seconds = abs(duration.total_seconds())
    name, size = next((unit for unit in UNIT_SECONDS if seconds >= AT_LEAST * unit[1]), UNIT_SECONDS[-1])
    count = int(seconds / size)
    return f"{count} {name}{'' if count == 1 else 's'}"


def format_past(duration: timedelta) -> str:
    """When something was that is this long ago: "3 days ago", "just now"."""
    return f"{format_duration(duration)} ago" if duration >= timedelta(seconds=1) else "just now"


def format_future(duration: timedelta) -> str:
    """When something will be that is this far ahead: "in 3 days", "now"."""
    return f"in {format_duration(duration)}" if duration >= timedelta(seconds=1) else "now"
