"""The site while other programs commit in it at the same moment: nobody's commit is undone, ours neither."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from service.settings import GitSettings
from service.site import repository
from service.site.commit_message import format_message
from service.site.git import SiteError
from service.site.repository import WEIGHTS
from service.site.site import Committed, Site, create
from tests.support.repositories import git, write_hook

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
SETTINGS = GitSettings()

# Another program's commit of a file, by plumbing alone, so that no lock of the index keeps it away.
BY_PLUMBING = """
export GIT_INDEX_FILE=.git/others-index
git read-tree HEAD
blob=$(echo theirs | git hash-object -w --stdin)
git update-index --add --cacheinfo 100644,$blob,{name}
export GIT_AUTHOR_NAME=Other GIT_AUTHOR_EMAIL=o@x GIT_COMMITTER_NAME=Other GIT_COMMITTER_EMAIL=o@x
git update-ref HEAD $(git commit-tree -p HEAD -m theirs $(git write-tree))
rm .git/others-index
"""
ONCE = "mkdir .git/once 2>/dev/null || exit 0\n"


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """A site with one commit of weights."""
    page = tmp_path / "page"
    page.mkdir()
    (page / "page.js").write_text("page\n")
    create(tmp_path / "site", page, SETTINGS)
    commit(tmp_path / "site", b"first\n")
    return tmp_path / "site"


def commit(site: Path, file: bytes, over: str | None = None) -> Committed:
    return Site(site, SETTINGS).commit_weights(file, format_message("Weights", {"Logling-Run": "r1"}), NOON, over)


def person_commits(site: Path, name: str = "theirs.txt") -> None:
    """A person commits a file as people do, from whatever the index is."""
    (site / name).write_text("theirs\n")
    git(site, "add", name)
    git(site, "commit", "--quiet", "--message", "theirs")


Act = Callable[[], None]


@pytest.fixture
def before_command(monkeypatch: pytest.MonkeyPatch) -> Callable[[str, Act], None]:
    """Let something happen just before our next git command of a name, once."""

    def arrange(name: str, act: Act) -> None:
        original, waiting = repository.run_git, [act]

        def run(path: Path, settings: GitSettings, *arguments: str, **rest: Any) -> str:
            if arguments[0] == name and waiting:
                waiting.pop()()
            return original(path, settings, *arguments, **rest)

        monkeypatch.setattr(repository, "run_git", run)

    return arrange


@pytest.mark.parametrize("name", ["pre-commit", "prepare-commit-msg", "commit-msg"])
def test_a_commit_of_another_program_while_a_hook_runs_stays_below_ours(site: Path, name: str) -> None:
    write_hook(site, name, ONCE + BY_PLUMBING.format(name="theirs.txt"))
    made = commit(site, b"second\n")
    assert git(site, "log", "-3", "--format=%s") == "Weights\ntheirs\nWeights"
    assert git(site, "show", "--format=", "--name-only") == WEIGHTS
    assert git(site, "show", "HEAD:theirs.txt") == "theirs"
    assert made.commit == git(site, "rev-parse", "HEAD")
    assert (site / WEIGHTS).read_bytes() == b"second\n"


COMMANDS = [
    "symbolic-ref", "rev-parse", "read-tree", "update-index", "hook", "write-tree", "stripspace", "config",
    "commit-tree", "update-ref", "ls-files", "reset", "checkout-index", "maintenance",
]  # fmt: skip


@pytest.mark.parametrize("name", COMMANDS)
def test_a_persons_commit_between_any_two_commands_of_ours_is_kept_and_ours_is_too(
    site: Path, before_command: Callable[[str, Act], None], name: str
) -> None:
    before_command(name, lambda: person_commits(site))
    made = commit(site, b"second\n")
    assert made.problem == ""
    assert git(site, "show", "HEAD:theirs.txt") == "theirs"
    assert git(site, "show", f"HEAD:{WEIGHTS}") == "second"
    assert sorted(set(git(site, "log", "-3", "--format=%s").split("\n"))) == ["Weights", "theirs"]
    assert git(site, "merge-base", "--is-ancestor", made.commit, "HEAD") == ""
    assert git(site, "status", "--porcelain") == ""


def test_who_commits_all_the_time_is_named_and_keeps_every_commit(site: Path) -> None:
    write_hook(site, "pre-commit", "echo x >> .git/times\n" + BY_PLUMBING.format(name="$(wc -l < .git/times).txt"))
    with pytest.raises(SiteError, match=r"another program commits to .* all the time"):
        commit(site, b"second\n")
    assert git(site, "ls-tree", "--name-only", "HEAD").split() == [*(f"{n}.txt" for n in range(1, 6)), "web"]
    assert git(site, "show", f"HEAD:{WEIGHTS}") == "first"


def test_a_hook_that_refuses_is_asked_once(site: Path) -> None:
    write_hook(site, "pre-commit", "echo x >> .git/times\nexit 1")
    with pytest.raises(SiteError, match="the hook pre-commit"):
        commit(site, b"second\n")
    assert (site / ".git" / "times").read_text() == "x\n"


def test_other_weights_that_were_committed_meanwhile_are_not_replaced_unjudged(site: Path) -> None:
    compared_with = git(site, "rev-parse", "HEAD")
    write_hook(site, "pre-commit", ONCE + BY_PLUMBING.format(name=WEIGHTS))
    with pytest.raises(SiteError, match=r"other weights were committed .* meanwhile"):
        commit(site, b"second\n", over=compared_with)
    assert git(site, "show", f"HEAD:{WEIGHTS}") == "theirs"


def test_first_weights_are_not_put_over_those_that_came_meanwhile(site: Path) -> None:
    with pytest.raises(SiteError, match=r"other weights were committed .* meanwhile"):
        commit(site, b"second\n", over="")


def test_a_person_who_switches_to_a_new_branch_meanwhile_finds_it_as_it_was(site: Path) -> None:
    tip = git(site, "rev-parse", "HEAD")
    write_hook(site, "pre-commit", "git branch mine\ngit symbolic-ref HEAD refs/heads/mine")
    made = commit(site, b"second\n")
    assert (git(site, "rev-parse", "mine"), git(site, "rev-parse", "main")) == (tip, made.commit)
    assert git(site, "status", "--porcelain") == ""


def test_a_first_commit_of_another_program_in_an_empty_site_is_kept(tmp_path: Path) -> None:
    git(tmp_path, "init", "--quiet", "--initial-branch=main", "empty")
    site = tmp_path / "empty"
    write_hook(site, "commit-msg", "git symbolic-ref HEAD")
    write_hook(
        site,
        "pre-commit",
        ONCE + BY_PLUMBING.format(name="theirs.txt").replace("git read-tree HEAD", "").replace("-p HEAD", ""),
    )
    commit(site, b"first\n")
    assert git(site, "ls-tree", "-r", "--name-only", "HEAD").split() == ["theirs.txt", WEIGHTS]
    assert git(site, "rev-list", "--count", "HEAD") == "2"


# ---- what others did on the remote, while somebody commits here


@pytest.fixture
def behind(tmp_path: Path, site: Path) -> Site:
    """A site whose remote has a file more."""
    git(tmp_path, "clone", "--quiet", "--bare", str(site), "remote.git")
    git(tmp_path, "clone", "--quiet", str(tmp_path / "remote.git"), "others")
    person_commits(tmp_path / "others", "others.txt")
    git(tmp_path / "others", "push", "--quiet")
    return Site(site, SETTINGS.model_copy(update={"remote": str(tmp_path / "remote.git")}))


@pytest.mark.parametrize("name", ["rev-parse", "rev-list", "update-index", "diff-tree", "read-tree", "update-ref"])
def test_a_persons_commit_while_the_remotes_are_taken_over_is_kept(
    behind: Site, before_command: Callable[[str, Act], None], name: str
) -> None:
    before_command(name, lambda: person_commits(behind.path))
    behind.remote.synchronise()
    files = git(behind.path, "ls-tree", "-r", "--name-only", "HEAD").split()
    assert files == ["others.txt", "theirs.txt", "web/page.js", WEIGHTS]
    assert git(behind.path, "status", "--porcelain") == ""
    behind.remote.push()
