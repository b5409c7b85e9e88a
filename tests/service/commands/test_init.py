"""`logling init`."""

import os
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from service.home import Home
from tests.support.commands import Command, is_sentence
from tests.support.repositories import git

LOG = ["--source", "/made/up/app.log"]


def test_init_makes_a_home_with_these_sources_and_says_how_to_go_on(logling: Command, tmp_path: Path) -> None:
    home = tmp_path / "a [b] :lock:"
    result = logling("init", home, "--source", "logs/*.log", "--preset", "seed")
    assert result.returncode == 0
    assert str(home) in result.stdout.splitlines()[0]
    assert f'files = "{Path.cwd()}/logs/*.log"' in (home / "logling.toml").read_text()


def test_init_does_not_touch_a_home_that_is_there(logling: Command, reader: Any) -> None:
    assert is_sentence(logling("init", reader.home.path), "is a Logling home already")


def test_init_refuses_an_unknown_preset_and_leaves_nothing(logling: Command, tmp_path: Path) -> None:
    result = logling("init", tmp_path / "home", *LOG, "--preset", "huge")
    assert (result.returncode, "'huge' is not one of 'full', 'seed'" in result.stderr) == (2, True)
    assert not (tmp_path / "home").exists()


@pytest.mark.parametrize("option", ["--source", "--journal", "--name", "--remote"])
def test_init_refuses_what_settings_cannot_hold(logling: Command, tmp_path: Path, option: str) -> None:
    assert is_sentence(
        logling("init", tmp_path / "home", *LOG, option, os.fsdecode(b"/made/up/caf\xe9")), "is not UTF-8"
    )
    assert not (tmp_path / "home").exists()


def test_init_says_that_braces_are_no_wildcard(logling: Command, tmp_path: Path) -> None:
    told = logling("init", tmp_path / "home", "--source", f"{tmp_path}/*.{{log,err}}").stderr
    assert "matches nothing yet; {a,b} is no wildcard here: write a source for each" in told


def test_init_names_the_model(logling: Command, tmp_path: Path) -> None:
    logling("init", tmp_path / "home", "--name", "doors", "--source", "/var/log/auth.log")
    assert 'name = "doors"' in (tmp_path / "home" / "logling.toml").read_text().splitlines()


def test_init_writes_a_name_that_is_made_of_unknown_words_into_the_settings(logling: Command, tmp_path: Path) -> None:
    told = logling("init", tmp_path / "home", "--source", "/srv/shop.log", "--source", "/var/log/auth.log").stdout
    assert 'the model "shop and 1 more"' in told
    assert [source.name for source in Home(tmp_path / "home").settings().source] == ["shop", ""]


def test_init_refuses_a_name_that_is_too_long_and_leaves_nothing(logling: Command, tmp_path: Path) -> None:
    result = logling("init", tmp_path / "home", *LOG, "--name", "x" * 41)
    assert (result.returncode, "1 to 40 characters" in result.stderr) == (2, True)
    assert not (tmp_path / "home").exists()


def test_init_with_a_remote_that_is_not_there_leaves_nothing(logling: Command, tmp_path: Path) -> None:
    assert is_sentence(logling("init", tmp_path / "home", *LOG, "--remote", tmp_path / "gone.git"), "gone.git")
    assert not (tmp_path / "home").exists()


def test_a_remote_given_from_where_one_stands_is_kept_as_a_complete_path(tmp_path: Path) -> None:
    (tmp_path / "here").mkdir()
    (tmp_path / "here" / "app.log").write_text("line\n" * 200)
    git(tmp_path, "init", "--quiet", "--bare", "--initial-branch=main", "site.git")
    command = [
        str(Path(sys.executable).with_name("logling")),
        "init",
        "home",
        "--source",
        "app.log",
        "--remote",
        "../site.git",
    ]
    done = subprocess.run(command, cwd=tmp_path / "here", env=os.environ, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")
    home = tmp_path / "here" / "home"
    assert f'remote = "{tmp_path / "site.git"}"' in (home / "logling.toml").read_text()
    assert git(home / "site", "config", "remote.origin.url") == str(tmp_path / "site.git")


def test_init_tells_that_clones_of_an_empty_remote_would_get_nothing(logling: Command, tmp_path: Path) -> None:
    git(tmp_path, "init", "--quiet", "--bare", "--initial-branch=master", "site.git")
    done = logling("init", tmp_path / "home", *LOG, "--remote", tmp_path / "site.git")
    assert done.returncode == 0
    assert "problem: clones get the branch master" in done.stderr
    assert "git symbolic-ref HEAD refs/heads/main" in done.stderr


def test_init_shows_no_secret_of_a_remote(logling: Command, tmp_path: Path) -> None:
    url = "http://me:made-up-secret@127.0.0.1:9/site.git"
    assert is_sentence(logling("init", tmp_path / "home", *LOG, "--remote", url), "127.0.0.1")
    assert "made-up-secret" not in logling("init", tmp_path / "home", *LOG, "--remote", url).stderr


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


def journal_line(minute: int) -> str:
    return f"Nov 23 14:{minute:02}:01 zeus sshd[{minute}]: session opened\n"


def test_init_says_what_kind_of_log_it_is_and_from_when_to_when(logling: Command, tmp_path: Path) -> None:
    (tmp_path / "auth.log").write_text("".join(map(journal_line, range(60))) * 2)
    result = logling("init", tmp_path / "home", "--source", tmp_path / "auth.log")
    assert result.stdout.splitlines() == [
        f'Made {tmp_path}/home, the home of the model "auth"',
        f"  {tmp_path}/auth.log: 1 file, 120 lines",
        "    syslog, 23 Nov 14:00 to 23 Nov 14:59",
        "Next:",
        f"  logling retrain --home {tmp_path}/home",
    ]


def test_init_proposes_a_setting_that_would_help(logling: Command, tmp_path: Path) -> None:
    (tmp_path / "app.log").write_text('{"level":"info","msg":"order sent"}\n' * 200)
    told = logling("init", tmp_path / "home", "--source", tmp_path / "app.log").stdout
    assert '    In its [[source]] in logling.toml, format = "{level} {msg}" would learn these fields alone' in told


def test_init_proposes_no_home_each_for_access_logs(logling: Command, tmp_path: Path) -> None:
    line = '203.0.113.7 - - [23/Nov/2026:14:00:00 +0000] "GET /cart HTTP/1.1" 200 512 "-" "made-up/1.0"\n'
    for name in ("shop.log", "blog.log"):
        (tmp_path / name).write_text(line * 200)
    assert "home each" not in logling("init", tmp_path / "home", "--source", tmp_path / "*.log").stdout


def test_init_warns_of_a_log_that_is_too_short_to_learn_from(logling: Command, tmp_path: Path) -> None:
    (tmp_path / "app.log").write_text("line\n" * 50)
    told = logling("init", tmp_path / "home", "--source", tmp_path / "app.log").stderr
    assert told == "warning: a run is skipped until there are 100 lines (gate.min_new_lines)\n"


def test_init_proposes_a_home_each_for_logs_of_several_kinds(logling: Command, tmp_path: Path) -> None:
    for name in ("auth.log", "auth.log.1", "my shop.log"):
        (tmp_path / name).write_text("line\n" * 200)
    told = logling("init", tmp_path / "home", "--source", tmp_path / "*.log*").stdout
    assert [line for line in told.splitlines() if line.startswith("  logling init")] == [
        f"  logling init {tmp_path}/home-auth --source '{tmp_path}/auth.log*'",
        f"  logling init {tmp_path}/home-my-shop --source '{tmp_path}/my shop.log*'",
    ]


def test_init_proposes_no_home_each_for_one_log_of_many_hosts(logling: Command, tmp_path: Path) -> None:
    for host in ("athena", "hera"):
        (tmp_path / "remote" / host).mkdir(parents=True)
        (tmp_path / "remote" / host / "auth.log").write_text("line\n" * 200)
    told = logling("init", tmp_path / "home", "--source", tmp_path / "remote" / "*" / "auth.log").stdout
    assert "a home each" not in told
    assert 'the model "auth"' in told


def test_a_command_that_init_prints_works_as_it_stands(logling: Command, tmp_path: Path) -> None:
    home = tmp_path / "my home's"
    told = logling("init", home, *LOG).stdout
    assert shlex.split(told.splitlines()[-1]) == ["logling", "retrain", "--home", str(home)]


@pytest.fixture(name="docker")
def fake_docker(tmp_path: Path) -> dict[str, str]:
    """A PATH with a docker that knows one container."""
    log = tmp_path / "containers" / "abc-json.log"
    log.parent.mkdir()
    log.write_text('{"log":"order sent\\n","stream":"stdout","time":"2026-11-01T06:00:07.1Z"}\n' * 200)
    script = tmp_path / "bin" / "docker"
    script.parent.mkdir()
    script.write_text(f"#!/bin/sh\n[ $1 = inspect ] || exit 1\necho /web ${{DRIVER:-json-file {log}}}\n")
    script.chmod(0o755)
    return {"PATH": f"{script.parent}:{os.environ['PATH']}"}


def test_a_container_is_all_that_init_needs(logling: Command, tmp_path: Path, docker: dict[str, str]) -> None:
    result = logling("init", tmp_path / "home", "--docker", "web", **docker)
    assert f"{tmp_path}/containers/abc-json.log*: 1 file, 200 lines" in result.stdout
    assert "lines without a time in Docker's json-file, which is taken off" in result.stdout
    assert Home(tmp_path / "home").settings().model_name == "web"


def test_a_container_that_logs_to_the_journal_is_read_there(
    logling: Command, tmp_path: Path, docker: dict[str, str]
) -> None:
    logling("init", tmp_path / "home", "--docker", "web", DRIVER="journald", **docker)
    settings = Home(tmp_path / "home").settings()
    assert (settings.source[0].journal, settings.model_name) == ("CONTAINER_NAME=web", "web")


def test_without_docker_init_says_so_and_makes_nothing(logling: Command, tmp_path: Path) -> None:
    refused = logling("init", tmp_path / "home", "--docker", "web", PATH=str(tmp_path))
    assert is_sentence(refused, "docker is not installed", "--source")
    assert not (tmp_path / "home").exists()


def test_init_gives_the_model_a_folder_in_a_shared_site(logling: Command, tmp_path: Path) -> None:
    logling("init", tmp_path / "home", *LOG, "--folder", "auth")
    home = Home(tmp_path / "home")
    assert home.settings().git.weights == "web/auth/weights.js"
    assert "LOGLING_MODELS = []" in (home.site / "web" / "models.js").read_text()


@pytest.mark.parametrize("name", ["Auth", "a/b", "..", ".git", "page.js", "nul", "com1.log", "x" * 41, "auth."])
def test_init_refuses_a_folder_that_is_no_name(logling: Command, tmp_path: Path, name: str) -> None:
    assert is_sentence(logling("init", tmp_path / "home", *LOG, "--folder", name), "git.folder = ")
    assert not (tmp_path / "home").exists()


def test_init_says_that_the_page_of_a_shared_site_shows_one_model(logling: Command, tmp_path: Path) -> None:
    remote = tmp_path / "remote.git"
    git(tmp_path, "init", "--quiet", "--bare", "--initial-branch=main", str(remote))
    logling("init", tmp_path / "alone", *LOG, "--remote", remote)
    git(tmp_path / "alone" / "site", "push", "--quiet", str(remote), "main")
    told = logling("init", tmp_path / "auth", *LOG, "--remote", remote, "--folder", "auth")
    assert (told.returncode, "`logling upgrade` refreshes it" in told.stderr) == (0, True)
