"""The remote of the site: what others have done there is taken over or merged, what was done here is pushed.

Nothing is ever forced or rewritten. Of two weights the remote's win, for clients have them already.
"""

from __future__ import annotations

import os

from .git import GitError, SiteError
from .repository import WEIGHTS, Repository
from .ssh import SETTINGS, quiet_ssh
from .work_tree import WorkTree

ORIGIN = "origin"
TRIES = 5  # while another program commits here again and again


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
        """Take over what the remote has beyond this clone; returns what is worth telling. Raises SiteError, GitError.

        When both have gone on, they are merged: the remote's weights are the champion from then on when it has
        changed them, else ours stay. Conflicts in other files are a person's to solve.
        """
        self._name()
        self._reach("fetch", "--quiet", "--prune", ORIGIN)
        for _ in range(TRIES):
            if not (theirs := self._known()):
                return []
            tip = self._repository.tip()
            ours, others = self._apart(tip, theirs)
            if not others:
                return []
            told = [f"merged {others} commits of the remote with {ours} of ours"] if ours else []
            if self._advance(tip, self._merged(tip, theirs) if ours else theirs):
                return told
        raise SiteError(f"another program commits to {self._repository.path} all the time: let it finish")

    def _apart(self, tip: str, theirs: str) -> tuple[int, int]:
        """How many commits each side has that the other has not."""
        if not tip:
            return 0, 1
        ours, others = self._git("rev-list", "--left-right", "--count", f"{tip}...{theirs}").split()
        return int(ours), int(others)

    def _advance(self, tip: str, commit: str) -> bool:
        """Move work tree, index and branch from the tip to a commit that contains it.

        False, and all is as before, when another program has moved the branch meanwhile.
        """
        if told := self._work_tree.follow(tip, commit):
            raise SiteError(told)
        try:
            self._repository.move_branch("logling: take over", commit, tip)
        except GitError:
            if (moved := self._repository.tip()) == tip:
                raise
            self._work_tree.follow(commit, moved)
            self._work_tree.arrived()
            return False
        self._work_tree.arrived()
        return True

    def _merged(self, tip: str, theirs: str) -> str:
        """A merge commit of our tip and the remote's. Raises SiteError when only a person can merge them."""
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
            # Theirs has no weights where they took them back.
            weights = {WEIGHTS: self._repository.blob(theirs, WEIGHTS)}
            with self._repository.index_with(tree, weights) as variables:
                tree = self._git("write-tree", variables=variables)
        return self._repository.commit_of(tree, [tip, theirs], "Merge what the remote has\n")

    def ahead(self) -> int:
        """How many commits the remote was last known not to have; 0 where none is set."""
        tip = self._repository.tip()
        if not self._url or not tip:
            return 0
        known = self._known()
        return int(self._git("rev-list", "--count", tip, *(["^" + known] if known else [])))

    def push(self) -> None:
        """Push the branch. Raises GitError with git's reason."""
        self._name()
        self._reach("push", "--quiet", "--porcelain", ORIGIN, f"HEAD:refs/heads/{self._branch}")

    def ask(self) -> None:
        """Nothing but whether it answers. Raises GitError with git's reason."""
        self._reach("ls-remote", "--heads", "--", self._url)

    def _reach(self, *arguments: str) -> str:
        """A git command that goes over the network. ssh has half its time to connect, so that it can tell why not."""
        lines = self._git("config", "--get-regexp", SETTINGS, allowed=1).splitlines()
        configured = dict(line.split(" ", 1) for line in lines if " " in line)
        ssh = quiet_ssh(os.environ, configured, self._repository.settings.seconds / 2)
        return self._git(*arguments, variables=ssh)

    def _name(self) -> None:
        """Make `origin` what the settings say now: they may have been edited since the site was made."""
        wanted = {
            f"remote.{ORIGIN}.url": self._url,
            f"remote.{ORIGIN}.fetch": f"+refs/heads/*:refs/remotes/{ORIGIN}/*",
        }
        for key, value in wanted.items():
            if self._git("config", "--get", key, allowed=1) != value:
                self._git("config", key, value)

    def _known(self) -> str:
        """The remote's commit as it was last known, empty where it has none."""
        return self._git("for-each-ref", "--format=%(objectname)", self._tracking)
