"""Messages to systemd, over a real datagram socket."""

import os
import socket
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

from service.schedule.systemd import Notifier, from_environment


@pytest.fixture(params=["path", "abstract"])
def systemd(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[socket.socket, str]]:
    """A socket as systemd has it, and its address as systemd gives it."""
    name = f"logling-{uuid.uuid4().hex}"
    address = f"@{name}" if request.param == "abstract" else str(tmp_path / "notify")
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listening:
        listening.bind(f"\0{name}" if request.param == "abstract" else address)
        listening.settimeout(60)
        yield listening, address


def test_systemd_gets_the_variables_in_one_datagram(systemd: tuple[socket.socket, str]) -> None:
    listening, address = systemd
    Notifier(address, None).send(READY="1", STATUS="next run Sun 2026-11-29 03:30 UTC")
    assert listening.recv(1000) == b"READY=1\nSTATUS=next run Sun 2026-11-29 03:30 UTC"


def test_the_watchdog_is_fed_only_when_there_is_one(systemd: tuple[socket.socket, str]) -> None:
    listening, address = systemd
    Notifier(address, None).feed_watchdog()
    Notifier(address, 2.0).feed_watchdog()
    assert listening.recv(1000) == b"WATCHDOG=1"
    listening.settimeout(0.05)
    with pytest.raises(TimeoutError):
        listening.recv(1000)


def test_a_status_cannot_smuggle_in_another_variable(systemd: tuple[socket.socket, str]) -> None:
    listening, address = systemd
    Notifier(address, None).send(STATUS="a\nMAINPID=1\n")
    assert listening.recv(1000) == b"STATUS=a MAINPID=1"


@pytest.mark.parametrize("address", ["", "/nowhere/notify", "@nobody-listens", "vsock:2:1234"])
def test_without_a_listener_nothing_happens(address: str) -> None:
    Notifier(address, 1.0).feed_watchdog()


def test_no_descriptor_is_left(systemd: tuple[socket.socket, str]) -> None:
    before = len(list(Path("/proc/self/fd").iterdir()))
    for _ in range(50):
        Notifier(systemd[1], None).send(READY="1")
        systemd[0].recv(100)
    assert len(list(Path("/proc/self/fd").iterdir())) == before


def test_a_listener_that_does_not_read_does_not_stop_the_service(systemd: tuple[socket.socket, str]) -> None:
    for _ in range(2000):
        Notifier(systemd[1], None).send(STATUS="x" * 1000)


@pytest.mark.parametrize(
    ("variables", "ping"),
    [
        ({}, None),
        ({"WATCHDOG_USEC": "3000000"}, 1.5),
        ({"WATCHDOG_USEC": "3000000", "WATCHDOG_PID": str(os.getpid())}, 1.5),
        ({"WATCHDOG_USEC": "3000000", "WATCHDOG_PID": "1"}, None),
        ({"WATCHDOG_USEC": "0"}, None),
        ({"WATCHDOG_USEC": "soon"}, None),
    ],
)
def test_the_watchdog_is_fed_at_half_its_time_when_it_is_this_processes(
    variables: dict[str, str], ping: float | None
) -> None:
    assert from_environment({"NOTIFY_SOCKET": "/run/n", **variables}) == Notifier("/run/n", ping)


def test_children_do_not_inherit_the_socket() -> None:
    environment = {"NOTIFY_SOCKET": "/run/n", "WATCHDOG_USEC": "1", "WATCHDOG_PID": "1", "PATH": "/bin"}
    from_environment(environment)
    assert environment == {"PATH": "/bin"}
