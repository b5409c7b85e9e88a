"""A run under way: its record as far as it is known, and its steps, which are timed and shown."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from .progress import Reporter
from .storage.run_record import Outcome, RunRecord


@dataclass
class ActiveRun:
    """A run under way."""

    record: RunRecord
    reporter: Reporter

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        """Show one step and add its time to the record."""
        begun = time.monotonic()
        try:
            with self.reporter.step(name):
                yield
        finally:
            seconds = self.record.seconds
            seconds[name] = round(seconds.get(name, 0) + time.monotonic() - begun, 3)

    def end(self, outcome: Outcome, reason: str) -> None:
        """Note the outcome and why."""
        restarts = sum(training.restarts for training in self.record.trainings)
        if restarts:
            reason += f"; training diverged and was restarted at a lower rate ({restarts}x)"
        self.record.outcome, self.record.reason = outcome, reason

    def cut_short(self, outcome: Outcome, reason: str) -> None:
        """Note what ended the run early. Once there is a commit, the outcome is `committed` all the same."""
        if self.record.commit:
            outcome, reason = "committed", f"{self.record.reason}; then, before all was pushed: {reason}"
        self.record.outcome, self.record.reason = outcome, reason
