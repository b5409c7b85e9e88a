"""How much a watch may tell: so many findings in a day, and from which strangeness on, so that it hardly gets there."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Iterable
from typing import NamedTuple

from ..errors import LoglingError
from ..settings import BUDGET
from .profile import Profile

HOUR, DAY = 3600.0, 86_400.0
PERIODS = {"hour": HOUR, "day": DAY, "week": 7 * DAY}


class Budget(NamedTuple):
    """At most so many findings in any stretch of so many seconds."""

    findings: int
    seconds: float

    @classmethod
    def of(cls, text: str) -> Budget:
        """The budget that a text says. Raises LoglingError.

        >>> Budget.of("2 a day")
        Budget(findings=2, seconds=86400.0)
        """
        found = BUDGET.fullmatch(text.strip())
        if not found:
            raise LoglingError(f"a budget is so many findings in a time, as '2 a day' or '1 a week', not {text!r}")
        return cls(int(found[1]), PERIODS[found[2]])

    def __str__(self) -> str:
        name = next(name for name, seconds in PERIODS.items() if seconds == self.seconds)
        return f"{self.findings:,} a{'n' if name == 'hour' else ''} {name}"

    @property
    def a_day(self) -> float:
        """Findings a day."""
        return self.findings * DAY / self.seconds

    def usual(self, kept: float) -> float:
        """How many findings may come in its time on average, so that in this share of times no more than it come.

        They come by chance, as in a Poisson process.

        >>> round(Budget.of("2 a day").usual(0.95), 2)
        0.82
        """
        low, high = 0.0, float(self.findings + 1)
        for _ in range(40):
            middle = (low + high) / 2
            low, high = (middle, high) if _share_within(middle, self.findings) >= kept else (low, middle)
        return low


def _share_within(mean: float, most: int) -> float:
    """The probability of at most so many of what comes by chance, so many times on average."""
    return sum(math.exp(n * math.log(mean) - mean - math.lgamma(n + 1)) for n in range(most + 1))


class Allowance:
    """What is left of a budget: a hard limit in any stretch of its time."""

    def __init__(self, budget: Budget, spent: Iterable[float] = ()) -> None:
        """`spent`: when something was told before, rising."""
        self.budget = budget
        self._spent: deque[float] = deque(spent)

    def spend(self, now: float, kept: int = 0) -> bool:
        """Whether one more finding may be told now, and so many are left for others; then it counts."""
        while self._spent and self._spent[0] <= now - self.budget.seconds:
            self._spent.popleft()
        if len(self._spent) + kept >= self.budget.findings:
            return False
        self._spent.append(now)
        return True


class LineRate:
    """How many lines come in a day: as the profile knows it, or more, if more came in the last 24 hours."""

    def __init__(self, profile: Profile, now: float) -> None:
        self._known = profile.lines * DAY / profile.duration if profile.timed and profile.duration >= HOUR else 0.0
        self._begun = now
        self._hours: deque[list[float]] = deque()  # when each began, and its lines

    def count(self, now: float, lines: int = 1) -> None:
        """So many lines came."""
        if not self._hours or now >= self._hours[-1][0] + HOUR:
            self._hours.append([now, 0])
            while self._hours[0][0] <= now - DAY:
                self._hours.popleft()
        self._hours[-1][1] += lines

    def a_day(self, now: float) -> float:
        """Lines a day. Where the profile says nothing, the time since the beginning stands for the whole day."""
        counted = sum(lines for _, lines in self._hours)
        if self._known:
            return max(self._known, counted)
        return counted * DAY / min(max(now - self._begun, HOUR), DAY)
