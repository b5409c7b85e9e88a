"""`logling push`, which `logling serve` starts between runs."""

import os
import stat
from typing import Any

import pytest

from tests.support.commands import is_sentence
from tests.support.repositories import write_hook


@pytest.fixture
def pushing(committed: Any) -> Any:
    """A home whose remote is empty yet."""
    committed.add_remote()
    return committed


def test_a_push_brings_all_commits_to_the_remote(pushing: Any) -> None:
    assert pushing.logling("push").returncode == 0
    assert pushing.git("rev-parse", "main", at="remote.git") == pushing.git("rev-parse", "HEAD")


def test_a_push_to_a_remote_whose_clones_get_nothing_says_so_once(pushing: Any) -> None:
    pushing.git("symbolic-ref", "HEAD", "refs/heads/master", at="remote.git")
    first, second = pushing.logling("push"), pushing.logling("push")
    assert (first.returncode, second.returncode) == (0, 0)
    assert "problem: clones get nothing" in first.stderr
    assert "problem" not in second.stderr


def test_the_reason_of_a_refused_push_is_kept_with_the_time_of_the_first(pushing: Any) -> None:
    write_hook(pushing.folder / "remote.git", "pre-receive", "echo 'main is protected'; exit 1")
    assert is_sentence(pushing.logling("push"), "not pushed", "main is protected")
    os.utime(pushing.home.unpushed, (1, 1))
    assert pushing.logling("push").returncode == 1
    assert "main is protected" in pushing.home.unpushed.read_text()
    assert pushing.home.unpushed.stat().st_mtime == 1


def test_the_reason_of_a_refused_push_is_for_the_owner_alone(pushing: Any) -> None:
    write_hook(pushing.folder / "remote.git", "pre-receive", "exit 1")
    assert pushing.logling("push").returncode == 1
    assert stat.S_IMODE(pushing.home.unpushed.stat().st_mode) == 0o600
