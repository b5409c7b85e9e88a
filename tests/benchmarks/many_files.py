"""How a pull copes with many small files: python tests/benchmarks/many_files.py [COUNT…] [KIND…]

For each count (2,000 and 10,000 unless given) and each kind of folder: the first pull, the second with nothing new, one
after a line was added to every file, and one after every file was renamed or compressed. A pull that takes longer than
LIMIT seconds is stopped, and the rest of its kind is left out.
"""

import gzip
import os
import signal
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from service.settings import Source
from service.sources import rotated_names
from service.sources.pull import pull
from service.storage.corpus import Corpus

LIMIT = 300  # seconds
BANNER = "settings of the simulation: " + "x" * 1_200 + "\n"


def write_separate(folder: Path, count: int) -> None:
    """Logs of their own, in a hundred folders."""
    for number in range(count):
        path = folder / f"host{number % 100:02d}" / f"unit{number}x.log"
        path.parent.mkdir(exist_ok=True)
        path.write_text(f"started {number}\nready\n")


def write_rotations(folder: Path, count: int) -> None:
    """One log, rotated very often."""
    for number in range(count):
        (folder / f"app.log.{number + 1}").write_text(f"started {number}\nready\n")


def write_alike(folder: Path, count: int) -> None:
    """One log by date, of which every file has the same words."""
    for number in range(count):
        (folder / f"app.log-20260101-{number:06d}").write_text("started\nready\n")


def write_with_banner(folder: Path, count: int) -> None:
    """Logs of their own that begin with the same long banner."""
    for number in range(count):
        (folder / f"unit{number}x.log").write_text(BANNER + f"ready {number}\n")


def write_dated(folder: Path, count: int) -> None:
    """One log by date, of which every file begins with the same long banner and goes on in its own way."""
    for number in range(count):
        (folder / f"app.log-20260101-{number:06d}").write_text(BANNER + f"ready {number}\n" * (1 + number % 50))


KINDS: dict[str, Callable[[Path, int], None]] = {
    "separate": write_separate,
    "rotations": write_rotations,
    "alike": write_alike,
    "banner": write_with_banner,
    "dated": write_dated,
}


def add_lines(folder: Path) -> None:
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            with path.open("a") as log:
                log.write(f"more of {path.name}\n")


def rename_all(folder: Path) -> None:
    """As logrotate does: app.log.3 becomes app.log.4, and unit.log unit.log.1. What has a date keeps its name."""
    for path in sorted(folder.rglob("*"), key=rotated_names.number, reverse=True):
        if path.is_file() and path.suffix == ".log":
            path.rename(path.with_name(f"{path.name}.1"))
        elif path.is_file() and rotated_names.number(path) and "-" not in path.name:
            path.rename(path.with_suffix(f".{rotated_names.number(path) + 1}"))


def compress_all(folder: Path) -> None:
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            packed = path.with_name(path.name + ".gz")
            packed.write_bytes(gzip.compress(path.read_bytes(), 1))
            status = path.stat()
            os.utime(packed, ns=(status.st_atime_ns, status.st_mtime_ns))
            path.unlink()


def replace_all(folder: Path) -> None:
    """The files are removed, and others that begin alike are written."""
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            text = gzip.decompress(path.read_bytes())
            path.unlink()
            path.with_suffix("").write_bytes(text[: len(text) // 2] + b"\nanother\n")


STEPS: dict[str, Callable[[Path], None]] = {
    "first": lambda folder: None,
    "unchanged": lambda folder: None,
    "a line more": add_lines,
    "unchanged again": lambda folder: None,
    "renamed": rename_all,
    "compressed": compress_all,
    "replaced": replace_all,
}


def measured_pull(folder: Path, corpus_path: Path) -> str:
    clock, cpu = time.monotonic(), time.process_time()
    signal.alarm(LIMIT)
    with Corpus(corpus_path) as corpus:
        report = pull([Source(files=f"{folder}/**")], corpus)
    signal.alarm(0)
    clock, cpu = time.monotonic() - clock, time.process_time() - cpu
    return f"{cpu:8.2f}{clock:9.2f}{report.new:9}{len(report.gaps):6}{len(report.problems):6}"


class TooLong(BaseException):
    """A pull took longer than LIMIT."""


def stop(*_: object) -> None:
    raise TooLong


def main() -> None:
    signal.signal(signal.SIGALRM, stop)
    print(f"{'files':>6}  {'kind':<10} {'pull':<16}{'CPU s':>8}{'clock s':>9}{'lines':>9}{'gaps':>6}{'bad':>6}")
    kinds = [word for word in sys.argv[1:] if word in KINDS] or list(KINDS)
    for count in [int(word) for word in sys.argv[1:] if word.isdecimal()] or [2_000, 10_000]:
        for kind in kinds:
            with tempfile.TemporaryDirectory() as scratch:
                folder = Path(scratch) / "logs"
                folder.mkdir()
                KINDS[kind](folder, count)
                for step, change in STEPS.items():
                    change(folder)
                    try:
                        figures = measured_pull(folder, Path(scratch) / "corpus.db")
                    except TooLong:
                        print(f"{count:>6}  {kind:<10} {step:<16} more than {LIMIT} s", flush=True)
                        break
                    print(f"{count:>6}  {kind:<10} {step:<16}{figures}", flush=True)


if __name__ == "__main__":
    main()
