"""Amounts in a log: numbers with their units, as `71.3C`, `45ms` and `12KB`. The page's amounts.js knows the same.

Durations and sizes are comparable whatever their units; another unit makes a kind of its own.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from typing import NamedTuple

AMOUNT = re.compile("([0-9]{1,17}(?:[.][0-9]{1,17})?)([A-Za-z\u00b5\u03bc]{0,3})")
LONGEST_NUMBER = 18  # characters
LARGEST = 1e18
SECONDS, BYTES = "s", "B"
UNITS = {  # of which kind, and how many nanoseconds or bytes
    "ns": (SECONDS, 1.0),
    "us": (SECONDS, 1e3),
    "\u00b5s": (SECONDS, 1e3),
    "\u03bcs": (SECONDS, 1e3),
    "ms": (SECONDS, 1e6),
    "s": (SECONDS, 1e9),
    "sec": (SECONDS, 1e9),
    "min": (SECONDS, 6e10),
    "h": (SECONDS, 3.6e12),
    **{
        f"{prefix}{end}": (BYTES, 1024.0**power)
        for power, prefix in enumerate(("", "K", "M", "G", "T"))
        for end in (("B", "iB") if prefix else ("B",))
    },
    "kB": (BYTES, 1024.0),
}
FEWEST_IN_RANGE = 8  # different numbers
SHARE_OF_RANGE = 0.5  # of the numbers from the least to the largest, at least, that are there


class Amount(NamedTuple):
    """A number and its unit."""

    size: float  # in nanoseconds, in bytes, or as it stands
    kind: str  # "": it has no unit
    scale: float  # the size of 1
    unit: str
    decimals: int


def amount_of(text: str) -> Amount | None:
    """The amount that an identifier is; None where it is none.

    >>> amount_of("45ms")
    Amount(size=45000000.0, kind='s', scale=1000000.0, unit='ms', decimals=0)
    >>> amount_of("3f2a9c01") is None
    True
    """
    found = AMOUNT.fullmatch(text)
    if not found or len(found[1]) > LONGEST_NUMBER:
        return None
    number, unit = found.groups()
    kind, scale = UNITS.get(unit, (unit, 1.0))
    size = float(number) * scale
    return Amount(size, kind, scale, unit, len(number.partition(".")[2])) if size < LARGEST else None


def place_of(place: str, amount: Amount) -> str:
    """The name under which amounts of one place and kind are known."""
    return f"{place} {amount.kind}" if amount.kind else place


def are_a_range(identifiers: Collection[str]) -> bool:
    """Whether different identifiers are numbers that go up and down in a range, rather than names of a few things.

    Then each of them is an amount of one unit, and half of the numbers from the least to the largest are there.
    """
    if len(identifiers) < FEWEST_IN_RANGE:
        return False
    amounts = [amount for text in identifiers if (amount := amount_of(text))]
    if len(amounts) < len(identifiers) or len({amount.unit for amount in amounts}) > 1:
        return False
    return len(amounts) >= SHARE_OF_RANGE * _steps(amounts)


def _steps(amounts: Sequence[Amount]) -> float:
    """How many numbers there are from the least to the largest, with as many decimals as they have."""
    sizes = [amount.size for amount in amounts]
    return (max(sizes) - min(sizes)) / amounts[0].scale * 10.0 ** max(amount.decimals for amount in amounts) + 1
