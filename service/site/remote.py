"""The remote of the site: take over or merge what others pushed there, and push what was committed here.

Nothing is ever forced or rewritten. If both sides have new weights, the remote's are kept, because clients have them.
"""

from __future__ import annotations

import os

from .git import GitError, SiteError
from .repository import WEIGHTS, Repository
from .ssh import SETTINGS, quiet_ssh
from .work_tree import WorkTree

ORIGIN = "origin"
TRIES = 5  # while another program keeps committing here


class Remote:
    """Where the site is pushed to. Only for a site whose settings name one."""

    def __init__(self, repository: Repository, work_tree: WorkTree) -> None:
        self._repository = repository
        self._work_tree = work_tree
        self._git = repository.git
        self._branch = repository.settings.branch
        self._url = repository.settings.remote
        self._tracking = f"refs/remotes/{ORIGIN}/{self._branch}"

    def synchronise(self) -> list[str]:
        """Take over what the remote has and this clone has not. Returns what was merged. Raises SiteError, GitError.

        If both have new commits, they are merged. The remote's weights are the champion from then on if it has changed
        them, else ours stay. Conflicts in other files are left to a person.
        """
        self._set_origin()
        self._reach("fetch", "--quiet", "--prune", ORIGIN)
        for _ in range(TRIES):
            if not (theirs := self._known()):
                return []
            tip = self._repository.tip()
            ours, others = self._count_apart(tip, theirs)
            if not others:
                return []
            merged = [f"merged {others} commits of the remote with {ours} of ours"] if ours else []
            if self._advance(tip, self._merged(tip, theirs) if ours else theirs):
                return merged
        raise SiteError(f"another program commits to {self._repository.path} all the time: let it finish")

    def _count_apart(self, tip: str, theirs: str) -> tuple[int, int]:
        """How many commits each side has that the other has not."""
        if not tip:
            return 0, 1
        ours, others = self._git("rev-list", "--left-right", "--count", f"{tip}...{theirs}").split()
        return int(ours), int(others)

    def _advance(self, tip: str, commit: str) -> bool:
        """Move work tree, index and branch from the tip to a commit that contains it.

        False, with everything as before, if another program has moved the branch meanwhile.
        """
        if reason := self._work_tree.follow(tip, commit):
            raise SiteError(reason)
        try:
            self._repository.move_branch("logling: take over", commit, tip)
        except GitError:
            if (moved := self._repository.tip()) == tip:
                raise
            self._work_tree.follow(commit, moved)
            self._work_tree.finish()
            return False
        self._work_tree.finish()
        return True

    def _merged(self, tip: str, theirs: str) -> str:
        """A merge commit of our tip and the remote's. Raises SiteError if only a person can merge them."""
        try:
            tree = self._git("merge-tree", "--write-tree", "--name-only", tip, theirs)
        except GitError as error:
            if error.status != 1:
                raise
            tree, _, rest = error.output.partition("\n")
            conflicts = rest.split("\n\n")[0].splitlines()
            if conflicts != [WEIGHTS]:
                path = self._repository.path
                raise SiteError(
                    f"the remote and {path} have both changed {', '.join(conflicts)}: merge them there"
                ) from None
            # The remote has none if it took its weights back.
            weights = {WEIGHTS: self._repository.blob(theirs, WEIGHTS)}
            with self._repository.index_with(tree, weights) as variables:
                tree = self._git("write-tree", variables=variables)
        return self._repository.commit_of(tree, [tip, theirs], "Merge what the remote has\n")

    def ahead(self) -> int:
        """How many commits the remote did not have when it was last asked. 0 without a remote."""
        tip = self._repository.tip()
        if not self._url or not tip:
            return 0
        known = self._known()
        return int(self._git("rev-list", "--count", tip, *(["^" + known] if known else [])))

    def push(self) -> None:
        """Push the branch. Raises GitError with git's reason."""
        self._set_origin()
        self._reach("push", "--quiet", "--porcelain", ORIGIN, f"HEAD:refs/heads/{self._branch}")

    def check(self) -> None:
        """Check that the remote answers. Raises GitError with git's reason."""
        self._reach("ls-remote", "--heads", "--", self._url)

    def _reach(self, *arguments: str) -> str:
        """A git command that goes over the network. ssh has half its time to connect, so that it can say why not."""
        lines = self._git("config", "--get-regexp", SETTINGS, allowed=1).splitlines()
        configured = dict(line.split(" ", 1) for line in lines if " " in line)
        ssh = quiet_ssh(os.environ, configured, self._repository.settings.seconds / 2)
        return self._git(*arguments, variables=ssh)

    def _set_origin(self) -> None:
        """Make `origin` what the settings say now: they may have been edited since the site was made."""
        wanted = {
            f"remote.{ORIGIN}.url": self._url,
            f"remote.{ORIGIN}.fetch": f"+refs/heads/*:refs/remotes/{ORIGIN}/*",
        }
        for key, value in wanted.items():
            if self._git("config", "--get", key, allowed=1) != value:
                self._git("config", key, value)

    def _known(self) -> str:
        """The remote's commit when it was last asked, empty if it has none."""
        return self._git("for-each-ref", "--format=%(objectname)", self._tracking)
