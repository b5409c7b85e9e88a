"""A git repository: what it holds, asked of git one command at a time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from git import Repo
from git.exc import InvalidGitRepositoryError, NoSuchPathError

from ..settings import GitSettings
from .git import GitError, SiteError, output_of, run_git

WEIGHTS = "web/weights.js"
PRIVATE_INDEX = "logling-index"


class Repository:
    """An existing repository with a work tree. No process or file stays open between commands. Raises SiteError."""

    def __init__(self, path: Path, settings: GitSettings) -> None:
        self.path = path
        self.settings = settings
        try:
            with Repo(path) as repo:
                self.folder = Path(repo.git_dir)
        except (InvalidGitRepositoryError, NoSuchPathError):
            raise SiteError(f"{path} is not a git repository: make a new home with `logling init`") from None

    def tip(self) -> str:
        """The commit at HEAD, empty if there is none yet.

        GitPython is not asked, because it reports an empty repository when its helper process has died.
        """
        return self.git("rev-parse", "--verify", "--quiet", "HEAD", allowed=1)

    def resolve(self, commit: str) -> str:
        """The id of a commit that a person named. Raises SiteError."""
        try:
            return self.git("rev-parse", "--verify", "--quiet", "--end-of-options", commit + "^{commit}")
        except GitError:
            raise SiteError(f"{self.path} has no commit {commit!r}") from None

    def blob(self, commit: str, name: str) -> str:
        """The id of a file in a commit or tree. Empty if it has none, or if there is no commit."""
        if not commit:
            return ""
        return self.git("rev-parse", "--verify", "--quiet", f"{commit}:{name}", allowed=1)

    def content(self, blob: str) -> bytes:
        """The content of a file that has this id."""
        return output_of(self.path, self.settings, "cat-file", "blob", blob)

    def staged(self, name: str) -> str:
        """The id of a file in the person's index, empty if it has none."""
        entry = self.git("ls-files", "--stage", "--", literally(name)).split()
        return entry[1] if entry else ""

    def empty_tree(self) -> str:
        """The id of a tree without files."""
        return self.git("mktree")

    @contextmanager
    def index_with(self, base: str, blobs: Mapping[str, str]) -> Iterator[dict[str, str]]:
        """An index beside the person's: that of a commit or tree, changed to have these files.

        A file with an empty id is removed. An empty `base` has no files. Yields the variables with which git uses it.
        """
        index = self.folder / PRIVATE_INDEX
        variables = {"GIT_INDEX_FILE": str(index)}
        index.unlink(missing_ok=True)  # of a run that was killed
        try:
            if base:
                self.git("read-tree", base, variables=variables)
            for name, blob in blobs.items():
                change = ["--add", "--cacheinfo", f"100644,{blob},{name}"] if blob else ["--force-remove", "--", name]
                self.git("update-index", *change, variables=variables)
            yield variables
        finally:
            index.unlink(missing_ok=True)

    def commit_of(self, tree: str, parents: Sequence[str], message: str, **variables: str) -> str:
        """A new commit that no branch has yet, signed if git is set to sign. Raises GitError."""
        signing = self.git("config", "--type=bool", "--get", "commit.gpgSign", allowed=1) == "true"
        options = [word for parent in parents for word in ("-p", parent)] + ["-S"] * signing
        return self.git("commit-tree", tree, *options, variables=variables, data=message.encode())

    def move_branch(self, reason: str, commit: str, before: str) -> None:
        """Move the branch of the settings, which is checked out. Raises GitError if it is not at `before`."""
        branch = f"refs/heads/{self.settings.branch}"
        self.git("update-ref", "-m", reason, branch, commit, before or "0" * len(commit))

    def git(
        self, *arguments: str, variables: Mapping[str, str] | None = None, data: bytes = b"", allowed: int = 0
    ) -> str:
        """What a git command prints. Empty if it ends with the status `allowed`. Raises GitError."""
        try:
            return run_git(self.path, self.settings, *arguments, variables=variables, data=data)
        except GitError as error:
            if allowed and error.status == allowed:
                return ""
            raise


def literally(name: str) -> str:
    """A file's name as a pathspec without wildcards."""
    return f":(top,literal){name}"
