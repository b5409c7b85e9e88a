"""The site and the people in it: their changes, their unfinished work, their locks, their hooks; and crashes."""

import os
import shutil
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from service.settings import GitSettings
from service.site.commit_message import format_message
from service.site.git import SiteError
from service.site.repository import WEIGHTS
from service.site.site import Site, create
from service.site.stale_locks import clear_locks
from tests.support.repositories import git, write_hook

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
SETTINGS = GitSettings()


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """A site with one commit of weights, and a file of a person."""
    page = tmp_path / "page"
    page.mkdir()
    (page / "page.js").write_text("page\n")
    create(tmp_path / "site", page, SETTINGS)
    (tmp_path / "site" / "text.txt").write_text("one\n")
    git(tmp_path / "site", "add", ".")
    git(tmp_path / "site", "commit", "--quiet", "--message", "person")
    commit(tmp_path / "site", b"first\n")
    return tmp_path / "site"


def commit(site: Path, file: bytes) -> str:
    """Commit weights; what was told."""
    opened = Site(site, SETTINGS)
    return opened.commit_weights(file, format_message("Weights", {"Logling-Run": "r1"}), NOON).problem


def committed(site: Path) -> str:
    return git(site, "show", f"HEAD:{WEIGHTS}") + "\n"


def caught_up(site: Path) -> str:
    opened = Site(site, SETTINGS)
    return opened.work_tree.catch_up()


# ---- a person's changes to the weights file itself


def test_weights_that_a_person_edited_stay_and_are_told(site: Path) -> None:
    (site / WEIGHTS).write_text("mine\n")
    assert "left as it is" in commit(site, b"second\n")
    assert (site / WEIGHTS).read_text() == "mine\n"
    assert committed(site) == "second\n"
    assert git(site, "status", "--porcelain") == f" M {WEIGHTS}"
    assert "a person's change" in caught_up(site)


def test_a_person_who_takes_an_edit_back_has_the_newest_weights(site: Path) -> None:
    (site / WEIGHTS).write_text("mine\n")
    for file in (b"second\n", b"third\n"):
        commit(site, file)
    git(site, "checkout", "--quiet", "--", WEIGHTS)
    assert ((site / WEIGHTS).read_text(), git(site, "status", "--porcelain"), caught_up(site)) == ("third\n", "", "")


def test_weights_that_a_person_staged_stay_staged_and_are_not_committed(site: Path) -> None:
    (site / WEIGHTS).write_text("mine\n")
    git(site, "add", WEIGHTS)
    assert commit(site, b"second\n")
    assert (git(site, "show", f":{WEIGHTS}"), (site / WEIGHTS).read_text()) == ("mine", "mine\n")
    assert committed(site) == "second\n"


def test_weights_that_a_person_deleted_are_committed_anew(site: Path) -> None:
    (site / WEIGHTS).unlink()
    commit(site, b"second\n")
    assert (committed(site), caught_up(site)) == ("second\n", "")


def test_a_file_that_is_there_before_the_first_weights_stays(tmp_path: Path, site: Path) -> None:
    create(tmp_path / "new", tmp_path / "page", SETTINGS)
    (tmp_path / "new" / WEIGHTS).write_text("mine\n")
    assert commit(tmp_path / "new", b"first\n")
    assert (tmp_path / "new" / WEIGHTS).read_text() == "mine\n"


# ---- a person's changes to what the remote changed


@pytest.fixture
def moved(tmp_path: Path, site: Path) -> GitSettings:
    """The remote has changed text.txt, and has a new file."""
    git(tmp_path, "clone", "--quiet", "--bare", str(site), "remote.git")
    git(tmp_path, "clone", "--quiet", str(tmp_path / "remote.git"), "others")
    (tmp_path / "others" / "text.txt").write_text("two\n")
    (tmp_path / "others" / "new[1].txt").write_text("theirs\n")
    git(tmp_path / "others", "add", ".")
    git(tmp_path / "others", "commit", "--quiet", "--message", "others")
    git(tmp_path / "others", "push", "--quiet")
    return SETTINGS.model_copy(update={"remote": str(tmp_path / "remote.git")})


def edit(site: Path) -> None:
    (site / "text.txt").write_text("mine\n")


def stage(site: Path) -> None:
    edit(site)
    git(site, "add", "text.txt")


def put_untracked(site: Path) -> None:
    (site / "new[1].txt").write_text("mine\n")


def put_ignored(site: Path) -> None:
    (site / ".git" / "info" / "exclude").write_text("new*\n")
    put_untracked(site)


@pytest.mark.parametrize("work", [edit, stage, put_untracked, put_ignored])
def test_work_where_the_remote_has_changed_something_stays_and_is_told(
    site: Path, moved: GitSettings, work: Callable[[Path], None]
) -> None:
    work(site)
    tip, status = git(site, "rev-parse", "HEAD"), git(site, "status", "--porcelain")
    opened = Site(site, moved)
    with pytest.raises(SiteError, match="left as it is"):
        opened.remote.synchronise()
    assert (git(site, "rev-parse", "HEAD"), git(site, "status", "--porcelain")) == (tip, status)
    assert "mine\n" in [path.read_text() for path in site.glob("*.txt")]
    assert commit(site, b"second\n") == ""


def test_work_beside_what_the_remote_has_changed_stays_while_that_is_taken_over(site: Path, moved: GitSettings) -> None:
    (site / "web" / "page.js").write_text("mine\n")
    (site / "staged.txt").write_text("mine\n")
    git(site, "add", "staged.txt")
    opened = Site(site, moved)
    opened.remote.synchronise()
    assert git(site, "status", "--porcelain") == "A  staged.txt\n M web/page.js"
    assert (site / "text.txt").read_text() == "two\n"


# ---- a person's unfinished work


def branch_off(site: Path) -> None:
    """A branch `other` whose text differs from main's."""
    git(site, "switch", "--quiet", "--create", "other")
    (site / "text.txt").write_text("other\n")
    git(site, "commit", "--quiet", "--all", "--message", "other")
    git(site, "switch", "--quiet", "main")
    (site / "text.txt").write_text("main\n")
    git(site, "commit", "--quiet", "--all", "--message", "main")


UNFINISHED = {
    "merge": [["merge", "other"]],
    "rebase": [["rebase", "other"]],
    "cherry-pick": [["cherry-pick", "other"]],
    "revert": [["revert", "--no-edit", "HEAD~2"]],
    "bisect": [["bisect", "start"]],
}


@pytest.mark.parametrize("work", UNFINISHED)
def test_unfinished_work_is_named_and_nothing_is_touched(site: Path, work: str) -> None:
    branch_off(site)
    for command in UNFINISHED[work]:
        git(site, *command, check=False)
    before = git(site, "status"), git(site, "rev-parse", "HEAD"), (site / "text.txt").read_text()
    with pytest.raises(SiteError, match=f"a {work} is under way .*: finish or abort it"):
        commit(site, b"second\n")
    assert (git(site, "status"), git(site, "rev-parse", "HEAD"), (site / "text.txt").read_text()) == before


def test_a_cherry_pick_of_several_is_unfinished_between_two(site: Path) -> None:
    branch_off(site)
    git(site, "cherry-pick", "other", "other~1", check=False)
    git(site, "commit", "--quiet", "--all", "--message", "solved")
    assert not (site / ".git" / "CHERRY_PICK_HEAD").exists()
    with pytest.raises(SiteError, match="cherry-pick or revert is under way"):
        commit(site, b"second\n")


def test_a_conflict_of_a_stash_stays_while_weights_are_committed(site: Path) -> None:
    (site / "text.txt").write_text("stashed\n")
    git(site, "stash", "--quiet")
    (site / "text.txt").write_text("main\n")
    git(site, "commit", "--quiet", "--all", "--message", "main")
    git(site, "stash", "pop", check=False)
    conflict = git(site, "diff"), (site / "text.txt").read_text()
    assert commit(site, b"second\n") == ""
    assert (git(site, "diff"), (site / "text.txt").read_text()) == conflict
    assert (committed(site), (site / WEIGHTS).read_text()) == ("second\n", "second\n")


def test_a_tag_named_as_the_branch_confuses_nobody(site: Path) -> None:
    git(site, "tag", "main", "HEAD~1")
    assert commit(site, b"second\n") == ""


# ---- locks

LOCKS = [
    "index.lock", "HEAD.lock", "config.lock", "packed-refs.lock", "packed-refs.new", "shallow.lock",
    "refs/heads/main.lock", "refs/remotes/origin/main.lock", "logling-index.lock", "objects/maintenance.lock",
]  # fmt: skip


@pytest.mark.parametrize("name", LOCKS)
def test_a_lock_that_a_killed_git_left_is_removed_and_told(site: Path, name: str) -> None:
    lock = site / ".git" / name
    lock.parent.mkdir(parents=True, exist_ok=True)
    lock.touch()
    opened = Site(site, SETTINGS)
    assert clear_locks(opened) == [f"removed {name}, which a killed git had left"]
    assert clear_locks(opened) == []
    assert commit(site, b"second\n") == ""


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """A second is too long to wait for a lock."""
    monkeypatch.setattr("service.site.stale_locks.SECONDS_FOR_LOCK", 0.3)
    monkeypatch.setattr("service.site.stale_locks.QUIET_SECONDS", 0.1)


@pytest.fixture(params=["another user's", "no /proc"])
def unseen(request: pytest.FixtureRequest, site: Path, monkeypatch: pytest.MonkeyPatch, impatient: None) -> Path:
    """The lock of a git that would not be seen at work."""
    if request.param == "no /proc":
        monkeypatch.setattr("service.site.stale_locks.PROCESSES", site / "none")
    else:
        monkeypatch.setattr("os.geteuid", lambda: os.getuid() + 1)
    lock = site / ".git" / "index.lock"
    lock.touch()
    return lock


def test_a_lock_of_a_git_that_cannot_be_seen_stays_while_it_is_young(site: Path, unseen: Path) -> None:
    with pytest.raises(SiteError, match=r"index\.lock is there, or was killed: then it counts until 10 min old"):
        clear_locks(Site(site, SETTINGS))
    assert unseen.exists()


@pytest.mark.parametrize("age", [700, -700])
def test_a_lock_of_a_git_that_cannot_be_seen_is_removed_when_it_is_old_also_by_a_clock_set_back(
    site: Path, unseen: Path, age: int
) -> None:
    os.utime(unseen, (time.time() - age,) * 2)
    assert clear_locks(Site(site, SETTINGS)) == ["removed index.lock, which a killed git had left"]


class Person:
    """A person's `git commit --all` with an editor open, which holds the lock of the index."""

    def __init__(self, site: Path) -> None:
        (site / "text.txt").write_text("mine\n")
        self._closed = site / ".git" / "editor-closed"
        command = ["git", "-c", "user.name=P", "-c", "user.email=p@x", "commit", "--all"]
        editor = f"while [ ! -e '{self._closed}' ]; do sleep 0.05; done; echo theirs >"
        environment = {**os.environ, "GIT_EDITOR": editor}
        self._process = subprocess.Popen(command, cwd=site, env=environment, start_new_session=True)
        while not (site / ".git" / "index.lock").exists():
            time.sleep(0.01)

    def finish(self) -> int:
        """Close the editor; git's exit status."""
        self._closed.touch()
        return self._process.wait(60)


@pytest.fixture
def person_at_work(site: Path) -> Iterator[Person]:
    person = Person(site)
    yield person
    person.finish()


def test_a_lock_is_waited_for_while_a_git_is_at_work(site: Path, person_at_work: Person) -> None:
    closing = threading.Timer(1.5, person_at_work.finish)
    closing.start()
    assert clear_locks(Site(site, SETTINGS)) == []
    closing.join()
    assert git(site, "log", "-1", "--format=%s") == "theirs"
    assert commit(site, b"second\n") == ""


def test_a_git_that_works_for_long_is_named_and_keeps_its_lock(
    site: Path, person_at_work: Person, impatient: None
) -> None:
    with pytest.raises(SiteError, match=r"another git is at work .*index\.lock"):
        clear_locks(Site(site, SETTINGS))
    assert person_at_work.finish() == 0


def test_a_commit_while_the_index_is_locked_is_made_and_the_rest_follows(site: Path, person_at_work: Person) -> None:
    assert "behind its HEAD" in commit(site, b"second\n")
    assert committed(site) == "second\n"
    assert person_at_work.finish() != 0, "git refuses, for HEAD has moved; nothing of it is lost"
    assert (site / "text.txt").read_text() == "mine\n"
    assert caught_up(site) == ""
    assert git(site, "status", "--porcelain") == " M text.txt"


# ---- hooks and signing


def test_a_commit_msg_hook_may_edit_the_message(site: Path) -> None:
    write_hook(site, "commit-msg", 'echo "Reviewed-by: nobody" >> "$1"')
    commit(site, b"second\n")
    assert git(site, "log", "-1", "--format=%(trailers:only)").strip() == "Logling-Run: r1\nReviewed-by: nobody"


def test_a_post_commit_hook_that_leaves_something_running_does_not_fail_the_commit(site: Path) -> None:
    write_hook(site, "post-commit", "sleep 8 &")
    opened = Site(site, SETTINGS.model_copy(update={"seconds": 1.0}))
    assert opened.commit_weights(b"second\n", format_message("Weights", {}), NOON).problem == ""
    assert committed(site) == "second\n"


def test_a_pre_commit_hook_finds_the_weights_staged_and_the_persons_files(site: Path) -> None:
    (site / "staged.txt").write_text("mine\n")
    git(site, "add", "staged.txt")
    write_hook(site, "pre-commit", "git diff --cached --name-only > .git/seen; ls staged.txt >> .git/seen")
    commit(site, b"second\n")
    assert (site / ".git" / "seen").read_text().split() == [WEIGHTS, "staged.txt"]


def test_a_hook_that_stages_all_there_is_commits_nothing_of_a_person(site: Path) -> None:
    (site / "text.txt").write_text("mine\n")
    (site / "untracked.txt").write_text("mine\n")
    write_hook(site, "pre-commit", "echo formatted > web/weights.js; git add --all")
    commit(site, b"second\n")
    assert git(site, "show", "--format=", "--name-only") == WEIGHTS
    assert committed(site) == "second\n"
    assert git(site, "status", "--porcelain").splitlines()[-2:] == [f" M {WEIGHTS}", "?? untracked.txt"]


def test_hooks_in_a_folder_of_the_work_tree_are_honoured(site: Path) -> None:
    git(site, "config", "core.hooksPath", ".githooks")
    (site / ".githooks").mkdir()
    (site / ".githooks" / "pre-commit").write_text("#!/bin/sh\necho 'not on a Sunday'; exit 1\n")
    (site / ".githooks" / "pre-commit").chmod(0o755)
    with pytest.raises(SiteError, match="the hook pre-commit: not on a Sunday"):
        commit(site, b"second\n")


def test_a_prepare_commit_msg_hook_gets_the_message_as_of_a_person_who_gave_one(site: Path) -> None:
    write_hook(site, "prepare-commit-msg", 'echo "Prepared-as: $2" >> "$1"')
    commit(site, b"second\n")
    assert git(site, "log", "-1", "--format=%(trailers:only)").strip() == "Logling-Run: r1\nPrepared-as: message"


def test_a_post_commit_hook_finds_the_commit_made_and_everything_clean(site: Path) -> None:
    write_hook(site, "post-commit", "(git rev-parse HEAD; git symbolic-ref HEAD; git status --porcelain) > .git/seen")
    commit(site, b"second\n")
    assert (site / ".git" / "seen").read_text() == f"{git(site, 'rev-parse', 'HEAD')}\nrefs/heads/main\n"


def test_a_post_commit_hook_that_fails_is_told_and_undoes_nothing(site: Path) -> None:
    write_hook(site, "post-commit", "echo 'no mirror'; exit 1")
    assert commit(site, b"second\n") == "after the commit: git hook: no mirror"
    assert (committed(site), git(site, "status", "--porcelain")) == ("second\n", "")


def test_a_merge_with_the_remote_is_signed_as_commits_are(site: Path, tmp_path: Path, moved: GitSettings) -> None:
    program = tmp_path / "gpg"
    program.write_text("#!/bin/sh\necho '[GNUPG:] SIG_CREATED D' >&2\ncat > /dev/null\necho signed by the test\n")
    program.chmod(0o755)
    git(site, "config", "gpg.program", str(program))
    commit(site, b"second\n")
    git(site, "config", "commit.gpgsign", "true")
    Site(site, moved).remote.synchronise()
    assert "gpgsig signed by the test" in git(site, "cat-file", "commit", "HEAD")


def test_a_commit_is_signed_where_git_is_set_to(site: Path, tmp_path: Path) -> None:
    program = tmp_path / "gpg"
    program.write_text("#!/bin/sh\necho '[GNUPG:] SIG_CREATED D' >&2\ncat > /dev/null\necho signed by the test\n")
    program.chmod(0o755)
    git(site, "config", "commit.gpgsign", "true")
    git(site, "config", "gpg.program", str(program))
    assert commit(site, b"second\n") == ""
    assert "gpgsig signed by the test" in git(site, "cat-file", "commit", "HEAD")


def test_a_commit_that_cannot_be_signed_is_refused_and_leaves_all_as_it_was(site: Path) -> None:
    git(site, "config", "commit.gpgsign", "true")
    git(site, "config", "gpg.program", "false")
    with pytest.raises(SiteError, match="gpg"):
        commit(site, b"second\n")
    assert (committed(site), git(site, "status", "--porcelain")) == ("first\n", "")


# ---- other software


def test_others_commits_in_the_same_repository_stay_in_between(site: Path) -> None:
    for n in range(3):
        (site / "text.txt").write_text(f"{n}\n")
        git(site, "commit", "--quiet", "--all", "--message", f"other {n}")
        assert commit(site, f"weights {n}\n".encode()) == ""
    assert git(site, "log", "-6", "--format=%s").split("\n") == [
        name for n in (2, 1, 0) for name in ("Weights", f"other {n}")
    ]
    assert git(site, "show", "HEAD:text.txt") == "2"


# ---- after a crash


def crash(site: Path, before: str, after: str) -> None:
    """What a crash leaves that came while files were taken from one commit to another."""
    names = [git(site, "rev-parse", name) for name in (before, after)]
    (site / ".git" / "logling-following").write_text(" ".join(names) + "\n")


def recovered(site: Path) -> list[str]:
    opened = Site(site, SETTINGS)
    return opened.work_tree.recover()


@pytest.fixture
def crashed(site: Path) -> Path:
    """A crash while text.txt (one, two), gone.txt and new[1].txt were on the way to the commit `next`."""
    for name in ("gone.txt", "new1.txt"):
        (site / name).write_text("here\n")
    git(site, "add", ".")
    git(site, "commit", "--quiet", "--message", "before")
    git(site, "tag", "before")
    (site / "text.txt").write_text("two\n" * 100)
    (site / "new[1].txt").write_text("new\n")
    git(site, "rm", "--quiet", "gone.txt")
    git(site, "add", ".")
    git(site, "commit", "--quiet", "--message", "next")
    git(site, "tag", "next")
    git(site, "reset", "--quiet", "--hard", "before")
    crash(site, "before", "next")
    return site


@pytest.mark.parametrize("half", ["", "two\ntwo\ntw", "two\n" * 100, "one\n"])
def test_a_file_half_written_by_a_crash_is_as_committed_again(crashed: Path, half: str) -> None:
    (crashed / "text.txt").write_text(half)
    (crashed / "new[1].txt").write_text("new\n")
    (crashed / "gone.txt").unlink()
    assert recovered(crashed) == []
    assert (git(crashed, "status", "--porcelain"), (crashed / "text.txt").read_text()) == ("", "one\n")


def test_an_index_that_went_ahead_of_a_crash_comes_back(crashed: Path) -> None:
    git(crashed, "read-tree", "-m", "-u", "before", "next")
    assert recovered(crashed) == []
    assert git(crashed, "status", "--porcelain") == ""


def test_what_a_killed_commit_left_beside_the_index_goes(site: Path) -> None:
    for name in ("logling-index", "logling-message"):
        (site / ".git" / name).write_text("half")
    assert Site(site, SETTINGS).repair() == []
    assert not list((site / ".git").glob("logling-*"))


def test_what_a_person_changed_after_a_crash_stays_and_is_told(crashed: Path) -> None:
    git(crashed, "read-tree", "-m", "-u", "before", "next")
    (crashed / "text.txt").write_text("mine\n")
    (crashed / "new1.txt").write_text("mine too\n")
    assert recovered(crashed) == [f"text.txt in {crashed} was changed after a crash: left as it is"]
    assert git(crashed, "status", "--porcelain") == " M new1.txt\n M text.txt"
    assert ((crashed / "text.txt").read_text(), (crashed / "new1.txt").read_text()) == ("mine\n", "mine too\n")


def test_what_a_person_staged_after_a_crash_stays_staged(crashed: Path) -> None:
    (crashed / "text.txt").write_text("mine\n")
    git(crashed, "add", "text.txt")
    assert len(recovered(crashed)) == 1
    assert git(crashed, "status", "--porcelain") == "M  text.txt"


def test_a_crash_before_a_person_went_elsewhere_is_forgotten(crashed: Path) -> None:
    git(crashed, "commit", "--quiet", "--allow-empty", "--message", "elsewhere")
    (crashed / "text.txt").write_text("two\n")
    assert recovered(crashed) == []
    assert git(crashed, "status", "--porcelain") == " M text.txt"


def test_a_git_that_dies_when_asked_for_the_tip_is_no_empty_site(
    site: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = shutil.which("git")
    fake = tmp_path / "bin" / "git"
    fake.parent.mkdir()
    fake.write_text(f'#!/bin/sh\ncase "$*" in *"--verify --quiet HEAD") kill -9 $$;; esac\nexec {real} "$@"\n')
    fake.chmod(0o755)
    with monkeypatch.context() as patch:
        patch.setenv("PATH", f"{fake.parent}:{os.environ['PATH']}")
        opened = Site(site, SETTINGS)
        with pytest.raises(SiteError):
            opened.weights()
        with pytest.raises(SiteError):
            commit(site, b"second\n")
    assert git(site, "ls-files").split() == ["text.txt", "web/page.js", WEIGHTS]


# ---- a full disk


def fill(filler: Path) -> None:
    """Write until nothing more can be written."""
    with suppress(OSError), filler.open("wb", buffering=0) as file:
        while True:
            file.write(bytes(4096))


@pytest.fixture
def full_disk(small_disk: Any) -> Callable[[Path], AbstractContextManager[None]]:
    """`full_disk(folder)`: the folder on a disk of its own that has no byte left, until the end."""

    @contextmanager
    def filled(folder: Path) -> Iterator[None]:
        with small_disk(folder, "8m"):
            fill(folder / "filler")
            yield
            (folder / "filler").unlink()

    return filled


def test_a_full_disk_refuses_the_commit_and_leaves_all_as_it_was(site: Path, full_disk: Any) -> None:
    with full_disk(site / ".git" / "objects"), pytest.raises(SiteError, match="unable to write"):
        commit(site, os.urandom(20_000))
    assert (committed(site), git(site, "status", "--porcelain")) == ("first\n", "")
    assert subprocess.run(["git", "-C", site, "fsck"], capture_output=True).returncode == 0
    assert commit(site, b"second\n") == ""


def test_a_disk_that_is_full_for_the_work_tree_is_told_and_mended_later(site: Path, full_disk: Any) -> None:
    file = b"x" * 20_000
    with full_disk(site / "web"):
        assert "behind its HEAD" in commit(site, file)
    assert committed(site).encode() == file + b"\n"
    assert recovered(site) == []
    assert caught_up(site) == ""
    assert (site / WEIGHTS).read_bytes() == file
    assert git(site, "status", "--porcelain") == ""
