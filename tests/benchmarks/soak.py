"""Does anything grow in years of service? python tests/benchmarks/soak.py [WEEKS]

The real loop of the service, its real ledger and real git in a scratch home, one run a week by a schedule in
Helsinki, with a clock that nobody waits for. Now and then the service is restarted or down for days, or a run
cannot begin. Runs are in this process (a child gives everything back, so it would show nothing), with the `seed`
preset, a corpus of 5 KB, two trainings of a few steps without worker processes, few lines to judge by, and a gate
that lets a third pass, so that there are commits. Prints memory, descriptors, threads and children of this process
along the way, and fails unless they are flat and each slot was run once.
"""

import contextlib
import gc
import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from io import StringIO
from pathlib import Path
from threading import active_count
from typing import NamedTuple

from rich.console import Console

from service.commands.demo_habitat import Habitat
from service.commands.init import make_home
from service.home import Home
from service.progress import Reporter
from service.run import retrain
from service.schedule.child_process import Child, ChildResult, processes
from service.schedule.event_log import EVENTS
from service.schedule.push_retry import PushRetry
from service.schedule.schedule import PlannedRun, Schedule
from service.schedule.service_loop import ServiceLoop, run_until_stopped, scheduled_record
from service.schedule.systemd import Notifier
from service.settings import ScheduleSettings
from service.storage.ledger import Ledger
from service.training import challengers, contest, gate, split
from service.training.gate import Verdict
from tests.support.engines import thread_engine
from tests.support.runs import documents

BEGIN = datetime(2026, 11, 25, 12, tzinfo=UTC)
SETTINGS = 'preset = "seed"\n[corpus]\nmegabytes = 0.005\n[training]\ntokens = 1000\n[gate]\nmin_new_lines = 20\n'
LINES_A_WEEK = 24
REPORTS = 20


class Figures(NamedTuple):
    """What must not grow."""

    megabytes: float
    descriptors: int
    threads: int
    children: int


def figures() -> Figures:
    gc.collect()
    status = Path("/proc/self/status").read_text().split()
    children = sum(parent_of(process) == str(Path("/proc/self").resolve().name) for process in processes())
    descriptors = len(list(Path("/proc/self/fd").iterdir())) - 1
    return Figures(int(status[status.index("VmRSS:") + 1]) / 1024, descriptors, active_count(), children)


def parent_of(process: int) -> str:
    with contextlib.suppress(OSError):
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[1]
    return ""


def whim(chance: random.Random) -> Callable[..., Verdict]:
    """A gate that does not look at the models."""
    return lambda *_: Verdict(chance.random() < 1 / 3, "a whim", gate.Gain(0.1, 0.05, 0.15))


class World:
    """A home with a log that grows, and a clock. It is the runs, too."""

    def __init__(self, folder: Path, weeks: int) -> None:
        self.log = folder / "app.log"
        self.log.touch()
        self.home: Home = make_home(folder / "home", sources=[str(self.log)], preset="seed", remote="")
        source = f'[[source]]\nfiles = "{self.log}"\n'
        self.home.settings_file.write_text(SETTINGS + source)
        self.settings = self.home.settings()
        self.now, self.weeks, self.until = BEGIN, weeks, BEGIN + timedelta(weeks=weeks)
        self.habitat, self.chance = Habitat(1), random.Random(1)
        self.runs = 0
        self.reported: list[Figures] = []
        self.began = time.monotonic()

    def start(self, planned: PlannedRun) -> Child:
        self.runs += 1
        with self.log.open("a") as log:
            log.writelines(line + "\n" for line in self.habitat.next(LINES_A_WEEK))
        if self.log.stat().st_size > 200_000:
            self.log.rename(self.log.with_suffix(".1"))
            self.log.touch()
        if self.chance.random() < 0.02:
            raise OSError(12, "Cannot allocate memory")
        with Reporter(Console(file=StringIO())) as reporter:
            retrain(self.home, self.settings, lambda: self.now, reporter, scheduled_record(planned))
        self.report()
        return self

    def start_push(self) -> Child:
        raise AssertionError("there is no remote")

    def time_left(self) -> timedelta:
        return timedelta(minutes=10)

    def result(self) -> ChildResult:
        return ChildResult("failed", "it left no result")

    def stop(self) -> ChildResult:
        return ChildResult("interrupted", "it was asked to stop")

    def wait(self, until: datetime) -> bool:
        """A week passes at once; after a tenth of them the service is down for up to three weeks."""
        self.now = max(self.now, until)
        return self.now < self.until and self.chance.random() > 0.05

    def report(self) -> None:
        week = int((self.now - BEGIN) / timedelta(weeks=1))
        if week >= len(self.reported) * self.weeks / REPORTS:
            self.reported.append(figures())
            print(f"{week:>6} {self.runs:>6} {time.monotonic() - self.began:>8.1f} s", *self.reported[-1], flush=True)


def main(weeks: int) -> None:
    EVENTS.setLevel("ERROR")
    contest.open_engine = thread_engine
    challengers.same_shape = lambda one, other: False
    gate.judge = gate.judge_first = whim(random.Random(2))
    split.OLDER_LINES, split.FEWEST_HOLDOUT, contest.FEWEST_TO_JUDGE = 40, 10, 10
    folder = Path(tempfile.mkdtemp(prefix="logling-soak-"))
    try:
        world = World(folder, weeks)
        print("  week   runs       time  MB descriptors threads children")
        schedule = Schedule.of(ScheduleSettings(timezone="Europe/Helsinki"))
        while world.now < world.until:
            with Ledger(world.home.ledger) as ledger:
                pushes = PushRetry(world.home, world.start_push)
                loop = ServiceLoop(world.home, schedule, ledger, world.start, Notifier("", None), pushes)
                run_until_stopped(loop, lambda: world.now, world.wait)
            if world.chance.random() < 0.1:
                world.now += timedelta(days=world.chance.uniform(0, 21))
        check(world, schedule)
    finally:
        shutil.rmtree(folder)


def check(world: World, schedule: Schedule) -> None:
    """Each slot once; nothing grew after the first tenth."""
    with Ledger(world.home.ledger) as ledger:
        runs = documents(ledger)
    good = Counter(run["slot"] for run in runs if run["outcome"] in ("committed", "rejected", "skipped"))
    print(f"{len(runs)} runs, {dict(Counter(run['outcome'] for run in runs))}; {len(good)} slots settled by success")
    assert set(good.values()) == {1}
    fsck = subprocess.run(
        ["git", "-C", world.home.site, "fsck", "--strict"], capture_output=True, check=True, text=True
    )
    print("git fsck:", fsck.stdout.strip() or "clean")
    early, late = world.reported[REPORTS // 10], world.reported[-1]
    print(f"from {early} to {late}")
    assert late.descriptors <= early.descriptors
    assert late.threads <= early.threads
    assert late.children <= early.children
    assert late.megabytes < early.megabytes + 15


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 200)
