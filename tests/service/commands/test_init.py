"""`logling init`."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.support.commands import Command, is_sentence
from tests.support.repositories import git


def test_init_makes_a_home_with_these_sources_and_says_how_to_go_on(logling: Command, tmp_path: Path) -> None:
    home = tmp_path / "a [b] :lock:"
    result = logling("init", home, "--source", "logs/*.log", "--preset", "seed")
    assert result.returncode == 0
    assert str(home) in result.stdout.splitlines()[0]
    assert f'files = "{Path.cwd()}/logs/*.log"' in (home / "logling.toml").read_text()


def test_init_does_not_touch_a_home_that_is_there(logling: Command, reader: Any) -> None:
    assert is_sentence(logling("init", reader.home.path), "is a Logling home already")


def test_init_refuses_an_unknown_preset_and_leaves_nothing(logling: Command, tmp_path: Path) -> None:
    result = logling("init", tmp_path / "home", "--preset", "huge")
    assert (result.returncode, "'huge' is not one of 'full', 'seed'" in result.stderr) == (2, True)
    assert not (tmp_path / "home").exists()


@pytest.mark.parametrize("option", ["--source", "--journal", "--remote"])
def test_init_refuses_what_settings_cannot_hold(logling: Command, tmp_path: Path, option: str) -> None:
    assert is_sentence(logling("init", tmp_path / "home", option, os.fsdecode(b"/made/up/caf\xe9")), "is not UTF-8")
    assert not (tmp_path / "home").exists()


def test_init_says_that_braces_are_no_wildcard(logling: Command, tmp_path: Path) -> None:
    told = logling("init", tmp_path / "home", "--source", f"{tmp_path}/*.{{log,err}}").stderr
    assert "matches nothing yet; {a,b} is no wildcard here: write a source for each" in told


def test_init_with_a_remote_that_is_not_there_leaves_nothing(logling: Command, tmp_path: Path) -> None:
    assert is_sentence(logling("init", tmp_path / "home", "--remote", tmp_path / "gone.git"), "gone.git")
    assert not (tmp_path / "home").exists()


def test_a_remote_given_from_where_one_stands_is_kept_as_a_complete_path(tmp_path: Path) -> None:
    (tmp_path / "here").mkdir()
    git(tmp_path, "init", "--quiet", "--bare", "--initial-branch=main", "site.git")
    command = [str(Path(sys.executable).with_name("logling")), "init", "home", "--remote", "../site.git"]
    done = subprocess.run(command, cwd=tmp_path / "here", env=os.environ, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")
    home = tmp_path / "here" / "home"
    assert f'remote = "{tmp_path / "site.git"}"' in (home / "logling.toml").read_text()
    assert git(home / "site", "config", "remote.origin.url") == str(tmp_path / "site.git")


def test_init_tells_that_clones_of_an_empty_remote_would_get_nothing(logling: Command, tmp_path: Path) -> None:
    git(tmp_path, "init", "--quiet", "--bare", "--initial-branch=master", "site.git")
    done = logling("init", tmp_path / "home", "--remote", tmp_path / "site.git")
    assert done.returncode == 0
    assert "problem: clones get the branch master" in done.stderr
    assert "git symbolic-ref HEAD refs/heads/main" in done.stderr


def test_init_shows_no_secret_of_a_remote(logling: Command, tmp_path: Path) -> None:
    url = "http://me:made-up-secret@127.0.0.1:9/site.git"
    assert is_sentence(logling("init", tmp_path / "home", "--remote", url), "127.0.0.1")
    assert "made-up-secret" not in logling("init", tmp_path / "home", "--remote", url).stderr


def test_init_says_what_each_source_matches(logling: Command, tmp_path: Path) -> None:
    (tmp_path / "app.log").write_text("line\n" * 1800)
    result = logling("init", tmp_path / "home", "--source", tmp_path / "app.log")
    assert (f"{tmp_path}/app.log: 1 file, 1,800 lines" in result.stdout, result.stderr) == (True, "")


def test_init_warns_of_a_source_that_matches_nothing_yet(logling: Command, tmp_path: Path) -> None:
    result = logling("init", tmp_path / "home", "--source", tmp_path / "later*.log")
    assert (result.returncode, result.stderr) == (0, f"warning: {tmp_path}/later*.log: matches nothing yet\n")


def test_init_warns_of_a_source_that_is_no_log(logling: Command, tmp_path: Path) -> None:
    (tmp_path / "app.log").write_bytes(bytes(range(256)) * 20)
    result = logling("init", tmp_path / "home", "--source", tmp_path / "app.log")
    assert "warning: cannot be read: " in result.stderr
    assert "looks binary" in result.stderr
