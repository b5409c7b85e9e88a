"""What does a fleet of many homes take? python tests/benchmarks/fleet.py [HOMES] [--minutes M] [--runs N] [--kills K]

Makes HOMES homes (1,000 by default) of small made-up logs, all of them due, and serves them with `logling fleet` in a
process of its own, whose runs are local processes, N at once. Prints how many runs an hour that gives, the memory of
the service and of its page, and how long the index takes (the median of 20). It ends when all homes have run, or after
M minutes. With `--kills K`, K times a run under way or the whole service is killed with SIGKILL, and the service is
started again; in the end each home must have exactly one comparison of models for its slot, no commit that its ledger
does not know, and each line of its log once. `--only-page` makes the ledgers up, to measure the page.
"""

from __future__ import annotations

import argparse
import os
import random
import re
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Thread

from service.commands.init import make_home
from service.fleet.fleet_settings import FILE
from service.fleet.heartbeat import read_heartbeat
from service.home import Home
from service.schedule.child_process import leftovers
from service.schedule.schedule import Schedule
from service.settings import ScheduleSettings
from service.storage.corpus import Corpus
from service.storage.ledger import EVALUATED, SUCCEEDED, Ledger
from service.storage.service_status import ServiceStatus, write_service_status
from tests.benchmarks import admin

LINES = 220
SETTINGS = (
    'preset = "seed"\n[[source]]\nfiles = "{log}"\n[training]\ntokens = 20000\n[schedule]\nretry_minutes = {waits}\n'
)
WORDS = ["alpha", "bravo", "delta"]


def lines_of(number: int) -> list[str]:
    """The log of a home: each line is there once."""
    chance = random.Random(number)
    return [f"{n:05d} {WORDS[n % 3]} fan {chance.choice(['slow', 'fast'])} ok" for n in range(LINES)]


def name_of(number: int) -> str:
    """Homes in a few folders, as of sites."""
    return f"site-{number % 10}/home-{number:04d}"


def log_of(folder: Path, number: int) -> Path:
    """The log of a home."""
    return folder / ".logs" / f"{number}.log"


def make_homes(folder: Path, count: int, runs: int) -> list[Home]:
    """The homes: one is made as a person would, the others are copies with a log of their own."""
    (folder / ".logs").mkdir(parents=True)
    (folder / FILE).write_text(f'runs = {runs}\nwindow = "6h"\n[admin]\nport = 0\n')
    first = make_home(folder / ".first", sources=[], preset="seed", remote="")
    homes = []
    for number in range(count):
        log_of(folder, number).write_text("\n".join(lines_of(number)) + "\n")
        home = Home(folder / name_of(number))
        shutil.copytree(first.path, home.path, symlinks=True)
        home.settings_file.write_text(SETTINGS.format(log=log_of(folder, number), waits=[0.0] * 40))
        homes.append(home)
    return homes


class Service:
    """`logling fleet` on a folder, with what it said."""

    def __init__(self, folder: Path) -> None:
        command = [str(Path(sys.executable).with_name("logling")), "fleet", str(folder)]
        self.process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
        self.said: list[str] = []
        Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        assert self.process.stderr
        for line in self.process.stderr:
            self.said.append(line.rstrip("\n"))

    @property
    def address(self) -> str | None:
        """Where its page is, once it is."""
        return next((line.rpartition(" ")[2] for line in list(self.said) if "the admin page is at" in line), None)

    def page_process(self) -> int | None:
        """The process of its page."""
        for child in children(self.process.pid):
            with suppress(OSError):
                if b"page_server" in Path(f"/proc/{child}/cmdline").read_bytes():
                    return child
        return None

    def stop(self, number: signal.Signals = signal.SIGTERM) -> None:
        """End it."""
        self.process.send_signal(number)
        self.process.wait(60)


@contextmanager
def served(folder: Path) -> Iterator[Service]:
    """The service, which ends with the block."""
    service = Service(folder)
    try:
        yield service
    finally:
        if service.process.poll() is None:
            service.stop()


def children(process: int) -> list[int]:
    """The processes that a process has started."""
    with suppress(OSError):
        tasks = Path(f"/proc/{process}/task").iterdir()
        return [int(child) for task in tasks for child in (task / "children").read_text().split()]
    return []


def memory_of(process: int | None) -> float:
    """The resident memory of a process in MB; 0 where it has gone."""
    with suppress(OSError):
        match = re.search(r"VmRSS:\s+(\d+)", Path(f"/proc/{process}/status").read_text())
        return int(match[1]) / 1000 if match else 0.0
    return 0.0


def outcomes(homes: list[Home]) -> Counter[str]:
    """How all ended runs went."""
    counts: Counter[str] = Counter()
    for home in homes:
        if home.ledger.exists():
            with Ledger(home.ledger) as ledger:
                counts.update(str(record.outcome) for record in ledger.runs())
    return counts


def ask(url: str) -> tuple[int, float]:
    """The bytes of an answer, and milliseconds."""
    begun = time.perf_counter()
    with urllib.request.urlopen(url, timeout=60) as answer:
        size = len(answer.read())
    return size, 1000 * (time.perf_counter() - begun)


def measure_page(address: str) -> None:
    """Print how long the pages of the fleet take."""
    for path in ("", "?page=2", "?q=home-0007", "metrics", "runs.json", "feed.atom", f"homes/{name_of(7)}/"):
        ask(address + path)
        answers = [ask(address + path) for _ in range(20)]
        median, most = statistics.median(took for _, took in answers), max(took for _, took in answers)
        print(
            f"  /{path:<28} {answers[0][0]:>9,} bytes, {median:6.1f} ms in the median, {most:6.1f} at most", flush=True
        )


def measure(folder: Path, homes: list[Home], minutes: float) -> None:
    """Let the homes run, and print the figures."""
    with served(folder) as service:
        until = time.monotonic() + 60 * minutes
        begun, largest, largest_page, done = time.monotonic(), 0.0, 0.0, 0
        while time.monotonic() < until and done < len(homes):
            time.sleep(2)
            largest = max(largest, memory_of(service.process.pid))
            largest_page = max(largest_page, memory_of(service.page_process()))
            done = sum(1 for line in list(service.said) if re.search(r"UTC: (committed|rejected|skipped|failed)", line))
        took = time.monotonic() - begun
        print(f"{done} runs in {took:.0f} s: {3600 * done / took:,.0f} an hour")
        print(f"memory: service {memory_of(service.process.pid):.1f} MB now, {largest:.1f} at most;", end=" ")
        print(f"page {memory_of(service.page_process()):.1f} MB now, {largest_page:.1f} at most")
        print(f"descriptors of the service: {len(os.listdir(f'/proc/{service.process.pid}/fd'))}")  # noqa: PTH208
        if service.address:
            measure_page(service.address)
    print(f"outcomes: {dict(outcomes(homes))}")


def play_kills(folder: Path, homes: list[Home], kills: int, chance: random.Random) -> list[str]:
    """Kill runs and the service, then let all end; returns what is wrong."""
    service, killed = Service(folder), Counter[str]()
    try:
        while sum(killed.values()) < kills:
            time.sleep(chance.uniform(0.2, 2.5))
            beat = read_heartbeat(folder)
            under_way = [home for home in homes if beat and str(home.path.relative_to(folder)) in beat.under_way]
            runs = [process for home in under_way for process in leftovers(home) if os.getpgid(process) == process]
            if chance.random() < 0.3:
                service.stop(signal.SIGKILL)
                service = Service(folder)
                killed["service"] += 1
            elif runs:
                with suppress(ProcessLookupError):
                    os.kill(chance.choice(runs), signal.SIGKILL)
                killed["run"] += 1
            elif beat and not beat.waiting:
                break
        until = time.monotonic() + 900
        while time.monotonic() < until and any(word for word in faults(folder, homes) if "has not run" in word):
            time.sleep(3)
        service.stop()
    finally:
        if service.process.poll() is None:
            service.process.kill()
    print(f"killed: {dict(killed)}; outcomes: {dict(outcomes(homes))}")
    return faults(folder, homes)


def faults(folder: Path, homes: list[Home]) -> list[str]:
    """What is not as it should be: runs of each home's slot, and lines of its log."""
    found = []
    for number, home in enumerate(homes):
        name = name_of(number)
        if not home.ledger.exists():
            found.append(f"{name} has not run")
            continue
        with Ledger(home.ledger) as ledger:
            runs = ledger.runs()
            if not any(run.outcome in SUCCEEDED for run in runs):
                found.append(f"{name} has not run")
                continue
            # A run that was killed after its commit is found again by the next attempt, which is skipped then.
            compared = Counter(run.slot for run in runs if run.outcome in EVALUATED)
            if list(compared.values()) != [1]:
                found.append(f"{name} compared models {dict(compared)}")
            committed = [run.commit for run in runs if run.outcome == "committed"]
            if sorted(weights_commits(home)) != sorted(map(str, committed)):
                found.append(f"{name} has the commits {weights_commits(home)}, and {committed} in its ledger")
            if ledger.has_unfinished():
                found.append(f"{name} has a run that never ended")
        with Corpus(home.corpus, 4_000_000) as corpus:
            lines = [line for document in corpus.documents() for line in document.lines]
        if sorted(lines) != sorted(lines_of(number)):
            found.append(
                f"{name}: {len(lines)} lines in the corpus, {LINES} in the log, {len(set(lines))} of them once"
            )
    return found


def weights_commits(home: Home) -> list[str]:
    """The commits that changed the weights."""
    command = ["git", "-C", str(home.site), "log", "--format=%H", "--", "web/weights.js"]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.split()


def fill(homes: list[Home], weeks: int = 26) -> None:
    """Made-up ledgers, and a service that is well for nearly all of them."""
    now = datetime.now(UTC).replace(microsecond=0)
    slot = Schedule.of(ScheduleSettings()).following(now)
    for number, home in enumerate(homes):
        last = {"outcome": "failed", "reason": "the disk is full", "attempt": 4} if number % 97 == 13 else {}
        admin.fill(home, weeks, now - timedelta(days=2, minutes=number), **last)
        unpushed = now - timedelta(days=3) if number % 101 == 7 else None
        write_service_status(home.ledger, ServiceStatus(now, now, False, slot, slot, 1, unpushed))


def main() -> int:
    """Make the homes and measure."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("homes", nargs="?", type=int, default=1000)
    options.add_argument("--minutes", type=float, default=20)
    options.add_argument("--runs", type=int, default=len(os.sched_getaffinity(0)))
    options.add_argument("--kills", type=int, default=0)
    options.add_argument("--seed", type=int, default=0)
    options.add_argument("--only-page", action="store_true")
    options.add_argument("--keep", type=Path, help="a folder to make the homes in, which stays")
    given = options.parse_args()
    os.environ |= {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}
    scratch = Path(tempfile.mkdtemp(prefix="logling-fleet-"))
    folder = given.keep or scratch / "homes"
    try:
        begun = time.monotonic()
        homes = make_homes(folder, given.homes, given.runs)
        print(f"{len(homes)} homes made in {time.monotonic() - begun:.0f} s", flush=True)
        if given.kills:
            wrong = play_kills(folder, homes, given.kills, random.Random(given.seed))
            print(*wrong, f"{len(wrong)} things wrong", sep="\n")
            return 1 if wrong else 0
        if given.only_page:
            fill(homes)
        measure(folder, homes, given.minutes)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
