"""The loop of the service: a year of it with a clock that nobody waits for, and real children that crash and hang."""

import json
import re
import socket
import sqlite3
import sys
import time
from collections import Counter
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from service.home import Home, locked
from service.schedule.child_process import Child, ChildProcess, ChildResult, leftovers
from service.schedule.push_retry import PushRetry
from service.schedule.schedule import PlannedRun, Schedule
from service.schedule.scheduler import Scheduler
from service.schedule.service_loop import ServiceLoop, run_until_stopped, scheduled_record
from service.schedule.systemd import Notifier
from service.settings import ScheduleSettings
from service.storage.ledger import Ledger
from service.storage.run_record import Outcome
from service.storage.service_status import ServiceStatus, read_service_status
from tests.support.runs import Document, documents

MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
WEDNESDAY = datetime(2026, 11, 25, 12, tzinfo=UTC)


@pytest.fixture
def home(tmp_path: Path) -> Home:
    home = Home(tmp_path)
    home.make_state()
    return home


def no_push() -> Child:
    raise AssertionError("there is nothing to push")


@dataclass
class World:
    """A clock that nobody waits for, and runs that take ten minutes and end with the given outcomes."""

    now: datetime
    until: datetime
    outcomes: list[Outcome | None] = field(default_factory=lambda: ["committed"])  # None: killed; then repeated
    ledger: Ledger | None = None
    started: list[PlannedRun] = field(default_factory=list)
    ends: datetime | None = None

    def start(self, planned: PlannedRun) -> Child:
        assert self.ledger
        record = self.ledger.begin(scheduled_record(planned), self.now)
        outcome = self.outcomes[len(self.started) % len(self.outcomes)]
        self.started.append(planned)
        self.ends = self.now + 10 * MINUTE
        if outcome:
            record.outcome, record.reason = outcome, "as expected"
            self.ledger.end(record, self.ends)
        return self

    def time_left(self) -> timedelta:
        return 10 * MINUTE

    def result(self) -> ChildResult | None:
        assert self.ends
        return ChildResult("failed", "killed") if self.now >= self.ends else None

    def stop(self) -> ChildResult:
        return ChildResult("interrupted", "it was asked to stop")

    def wait(self, until: datetime) -> bool:
        self.now = max(self.now, until)
        return self.now < self.until

    def play(self, home: Home, **schedule: object) -> None:
        """One service, from start to stop."""
        with Ledger(home.ledger) as self.ledger:
            run_until_stopped(self.loop(home, **schedule), lambda: self.now, self.wait)

    def loop(self, home: Home, **schedule: object) -> ServiceLoop:
        assert self.ledger
        plan = Schedule.of(ScheduleSettings.model_validate(schedule))
        return ServiceLoop(home, plan, self.ledger, self.start, Notifier("", None), PushRetry(home, no_push))


def history(home: Home) -> list[Document]:
    """All ended runs, oldest first."""
    with Ledger(home.ledger) as ledger:
        return documents(ledger)[::-1]


def test_a_year_in_helsinki_has_a_run_each_sunday(home: Home) -> None:
    begin = datetime(2026, 1, 7, tzinfo=UTC)
    world = World(begin, begin + 364 * DAY)
    world.play(home, timezone="Europe/Helsinki")
    local = [datetime.fromisoformat(run["started"]).astimezone(tz=None) for run in history(home)]
    assert len(local) == 53
    assert len({planned.slot for planned in world.started}) == 53
    starts = [datetime.fromisoformat(run["started"]) for run in history(home)][1:]
    schedule = Schedule.of(ScheduleSettings(timezone="Europe/Helsinki"))
    words = Counter(re.sub(r"\d+-\d+-\d+ ", "", schedule.format_moment(start)) for start in starts)
    assert words == {"Sun 03:30 EET": 21, "Sun 03:30 EEST": 30, "Sun 04:30 EEST": 1}


def test_services_that_come_and_go_for_a_year_run_each_slot_once_at_most(home: Home) -> None:
    now, slots = datetime(2026, 1, 7, tzinfo=UTC), []
    for number in range(120):
        world = World(now, now + timedelta(hours=7 * number % 200 + 1), ["committed", "failed", "skipped", None])
        world.play(home, day="mon,thu", timezone="America/New_York")
        slots += [(planned.slot, planned.attempt) for planned in world.started]
        now = world.until + timedelta(hours=13 * number % 90)
    assert len(slots) > 80
    assert set(Counter(slots).values()) == {1}
    succeeded = Counter(r["slot"] for r in history(home) if r["outcome"] in ("committed", "skipped"))
    assert set(succeeded.values()) == {1}


def test_a_run_that_is_killed_is_failed_and_tried_again(home: Home) -> None:
    World(WEDNESDAY, WEDNESDAY + DAY, [None, "failed", "committed"]).play(home)
    assert [(run["outcome"], run["attempt"]) for run in history(home)] == [
        ("failed", 1),
        ("failed", 2),
        ("committed", 3),
    ]
    assert history(home)[0]["reason"] == "killed"


def test_a_run_under_way_is_interrupted_when_the_service_stops_and_made_up_for_after_the_start(home: Home) -> None:
    World(WEDNESDAY, WEDNESDAY + 5 * MINUTE, [None]).play(home)
    assert [(run["outcome"], run["reason"]) for run in history(home)] == [("interrupted", "it was asked to stop")]
    World(WEDNESDAY + 20 * MINUTE, WEDNESDAY + DAY).play(home)
    assert [(run["outcome"], run["attempt"]) for run in history(home)] == [("interrupted", 1), ("committed", 2)]


def test_a_run_that_a_killed_service_left_is_closed_and_made_up_for(home: Home) -> None:
    with Ledger(home.ledger) as ledger:
        slot = PlannedRun(WEDNESDAY, datetime(2026, 11, 22, 3, 30, tzinfo=UTC), 1)
        ledger.begin(scheduled_record(slot), WEDNESDAY)
    World(WEDNESDAY + 5 * MINUTE, WEDNESDAY + DAY).play(home)
    assert [(run["outcome"], run["attempt"]) for run in history(home)] == [("interrupted", 1), ("committed", 2)]


def test_a_run_that_cannot_be_started_is_a_failed_attempt(home: Home) -> None:
    def no_memory(_: PlannedRun) -> Child:
        raise OSError(12, "Cannot allocate memory")

    world = World(WEDNESDAY, WEDNESDAY + DAY)
    world.start = no_memory  # type: ignore[method-assign]
    world.play(home)
    assert [run["attempt"] for run in history(home)] == [1, 2, 3, 4]
    assert {run["reason"] for run in history(home)} == {"its process could not be started: Cannot allocate memory"}


def test_while_somebody_else_holds_the_home_the_service_waits_and_wastes_no_attempt(home: Home) -> None:
    world = World(WEDNESDAY, WEDNESDAY + 10 * MINUTE)
    with locked(home):
        world.play(home)
    assert world.started == []
    world.until += DAY
    world.play(home)
    assert [planned.attempt for planned in world.started] == [1]


def full_disk(*_: object, **__: object) -> Document:
    raise OSError(28, "No space left on device")


def test_a_full_disk_at_the_end_of_a_run_begins_no_other_and_is_logged_once(
    home: Home, caplog: pytest.LogCaptureFixture
) -> None:
    world = World(WEDNESDAY, WEDNESDAY + DAY)
    with Ledger(home.ledger) as world.ledger, caplog.at_level("INFO", "logling"):
        loop = world.loop(home)
        good, loop.ledger.end_scheduled = loop.ledger.end_scheduled, full_disk  # type: ignore[assignment]
        for _ in range(50):
            world.now = loop.turn(world.now)
        assert len(world.started) == 1
        assert sum("No space left" in message for message in caplog.messages) == 1
        loop.ledger.end_scheduled = good  # type: ignore[method-assign]
        run_until_stopped(loop, lambda: world.now, world.wait)
    assert len(world.started) == 1
    assert [run["outcome"] for run in history(home)] == ["committed"]


def test_the_log_tells_what_is_next_in_local_words(home: Home, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level("INFO", "logling"):
        World(WEDNESDAY, WEDNESDAY + DAY, ["failed", "committed"]).play(home, timezone="Europe/Helsinki")
    assert caplog.messages == [
        "running for Sun 2026-11-22 03:30 EET",
        "Sun 2026-11-22 03:30 EET: failed: as expected",
        "trying again Wed 2026-11-25 14:11 EET, for Sun 2026-11-22 03:30 EET, attempt 2 of 4",
        "running for Sun 2026-11-22 03:30 EET, attempt 2 of 4",
        "Sun 2026-11-22 03:30 EET, attempt 2 of 4: committed: as expected",
        "next run Sun 2026-11-29 03:30 EET",
    ]


@pytest.mark.parametrize(
    ("program", "reason"),
    [
        ("import ctypes; ctypes.string_at(0)", "SIGSEGV"),
        ("import os, signal; os.kill(os.getpid(), signal.SIGKILL)", "out of memory"),
        ("import os; os.write(1, os.urandom(300_000))", "ended with exit status 0"),
        ("import time; time.sleep(60)", "was stopped"),
    ],
)
def test_the_service_outlives_any_run(home: Home, program: str, reason: str) -> None:
    ends = time.monotonic() + 200

    def start(_: PlannedRun) -> Child:
        return ChildProcess(
            [sys.executable, "-c", program], home, timedelta(seconds=1), lambda line: None, scheduler.wake
        )

    def wait(until: datetime) -> bool:
        ledger_is_full = len(history(home)) == 2
        return scheduler.wait(until) and not ledger_is_full and time.monotonic() < ends

    schedule = Schedule.of(ScheduleSettings(retry_minutes=[0.001]))
    with Ledger(home.ledger) as ledger, Scheduler(0.5) as scheduler:
        loop = ServiceLoop(home, schedule, ledger, start, Notifier("", None), PushRetry(home, no_push))
        run_until_stopped(loop, lambda: datetime.now(UTC), wait)
    assert [run["attempt"] for run in history(home)] == [1, 2]
    assert all(run["outcome"] == "failed" and reason in run["reason"] for run in history(home))
    assert leftovers(home) == []


def test_the_watchdog_is_fed_by_the_loop_that_schedules(home: Home, tmp_path: Path) -> None:
    address = str(tmp_path / "notify")
    world = World(WEDNESDAY, WEDNESDAY + DAY)
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as systemd, Ledger(home.ledger) as world.ledger:
        systemd.bind(address)
        systemd.setblocking(False)
        loop = world.loop(home)
        loop.notifier = Notifier(address, 1.0)
        loop.turn(world.now)
        assert systemd.recv(100) == b"WATCHDOG=1"
        assert systemd.recv(100) == b"STATUS=running for Sun 2026-11-22 03:30 UTC"
        with pytest.raises(BlockingIOError):
            systemd.recv(100)


# ---- what it writes for the admin page


def status(home: Home) -> ServiceStatus | None:
    with closing(sqlite3.connect(home.ledger)) as database:
        return read_service_status(database)


def test_between_runs_the_status_has_the_next_run(home: Home) -> None:
    world = World(WEDNESDAY, WEDNESDAY + DAY)
    with Ledger(home.ledger) as world.ledger:
        loop = world.loop(home)
        for _ in range(3):  # starts the run that was missed, ends it, plans the next
            world.now = loop.turn(world.now)
        sunday = datetime(2026, 11, 29, 3, 30, tzinfo=UTC)
        ended = WEDNESDAY + 10 * MINUTE
        assert status(home) == ServiceStatus(WEDNESDAY, ended, next_run=sunday, slot=sunday)


def test_during_a_run_the_status_has_its_slot_and_attempt(home: Home) -> None:
    world = World(WEDNESDAY, WEDNESDAY + DAY, ["failed"])
    with Ledger(home.ledger) as world.ledger:
        loop = world.loop(home)
        while len(world.started) < 2:
            world.now = loop.turn(world.now)
        written = status(home)
    assert written
    assert (written.is_running, written.attempt) == (True, 2)
    assert written.slot == datetime(2026, 11, 22, 3, 30, tzinfo=UTC)


def test_the_status_says_that_commits_wait_and_that_publishing_is_held(home: Home) -> None:
    world = World(WEDNESDAY, WEDNESDAY + DAY)
    home.unpushed.touch()
    (home.state / "hold.json").write_text(json.dumps({"since": "2026-11-24T10:00:00+00:00", "commit": "c" * 40}))
    with Ledger(home.ledger) as world.ledger:
        world.loop(home).turn(world.now)
        written = status(home)
    assert written
    assert written.unpushed_since
    assert written.hold == "publishing is held since the rollback to ccccccccc on 2026-11-24"


def test_a_loop_that_only_waits_writes_its_status_about_once_a_minute(home: Home) -> None:
    world = World(WEDNESDAY, WEDNESDAY + DAY)
    written = []
    with Ledger(home.ledger) as world.ledger:
        loop = world.loop(home)
        for _ in range(3):
            world.now = loop.turn(world.now)
        for beat in range(20):
            loop.turn(world.now + beat * timedelta(seconds=30))
            written.append(status(home))
    assert len(set(written)) == 10


def test_a_service_that_stops_leaves_no_status(home: Home) -> None:
    World(WEDNESDAY, WEDNESDAY + DAY).play(home)
    assert status(home) is None


def test_a_status_that_cannot_be_written_delays_no_run(home: Home) -> None:
    world = World(WEDNESDAY, WEDNESDAY + DAY)
    with Ledger(home.ledger) as world.ledger, closing(sqlite3.connect(home.ledger)) as other:
        other.execute("DROP TABLE service_status")
        run_until_stopped(world.loop(home), lambda: world.now, world.wait)
    assert [run["outcome"] for run in history(home)] == ["committed"]
