"""The logs of a machine that `logling init` proposes."""

import gzip
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from service.commands.init_proposals import file_proposals, files_below
from tests.support.commands import Command, is_sentence
from tests.support.waiting import PATIENCE

ROOT = Path(__file__).resolve().parents[3]


def write(path: Path, lines: int) -> None:
    path.parent.mkdir(exist_ok=True, parents=True)
    path.write_text("line\n" * lines)


def test_logs_are_proposed_with_their_rotations_the_largest_first(tmp_path: Path) -> None:
    write(tmp_path / "auth.log", 500)
    write(tmp_path / "nginx" / "access.log", 600)
    write(tmp_path / "nginx" / "access.log.1", 300)
    found, refused = file_proposals(tmp_path)
    assert [(proposal.option, proposal.words) for proposal in found] == [
        (f"--source '{tmp_path}/nginx/access.log*'", "900 lines"),
        (f"--source '{tmp_path}/auth.log*'", "500 lines"),
    ]
    assert refused == []


def test_what_is_no_log_or_too_small_is_not_proposed(tmp_path: Path) -> None:
    write(tmp_path / "small.log", 20)
    (tmp_path / "wtmp").write_bytes(bytes(range(256)) * 200)
    (tmp_path / "dump.log.gz").write_bytes(gzip.compress(b"line\n" * 900))
    assert file_proposals(tmp_path) == ([], [])


def test_what_may_not_be_read_is_told(tmp_path: Path) -> None:
    write(tmp_path / "auth.log", 500)
    (tmp_path / "auth.log").chmod(0)
    as_any_user = ["setpriv", "--bounding-set", "-dac_override,-dac_read_search"] if os.geteuid() == 0 else []
    ask = (
        "import sys, pathlib, service.commands.init_proposals as p; print(p.file_proposals(pathlib.Path(sys.argv[1])))"
    )
    command = [*as_any_user, sys.executable, "-c", ask, tmp_path]
    done = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE, cwd=ROOT)
    assert done.stdout == f"{([], [tmp_path / 'auth.log'])}\n", done.stderr


def test_links_in_a_circle_are_not_followed(tmp_path: Path) -> None:
    write(tmp_path / "auth.log", 500)
    (tmp_path / "again").symlink_to(tmp_path)
    assert list(files_below(tmp_path, 3)) == [tmp_path / "auth.log"]


def test_init_without_a_log_makes_nothing_and_says_what_to_write(logling: Command, tmp_path: Path) -> None:
    done = logling("init", tmp_path / "my home")
    assert (done.returncode, done.stderr) == (2, "")
    assert done.stdout.startswith("Nothing was made: name the log that the model is to learn")
    assert f"  logling init '{tmp_path}/my home' --" in done.stdout
    assert not (tmp_path / "my home").exists()


def test_init_proposes_containers_that_run(logling: Command, tmp_path: Path) -> None:
    docker = tmp_path / "bin" / "docker"
    write(docker, 0)
    docker.write_text("#!/bin/sh\necho web\necho 'a database'\n")
    docker.chmod(0o755)
    done = logling("init", tmp_path / "home", PATH=f"{docker.parent}:{os.environ['PATH']}")
    assert "--docker web" in done.stdout


def test_init_without_a_log_does_not_propose_for_a_home_that_is_there(logling: Command, reader: Any) -> None:
    assert is_sentence(logling("init", reader.home.path), "is a Logling home already")


def test_sources_that_a_variable_gives_are_enough(logling: Command, tmp_path: Path) -> None:
    done = logling("init", tmp_path / "home", LOGLING_SOURCE='[{"files": "/var/log/made-up.log"}]')
    assert (done.returncode, (tmp_path / "home" / "site").is_dir()) == (0, True)


def test_init_alone_proposes_the_logs_too(logling: Command) -> None:
    result = logling("init")
    assert (result.returncode, result.stdout.startswith("Nothing was made")) == (2, True)


def test_init_with_a_log_needs_a_folder_to_make(logling: Command) -> None:
    result = logling("init", "--source", "/var/log/made-up.log")
    assert (result.returncode, "name the folder to make" in result.stderr) == (2, True)
