"""The service: wakes when a run is due, runs it in a child process, and outlives whatever comes of it.

What is due is computed from the ledger each time (`schedule.outlook`), so a missed, doubled or wrong wake-up does
no harm. APScheduler wakes the loop at the moment it asked for; a heartbeat that does not depend on the wall clock
looks again anyway, because that clock may be set, and a machine may sleep. The loop is `run_until_stopped`: it
takes the clock and the waiting as arguments, and it feeds systemd's watchdog itself.
"""

from __future__ import annotations

import os
import signal
import sqlite3
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING, Self

from apscheduler.executors.pool import ThreadPoolExecutor  # type: ignore[import-untyped]
from apscheduler.schedulers.background import BackgroundScheduler  # type: ignore[import-untyped]
from apscheduler.triggers.interval import IntervalTrigger  # type: ignore[import-untyped]

from .admin.server import WebServer
from .errors import LoglingError
from .home import Home, locked, only_service
from .schedule.child_process import Child, End, Running, end_leftovers, push_command, retrain_command
from .schedule.event_log import EVENTS, begin_log
from .schedule.push_retry import Pushes
from .schedule.schedule import Outlook, Schedule, outlook
from .schedule.systemd import Notifier, from_environment
from .settings import Settings
from .storage.ledger import SUCCEEDED, Ledger
from .storage.run_record import Outcome, RunRecord, slot_text

if TYPE_CHECKING:
    from starlette.types import ASGIApp

HEARTBEAT = 30.0  # seconds
BUSY = timedelta(seconds=5)  # until it is looked again whether the home is free
TROUBLE = timedelta(seconds=60)  # until the service tries again what it could not do itself

Clock = Callable[[], datetime]
Wait = Callable[[datetime], bool]


Begin = Callable[[Outlook], Running]


@dataclass
class Service:
    """What the service knows between two turns of its loop. `begin` begins a run; it may raise OSError."""

    home: Home
    schedule: Schedule
    ledger: Ledger
    begin: Begin
    notifier: Notifier
    pushes: Pushes
    wanted: Outlook | None = None  # the run that is under way, or else the next
    running: Running | None = None
    status: str = ""
    turned: datetime | None = None  # when the loop last came round

    def turn(self, now: datetime) -> datetime:
        """Do what is to be done now; returns when to look again. What the service cannot do, it tries again."""
        self.notifier.alive()
        self.turned = now
        try:
            if self.pushes.is_under_way():  # a run that is due waits for it
                return now + BUSY
            return self._close(now) if self.running else self._look(now)
        except (LoglingError, OSError, sqlite3.Error) as error:
            self._say(f"the service cannot go on: {error}; trying again every {TROUBLE.seconds} s")
            return now + TROUBLE

    def stop(self, now: datetime) -> None:
        """End the run under way and write down that it was interrupted."""
        self.notifier.tell(STOPPING="1")
        self.pushes.stop()
        if self.running:
            self._note(self.running.stop(), now)

    def _look(self, now: datetime) -> datetime:
        if self.ledger.has_unfinished() and not self._tidied(now):
            return now + BUSY
        latest = self.schedule.latest(now)
        self.wanted = outlook(self.schedule, now, self.ledger.tries(latest))
        if self.wanted.when > now:
            self._say(self._next_in_words(self.wanted))
            return min(self.wanted.when, self.pushes.turn(now))
        if not self._is_free():
            return now + BUSY
        self._say(f"running for {self._in_words(self.wanted)}")
        try:
            self.running = self.begin(self.wanted)
        except OSError as error:
            self._note(End("failed", f"its process could not be started: {error.strerror}"), now)
            return now
        return now + self.running.remaining()

    def _close(self, now: datetime) -> datetime:
        assert self.running
        end = self.running.ended()
        if end is None:
            return now + self.running.remaining()
        self._note(end, now)
        return now

    def _note(self, end: End, now: datetime) -> None:
        """Write down and tell how a run ended. Should the ledger fail, it is tried again in the next turn."""
        assert self.wanted
        scheduled = scheduled_record(self.wanted, outcome=end.outcome, reason=end.reason)
        record = self.ledger.end_scheduled(scheduled, now, overrule=end.overrules)
        self.running = None
        tell = EVENTS.info if record.outcome in SUCCEEDED else EVENTS.warning
        tell("%s: %s: %s", self._in_words(self.wanted), record.outcome, record.reason)

    def _tidied(self, now: datetime) -> bool:
        """Whether a run that was killed with an earlier service could be closed: not while anyone holds the home."""
        with suppress(LoglingError), locked(self.home):
            end_leftovers(self.home)
            self.ledger.close_unfinished(now)
            return True
        self._say("waiting: a run is under way that this service did not begin")
        return False

    def _is_free(self) -> bool:
        try:
            with locked(self.home):
                return True
        except LoglingError as error:
            self._say(f"waiting: {error}")
            return False

    def _say(self, status: str) -> None:
        """Tell the log and systemd what the service does now, if it is something else than before."""
        if status != self.status:
            EVENTS.info(status)
            self.notifier.tell(STATUS=status)
            self.status = status

    def _next_in_words(self, wanted: Outlook) -> str:
        if wanted.attempt == 1:
            return f"next run {self.schedule.in_words(wanted.when)}"
        return f"trying again {self.schedule.in_words(wanted.when)}, for {self._in_words(wanted)}"

    def _in_words(self, wanted: Outlook) -> str:
        attempt = f", attempt {wanted.attempt} of {len(self.schedule.retries) + 1}" if wanted.attempt > 1 else ""
        return f"{self.schedule.in_words(wanted.slot)}{attempt}"


def scheduled_record(wanted: Outlook, outcome: Outcome | None = None, reason: str = "") -> RunRecord:
    """The record of a scheduled run."""
    return RunRecord(slot=slot_text(wanted.slot), attempt=wanted.attempt, outcome=outcome, reason=reason)


def run_until_stopped(service: Service, now: Clock, wait: Wait) -> None:
    """The loop. `wait` returns at the given time or earlier, and False when the service is to stop."""
    while wait(service.turn(now())):
        pass
    service.stop(now())


class Alarm:
    """Waits until a moment, a wake-up, the next heartbeat, or the order to stop. A context manager.

    No job store and no grace time: a late wake-up is as good as one in time, and nothing needs to be remembered.
    """

    def __init__(self, heartbeat: float) -> None:
        self._heartbeat = heartbeat
        self._wakes: SimpleQueue[None] = SimpleQueue()  # the one queue that signal handlers may put into
        self._stopped = False
        defaults = {"misfire_grace_time": None, "coalesce": True, "max_instances": 1}
        executors = {"default": ThreadPoolExecutor(1)}
        self._scheduler = BackgroundScheduler(timezone=UTC, job_defaults=defaults, executors=executors)
        # One job that is moved, never removed: a job that ends while the scheduler shuts down raises in its thread.
        self._job = self._scheduler.add_job(self.wake, IntervalTrigger(weeks=5000))

    def __enter__(self) -> Self:
        self._scheduler.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._scheduler.shutdown()

    def wake(self) -> None:
        """End the waiting; from any thread."""
        self._wakes.put(None)

    def stop(self, *_: object) -> None:
        """End the waiting for good; a signal handler."""
        self._stopped = True
        self.wake()

    def wait(self, until: datetime) -> bool:
        """Wait; returns False when it is time to stop."""
        self._job.modify(next_run_time=until)
        with suppress(Empty):
            self._wakes.get(timeout=self._heartbeat)
        return not self._stopped


def serve(home: Home, now: Clock) -> None:
    """Run what is due until SIGTERM or SIGINT. Raises LoglingError when a service on this home is there already."""
    settings = home.settings()
    schedule = Schedule.of(settings.schedule)
    notifier = from_environment(os.environ)
    begin_log()
    with (
        only_service(home),
        Ledger(home.ledger) as ledger,
        Alarm(min(HEARTBEAT, notifier.ping_seconds or HEARTBEAT)) as alarm,
    ):
        pushes = Pushes(home, push_of(home, settings, alarm.wake))
        service = Service(home, schedule, ledger, child_of(home, settings, alarm.wake), notifier, pushes)
        with WebServer(settings.admin, lambda: admin_page(service, settings, now)) as web:

            def stop(*_: object) -> None:
                web.ask_to_stop()  # first: it takes its time beside the run's
                alarm.stop()

            for number in (signal.SIGTERM, signal.SIGINT):
                signal.signal(number, stop)
            EVENTS.info("serving %s, process %d", home.path, os.getpid())
            notifier.tell(READY="1")
            run_until_stopped(service, now, alarm.wait)
        EVENTS.info("stopped")


def admin_page(service: Service, settings: Settings, now: Clock) -> ASGIApp:
    """The admin page; what it needs is imported here, because no other command does."""
    from .admin.app import application

    return application(service, settings.admin, now)


def child_of(home: Home, settings: Settings, changed: Callable[[], None]) -> Begin:
    """How runs are begun: in a process, with a time limit."""
    limit = timedelta(minutes=settings.training.minutes + settings.schedule.overtime_minutes)

    def begin(wanted: Outlook) -> Running:
        return Child(retrain_command(home, wanted), home, limit, lambda line: EVENTS.info("run: %s", line), changed)

    return begin


def push_of(home: Home, settings: Settings, changed: Callable[[], None]) -> Callable[[], Running]:
    """How pushes are begun: likewise. The limit is more than all their git commands may take."""
    limit = timedelta(minutes=5, seconds=5 * settings.git.seconds)

    def begin() -> Running:
        return Child(push_command(home), home, limit, lambda line: EVENTS.info("push: %s", line), changed)

    return begin
