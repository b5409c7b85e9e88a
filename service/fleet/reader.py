"""How the homes of a fleet stand, for its page: each ledger is read when it has changed, in threads of its own.

What is kept of a home is small (`HomeSummary`), so that a thousand fit in a few megabytes, and a page is made of memory
alone: it does not wait for a home whose disk does not answer.
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from threading import Event, Thread
from typing import NamedTuple

from ..admin.health import LOOP_IS_LATE, UNREADABLE, Health, Symptom
from ..admin.history import History, LedgerReader, mask_secrets
from ..admin.home_summary import HomeSummary, summarise
from ..errors import LoglingError
from ..home import Home
from ..schedule.schedule import Schedule
from ..settings import ScheduleSettings, Settings
from .crew import Crew
from .fleet_settings import delay_of
from .heartbeat import Heartbeat, read_heartbeat
from .homes import FoundHome, find_homes
from .member import stamp

Clock = Callable[[], datetime]
LOOK_EVERY = 5.0  # seconds between two looks at what has changed
FIND_EVERY = 30.0  # seconds between two walks
JUDGE_EVERY = timedelta(minutes=10)  # an unchanged home is judged anew, since time alone can make it unwell
SECONDS_TO_BEGIN = 20.0
WALK = ("walk",)
ORDER = ("bad", "look", "new", "good")  # in which homes are shown


class HomeState(NamedTuple):
    """How a home stands."""

    name: str
    model: str  # what its model is called
    summary: HomeSummary

    @property
    def kind(self) -> str:
        """One of ORDER."""
        health = self.summary.health
        if health.reasons:
            return "bad"
        if health.warnings or self.summary.is_held:
            return "look"
        return "new" if health.missing else "good"


class Reading(NamedTuple):
    """A home as it was read, and what it was read from: while this is the same, it need not be read again."""

    state: HomeState
    source: tuple[object, ...]
    at: datetime


@dataclass
class FleetLedger(LedgerReader):
    """The ledger of a home in a fleet. That its service lives is not in it, but in the heartbeat."""

    alive_at: Callable[[], datetime | None] = field(default=lambda: None)  # when the fleet that serves it last said so

    def history(self) -> History:
        """What the ledger and the heartbeat say now."""
        history, at = super().history(), self.alive_at()
        if history.service and at and at > history.service.last_turn:
            return history._replace(service=replace(history.service, last_turn=at))
        return history


class FleetReader:
    """Keeps reading the homes below a folder. Its attributes may be read at any time, from any thread."""

    def __init__(self, folder: Path, window: timedelta, now: Clock) -> None:
        self.folder = folder
        self.homes: dict[str, FoundHome] = {}
        self.passed_over: dict[str, str] = {}
        self.problem = ""  # why homes cannot be looked for; those that are known are read on
        self.heartbeat: Heartbeat | None = None
        self.crew = Crew(lambda: self._room.set())
        self._window = window
        self._now = now
        self._readings: dict[str, Reading] = {}
        self._room = Event()
        self._walked = float("-inf")
        self._is_ended = False

    def begin(self) -> None:
        """Read all homes once, as far as that works soon, and go on in a thread."""
        self._find()
        begun = Event()
        Thread(target=self._keep_reading, args=(begun,), name="fleet reader", daemon=True).start()
        begun.wait(SECONDS_TO_BEGIN)
        until = time.monotonic() + SECONDS_TO_BEGIN
        while len(self._readings) < len(self.homes) and time.monotonic() < until:
            time.sleep(0.05)

    def read_all(self) -> None:
        """Read all homes once, one after the other. For a command; the page has `begin`. Raises LoglingError."""
        self.homes, self.passed_over = find_homes(self.folder)
        self.heartbeat = read_heartbeat(self.folder)
        for name, found in self.homes.items():
            self._read(name, found.home)

    def end(self) -> None:
        """Read no more."""
        self._is_ended = True
        self.crew.close(SECONDS_TO_BEGIN)

    def states(self) -> list[HomeState]:
        """All homes, those that are not well first, then by name. One that was not read yet is not well."""
        hanging = set(self.crew.hanging())
        states = [self._state(name, name in hanging) for name in list(self.homes)]
        return sorted(states, key=lambda state: (ORDER.index(state.kind), state.name))

    def is_alive(self) -> bool:
        """Whether the service of the fleet lives."""
        return self.heartbeat is not None and self._now() - self.heartbeat.at <= LOOP_IS_LATE

    def alive_at(self, name: str) -> datetime | None:
        """When the fleet last served this home; None where it does not."""
        beat = self.heartbeat
        return None if beat is None or name in beat.problems else beat.at

    def schedule_of(self, name: str, settings: Settings) -> Schedule:
        """When the home's runs are due in this fleet."""
        schedule = Schedule.of(settings.schedule)
        return schedule.delayed(delay_of(name, schedule, self._window))

    def _state(self, name: str, hangs: bool) -> HomeState:
        reading = self._readings.get(name)
        state = reading.state if reading else unread(name, "it was not read yet", self._now())
        return with_reason(state, "its disk does not answer") if hangs else state

    def _keep_reading(self, begun: Event) -> None:
        while not self._is_ended:
            if time.monotonic() - self._walked > FIND_EVERY:
                self._walked = time.monotonic()
                self.crew.give(WALK, WALK, self._find)
            self.heartbeat = read_heartbeat(self.folder)
            for name, found in list(self.homes.items()):
                while not self.crew.has_room() and not self._is_ended:
                    self._room.clear()
                    self._room.wait(1)
                self.crew.give(name, found.device, partial(self._read, name, found.home))
            begun.set()
            time.sleep(LOOK_EVERY)

    def _find(self) -> None:
        try:
            found = find_homes(self.folder)
        except LoglingError as error:
            self.problem = str(error)
            return
        self.problem = ""
        self.homes, self.passed_over = found.homes, found.problems
        for name in self._readings.keys() - found.homes.keys():
            self._readings.pop(name, None)

    def _read(self, name: str, home: Home) -> None:
        """Read a home if it has changed."""
        now, known = self._now(), self._readings.get(name)
        problem = self.heartbeat.problems.get(name, "") if self.heartbeat else ""
        wal = home.ledger.with_name(f"{home.ledger.name}-wal")
        files = tuple(stamp(file) for file in (home.settings_file, home.ledger, wal))
        source = (files, problem, self.is_alive())
        if known and known.source == source and timedelta(0) <= now - known.at < JUDGE_EVERY:
            return
        self._readings[name] = Reading(self._judge(name, home, problem, now), source, now)

    def _judge(self, name: str, home: Home, problem: str, now: datetime) -> HomeState:
        try:
            settings = home.settings()
        except LoglingError as error:
            return unread(name, str(error), now)
        ledger = FleetLedger(home.ledger, alive_at=lambda: self.alive_at(name))
        state = read_state(name, settings, ledger, self.schedule_of(name, settings), now)
        return with_reason(state, problem) if problem else state


def read_state(name: str, settings: Settings, ledger: LedgerReader, schedule: Schedule, now: datetime) -> HomeState:
    """How a home stands by its ledger."""
    try:
        summary = summarise(ledger.history(), schedule, now)
    except sqlite3.Error:
        summary = summarise(History(), schedule, now, UNREADABLE)
    return HomeState(name, settings.model_name or name, summary)


def unread(name: str, problem: str, now: datetime) -> HomeState:
    """A home of which nothing but a problem is known."""
    health = Health((Symptom("home", mask_secrets(problem)),))
    return HomeState(name, name, summarise(History(), Schedule.of(ScheduleSettings()), now, health))


def with_reason(state: HomeState, problem: str) -> HomeState:
    """The same home with one more reason why it is not well, before all others."""
    health = state.summary.health
    reasons = (Symptom("home", mask_secrets(problem)), *health.reasons)
    return state._replace(summary=state.summary._replace(health=health._replace(reasons=reasons)))


def summaries(states: list[HomeState]) -> Mapping[str, HomeSummary]:
    """The summaries by name."""
    return {state.name: state.summary for state in sorted(states, key=lambda state: state.name)}
