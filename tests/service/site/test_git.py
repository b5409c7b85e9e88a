"""One git command: what is told of one that dies, and which git is new enough."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from service.commands.doctor import check_git
from service.errors import LoglingError
from service.settings import GitSettings
from service.site.git import GitError, output_of, pdeathsig_prefix
from tests.support.waiting import wait_until


@pytest.fixture
def fake_git(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A git in place of the real one; a test writes its script."""
    path = tmp_path / "bin" / "git"
    path.parent.mkdir()
    path.touch(0o755)
    monkeypatch.setenv("PATH", f"{path.parent}:{os.environ['PATH']}")
    assert shutil.which("git") == str(path)
    return path


@pytest.mark.parametrize(
    ("script", "words"),
    [
        ("kill -9 $$", "git status: it was ended by SIGKILL"),
        ("kill -XFSZ $$", "git status: it may not write files as large as it must"),
        ("exit 7", "git status: no reason given"),
        ("echo 'fatal: so it is' >&2; exit 7", "git status: fatal: so it is"),
    ],
)
def test_a_git_that_fails_is_told_in_its_words_or_by_how_it_died(fake_git: Path, script: str, words: str) -> None:
    fake_git.write_text(f"#!/bin/sh\n{script}\n")
    with pytest.raises(GitError) as told:
        output_of(fake_git.parent, GitSettings(), "status")
    assert str(told.value).startswith(words)


@pytest.mark.parametrize(("version", "is_enough"), [("2.37.9", False), ("2.38.0.rc1", True), ("3.0.0 (of some)", True)])
def test_the_doctor_knows_which_git_is_too_old(fake_git: Path, version: str, is_enough: bool) -> None:
    fake_git.write_text(f"#!/bin/sh\necho git version '{version}'\n")
    if is_enough:
        assert version in check_git()
    else:
        with pytest.raises(LoglingError, match=r"too old: 2\.38 or newer is needed"):
            check_git()


PROGRAM = """
import sys
from pathlib import Path
from service.settings import GitSettings
from service.site.git import output_of
output_of(Path(sys.argv[1]), GitSettings(), "status")
"""


def test_the_git_of_a_program_that_was_killed_ends(fake_git: Path) -> None:
    pid_file = fake_git.with_name("pid")
    hang = f"echo $$ > {pid_file}.new; mv {pid_file}.new {pid_file}; exec sleep 600"
    fake_git.write_text(f'#!/bin/sh\n[ "$1" = version ] || {{ {hang}; }}\necho git version 2.47.0\n')
    program = subprocess.Popen([sys.executable, "-c", PROGRAM, str(fake_git.parent)])
    wait_until(pid_file.exists)
    program.kill()
    program.wait()
    wait_until(lambda: not is_running(int(pid_file.read_text())))


def test_no_python_runs_in_the_child_that_becomes_git(fake_git: Path) -> None:
    fake_git.write_text("#!/bin/sh\necho git version 2.47.0\n")
    forks = "import os; os.register_at_fork(before=lambda: print('forked'), after_in_child=lambda: print('in child'))"
    command = [sys.executable, "-c", forks + PROGRAM, str(fake_git.parent)]
    assert subprocess.run(command, capture_output=True, text=True, check=True).stdout == ""


def test_where_setpriv_cannot_do_it_git_is_run_as_it_is(fake_git: Path) -> None:
    fake_git.write_text("#!/bin/sh\necho $0\n")
    fake_git.with_name("setpriv").write_text("#!/bin/sh\nexit 1\n")  # as busybox's
    fake_git.with_name("setpriv").chmod(0o755)
    pdeathsig_prefix.cache_clear()
    try:
        assert output_of(fake_git.parent, GitSettings(), "status") == f"{fake_git}\n".encode()
        assert pdeathsig_prefix() == ()
    finally:
        pdeathsig_prefix.cache_clear()


def test_without_git_an_error_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(GitError, match="git is not installed"):
        output_of(tmp_path, GitSettings(), "status")


def is_running(process: int) -> bool:
    try:
        os.kill(process, 0)
        return "Z" not in Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0]
    except (ProcessLookupError, FileNotFoundError):
        return False
