"""How fast logs are read, here and in the page: python tests/benchmarks/reading.py [MEGABYTES]

The log is made up: daemon lines of about 100 characters, with
an address or a secret in every thousandth.
"""

import json
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

from service.installation import page_folder
from service.reading.compression import CHUNK
from service.reading.log_reader import LogReader
from service.reading.reading import RAW, Reading
from service.settings import Source
from service.site.page_files import page_files
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


def read_with(path: Path, reading: Reading) -> None:
    reader = LogReader(reading)
    with path.open("rb") as stream:
        while chunk := stream.read(CHUNK):
            reader.feed(chunk)


def read_into_corpus(path: Path) -> None:
    with Corpus(path.with_suffix(".db")) as corpus:
        pull([Source(files=str(path))], corpus)


READINGS = {
    "raw": RAW,
    "secrets masked": Reading(),
    "and times left out": Reading(keep_time=False),
    "and records joined": Reading(continuation=r"^\s"),
    "and addresses masked": Reading(mask=("ip", "mac")),
}


def seconds_of(stage: Callable[[Path], None], path: Path) -> float:
    started = time.process_time()
    stage(path)
    return time.process_time() - started


def write_docker_log(plain: Path, path: Path) -> None:
    with plain.open() as lines, path.open("w") as log:
        for line in lines:
            log.write(json.dumps({"log": line, "stream": "stdout", "time": "2026-11-01T00:00:00.1Z"}) + "\n")


def page_seconds(engine: Path, log: Path, reading: Reading) -> float:
    """CPU-seconds of the page's reader in Node."""
    node = shutil.which("node")
    assert node, "the page is measured in Node.js"
    card = {**reading.as_card(), "isRaw": reading.is_raw}
    done = subprocess.run([node, "-e", SCRIPT, engine, log, json.dumps(card)], capture_output=True, check=True)
    return float(done.stdout)


SCRIPT = """
const { readFileSync } = require('node:fs');
const { LogReader, AS_DEFAULT } = require(process.argv[1]);
const data = readFileSync(process.argv[2]);
const reader = new LogReader({ ...AS_DEFAULT, ...JSON.parse(process.argv[3]) });
const begun = process.cpuUsage();
for (let at = 0; at < data.length; at += 65536) reader.feed(data.subarray(at, at + 65536));
const { user, system } = process.cpuUsage(begun);
console.log((user + system) / 1e6);
"""


def main() -> None:
    megabytes = int(sys.argv[1]) if len(sys.argv) > 1 else 50
    with tempfile.TemporaryDirectory() as folder:
        log, docker, engine = (Path(folder) / name for name in ("greenhouse.log", "docker.log", "engine.js"))
        write_log(log, megabytes)
        write_docker_log(log, docker)
        engine.write_bytes(page_files(page_folder())["engine.js"])
        print(f"{'MB per CPU-second':<24}{'service':>10}{'page':>10}")
        for path, readings in ((log, READINGS), (docker, {"out of Docker's json": Reading()})):
            size = path.stat().st_size / MEGABYTE
            for name, reading in readings.items():
                here = statistics.median(seconds_of(partial(read_with, reading=reading), path) for _ in range(3))
                there = statistics.median(page_seconds(engine, path, reading) for _ in range(3))
                print(f"{name:<24}{size / here:>10.1f}{size / there:>10.1f}")
        print(
            f"{'into the corpus (pull)':<24}{log.stat().st_size / MEGABYTE / seconds_of(read_into_corpus, log):>10.1f}"
        )


if __name__ == "__main__":
    main()
