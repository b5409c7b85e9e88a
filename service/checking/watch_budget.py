"""How much a watch may tell: so many findings in a day, and from which strangeness on, so that it hardly gets there."""

from __future__ import annotations

import re
from collections import deque
from typing import NamedTuple

from ..errors import LoglingError
from .profile import Profile

HOUR, DAY = 3600.0, 86_400.0
PERIODS = {"hour": HOUR, "day": DAY, "week": 7 * DAY}
BUDGET = re.compile("([1-9][0-9]{0,5}) an? (hour|day|week)")


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


class Allowance:
    """What is left of a budget: a hard limit in any stretch of its time."""

    def __init__(self, budget: Budget) -> None:
        self.budget = budget
        self._spent: deque[float] = deque()

    def spend(self, now: float) -> bool:
        """Whether one more finding may be told now; then it counts."""
        while self._spent and self._spent[0] <= now - self.budget.seconds:
            self._spent.popleft()
        if len(self._spent) >= self.budget.findings:
            return False
        self._spent.append(now)
        return True


class LineRate:
    """How many lines come in a day: as the profile knows it, or more, if more came in the last 24 hours."""

    def __init__(self, profile: Profile, now: float) -> None:
        self._known = profile.lines * DAY / profile.duration if profile.timed and profile.duration >= HOUR else 0.0
        self._begun = now
        self._hours: deque[list[float]] = deque()  # when each began, and its lines

    def count(self, now: float) -> None:
        """One line came."""
        if not self._hours or now >= self._hours[-1][0] + HOUR:
            self._hours.append([now, 0])
            while self._hours[0][0] <= now - DAY:
                self._hours.popleft()
        self._hours[-1][1] += 1

    def a_day(self, now: float) -> float:
        """Lines a day. Where the profile says nothing, the time since the beginning stands for the whole day."""
        counted = sum(lines for _, lines in self._hours)
        if self._known:
            return max(self._known, counted)
        return counted * DAY / min(max(now - self._begun, HOUR), DAY)
