"""Keep the site's work tree and index at HEAD, except for files that a person has changed.

For example, a run commits new weights. `web/weights.js` in the work tree is still as in HEAD's parent, so it is
updated. If a person has edited it, it has neither the old nor the new content: it is left as it is, and that is
reported.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

from ..errors import describe_error
from ..storage.atomic_write import write_durably
from .commit_message import VERSION_TRAILER
from .git import GitError
from .git_words import clean
from .repository import Repository, literally

MARKER = "logling-following"


class WorkTree:
    """The files and the index of a clone."""

    def __init__(self, repository: Repository) -> None:
        self._repository = repository
        self._path = repository.path
        self._git = repository.git
        self._marker = repository.folder / MARKER

    def catch_up(self, before: str = "", names: Iterable[str] = ()) -> str:
        """Update files and their index entries to HEAD if they are still as in the commit `before`.

        By default `before` is HEAD's parent, and `names` are the weights file and what HEAD changed if it is a commit
        of ours. Returns why not, in words, if a person's changes or a full disk are in the way.
        """
        try:
            return self._catch_up(before, names)
        except (GitError, OSError) as error:
            return f"the work tree of {self._path} is behind its HEAD: {describe_error(error)}"

    def _catch_up(self, before: str, names: Iterable[str]) -> str:
        head = self._repository.tip()
        behind = [name for name in names or self._own_names(head) if head and self._is_behind(head, name)]
        if not behind:
            return ""
        parent = self._git("rev-parse", "--verify", "--quiet", "HEAD^", allowed=1)
        before = before or parent or self._repository.empty_tree()
        self._mark(before, head)
        left = [name for name in behind if not self._restored(name, [before, parent or before, head], head)]
        self._marker.unlink(missing_ok=True)
        if not left:
            return ""
        are = "is" if len(left) == 1 else "are"
        return clean(f"{', '.join(left)} in {self._path} {are} not as committed: a person's change, left as it is")

    def _own_names(self, head: str) -> list[str]:
        """The weights file, and the other files that a commit of ours changed."""
        if not head:
            return []
        names = self._git("log", "--no-walk", f"--grep=^{VERSION_TRAILER}: ", "--format=", "--name-only", "-z", head)
        weights = self._repository.weights_name
        return [weights, *(name for name in names.split("\0") if name not in ("", weights))]

    def _is_behind(self, head: str, name: str) -> bool:
        target = self._path / name
        if self._git("diff-index", "--cached", "--name-only", head, "--", literally(name)):
            return True
        shown = target.read_bytes() if target.is_file() else None
        if shown is None and self._repository.is_left_out(name):
            return False
        blob = self._repository.blob(head, name)
        return shown != (self._repository.content(blob) if blob else None)

    def follow(self, before: str, after: str) -> str:
        """Take work tree and index from one commit to another, as a checkout does. Returns why not, in words.

        A crash on the way leaves a marker, from which `recover` knows the two commits. The caller calls `finish` when
        it has moved the branch.
        """
        before = before or self._repository.empty_tree()
        self._git("update-index", "-q", "--refresh", allowed=1)
        if names := self._in_the_way(before, after):
            return f"the work tree of {self._path} was left as it is: {', '.join(names)} is there and not in git"
        try:
            self._git("read-tree", "--dry-run", "-m", "-u", before, after)
        except GitError as error:
            return f"the work tree of {self._path} was left as it is: {error}"
        self._mark(before, after)
        self._git("read-tree", "-m", "-u", before, after)
        return ""

    def _in_the_way(self, before: str, after: str) -> list[str]:
        """Untracked files where a commit adds a file. git itself would overwrite those that are ignored."""
        added = self._git("diff-tree", "-r", "-z", "--name-only", "--no-renames", "--diff-filter=A", before, after)
        places = {part for name in filter(None, added.split("\0")) for part in (Path(name), *Path(name).parents)}
        return sorted(
            str(place)
            for place in places
            if os.path.lexists(self._path / place)
            and not (self._path / place).is_dir()
            and not self._repository.staged(str(place))
        )

    def _mark(self, before: str, after: str) -> None:
        write_durably(self._marker, f"{before} {after}\n".encode())

    def finish(self) -> None:
        """Note that HEAD is where work tree and index are."""
        self._marker.unlink(missing_ok=True)

    def recover(self) -> list[str]:
        """Finish or undo an update that a crash cut short. Returns what a person has changed since."""
        if not self._marker.exists():
            return []
        words = self._marker.read_text().split()
        head = self._repository.tip()
        changed = []
        if head in words or not head:
            names = self._git("diff-tree", "-r", "-z", "--name-only", "--no-renames", *words).split("\0")
            changed = [name for name in filter(None, names) if not self._restored(name, words, head, half=True)]
        self._marker.unlink()
        return [clean(f"{name} in {self._path} was changed after a crash: left as it is") for name in changed]

    def _restored(self, name: str, commits: list[str], head: str, half: bool = False) -> bool:
        """Make a file and its index entry what HEAD has. False if a person has changed it: then it stays.

        It is unchanged if index entry and file are as in one of the commits, or missing, or, with `half`, if the file
        is the beginning of such a file.
        """
        blobs = [self._repository.blob(commit, name) for commit in commits]
        if self._repository.staged(name) not in blobs:
            return False
        self._git("reset", "--quiet", "--", literally(name))
        if not self._is_ours(name, blobs, half):
            return False
        if self._repository.is_left_out(name) and not os.path.lexists(self._path / name):
            return True
        if head and self._repository.blob(head, name):
            self._git("checkout-index", "--quiet", "--force", "--index", "--", name)
        else:
            (self._path / name).unlink(missing_ok=True)
        return True

    def _is_ours(self, name: str, blobs: list[str], half: bool) -> bool:
        target = self._path / name
        if not os.path.lexists(target):
            return True
        if target.is_dir() and not target.is_symlink():
            return False
        content = os.fsencode(target.readlink()) if target.is_symlink() else target.read_bytes()
        wholes = [self._repository.content(blob) for blob in filter(None, blobs)]
        if content in wholes or (half and any(whole.startswith(content) for whole in wholes)):
            return True
        return self._git("hash-object", "--stdin", "--path", name, data=content) in blobs  # line ends converted
