"""Runs and pushes as child processes: started at low priority, watched, and ended with all that they started.

The service's side is `ChildProcess`. The child's side is `become_child`: it reads from a pipe whose other end only the
service holds. When the service is gone, however it ended, the pipe closes and the child ends itself. Whatever a child
does (crash, print garbage, hang), the service gets no more than a reason.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from threading import Thread
from types import FrameType
from typing import IO, NamedTuple, Protocol

from ..environment import SERVED
from ..errors import Interrupted
from ..exit_status import describe_exit_status, ending_signals
from ..home import Home
from ..storage.run_record import Outcome, slot_text
from .schedule import PlannedRun

SECONDS_TO_END = 3.5  # between SIGTERM and SIGKILL
SECONDS_ALONE = 0.5  # that the child has after SIGTERM before its own children get one
MAX_LINES, MAX_LINE_LENGTH = 200, 500  # of a child's output that are logged
REASON_PREFIX = "logling: "  # begins the line in which a command says why it failed
NICENESS = 10
OOM_SCORE = 500  # when memory is short, the kernel ends the run before the service


class ChildResult(NamedTuple):
    """How a child ended. Outcome and reason are for a run that could not write its own."""

    outcome: Outcome
    reason: str
    overrules: bool = False  # whether they also replace an `interrupted` that the run wrote


class Child(Protocol):
    """What the loop knows of a child process. `ChildProcess` is the real one."""

    def time_left(self) -> timedelta:
        """How long it may still run."""

    def result(self) -> ChildResult | None:
        """How it ended; None while it runs."""

    def stop(self) -> ChildResult:
        """End it now."""


class ChildProcess:
    """A command that runs as a child. `on_line` gets each line that it prints; `on_end` is called when it has ended.

    Both are called from threads. Raises OSError when the command cannot be started.
    """

    def __init__(
        self,
        command: Sequence[str],
        home: Home,
        limit: timedelta,
        on_line: Callable[[str], None],
        on_end: Callable[[], None],
        keeps: Sequence[int] = (),
    ) -> None:
        """`keeps` are descriptors that the child has too, until it ends."""
        self._home = home
        self._limit = limit
        self._deadline = time.monotonic() + limit.total_seconds()
        self._process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            pass_fds=keeps,
            env={**os.environ, SERVED: str(home.path)},
        )
        assert self._process.stdout
        self.pid = self._process.pid
        self._result: ChildResult | None = None
        self._reason = ""

        def handle_line(line: str) -> None:
            if line.startswith(REASON_PREFIX):
                self._reason = line.removeprefix(REASON_PREFIX)
            on_line(line)

        self._threads = [
            Thread(target=forward_lines, args=(self._process.stdout, handle_line), daemon=True),
            Thread(target=self._wait_for_end, args=(on_end,), daemon=True),
        ]
        for thread in self._threads:
            thread.start()

    def _wait_for_end(self, on_end: Callable[[], None]) -> None:
        self._process.wait()
        on_end()

    def time_left(self) -> timedelta:
        """How long it may still run."""
        return timedelta(seconds=max(0.0, self._deadline - time.monotonic()))

    def result(self) -> ChildResult | None:
        """How it ended; None while it runs. A child that has run for too long is ended here."""
        if self._result:
            return self._result
        if not self.time_left():
            self.stop()
            minutes = self._limit.total_seconds() / 60
            reason = f"it had not ended after {minutes:g} minutes and was stopped"
            self._result = ChildResult("failed", reason, overrules=True)
        elif (status := self._process.poll()) is not None:
            self._clean_up(status)
            self._result = ChildResult("failed", self._reason or describe_exit_status(status))
        return self._result

    def stop(self) -> ChildResult:
        """End it and all that it started, within 5 s."""
        if self._result:
            return self._result
        self._process.terminate()
        if not self._has_ended_within(SECONDS_ALONE):
            for process in group_members(self.pid):
                send_signal(process, signal.SIGTERM)
        stopped = self._has_ended_within(SECONDS_TO_END - SECONDS_ALONE)
        self._process.kill()
        self._clean_up(self._process.wait() or -signal.SIGTERM)
        reason = "it was asked to stop" + ("" if stopped else ", did not, and was killed")
        self._result = ChildResult("interrupted", reason)
        return self._result

    def _has_ended_within(self, seconds: float) -> bool:
        try:
            self._process.wait(seconds)
        except subprocess.TimeoutExpired:
            return False
        return True

    def _clean_up(self, status: int) -> None:
        assert self._process.stdin
        self._process.stdin.close()
        if status:  # after a good run, what a hook has started may go on
            end_leftovers(self._home, self.pid)
        for thread in self._threads:
            thread.join(1)


def retrain_command_line(home: Home, planned: PlannedRun) -> list[str]:
    """The command of a scheduled run."""
    return child_command(home, "retrain", "--slot", slot_text(planned.slot), "--attempt", str(planned.attempt))


def push_command_line(home: Home) -> list[str]:
    """The command that pushes between runs."""
    return child_command(home, "push")


def watch_command_line(home: Home) -> list[str]:
    """The command of a round of the watch."""
    return child_command(home, "findings", "--now", "--served")


def child_command(home: Home, name: str, *options: str) -> list[str]:
    """One of our commands, with idle priority on the disk. With `-P` it imports nothing from the current directory."""
    low_priority = ["ionice", "-t", "-c", "3"] if shutil.which("ionice") else []
    return [*low_priority, sys.executable, "-P", "-m", "service.cli", name, "--home", str(home.path), *options]


def forward_lines(output: IO[bytes], on_line: Callable[[str], None]) -> None:
    """Call `on_line` with each printable line of a process, up to a limit, until its output is closed."""
    count = 0
    with output:
        while piece := output.readline(MAX_LINE_LENGTH):
            text = piece.decode(errors="replace").rstrip()
            count += bool(text)
            if text and count <= MAX_LINES:
                on_line("".join(sign if sign.isprintable() else "\N{REPLACEMENT CHARACTER}" for sign in text))
    if count > MAX_LINES:
        on_line(f"and {count - MAX_LINES:,} more lines")


def group_members(group: int) -> list[int]:
    """The processes of a process group except its leader. Empty where there is no /proc."""
    return [process for process in processes() if process != group and group_of(process) == group]


def group_of(process: int) -> int | None:
    """The process group of a process; None when it has ended."""
    try:
        return os.getpgid(process)
    except ProcessLookupError:
        return None


def end_leftovers(home: Home, group: int | None = None) -> None:
    """End what ended runs of a home have left running: workers in the run's group, git in sessions of its own."""
    for number, seconds in ((signal.SIGTERM, 0.5), (signal.SIGKILL, 0.5)):
        if group:
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(group, number)
        for process in leftovers(home):
            send_signal(process, number)
        deadline = time.monotonic() + seconds
        while leftovers(home) and time.monotonic() < deadline:
            time.sleep(0.02)


def leftovers(home: Home) -> list[int]:
    """The processes that were started by a run of a service on this home, and the runs themselves."""
    variable = f"{SERVED}={home.path}".encode()
    return [process for process in processes() if process != os.getpid() and variable in environment_of(process)]


def processes() -> list[int]:
    """All processes. Empty where there is no /proc."""
    with suppress(OSError):
        return [int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdigit()]
    return []


def environment_of(process: int) -> list[bytes]:
    """The variables with which a process was started. Empty when it has ended or belongs to another user."""
    try:
        return Path(f"/proc/{process}/environ").read_bytes().split(b"\0")
    except OSError:
        return []


def send_signal(process: int, number: signal.Signals) -> None:
    """Send a signal to a process, and collect its exit status if it is our child. It may have ended already."""
    with suppress(ProcessLookupError, PermissionError):
        os.kill(process, number)
    with suppress(ChildProcessError):  # in a container the service is process 1, and orphans become its children
        os.waitpid(process, os.WNOHANG)


def become_child() -> None:
    """Called first in a run: lower its priority, and end it when the service asks for that or is gone."""
    os.nice(NICENESS)
    with suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text(str(OOM_SCORE))
    for number in ending_signals():
        signal.signal(number, interrupt_once)
    Thread(target=end_with_service, daemon=True).start()


def interrupt_once(*_: int | FrameType | None) -> None:
    """Interrupt the run. Later signals are ignored: systemd and the service may both send one, and the run is already
    ending."""
    for number in ending_signals():
        signal.signal(number, signal.SIG_IGN)
    raise Interrupted


def end_with_service() -> None:
    """Wait until the service is gone, then end this run and its children as the service would have."""
    wait_for_end_of_input()
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(SECONDS_ALONE)
    for process in group_members(os.getpid()):
        send_signal(process, signal.SIGTERM)
    time.sleep(SECONDS_TO_END)
    for process in group_members(os.getpid()):
        send_signal(process, signal.SIGKILL)
    os.kill(os.getpid(), signal.SIGKILL)


def wait_for_end_of_input() -> None:
    """Wait until stdin is closed. In a child of the service this means that the service is gone."""
    with suppress(OSError):
        while os.read(0, 1):
            pass
