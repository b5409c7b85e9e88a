"""A run as a child process: begun gently, watched, ended with all that it started.

The service's side is `Child`. The run's side is `attend`: it holds the read end of a pipe whose write end only
the service has, so that the run ends by itself when the service is gone, however that went. Nothing a run does
(a crash, garbage on its output, no end at all) reaches the service as more than a reason.
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

from ..errors import Interrupted
from ..exit_status import in_words
from ..home import Home
from ..storage.run_record import Outcome, slot_text
from .schedule import Outlook

SERVED = "LOGLING_SERVED"  # in the environment of a run and of all that it starts: the home
SECONDS_TO_END = 3.5  # between SIGTERM and SIGKILL
SECONDS_ALONE = 0.5  # in which the run itself, before its helpers, may react to SIGTERM
MOST_LINES, LONGEST_LINE = 200, 500  # of a run's output that are passed on
SENTENCE = "logling: "  # begins the line in which a command says why it failed
NICENESS = 10
OOM_SCORE = 500  # when memory is short, the kernel takes the run before the service


class End(NamedTuple):
    """How a child ended; outcome and reason are for a run that could not write its own."""

    outcome: Outcome
    reason: str
    overrules: bool = False  # also an `interrupted` that the run wrote


class Running(Protocol):
    """A run under way, as `Child` is."""

    def remaining(self) -> timedelta:
        """How long it may still take."""

    def ended(self) -> End | None:
        """How it ended; None while it runs."""

    def stop(self) -> End:
        """End it now."""


class Child:
    """A run under way. `passed` gets each line that it prints, `changed` is called when it has ended.

    Both are called from threads. Raises OSError when it cannot be begun.
    """

    def __init__(
        self,
        command: Sequence[str],
        home: Home,
        limit: timedelta,
        passed: Callable[[str], None],
        changed: Callable[[], None],
    ) -> None:
        self._home = home
        self._limit = limit
        self._deadline = time.monotonic() + limit.total_seconds()
        self._process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            env={**os.environ, SERVED: str(home.path)},
        )
        assert self._process.stdout
        self.pid = self._process.pid
        self._ended: End | None = None
        self._sentence = ""

        def heard(line: str) -> None:
            if line.startswith(SENTENCE):
                self._sentence = line.removeprefix(SENTENCE)
            passed(line)

        self._threads = [
            Thread(target=pass_on, args=(self._process.stdout, heard), daemon=True),
            Thread(target=self._tell, args=(changed,), daemon=True),
        ]
        for thread in self._threads:
            thread.start()

    def _tell(self, changed: Callable[[], None]) -> None:
        self._process.wait()
        changed()

    def remaining(self) -> timedelta:
        """How long it may still take."""
        return timedelta(seconds=max(0.0, self._deadline - time.monotonic()))

    def ended(self) -> End | None:
        """How it ended; None while it runs. One that has run too long is ended here."""
        if self._ended:
            return self._ended
        if not self.remaining():
            self.stop()
            minutes = self._limit.total_seconds() / 60
            self._ended = End("failed", f"it had not ended after {minutes:g} minutes and was stopped", overrules=True)
        elif (status := self._process.poll()) is not None:
            self._tidy(status)
            self._ended = End("failed", self._sentence or in_words(status))
        return self._ended

    def stop(self) -> End:
        """End it and all that it started, within 5 s."""
        if self._ended:
            return self._ended
        self._process.terminate()
        if not self._has_ended_within(SECONDS_ALONE):
            for process in helpers(self.pid):
                send(process, signal.SIGTERM)
        stopped = self._has_ended_within(SECONDS_TO_END - SECONDS_ALONE)
        self._process.kill()
        self._tidy(self._process.wait() or -signal.SIGTERM)
        self._ended = End("interrupted", "it was asked to stop" + ("" if stopped else ", did not, and was killed"))
        return self._ended

    def _has_ended_within(self, seconds: float) -> bool:
        try:
            self._process.wait(seconds)
        except subprocess.TimeoutExpired:
            return False
        return True

    def _tidy(self, status: int) -> None:
        assert self._process.stdin
        self._process.stdin.close()
        if status:  # a run that ended well may have left a hook's work behind
            end_leftovers(self._home, self.pid)
        for thread in self._threads:
            thread.join(1)


def retrain_command(home: Home, wanted: Outlook) -> list[str]:
    """What is begun for a slot: a run."""
    return command(home, "retrain", "--slot", slot_text(wanted.slot), "--attempt", str(wanted.attempt))


def push_command(home: Home) -> list[str]:
    """What is begun to push between runs."""
    return command(home, "push")


def command(home: Home, name: str, *options: str) -> list[str]:
    """One of our commands, with the lowest claim on the disk. `-P`: nothing is imported from where the service was
    started."""
    gently = ["ionice", "-t", "-c", "3"] if shutil.which("ionice") else []
    return [*gently, sys.executable, "-P", "-m", "service.cli", name, "--home", str(home.path), *options]


def pass_on(output: IO[bytes], passed: Callable[[str], None]) -> None:
    """Pass on what a process prints, line by line and bounded, until nobody has its output open."""
    count = 0
    with output:
        while piece := output.readline(LONGEST_LINE):
            text = piece.decode(errors="replace").rstrip()
            count += bool(text)
            if text and count <= MOST_LINES:
                passed(
                    "".join(character if character.isprintable() else "\N{REPLACEMENT CHARACTER}" for character in text)
                )
    if count > MOST_LINES:
        passed(f"and {count - MOST_LINES:,} more lines")


def helpers(group: int) -> list[int]:
    """The processes of a group except its leader; none where there is no /proc."""
    return [process for process in processes() if process != group and group_of(process) == group]


def group_of(process: int) -> int | None:
    """The process group of a process, None when it has ended."""
    try:
        return os.getpgid(process)
    except ProcessLookupError:
        return None


def end_leftovers(home: Home, group: int | None = None) -> None:
    """End what ended runs of a home have left: workers in the run's group, git in sessions of its own."""
    for number, patience in ((signal.SIGTERM, 0.5), (signal.SIGKILL, 0.5)):
        if group:
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(group, number)
        for process in leftovers(home):
            send(process, number)
        deadline = time.monotonic() + patience
        while leftovers(home) and time.monotonic() < deadline:
            time.sleep(0.02)


def leftovers(home: Home) -> list[int]:
    """The processes that were begun by a run of a service on this home, runs included."""
    mark = f"{SERVED}={home.path}".encode()
    return [process for process in processes() if process != os.getpid() and mark in environment_of(process)]


def processes() -> list[int]:
    """All processes; none where there is no /proc."""
    with suppress(OSError):
        return [int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdigit()]
    return []


def environment_of(process: int) -> list[bytes]:
    """The environment with which a process was begun; nothing when it is another user's or has ended."""
    try:
        return Path(f"/proc/{process}/environ").read_bytes().split(b"\0")
    except OSError:
        return []


def send(process: int, number: signal.Signals) -> None:
    """Send a signal to a process that may have ended, and take its status when it was ours to take."""
    with suppress(ProcessLookupError, PermissionError):
        os.kill(process, number)
    with suppress(ChildProcessError):  # the service is process 1 of a container, and it was orphaned
        os.waitpid(process, os.WNOHANG)


def attend() -> None:
    """In the run: stand behind the rest of the machine, and end when the service asks or is gone."""
    os.nice(NICENESS)
    with suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text(str(OOM_SCORE))
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, stop_once)
    Thread(target=end_with_the_service, daemon=True).start()


def stop_once(*_: int | FrameType | None) -> None:
    """End the run; a second signal (the service's, after systemd's) must not disturb how it is wound up."""
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, signal.SIG_IGN)
    raise Interrupted


def end_with_the_service() -> None:
    """Wait until the service has ended, then end this run and its helpers as the service would have."""
    with suppress(OSError):
        while os.read(0, 1):
            pass
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(SECONDS_ALONE)
    for process in helpers(os.getpid()):
        send(process, signal.SIGTERM)
    time.sleep(SECONDS_TO_END)
    for process in helpers(os.getpid()):
        send(process, signal.SIGKILL)
    os.kill(os.getpid(), signal.SIGKILL)
