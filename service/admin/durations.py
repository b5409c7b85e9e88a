"""Formats durations: how long, how long ago, in how long.

`humanize` says "an hour" of 90 minutes and "14 days" of two weeks, where a person who waits for a run wants more.
"""

from __future__ import annotations

from datetime import timedelta

UNITS = (("year", 365 * 86_400), ("week", 7 * 86_400), ("day", 86_400), ("hour", 3600), ("minute", 60), ("second", 1))
AT_LEAST = 2  # of a unit; of fewer, the next smaller unit says more


def format_duration(duration: timedelta) -> str:
    """A duration in one unit: "3 days", "90 minutes"."""
    seconds = abs(duration.total_seconds())
    name, size = next((unit for unit in UNITS if seconds >= AT_LEAST * unit[1]), UNITS[-1])
    count = int(seconds / size)
    return f"{count} {name}{'' if count == 1 else 's'}"


def format_past(duration: timedelta) -> str:
    """When something was that is this long ago: "3 days ago", "just now"."""
    return f"{format_duration(duration)} ago" if duration >= timedelta(seconds=1) else "just now"


def format_future(duration: timedelta) -> str:
    """When something will be that is this far ahead: "in 3 days", "now"."""
    return f"in {format_duration(duration)}" if duration >= timedelta(seconds=1) else "now"
