"""Remove the locks that a killed git left in a repository, and wait for those of a git that is at work.

These are git's own lock files, which hold no process id. A library of file locks has nothing to do with them.
"""

from __future__ import annotations

import os
import time
from contextlib import suppress
from pathlib import Path

from .git import SiteError
from .repository import Repository

PATTERNS = ("*.lock", "packed-refs.new", "refs/**/*.lock", "objects/maintenance.lock", "objects/info/**/*.lock")
PROCESSES = Path("/proc")
SECONDS_FOR_LOCK = 15  # that another git may hold a lock before we give up
QUIET_SECONDS = 1  # without any git at work after which a lock is stale
OLD_SECONDS = 600  # after which a lock is stale if its git cannot be seen


def clear_locks(repository: Repository) -> list[str]:
    """Remove the locks of a git that was killed. Returns what was done, in words.

    Only for the holder of the home's lock. It waits while any git is at work in the repository, and raises SiteError
    when that takes long.
    """
    removed = []
    for lock in (lock for pattern in PATTERNS for lock in sorted(repository.folder.glob(pattern))):
        if is_left_behind(lock, repository.path):
            lock.unlink(missing_ok=True)
            removed.append(f"removed {lock.relative_to(repository.folder)}, which a killed git had left")
    return removed


def is_left_behind(lock: Path, path: Path) -> bool:
    """Whether a lock stays while no git is at work. False when it goes by itself."""
    begun = quiet_since = time.monotonic()
    while lock.exists():
        now = time.monotonic()
        if git_is_at_work(path):
            quiet_since = now
        if now - quiet_since > QUIET_SECONDS and (could_be_seen(lock) or seconds_old(lock) > OLD_SECONDS):
            return True
        if now - begun > SECONDS_FOR_LOCK:
            unseen = "" if could_be_seen(lock) else f", or was killed: then it counts until {OLD_SECONDS // 60} min old"
            raise SiteError(f"another git is at work in {path} ({lock.name} is there{unseen}): let it finish")
        time.sleep(0.05)
    return False


def git_is_at_work(path: Path) -> bool:
    """Whether some git process has its working directory in a repository, as far as this user can see."""
    for process in PROCESSES.glob("[0-9]*"):
        with suppress(OSError):  # it has ended, or is another user's
            if (process / "comm").read_text().startswith("git") and (process / "cwd").resolve().is_relative_to(path):
                return True
    return False


def could_be_seen(lock: Path) -> bool:
    """Whether the git that made a lock would be seen at work: /proc exists, and the lock belongs to this user."""
    with suppress(FileNotFoundError):
        return (PROCESSES / "self").exists() and lock.stat().st_uid == os.geteuid()
    return True


def seconds_old(lock: Path) -> float:
    """How long ago a lock was made. 0 if it has just gone."""
    with suppress(FileNotFoundError):
        return abs(time.time() - lock.stat().st_mtime)  # ahead of now: the clock was set back
    return 0.0
