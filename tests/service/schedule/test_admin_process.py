"""The admin page's process: it comes when it can, and comes back when it has ended or hangs."""

import os
import signal
import socket
import threading
import time
import urllib.request
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from service.schedule.admin_process import AdminProcess, listen, url_of
from service.settings import AdminSettings
from tests.support.waiting import wait_until


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as free:
        return int(free.getsockname()[1])


def pages() -> list[int]:
    """The processes of pages that this test has started."""
    found = []
    for path in Path("/proc/self/task").glob("*/children"):
        with suppress(FileNotFoundError):  # the thread, or the child, has just ended
            for child in path.read_text().split():
                if b"service.admin.server" in Path(f"/proc/{child}/cmdline").read_bytes():
                    found.append(int(child))
    return found


def is_shown(port: int) -> bool:
    wait_until(lambda: listens(port))
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=600) as answer:
        return bool(answer.status == 200)


def listens(port: int) -> bool:
    with socket.socket() as asking:
        return asking.connect_ex(("127.0.0.1", port)) == 0


@pytest.fixture(autouse=True)
def nothing_is_left() -> Any:
    descriptors = len(list(Path("/proc/self/fd").iterdir()))
    yield
    assert pages() == []
    assert len(list(Path("/proc/self/fd").iterdir())) == descriptors
    assert not any(thread.name == "admin page" for thread in threading.enumerate())


def test_a_port_that_becomes_free_is_taken(reader: Any, caplog: pytest.LogCaptureFixture) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken, caplog.at_level("INFO", "logling"):
        port = taken.getsockname()[1]
        with AdminProcess(reader.home, AdminSettings(port=port), first_pause=0.05):
            wait_until(lambda: "Address already in use" in caplog.text)
            time.sleep(0.3)
            taken.close()
            wait_until(lambda: "the admin page is at" in caplog.text)
            assert is_shown(port)
    assert caplog.text.count("cannot be shown") == 1
    assert caplog.text.count(f"the admin page is at http://127.0.0.1:{port}/") == 1


def test_settings_that_became_wrong_are_the_reason_in_the_log(committed: Any, caplog: pytest.LogCaptureFixture) -> None:
    committed.set("[gate]\n", "[gate]\nmin_lines = 3\n")
    with AdminProcess(committed.home, AdminSettings(port=0), first_pause=0.05):
        wait_until(lambda: "there is no setting 'gate.min_lines'" in caplog.text)
    assert caplog.text.count("cannot be shown") == 1


def test_it_can_be_stopped_before_it_has_begun(reader: Any) -> None:
    page = AdminProcess(reader.home, AdminSettings(port=0))
    page.ask_to_stop()
    with page:
        pass


def test_it_can_be_asked_to_stop_when_it_has_ended(reader: Any) -> None:
    with AdminProcess(reader.home, AdminSettings(enabled=False)) as page:
        pass
    page.ask_to_stop()


def test_a_page_that_was_killed_comes_back_at_the_same_address(reader: Any, caplog: pytest.LogCaptureFixture) -> None:
    port = free_port()
    with (
        caplog.at_level("INFO", "logling"),
        AdminProcess(reader.home, AdminSettings(port=port), first_pause=0.01),
    ):
        for _ in range(3):
            assert is_shown(port)
            (page,) = pages()
            os.kill(page, signal.SIGKILL)
            wait_until(lambda page=page: pages() not in ([], [page]))
        assert is_shown(port)
    assert caplog.text.count("cannot be shown") == 1


def test_a_page_that_hangs_is_ended_and_comes_back(reader: Any, caplog: pytest.LogCaptureFixture) -> None:
    port = free_port()
    settings = AdminSettings(port=port)
    with AdminProcess(reader.home, settings, first_pause=0.01, check_every=0.2, seconds_to_answer=0.5):
        assert is_shown(port)
        (page,) = pages()
        os.kill(page, signal.SIGSTOP)
        wait_until(lambda: "it did not answer and was ended" in caplog.text)
        wait_until(lambda: pages() not in ([], [page]))


def test_a_page_that_answers_slowly_is_left_alone(reader: Any) -> None:
    port = free_port()
    with AdminProcess(reader.home, AdminSettings(port=port), check_every=0.05):
        assert is_shown(port)
        before = pages()
        for _ in range(5):
            os.kill(before[0], signal.SIGSTOP)
            time.sleep(0.2)
            os.kill(before[0], signal.SIGCONT)
            time.sleep(0.1)
        assert is_shown(port)
        assert pages() == before


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "::1", "::", "0.0.0.0"])
def test_it_listens_where_it_should(reader: Any, caplog: pytest.LogCaptureFixture, host: str) -> None:
    if ":" in host and not socket.has_ipv6:
        pytest.fail("these tests need a machine with IPv6")
    settings = AdminSettings(host=host, port=0, unguarded=True)
    with caplog.at_level("INFO", "logling"), AdminProcess(reader.home, settings, check_every=0.05):
        wait_until(lambda: "the admin page is at" in caplog.text)
        address = caplog.messages[-1].rpartition(" ")[2].replace("0.0.0.0", "127.0.0.1").replace("[::]", "[::1]")
        time.sleep(0.5)  # it is asked whether it answers
        with urllib.request.urlopen(address) as answer:
            assert answer.status == 200
        assert len(caplog.messages) == 1


def test_an_address_is_given_as_a_browser_wants_it() -> None:
    with listen("::1", 0) as listener:
        assert url_of(listener) == f"http://[::1]:{listener.getsockname()[1]}/"
