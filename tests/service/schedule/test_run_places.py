"""Places for runs: counted over all processes of a machine, waited for where a limit is set, freed by the kernel."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from service.schedule.run_places import MustWait, take_place

ROOT = Path(__file__).parents[3]
HOLDS = """
import sys, time
from service.schedule.run_places import take_place
place = take_place(0, sys.argv[1])
print("held", flush=True)
sys.stdin.read()
"""


@pytest.fixture
def names(request: pytest.FixtureRequest) -> str:
    """Names of places that no other test has."""
    return f"logling-test-{os.getpid()}-{id(request)}"


@pytest.fixture
def another(names: str) -> Iterator[Callable[[], subprocess.Popen[bytes]]]:
    """Starts another process that holds a place."""
    started = []

    def start() -> subprocess.Popen[bytes]:
        command = [sys.executable, "-c", HOLDS, names]
        process = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        assert process.stdout
        assert process.stdout.readline() == b"held\n"
        started.append(process)
        return process

    yield start
    for process in started:
        with suppress(ProcessLookupError):
            process.kill()
        process.communicate()


def taken(most: int, names: str) -> socket.socket:
    """A place, which must be free."""
    place = take_place(most, names)
    assert place
    return place


def test_without_a_limit_no_run_waits_for_another(names: str) -> None:
    places = [taken(0, names) for _ in range(5)]
    for place in places:
        place.close()


def test_a_run_waits_while_as_many_as_may_be_are_under_way(names: str) -> None:
    words = "2 runs are under way on this machine, and 2 may be at once"
    with taken(2, names), taken(2, names), pytest.raises(MustWait, match=words):
        take_place(2, names)
    with taken(2, names):
        pass


def test_runs_that_wait_for_nothing_count_for_those_that_do(names: str) -> None:
    with taken(0, names), pytest.raises(MustWait, match="1 run is under way"):
        take_place(1, names)


def test_a_refusal_keeps_no_place(names: str) -> None:
    with taken(1, names):
        for _ in range(3):
            with pytest.raises(MustWait):
                take_place(1, names)
        with taken(2, names):
            pass


def test_the_runs_of_another_process_count(names: str, another: Callable[[], subprocess.Popen[bytes]]) -> None:
    another()
    with pytest.raises(MustWait):
        take_place(1, names)


def test_a_process_that_is_killed_frees_its_place(names: str, another: Callable[[], subprocess.Popen[bytes]]) -> None:
    process = another()
    process.send_signal(signal.SIGKILL)
    process.wait()
    with taken(1, names):
        pass


def test_a_child_that_has_a_copy_holds_the_place_on(names: str) -> None:
    place = taken(1, names)
    with subprocess.Popen(["cat"], stdin=subprocess.PIPE, pass_fds=[place.fileno()]) as child:
        place.close()
        with pytest.raises(MustWait):
            take_place(1, names)
        child.kill()
    with taken(1, names):
        pass
