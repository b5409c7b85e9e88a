"""What git says of the signature of a commit, with the keys that it knows here: of gpg, ssh or X.509."""

from __future__ import annotations

from typing import Literal, NamedTuple

from .git_words import clean
from .repository import Repository

State = Literal["good", "bad", "unknown", "none"]
# git's letters: good, but expired, or of a key that has expired since; of a revoked key; bad; not known to be anyone's.
STATES: dict[str, State] = {"G": "good", "X": "good", "Y": "good", "R": "bad", "B": "bad"}
HEADERS = ("gpgsig ", "gpgsig-sha256 ")


class Signature(NamedTuple):
    """Whether a commit is signed, and by whom."""

    state: State
    by: str = ""  # a name, else a key

    def describe(self) -> str:
        """A few words for a person."""
        words = {
            "good": f"good, by {self.by}",
            "bad": "BAD: the commit is not what was signed, or its key was revoked",
            "unknown": f"by a key that is not known here{f' ({self.by})' if self.by else ''}: git is told of it by "
            "gpg.ssh.allowedSignersFile, or `gpg --import`",
            "none": "none",
        }
        return words[self.state]


def read_signature(repository: Repository, commit: str) -> Signature:
    """The signature of a commit. Raises GitError."""
    head = repository.git("cat-file", "commit", commit).split("\n\n")[0]
    if not any(line.startswith(HEADERS) for line in head.splitlines()):
        return Signature("none")
    letter, name, key = repository.git("log", "--no-walk", "--format=%G?%x00%GS%x00%GF", commit).split("\0")
    return Signature(STATES.get(letter, "unknown"), clean(name or key))
