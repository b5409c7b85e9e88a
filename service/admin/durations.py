"""Spans of time in words: how long, how long ago, in how long."""

from __future__ import annotations

from datetime import timedelta

UNITS = (("year", 365 * 86_400), ("week", 7 * 86_400), ("day", 86_400), ("hour", 3600), ("minute", 60), ("second", 1))
AT_LEAST = 2  # of a unit, else the next smaller one says more


def in_words(span: timedelta) -> str:
    """A span to the precision that a person wants: "3 days", "90 minutes"."""
    seconds = abs(span.total_seconds())
    name, size = next((unit for unit in UNITS if seconds >= AT_LEAST * unit[1]), UNITS[-1])
    count = int(seconds / size)
    return f"{count} {name}{'' if count == 1 else 's'}"


def ago(span: timedelta) -> str:
    """When something was that is `span` back."""
    return f"{in_words(span)} ago" if span >= timedelta(seconds=1) else "just now"


def ahead(span: timedelta) -> str:
    """When something will be that is `span` ahead."""
    return f"in {in_words(span)}" if span >= timedelta(seconds=1) else "now"
