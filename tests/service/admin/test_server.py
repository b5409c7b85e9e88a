"""The server of the admin page: it comes when it can, and its troubles stay its own."""

import socket
import threading
import time
import urllib.request
from collections.abc import Callable

import pytest
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp

from service.admin.server import WebServer, url_of
from service.settings import AdminSettings


def page() -> ASGIApp:
    return PlainTextResponse("here")


def when(true: Callable[[], object]) -> None:
    deadline = time.monotonic() + 30
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_a_port_that_becomes_free_is_taken(caplog: pytest.LogCaptureFixture) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken, caplog.at_level("INFO", "logling"):
        settings = AdminSettings(port=taken.getsockname()[1])
        with WebServer(settings, page, try_again=0.05) as web:
            when(lambda: "Address already in use" in caplog.text)
            time.sleep(0.3)
            taken.close()
            when(lambda: web.address)
            with urllib.request.urlopen(web.address) as answer:
                assert answer.read() == b"here"
    assert caplog.text.count("cannot be shown") == 1
    assert caplog.text.count("the admin page is at") == 1


def test_a_page_that_cannot_be_made_is_told_and_ends_nothing(caplog: pytest.LogCaptureFixture) -> None:
    def broken() -> ASGIApp:
        raise ModuleNotFoundError("No module named 'made_up'")

    with WebServer(AdminSettings(port=0), broken, try_again=0.05):
        when(lambda: "No module named 'made_up'" in caplog.text)
    assert not any(thread.name == "admin page" for thread in threading.enumerate())


def test_it_can_be_stopped_before_it_has_begun() -> None:
    web = WebServer(AdminSettings(port=0), page)
    web.ask_to_stop()
    with web:
        pass
    assert not any(thread.name == "admin page" for thread in threading.enumerate())


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "::1", "::", "0.0.0.0"])
def test_it_listens_where_it_is_told(host: str) -> None:
    if ":" in host and not socket.has_ipv6:
        pytest.fail("these tests need a machine with IPv6")
    with WebServer(AdminSettings(host=host, port=0, unguarded=True), page) as web:
        when(lambda: web.address)
        with urllib.request.urlopen(web.address.replace("0.0.0.0", "127.0.0.1").replace("[::]", "[::1]")) as answer:
            assert answer.status == 200


def test_an_address_is_told_as_a_browser_wants_it() -> None:
    with socket.create_server(("::1", 0), family=socket.AF_INET6) as listener:
        assert url_of(listener) == f"http://[::1]:{listener.getsockname()[1]}/"
