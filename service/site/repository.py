"""A git repository: what it holds, asked of git one command at a time."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from git import Repo
from git.exc import InvalidGitRepositoryError, NoSuchPathError

from ..reading.url_secrets import mask_urls
from ..settings import GitSettings
from .git import GitError, SiteError, output_of, run_git

WEIGHTS = "web/weights.js"  # of a home that has no folder of its own in the site
PRIVATE_INDEX = "logling-index"
CHANGING = ("filter", "working-tree-encoding")  # attributes with which git stores other bytes than a file has


class Repository:
    """An existing repository with a work tree. No process or file stays open between commands. Raises SiteError."""

    def __init__(self, path: Path, settings: GitSettings) -> None:
        self.path = path
        self.settings = settings
        self.weights_name = settings.weights
        try:
            with Repo(path) as repo:
                self.folder = Path(repo.git_dir)
        except (InvalidGitRepositoryError, NoSuchPathError):
            raise SiteError(describe_missing(path, settings)) from None

    def tip(self) -> str:
        """The commit at HEAD, empty if there is none yet. Raises SiteError if its branch is damaged.

        GitPython is not asked, because it reports an empty repository when its helper process has died.
        """
        ask = ("rev-parse", "--verify", "--quiet", "HEAD")
        if commit := self.git(*ask, allowed=1):
            return commit
        branch = (self.folder / "HEAD").read_text(encoding="utf-8").removeprefix("ref:").strip()
        # A branch that a power cut left empty is as good as none to git. It is asked again: the file may be new.
        if (self.folder / branch).is_file() and not (commit := self.git(*ask, allowed=1)):
            raise SiteError(
                f"{self.folder / branch} is damaged: write the commit into it that is the second word in the last line "
                f"of {self.folder / 'logs' / branch}"
            )
        return commit

    def branch(self) -> str:
        """The full name of the branch that is checked out, empty for a detached HEAD. Raises SiteError."""
        try:
            return self.git("symbolic-ref", "--quiet", "HEAD", allowed=1)
        except GitError:
            self.tip()  # it knows more of a damaged branch
            raise

    def resolve(self, commit: str) -> str:
        """The id of a commit that a person named. Raises SiteError."""
        try:
            return self.git("rev-parse", "--verify", "--quiet", "--end-of-options", commit + "^{commit}")
        except GitError as error:
            if error.status != 1:
                raise
            raise SiteError(f"{self.path} has no commit {commit!r}") from None

    def blob(self, commit: str, name: str) -> str:
        """The id of a file in a commit or tree. Empty if it has none, or if there is no commit."""
        return self.entry(commit, name)[1]

    def entry(self, commit: str, name: str) -> tuple[str, str]:
        """The mode and the id of a file in a commit or tree. Both are empty if it has none."""
        found = ""
        if commit:
            form = "--format=%(objectmode) %(objectname)"
            found = self.git("ls-tree", "--full-tree", form, commit, "--", literally(name))
        mode, _, blob = found.partition(" ")
        return mode, blob

    def content(self, blob: str) -> bytes:
        """The content of a file that has this id."""
        return output_of(self.path, self.settings, "cat-file", "blob", blob)

    def staged(self, name: str) -> str:
        """The id of a file in the person's index, empty if it has none."""
        entry = self.git("ls-files", "--stage", "--", literally(name)).split()
        return entry[1] if entry else ""

    def is_left_out(self, name: str) -> bool:
        """Whether a sparse checkout has a file in the index alone."""
        return self.git("ls-files", "-t", "--", literally(name)).startswith("S ")

    def check_attributes(self, names: Iterable[str]) -> None:
        """Raise SiteError if git would store other bytes than these files have: clients would get those."""
        words = self.git("check-attr", "-z", *CHANGING, "--", *names).split("\0")
        for name, attribute, value in zip(words[0::3], words[1::3], words[2::3], strict=False):
            if value not in ("unspecified", "unset"):
                raise SiteError(
                    f"{name} has the attribute {attribute}={value}, with which clients would get other bytes (with LFS "
                    f"a pointer): add the line `{name} !{attribute}` at the end of {self.path / '.gitattributes'}"
                )

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


def describe_missing(path: Path, settings: GitSettings) -> str:
    """Why a folder is no site, and how to bring the site back. Raises GitError with git's reason if it has one."""
    try:
        is_there = any(path.iterdir())
    except FileNotFoundError:
        is_there = False
    except OSError as error:
        return f"{path} cannot be read: {error.strerror}"
    if (path / ".git").exists():
        run_git(path, settings, "rev-parse", "--git-dir")
    what = "is not a git repository: move it away, and" if is_there else "is gone or empty:"
    if settings.remote:
        return f"{path} {what} clone it: `git clone {shlex.quote(mask_urls(settings.remote))} {shlex.quote(str(path))}`"
    return f"{path} {what} restore it from a backup, or make a new home with `logling init`"
