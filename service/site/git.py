"""Run one git command through GitPython: with a time limit, and so that it asks nothing."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from git import Git

from ..environment import hidden_settings
from ..errors import LoglingError
from ..settings import GitSettings
from .git_words import clean, mend, without_hints
from .ssh import has_answering_program

ORIGIN = "origin"  # the name of the remote
SECONDS_TO_END = 5  # between SIGTERM and SIGKILL
UMASK = 0o022  # of git alone: a site is for others to read, also where the service has a stricter one


class SiteError(LoglingError):
    """The site repository cannot be used as it is. Others had a say in the message, so it is made fit to be seen."""

    def __init__(self, message: str) -> None:
        super().__init__(clean(message))


class GitError(SiteError):
    """A git command that failed, with git's reason, and what mends it where that is known."""

    def __init__(self, message: str, status: int = 0, output: str = "") -> None:
        super().__init__(clean(message) + mend(message))
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
    if not shutil.which("git"):
        raise GitError("git is not installed: install it (Debian, Ubuntu: apt install git)")
    git = Git(path)
    # With a ceiling, a damaged site within another repository is not taken for that one.
    ceiling = {"GIT_CEILING_DIRECTORIES": str(path.parent)}
    git.update_environment(**environment(settings), **ceiling, **(variables or {}))
    with hidden_settings():
        handle: Any = git.execute(
            # -C: in a folder that may not be entered, GitPython would start git in the current one, another repository.
            [*pdeathsig_prefix(), "git", "-C", str(path), *options(settings), *arguments],
            as_process=True,
            istream=subprocess.PIPE,
            start_new_session=True,
            umask=UMASK,
        )
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
        words = without_hints((errors + output).decode(errors="replace")) or describe_death(process.returncode)
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


@cache
def pdeathsig_prefix() -> tuple[str, ...]:
    """What to put before a command so that the kernel sends it SIGTERM when this process dies; empty where it cannot.

    `preexec_fn` could ask for the same, but it runs Python in a forked child, beside threads that may hold any lock.
    """
    command = ("setpriv", "--pdeathsig", "TERM")  # of util-linux; busybox's knows no --pdeathsig
    try:
        tried = subprocess.run([*command, "true"], stdin=subprocess.DEVNULL, capture_output=True, check=False)
    except OSError:
        return ()
    return command if tried.returncode == 0 else ()


def describe_death(status: int) -> str:
    """Why a git that printed nothing failed."""
    if status == -signal.SIGXFSZ:
        return "it may not write files as large as it must (RLIMIT_FSIZE)"
    return f"it was ended by {signal.Signals(-status).name}" if status < 0 else "no reason given"


def options(settings: GitSettings) -> list[str]:
    """The options of every git command here.

    Commits are written to the disk. `core.safecrlf` would refuse our files where git converts line ends; that check is
    for what people write. A remote that is a mirror would be pushed with all branches, by force. The rest is what our
    commits are read with.
    """
    pairs = (
        "core.fsync=committed",
        "core.safecrlf=false",
        f"remote.{ORIGIN}.mirror=false",
        "i18n.commitEncoding=UTF-8",
        "i18n.logOutputEncoding=UTF-8",
        "trailer.separators=:",
        "log.showSignature=false",
        f"user.name={settings.name}",
        f"user.email={settings.email}",
    )
    return [word for pair in pairs for word in ("-c", pair)]


def environment(settings: GitSettings) -> dict[str, str]:
    """Variables with which git asks nobody, opens no window, speaks English, and is not led elsewhere.

    A person's GIT_ASKPASS and core.askPass stay, and SSH_ASKPASS where SSH_ASKPASS_REQUIRE=force says that it is to
    answer. Else SSH_ASKPASS is a desktop's, which would open a window.
    """
    is_forced = has_answering_program(os.environ)
    return {
        "GIT_TERMINAL_PROMPT": "0",
        **({} if is_forced else {"SSH_ASKPASS": "", "SSH_ASKPASS_REQUIRE": "never"}),
        "DISPLAY": "",
        "WAYLAND_DISPLAY": "",
        "GIT_AUTHOR_NAME": settings.name,
        "GIT_AUTHOR_EMAIL": settings.email,
        "GIT_COMMITTER_NAME": settings.name,
        "GIT_COMMITTER_EMAIL": settings.email,
        "LC_ALL": "C.UTF-8",
    }
