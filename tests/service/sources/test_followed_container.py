"""What a container prints, through a docker that says what is in a folder."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from service.errors import LoglingError
from service.reading.reading import Reading
from service.sources.followed_container import FollowedContainer
from tests.support.waiting import wait_until

# `logs --tail 200` prints "before", `--follow` what is in "now" and then, while there is "runs", waits for more.
DOCKER = """#!/bin/sh
cd {folder}
echo "$@" >>asked
case "$*" in
    *absent*) echo "Error response from daemon: No such container: absent" >&2; exit 1 ;;
    inspect*) [ -e runs ] && echo true || echo false ;;
    *--follow*) cat now; echo "to stderr" >&2; : >following; while [ -e runs ]; do sleep 0.05; done; rm following ;;
    *) cat before ;;
esac
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "docker").write_text(DOCKER.format(folder=tmp_path))
    (tmp_path / "docker").chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    (tmp_path / "before").write_text("old\n")
    (tmp_path / "now").write_text("new 1\nnew 2\n")
    (tmp_path / "runs").touch()
    return tmp_path


def lines_until(followed: FollowedContainer, last: str) -> list[str]:
    lines: list[str] = []

    def is_there() -> bool:
        lines.extend(followed.read(0))
        return last in lines

    wait_until(is_there)
    return lines


def test_new_lines_of_both_streams_are_read(folder: Path) -> None:
    followed = FollowedContainer("garden", lambda _: Reading())
    assert (followed.before, lines_until(followed, "to stderr")) == (["old"], ["new 1", "new 2", "to stderr"])
    followed.close()


def test_docker_is_asked_for_what_comes_from_now_on(folder: Path) -> None:
    followed = FollowedContainer("garden", lambda _: Reading())
    lines_until(followed, "new 2")
    followed.close()
    assert (folder / "asked").read_text().splitlines() == [
        "logs --tail 200 -- garden",
        "logs --follow --tail 0 -- garden",
    ]


def test_a_container_that_stops_is_followed_on_when_it_runs_again(folder: Path) -> None:
    followed = FollowedContainer("garden", lambda _: Reading())
    lines_until(followed, "to stderr")
    (folder / "runs").unlink()
    wait_until(lambda: followed.read(0) == [] and followed.trouble)
    assert followed.trouble == "container garden does not run: waiting for it"
    (folder / "now").write_text("again\n")
    (folder / "runs").touch()
    assert "again" in lines_until(followed, "again")
    assert (followed.trouble, "--since 20" in (folder / "asked").read_text()) == ("", True)
    followed.close()


def test_what_docker_says_is_wrong_is_told(folder: Path) -> None:
    with pytest.raises(LoglingError, match="docker logs failed: Error response from daemon: No such container: absent"):
        FollowedContainer("absent", lambda _: Reading())


def test_a_missing_docker_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(LoglingError, match="docker is not installed, or not on the PATH"):
        FollowedContainer("garden", lambda _: Reading())


def test_docker_is_ended_with_the_watch(folder: Path) -> None:
    followed = FollowedContainer("garden", lambda _: Reading())
    followed.close()
    assert followed._child.returncode is not None
