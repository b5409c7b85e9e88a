"""A home: the folder that holds everything of one model."""

from __future__ import annotations

import errno
import fcntl
import os
import pwd
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from .environment import HOME_VARIABLE
from .errors import LoglingError
from .settings import Settings, load

ROOT = 0  # the user id
FLEET_FOLDER = ".fleet"  # in a folder of homes that `logling fleet` serves
NO_LOCKS = "its file system has no locks, as some network file systems: put the home on a disk of this machine"


@dataclass(frozen=True)
class Home:
    """Where the files of a home are."""

    path: Path

    @property
    def settings_file(self) -> Path:
        """logling.toml"""
        return self.path / "logling.toml"

    @property
    def state(self) -> Path:
        """The folder that only its owner may read: ledger, corpus, locks."""
        return self.path / "state"

    @property
    def ledger(self) -> Path:
        """Every run."""
        return self.state / "ledger.db"

    @property
    def corpus(self) -> Path:
        """The masked lines kept for training."""
        return self.state / "corpus.db"

    @property
    def profile(self) -> Path:
        """What is known of the lines in the corpus."""
        return self.state / "profile"

    @property
    def findings(self) -> Path:
        """What the watch found and told."""
        return self.state / "findings.db"

    @property
    def unpushed(self) -> Path:
        """A file that exists while commits wait to be pushed. Its time says since when, its text why."""
        return self.state / "unpushed"

    @property
    def site(self) -> Path:
        """The git repository that clients pull."""
        return self.path / "site"

    @property
    def page(self) -> Path:
        """The page in the site, which runs the model in a browser."""
        return self.site / "web" / "index.html"

    @property
    def normal_rules(self) -> Path:
        """What a person has called normal: templates of lines."""
        return self.path / "normal.txt"

    def settings(self) -> Settings:
        """Read and check the settings. Raises SettingsError."""
        return load(self.settings_file)

    def make_state(self) -> None:
        """Make the state folder, readable by its owner alone."""
        self.state.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.state.chmod(0o700)  # one that was there


def open_private(path: str | Path, flags: int) -> int:
    """Open a file of the state. If it is made, its owner alone may read it. Raises OSError, also for a link."""
    try:
        return os.open(path, flags | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    except OSError as error:
        if error.errno != errno.ELOOP:
            raise
        raise OSError(
            errno.ELOOP, "a link, and no file of the state may be one: put the file itself here", path
        ) from None


def user_name(user: int) -> str:
    """The name of a user id, or its number where it has none."""
    try:
        return pwd.getpwuid(user).pw_name
    except KeyError:
        return f"#{user}"


def expanded(path: Path) -> Path:
    """A path with ~ replaced. Raises LoglingError for a user that does not exist, or without HOME."""
    try:
        return path.expanduser()
    except RuntimeError as error:
        raise LoglingError(f"{path}: {error}") from None


def find_home(given: Path | None) -> Home:
    """The home that was named, else LOGLING_HOME, else the current directory. Raises LoglingError."""
    path = given or Path(os.environ.get(HOME_VARIABLE) or ".")
    home = Home(expanded(path).resolve())
    if (home.path / FLEET_FOLDER).is_dir():
        raise LoglingError(f"{home.path} is the folder of a fleet: name a home in it, as --home {home.path}/NAME")
    if not home.settings_file.is_file():
        raise LoglingError(
            f"{home.path} is not a Logling home (it has no logling.toml): "
            f"make one with `logling init {path}`, or name yours with --home or {HOME_VARIABLE}"
        )
    return home


def locked(home: Home) -> AbstractContextManager[None]:
    """Lock the home: one run or pull at a time. Raises LoglingError that says who holds it."""
    return _held(home, "lock", "is in use by {holder}: wait until it has finished")


def only_service(home: Home) -> AbstractContextManager[None]:
    """Be the only service of a home. Raises LoglingError that says which process is."""
    return _held(home, "service.lock", "is served by {holder} already: stop that one first")


@contextmanager
def _held(home: Home, name: str, words: str) -> Iterator[None]:
    """Hold a lock file of the state.

    The kernel frees the lock when its holder ends, however it ends, so no stale lock can block. The library `filelock`
    locks in the same way, but does not say who holds the lock.
    """
    home.make_state()
    path = home.state / name
    with open(path, "a+", encoding="utf-8", opener=open_private) as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            file.truncate(0)
            os.write(file.fileno(), f"process {os.getpid()}\n".encode())  # a buffer would be written again by `close`
        except BlockingIOError:
            file.seek(0)
            holder = file.read().strip() or "another process"
            raise LoglingError(f"{home.path} {words.format(holder=holder)}") from None
        except OSError as error:
            if error.errno == errno.ENOLCK:
                raise LoglingError(f"{path} cannot be locked: {NO_LOCKS}") from None
            raise OSError(error.errno, error.strerror, str(path)) from None
        try:
            yield
        finally:
            with suppress(OSError):
                file.truncate(0)
            fcntl.flock(file, fcntl.LOCK_UN)  # closing is not enough: a process just forked by a thread has it open too
