"""One git command: through GitPython, with a time limit, asking nothing, led nowhere else."""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from git import Git
from git.exc import GitCommandNotFound

from ..errors import LoglingError
from ..settings import GitSettings

SECONDS_TO_END = 5  # between SIGTERM and SIGKILL
PR_SET_PDEATHSIG = 1  # of <linux/prctl.h>


class SiteError(LoglingError):
    """The site repository cannot be used as it is."""


class GitError(SiteError):
    """A git command that failed, with git's reason."""

    def __init__(self, message: str, status: int = 0, output: str = "") -> None:
        super().__init__(message)
        self.status = status  # 0 when it gave none
        self.output = output  # on stdout


def run_git(
    path: Path,
    settings: GitSettings,
    *arguments: str,
    variables: Mapping[str, str] | None = None,
    data: bytes = b"",
) -> str:
    """What a git command prints, as text without space around it. Raises GitError with git's reason."""
    return output_of(path, settings, *arguments, variables=variables, data=data).decode(errors="replace").strip()


def output_of(
    path: Path,
    settings: GitSettings,
    *arguments: str,
    variables: Mapping[str, str] | None = None,
    data: bytes = b"",
) -> bytes:
    """What a git command prints, given `data` on its input. Raises GitError with git's reason.

    A command that takes too long, or whose program dies, is ended with SIGTERM, so that git tidies up its locks.
    """
    git = Git(path)
    git.update_environment(**environment(settings), **(variables or {}))
    try:
        handle: Any = git.execute(
            ["git", *options(settings), *arguments],
            as_process=True,
            istream=subprocess.PIPE,
            start_new_session=True,
            preexec_fn=end_with_parent(),
        )
    except GitCommandNotFound:
        raise GitError("git is not installed: install it (Debian, Ubuntu: apt install git)") from None
    process: subprocess.Popen[bytes] = handle.proc
    try:
        output, errors = process.communicate(data, timeout=settings.seconds)
    except subprocess.TimeoutExpired as late:
        if process.poll() is None:
            raise GitError(f"git {arguments[0]} did not end within {settings.seconds:g} s") from None
        output, errors = late.output or b"", late.stderr or b""  # what a hook left running holds the pipes open
    finally:
        end(process)
    if process.returncode:
        words = in_words((errors + output).decode(errors="replace")) or how_it_died(process.returncode)
        raise GitError(f"git {arguments[0]}: {words}", process.returncode, output.decode(errors="replace"))
    return output


def end(process: subprocess.Popen[bytes]) -> None:
    """End a process that still runs, and those it started: SIGTERM, and SIGKILL when that does not help."""
    if process.poll() is not None:
        return
    os.killpg(process.pid, signal.SIGTERM)
    try:
        process.wait(SECONDS_TO_END)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def end_with_parent() -> Callable[[], None] | None:
    """What a child calls first so that the kernel sends it SIGTERM when this process dies; None where it cannot."""
    if not sys.platform.startswith("linux"):
        return None
    prctl = ctypes.CDLL(None).prctl  # looked up here: the child may call nothing that takes a lock

    def ask() -> None:
        prctl(PR_SET_PDEATHSIG, signal.SIGTERM)

    return ask


def in_words(output: str) -> str:
    """git's own words on one line."""
    lines = [line.strip() for line in output.splitlines()]
    return " ".join(line for line in lines if line and not line.startswith("hint:"))


def how_it_died(status: int) -> str:
    """What there is to say of a git that said nothing itself."""
    if status == -signal.SIGXFSZ:
        return "it may not write files as large as it must (RLIMIT_FSIZE)"
    return f"it was ended by {signal.Signals(-status).name}" if status < 0 else "no reason given"


def options(settings: GitSettings) -> list[str]:
    """What every git command here is told: what is committed is on the disk, and who commits."""
    pairs = ("core.fsync=committed", f"user.name={settings.name}", f"user.email={settings.email}")
    return [word for pair in pairs for word in ("-c", pair)]


def environment(settings: GitSettings) -> dict[str, str]:
    """Variables with which git asks nothing, speaks English, and is not led elsewhere."""
    return {
        "GIT_TERMINAL_PROMPT": "0",
        "GIT_ASKPASS": "true",  # the program: it answers nothing
        "SSH_ASKPASS_REQUIRE": "never",
        "GIT_AUTHOR_NAME": settings.name,
        "GIT_AUTHOR_EMAIL": settings.email,
        "GIT_COMMITTER_NAME": settings.name,
        "GIT_COMMITTER_EMAIL": settings.email,
        "LC_ALL": "C.UTF-8",
    }
