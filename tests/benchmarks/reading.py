"""How fast logs are read: python tests/benchmarks/reading.py [MEGABYTES]

Each stage includes the ones before it. The log is made up: daemon lines of about 100 characters, with
an address or a secret in every thousandth.
"""

import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from service.reading.lines import CHUNK, LineReader
from service.reading.redaction import Redactor
from service.settings import Source
from service.sources.pull import pull
from service.storage.corpus import Corpus

MEGABYTE = 1_000_000


def write_log(path: Path, megabytes: int) -> None:
    with path.open("w") as log:
        for number in range(megabytes * MEGABYTE // 97):
            who = "owner@example.org" if number % 1000 == 7 else "invalid user admin"
            log.write(
                f"Jan {number // 3600 % 28 + 1:2d} {number // 60 % 24:02d}:{number % 60:02d}:{number % 59:02d} "
                f"greenhouse sshd[{number % 30011}]: Failed password for {who} from 192.0.2.{number % 254} port 22\n"
            )


def read_lines(path: Path) -> None:
    reader = LineReader()
    with path.open("rb") as stream:
        while chunk := stream.read(CHUNK):
            reader.feed(chunk)


def read_redacted(path: Path) -> None:
    reader, redactor = LineReader(), Redactor()
    with path.open("rb") as stream:
        while chunk := stream.read(CHUNK):
            redactor.redact(reader.feed(chunk))


def read_into_corpus(path: Path) -> None:
    with Corpus(path.with_suffix(".db")) as corpus:
        pull([Source(files=str(path))], corpus)


STAGES: dict[str, Callable[[Path], None]] = {
    "lines": read_lines,
    "+ redaction": read_redacted,
    "+ corpus (pull)": read_into_corpus,
}


def seconds_of(stage: Callable[[Path], None], path: Path) -> float:
    started = time.process_time()
    stage(path)
    return time.process_time() - started


def main() -> None:
    megabytes = int(sys.argv[1]) if len(sys.argv) > 1 else 100
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "greenhouse.log"
        write_log(path, megabytes)
        size = path.stat().st_size / MEGABYTE
        seconds = {name: seconds_of(stage, path) for name, stage in STAGES.items()}
    before = 0.0
    own = {}
    print(f"{size:.0f} MB{'MB/s':>20}{'s of its own':>16}")
    for name, total in seconds.items():
        own[name], before = total - before, total
        print(f"{name:<18}{size / total:>8.0f}{own[name]:>16.2f}")
    print(f"slowest stage: {max(own, key=lambda name: own[name])}")


if __name__ == "__main__":
    main()
