"""Rounds of the watch between runs: each is a child process, as a run is (`logling findings --now`)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from .child_process import Child
from .run_places import MustWait


@dataclass
class WatchRounds:
    """When the next round is, and the one under way. `start` starts one; it may raise OSError or MustWait."""

    every: timedelta
    start: Callable[[], Child]
    next_round: datetime | None = None  # None: the service has just started, and a round is due
    child: Child | None = None

    def is_under_way(self) -> bool:
        """Whether a round is running. What came of the last one is in its own log lines."""
        if self.child and self.child.result():
            self.child = None
        return self.child is not None

    def turn(self, now: datetime) -> datetime:
        """Begin a round if it is time. Returns when to call this again."""
        if self.next_round and now < self.next_round <= now + self.every:  # else the clock was set back
            return self.next_round
        return self.begin(now)

    def begin(self, now: datetime) -> datetime:
        """Begin a round now. Returns when to call `turn` again."""
        self.next_round = now + self.every
        try:
            self.child = self.start()
        except MustWait:  # it is due still
            self.next_round = now
            raise
        return now + self.child.time_left()

    def stop(self) -> None:
        """End the round under way. What it did not finish is done in the next one."""
        if self.child:
            self.child.stop()
