"""Variables that begin as settings do: what Kubernetes and Docker make is passed over, what a person wrote is not."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from service.environment import describe_links, is_link, setting_variables

# What a pod beside a service named "logling", and another named "logling-web", is given.
KUBERNETES = {
    f"{owner}{name}": value
    for owner in ("LOGLING", "LOGLING_WEB")
    for name, value in {
        "_SERVICE_HOST": "10.0.0.1",
        "_SERVICE_PORT": "80",
        "_SERVICE_PORT_HTTP": "80",
        "_PORT": "tcp://10.0.0.1:80",
        "_PORT_80_TCP": "tcp://10.0.0.1:80",
        "_PORT_80_TCP_PROTO": "tcp",
        "_PORT_80_TCP_PORT": "80",
        "_PORT_80_TCP_ADDR": "10.0.0.1",
        "_PORT_53_UDP": "udp://[fd00::1]:53",
    }.items()
}
DOCKER = {
    "LOGLING_NAME": "/web/logling",
    "LOGLING_ENV_PATH": "/bin",
    "LOGLING_PORT_80_TCP_START": "tcp://172.17.0.5:80",
}
WRITTEN = {
    "LOGLING_PORT": "8101",
    "LOGLING_NAME": "logs",
    "LOGLING_ADMIN_PORT": "8101",
    "LOGLING_PORTS": "tcp://10.0.0.1:80",
    "LOGLING_ADMIN__PORT": "tcp://10.0.0.1:80",
    "LOGLING_GIT__NAME": "/a/b",
    "LOGLING_SERVICE": "10.0.0.1",
    "logling_port": "tcp://10.0.0.1:80",
}


@pytest.mark.parametrize(("name", "value"), [*KUBERNETES.items(), *DOCKER.items()])
def test_what_kubernetes_and_docker_make_is_no_setting(name: str, value: str) -> None:
    assert is_link(name, value)
    assert setting_variables({name: value}) == []


@pytest.mark.parametrize(("name", "value"), WRITTEN.items())
def test_what_a_person_may_have_written_is_meant_as_a_setting(name: str, value: str) -> None:
    assert setting_variables({name: value}) == [name]


def test_the_warning_names_each_variable_and_is_not_repeated_by_what_a_service_starts() -> None:
    warning = describe_links({**KUBERNETES, "LOGLING_PRESET": "seed", "PATH": "/bin"})
    assert [name for name in KUBERNETES if name not in warning] == []
    assert "PRESET" not in warning
    assert describe_links({"LOGLING_PRESET": "seed"}) == ""
    assert describe_links({**KUBERNETES, "LOGLING_SERVED": "/home"}) == ""


def test_a_command_in_a_pod_warns_once_and_does_its_job(tmp_path: Path) -> None:
    (tmp_path / "app.log").write_text("one\n")
    command = [str(Path(sys.executable).with_name("logling"))]
    home = tmp_path / "home"

    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        environment = {**os.environ, **KUBERNETES, "LOGLING_HOME": str(home)}
        return subprocess.run([*command, *arguments], capture_output=True, text=True, env=environment, timeout=120)

    assert run("init", str(home), "--source", str(tmp_path / "app.log")).returncode == 0
    pulled = run("pull", "--json")
    assert (pulled.returncode, '"new": 1' in pulled.stdout) == (0, True)
    assert pulled.stderr.count("\n") == 1
    assert "LOGLING_PORT," in pulled.stderr


def test_a_command_of_ours_runs_in_a_hook(tmp_path: Path) -> None:
    facts = {"LOGLING_RUN": "r1", "LOGLING_OUTCOME": "failed", "LOGLING_FINDINGS": "3"}
    assert setting_variables(facts) == []
