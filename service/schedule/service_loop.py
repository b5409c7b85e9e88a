"""The loop of the service: it starts each run when it is due, in a child process, and continues if the run fails.

What is due is computed from the ledger in each turn (`schedule.plan_next_run`). Each turn also writes into the ledger
how the service stands, for the admin page. The loop feeds systemd's watchdog itself, so a loop that hangs is noticed.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from ..errors import LoglingError
from ..home import Home, locked
from ..storage.hold import Hold
from ..storage.ledger import SUCCEEDED, Ledger
from ..storage.run_record import Outcome, RunRecord, slot_text
from ..storage.service_status import ServiceStatus, clear_service_status, write_service_status
from .child_process import Child, ChildResult, end_leftovers
from .event_log import EVENTS, Events
from .push_retry import NEVER, PushRetry
from .run_places import MustWait
from .schedule import PlannedRun, Schedule, plan_next_run
from .systemd import Notifier
from .watch_rounds import WatchRounds

CHECK_AGAIN = timedelta(seconds=5)  # while another process holds the home, or a push is under way
AFTER_ERROR = timedelta(seconds=60)  # until the service tries again what it could not do itself
STATUS_EVERY = timedelta(seconds=55)  # the status is written this often when nothing but the time has changed

Clock = Callable[[], datetime]
Wait = Callable[[datetime], bool]
StartRun = Callable[[PlannedRun], Child]


@dataclass
class ServiceLoop:
    """What is known of a home between two turns. `start_run` starts a run; it may raise OSError or MustWait."""

    home: Home
    schedule: Schedule
    ledger: Ledger
    start_run: StartRun
    notifier: Notifier
    pushes: PushRetry
    watch: WatchRounds | None = None
    on_killed: Callable[[RunRecord], None] = lambda record: None  # for a run that could not write its own end
    events: Events = EVENTS
    status_every: timedelta = STATUS_EVERY
    planned: PlannedRun | None = None  # the run that is under way, or else the next
    run: Child | None = None  # under way
    watched: PlannedRun | None = None  # the run before which there was a round of the watch
    message: str = ""  # what the log and systemd were last told
    status: ServiceStatus | None = None  # as last written

    def turn(self, now: datetime) -> datetime:
        """Do what is to be done now. Returns when to call this again."""
        self.notifier.feed_watchdog()
        try:
            return self._turn(now)
        except MustWait as reason:
            self._report_waiting(reason)
            return now + CHECK_AGAIN
        except (LoglingError, OSError, sqlite3.Error) as error:
            self._report(f"the service cannot go on: {error}; trying again every {AFTER_ERROR.seconds} s")
            return now + AFTER_ERROR
        finally:
            self._write_status(now)

    def stop(self, now: datetime) -> None:
        """End the run under way, and write down that it was interrupted."""
        self.notifier.send(STOPPING="1")
        with suppress(sqlite3.Error):
            clear_service_status(self.ledger.path)
        self.pushes.stop()
        if self.watch:
            self.watch.stop()
        if self.run:
            self._end_run(self.run.stop(), now)

    def has_child(self) -> bool:
        """Whether a child process is under way, or how it ended was not looked at yet."""
        return self.run is not None or self.pushes.child is not None or bool(self.watch and self.watch.child)

    def next_between_runs(self) -> datetime:
        """When a push or a round of the watch is due, as far as is known."""
        moments = (self.pushes.next_push, self.watch.next_round if self.watch else None)
        return min(filter(None, moments), default=NEVER)

    def go_on_from(self, before: ServiceLoop) -> None:
        """Take over what is under way from a loop of the same home with other settings."""
        self.run, self.planned, self.message, self.status = before.run, before.planned, before.message, before.status
        self.pushes = replace(before.pushes, start=self.pushes.start)
        if before.watch and self.watch:
            self.watch = replace(before.watch, every=self.watch.every, start=self.watch.start)
        elif before.watch:
            before.watch.stop()

    def _turn(self, now: datetime) -> datetime:
        if self.pushes.is_under_way() or (self.watch and self.watch.is_under_way()):  # a run that is due waits for it
            return now + CHECK_AGAIN
        if self.run is None:
            return self._start_what_is_due(now)
        result = self.run.result()
        if result is None:
            return now + self.run.time_left()
        self._end_run(result, now)
        return now

    def _start_what_is_due(self, now: datetime) -> datetime:
        if self.ledger.has_unfinished() and not self._closed_unfinished(now):
            return now + CHECK_AGAIN
        newest = self.schedule.newest_due(now)
        self.planned = plan_next_run(self.schedule, now, self.ledger.slot_runs(newest))
        if self.planned.when > now:
            self._report(self._describe_next(self.planned))
            return min(self.planned.when, self._between_runs(now))
        if not self._home_is_free():
            return now + CHECK_AGAIN
        if self.watch and not self._is_watched(self.planned):
            following = self.watch.begin(now)
            self.watched = self.planned
            return following
        try:
            self.run = self.start_run(self.planned)
            self._report(f"running for {self._describe(self.planned)}")
        except MustWait as reason:  # for hours, perhaps: what is done between runs goes on meanwhile
            self._report_waiting(reason)
            return min(now + CHECK_AGAIN, self._between_runs(now))
        except OSError as error:
            self._end_run(ChildResult("failed", f"its process could not be started: {error.strerror}"), now)
            return now
        return now + self.run.time_left()

    def _is_watched(self, planned: PlannedRun) -> bool:
        """Whether there was a round before this run: what the run learns as normal is to be checked before."""
        before = self.watched
        return before is not None and (before.slot, before.attempt) == (planned.slot, planned.attempt)

    def _between_runs(self, now: datetime) -> datetime:
        """Push what waits, or else have a round of the watch. Returns when to call this again."""
        again = self.pushes.turn(now)
        if self.watch is None or self.pushes.is_under_way():
            return again
        return min(again, self.watch.turn(now))

    def _end_run(self, result: ChildResult, now: datetime) -> None:
        """Write down and log how a run ended. If the ledger cannot be written, the next turn tries again."""
        assert self.planned
        scheduled = scheduled_record(self.planned, result.outcome, result.reason)
        had_ended = self.ledger.has_ended(scheduled)
        record = self.ledger.end_scheduled(scheduled, now, overrule=result.overrules)
        self.run = None
        if not had_ended:
            self.on_killed(record)
        log = self.events.info if record.outcome in SUCCEEDED else self.events.warning
        log("%s: %s: %s", self._describe(self.planned), record.outcome, record.reason)

    def _closed_unfinished(self, now: datetime) -> bool:
        """Close a run that was killed together with an earlier service. False while a process still holds the home."""
        with suppress(LoglingError), locked(self.home):
            end_leftovers(self.home)
            for record in self.ledger.close_unfinished(now):
                self.on_killed(record)
            return True
        self._report("waiting: a run is under way that this service did not begin")
        return False

    def _home_is_free(self) -> bool:
        try:
            with locked(self.home):
                return True
        except LoglingError as error:
            self._report(f"waiting: {error}")
            return False

    def _report_waiting(self, reason: MustWait) -> None:
        if str(reason):
            self._report(f"waiting: {reason}")

    def _report(self, message: str) -> None:
        """Say in the log and to systemd what the service does now, unless that was said last."""
        if message != self.message:
            self.events.info("%s", message)
            self.notifier.send(STATUS=message)
            self.message = message

    def _write_status(self, now: datetime) -> None:
        """Write how the service stands, when it has changed or is a minute old.

        If it cannot be written, the page reports a status that is too old.
        """
        status = self._status(now)
        if (
            self.status
            and replace(self.status, last_turn=now) == status
            and timedelta(0) <= now - self.status.last_turn < self.status_every
        ):
            return
        with suppress(sqlite3.Error):
            write_service_status(self.ledger.path, status)
            self.status = status

    def _status(self, now: datetime) -> ServiceStatus:
        planned = self.planned
        return ServiceStatus(
            started=self.status.started if self.status else now,
            last_turn=now,
            is_running=self.run is not None,
            next_run=planned.when if planned else None,
            slot=planned.slot if planned else None,
            attempt=planned.attempt if planned else 1,
            unpushed_since=self.pushes.waiting_since(),
            next_push=self.pushes.next_push,
            hold=describe_hold(self.home),
        )

    def _describe_next(self, planned: PlannedRun) -> str:
        when = self.schedule.format_moment(planned.when)
        if planned.attempt == 1:
            return f"next run {when}"
        return f"trying again {when}, for {self._describe(planned)}"

    def _describe(self, planned: PlannedRun) -> str:
        attempts = len(self.schedule.retries) + 1
        attempt = f", attempt {planned.attempt} of {attempts}" if planned.attempt > 1 else ""
        return f"{self.schedule.format_moment(planned.slot)}{attempt}"


def scheduled_record(planned: PlannedRun, outcome: Outcome | None = None, reason: str = "") -> RunRecord:
    """The record of a scheduled run."""
    return RunRecord(slot=slot_text(planned.slot), attempt=planned.attempt, outcome=outcome, reason=reason)


def describe_hold(home: Home) -> str:
    """Why nothing is published; empty when nothing is held."""
    try:
        return Hold(home).describe()
    except (LoglingError, OSError) as error:
        return str(error)


def run_until_stopped(loop: ServiceLoop, now: Clock, wait: Wait) -> None:
    """Turn the loop. `wait` returns at the given time or earlier, and False when the service is to stop."""
    while wait(loop.turn(now())):
        pass
    loop.stop(now())
