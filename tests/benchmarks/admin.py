"""How fast and how large is the admin page? python tests/benchmarks/admin.py [RUNS]...

For each number of runs, by default 0, 3, 52 and 5,000: a ledger of made-up runs with whole loss curves, the real page
on a free port of this machine, and each route asked for many times. Prints the bytes of each answer, and milliseconds:
of the processor the first time and in the median, and until the answer was there in the median and at least (on a busy
machine the others say little). With `--keep FOLDER` the homes stay: `logling serve --home FOLDER/5000` shows one.
"""

from __future__ import annotations

import argparse
import json
import math
import random
import sqlite3
import statistics
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Thread
from typing import Any, NamedTuple

import uvicorn

from service.admin.app import application
from service.admin.server import server_config
from service.commands.init import make_home
from service.home import Home
from service.schedule.admin_process import listen, url_of
from service.schedule.schedule import Schedule
from service.settings import AdminSettings, ScheduleSettings
from service.storage.ledger import Ledger
from service.storage.run_record import RunRecord, slot_text
from service.storage.service_status import ServiceStatus, write_service_status
from tests.support.runs import Document, documents

ROUNDS = 30
OUTCOMES = ["committed"] * 9 + ["rejected"] * 7 + ["skipped"] * 2 + ["failed", "interrupted"]
REASONS = {
    "skipped": "37 new lines, 100 are needed",
    "failed": "its process was ended by SIGKILL: out of memory, perhaps",
    "interrupted": "it was asked to stop",
}
STEPS = {"pull": 2, "site": 0.6, "train": 900, "encode": 1.4, "score": 40, "gate": 0.1, "commit": 0.9, "push": 1.8}


def made_up(count: int, end: datetime, apart: timedelta, seed: int = 0) -> Iterator[tuple[datetime, Document]]:
    """Runs of a model that gets better, with when each started; the last starts at `end`."""
    chance = random.Random(seed)
    champion: float | None = None
    for number in range(count):
        when = end - (count - 1 - number) * apart
        outcome = "committed" if champion is None else chance.choice(OUTCOMES)
        name = f"{when:%Y%m%dT%H%M%SZ}-{chance.getrandbits(24):06x}"
        record = {**RunRecord().as_json(), "run": name, "outcome": outcome}
        record |= {"slot": slot_text(when), "attempt": 1}
        if outcome in REASONS:
            yield when, record | {"reason": REASONS[outcome], "seconds": {"pull": 1.3, "site": 0.6}}
            continue
        scored = compared(record, chance, champion, number)
        if outcome == "committed":
            champion = scored["bits_per_char"]["challenger"]
        yield when, scored


def compared(record: Document, chance: random.Random, champion: float | None, number: int) -> Document:
    """The record of a run that compared a challenger with the champion."""
    floor = 0.38 + 0.04 * math.sin(number / 9) + chance.gauss(0, 0.008)
    before = None if champion is None else floor + (champion - floor) * 0.96 + abs(chance.gauss(0, 0.006))
    better = record["outcome"] == "committed"
    start = 1.21 if before is None else before
    gain = max((start - floor) * chance.uniform(0.1, 0.45), 0.002) if better else -abs(chance.gauss(0, 0.012))
    challenger, low, high = start - gain, gain - 0.4 * abs(gain), gain + 0.4 * abs(gain)
    figures = f"{challenger:.3f} bits per character against"
    if before is None:
        reason = f"the first model: better than an order-2 n-gram, {figures} 2.610"
    else:
        reason = f"{'better' if better else 'not better'}: {figures} the champion's {before:.3f}"
    curve = [[20_000 * step, challenger + 2.2 / (step + 1) ** 1.2, challenger + 2 / (step + 1)] for step in range(48)]
    return record | {
        "reason": reason,
        "lines": {"new": chance.randint(400, 9000), "train": 16_008, "holdout": 1823},
        "bits_per_char": {"champion": before, "challenger": challenger, "ngram": challenger * 2.1, "order2": 2.61},
        "gain": {"mean": gain, "low": low, "high": high},
        "parameters": 64_896,
        "weights_bytes": 97_344 + chance.randint(-900, 900),
        "commit": f"{chance.getrandbits(160):040x}" if better else None,
        "pushed": True,
        "seconds": {step: round(seconds * chance.uniform(0.8, 1.3), 3) for step, seconds in STEPS.items()},
        "tokens_per_second": chance.randint(17_000, 21_000),
        "trainings": [
            {"start": "warm", "tokens": 1_800_000, "validation": challenger + 0.01, "diverged": False, "restarts": 0},
            {"start": "fresh", "tokens": 6_000_000, "validation": challenger + 0.02, "diverged": False, "restarts": 0},
        ],
        "loss_curve": curve,
        "newest_line": 1000 * number,
    }


def fill(home: Home, count: int, end: datetime, apart: timedelta = timedelta(weeks=1), **last: object) -> None:
    """Write made-up runs into the ledger of a home; `last` is changed in the last record."""
    home.make_state()
    with Ledger(home.ledger):
        pass
    rows = []
    for when, record in made_up(count, end, apart):
        whole = record | (last if when == end else {})
        finished = (when + timedelta(minutes=16)).isoformat()
        rows.append((whole["run"], when.isoformat(), finished, whole["outcome"], json.dumps(whole), whole["slot"], 1))
    with closing(sqlite3.connect(home.ledger)) as database, database:
        database.executemany(
            "INSERT INTO runs (run, started, finished, outcome, record, slot, attempt) VALUES (?, ?, ?, ?, ?, ?, ?)",
            rows,
        )


@contextmanager
def shown(home: Home, admin: AdminSettings | None = None, name: str = "", **status: Any) -> Iterator[str]:
    """The page of a home whose service stands so, in a thread. Its clock stands. Gives its address."""
    now = datetime.now(UTC)
    slot = Schedule.of(ScheduleSettings()).following(now)
    home.make_state()
    with Ledger(home.ledger):
        fields = {"started": now, "last_turn": now, "next_run": slot, "slot": slot}
        write_service_status(home.ledger, ServiceStatus(**fields | status))
    app = application(home, admin or AdminSettings(), ScheduleSettings(), lambda: now, name)
    server = uvicorn.Server(server_config(app))
    listener = listen("127.0.0.1", 0)
    thread = Thread(target=server.run, args=([listener],))
    thread.start()
    yield url_of(listener)
    server.should_exit = True
    thread.join()


class Answer(NamedTuple):
    """What one request cost."""

    size: int  # bytes
    waited: float  # milliseconds
    cpu: float  # milliseconds of this process, with what asking costs


def fetch(url: str) -> Answer:
    """Ask once."""
    begun, cpu = time.perf_counter(), time.process_time()
    with urllib.request.urlopen(url) as answer:
        size = len(answer.read())
    return Answer(size, 1000 * (time.perf_counter() - begun), 1000 * (time.process_time() - cpu))


def measure(home: Home, count: int) -> None:
    """Print the figures of one home."""
    with Ledger(home.ledger) as ledger:
        ids = [record["run"] for record in documents(ledger, 60)]
    paths = {path: path for path in ("/", "/runs.json", "/runs.csv", "/feed.atom", "/badge.svg", "/healthz")}
    if ids:
        paths |= {"/?before=ID": f"/?before={ids[-1]}", "/runs/ID": f"/runs/{ids[0]}"}
    with shown(home) as address:
        for name, path in paths.items():
            first = fetch(address.rstrip("/") + path)
            answers = [fetch(address.rstrip("/") + path) for _ in range(ROUNDS)]
            cpu, waited = (
                statistics.median(times) for times in zip(*((a.cpu, a.waited) for a in answers), strict=True)
            )
            figures = f"{first.cpu:>8.1f} {cpu:>8.1f} {waited:>8.1f} {min(a.waited for a in answers):>8.1f}"
            print(f"{count:>6,} {name:<12} {first.size:>9,} {figures}", flush=True)


def main() -> None:
    """Measure each number of runs."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("runs", nargs="*", type=int, default=[0, 3, 52, 5000])
    options.add_argument("--keep", type=Path)
    given = options.parse_args()
    print(f"{'runs':>6} {'route':<12} {'bytes':>9} {'first':>8} {'cpu':>8} {'waited':>8} {'least':>8}  milliseconds")
    with tempfile.TemporaryDirectory() as scratch:
        for count in given.runs:
            home = make_home((given.keep or Path(scratch)) / str(count), sources=[], preset="seed", remote="")
            apart = timedelta(weeks=1) if count < 1000 else timedelta(hours=6)
            fill(home, count, datetime.now(UTC).replace(microsecond=0) - timedelta(days=2), apart)
            measure(home, count)


if __name__ == "__main__":
    main()
