"""A real Dask cluster for tests: a scheduler and workers, each a process that can be killed or stopped."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from .waiting import wait_until


class DaskCluster:
    """A scheduler on loopback and some workers of one thread each. A context manager."""

    def __init__(self, folder: Path, options: Sequence[str] = ()) -> None:
        self._folder = folder
        self._options = options  # of scheduler and workers alike
        self._file = folder / "scheduler.json"
        self._started: list[subprocess.Popen[bytes]] = []
        self.scheduler = self._start("dask_scheduler", "--port", "0", "--scheduler-file", str(self._file))
        wait_until(self._file.is_file)
        self.address = self._address()
        self.workers: list[subprocess.Popen[bytes]] = []

    def _address(self) -> str:
        return str(json.loads(self._file.read_text())["address"])

    def add_worker(self, path: Path | None = None) -> subprocess.Popen[bytes]:
        """One more worker; with a folder that its imports see first."""
        environment = {**os.environ, **({"PYTHONPATH": str(path)} if path else {})}
        worker = self._start(
            "dask_worker", self.address, "--nthreads", "1", "--no-nanny", "--local-directory", str(self._folder),
            environment=environment,
        )  # fmt: skip
        self.workers.append(worker)
        return worker

    def _start(
        self, program: str, *arguments: str, environment: dict[str, str] | None = None
    ) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-P", "-m", f"distributed.cli.{program}", "--host", "127.0.0.1", "--no-dashboard"]
        with (self._folder / f"{program}-{len(self._started)}.log").open("wb") as log:
            process = subprocess.Popen(
                [*command, *arguments, *self._options], stdout=log, stderr=log, env=environment, cwd=self._folder
            )
        self._started.append(process)
        return process

    def __enter__(self) -> DaskCluster:
        return self

    def __exit__(self, *_: object) -> None:
        for process in reversed(self._started):
            with suppress(ProcessLookupError):
                process.send_signal(signal.SIGCONT)
                process.kill()
            process.wait()
