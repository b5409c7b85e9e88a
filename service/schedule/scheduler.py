"""Wakes the service when a run is due, using APScheduler.

APScheduler has no job store here and no grace time: what is due comes from the ledger each time, so a wake-up that
comes late, twice or for nothing does no harm, and none has to survive a restart.

The heartbeat is not a job. Jobs follow the wall clock: set it back by a day, and the next beat would be a day away.
The loop waits at most one heartbeat by the monotonic clock instead, so it notices a changed clock or a machine that
has slept.
"""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime
from queue import Empty, SimpleQueue
from typing import Self

from apscheduler.executors.pool import ThreadPoolExecutor  # type: ignore[import-untyped]
from apscheduler.schedulers.background import BackgroundScheduler  # type: ignore[import-untyped]
from apscheduler.triggers.date import DateTrigger  # type: ignore[import-untyped]

HEARTBEAT = 30.0  # seconds
NEXT_RUN = "next run"  # the job's id


class Scheduler:
    """Waits until a given moment, a wake-up, the next heartbeat, or the order to stop. A context manager."""

    def __init__(self, heartbeat: float = HEARTBEAT) -> None:
        self._heartbeat = heartbeat
        self._wake_ups: SimpleQueue[None] = SimpleQueue()  # the one queue that a signal handler may put into
        self._stopped = False
        self._scheduler = BackgroundScheduler(
            timezone=UTC,
            executors={"default": ThreadPoolExecutor(1)},
            job_defaults={"misfire_grace_time": None, "coalesce": True, "max_instances": 1},
        )

    def __enter__(self) -> Self:
        self._scheduler.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._scheduler.remove_all_jobs()  # a job that is due during the shutdown would raise an error in its thread
        self._scheduler.shutdown()

    def wake(self) -> None:
        """End the waiting. May be called from any thread."""
        self._wake_ups.put(None)

    def stop(self) -> None:
        """End the waiting for good. May be called from a signal handler."""
        self._stopped = True
        self.wake()

    def wait(self, until: datetime) -> bool:
        """Wait until then, or until something else wakes the loop. Returns False when the service is to stop."""
        self._scheduler.add_job(self.wake, DateTrigger(until), id=NEXT_RUN, replace_existing=True)
        with suppress(Empty):
            self._wake_ups.get(timeout=self._heartbeat)
        return not self._stopped
