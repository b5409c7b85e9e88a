"""`logling serve`: puts the schedule, the scheduler, the loop and the admin page together, and runs until stopped."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from datetime import timedelta
from threading import Thread

from .exit_status import ending_signals
from .home import Home, only_service
from .schedule.admin_process import AdminProcess
from .schedule.child_process import Child, ChildProcess, push_command_line, retrain_command_line, watch_command_line
from .schedule.event_log import EVENTS, begin_log
from .schedule.push_retry import PushRetry
from .schedule.schedule import PlannedRun, Schedule
from .schedule.scheduler import HEARTBEAT, Scheduler
from .schedule.service_loop import Clock, ServiceLoop, StartRun, run_until_stopped
from .schedule.systemd import from_environment
from .schedule.watch_rounds import WatchRounds
from .settings import Settings
from .storage.ledger import Ledger
from .storage.run_record import RunRecord
from .telling.delivery import check_apprise
from .telling.hooks import call_hooks_of_end


def serve(home: Home, now: Clock) -> None:
    """Run what is due until SIGTERM, SIGINT or SIGHUP. Raises LoglingError when this home already has a service."""
    settings = home.settings()
    check_apprise(settings.watch)
    notifier = from_environment(os.environ)
    begin_log()
    with (
        only_service(home),
        Ledger(home.ledger) as ledger,
        Scheduler(min(HEARTBEAT, notifier.ping_seconds or HEARTBEAT)) as scheduler,
        AdminProcess(home, settings.admin) as page,
    ):
        loop = ServiceLoop(
            home,
            Schedule.of(settings.schedule),
            ledger,
            run_starter(home, settings, scheduler.wake),
            notifier,
            PushRetry(home, push_starter(home, settings, scheduler.wake)),
            watch_rounds(home, settings, scheduler.wake),
            hook_caller(home, settings),
        )

        def stop(*_: object) -> None:
            page.ask_to_stop()  # first, so that it ends while the run does
            scheduler.stop()

        for number in ending_signals():
            signal.signal(number, stop)
        EVENTS.info("serving %s, process %d", home.path, os.getpid())
        notifier.send(READY="1")
        run_until_stopped(loop, now, scheduler.wait)
    EVENTS.info("stopped")


def run_starter(home: Home, settings: Settings, on_end: Callable[[], None]) -> StartRun:
    """A function that starts a run as a child process with a time limit."""
    limit = timedelta(minutes=settings.training.minutes + settings.schedule.overtime_minutes)

    def start(planned: PlannedRun) -> Child:
        command = retrain_command_line(home, planned)
        return ChildProcess(command, home, limit, lambda line: EVENTS.info("run: %s", line), on_end)

    return start


def push_starter(home: Home, settings: Settings, on_end: Callable[[], None]) -> Callable[[], Child]:
    """A function that starts a push as a child process. Its limit is more than its git commands may take together."""
    limit = timedelta(minutes=5, seconds=5 * settings.git.seconds)

    def start() -> Child:
        return ChildProcess(push_command_line(home), home, limit, lambda line: EVENTS.info("push: %s", line), on_end)

    return start


def watch_rounds(home: Home, settings: Settings, on_end: Callable[[], None]) -> WatchRounds | None:
    """The rounds of the watch as child processes with a time limit; None where none are wanted."""
    if settings.watch.interval is None:
        return None
    limit = timedelta(minutes=settings.schedule.overtime_minutes)

    def start() -> Child:
        return ChildProcess(watch_command_line(home), home, limit, lambda line: EVENTS.info("watch: %s", line), on_end)

    return WatchRounds(settings.watch.interval, start)


def hook_caller(home: Home, settings: Settings) -> Callable[[RunRecord], None]:
    """A function that calls the hooks of a run that was killed. It returns at once, and problems are logged."""

    def call(record: RunRecord) -> None:
        for problem in call_hooks_of_end(settings.hooks, home, record):
            EVENTS.warning(problem)

    return lambda record: Thread(target=call, args=(record,), daemon=True).start()
