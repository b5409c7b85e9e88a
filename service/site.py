"""The site: the git repository that clients pull. Real git, through GitPython.

Only the weights file is committed here (and the page's files by `create`); a person's other changes in the
clone stay as they are. Nothing is ever forced or rewritten, and git never asks a question.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, Self

from git import Git, Repo
from git.exc import GitCommandNotFound, InvalidGitRepositoryError, NoSuchPathError

from .errors import LoglingError
from .settings import GitSettings

WEIGHTS = "web/weights.js"
ORIGIN = "origin"
SECONDS_TO_END = 5  # between SIGTERM and SIGKILL


class SiteError(LoglingError):
    """The site repository cannot be used as it is."""


class Site:
    """A context manager over an existing site repository. Raises SiteError."""

    def __init__(self, path: Path, settings: GitSettings) -> None:
        self.path = path
        self.settings = settings
        try:
            self.repo = Repo(path)
        except (InvalidGitRepositoryError, NoSuchPathError):
            raise SiteError(f"{path} is not a git repository: make the home anew with `logling init`") from None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.repo.close()

    def weights(self) -> bytes | None:
        """The weights file at the tip of the site, None before the first."""
        if not self.repo.head.is_valid():
            return None
        try:
            blob = self.repo.head.commit.tree / WEIGHTS
        except KeyError:
            return None
        data: bytes = blob.data_stream.read()
        return data

    def commit_weights(self, file: bytes, message: str, when: datetime) -> str:
        """Commit the weights file and nothing else, dated `when`; returns the commit's id. Raises SiteError.

        When git refuses (a hook, a full disk) or is interrupted, the file is put back as it was.
        """
        self._refuse_other_branch()
        target = self.path / WEIGHTS
        before = target.read_bytes() if target.exists() else None
        write_durably(target, file)
        try:
            self._git("add", "--", WEIGHTS)
            date = when.isoformat(timespec="seconds")
            self._git("commit", "--quiet", "--message", message, "--only", "--", WEIGHTS, date=date)
        except BaseException:
            if self.weights() != file:
                self._put_back(target, before)
            raise
        return str(self.repo.head.commit.hexsha)

    def _refuse_other_branch(self) -> None:
        """A person may have another branch checked out: weights do not belong there."""
        branch, wanted = self._git("rev-parse", "--abbrev-ref", "HEAD"), self.settings.branch
        if branch != wanted:
            raise SiteError(f"{self.path} is on {branch}, not on the branch {wanted} of the settings: check it out")

    def _put_back(self, target: Path, before: bytes | None) -> None:
        if before is None:
            self._git("rm", "--quiet", "--cached", "--force", "--ignore-unmatch", "--", WEIGHTS)
            target.unlink(missing_ok=True)
        else:
            write_durably(target, before)
            self._git("add", "--", WEIGHTS)

    def ahead(self) -> int:
        """How many commits the remote was last known not to have; 0 without a remote."""
        if not self.settings.remote:
            return 0
        return int(self._git("rev-list", "--count", "HEAD", *(["^" + self._tracking] if self._remote_known() else [])))

    def fast_forward(self) -> None:
        """Take over what the remote has beyond this clone. Raises SiteError when that is not possible."""
        self._name_remote()
        self._git("fetch", "--quiet", "--prune", ORIGIN)
        if self._remote_known():
            self._git("merge", "--quiet", "--ff-only", self._tracking)

    def push(self) -> None:
        """Push the branch. Raises SiteError with git's reason."""
        self._name_remote()
        self._git("push", "--quiet", "--porcelain", ORIGIN, f"HEAD:refs/heads/{self.settings.branch}")

    def _name_remote(self) -> None:
        """Make `origin` what the settings say now: they may have been edited since the site was made."""
        self._git("config", f"remote.{ORIGIN}.url", self.settings.remote)
        self._git("config", f"remote.{ORIGIN}.fetch", f"+refs/heads/*:refs/remotes/{ORIGIN}/*")

    @property
    def _tracking(self) -> str:
        return f"refs/remotes/{ORIGIN}/{self.settings.branch}"

    def _remote_known(self) -> bool:
        return bool(self._git("for-each-ref", "--format=%(refname)", self._tracking))

    def _git(self, *arguments: str, date: str = "") -> str:
        return run_git(self.path, self.settings, *arguments, date=date)


def run_git(path: Path, settings: GitSettings, *arguments: str, date: str = "") -> str:
    """What a git command prints; a commit is dated `date`, or now. Raises SiteError with git's reason.

    A command that takes too long is ended with SIGTERM first, so that git can tidy up its locks.
    """
    git = Git(path)
    dates = {f"GIT_{who}_DATE": date for who in ("AUTHOR", "COMMITTER")} if date else {}
    git.update_environment(**environment(settings), **dates)
    try:
        handle: Any = git.execute(["git", *options(settings), *arguments], as_process=True, start_new_session=True)
    except GitCommandNotFound:
        raise SiteError("git is not installed: install it (Debian, Ubuntu: apt install git)") from None
    process: subprocess.Popen[bytes] = handle.proc
    try:
        output, errors = (stream.decode(errors="replace") for stream in process.communicate(timeout=settings.seconds))
    except subprocess.TimeoutExpired:
        raise SiteError(f"git {arguments[0]} did not end within {settings.seconds:g} s") from None
    finally:
        end(process)
    if process.returncode:
        raise SiteError(f"git {arguments[0]}: {in_words(errors + output)}")
    return str(output.strip())


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


def in_words(output: str) -> str:
    """git's own words on one line."""
    lines = [line.strip() for line in output.splitlines()]
    return " ".join(line for line in lines if line and not line.startswith("hint:")) or "no reason given"


def options(settings: GitSettings) -> list[str]:
    """What every git command here is told: what is committed is on the disk, and who commits."""
    pairs = ("core.fsync=committed", f"user.name={settings.name}", f"user.email={settings.email}")
    return [word for pair in pairs for word in ("-c", pair)]


def environment(settings: GitSettings) -> dict[str, str]:
    """Variables with which git asks nothing, speaks English, and is not led elsewhere."""
    return {
        "GIT_TERMINAL_PROMPT": "0",
        "GIT_SSH_COMMAND": os.environ.get("GIT_SSH_COMMAND", "ssh -oBatchMode=yes -oConnectTimeout=20"),
        "GIT_AUTHOR_NAME": settings.name,
        "GIT_AUTHOR_EMAIL": settings.email,
        "GIT_COMMITTER_NAME": settings.name,
        "GIT_COMMITTER_EMAIL": settings.email,
        "LC_ALL": "C.UTF-8",
    }


def create(path: Path, page: Path, settings: GitSettings) -> None:
    """Make the site: a repository with what the remote has, if it is there, and the page's files. Raises SiteError."""
    path.mkdir(parents=True, exist_ok=True)
    run_git(path, settings, "init", "--quiet", f"--initial-branch={settings.branch}")
    if settings.remote:
        with Site(path, settings) as site:
            site.fast_forward()
    with Site(path, settings) as site:
        copied = copy_page(page, path / "web")
        site._git("add", "--", *copied)
        if site._git("status", "--porcelain", "--", *copied):
            site._git("commit", "--quiet", "--message", "Add the page that runs the model", "--only", "--", *copied)


def copy_page(page: Path, target: Path) -> list[str]:
    """Copy the page's files; returns their paths within the site."""
    target.mkdir(parents=True, exist_ok=True)
    names = sorted(file.name for file in page.iterdir() if file.is_file() and file.name != Path(WEIGHTS).name)
    for name in names:
        shutil.copyfile(page / name, target / name)
    return [f"web/{name}" for name in names]


def message(subject: str, trailers: Mapping[str, object]) -> str:
    """A commit message: a subject, and trailers that let anyone redo and check it."""
    return subject + "\n\n" + "\n".join(f"{key}: {value}" for key, value in trailers.items()) + "\n"


def write_durably(target: Path, data: bytes) -> None:
    """Replace a file in one step, so that a crash leaves the old or the new one whole."""
    temporary = target.with_name(f".{target.name}.new")
    try:
        with temporary.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(target)
    finally:
        temporary.unlink(missing_ok=True)
