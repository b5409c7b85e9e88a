"""Pushes between runs: what a run could not push is tried again, soon at first, then ever more seldom.

Whether anything waits is read from the home each time, so it does not matter who could not push it, nor whether the
service was there. Each push is a process of its own (`publish.push_again`), as a run is.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from ..home import Home
from .child_process import Running

SOON, SELDOM = timedelta(minutes=10), timedelta(hours=6)
NEVER = datetime.max.replace(tzinfo=UTC)


@dataclass
class Pushes:
    """When to push next, and the push under way. `begin` begins one; it may raise OSError."""

    home: Home
    begin: Callable[[], Running]
    wait: timedelta = SOON
    next: datetime | None = None  # None: nothing is known to wait
    running: Running | None = None

    def is_under_way(self) -> bool:
        """Whether a push has not ended yet. How it ended, it has said itself, and the home knows."""
        if self.running and self.running.ended():
            self.running = None
        return self.running is not None

    def turn(self, now: datetime) -> datetime:
        """Push when it is time, if anything waits; returns when to look again."""
        if not self.home.unpushed.exists():
            self.wait, self.next = SOON, None
            return NEVER
        if self.next is None or self.next > now + SELDOM:  # first seen; or the clock was set back
            self.next = now + self.wait
        if now < self.next:
            return self.next
        self.wait = min(2 * self.wait, SELDOM)
        self.next = now + self.wait
        self.running = self.begin()
        return now + self.running.remaining()

    def stop(self) -> None:
        """End the push under way; it is made up for."""
        if self.running:
            self.running.stop()
