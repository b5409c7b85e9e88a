"""The site: the git repository that clients pull.

A commit is made in an index of its own, on top of HEAD, and only the weights file differs; then the work tree and
the person's index follow, unless a person has changed that very file. So whatever a person has staged, changed or
left untracked in the clone stays as it is, and a crash at any point leaves HEAD whole and the rest one step behind
at most, which `catch_up` mends. Nothing is ever forced or rewritten.
"""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import NamedTuple, Self

from git import Repo
from git.exc import InvalidGitRepositoryError, NoSuchPathError

from .git import GitError, SiteError, output_of, run_git
from .settings import GitSettings

WEIGHTS = "web/weights.js"
ORIGIN = "origin"
PRIVATE_INDEX = "logling-index"
RUN_TRAILER = "Logling-Run"
ROLLBACK_TRAILER = "Logling-Rollback"
UNFINISHED = {
    "MERGE_HEAD": "merge",
    "rebase-merge": "rebase",
    "rebase-apply": "rebase",
    "CHERRY_PICK_HEAD": "cherry-pick",
    "REVERT_HEAD": "revert",
    "sequencer": "cherry-pick or revert",
    "BISECT_LOG": "bisect",
}
SECONDS_FOR_LOCK = 15  # that another git may hold a lock before we give up
QUIET_SECONDS = 1  # without any git after which a lock is nobody's
LOCKS = ("*.lock", "packed-refs.new", "refs/**/*.lock", "objects/maintenance.lock", "objects/info/**/*.lock")


class Version(NamedTuple):
    """Weights in the history of the site."""

    commit: str
    date: str
    run: str  # that made it, empty where none did
    restored: str  # the commit it rolled back to, empty where it did not


class Committed(NamedTuple):
    """A commit of weights."""

    commit: str
    problem: str  # why work tree or index could not follow, empty when they did


class Site:
    """A context manager over an existing site repository. Raises SiteError."""

    def __init__(self, path: Path, settings: GitSettings) -> None:
        self.path = path
        self.settings = settings
        try:
            with Repo(path) as repo:
                self.folder = Path(repo.git_dir)
        except (InvalidGitRepositoryError, NoSuchPathError):
            raise SiteError(f"{path} is not a git repository: make the home anew with `logling init`") from None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        """Nothing is open between two commands, so that nothing can die unnoticed."""

    # ---- what is there

    def weights(self, commit: str = "HEAD") -> bytes | None:
        """The weights file of a commit, by default at the tip; None where there is none. Raises SiteError."""
        if commit == "HEAD" and self.is_empty():
            return None
        blob = self._blob(self.resolve(commit), WEIGHTS)
        return self._content(blob) if blob else None

    def is_empty(self) -> bool:
        """Whether there is no commit yet.

        Asked of a git of our own: GitPython takes it for one when its helper process has died.
        """
        return not self._git("rev-parse", "--verify", "--quiet", "HEAD", allowed=1)

    def resolve(self, commit: str) -> str:
        """The id of a commit that a person named. Raises SiteError."""
        try:
            return self._git("rev-parse", "--verify", "--quiet", "--end-of-options", commit + "^{commit}")
        except GitError:
            raise SiteError(f"{self.path} has no commit {commit!r}") from None

    def head(self) -> str:
        """The commit at the tip."""
        return self._git("rev-parse", "--verify", "HEAD")

    def versions(self, most: int = -1) -> list[Version]:
        """The commits that changed the weights, newest first."""
        if self.is_empty():
            return []
        return self._log(f"--max-count={most}", "--", WEIGHTS)

    def version(self, commit: str) -> Version:
        """What one commit says of itself, also one whose weights a merge has left behind. Raises SiteError."""
        return self._log("--no-walk", self.resolve(commit), "--")[0]

    def _log(self, *arguments: str) -> list[Version]:
        trailers = "%x09".join(f"%(trailers:key={key},valueonly,separator=)" for key in (RUN_TRAILER, ROLLBACK_TRAILER))
        text = self._git("log", f"--format=%H%x09%cI%x09{trailers}%x09.", *arguments)
        return [Version(*line.split("\t")[:4]) for line in text.splitlines()]

    # ---- whether it can be committed to

    def check_ready(self) -> None:
        """Raises SiteError, saying what to do, when a person's unfinished work is in the way of a commit."""
        for name, work in UNFINISHED.items():
            if (self.folder / name).exists():
                raise SiteError(f"a {work} is under way in {self.path}: finish or abort it")
        try:
            branch = self._git("symbolic-ref", "HEAD").removeprefix("refs/heads/")
        except GitError:
            raise SiteError(f"{self.path} has a detached HEAD: `git switch {self.settings.branch}` there") from None
        if branch != self.settings.branch:
            raise SiteError(
                f"{self.path} is on branch {branch}, the settings say {self.settings.branch}: "
                f"`git switch {self.settings.branch}` there, or change git.branch"
            )

    def clear_locks(self) -> list[str]:
        """Take away the locks of a git that was killed; returns what was done, in words.

        Only for the holder of the home's lock. While any git is at work in the repository its locks are waited for;
        raises SiteError when that takes long.
        """
        told = []
        for lock in (lock for pattern in LOCKS for lock in sorted(self.folder.glob(pattern))):
            if self._is_left_behind(lock):
                lock.unlink(missing_ok=True)
                told.append(f"removed {lock.relative_to(self.folder)}, which a killed git had left")
        return told

    def _is_left_behind(self, lock: Path) -> bool:
        """Whether a lock is there and no git has been at work for a second; False when it goes by itself."""
        begun = quiet_since = time.monotonic()
        while lock.exists():
            now = time.monotonic()
            if git_is_at_work(self.path):
                quiet_since = now
            if now - quiet_since > QUIET_SECONDS:
                return True
            if now - begun > SECONDS_FOR_LOCK:
                raise SiteError(f"another git is at work in {self.path} ({lock.name} is there): let it finish")
            time.sleep(0.05)
        return False

    # ---- commits

    def commit_weights(self, file: bytes, message: str, when: datetime) -> Committed:
        """Commit the weights file and nothing else, dated `when`. Raises SiteError, GitError.

        When git refuses (a hook, a full disk), everything is as before. A work tree that cannot follow is a problem
        told: the commit is made.
        """
        self.check_ready()
        blob = self._git("hash-object", "-w", "--stdin", data=file)
        index = self.folder / PRIVATE_INDEX
        date = when.isoformat(timespec="seconds")
        variables = {"GIT_INDEX_FILE": str(index), "GIT_AUTHOR_DATE": date, "GIT_COMMITTER_DATE": date}
        try:
            if not self.is_empty():
                self._git("read-tree", "HEAD", variables=variables)
            self._git("update-index", "--add", "--cacheinfo", f"100644,{blob},{WEIGHTS}", variables=variables)
            self._git("commit", "--quiet", "--message", message, variables=variables)
        finally:
            index.unlink(missing_ok=True)
        return Committed(self.head(), self.catch_up())

    def catch_up(self) -> str:
        """Bring work tree and index to HEAD where they still have the weights of one commit before.

        Returns why not, in words, where a person's own changes or a full disk are in the way.
        """
        try:
            return self._catch_up()
        except (GitError, OSError) as error:
            return f"the work tree of {self.path} is behind its HEAD: {error}"

    def _catch_up(self) -> str:
        if self.is_empty() or not self._behind_head():
            return ""
        head = self.head()
        before = self._git("rev-parse", "--verify", "--quiet", "HEAD^", allowed=1) or self._git("mktree")
        self._mark(before, head)
        followed = self._restored(WEIGHTS, [before, head], head)
        self._marker.unlink(missing_ok=True)
        return "" if followed else f"{WEIGHTS} in {self.path} is not as committed: a person's change, left as it is"

    def _blob(self, commit: str, name: str) -> str:
        """The id of a file in a commit or tree, empty where it has none."""
        return self._git("rev-parse", "--verify", "--quiet", f"{commit}:{name}", allowed=1)

    def _content(self, blob: str) -> bytes:
        return output_of(self.path, self.settings, "cat-file", "blob", blob)

    def _staged(self, name: str) -> str:
        """The id of a file in the person's index, empty where it has none."""
        entry = self._git("ls-files", "--stage", "--", literally(name)).split()
        return entry[1] if entry else ""

    def _behind_head(self) -> bool:
        target = self.path / WEIGHTS
        shown = target.read_bytes() if target.is_file() else None
        return shown != self.weights() or bool(
            self._git("diff-index", "--cached", "--name-only", "HEAD", "--", WEIGHTS)
        )

    def _follow(self, before: str, after: str) -> str:
        """Take work tree and index from one commit to another as a checkout does, or say why not.

        A crash on the way leaves a marker, by which `recover` knows whose half-written files they are.
        """
        self._git("update-index", "-q", "--refresh", allowed=1)
        if names := self._in_the_way(before, after):
            return f"the work tree of {self.path} was left as it is: {', '.join(names)} is there and not in git"
        try:
            self._git("read-tree", "--dry-run", "-m", "-u", before, after)
        except GitError as error:
            return f"the work tree of {self.path} was left as it is: {error}"
        self._mark(before, after)
        self._git("read-tree", "-m", "-u", before, after)
        return ""

    def _in_the_way(self, before: str, after: str) -> list[str]:
        """What is where a commit adds a file; git itself would overwrite it if a person has it ignored."""
        added = self._git("diff-tree", "-r", "-z", "--name-only", "--no-renames", "--diff-filter=A", before, after)
        places = {part for name in filter(None, added.split("\0")) for part in (Path(name), *Path(name).parents)}
        return sorted(
            str(place)
            for place in places
            if os.path.lexists(self.path / place) and not (self.path / place).is_dir() and not self._staged(str(place))
        )

    def _mark(self, before: str, after: str) -> None:
        write_durably(self._marker, f"{before} {after}\n".encode())

    @property
    def _marker(self) -> Path:
        return self.folder / "logling-following"

    def recover(self) -> list[str]:
        """Finish or undo what a crash left half-way in the work tree; returns what a person has changed since."""
        (self.folder / PRIVATE_INDEX).unlink(missing_ok=True)
        if not self._marker.exists():
            return []
        words = self._marker.read_text().split()
        head = "" if self.is_empty() else self.head()
        told = []
        if head in words or not head:
            names = self._git("diff-tree", "-r", "-z", "--name-only", "--no-renames", *words).split("\0")
            told = [name for name in filter(None, names) if not self._restored(name, words, head, half=True)]
        self._marker.unlink()
        return [f"{name} in {self.path} was changed after a crash: left as it is" for name in told]

    def _restored(self, name: str, commits: list[str], head: str, half: bool = False) -> bool:
        """Make a file and its index entry what HEAD has; False where a person's hand is seen, whose it stays.

        Nobody's are an index entry and a file as one of the commits has them, or none, or `half` of such a file.
        """
        blobs = [self._blob(commit, name) for commit in commits]
        if self._staged(name) not in blobs:
            return False
        self._git("reset", "--quiet", "--", literally(name))
        if not self._is_nobodys(name, blobs, half):
            return False
        if head and self._blob(head, name):
            self._git("checkout-index", "--quiet", "--force", "--index", "--", name)
        else:
            (self.path / name).unlink(missing_ok=True)
        return True

    def _is_nobodys(self, name: str, blobs: list[str], half: bool) -> bool:
        target = self.path / name
        if not os.path.lexists(target):
            return True
        if target.is_dir() and not target.is_symlink():
            return False
        content = os.fsencode(target.readlink()) if target.is_symlink() else target.read_bytes()
        wholes = [self._content(blob) for blob in filter(None, blobs)]
        if content in wholes or (half and any(whole.startswith(content) for whole in wholes)):
            return True
        return self._git("hash-object", "--stdin", "--path", name, data=content) in blobs  # line ends converted

    # ---- the remote

    def synchronise(self) -> list[str]:
        """Take over what the remote has beyond this clone; returns what is worth telling. Raises SiteError, GitError.

        When both have gone on, they are merged: the remote's weights are the champion from then on when it has
        changed them, else ours stay. Conflicts in other files are a person's to solve.
        """
        self._name_remote()
        self._git("fetch", "--quiet", "--prune", ORIGIN)
        if not self._remote_known():
            return []
        if self.is_empty():
            return self._advance(self._git("rev-parse", self._tracking))
        ours, theirs = (
            int(n) for n in self._git("rev-list", "--left-right", "--count", f"HEAD...{self._tracking}").split()
        )
        if not theirs:
            return []
        if not ours:
            return self._advance(self._git("rev-parse", self._tracking))
        return [f"merged {theirs} commits of the remote with {ours} of ours", *self._advance(self._merged())]

    def _advance(self, commit: str) -> list[str]:
        """Move the branch to a commit that contains it, work tree and index with it."""
        before = "" if self.is_empty() else self.head()
        told = self._follow(before or self._git("mktree"), commit)
        if told:
            raise SiteError(told)
        self._git("update-ref", "-m", "logling: take over", "HEAD", commit, before or "0" * len(commit))
        self._marker.unlink(missing_ok=True)
        return []

    def _merged(self) -> str:
        """A merge commit of our tip and the remote's. Raises SiteError when only a person can merge them."""
        try:
            tree, conflicts = self._git("merge-tree", "--write-tree", "--name-only", "HEAD", self._tracking), [""]
        except GitError as error:
            if error.status != 1:
                raise
            tree, _, rest = error.output.partition("\n")
            conflicts = rest.split("\n\n")[0].splitlines()
            if conflicts != [WEIGHTS]:
                raise SiteError(
                    f"the remote and {self.path} have both changed {', '.join(conflicts)}: merge them there"
                ) from None
            tree = self._with_their_weights(tree)
        message = "Merge what the remote has\n"
        return self._git("commit-tree", tree, "-p", "HEAD", "-p", self._tracking, "-m", message)

    def _with_their_weights(self, tree: str) -> str:
        """A tree with the remote's weights file in it, or without one where the remote has none."""
        index = self.folder / PRIVATE_INDEX
        variables = {"GIT_INDEX_FILE": str(index)}
        blob = self._blob(self._tracking, WEIGHTS)  # none where they took the weights back
        change = ["--add", "--cacheinfo", f"100644,{blob},{WEIGHTS}"] if blob else ["--force-remove", "--", WEIGHTS]
        try:
            self._git("read-tree", tree, variables=variables)
            self._git("update-index", *change, variables=variables)
            return self._git("write-tree", variables=variables)
        finally:
            index.unlink(missing_ok=True)

    def ahead(self) -> int:
        """How many commits the remote was last known not to have; 0 without a remote."""
        if not self.settings.remote or self.is_empty():
            return 0
        return int(self._git("rev-list", "--count", "HEAD", *(["^" + self._tracking] if self._remote_known() else [])))

    def push(self) -> None:
        """Push the branch. Raises GitError with git's reason."""
        self._name_remote()
        self._git("push", "--quiet", "--porcelain", ORIGIN, f"HEAD:refs/heads/{self.settings.branch}")

    def _name_remote(self) -> None:
        """Make `origin` what the settings say now: they may have been edited since the site was made."""
        wanted = {
            f"remote.{ORIGIN}.url": self.settings.remote,
            f"remote.{ORIGIN}.fetch": f"+refs/heads/*:refs/remotes/{ORIGIN}/*",
        }
        for key, value in wanted.items():
            if self._git("config", "--get", key, allowed=1) != value:
                self._git("config", key, value)

    @property
    def _tracking(self) -> str:
        return f"refs/remotes/{ORIGIN}/{self.settings.branch}"

    def _remote_known(self) -> bool:
        return bool(self._git("for-each-ref", "--format=%(refname)", self._tracking))

    def _git(
        self, *arguments: str, variables: Mapping[str, str] | None = None, data: bytes = b"", allowed: int = 0
    ) -> str:
        try:
            return run_git(self.path, self.settings, *arguments, variables=variables, data=data)
        except GitError as error:
            if allowed and error.status == allowed:
                return ""
            raise


def literally(name: str) -> str:
    """A file's name as a pathspec in which nothing is a pattern."""
    return f":(top,literal){name}"


def git_is_at_work(path: Path) -> bool:
    """Whether some git process has its working directory in a repository, as far as this user can see."""
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if (process / "comm").read_text().startswith("git") and path in [
                cwd := (process / "cwd").resolve(),
                *cwd.parents,
            ]:
                return True
        except OSError:  # it has ended, or is another user's
            continue
    return False


def create(path: Path, page: Path, settings: GitSettings) -> None:
    """Make the site: a repository with what the remote has, if it is there, and the page's files. Raises SiteError."""
    path.mkdir(parents=True, exist_ok=True)
    run_git(path, settings, "init", "--quiet", f"--initial-branch={settings.branch}")
    if settings.remote:
        with Site(path, settings) as site:
            site.synchronise()
    with Site(path, settings) as site:
        copied = copy_page(page, path / "web")
        if copied:
            site._git("add", "--", *copied)
            site._git("commit", "--quiet", "--message", "Add the page that runs the model", "--only", "--", *copied)


def copy_page(page: Path, target: Path) -> list[str]:
    """Copy the page's files that are not there yet; returns their paths within the site."""
    target.mkdir(parents=True, exist_ok=True)
    names = sorted(file.name for file in page.iterdir() if file.is_file() and not (target / file.name).exists())
    names = [name for name in names if name != Path(WEIGHTS).name]
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
