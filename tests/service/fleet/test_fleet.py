"""Many homes in one service: each by its own ledger, so many at once, and none held up by another."""

from __future__ import annotations

import os
import shutil
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Event

import pytest

from service.fleet.fleet_settings import delay_of
from service.fleet.heartbeat import read_heartbeat
from service.fleet.member import Member
from service.home import Home, only_service
from service.schedule import home_loop
from service.schedule.run_places import take_place
from service.schedule.schedule import Schedule
from service.settings import ScheduleSettings
from service.storage.ledger import Ledger
from service.storage.run_record import RunRecord
from tests.service.fleet.conftest import FleetWorld

TWO_MINUTES = timedelta(minutes=2)


def runs_of(home: Home) -> list[RunRecord]:
    """All ended runs, newest first."""
    with Ledger(home.ledger) as ledger:
        return ledger.runs()


def most_at_once(events: list[str]) -> int:
    """How many runs were under way at most."""
    now = most = 0
    for event in events:
        now += 1 if event.startswith("begin") else -1
        most = max(most, now)
    return most


def test_each_home_that_is_due_runs_once(world: FleetWorld) -> None:
    homes = [world.make(name) for name in ("web", "db/one", "db/two")]
    world.begin()
    world.serve_until(lambda: world.ended("web", "db/one", "db/two"))
    for _ in range(5):
        world.turn()
    assert [[run.outcome for run in runs_of(home)] for home in homes] == [["skipped"]] * 3


def test_a_run_is_for_the_homes_own_slot_and_the_next_is_due_after_its_delay(world: FleetWorld) -> None:
    home = world.make("web", settings='[schedule]\nday = "mon"\ntime = "07:00"\n')
    world.begin()
    world.serve_until(lambda: world.ended("web"))
    schedule = Schedule.of(ScheduleSettings(day="mon", time="07:00"))
    delay = delay_of("web", schedule, timedelta(hours=6))
    assert runs_of(home)[0].slot == schedule.latest(datetime.now(UTC) - delay).isoformat(timespec="seconds")
    member = world.fleet._members["web"]  # type: ignore[union-attr]
    world.serve_until(lambda: member.loop and member.loop.status and not member.loop.status.is_running)
    assert member.loop
    assert member.loop.status
    assert member.loop.status.next_run == schedule.following(datetime.now(UTC) - delay) + delay


@pytest.mark.parametrize("runs", [1, 2])
def test_no_more_than_so_many_run_at_once(world: FleetWorld, runs: int) -> None:
    names = [f"home-{n}" for n in range(6)]
    for name in names:
        world.make(name)
    world.begin(f"runs = {runs}")
    world.serve_until(lambda: world.ended(*names))
    assert most_at_once(world.events()) <= runs


def test_the_runs_of_other_services_on_the_machine_count(world: FleetWorld) -> None:
    world.make("web")
    other = take_place(0, world.names)
    assert other
    world.begin("runs = 1")
    world.serve_until(lambda: world.heartbeat().waiting == 1)
    for _ in range(30):
        world.turn()
    assert world.events() == []
    other.close()
    world.serve_until(lambda: world.ended("web"))


def test_a_home_whose_run_waits_is_watched_meanwhile(world: FleetWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    rounds = world.folder / ".rounds"
    command = [sys.executable, "-c", "import sys; open(sys.argv[1], 'a').write('.')", str(rounds)]
    monkeypatch.setattr(home_loop, "watch_command_line", lambda home: command)
    world.make("web", settings='[watch]\nevery = "1s"\n')
    other = take_place(0, world.names)
    assert other
    world.begin("runs = 1")
    world.serve_until(lambda: rounds.exists() and len(rounds.read_text()) >= 2 and world.heartbeat().waiting == 1)
    assert world.events() == []
    other.close()
    world.serve_until(lambda: world.ended("web"))


def test_the_home_that_has_waited_longest_runs_first(world: FleetWorld) -> None:
    names = [f"home-{n}" for n in range(6)]
    for name in names:
        world.make(name)
    other = take_place(0, world.names)
    assert other
    world.begin("runs = 1")
    world.serve_until(lambda: world.heartbeat().waiting == 6)
    other.close()
    world.serve_until(lambda: world.ended(*names))
    schedule, now = Schedule.of(ScheduleSettings()), datetime.now(UTC)
    delays = {name: delay_of(name, schedule, timedelta(hours=6)) for name in names}
    due = {name: schedule.latest(now - delay) + delay for name, delay in delays.items()}
    assert [event for event in world.events() if "begin" in event] == [f"begin {n}" for n in sorted(names, key=due.get)]


def test_a_home_that_fails_holds_up_none_and_is_tried_again_when_its_wait_is_over(world: FleetWorld) -> None:
    fails = world.make("fails", "fails")
    world.make("well")
    world.begin("runs = 1")
    world.serve_until(lambda: world.ended("fails", "well"))
    assert [run.attempt for run in runs_of(fails)] == [1]
    world.ahead = TWO_MINUTES
    world.serve_until(lambda: world.events().count("end fails") == 2)


def test_a_home_that_hangs_holds_up_none(world: FleetWorld) -> None:
    world.make("hangs", "hangs")
    names = [f"home-{n}" for n in range(4)]
    for name in names:
        world.make(name)
    world.begin("runs = 2")
    world.serve_until(lambda: all(f"end {name}" in world.events() for name in names))
    assert "end hangs" not in world.events()


def test_a_home_that_hangs_is_ended_when_its_time_is_over(world: FleetWorld) -> None:
    settings = "[training]\nminutes = 0.01\n[schedule]\novertime_minutes = 0.01\nretry_minutes = []\n"
    hangs = world.make("hangs", "hangs", settings)
    world.make("well")
    world.begin("runs = 1")
    world.ahead = timedelta(0)
    world.serve_until(lambda: "end well" in world.events() and not world.heartbeat().under_way)
    if not runs_of(hangs):
        world.serve_until(lambda: runs_of(hangs))
    assert runs_of(hangs)[0].reason.startswith("it had not ended after")


def test_a_home_whose_disk_does_not_answer_holds_up_none_and_is_named(
    world: FleetWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    look, answers = Member.look, Event()

    def hang_or_look(member: Member, now: datetime) -> None:
        if member.name == "nfs":
            answers.wait()
        look(member, now)

    monkeypatch.setattr(Member, "look", hang_or_look)
    monkeypatch.setattr("service.fleet.crew.SLOW", 0.5)
    world.make("nfs")
    world.make("well")
    world.begin("runs = 1")
    world.serve_until(lambda: world.ended("well") and world.heartbeat().problems)
    assert world.heartbeat().problems == {"nfs": "its disk does not answer"}
    answers.set()
    world.serve_until(lambda: world.ended("nfs") and not world.heartbeat().problems)


def test_a_home_that_comes_is_served_and_one_that_goes_is_let_go(world: FleetWorld) -> None:
    goes = world.make("goes")
    world.begin()
    world.serve_until(lambda: world.ended("goes"))
    shutil.rmtree(goes.path)
    world.make("site/comes")
    world.ahead = TWO_MINUTES
    world.serve_until(lambda: world.ended("site/comes"))
    assert world.fleet
    world.serve_until(lambda: set(world.fleet._members) == {"site/comes"})  # type: ignore[union-attr]
    assert not goes.path.exists()


def test_the_run_of_a_home_that_goes_is_left_to_end(world: FleetWorld) -> None:
    goes = world.make("goes", "hangs")
    world.begin()
    world.serve_until(lambda: world.heartbeat().under_way == ["goes"] and world.events())
    goes.settings_file.unlink()
    world.ahead = TWO_MINUTES
    world.serve_until(lambda: world.fleet._members["goes"].is_gone)  # type: ignore[union-attr]
    assert world.events() == ["begin goes"]
    assert world.heartbeat().under_way == ["goes"]


def test_a_home_with_wrong_settings_is_told_and_tried_again_when_they_have_changed(world: FleetWorld) -> None:
    wrong = world.make("wrong", settings='preset = "huge"')
    world.make("well")
    world.begin()
    world.serve_until(lambda: world.ended("well") and world.heartbeat().problems)
    assert "preset = 'huge'" in world.heartbeat().problems["wrong"]
    wrong.settings_file.write_text('preset = "seed"')
    world.ahead = TWO_MINUTES
    world.serve_until(lambda: world.ended("wrong"))
    assert world.heartbeat().problems == {}


def test_settings_that_change_are_read_before_the_next_run(world: FleetWorld) -> None:
    home = world.make("web")
    world.begin()
    world.serve_until(lambda: world.ended("web"))
    home.settings_file.write_text('[schedule]\nday = "daily"\ntime = "00:00"\n')
    world.ahead = TWO_MINUTES
    member = world.fleet._members["web"]  # type: ignore[union-attr]
    world.serve_until(lambda: member.loop and member.loop.schedule.days == frozenset(range(7)))


def test_a_home_that_another_service_has_is_left_to_it(world: FleetWorld) -> None:
    home = world.make("web")
    with only_service(home):
        world.begin()
        world.serve_until(lambda: world.heartbeat().problems)
        assert f"is served by process {os.getpid()} already" in world.heartbeat().problems["web"]
    world.ahead = TWO_MINUTES
    world.serve_until(lambda: world.ended("web"))


def test_between_runs_a_home_has_no_descriptor(world: FleetWorld) -> None:
    names = [f"home-{n}" for n in range(30)]
    for name in names:
        world.settle(world.make(name))
    before = len(list(Path("/proc/self/fd").iterdir()))
    world.begin()
    assert world.fleet
    members = world.fleet._members
    world.serve_until(lambda: all(member.loop and member.loop.status for member in members.values()))
    world.serve_until(lambda: not any(world.fleet._crew.is_at(name) for name in names))  # type: ignore[union-attr]
    assert len(list(Path("/proc/self/fd").iterdir())) <= before + 2


def test_a_home_in_which_nothing_happens_is_not_written_again(world: FleetWorld) -> None:
    home = world.make("web")
    world.settle(home)
    world.begin()
    member = world.fleet._members["web"]  # type: ignore[union-attr]
    world.serve_until(lambda: member.loop and member.loop.status and not world.fleet._crew.is_at("web"))  # type: ignore[union-attr]
    written = home.ledger.stat().st_mtime_ns
    for minutes in range(2, 20, 2):
        world.ahead = timedelta(minutes=minutes)
        world.turn()
    world.serve_until(lambda: not world.fleet._crew.is_at("web"))  # type: ignore[union-attr]
    assert home.ledger.stat().st_mtime_ns == written


def test_a_clock_that_is_set_back_keeps_no_home_waiting(world: FleetWorld) -> None:
    world.make("web", settings='[schedule]\nday = "daily"\n')
    world.ahead = timedelta(days=3)
    world.begin()
    world.serve_until(lambda: world.ended("web"))
    world.make("comes")
    world.ahead = timedelta(0)
    world.serve_until(lambda: world.ended("comes"))


def test_an_error_that_was_not_expected_holds_up_no_other_home(
    world: FleetWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    turn = Member._turn

    def fail_or_turn(member: Member, now: datetime) -> datetime:
        if member.name.startswith("odd"):
            raise ZeroDivisionError
        return turn(member, now)

    monkeypatch.setattr(Member, "_turn", fail_or_turn)
    monkeypatch.setattr("threading.excepthook", lambda _: None)
    names = [f"odd-{n}" for n in range(20)]
    for name in [*names, "well"]:
        world.make(name)
    world.begin()
    world.serve_until(lambda: world.ended("well") and len(world.heartbeat().problems) == 20)
    assert set(world.heartbeat().problems) == set(names)
    monkeypatch.setattr(Member, "_turn", turn)
    world.ahead = TWO_MINUTES
    world.serve_until(lambda: any(event.startswith("end odd") for event in world.events()))


def test_a_fleet_that_stops_ends_its_runs_and_writes_that_down(world: FleetWorld) -> None:
    homes = [world.make(f"home-{n}", "hangs") for n in range(2)]
    world.begin()
    world.serve_until(lambda: len(world.events()) == 2 and len(world.heartbeat().under_way) == 2)
    assert world.fleet
    world.fleet.stop(datetime.now(UTC))
    assert [run.outcome for home in homes for run in runs_of(home)] == ["interrupted"] * 2
    assert read_heartbeat(world.folder) is None
