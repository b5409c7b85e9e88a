"""The admin page's server: uvicorn in a thread of the service, which goes on whatever becomes of it.

A port that is taken, or an address that is not there yet, is told, and tried again every minute: a model that is
trained without a page is worth more than neither.
"""

from __future__ import annotations

import os
import socket
from collections.abc import Callable
from threading import Event, Thread
from typing import TYPE_CHECKING, Self

from ..schedule.event_log import EVENTS
from ..settings import AdminSettings

if TYPE_CHECKING:
    import uvicorn
    from starlette.types import ASGIApp

PATIENCE = 1  # seconds that open connections have when the service stops
SECONDS_TO_STOP = 3.0
TRY_AGAIN = 60.0  # seconds
MOST_CONNECTIONS = 100


class WebServer:
    """Serves what `make` makes, from entering to leaving this context manager. Nothing in it raises."""

    def __init__(self, settings: AdminSettings, make: Callable[[], ASGIApp], try_again: float = TRY_AGAIN) -> None:
        self._settings = settings
        self._make = make
        self._try_again = try_again
        self._stopping = Event()
        self._server: uvicorn.Server | None = None
        self._told = ""
        self._thread = Thread(target=self._run, name="admin page", daemon=True)
        self.address = ""  # where the page is, once it is

    def __enter__(self) -> Self:
        if self._settings.enabled:
            self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.ask_to_stop()
        if self._thread.ident:
            self._thread.join(SECONDS_TO_STOP)

    def ask_to_stop(self) -> None:
        """Have it end soon; may be called by a signal handler."""
        self._stopping.set()
        if self._server:
            self._server.should_exit = True

    def _run(self) -> None:
        while not self._stopping.is_set():
            try:
                self._serve()
            except Exception as error:  # noqa: BLE001  the service must outlive its page
                self._tell(in_words(error))
            self._stopping.wait(self._try_again)

    def _serve(self) -> None:
        import uvicorn

        with bound(self._settings.host, self._settings.port) as listener:
            config = uvicorn.Config(
                self._make(),
                loop="asyncio",
                http="h11",
                ws="none",
                lifespan="off",
                log_config=None,
                access_log=False,
                server_header=False,
                limit_concurrency=MOST_CONNECTIONS,
                timeout_graceful_shutdown=PATIENCE,
            )
            self._server = uvicorn.Server(config)
            self.address = url_of(listener)
            self._tell("", f"the admin page is at {self.address}")
            if not self._stopping.is_set():
                self._server.run(sockets=[listener])

    def _tell(self, trouble: str, news: str = "") -> None:
        """Tell what changed, and not what stays wrong."""
        if trouble and trouble != self._told:
            place = f"{self._settings.host}, port {self._settings.port}"
            again = f"trying again every {self._try_again:g} s, the schedule goes on"
            EVENTS.error("the admin page cannot be shown at %s: %s; %s", place, trouble, again)
        if news:
            EVENTS.info("%s", news)
        self._told = trouble


def bound(host: str, port: int) -> socket.socket:
    """A socket that listens there. Raises OSError."""
    if host == "::":
        return socket.create_server((host, port), family=socket.AF_INET6, dualstack_ipv6=socket.has_dualstack_ipv6())
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    return socket.create_server((host, port), family=family)


def url_of(listener: socket.socket) -> str:
    """Where a browser finds it."""
    host, port = listener.getsockname()[:2]
    return f"http://[{host}]:{port}/" if ":" in host else f"http://{host}:{port}/"


def in_words(error: Exception) -> str:
    """Why there is no page."""
    if isinstance(error, OSError) and error.errno:
        return os.strerror(error.errno)
    return f"{type(error).__name__}: {error}"
