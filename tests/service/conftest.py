"""Homes with a log, a site and a committed model, made once and copied by each test that changes one.

And what the world may do to them that needs to be root, or not to be: small disks, files that may not be read.
"""

from __future__ import annotations

import ctypes
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from service.home import Home
from service.schedule.child_process import leftovers
from tests.benchmarks import admin
from tests.support.disks import disk_of_its_own, may_mount
from tests.support.homes import Place, logling, made
from tests.support.logs import Logs
from tests.support.runs import Document
from tests.support.served import Served


@pytest.fixture(scope="session", autouse=True)
def nothing_of_this_machine() -> Iterator[None]:
    """No git identity and no settings of whoever runs the tests."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GIT_CONFIG_GLOBAL", os.devnull)
        patch.setenv("GIT_CONFIG_NOSYSTEM", "1")
        patch.setenv("OPENBLAS_NUM_THREADS", "1")
        for variable in [name for name in os.environ if name.upper().startswith("LOGLING_")]:
            patch.delenv(variable)
        yield


@pytest.fixture(name="logling", scope="session")
def logling_command() -> Callable[..., subprocess.CompletedProcess[str]]:
    """The real command."""
    return logling


@pytest.fixture
def fresh(tmp_path: Path) -> Place:
    """A home with a log of which nothing was read yet."""
    return made(tmp_path)


@dataclass(frozen=True)
class Original:
    """What `committed` copies, and the record of its first run."""

    place: Place
    log: str
    record: Document


@pytest.fixture(scope="session")
def original(tmp_path_factory: pytest.TempPathFactory) -> Original:
    place = made(tmp_path_factory.mktemp("original"))
    with pytest.MonkeyPatch.context() as patch:  # by its name a corpus chooses its reserve, and so who wins a contest
        patch.setattr("service.storage.corpus._NEW_IDENTITY", "UPDATE counters SET identity = '0123456789abcdef'")
        record = place.retrain()
    assert record["outcome"] == "committed", record["reason"]
    text = place.log.read_text()
    place.log.unlink()  # so that the log of a copy is known again as this one, moved
    return Original(place, text, record)


@pytest.fixture
def first_record(original: Original) -> Document:
    """The record of the first run of `committed`."""
    return original.record


@pytest.fixture
def committed(original: Original, tmp_path: Path) -> Place:
    """A home with a committed model and no new lines."""
    place = replace(original.place, folder=tmp_path)
    shutil.copytree(original.place.home.path, place.home.path)
    place.set(str(original.place.log), str(place.log))
    place.log.parent.mkdir()
    place.log.write_text(original.log)
    return place


@pytest.fixture(scope="session")
def reader(original: Original) -> Place:
    """A home with a committed model, for tests that change nothing."""
    return original.place


@pytest.fixture
def logs(tmp_path: Path) -> Logs:
    return Logs(tmp_path)


SmallDisk = Callable[[Path, str], AbstractContextManager[None]]


@pytest.fixture
def small_disk() -> SmallDisk:
    """`small_disk(folder, "4m")`: the folder and what is in it on a disk of its own, which is full at that size."""
    return disk_of_its_own


@pytest.hookimpl(tryfirst=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> bool | None:
    """Run a test that needs a small disk in a child, root in namespaces of its own, if not root here."""
    if "small_disk" not in pyfuncitem.fixturenames or may_mount(pyfuncitem.funcargs["tmp_path"]):
        return None
    test = [sys.executable, "-m", "pytest", "-q", pyfuncitem.nodeid]
    command = ["unshare", "--map-root-user", "--mount", *test]
    done = subprocess.run(command, capture_output=True, text=True, cwd=pyfuncitem.config.rootpath)
    assert done.returncode == 0, f"needs root, or user namespaces: {done.stdout}{done.stderr}"
    return True


@pytest.fixture
def mere_owner() -> Iterator[None]:
    """Takes root's right to read and write whatever the mode of a file says from this thread, until the end."""
    libc = ctypes.CDLL(None, use_errno=True)
    header = (ctypes.c_uint32 * 2)(0x20080522, 0)  # of version 3, this thread
    held = (ctypes.c_uint32 * 6)()  # effective, permitted, inheritable; twice
    assert libc.capget(header, held) == 0
    without = type(held)(*held)
    without[0] &= ~0b110  # CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH
    assert libc.capset(header, without) == 0
    yield
    assert libc.capset(header, held) == 0


@pytest.fixture
def serve() -> Iterator[Callable[..., Served]]:
    begun: list[Served] = []

    def one(home: Home, **environment: str) -> Served:
        begun.append(Served(home, **environment))
        return begun[-1]

    yield one
    remaining = []
    for served in begun:
        if served.process.poll() is None:
            served.stop()
        remaining += leftovers(served.home)
    for process in remaining:
        os.kill(process, signal.SIGKILL)
    assert remaining == []


@pytest.fixture(scope="session")
def made_up() -> dict[str, Any]:
    """What the benchmark of the admin page makes up: see there."""
    return vars(admin)


@pytest.fixture(scope="session")
def fill(made_up: dict[str, Any]) -> Callable[..., None]:
    """Write made-up runs into the ledger of a home."""
    filler: Callable[..., None] = made_up["fill"]
    return filler
