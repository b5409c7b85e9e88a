"""The site: the git repository that clients pull, and the commits of weights and page in it.

A commit is built with an index of its own, on a known parent. The branch moves to it only if it is still at that
parent. So no commit of another program is undone, and whatever a person has staged, changed or left untracked stays as
it is. A crash at any point leaves HEAD whole, and work tree and index at most one step behind, which `WorkTree`
repairs.

`git commit` is not used, because it takes HEAD at the moment it begins as the parent of an index that was made before.
What it does besides (hooks, signing, maintenance) is done here.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Mapping
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from ..installation import program_version
from ..settings import GitSettings
from .commit_message import FIRST_SUBJECT, ROLLBACK_TRAILER, RUN_TRAILER, VERSION_TRAILER, format_message
from .git import GitError, SiteError, output_of, run_git
from .models_list import MODELS, is_of_several, models_in, models_script, with_list
from .page_files import page_files
from .remote import TRIES, Remote
from .repository import PRIVATE_INDEX, Repository, literally
from .tree_links import LINK, refuse_links
from .work_tree import WorkTree

MESSAGE = "logling-message"
RUN = re.compile("[A-Za-z0-9-]{1,60}")  # the id of one
COMMIT = re.compile("[0-9a-f]{40}|[0-9a-f]{64}")
UNKNOWN_DATE = "1970-01-01T00:00:00+00:00"
UNFINISHED = {
    "MERGE_HEAD": "merge",
    "rebase-merge": "rebase",
    "rebase-apply": "rebase",
    "CHERRY_PICK_HEAD": "cherry-pick",
    "REVERT_HEAD": "revert",
    "sequencer": "cherry-pick or revert",
    "BISECT_LOG": "bisect",
}


class Version(NamedTuple):
    """Weights in the history of the site."""

    commit: str
    date: str
    run: str  # that made it, empty if none did
    restored: str  # the commit it rolled back to, empty if it is no rollback


def version_of(commit: str, date: str, run: str, restored: str) -> Version:
    """What git says of a commit, without what none of ours says: anyone who may push can write a trailer.

    A trailer that comes twice, or a run that is no id, is none. Git gives no date where it cannot be one.
    """
    with suppress(ValueError):
        datetime.fromisoformat(date)
        return Version(
            commit.strip(), date, run if RUN.fullmatch(run) else "", restored if COMMIT.fullmatch(restored) else ""
        )
    return version_of(commit, UNKNOWN_DATE, run, restored)


class Committed(NamedTuple):
    """A commit of weights."""

    commit: str
    problem: str  # why work tree or index could not be updated, or a later hook failed; empty if all went well


class Site(Repository):
    """An existing site repository, with its work tree and its remote. Raises SiteError."""

    def __init__(self, path: Path, settings: GitSettings) -> None:
        super().__init__(path, settings)
        self.work_tree = WorkTree(self)
        self.remote = Remote(self, self.work_tree)

    # ---- what is there

    def weights(self, commit: str = "HEAD") -> bytes | None:
        """The weights file of a commit, by default at the tip. None if there is none. Raises SiteError."""
        if commit == "HEAD" and not self.tip():
            return None
        mode, blob = self.entry(self.resolve(commit), self.weights_name)
        if mode == LINK:
            name = self.weights_name
            raise SiteError(f"{name} of commit {commit[:9]} in {self.path} is a link, not a file of weights")
        return self.content(blob) if blob else None

    def versions(self, most: int = -1) -> list[Version]:
        """The commits that changed the weights, newest first."""
        if not self.tip():
            return []
        return self._log(f"--max-count={most}", "--", self.weights_name)

    def version(self, commit: str) -> Version:
        """One commit, also one whose weights a merge did not take. Raises SiteError."""
        return self._log("--no-walk", self.resolve(commit), "--")[0]

    def _log(self, *arguments: str) -> list[Version]:
        trailers = "%x00".join(
            f"%(trailers:key={key},valueonly,unfold,separator=%x2C)" for key in (RUN_TRAILER, ROLLBACK_TRAILER)
        )
        fields = self.git("log", f"--format=%H%x00%cI%x00{trailers}%x00", *arguments).split("\0")
        return [version_of(*fields[at : at + 4]) for at in range(0, len(fields) - 3, 4)]

    def uncommitted(self, names: Iterable[str]) -> list[str]:
        """The files among these, or in these folders, that are not in work tree and index as they are at the tip."""
        patterns = [literally(name) for name in names]
        found = output_of(self.path, self.settings, "status", "--porcelain", "-z", "--no-renames", "--", *patterns)
        return [os.fsdecode(entry[3:]) for entry in found.split(b"\0") if entry]

    # ---- commits

    def check_ready(self, names: Iterable[str] = ()) -> None:
        """Raise SiteError, saying what to do, if a person's work or settings are in the way of a commit of files.

        By default the file is that of the weights.
        """
        for name, work in UNFINISHED.items():
            if (self.folder / name).exists():
                raise SiteError(f"a {work} is under way in {self.path}: finish or abort it")
        branch = self.branch().removeprefix("refs/heads/")
        if not branch:
            raise SiteError(f"{self.path} has a detached HEAD: `git switch {self.settings.branch}` there")
        if branch != self.settings.branch:
            raise SiteError(
                f"{self.path} is on branch {branch}, the settings say {self.settings.branch}: "
                f"`git switch {self.settings.branch}` there, or change git.branch"
            )
        names = list(names) or [self.weights_name]
        refuse_links(self.path, names)
        self.check_attributes(names)

    def repair(self) -> list[str]:
        """Repair what a crash left. Returns what a person should know. Only for the holder of the home's lock."""
        for name in (PRIVATE_INDEX, MESSAGE):
            (self.folder / name).unlink(missing_ok=True)
        return [*self.work_tree.recover(), *filter(None, [self.work_tree.catch_up()])]

    def commit_weights(self, file: bytes, message: str, when: datetime, over: str | None = None) -> Committed:
        """Commit the weights file and nothing else, as `commit_files` does."""
        return self.commit_files({self.weights_name: file}, message, when, over)

    def commit_files(
        self, files: Mapping[str, bytes | None], message: str, when: datetime, over: str | None = None
    ) -> Committed:
        """Commit these files, None for one that goes, and nothing else, dated `when`. Raises SiteError, GitError.

        In a site that homes share, the list of models is made again, and is in the commit if it has changed.

        `over` is the commit (empty: none) that ours were compared with. If HEAD has other files by now, nothing is
        committed. If git refuses (a hook, a full disk), everything is as before. A work tree that cannot be updated is
        a problem that is returned; the commit is made.
        """
        given = {name: self._stored(file) for name, file in files.items()}
        for _ in range(TRIES):
            self.check_ready([*files, MODELS])
            parent = self.tip()
            if over is not None and self._blobs(parent, given) != self._blobs(over, given):
                what = "other weights were" if self.weights_name in given else "another page was"
                raise SiteError(f"{what} committed in {self.path} meanwhile: the next run compares with what is there")
            blobs = with_list(self, parent, given)
            commit = self._commit(blobs, parent, message, when)
            if not self._move_on(parent, commit):
                continue
            problems = [self.work_tree.catch_up(parent, blobs), *self._run_later_steps()]
            if self._blobs(f"refs/heads/{self.settings.branch}", blobs) == blobs:
                return Committed(commit, "; ".join(filter(None, problems)))
            # Another program has just committed from the index as it was before. Once more, on top of that.
        raise SiteError(f"another program commits to {self.path} all the time: let it finish")

    def rehearse_commit(self) -> None:
        """Do all that a commit needs, with hooks and a signature, but leave the branch where it is. Raises SiteError.

        Only for the holder of the home's lock. git deletes the commit, which no branch has, in time.
        """
        message = format_message("Weights: a rehearsal", {VERSION_TRAILER: program_version()})
        self._commit({}, self.tip(), message, datetime.fromtimestamp(0, UTC))

    def _stored(self, file: bytes | None) -> str:
        """Store a file's content in git. Returns its id, empty for None."""
        return "" if file is None else self.git("hash-object", "-w", "--stdin", data=file)

    def _blobs(self, commit: str, names: Iterable[str]) -> dict[str, str]:
        return {name: self.blob(commit, name) for name in names}

    def _commit(self, blobs: Mapping[str, str], parent: str, message: str, when: datetime) -> str:
        """A commit on a parent with these files, which no branch has yet.

        Hooks may refuse it and edit its message. What they stage is left out, because a hook that stages everything
        would commit a person's work.
        """
        date = f"@{when.timestamp():.0f} {when:%z}"  # git takes no year beyond 2099
        dates = {"GIT_AUTHOR_DATE": date, "GIT_COMMITTER_DATE": date}
        draft = self.folder / MESSAGE
        try:
            with self.index_with(parent, blobs) as index:
                tree = self.git("write-tree", variables=index)
                draft.write_text(message, encoding="utf-8")
                self._hook("pre-commit", variables=index | dates)
                self._hook("prepare-commit-msg", str(draft), "message", variables=index | dates)
                self._hook("commit-msg", str(draft), variables=index | dates)
            text = self.git("stripspace", data=draft.read_bytes()) + "\n"
        finally:
            draft.unlink(missing_ok=True)
        return self.commit_of(tree, [parent] if parent else [], text, **dates)

    def _move_on(self, parent: str, commit: str) -> bool:
        """Move the branch on by one commit. False if it, or HEAD, is no longer at the parent."""
        try:
            self.move_branch("logling: commit", commit, parent)
        except GitError:
            if self.tip() == parent:
                raise
            return False
        return True

    def _run_later_steps(self) -> list[str]:
        """Do what git does after a commit: a hook and maintenance. Returns what went wrong."""
        problems = []
        for arguments in (
            ("hook", "run", "--ignore-missing", "post-commit"),
            ("maintenance", "run", "--auto", "--quiet"),
        ):
            try:
                self.git(*arguments)
            except GitError as error:
                problems.append(f"after the commit: {error}")
        return problems

    def _hook(self, name: str, *arguments: str, variables: Mapping[str, str]) -> None:
        """Run a hook of the repository if there is one. Raises SiteError with its output if it refuses."""
        try:
            self.git(
                "hook", "run", "--ignore-missing", name, "--", *arguments, variables={**variables, "GIT_EDITOR": ":"}
            )
        except GitError as error:
            raise SiteError(f"the hook {name}: {str(error).removeprefix('git hook: ')}") from None


def create(path: Path, page: Path, settings: GitSettings) -> None:
    """Make the site: a repository with what the remote has, if there is one, and the page's files. Raises SiteError."""
    path.mkdir(parents=True, exist_ok=True)
    run_git(path, settings, "init", "--quiet", f"--initial-branch={settings.branch}")
    site = Site(path, settings)
    if settings.remote:
        site.remote.synchronise()
    refuse_links(path, ["web"])
    copied = copy_page(page, path / "web", site)
    if copied:
        site.check_attributes(copied)
        site.git("add", "--force", "--", *copied)  # whatever a person ignores elsewhere
        text = format_message(FIRST_SUBJECT, {VERSION_TRAILER: program_version()})
        site.git("commit", "--quiet", "--message", text, "--only", "--", *copied)


def copy_page(page: Path, target: Path, site: Site) -> list[str]:
    """Copy the page's files that are not there yet; returns their paths within the site."""
    target.mkdir(parents=True, exist_ok=True)
    tip = site.tip()
    files = page_files(page, several := is_of_several(site, tip))
    if several:
        files[Path(MODELS).name] = models_script(models_in(site, tip))
    missing = {name: file for name, file in files.items() if not (target / name).exists()}
    for name, file in missing.items():
        (target / name).write_bytes(file)
    return [f"web/{name}" for name in missing]
