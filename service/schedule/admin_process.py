"""The admin page as a child process: started, watched, and started again when it has ended or hangs.

The service listens on the page's port and hands the socket to the page. So a port that is taken is noticed here, and
when the page is started again its address stays the same; visitors who come in between wait for it.

Once a minute the service asks the page for `/healthz`. This notices everything that makes a page useless (it hangs,
it waits for a lock, it has no descriptors left); a watchdog inside the page would hang together with it.
The page ends with the service as a run does: its stdin is a pipe that closes when the service is gone.
"""

from __future__ import annotations

import os
import select
import socket
import subprocess
import sys
import time
from contextlib import suppress
from threading import Thread
from typing import Self

from ..environment import HOME_VARIABLE
from ..exit_status import describe_exit_status
from ..home import Home
from ..settings import AdminSettings
from .event_log import EVENTS
from .page_ready import READY

FIRST_PAUSE, LONGEST_PAUSE = 1.0, 60.0  # seconds before the page is started again; doubled each time
CHECK_EVERY, SECONDS_TO_ANSWER, CHECKS = 60.0, 30.0, 3  # a page that does not answer so many times is ended
SECONDS_TO_START = 120.0
PAGE_MODULE = "service.admin.server"
SECONDS_TO_END = 2.5  # between SIGTERM and SIGKILL
REQUEST = b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"


class PageFailed(Exception):
    """The page has ended or hangs; the message says which."""


class AdminProcess:
    """Keeps the admin page of a home running, from entering to leaving this context manager. Nothing in it raises."""

    def __init__(
        self,
        home: Home,
        settings: AdminSettings,
        *,
        first_pause: float = FIRST_PAUSE,
        check_every: float = CHECK_EVERY,
        seconds_to_answer: float = SECONDS_TO_ANSWER,
        module: str = PAGE_MODULE,
    ) -> None:
        """`module` is the program of the page, which finds the home's path in LOGLING_HOME."""
        self._home = home
        self._module = module
        self._settings = settings
        self._first_pause = first_pause
        self._check_every = check_every
        self._seconds_to_answer = seconds_to_answer
        self._stop_asked, self._stop_writer = os.pipe()  # readable once the page is to stop
        self._listener: socket.socket | None = None
        self._reported = ""  # the failure that was last logged
        self._is_announced = False
        self._thread = Thread(target=self._keep_running, name="admin page", daemon=True)

    def __enter__(self) -> Self:
        if self._settings.enabled:
            self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.ask_to_stop()
        if self._thread.ident:
            self._thread.join(2 * SECONDS_TO_END)
        if not self._thread.is_alive():
            reader, writer, self._stop_writer = self._stop_asked, self._stop_writer, -1
            os.close(reader)
            os.close(writer)

    def ask_to_stop(self) -> None:
        """Have the page end soon. May be called from a signal handler."""
        with suppress(OSError):  # it has ended
            os.write(self._stop_writer, b"s")

    def _keep_running(self) -> None:
        pause = self._first_pause
        while not self._wait(0):
            started = time.monotonic()
            try:
                self._listener = self._listener or listen(self._settings.host, self._settings.port)
                self._run_page(self._listener)
            except PageFailed as failure:
                reason = str(failure)
            except OSError as error:
                code = error.errno or 0
                reason = os.strerror(code) if code > 0 else error.strerror or str(error)  # below 0: of getaddrinfo(3)
            else:
                break
            if time.monotonic() - started > LONGEST_PAUSE:  # it was well in between
                pause, self._reported = self._first_pause, ""
            self._report_failure(reason)
            self._wait(pause)
            pause = min(2 * pause, LONGEST_PAUSE)
        if self._listener:
            self._listener.close()

    def _run_page(self, listener: socket.socket) -> None:
        """Start the page and watch it until it is to stop. Raises PageFailed when it ends or hangs before that."""
        with subprocess.Popen(
            [sys.executable, "-P", "-m", self._module, str(listener.fileno())],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            pass_fds=[listener.fileno()],
            process_group=0,  # so that Ctrl+C reaches the service alone, which then ends the page
            env={**os.environ, HOME_VARIABLE: str(self._home.path)},
        ) as page:
            assert page.stdout
            try:
                self._watch(page, page.stdout.fileno(), listener)
            finally:
                end_process(page)

    def _watch(self, page: subprocess.Popen[bytes], output: int, listener: socket.socket) -> None:
        if self._wait(SECONDS_TO_START, output):
            return
        said = os.read(output, 1000) if is_readable(output) else b"it did not start in time"
        if said != READY:
            raise PageFailed(said.decode(errors="replace").strip() or describe_exit_status(page.wait()))
        self._report_address(listener)
        unanswered = 0
        while not self._wait(self._check_every, output):
            if has_ended(output):
                raise PageFailed(describe_exit_status(page.wait()))
            unanswered = 0 if self._answers(listener, output) else unanswered + 1
            if unanswered == CHECKS:
                raise PageFailed("it did not answer and was ended")

    def _answers(self, listener: socket.socket, output: int) -> bool:
        """Whether the page answers anything. Also true when it has ended or is to stop, which is noticed elsewhere."""
        with suppress(OSError), socket.socket(listener.family) as connection:
            connection.settimeout(self._seconds_to_answer)
            connection.connect(loopback_address(listener))
            connection.sendall(REQUEST)
            if self._wait(self._seconds_to_answer, output, connection.fileno()) or is_readable(output):
                return True
            return is_readable(connection.fileno()) and connection.recv(5) == b"HTTP/"
        return False

    def _wait(self, seconds: float, *files: int) -> bool:
        """Wait until one of these files is readable, or the page is to stop. Returns whether it is to stop."""
        return self._stop_asked in select.select([self._stop_asked, *files], [], [], seconds)[0]

    def _report_address(self, listener: socket.socket) -> None:
        """Log where the page is, once, and again after a failure was logged."""
        if not self._is_announced:
            EVENTS.info("the admin page is at %s", url_of(listener))
            self._is_announced = True

    def _report_failure(self, reason: str) -> None:
        """Log why there is no page, once for each reason."""
        if reason != self._reported:
            place = f"{self._settings.host}, port {self._settings.port}"
            EVENTS.error("the admin page cannot be shown at %s: %s; trying again, the schedule goes on", place, reason)
            self._reported, self._is_announced = reason, False


def listen(host: str, port: int) -> socket.socket:
    """A socket that listens there. Raises OSError."""
    if host == "::":
        return socket.create_server((host, port), family=socket.AF_INET6, dualstack_ipv6=socket.has_dualstack_ipv6())
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    return socket.create_server((host, port), family=family)


def url_of(listener: socket.socket) -> str:
    """The page's address for a browser."""
    host, port = listener.getsockname()[:2]
    return f"http://[{host}]:{port}/" if ":" in host else f"http://{host}:{port}/"


def loopback_address(listener: socket.socket) -> tuple[str, int]:
    """Where this machine itself reaches a listening socket."""
    host, port = listener.getsockname()[:2]
    return {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host), port


def is_readable(file: int) -> bool:
    """Whether a file has something to read, or has ended."""
    return bool(select.select([file], [], [], 0)[0])


def has_ended(output: int) -> bool:
    """Whether a process has closed its output. What it printed is skipped."""
    while is_readable(output):
        if not os.read(output, 1000):
            return True
    return False


def end_process(process: subprocess.Popen[bytes]) -> None:
    """End a process: SIGTERM, and SIGKILL when that does not help."""
    process.terminate()
    try:
        process.wait(SECONDS_TO_END)
    except subprocess.TimeoutExpired:
        process.kill()
