"""One home of a fleet: the loop of `logling serve` for it, asked for a turn when something is to be done.

A look at a home costs a few calls of stat; its ledger is opened only when a file of it has changed, its time has come
or its run has ended, and closed again. Between two looks a home has no file, no socket and no thread.

All but the constructor and `wake` may wait for the home's disk, and is called from one thread at a time (`crew.py`).
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Lock

from ..errors import LoglingError
from ..home import only_service
from ..schedule.event_log import NamedEvents
from ..schedule.home_loop import Place, SidePlace, make_loop
from ..schedule.run_places import MustWait
from ..schedule.schedule import PlannedRun
from ..schedule.service_loop import AFTER_ERROR, ServiceLoop
from ..schedule.systemd import Notifier
from ..storage.database import describe_sqlite_failure
from ..storage.ledger import Ledger
from .fleet_settings import delay_of
from .homes import FoundHome

LOOK_EVERY = timedelta(seconds=60)
AT_ONCE = datetime.min.replace(tzinfo=UTC)
NEVER = datetime.max.replace(tzinfo=UTC)
Files = tuple[tuple[int, int] | None, ...]  # of each: when it was changed, and its size


class Permission:
    """The permission to begin one run, with its place on the machine. It is used once, or taken back."""

    def __init__(self, place: Place, given: datetime) -> None:
        self.given = given
        self._place = place
        self._is_open = True
        self._lock = Lock()

    def use(self) -> Place:
        """The place, which is the caller's from now on. Raises MustWait when it was taken back."""
        with self._lock:
            if not self._is_open:
                raise MustWait
            self._is_open = False
            return self._place

    def take_back(self) -> bool:
        """Take it back. False if it was used before."""
        with self._lock:
            was_open, self._is_open = self._is_open, False
        if was_open and self._place:
            self._place.close()
        return was_open


@dataclass
class Member:
    """What the fleet knows of a home."""

    name: str
    found: FoundHome
    window: timedelta
    on_end: Callable[[], None]  # when a child process of it has ended
    side_place: SidePlace
    next_look: datetime = AT_ONCE
    waits_since: datetime | None = None  # its run is due since then, and waits for a permission
    permission: Permission | None = None
    problem: str = ""  # why it is not served; empty: it is
    is_gone: bool = False  # its folder is no home any more
    loop: ServiceLoop | None = None
    _next_turn: datetime = AT_ONCE
    _files: Files = ()
    _settings_file: tuple[int, int] | None = None  # as it was when the settings were read
    _held: ExitStack = field(default_factory=ExitStack)  # the service's lock of the home, while a child is under way
    _is_held: bool = False
    _wrong_settings: str = ""  # what is wrong with those in the file, while a run by earlier ones is under way
    _is_crowded: bool = False  # a push could not begin, because others are under way

    def __post_init__(self) -> None:
        self._home = self.found.home
        self._events = NamedEvents(self.name)

    @property
    def is_at_work(self) -> bool:
        """Whether a run of it is under way."""
        return self.loop is not None and self.loop.run is not None

    def wake(self) -> None:
        """Have its next look be a turn, as soon as possible. May be called from any thread."""
        self._next_turn = self.next_look = AT_ONCE

    def look(self, now: datetime) -> None:
        """Give the home its turn if something may be to be done, and set when to look again."""
        self.next_look = now + LOOK_EVERY
        if self.permission or self._next_turn <= now or self._files != self._changes():
            self._next_turn = NEVER  # a child that ends from here on asks for another turn
            self._files = self._changes()  # before the turn: what changes while it goes on is for the next one
            following = now + AFTER_ERROR
            try:
                following = self._turn(now)
            except Exception:
                self.problem = "an error that was not expected: the service's log has more"
                raise
            finally:
                self._next_turn = min(self._next_turn, following)
        self.next_look = min(self.next_look, self._next_turn)

    def _turn(self, now: datetime) -> datetime:
        self.waits_since, self._is_crowded = None, False
        try:
            if not self._home.settings_file.is_file():
                return self._turn_of_gone(now)
            self._hold()
            with Ledger(self._home.ledger) as ledger:
                following = self._prepare(ledger).turn(now)
        except (LoglingError, OSError, sqlite3.Error) as error:
            self._report(describe_sqlite_failure(error) if isinstance(error, sqlite3.Error) else str(error))
            return now + AFTER_ERROR
        finally:
            self._let_go()
        self._report(self._wrong_settings)
        if self._is_crowded:
            return now + LOOK_EVERY
        if self.waits_since and self.loop:  # a permission comes with a look of its own
            return following if self.loop.has_child() else self.loop.next_between_runs()
        return following

    def _turn_of_gone(self, now: datetime) -> datetime:
        """A home that has gone begins nothing more; its run is left to end."""
        self.is_gone = True
        if self.loop and self.loop.run and self.loop.run.result():
            self.loop.run = None
        return now + LOOK_EVERY

    def _prepare(self, ledger: Ledger) -> ServiceLoop:
        """The loop with this ledger, by the settings as they are in the file now. Raises LoglingError."""
        self.is_gone = False
        written = stamp(self._home.settings_file)
        if self.loop is None or written != self._settings_file:
            try:
                settings = self._home.settings()
            except LoglingError as error:
                if not self.is_at_work:
                    raise
                self._wrong_settings = str(error)  # the run under way is seen to its end all the same
            else:
                self._wrong_settings = ""
                loop = make_loop(
                    self._home, settings, ledger, self._child_has_ended, Notifier("", None), self._events,
                    self._use_permission, self._use_side_place,
                )  # fmt: skip
                self._take_over(loop)
                self._settings_file = written
        assert self.loop
        self.loop.ledger = ledger
        return self.loop

    def _take_over(self, loop: ServiceLoop) -> None:
        """Go on with a loop of new settings from where the one before stands."""
        loop.schedule = loop.schedule.delayed(delay_of(self.name, loop.schedule, self.window))
        loop.status_every = timedelta.max  # that the service lives, the heartbeat of the fleet says
        if self.loop:
            loop.go_on_from(self.loop)
        self.loop = loop

    def _use_permission(self, planned: PlannedRun) -> Place:
        if not self.permission:
            self.waits_since = planned.when
            raise MustWait
        return self.permission.use()

    def _use_side_place(self) -> Place:
        try:
            return self.side_place()
        except MustWait:
            self._is_crowded = True
            raise

    def _child_has_ended(self) -> None:
        self.wake()
        self.on_end()

    def _hold(self) -> None:
        """Be the service of this home. Raises LoglingError where another process is."""
        if not self._is_held:
            self._held.enter_context(only_service(self._home))
            self._is_held = True

    def _let_go(self) -> None:
        """Leave the home to whoever wants to serve it, unless a child of it is under way."""
        if self._is_held and not (self.loop and self.loop.has_child()):
            self._held.close()
            self._is_held = False

    def stop(self, now: datetime) -> None:
        """End what is under way, and write that down. Does not raise."""
        if not self.loop or not self.loop.has_child():
            return
        with suppress(LoglingError, OSError, sqlite3.Error), Ledger(self._home.ledger) as self.loop.ledger:
            self.loop.stop(now)
        self._let_go()

    def _report(self, problem: str) -> None:
        """Note why the home is not served, and log it once."""
        if problem and problem != self.problem:
            self._events.warning("%s", problem)
        self.problem = problem

    def _changes(self) -> Files:
        home = self._home
        return tuple(
            stamp(path)
            for path in (home.settings_file, home.ledger, home.unpushed, home.state / "hold.json")
        )  # fmt: skip


def stamp(path: Path) -> tuple[int, int] | None:
    """When a file was changed, and its size; None where there is none."""
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_mtime_ns, status.st_size
