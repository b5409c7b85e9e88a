"""The admin page answers while others hold connections open: real sockets, and the page in a process of its own."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest

from service.admin import connections
from service.schedule.admin_process import AdminProcess
from service.settings import AdminSettings
from tests.support.waiting import wait_until

REQUEST = b"HEAD /badge.svg HTTP/1.1\r\nHost: localhost\r\n\r\n"
VISITORS = 300
SAID = {
    "nothing": b"",
    "half of a request": b"GET / HTTP/1.1\r\nHost: localhost\r\nX-Long: ",
    "much, and read no answer": b"GET /runs.json?limit=500 HTTP/1.1\r\nHost: localhost\r\n\r\n" * 20,
    "a request without its body": b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000000\r\n\r\n",
}


@pytest.fixture
def address(reader: Any) -> Iterator[tuple[str, int]]:
    """Where the page of a service listens."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        place = free.getsockname()
    with AdminProcess(reader.home, AdminSettings(port=place[1])):
        wait_until(lambda: answers(place))
        yield place


def answers(address: tuple[str, int]) -> bool:
    """Whether a new visitor gets the page."""
    try:
        with socket.create_connection(address, timeout=60) as visitor:
            visitor.sendall(REQUEST)
            return visitor.recv(100).startswith(b"HTTP/1.1 200 ")
    except OSError:
        return False


Visit = Callable[[bytes], socket.socket]


@pytest.fixture
def visit(address: tuple[str, int]) -> Iterator[Visit]:
    """A visitor who says something and stays until the end."""
    with ExitStack() as staying:

        def one(words: bytes) -> socket.socket:
            visitor = staying.enter_context(socket.create_connection(address, timeout=60))
            visitor.sendall(words)
            return visitor

        yield one


@pytest.mark.parametrize("words", SAID.values(), ids=SAID)
def test_the_page_answers_beside_300_visitors_who_say(address: Any, visit: Visit, words: bytes) -> None:
    for _ in range(VISITORS):
        visit(words)
    assert answers(address)


def test_of_too_many_visitors_the_one_who_has_waited_longest_goes(address: Any, visit: Visit) -> None:
    first, *_, last = [visit(b"") for _ in range(connections.MOST + 1)]
    assert is_closed(first)
    last.sendall(REQUEST)
    assert last.recv(100).startswith(b"HTTP/1.1 200 ")


def test_one_who_was_just_answered_has_not_waited_longest(address: Any, visit: Visit) -> None:
    first, second = visit(b""), visit(b"")
    first.sendall(REQUEST)
    assert first.recv(10_000)
    for _ in range(connections.MOST - 1):
        visit(b"")
    assert is_closed(second)
    first.sendall(REQUEST)
    assert first.recv(100).startswith(b"HTTP/1.1 200 ")


@pytest.mark.parametrize("length", [connections.LARGEST_HEAD, 10_000_000])
def test_a_head_that_is_too_long_is_refused(visit: Visit, length: int) -> None:
    visitor = visit(SAID["half of a request"])
    try:
        visitor.sendall(b"x" * length)
        said = visitor.recv(100)
    except ConnectionError:  # refused before all of it was sent
        said = b""
    assert said in (b"",) or said.startswith(b"HTTP/1.1 400 ")


def is_refused(visitor: socket.socket, words: bytes) -> bool:
    """Whether a visitor can no longer send anything."""
    try:
        visitor.sendall(words)
    except ConnectionError:
        return True
    return False


def is_closed(visitor: socket.socket) -> bool:
    """Whether the other side closes the connection; waits for that."""
    try:
        return visitor.recv(100) == b""
    except ConnectionResetError:
        return True


# ---- time, with a page whose patience is short


@pytest.fixture
def hasty(made_up: dict[str, Any], reader: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[str, int]]:
    """Where a page listens that waits only a moment."""
    monkeypatch.setattr(connections, "SECONDS", 0.3)
    with made_up["shown"](reader.home) as url:
        host, port = url.removeprefix("http://").rstrip("/").split(":")
        yield host, int(port)


def test_a_visitor_who_sends_byte_after_byte_is_not_waited_for(hasty: tuple[str, int]) -> None:
    with socket.create_connection(hasty, timeout=60) as visitor:
        visitor.sendall(SAID["half of a request"])
        wait_until(lambda: is_refused(visitor, b"x"))


def test_a_visitor_who_was_answered_is_waited_for_no_longer(hasty: tuple[str, int]) -> None:
    with socket.create_connection(hasty, timeout=60) as visitor:
        visitor.sendall(REQUEST)
        assert visitor.recv(10_000)
        visitor.sendall(SAID["half of a request"])
        assert is_closed(visitor)


def test_a_visitor_who_does_not_read_the_answer_is_not_waited_for(hasty: tuple[str, int]) -> None:
    with socket.create_connection(hasty, timeout=60) as visitor:
        visitor.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        wait_until(lambda: is_refused(visitor, b"GET /runs.json HTTP/1.1\r\nHost: localhost\r\n\r\n" * 100))
