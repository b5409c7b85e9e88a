"""`logling serve` as a child process."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from service.home import Home

LONGEST_STOP = 50  # seconds; it promises 5, and a machine may be busy


class Served:
    """`logling serve` on a home, or another service by these words."""

    def __init__(self, home: Home, words: Sequence[str] = (), **environment: str) -> None:
        self.home = home
        command = [str(Path(sys.executable).with_name("logling")), *(words or ("serve", "--home", str(home.path)))]
        self.process = subprocess.Popen(
            command,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env={**os.environ, "LOGLING_ADMIN__PORT": "0", **environment},
        )
        self.lines: list[str] = []
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        assert self.process.stderr
        for line in self.process.stderr:
            self.lines.append(line.rstrip("\n"))

    def until(self, pattern: str, seconds: float = 600) -> str:
        """Wait for a line of the log."""
        self.when(lambda: any(re.search(pattern, line) for line in self.lines), seconds)
        return next(line for line in self.lines if re.search(pattern, line))

    def when(self, true: Callable[[], object], seconds: float = 600) -> None:
        deadline = time.monotonic() + seconds
        while not true():
            assert time.monotonic() < deadline, "\n".join(self.lines)
            assert self.process.poll() is None or true(), "\n".join(self.lines)
            time.sleep(0.05)

    @property
    def address(self) -> str:
        """Where its admin page is, once it is."""
        return self.until("the admin page is at").rpartition(" ")[2]

    def stop(self, number: signal.Signals = signal.SIGTERM) -> float:
        """Stop it; returns how many seconds that took."""
        begun = time.monotonic()
        self.process.send_signal(number)
        self.process.wait(300)
        took = time.monotonic() - begun
        self._reader.join(5)
        return took
