"""Whether cost stays flat while the history of a log grows.

    python tests/benchmarks/long_history.py [MEGABYTES…] [--preset seed] [--output FILE]

A log grows by rotation to each of the sizes (by default 1, 100, 1000; 10000 takes a quarter of an hour and no more disk
than the others: files that were read are deleted), and is pulled on the way. At each size 2,000 more lines come, and
then `logling retrain` runs: its time by the clock, seconds of the processor with all it started, and the peak of memory
of all its processes, pages that they share counted once (PSS, sampled; Linux).
"""

from __future__ import annotations

import argparse
import json
import os
import random
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

MEGABYTE = 1_000_000
PIECE = 20  # megabytes a file
WEEK = 2_000  # lines
LOGLING = str(Path(sys.executable).with_name("logling"))
HEADING = """| log, MB | pull, MB/s by the clock | MB per CPU-second | peak of a pull, MB | corpus, MB \
| weekly retrain, s | CPU s | peak, MB | outcome |
|---|---|---|---|---|---|---|---|---|"""


class Cost(NamedTuple):
    """What a command cost, with all that it started."""

    seconds: float
    cpu: float
    peak: float  # MB
    output: str


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("megabytes", nargs="*", type=int, default=[1, 100, 1000])
    parser.add_argument("--preset", default="seed", choices=["seed", "full"])
    parser.add_argument("--output", type=Path, default=None)
    arguments = parser.parse_args()
    lines = []
    for line in table(sorted(arguments.megabytes), arguments.preset):
        print(line, flush=True)
        lines.append(line)
    if arguments.output:
        arguments.output.write_text("\n".join(lines) + "\n")


def table(sizes: list[int], preset: str) -> Iterator[str]:
    """The rows, one by one as they are measured."""
    yield HEADING
    with tempfile.TemporaryDirectory() as name:
        log, home = Path(name) / "greenhouse.log", Path(name) / "home"
        cost_of("init", str(home), "--source", f"{log}*", "--preset", preset)
        block = made_up(random.Random(1), PIECE * MEGABYTE)
        written = 0.0
        for size in sizes:
            begun, pulls = written, []
            while written < size * MEGABYTE:
                rotate(log)
                written += grow(log, block, min(len(block), int(size * MEGABYTE - written)), int(written))
                pulls.append(cost_of("pull", "--home", str(home)))
            if begun == 0:
                cost_of("retrain", "--home", str(home))  # so that there is a champion
            written += grow(log, made_up(random.Random(size), WEEK * 120)[: WEEK * 98], None, size)
            yield row(
                size, (written - begun) / MEGABYTE, pulls, cost_of("retrain", "--home", str(home), "--json"), home
            )


def row(size: int, read: float, pulls: list[Cost], week: Cost, home: Path) -> str:
    record = json.loads(week.output)
    rate, per_cpu = (read / sum(costs) for costs in ([p.seconds for p in pulls], [p.cpu for p in pulls]))
    corpus = (home / "state" / "corpus.db").stat().st_size / MEGABYTE
    peak = max(pull.peak for pull in pulls)
    return (
        f"| {size:,} | {rate:.0f} | {per_cpu:.0f} | {peak:.0f} | {corpus:.1f} "
        f"| {week.seconds:.1f} | {week.cpu:.1f} | {week.peak:.0f} | {record['outcome']} |"
    )


def made_up(numbers: random.Random, size: int) -> bytes:
    """Lines of a daemon, about 97 bytes each."""
    lines, length = [], 0
    while length < size:
        line = (
            f"Jan {numbers.randint(1, 28):2d} {numbers.randint(0, 23):02d}:{numbers.randint(0, 59):02d}:"
            f"{numbers.randint(0, 59):02d} greenhouse sshd[{numbers.randint(100, 30000)}]: "
            f"{numbers.choice(['Failed', 'Accepted'])} password for {numbers.choice(['admin', 'root', 'ada'])} "
            f"from 192.0.2.{numbers.randint(1, 254)} port {numbers.randint(1024, 65535)} ssh2\n"
        )
        lines.append(line)
        length += len(line)
    return "".join(lines).encode()


def rotate(log: Path) -> None:
    """Yesterday's file away, today's becomes yesterday's."""
    if log.exists():
        log.replace(log.with_name(log.name + ".1"))


def grow(log: Path, block: bytes, size: int | None, number: int) -> int:
    """Append a block of lines behind a line that no other file begins with; how many bytes came."""
    first = f"Jan  1 00:00:00 greenhouse logrotate: {number} bytes before\n".encode()
    end = len(block) if size is None else block.rfind(b"\n", 0, max(size, 200)) + 1
    with log.open("ab") as file:
        file.write(first + block[:end])
    return len(first) + end


def cost_of(*arguments: str) -> Cost:
    """Run a command of ours and watch it."""
    before, begun = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    with tempfile.TemporaryFile("w+") as output:
        process = subprocess.Popen([LOGLING, *arguments], stdout=output, start_new_session=True)
        peak = 0.0
        while process.poll() is None:
            peak = max(peak, memory_of(process.pid))
            time.sleep(0.05)
        seconds = time.monotonic() - begun
        output.seek(0)
        text = output.read()
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if process.returncode:
        raise RuntimeError(f"logling {' '.join(arguments)} ended with status {process.returncode}: {text}")
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Cost(seconds, cpu, peak, text)


def memory_of(session: int) -> float:
    """PSS of all processes of a session, in MB; 0 where /proc does not tell."""
    total = 0.0
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            if os.getsid(int(folder.name)) == session:
                total += float(pss_line((folder / "smaps_rollup").read_text()).split()[1]) / 1000
        except (OSError, IndexError):
            continue
    return total


def pss_line(text: str) -> str:
    return next((line for line in text.splitlines() if line.startswith("Pss:")), "Pss: 0")


if __name__ == "__main__":
    main()
