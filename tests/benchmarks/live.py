"""The service, live: it wakes every few seconds while a log is rotated at random and the service is killed.

    python tests/benchmarks/live.py [MINUTES]

A writer appends numbered lines and rotates its log (rename, copy and truncate, compress); `logling serve` runs every
four seconds; now and then it is killed with SIGKILL, its run with it or left alone. At the end every line that was
written must be in the corpus exactly once. Prints counts, and exits with 1 if a line is missing or doubled.
"""

from __future__ import annotations

import gzip
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from service.home import Home
from service.storage.corpus import Corpus

LOGLING = str(Path(sys.executable).with_name("logling"))
SETTINGS = """
[training]
tokens = 20000
[gate]
min_new_lines = 20
[schedule]
every = "4s"
retry_minutes = [0.05]
"""


def main() -> None:
    minutes = float(sys.argv[1]) if len(sys.argv) > 1 else 20
    with tempfile.TemporaryDirectory() as name:
        live = Live(Path(name), random.Random(1))
        try:
            live.play(minutes * 60)
        finally:
            live.stop_service(signal.SIGTERM)
        sys.exit(live.account())


class Live:
    """A log, the one who writes it, and the service that reads it."""

    def __init__(self, folder: Path, rng: random.Random) -> None:
        self.log = folder / "logs" / "app.log"
        self.log.parent.mkdir()
        self.home = Home(folder / "home")
        self.rng = rng
        self.written = 0
        self.counts: Counter[str] = Counter()
        command = [LOGLING, "init", str(self.home.path), "--source", f"{self.log}*", "--preset", "seed"]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        text = self.home.settings_file.read_text()
        kept = text.partition("[training]")[0]  # what follows are commented defaults
        self.home.settings_file.write_text(kept + SETTINGS)
        self.service = self.start_service()

    def start_service(self) -> subprocess.Popen[bytes]:
        """The service in a session of its own."""
        return subprocess.Popen(
            [LOGLING, "serve", "--home", str(self.home.path)], stderr=subprocess.DEVNULL, start_new_session=True
        )

    def play(self, seconds: float) -> None:
        """Write, rotate and kill until the time is over."""
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            self.write(self.rng.randint(1, 12))
            chance = self.rng.random()
            if chance < 0.01:
                self.rotate()
            elif chance < 0.014:
                self.kill()
            time.sleep(self.rng.uniform(0, 0.3))

    def write(self, count: int) -> None:
        """Append lines, the last one sometimes in two pieces."""
        with self.log.open("a") as file:
            for _ in range(count):
                line = f"{self.written:07d} unit {self.written % 7} reports {self.rng.randint(0, 99):02d} degrees, ok\n"
                cut = self.rng.randint(0, len(line)) if self.rng.random() < 0.1 else 0
                file.write(line[:cut])
                file.flush()
                file.write(line[cut:])
                self.written += 1

    def rotate(self) -> None:
        """Move the log away, or copy and empty it, and compress an older one."""
        stamp = f"{self.counts['rotations']:04d}"
        target = self.log.with_name(f"app.log.{stamp}")
        if self.rng.random() < 0.7:
            self.log.rename(target)
            self.counts["renamed"] += 1
        else:
            shutil.copyfile(self.log, target)
            os.truncate(self.log, 0)
            self.counts["copied"] += 1
        plain = sorted(path for path in self.log.parent.glob("app.log.*") if path.suffix != ".gz")
        if len(plain) > 1:
            with gzip.open(plain[0].with_name(plain[0].name + ".gz"), "wb") as packed:
                packed.write(plain[0].read_bytes())
            plain[0].unlink()
            self.counts["compressed"] += 1
        self.counts["rotations"] += 1

    def kill(self) -> None:
        """End the service without a word and start it again."""
        self.stop_service(signal.SIGKILL)
        self.counts["kills"] += 1
        self.service = self.start_service()

    def stop_service(self, number: signal.Signals) -> None:
        """Send a signal and wait."""
        if self.service.poll() is None:
            self.service.send_signal(number)
        self.service.wait(60)

    def account(self) -> int:
        """Pull what is left, compare, and say what happened."""
        for _ in range(60):  # a run whose service was killed may need a moment to let go
            done = subprocess.run(
                [LOGLING, "pull", "--home", str(self.home.path)], stdout=subprocess.DEVNULL, check=False
            )
            if done.returncode == 0:
                break
            time.sleep(1)
        with Corpus(self.home.corpus, 100_000_000) as corpus:
            seen = Counter(int(line[:7]) for document in corpus.documents() for line in document.lines)
        missing = [number for number in range(self.written) if number not in seen]
        doubled = [number for number, times in seen.items() if times > 1]
        runs = json.loads(
            subprocess.run(
                [LOGLING, "history", "--json", "--home", str(self.home.path)], capture_output=True, check=True
            ).stdout
        )["runs"]
        outcomes = Counter(run["outcome"] for run in runs)
        fsck = subprocess.run(["git", "-C", str(self.home.site), "fsck"], capture_output=True, check=False).returncode
        print(f"{self.written:,} lines written; {len(missing)} missing, {len(doubled)} doubled; {dict(self.counts)}")
        print(f"{len(runs)} runs: {dict(outcomes)}; git fsck {'clean' if fsck == 0 else 'NOT CLEAN'}")
        for run in runs:
            if run["outcome"] == "failed":
                print("failed:", run["reason"])
        return int(bool(missing or doubled or fsck))


if __name__ == "__main__":
    main()
