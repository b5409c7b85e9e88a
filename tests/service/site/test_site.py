"""The site: real git; the weights file and nothing else is committed, and nobody's work is touched."""

import os
import subprocess
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest

from service.settings import GitSettings
from service.site.commit_message import format_message
from service.site.git import SiteError, run_git
from service.site.repository import WEIGHTS
from service.site.site import Site, create
from tests.support.repositories import git, write_hook

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
SETTINGS = GitSettings()
MESSAGE = format_message("Weights: 0.5 -> 0.4", {"Logling-Run": "r1", "Logling-Seed": 0})


def bare(path: Path) -> Path:
    subprocess.run(["git", "init", "--quiet", "--bare", "--initial-branch=main", path], check=True)
    return path


def to(remote: Path | str, **changes: object) -> GitSettings:
    return SETTINGS.model_copy(update={"remote": str(remote), **changes})


@pytest.fixture
def page(tmp_path: Path) -> Path:
    folder = tmp_path / "page"
    folder.mkdir()
    (folder / "index.html").write_text("<!doctype html>")
    (folder / "weights.js").write_text("never copied")
    return folder


@pytest.fixture
def site(tmp_path: Path, page: Path) -> Path:
    create(tmp_path / "site", page, SETTINGS)
    return tmp_path / "site"


@pytest.fixture
def remote(tmp_path: Path) -> Path:
    return bare(tmp_path / "remote.git")


@pytest.fixture
def pushing(tmp_path: Path, page: Path, remote: Path) -> Path:
    """A site with an empty remote."""
    create(tmp_path / "pushing", page, to(remote))
    return tmp_path / "pushing"


def commit(site: Path, file: bytes = b"weights 1\n", settings: GitSettings = SETTINGS) -> str:
    opened = Site(site, settings)
    return opened.commit_weights(file, MESSAGE, NOON).commit


def test_a_new_site_has_the_page_and_no_weights(site: Path) -> None:
    assert git(site, "ls-files") == "web/index.html"
    assert git(site, "log", "--format=%an %s") == "Logling Add the page that runs the model"
    opened = Site(site, SETTINGS)
    assert opened.weights() is None


def test_a_new_site_pushes_all_to_an_empty_remote(pushing: Path, remote: Path) -> None:
    opened = Site(pushing, to(remote))
    assert opened.remote.ahead() == 1
    opened.remote.push()
    assert opened.remote.ahead() == 0
    assert git(remote, "rev-parse", "main") == git(pushing, "rev-parse", "HEAD")


def test_a_new_site_goes_on_from_what_the_remote_has(tmp_path: Path, page: Path, pushing: Path, remote: Path) -> None:
    first = commit(pushing, settings=to(remote))
    opened = Site(pushing, to(remote))
    opened.remote.push()
    create(tmp_path / "second", page, to(remote))
    opened = Site(tmp_path / "second", to(remote))
    assert opened.weights() == b"weights 1\n"
    assert opened.remote.ahead() == 0
    assert git(tmp_path / "second", "rev-parse", "HEAD") == first


def test_a_commit_has_the_weights_file_alone(site: Path) -> None:
    commit(site)
    assert git(site, "show", "--format=", "--name-only") == WEIGHTS
    assert git(site, "status", "--porcelain") == ""
    opened = Site(site, SETTINGS)
    assert opened.weights() == b"weights 1\n"


def test_the_id_of_the_commit_is_given_back(site: Path) -> None:
    assert commit(site) == git(site, "rev-parse", "HEAD")


def test_a_persons_work_in_the_clone_stays_as_it_is(site: Path) -> None:
    for name in ("both.txt", "edited.txt"):
        (site / name).write_text("one\n")
    git(site, "add", ".")
    git(site, "commit", "--quiet", "--message", "theirs")
    (site / "staged.txt").write_text("new\n")
    (site / "both.txt").write_text("two\n")
    git(site, "add", "staged.txt", "both.txt")
    (site / "both.txt").write_text("three\n")
    (site / "edited.txt").write_text("two\n")
    (site / "untracked.txt").write_text("new\n")
    status, staged = git(site, "status", "--porcelain"), git(site, "diff", "--cached")
    commit(site)
    assert git(site, "show", "--format=", "--name-only") == WEIGHTS
    assert (git(site, "status", "--porcelain"), git(site, "diff", "--cached")) == (status, staged)
    assert (site / "both.txt").read_text() == "three\n"


def test_it_commits_as_the_settings_say_where_git_knows_nobody(
    site: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "nobody").mkdir()
    monkeypatch.setenv("HOME", str(tmp_path / "nobody"))
    monkeypatch.delenv("GIT_CONFIG_GLOBAL")
    commit(site, settings=SETTINGS.model_copy(update={"name": "Öl Ünal", "email": "o@example.org"}))
    assert git(site, "log", "-1", "--format=%an <%ae> %cn <%ce>") == " ".join(["Öl Ünal <o@example.org>"] * 2)
    assert "user." not in git(site, "config", "--local", "--list")


def test_it_commits_as_the_settings_say_where_git_knows_somebody_else(
    site: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GIT_AUTHOR_NAME", "Somebody")
    monkeypatch.setenv("GIT_COMMITTER_EMAIL", "somebody@else")
    commit(site)
    assert git(site, "log", "-1", "--format=%an %ce") == "Logling logling@localhost"


def test_a_commit_is_dated_as_it_was_told(site: Path) -> None:
    opened = Site(site, SETTINGS)
    opened.commit_weights(b"x", MESSAGE, datetime(2024, 2, 29, 23, 30, 1, tzinfo=timezone(timedelta(hours=9))))
    assert git(site, "log", "-1", "--format=%aI %cI") == "2024-02-29T23:30:01+09:00 2024-02-29T23:30:01+09:00"


def test_a_clock_far_in_the_future_does_not_keep_a_commit_from_being_made(site: Path) -> None:
    opened = Site(site, SETTINGS)
    opened.commit_weights(b"x", MESSAGE, datetime(2101, 1, 2, 3, 4, 5, tzinfo=UTC))
    assert git(site, "log", "-1", "--format=%aI %cI") == "2101-01-02T03:04:05+00:00 2101-01-02T03:04:05+00:00"


def test_git_itself_reads_the_trailers(site: Path) -> None:
    commit(site)
    body = git(site, "log", "-1", "--format=%B")
    parsed = subprocess.run(
        ["git", "interpret-trailers", "--parse"], input=body, capture_output=True, text=True, check=True
    )
    assert parsed.stdout == "Logling-Run: r1\nLogling-Seed: 0\n"


@pytest.mark.parametrize("before", [None, b"weights 0\n"])
def test_a_commit_that_a_hook_refuses_leaves_everything_as_it_was(site: Path, before: bytes | None) -> None:
    if before:
        commit(site, before)
    (site / "staged.txt").write_text("new\n")
    git(site, "add", "staged.txt")
    tip, status = git(site, "rev-parse", "HEAD"), git(site, "status", "--porcelain")
    write_hook(site / ".git", "pre-commit", "echo 'not on a Sunday' >&2; exit 1")
    with pytest.raises(SiteError, match="the hook pre-commit: not on a Sunday"):
        commit(site)
    assert (git(site, "rev-parse", "HEAD"), git(site, "status", "--porcelain")) == (tip, status)
    assert ((site / WEIGHTS).read_bytes() if (site / WEIGHTS).exists() else None) == before


def test_a_commit_that_is_interrupted_leaves_everything_as_it_was(site: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    commit(site)
    opened = Site(site, SETTINGS)
    original = opened.git

    def stopped(*arguments: str, **rest: Any) -> str:
        if arguments[0] == "commit-tree":
            raise KeyboardInterrupt
        return original(*arguments, **rest)

    monkeypatch.setattr(opened, "git", stopped)
    with pytest.raises(KeyboardInterrupt):
        opened.commit_weights(b"weights 2\n", MESSAGE, NOON)
    assert git(site, "status", "--porcelain") == ""
    assert (site / WEIGHTS).read_bytes() == b"weights 1\n"


@pytest.mark.parametrize("checkout", [["-b", "mine"], ["--detach"]])
def test_nothing_is_committed_on_another_branch(site: Path, checkout: list[str]) -> None:
    git(site, "checkout", "--quiet", *checkout)
    tip = git(site, "rev-parse", "HEAD")
    with pytest.raises(SiteError, match="`git switch main`"):
        commit(site)
    assert (git(site, "rev-parse", "HEAD"), git(site, "status", "--porcelain")) == (tip, "")


def test_what_others_pushed_is_taken_over(tmp_path: Path, pushing: Path, remote: Path) -> None:
    opened = Site(pushing, to(remote))
    opened.remote.push()
    git(tmp_path, "clone", "--quiet", str(remote), "theirs")
    (tmp_path / "theirs" / "note.txt").write_text("hello\n")
    git(tmp_path / "theirs", "add", ".")
    git(tmp_path / "theirs", "commit", "--quiet", "--message", "theirs")
    git(tmp_path / "theirs", "push", "--quiet")
    opened = Site(pushing, to(remote))
    opened.remote.synchronise()
    assert (pushing / "note.txt").read_text() == "hello\n"


def test_what_others_did_meanwhile_is_merged_and_nothing_is_forced(tmp_path: Path, pushing: Path, remote: Path) -> None:
    opened = Site(pushing, to(remote))
    opened.remote.push()
    git(tmp_path, "clone", "--quiet", str(remote), "theirs")
    git(tmp_path / "theirs", "commit", "--quiet", "--allow-empty", "--message", "theirs")
    git(tmp_path / "theirs", "push", "--quiet")
    tip, theirs = commit(pushing, settings=to(remote)), git(remote, "rev-parse", "main")
    opened = Site(pushing, to(remote))
    opened.remote.synchronise()
    opened.remote.push()
    assert git(remote, "show", "--no-patch", "--format=%P", "main").split() == [tip, theirs]
    assert git(pushing, "status", "--porcelain") == ""


def test_a_push_that_the_remote_refuses_has_the_remotes_words(pushing: Path, remote: Path) -> None:
    write_hook(remote, "pre-receive", "echo 'quota exceeded'; exit 1")
    opened = Site(pushing, to(remote))
    with pytest.raises(SiteError, match="quota exceeded"):
        opened.remote.push()


def test_a_remote_that_is_gone_is_an_error_with_its_name(pushing: Path, remote: Path) -> None:
    remote.rename(remote.with_name("elsewhere"))
    opened = Site(pushing, to(remote))
    with pytest.raises(SiteError, match=r"remote\.git"):
        opened.remote.push()


def test_a_remote_that_hangs_is_given_up_in_time(pushing: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_SSH_COMMAND", "sleep 20;:")
    begun = time.monotonic()
    opened = Site(pushing, to("ssh://git@example.invalid/site.git", seconds=1))
    with pytest.raises(SiteError, match="git fetch did not end within 1 s"):
        opened.remote.synchronise()
    assert time.monotonic() - begun < 5
    while any(leads_to(task, pushing) for task in Path("/proc").glob("[0-9]*/cwd")):
        assert time.monotonic() - begun < 10, "what git had begun goes on"
        time.sleep(0.05)


def test_a_remote_that_the_settings_name_later_is_the_one_that_is_pushed_to(site: Path, remote: Path) -> None:
    opened = Site(site, to(remote))
    opened.remote.synchronise()
    opened.remote.push()
    assert git(remote, "rev-parse", "main") == git(site, "rev-parse", "HEAD")


def test_another_remote_in_the_settings_gets_all_commits(tmp_path: Path, pushing: Path, remote: Path) -> None:
    opened = Site(pushing, to(remote))
    opened.remote.push()
    other = bare(tmp_path / "other.git")
    opened = Site(pushing, to(other))
    opened.remote.synchronise()
    assert opened.remote.ahead() == 1
    opened.remote.push()
    assert git(other, "rev-parse", "main") == git(pushing, "rev-parse", "HEAD")


def test_a_folder_that_is_no_repository_is_refused(tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "missing"):
        with pytest.raises(SiteError, match="is gone or empty: restore it from a backup, or make a new home"):
            Site(path, SETTINGS)


def test_a_repository_around_a_folder_is_not_its_site(site: Path) -> None:
    with pytest.raises(SiteError, match="not a git repository"):
        Site(site / "web", SETTINGS)


def test_an_unknown_git_command_has_gits_words(site: Path) -> None:
    with pytest.raises(SiteError, match=r"git nonsense: .*not a git command"):
        run_git(site, SETTINGS, "nonsense")


def descriptors() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


def children() -> list[str]:
    """The commands of this process's children."""
    return [
        (task.parent / "comm").read_text()
        for task in Path("/proc").glob("[0-9]*/stat")
        if (status := read(task)) and status.rpartition(")")[2].split()[1] == str(os.getpid())
    ]


def read(path: Path) -> str:
    try:
        return path.read_text()
    except OSError:
        return ""


def leads_to(link: Path, target: Path) -> bool:
    try:
        return link.readlink() == target
    except OSError:
        return False


@pytest.mark.parametrize("count", [children, descriptors])
def test_many_openings_leave_nothing_open(site: Path, count: Callable[[], object]) -> None:
    commit(site)

    def use() -> None:
        opened = Site(site, SETTINGS)
        opened.weights()
        opened.remote.ahead()

    use()
    before = count()
    for _ in range(30):
        use()
    assert count() == before
