"""What comes regularly and has stayed away for too long, while it is still away: a queue of when each is missed."""

from __future__ import annotations

import heapq
import math
from collections.abc import Callable

from .learning import FEWEST_TO_MISS
from .profile import REGULAR, Profile, Rate

MOST_NATS = 1e6


def is_regular(rate: Rate, duration: int) -> bool:
    """Whether a gram comes often and evenly enough to be missed."""
    return rate.count >= FEWEST_TO_MISS and rate.gap * (rate.count / duration) <= REGULAR


class Absences:
    """The regular grams of a profile that have stayed away for so many ticks that it stands out."""

    def __init__(self, profile: Profile) -> None:
        nats = _least_score(profile)
        self._patience = {
            gram: rate.gap + math.ceil(nats * profile.duration / rate.count)
            for gram, rate in profile.rates.items()
            if nats < MOST_NATS and is_regular(rate, profile.duration)
        }
        self._due = [(patience - 1, gram) for gram, patience in self._patience.items()]
        heapq.heapify(self._due)
        self._away: list[int] = []

    def overdue(self, tick: int, last: Callable[[int], int]) -> list[int]:
        """The grams that are missed at this tick. `last`: the tick at which a gram came last."""
        due = self._away
        while self._due and self._due[0][0] <= tick:
            due.append(heapq.heappop(self._due)[1])
        self._away = []
        for gram in due:
            missed_at = last(gram) + self._patience[gram]
            if missed_at <= tick:
                self._away.append(gram)
            else:
                heapq.heappush(self._due, (missed_at, gram))
        return self._away


def _least_score(profile: Profile) -> float:
    """The nats from which on an absence stands out."""
    low, high = 0.0, 1.0
    while profile.one_in("fewer", high) < profile.stand_out and high < MOST_NATS:
        low, high = high, 2 * high
    for _ in range(30):
        middle = (low + high) / 2
        low, high = (low, middle) if profile.one_in("fewer", middle) >= profile.stand_out else (middle, high)
    return high
