"""Pushes between runs: when they are tried again, with a clock that nobody waits for; then for real."""

import os
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from service.commands.rollback import roll_back
from service.errors import LoglingError
from service.home import Home, locked
from service.schedule.child_process import Child, ChildProcess, ChildResult, leftovers, push_command_line
from service.schedule.push_retry import FIRST_WAIT, LONGEST_WAIT, NEVER, PushRetry
from service.schedule.run_places import MustWait
from service.schedule.schedule import PlannedRun, Schedule
from service.schedule.service_loop import ServiceLoop, run_until_stopped
from service.schedule.systemd import Notifier
from service.settings import ScheduleSettings
from service.site.publish import push_again
from service.storage.ledger import Ledger
from service.storage.run_record import RunRecord
from tests.support.runs import Document, documents

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
NOON = datetime(2026, 3, 4, 12, tzinfo=UTC)


@pytest.fixture
def home(tmp_path: Path) -> Home:
    home = Home(tmp_path)
    home.make_state()
    home.unpushed.touch()
    return home


@dataclass
class Pusher:
    """Pushes that end at once."""

    now: datetime = NOON
    started: list[datetime] = field(default_factory=list)

    def start(self) -> Child:
        self.started.append(self.now)
        return self

    def time_left(self) -> timedelta:
        return MINUTE

    def result(self) -> ChildResult | None:
        return ChildResult("failed", "no matter")

    def stop(self) -> ChildResult:
        return ChildResult("interrupted", "it was asked to stop")

    def pass_time(self, pushes: PushRetry, hours: float) -> None:
        until = self.now + hours * HOUR
        while self.now < until:
            self.now = min(until, self.now + MINUTE if pushes.is_under_way() else pushes.turn(self.now))


def minutes(moments: list[datetime]) -> list[float]:
    return [(moment - NOON) / MINUTE for moment in moments]


def test_what_waits_is_pushed_soon_and_then_less_and_less_often(home: Home) -> None:
    pusher = Pusher()
    pusher.pass_time(PushRetry(home, pusher.start), 24)
    assert minutes(pusher.started) == [10, 30, 70, 150, 310, 630, 990, 1350]


def test_nothing_is_begun_while_nothing_waits(home: Home) -> None:
    home.unpushed.unlink()
    pusher = Pusher()
    assert PushRetry(home, pusher.start).turn(NOON) == NEVER
    assert pusher.started == []


def test_once_all_is_pushed_the_next_failure_is_tried_again_soon(home: Home) -> None:
    pusher = Pusher()
    pushes = PushRetry(home, pusher.start)
    pusher.pass_time(pushes, 12)
    home.unpushed.unlink()
    pushes.turn(pusher.now)
    home.unpushed.touch()
    before, pusher.started = pusher.now, []
    pusher.pass_time(pushes, 1)
    assert [(moment - before) / MINUTE for moment in pusher.started] == [10, 30]


def test_a_clock_that_was_set_back_delays_no_push_by_more_than_the_longest_wait(home: Home) -> None:
    pusher = Pusher()
    pushes = PushRetry(home, pusher.start)
    pusher.pass_time(pushes, 24)
    assert pushes.turn(NOON - timedelta(days=300)) <= NOON - timedelta(days=300) + LONGEST_WAIT


def test_a_push_that_may_not_begin_yet_is_asked_for_again_and_does_not_count(home: Home) -> None:
    def crowded() -> Child:
        raise MustWait

    pushes = PushRetry(home, crowded)
    moment = pushes.turn(NOON)
    for _ in range(5):
        with pytest.raises(MustWait):
            pushes.turn(moment)
    assert (pushes.wait, pushes.next_push) == (FIRST_WAIT, moment)


# ---- real git, real processes


@pytest.fixture
def unpushed(committed: Any) -> Any:
    """A home whose last run could not push: the remote is away."""
    remote = committed.add_remote()
    away(remote)
    assert committed.retrain()["pushed"] is False
    return committed


def away(remote: Path) -> None:
    remote.rename(remote.with_name("away"))


def back(place: Any) -> None:
    (place.folder / "away").rename(place.folder / "remote.git")


def is_pushed(place: Any) -> bool:
    return place.git("rev-parse", "HEAD") == place.git("rev-parse", "main", at="remote.git")


def history(place: Any) -> list[Document]:
    with Ledger(place.home.ledger) as ledger:
        return documents(ledger)


def push(place: Any) -> list[str]:
    return push_again(place.home, place.home.settings(), NOON)


def test_a_push_that_works_at_last_is_in_the_history(unpushed: Any) -> None:
    back(unpushed)
    assert push(unpushed) == []
    assert is_pushed(unpushed)
    assert [run["pushed"] for run in history(unpushed)] == [True, None]
    assert not unpushed.home.unpushed.exists()


def test_a_push_that_fails_again_says_why_and_goes_on_waiting(unpushed: Any) -> None:
    with pytest.raises(LoglingError, match=r"not pushed: .*remote\.git"):
        push(unpushed)
    assert history(unpushed)[0]["pushed"] is False
    assert unpushed.home.unpushed.exists()


def test_a_later_run_that_pushes_all_says_so_of_the_earlier_ones(unpushed: Any) -> None:
    back(unpushed)
    unpushed.retrain()
    assert [run["pushed"] for run in history(unpushed)] == [True, True, None]


def test_a_remote_that_was_taken_out_of_the_settings_is_waited_for_no_more(unpushed: Any) -> None:
    unpushed.set("remote = ", "# remote = ")
    push(unpushed)
    assert not unpushed.home.unpushed.exists()


def test_a_push_takes_over_what_others_have_pushed_meanwhile(unpushed: Any) -> None:
    back(unpushed)
    unpushed.git("push", "--quiet", str(unpushed.folder / "remote.git"), "HEAD:main")
    unpushed.git("clone", "--quiet", str(unpushed.folder / "remote.git"), "others", at=".")
    unpushed.git("commit", "--quiet", "--allow-empty", "--message", "others", at="others")
    unpushed.git("push", "--quiet", at="others")
    unpushed.git("commit", "--quiet", "--allow-empty", "--message", "here")
    assert push(unpushed) == ["merged 1 commits of the remote with 1 of ours"]
    assert is_pushed(unpushed)


def test_a_rollback_that_could_not_be_pushed_waits_too(committed: Any) -> None:
    remote = committed.add_remote()
    committed.retrain()
    (committed.home.site / "web" / "weights.js").write_bytes(b"other")
    committed.git("commit", "--quiet", "--all", "--message", "by hand")
    away(remote)
    assert roll_back(committed.home, committed.home.settings(), "HEAD~1", NOON).pushed is False
    assert committed.home.unpushed.exists()
    back(committed)
    push(committed)
    assert is_pushed(committed)


def test_a_commit_whose_run_was_killed_before_it_pushed_is_found_before_others_weights_win(committed: Any) -> None:
    committed.add_remote()
    committed.retrain()
    committed.append_usual(200)
    lost = committed.retrain()
    with Ledger(committed.home.ledger) as ledger:
        ledger.correct(RunRecord(**{**lost, "commit": None, "outcome": "interrupted"}))
    push(committed)
    assert (history(committed)[0]["outcome"], history(committed)[0]["commit"]) == ("committed", lost["commit"])


def test_nothing_is_pushed_while_somebody_holds_the_home(unpushed: Any) -> None:
    back(unpushed)
    with locked(unpushed.home), pytest.raises(LoglingError, match="in use by process"):
        push(unpushed)


def test_the_command_tells_in_a_sentence_and_is_not_in_the_help(unpushed: Any) -> None:
    done = unpushed.logling("push")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("logling: not pushed: ")
    back(unpushed)
    done = unpushed.logling("push")
    assert (done.returncode, done.stderr) == (0, "all commits are pushed\n")
    assert " push " not in unpushed.logling("--help").stdout


@dataclass
class World:
    """The real service and real pushes, in a time that passes only between them; no run is due for days."""

    place: Any
    now: datetime
    until: datetime
    lines: list[str] = field(default_factory=list)
    started: list[datetime] = field(default_factory=list)
    happens: Callable[[int], None] = lambda count: None

    def start_push(self) -> Child:
        self.happens(len(self.started))
        self.started.append(self.now)
        return ChildProcess(push_command_line(self.place.home), self.place.home, HOUR, self.lines.append, lambda: None)

    def start(self, _: PlannedRun) -> Child:
        raise AssertionError("no run is due")

    def play(self) -> None:
        schedule = Schedule.of(ScheduleSettings())
        with Ledger(self.place.home.ledger) as ledger:
            pushes = PushRetry(self.place.home, self.start_push)
            loop = ServiceLoop(self.place.home, schedule, ledger, self.start, Notifier("", None), pushes)

            def wait(until: datetime) -> bool:
                if pushes.child:
                    time.sleep(0.05)
                else:
                    self.now = max(self.now, until)
                return self.now < self.until

            run_until_stopped(loop, lambda: self.now, wait)


@pytest.fixture
def settled(unpushed: Any) -> Any:
    """Likewise, and the service has nothing to run for days."""
    scheduled = {"slot": "2026-03-01T03:30:00+00:00", "attempt": 1}
    with Ledger(unpushed.home.ledger) as ledger:
        record = ledger.begin(RunRecord(**{**history(unpushed)[0], **scheduled}), NOON)
        ledger.end(record.model_copy(update={"outcome": "skipped", "pushed": False}), NOON)
    return unpushed


def test_the_service_pushes_between_runs_until_it_has_worked_and_runs_nothing_for_it(settled: Any) -> None:
    runs = len(history(settled))

    def at_the_third(count: int) -> None:
        if count == 2:
            back(settled)

    world = World(settled, NOON, NOON + 48 * HOUR, happens=at_the_third)
    world.play()
    assert minutes(world.started) == [10, 30, 70]
    assert is_pushed(settled)
    assert [run["pushed"] for run in history(settled)] == [True] * (runs - 1) + [None]
    assert [line.split(":")[1] for line in world.lines[:2]] == [" not pushed"] * 2
    assert world.lines[-1] == "all commits are pushed"


def test_a_push_under_way_ends_with_the_service(settled: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    hanging = settled.folder / "bin" / "ssh"
    hanging.parent.mkdir()
    hanging.write_text("#!/bin/sh\nexec sleep 600\n")
    hanging.chmod(0o755)
    monkeypatch.setenv("PATH", f"{hanging.parent}:{os.environ['PATH']}")
    settled.set("remote = ", 'remote = "ssh://host.invalid/x"  # ')
    world = World(settled, NOON, NOON + 48 * HOUR)
    deadline = time.monotonic() + 200

    schedule = Schedule.of(ScheduleSettings())
    with Ledger(settled.home.ledger) as ledger:
        pushes = PushRetry(settled.home, world.start_push, next_push=NOON)
        loop = ServiceLoop(settled.home, schedule, ledger, world.start, Notifier("", None), pushes)
        loop.turn(NOON)
        while not any(b"sleep" in command(process) for process in leftovers(settled.home)):
            assert time.monotonic() < deadline
            time.sleep(0.05)
        loop.stop(NOON)
    assert leftovers(settled.home) == []
    assert settled.home.unpushed.exists()


def command(process: int) -> bytes:
    try:
        return Path(f"/proc/{process}/cmdline").read_bytes()
    except OSError:
        return b""
