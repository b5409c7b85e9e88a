"""Make the pairs of good and failed logs that `anomalies.py --set pairs` reads: real tools, run well and badly.

    python tests/benchmarks/log_pairs/make_pairs.py SCRATCH [--only NAME]…

Writes SCRATCH/pairs/NAME/{good-1.log, …, failed.log, faults.json}. Pairs that are there already are kept. Needs Debian,
root (throwaway copies of the machine: machine.py), gcc, cmake, git, npm, PostgreSQL, and the package registries that
apt, pip and npm use here; all else stays on the loopback.
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys
import tempfile
import time
from pathlib import Path

import apt_pairs
import boot_pairs
import build_pairs
import daemon_pairs
import git_pairs
import npm_pairs
import pip_pairs
import pytest_pairs
from pair import PAIRS, Job, Pair, label_errors

ROOMS = (apt_pairs, boot_pairs, build_pairs, daemon_pairs, git_pairs, npm_pairs, pip_pairs, pytest_pairs)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("scratch", type=Path)
    parser.add_argument("--only", action="append", choices=sorted(PAIRS))
    arguments = parser.parse_args()
    failures = [name for name in arguments.only or PAIRS if not make(PAIRS[name], arguments.scratch.resolve())]
    if failures:
        raise SystemExit(f"not made: {', '.join(failures)}")


def make(pair: Pair, scratch: Path) -> bool:
    """Make one pair unless it is there; whether its labels hold. One whose labels do not is left as NAME.wrong."""
    folder = scratch / "pairs" / pair.name
    if folder.exists():
        return True
    started = time.monotonic()
    goods = [run(pair, scratch, failing=False) for _ in range(pair.goods)]
    failed = run(pair, scratch, failing=True)
    errors = label_errors(pair.faults, [lines_of(good) for good in goods], lines_of(failed))
    if errors:
        folder = folder.with_name(folder.name + ".wrong")
        shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for number, good in enumerate(goods, 1):
        (folder / f"good-{number}.log").write_bytes(good)
    (folder / "failed.log").write_bytes(failed)
    faults = [fault._asdict() for fault in pair.faults]
    (folder / "faults.json").write_text(json.dumps({"job": pair.job.__doc__, "faults": faults}, indent=1))
    sizes = ", ".join(str(len(lines_of(log))) for log in [*goods, failed])
    print(f"{pair.name}: {sizes} lines, {time.monotonic() - started:.0f} s", *errors, sep="\n    ", file=sys.stderr)
    return not errors


def run(pair: Pair, scratch: Path, failing: bool) -> bytes:
    """The log of one run in a new folder, which is removed."""
    with tempfile.TemporaryDirectory(prefix="job-", ignore_cleanup_errors=True) as folder:
        job = Job(scratch, Path(folder), failing, pair.stamped)
        pair.job(job)
    return bytes(job.output)


def lines_of(log: bytes) -> list[str]:
    """The lines of a log."""
    return log.decode(errors="replace").split("\n")[:-1]


if __name__ == "__main__":
    main()
