"""The compose file: what it names is there, and what it promises of the containers is so."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from service.settings import AdminSettings

DEPLOY = Path(__file__).parent.parent.parent / "deploy"
COMPOSE: dict[str, Any] = yaml.safe_load((DEPLOY / "compose.yaml").read_text())
SERVICES: dict[str, Any] = COMPOSE["services"]


def mounts(service: str) -> list[list[str]]:
    return [volume.split(":") for volume in SERVICES[service]["volumes"]]


def test_what_it_is_built_from_is_there() -> None:
    assert (DEPLOY / SERVICES["logling"]["build"] / "Dockerfile").is_file()


def test_every_file_and_volume_that_is_mounted_is_there() -> None:
    sources = [source for service in SERVICES for source, *_ in mounts(service)]
    assert {source for source in sources if not source.startswith(("/", "."))} == set(COMPOSE["volumes"])
    assert all((DEPLOY / source).is_file() for source in sources if source.startswith("."))


@pytest.mark.parametrize("service", SERVICES)
def test_no_port_is_open_to_other_machines(service: str) -> None:
    assert all(port.startswith("127.0.0.1:") for port in SERVICES[service]["ports"])


@pytest.mark.parametrize("service", SERVICES)
def test_each_container_is_confined(service: str) -> None:
    options = SERVICES[service]
    assert options["read_only"] is True
    assert options["cap_drop"] == ["ALL"]
    assert options["security_opt"] == ["no-new-privileges:true"]
    assert options["mem_limit"]
    assert options["pids_limit"]


def test_the_static_host_sees_the_site_alone_and_cannot_change_it() -> None:
    seen = {source: (target, rights) for source, target, rights in mounts("page")}
    assert seen["site"] == ("/srv/logling", "ro")
    assert "home" not in seen


def test_logs_are_mounted_read_only() -> None:
    assert ["/var/log", "/var/log", "ro"] in mounts("logling")


def test_the_admin_page_is_published_where_it_is() -> None:
    given = {name.removeprefix("LOGLING_ADMIN__").lower(): value for name, value in environment().items()}
    admin = AdminSettings(**given)
    assert not admin.is_local
    assert SERVICES["logling"]["ports"] == [f"127.0.0.1:{admin.port}:{admin.port}"]


def environment() -> dict[str, Any]:
    return dict(SERVICES["logling"]["environment"])
