"""One git command: what is told of one that dies, and which git is new enough."""

import os
import shutil
from pathlib import Path

import pytest

from service.commands.doctor import git_version
from service.errors import LoglingError
from service.settings import GitSettings
from service.site.git import GitError, output_of


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
        assert version in git_version()
    else:
        with pytest.raises(LoglingError, match=r"too old: 2\.38 or newer is needed"):
            git_version()
