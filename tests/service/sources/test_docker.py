"""Where docker puts what a container prints, by a docker that is a script."""

from collections.abc import Callable
from pathlib import Path

import pytest

from service.errors import LoglingError
from service.sources.docker import find_container, running_containers

Docker = Callable[[str], None]


@pytest.fixture(name="docker")
def fake_docker(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Docker:
    """Makes a docker that answers `inspect` and `ps` by these lines of sh."""

    def make(lines: str) -> None:
        script = tmp_path / "docker"
        script.write_text(f"#!/bin/sh\n{lines}\n")
        script.chmod(0o755)

    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    return make


@pytest.mark.parametrize("driver", ["json-file", "k8s-file"])
def test_a_container_that_logs_to_a_file_is_read_there_with_its_rotations(docker: Docker, driver: str) -> None:
    docker(f'echo "/web {driver} /var/lib/made up/abc-json.log"')
    assert find_container("web").source() == {"files": "/var/lib/made up/abc-json.log*", "name": "web"}


def test_a_container_that_is_called_by_its_id_has_its_name(docker: Docker) -> None:
    docker('echo "/web json-file /made/up.log"')
    assert find_container("4f6a").name == "web"


def test_a_container_that_logs_to_the_journal_is_read_there_by_its_name(docker: Docker) -> None:
    docker('echo "/web journald "')
    assert find_container("web").source() == {"journal": "CONTAINER_NAME=web", "name": "web"}


@pytest.mark.parametrize("driver", ["local", "none", "syslog"])
def test_a_log_that_only_docker_can_read_is_refused_with_what_would_be_right(docker: Docker, driver: str) -> None:
    docker(f'echo "/web {driver} "')
    with pytest.raises(LoglingError, match=f"{driver}.*--log-driver json-file or journald"):
        find_container("web").source()


def test_a_container_that_is_not_there_is_refused_with_those_that_run(docker: Docker) -> None:
    docker('[ "$1" = ps ] && echo web && echo db && exit\necho "no such container: wbe"; exit 1')
    with pytest.raises(LoglingError, match=r"no such container: wbe\. These run: db, web"):
        find_container("wbe")


def test_a_docker_that_does_not_answer_is_told(docker: Docker) -> None:
    docker("echo 'Cannot connect to the Docker daemon'; exit 1")
    with pytest.raises(LoglingError, match="Cannot connect to the Docker daemon"):
        running_containers()


def test_without_docker_it_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(LoglingError, match="docker is not installed"):
        find_container("web")
