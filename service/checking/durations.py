"""A number of seconds as a person says it."""

from __future__ import annotations

UNITS = ((86_400, "day"), (3600, "hour"), (60, "minute"), (1, "second"))


def describe_seconds(seconds: int) -> str:
    """The largest unit that fits, rounded down.

    >>> describe_seconds(7260)
    '2 hours'
    """
    for size, name in UNITS:
        if seconds >= size or size == 1:
            count = seconds // size
            return f"{count:,} {name}{'' if count == 1 else 's'}"
    raise AssertionError
