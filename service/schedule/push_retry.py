"""Pushes between runs. What a run could not push is tried again, soon at first, then less and less often.

The home says whether anything waits to be pushed, so a commit is found whoever could not push it, and also if the
service was not running then. Each push is a child process, as a run is (`publish.push_again`).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from ..home import Home
from .child_process import Child
from .run_places import MustWait

FIRST_WAIT, LONGEST_WAIT = timedelta(minutes=10), timedelta(hours=6)
NEVER = datetime.max.replace(tzinfo=UTC)


@dataclass
class PushRetry:
    """When to push next, and the push under way. `start` starts one; it may raise OSError or MustWait."""

    home: Home
    start: Callable[[], Child]
    wait: timedelta = FIRST_WAIT
    next_push: datetime | None = None  # None: nothing is known to wait
    child: Child | None = None

    def is_under_way(self) -> bool:
        """Whether a push is running. What came of the last one is in its own log lines, and in the home."""
        if self.child and self.child.result():
            self.child = None
        return self.child is not None

    def turn(self, now: datetime) -> datetime:
        """Push if something waits and it is time. Returns when to call this again."""
        if not self.home.unpushed.exists():
            self.wait, self.next_push = FIRST_WAIT, None
            return NEVER
        if self.next_push is None or self.next_push > now + LONGEST_WAIT:  # new, or the clock was set back
            self.next_push = now + self.wait
        if now < self.next_push:
            return self.next_push
        before = self.wait
        self.wait = min(2 * self.wait, LONGEST_WAIT)
        self.next_push = now + self.wait
        try:
            self.child = self.start()
        except MustWait:  # it was not tried, so it does not count
            self.wait, self.next_push = before, now
            raise
        return now + self.child.time_left()

    def waiting_since(self) -> datetime | None:
        """Since when commits wait to be pushed; None when none does."""
        try:
            return datetime.fromtimestamp(self.home.unpushed.stat().st_mtime, UTC)
        except OSError:
            return None

    def stop(self) -> None:
        """End the push under way. It is tried again later."""
        if self.child:
            self.child.stop()
