"""A fleet in this process, whose runs are real child processes that do little: they write into the ledger."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import pytest

from service.fleet import fleet as fleet_module
from service.fleet.fleet import Fleet
from service.fleet.fleet_settings import load_fleet
from service.fleet.heartbeat import Heartbeat, fleet_state, read_heartbeat
from service.fleet.homes import find_homes
from service.home import Home
from service.schedule import home_loop
from service.schedule.run_places import take_place
from service.schedule.schedule import PlannedRun
from service.schedule.scheduler import Scheduler
from service.schedule.systemd import Notifier
from service.storage.ledger import Ledger
from service.storage.run_record import RunRecord, slot_text
from tests.support.waiting import PATIENCE, wait_until

# What a run does is in the file `does` of its home. When it begins and ends is noted in the file `.runs` of the fleet.
RUN = """
import sys, time
from datetime import UTC, datetime
from pathlib import Path
from service.home import Home, locked
from service.schedule.child_process import become_child
from service.storage.ledger import Ledger
from service.storage.run_record import RunRecord

become_child()
home, notes, slot, attempt = Home(Path(sys.argv[1])), Path(sys.argv[2]), sys.argv[3], int(sys.argv[4])
does = (home.path / "does").read_text()
name = home.path.relative_to(notes.parent)

def note(event):
    with notes.open("a") as file:
        file.write(f"{event} {name}\\n")

with locked(home), Ledger(home.ledger) as ledger:
    record = ledger.begin(RunRecord(slot=slot, attempt=attempt), datetime.now(UTC))
    note("begin")
    while does == "hangs":
        time.sleep(60)
    record.outcome = "failed" if does == "fails" else "skipped"
    note("end")
    ledger.end(record, datetime.now(UTC))
sys.exit(does == "fails")
"""


@dataclass
class FleetWorld:
    """A folder with homes, and the fleet that serves them; `ahead` is how far its clock is ahead."""

    folder: Path
    names: str  # of the places of its runs, which no other test has
    scheduler: Scheduler
    ahead: timedelta = timedelta(0)
    fleet: Fleet | None = None

    def make(self, name: str, does: str = "runs well", settings: str = "") -> Home:
        """A new home."""
        home = Home(self.folder / name)
        home.path.mkdir(parents=True)
        (home.path / "does").write_text(does)
        home.settings_file.write_text(settings)
        return home

    def settle(self, home: Home) -> None:
        """Have the home's newest slot done already, so that nothing is due."""
        home.make_state()
        with Ledger(home.ledger) as ledger:
            now = datetime.now(UTC)
            record = ledger.begin(RunRecord(slot=slot_text(now), attempt=1), now)
            record.outcome = "skipped"
            ledger.end(record, now)

    def begin(self, settings: str = "runs = 2") -> None:
        """Begin to serve."""
        (self.folder / "fleet.toml").write_text(settings)
        fleet_state(self.folder).make_state()
        self.fleet = Fleet(self.folder, load_fleet(self.folder), self.scheduler, Notifier("", None))
        self.fleet.take(find_homes(self.folder))

    def serve_until(self, condition: Callable[[], object]) -> None:
        """Serve until a condition holds."""
        wait_until(lambda: self.turn() and condition(), PATIENCE, lambda: f"{self.events()} {self.heartbeat()}")

    def turn(self) -> bool:
        """One turn, and a short wait."""
        assert self.fleet
        self.fleet.turn(datetime.now(UTC) + self.ahead)
        return self.scheduler.wait(datetime.now(UTC) + timedelta(minutes=1))

    def events(self) -> list[str]:
        """The beginnings and ends of all runs, in their order."""
        notes = self.folder / ".runs"
        return notes.read_text().splitlines() if notes.exists() else []

    def ended(self, *names: str) -> bool:
        """Whether a run of each of these homes has ended, and the fleet knows it."""
        return all(f"end {name}" in self.events() for name in names) and not self.heartbeat().under_way

    def heartbeat(self) -> Heartbeat:
        """What the fleet says of itself."""
        return read_heartbeat(self.folder) or Heartbeat(datetime.now(UTC))


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[FleetWorld]:
    def command(home: Home, planned: PlannedRun) -> list[str]:
        values = (home.path, tmp_path / ".runs", slot_text(planned.slot), planned.attempt)
        return [sys.executable, "-c", RUN, *map(str, values)]

    names = f"logling-test-{os.getpid()}-{id(command)}"
    monkeypatch.setattr(home_loop, "retrain_command_line", command)
    monkeypatch.setattr(fleet_module, "take_place", lambda most, own=names: partial(take_place, names=own)(most))
    with Scheduler(0.05) as scheduler:
        world = FleetWorld(tmp_path, names, scheduler)
        yield world
        if world.fleet:
            world.fleet.stop(datetime.now(UTC))
