"""Homes with a log, a site and a committed model, made once and copied by each test that changes one.

And what the world may do to them that needs to be root, or not to be: small disks, files that may not be read.
"""

from __future__ import annotations

import ctypes
import os
import random
import re
import runpy
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from service.child import leftovers
from service.corpus import Corpus
from service.home import Home
from service.ledger import Record
from service.progress import Reporter
from service.pull import pull
from service.reports import PullReport
from service.run import retrain
from service.settings import Settings, Source
from service.setup import make_home

MADE_UP = Path(__file__).parents[1] / "benchmarks" / "admin.py"
NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
TOKENS = 40_000
FIRST_LINES = 500


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


@dataclass(frozen=True)
class Place:
    """A folder with a log, and a home whose source it is."""

    folder: Path

    @property
    def home(self) -> Home:
        return Home(self.folder / "home")

    @property
    def log(self) -> Path:
        return self.folder / "logs" / "app.log"

    def append(self, lines: list[str]) -> None:
        self.log.parent.mkdir(exist_ok=True)
        with self.log.open("a", encoding="utf-8") as log:
            log.writelines(line + "\n" for line in lines)

    def append_usual(self, count: int) -> None:
        """More lines of the kind that the model knows, or will."""
        start = len(self.log.read_text().splitlines()) if self.log.exists() else 0
        chance = random.Random(start)
        names = ["alpha", "bravo", "delta"]
        self.append(
            [
                f"{n % 60:02d} {names[n % 3]} fan {chance.choice(['slow', 'fast'])} ok"
                for n in range(start, start + count)
            ]
        )

    def set(self, old: str, new: str) -> None:
        """Edit the settings file as a person would."""
        text = self.home.settings_file.read_text()
        assert old in text
        self.home.settings_file.write_text(text.replace(old, new))

    def retrain(self, settings: Settings | None = None, now: datetime = NOON) -> Record:
        reporter = Reporter(Console(file=StringIO()))
        with reporter:
            return retrain(self.home, settings or self.home.settings(), lambda: now, reporter)

    def logling(self, *arguments: object, **environment: str) -> subprocess.CompletedProcess[str]:
        return logling(*arguments, LOGLING_HOME=str(self.home.path), **environment)

    def git(self, *arguments: str, at: str = "home/site") -> str:
        command = ["git", "-C", str(self.folder / at), "-c", "user.name=Person", "-c", "user.email=p@x", *arguments]
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()

    def add_remote(self) -> Path:
        """An empty bare repository that the home pushes to from now on."""
        remote = self.folder / "remote.git"
        self.git("init", "--quiet", "--bare", "--initial-branch=main", str(remote), at=".")
        self.git("remote", "add", "origin", str(remote))
        self.set('# remote = ""', f"remote = '{remote}'")
        return remote


def logling(*arguments: object, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run the real command."""
    command = [str(Path(sys.executable).with_name("logling")), *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, env={**os.environ, **environment}, timeout=120)


@pytest.fixture(name="logling", scope="session")
def logling_command() -> Callable[..., subprocess.CompletedProcess[str]]:
    """The real command."""
    return logling


@pytest.fixture
def fresh(tmp_path: Path) -> Place:
    """A home with a log of which nothing was read yet."""
    return made(tmp_path)


def made(folder: Path) -> Place:
    place = Place(folder)
    place.append_usual(FIRST_LINES)
    make_home(place.home.path, sources=[str(place.log)], preset="seed", remote="")
    place.set("[training]\n", f"[training]\ntokens = {TOKENS}\n")
    return place


@dataclass(frozen=True)
class Original:
    """What `committed` copies, and the record of its first run."""

    place: Place
    log: str
    record: Record


@pytest.fixture(scope="session")
def original(tmp_path_factory: pytest.TempPathFactory) -> Original:
    place = made(tmp_path_factory.mktemp("original"))
    record = place.retrain()
    assert record["outcome"] == "committed", record["reason"]
    text = place.log.read_text()
    place.log.unlink()  # so that the log of a copy is known again as this one, moved
    return Original(place, text, record)


@pytest.fixture
def first_record(original: Original) -> Record:
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


class Logs:
    """A folder of logs and a corpus that is opened anew for every pull."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "logs"
        self.folder.mkdir()
        self.corpus = folder / "corpus.db"

    def write(self, name: str, data: str | bytes) -> Path:
        path = self.folder / name
        path.write_bytes(data if isinstance(data, bytes) else data.encode())
        return path

    def append(self, name: str, text: str) -> None:
        with (self.folder / name).open("a") as log:
            log.write(text)

    def pull(self, *patterns: str) -> PullReport:
        with Corpus(self.corpus) as corpus:
            return pull([Source(files=f"{self.folder}/{pattern}") for pattern in patterns or ("*",)], corpus)

    def lines(self) -> list[str]:
        with Corpus(self.corpus) as corpus:
            return [line for document in corpus.documents() for line in document.lines]


@pytest.fixture
def logs(tmp_path: Path) -> Logs:
    return Logs(tmp_path)


SmallDisk = Callable[[Path, str], AbstractContextManager[None]]


@pytest.fixture
def small_disk() -> SmallDisk:
    """`small_disk(folder, "4m")`: the folder and what is in it on a disk of its own, which is full at that size."""
    return disk_of_its_own


@contextmanager
def disk_of_its_own(folder: Path, size: str) -> Iterator[None]:
    with tempfile.TemporaryDirectory() as away:
        shutil.copytree(folder, away, dirs_exist_ok=True)
        subprocess.run(mounting(folder, size), check=True)
        try:
            shutil.copytree(away, folder, dirs_exist_ok=True)
            yield
            shutil.copytree(folder, away, dirs_exist_ok=True)
        finally:
            subprocess.run(["umount", folder], check=True)
            shutil.copytree(away, folder, dirs_exist_ok=True)


def mounting(folder: Path, size: str) -> list[str]:
    return ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(folder)]


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


def may_mount(folder: Path) -> bool:
    if subprocess.run(mounting(folder, "1m"), capture_output=True).returncode:
        return False
    subprocess.run(["umount", folder], check=True)
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


class Served:
    """`logling serve` on a home."""

    def __init__(self, home: Home, **environment: str) -> None:
        self.home = home
        command = [str(Path(sys.executable).with_name("logling")), "serve", "--home", str(home.path)]
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

    def until(self, pattern: str, seconds: float = 60) -> str:
        """Wait for a line of the log."""
        self.when(lambda: any(re.search(pattern, line) for line in self.lines), seconds)
        return next(line for line in self.lines if re.search(pattern, line))

    def when(self, true: Callable[[], object], seconds: float = 60) -> None:
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
        self.process.wait(30)
        took = time.monotonic() - begun
        self._reader.join(5)
        return took


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
    return runpy.run_path(str(MADE_UP))


@pytest.fixture(scope="session")
def fill(made_up: dict[str, Any]) -> Callable[..., None]:
    """Write made-up runs into the ledger of a home."""
    filler: Callable[..., None] = made_up["fill"]
    return filler
