"""A web address that is called: once, with nothing, and for a limited time."""

from __future__ import annotations

import pytest

from service.errors import LoglingError
from service.telling.web_address import call_address
from tests.support.listener import Listener, listening

SECRET = "/made-up-secret"


def refused(address: str, seconds: float = 60) -> str:
    with pytest.raises(LoglingError) as error:
        call_address(address, seconds)
    assert "made-up-secret" not in str(error.value)
    return str(error.value)


def test_it_is_asked_once_and_gets_nothing(server: Listener) -> None:
    call_address(server.address + SECRET, 60)
    assert server.requests == [("GET", SECRET, "")]


def test_a_server_that_fails_is_told_by_its_status(server: Listener) -> None:
    server.status = 503
    assert refused(server.address + SECRET) == "it answered 503"


def test_a_server_that_hangs_is_left(server: Listener) -> None:
    server.hangs = True
    assert "0.3 s" in refused(server.address + SECRET, 0.3)


def test_a_server_that_is_not_there_is_told() -> None:
    with listening() as gone:
        address = gone.address
    assert "could not be reached: Connection refused" in refused(address + SECRET)


def test_a_redirect_is_followed(server: Listener) -> None:
    with listening() as other:
        server.status, server.location = 302, other.address + "/there"
        call_address(server.address, 60)
        assert other.requests == [("GET", "/there", "")]


@pytest.mark.parametrize("scheme", ["file", "ftp"])
def test_a_redirect_out_of_the_web_is_not_followed(server: Listener, scheme: str) -> None:
    server.status, server.location = 302, f"{scheme}:///etc/hostname"
    assert scheme in refused(server.address) or "302" in refused(server.address)
