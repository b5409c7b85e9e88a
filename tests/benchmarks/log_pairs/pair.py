"""A pair of logs of one job, which ran well and with a fault, and what is known to be wrong in the latter."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import threading
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

import machine

TIME_LIMIT = 150  # seconds a job may run


class Fault(NamedTuple):
    """One thing that is wrong in the failed log: its root cause, or one consequence.

    `pattern` finds its lines. `kind`: `line`, in the failed log alone; `value`, the same, of an ordinary line with an
    unusual number; `more`, at least five times as often as in a good log; `fewer`, in every good log and not in the
    failed one.
    """

    name: str
    pattern: str
    kind: str = "line"


class Pair(NamedTuple):
    """A job that can be run well and badly."""

    name: str
    job: Callable[[Job], None]
    faults: list[Fault]
    goods: int
    stamped: bool


PAIRS: dict[str, Pair] = {}


def pair(*faults: Fault, goods: int = 1, stamped: bool = False) -> Callable[[Callable[[Job], None]], object]:
    """Register a job under its function's name. `stamped`: a time before each line, as CI servers write it."""

    def register(job: Callable[[Job], None]) -> Callable[[Job], None]:
        name = job.__name__.replace("_", "-")
        PAIRS[name] = Pair(name, job, list(faults), goods, stamped)
        return job

    return register


class Job:
    """One run of a job in a new folder; `output` is its log."""

    def __init__(self, scratch: Path, folder: Path, failing: bool, stamped: bool) -> None:
        self.scratch = scratch
        self.folder = folder
        self.failing = failing
        self.stamped = stamped
        self.output = bytearray()

    def write(self, name: str, text: str) -> Path:
        """A file in the job's folder."""
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        return path

    def run(self, command: list[str], quiet: bool = False, **variables: str) -> None:
        """Run a command in the folder and add what it prints to the log; its exit status does not matter."""
        self.collect(command, {**os.environ, "LC_ALL": "C.UTF-8", **variables}, quiet)

    def shell(self, script: str, quiet: bool = False, **variables: str) -> None:
        """Run a shell script in the folder as `run` does."""
        self.run(["bash", "-c", script], quiet, **variables)

    def on_machine(self, script: str, network: bool = False, size: str = "3g") -> None:
        """Run a shell script in a throwaway copy of this machine that has the daemons and sees the job's folder."""
        command = machine.enter(["bash", "-c", f"cd {self.folder}\n{script}"], network)
        variables = machine.environment(self.scratch, machine.layer(self.scratch), size, self.folder, alone=not network)
        self.collect(command, {**variables, "LC_ALL": "C.UTF-8"})

    def collect(self, command: list[str], variables: dict[str, str], quiet: bool = False) -> None:
        """Add a command's lines to the log. It is ended, with all that it started, after TIME_LIMIT."""
        process = subprocess.Popen(
            command,
            cwd=self.folder,
            env=variables,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        assert process.stdout
        end = threading.Timer(TIME_LIMIT, os.killpg, (process.pid, signal.SIGKILL))
        end.start()
        for line in process.stdout:
            if not quiet:
                self.add(line)
        process.wait()
        end.cancel()

    def add(self, line: bytes) -> None:
        """Add a line to the log, with the time if the log has times."""
        if self.stamped:
            self.output += datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f0Z ").encode()
        self.output += line.rstrip(b"\r\n") + b"\n"


def label_errors(faults: list[Fault], goods: list[list[str]], failed: list[str]) -> list[str]:
    """What is wrong with the labels of a pair, one sentence each; none if they hold."""
    errors = []
    for name, pattern, kind in faults:
        in_failed = len(labelled(pattern, failed))
        in_goods = [len(labelled(pattern, lines)) for lines in goods]
        if kind == "fewer":
            if in_failed or not all(in_goods):
                errors.append(f"{name}: must be in every good log and not in the failed one: {in_goods}, {in_failed}")
        elif kind == "more":
            if in_failed < 5 * max(1, *in_goods):
                errors.append(f"{name}: must be five times as often in the failed log: {in_goods}, {in_failed}")
        elif not in_failed or any(in_goods):
            errors.append(f"{name}: must be in the failed log and in no good one: {in_goods}, {in_failed}")
    return errors


def labelled(pattern: str, lines: list[str]) -> list[int]:
    """Places, from 0, of the lines that a fault's pattern finds."""
    found = re.compile(pattern)
    return [i for i, line in enumerate(lines) if found.search(line)]
