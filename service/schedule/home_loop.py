"""The loop of one home as its settings say: how its runs, pushes and rounds are started, and with which limits."""

from __future__ import annotations

import socket
from collections.abc import Callable, Sequence
from datetime import timedelta
from threading import Thread

from ..home import Home
from ..settings import Settings
from ..storage.ledger import Ledger
from ..storage.run_record import RunRecord
from ..telling.hooks import call_hooks_of_end
from .child_process import Child, ChildProcess, push_command_line, retrain_command_line, watch_command_line
from .event_log import EVENTS, Events
from .push_retry import PushRetry
from .run_places import take_place
from .schedule import PlannedRun, Schedule
from .service_loop import ServiceLoop, StartRun
from .systemd import Notifier
from .watch_rounds import WatchRounds

Place = socket.socket | None
RunPlace = Callable[[PlannedRun], Place]
SidePlace = Callable[[], Place]


def make_loop(
    home: Home,
    settings: Settings,
    ledger: Ledger,
    on_end: Callable[[], None],
    notifier: Notifier,
    events: Events = EVENTS,
    run_place: RunPlace | None = None,
    side_place: SidePlace | None = None,
) -> ServiceLoop:
    """The loop of a home. `on_end` is called from a thread when a child process has ended.

    `run_place` gives a run its place on the machine, or raises MustWait; it goes by `host_runs` unless given.
    `side_place` does so for what runs beside, as a push or a round of the watch; it waits for nothing unless given.
    """
    starts = Starts(home, settings, on_end, events)
    side_place = side_place or (lambda: None)
    run_place = run_place or (lambda _: take_place(settings.schedule.host_runs))
    return ServiceLoop(
        home,
        Schedule.of(settings.schedule),
        ledger,
        starts.of_runs(run_place),
        notifier,
        PushRetry(home, starts.of_pushes(side_place)),
        WatchRounds(settings.watch.interval, starts.of_rounds(side_place)) if settings.watch.interval else None,
        hook_caller(home, settings, events),
        events,
    )


def hook_caller(home: Home, settings: Settings, events: Events) -> Callable[[RunRecord], None]:
    """A function that calls the hooks of a run that was killed. It returns at once, and problems are logged."""

    def call(record: RunRecord) -> None:
        for problem in call_hooks_of_end(settings.hooks, home, record):
            events.warning("%s", problem)

    return lambda record: Thread(target=call, args=(record,), daemon=True).start()


class Starts:
    """Functions that start the child processes of a home."""

    def __init__(self, home: Home, settings: Settings, on_end: Callable[[], None], events: Events) -> None:
        self._home = home
        self._run_limit = timedelta(minutes=settings.training.minutes + settings.schedule.overtime_minutes)
        # More than the git commands of a push may take together.
        self._push_limit = timedelta(minutes=5, seconds=5 * settings.git.seconds)
        self._round_limit = timedelta(minutes=settings.schedule.overtime_minutes)
        self._on_end = on_end
        self._events = events

    def of_runs(self, place: RunPlace) -> StartRun:
        """A function that starts a run."""

        def start(planned: PlannedRun) -> Child:
            return self._child("run", retrain_command_line(self._home, planned), self._run_limit, place(planned))

        return start

    def of_pushes(self, place: SidePlace) -> Callable[[], Child]:
        """A function that starts a push."""
        return lambda: self._child("push", push_command_line(self._home), self._push_limit, place())

    def of_rounds(self, place: SidePlace) -> Callable[[], Child]:
        """A function that starts a round of the watch."""
        return lambda: self._child("watch", watch_command_line(self._home), self._round_limit, place())

    def _child(self, name: str, command: Sequence[str], limit: timedelta, place: Place) -> Child:
        """A child that holds the place from here on."""
        try:
            keeps = [place.fileno()] if place else []
            return ChildProcess(
                command, self._home, limit, lambda line: self._events.info("%s: %s", name, line), self._on_end, keeps
            )
        finally:
            if place:
                place.close()
