"""Durations and counts as a person says them."""

from __future__ import annotations

UNITS = ((86_400, "day"), (3600, "hour"), (60, "minute"), (1, "second"))


def describe_seconds(seconds: int) -> str:
    """The largest unit that fits, rounded down.

    >>> describe_seconds(7260)
    '2 hours'
    """
    for size, name in UNITS:
        if seconds >= size or size == 1:
            return describe_count(seconds // size, name)
    raise AssertionError


def describe_count(count: int, noun: str) -> str:
    """How many of something.

    >>> describe_count(1200, "line")
    '1,200 lines'
    """
    return f"{count:,} {noun}{'' if count == 1 else 's'}"
