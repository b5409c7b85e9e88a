"""Rounds of the watch between runs: when they begin, with a clock that nobody waits for; then for real."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from service.home import Home
from service.schedule.child_process import Child, ChildResult
from service.schedule.push_retry import PushRetry
from service.schedule.run_places import MustWait
from service.schedule.schedule import PlannedRun, Schedule
from service.schedule.service_loop import ServiceLoop, run_until_stopped
from service.schedule.systemd import Notifier
from service.schedule.watch_rounds import WatchRounds
from service.settings import ScheduleSettings
from service.storage.ledger import Ledger
from service.storage.run_record import RunRecord
from tests.support.homes import Place
from tests.support.served import Served

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
NOON = datetime(2026, 3, 4, 12, tzinfo=UTC)


@dataclass
class Something:
    """A child that takes ten minutes, of a clock that nobody waits for."""

    world: World
    ends: datetime

    def time_left(self) -> timedelta:
        return 10 * MINUTE

    def result(self) -> ChildResult | None:
        return ChildResult("failed", "no matter") if self.world.now >= self.ends else None

    def stop(self) -> ChildResult:
        self.world.stopped += 1
        return ChildResult("interrupted", "it was asked to stop")


@dataclass
class World:
    """A clock, and when rounds and runs began."""

    now: datetime = NOON
    until: datetime = NOON
    rounds: list[datetime] = field(default_factory=list)
    runs: list[datetime] = field(default_factory=list)
    killed: list[RunRecord] = field(default_factory=list)
    stopped: int = 0
    is_full: bool = False  # whether a run must wait for others of the machine

    def start_round(self) -> Child:
        self.rounds.append(self.now)
        return Something(self, self.now + 10 * MINUTE)

    def start_run(self, planned: PlannedRun) -> Child:
        if self.is_full:
            raise MustWait("2 runs are under way")
        self.runs.append(self.now)
        return Something(self, self.now + 10 * MINUTE)

    def wait(self, until: datetime) -> bool:
        self.now = max(self.now, until)
        return self.now < self.until

    def play(self, home: Home, hours: float, every: timedelta, **schedule: object) -> None:
        self.until = self.now + hours * HOUR
        plan = Schedule.of(ScheduleSettings.model_validate(schedule))
        with Ledger(home.ledger) as ledger:
            rounds = WatchRounds(every, self.start_round)
            pushes = PushRetry(home, self.start_round)
            loop = ServiceLoop(
                home, plan, ledger, self.start_run, Notifier("", None), pushes, rounds, self.killed.append
            )  # fmt: skip
            run_until_stopped(loop, lambda: self.now, self.wait)


@pytest.fixture
def home(tmp_path: Path) -> Home:
    home = Home(tmp_path)
    home.make_state()
    return home


def hours(moments: list[datetime]) -> list[float]:
    return [(moment - NOON) / HOUR for moment in moments]


def quiet(home: Home) -> None:
    """Nothing is due for days."""
    with Ledger(home.ledger) as ledger:
        record = RunRecord(slot="2026-03-01T03:30:00+00:00", attempt=1, outcome="skipped")
        ledger.end_scheduled(record, NOON)


def test_a_round_begins_with_the_service_and_then_every_hour(home: Home) -> None:
    quiet(home)
    world = World()
    world.play(home, 3.5, HOUR)
    assert hours(world.rounds) == [0, 1, 2, 3]


def test_a_run_that_is_due_begins_behind_one_round(home: Home) -> None:
    quiet(home)
    world = World(NOON + timedelta(days=3, hours=15))  # Sunday, 03:00
    world.play(home, 0.8, 3 * HOUR)
    before, of_run = world.rounds
    assert before < of_run
    assert [world.runs[0] - of_run, len(world.runs)] == [10 * MINUTE, 1]


def test_a_run_that_is_due_waits_for_a_round_under_way(home: Home) -> None:
    quiet(home)
    world = World(NOON + timedelta(days=3, hours=15, minutes=25))  # Sunday, 03:25
    world.play(home, 0.4, HOUR)
    assert [world.runs[0] - begun for begun in world.rounds] == [20 * MINUTE, 10 * MINUTE]


def test_while_a_run_waits_for_others_of_the_machine_rounds_go_on(home: Home) -> None:
    world = World(is_full=True)
    world.play(home, 3.5, HOUR)
    assert hours(world.rounds) == [0, 1, 2, 3]


def test_a_clock_that_was_set_back_delays_no_round(home: Home) -> None:
    world = World()
    rounds = WatchRounds(HOUR, world.start_round)
    rounds.turn(NOON)
    rounds.turn(NOON - timedelta(days=300))
    assert len(world.rounds) == 2


def test_a_round_under_way_is_ended_with_the_service(home: Home) -> None:
    quiet(home)
    world = World()
    world.play(home, 0.1, HOUR)
    assert world.stopped == 1


def test_a_run_that_could_not_write_its_end_is_told(home: Home) -> None:
    world = World()
    world.play(home, 0.4, HOUR)
    assert [record.outcome for record in world.killed] == ["failed"]


def test_a_run_that_was_killed_with_its_service_is_told(home: Home) -> None:
    quiet(home)
    with Ledger(home.ledger) as ledger:
        ledger.begin(RunRecord(), NOON)
    world = World()
    world.play(home, 0.1, HOUR)
    assert [record.outcome for record in world.killed] == ["interrupted"]


def test_the_service_checks_new_lines_and_logs_no_line(committed: Place, serve: Callable[[Home], Served]) -> None:
    committed.set("[watch]\n", '[watch]\nevery = "2s"\n')
    with Ledger(committed.home.ledger) as ledger:
        latest = Schedule.of(committed.home.settings().schedule).latest(datetime.now(UTC))
        record = RunRecord(slot=latest.isoformat(timespec="seconds"), attempt=1, outcome="skipped")
        ledger.end_scheduled(record, datetime.now(UTC))
    service = serve(committed.home)
    service.until("watch: 0 new lines")
    committed.append(["valve burst beside the greenhouse wall"])
    service.until("1 new finding; 1 told")
    assert "greenhouse" not in "".join(service.lines)
    assert "greenhouse" in committed.logling("findings").stdout
