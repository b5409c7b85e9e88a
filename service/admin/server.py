"""The admin page as `logling serve` starts it: uvicorn on a socket that the service listens on.

To see the page without the service: `uvicorn --factory service.admin.app:create_app`.
"""

from __future__ import annotations

import os
import socket
import sys
from collections.abc import Callable
from threading import Thread

import uvicorn
from starlette.types import ASGIApp

from ..schedule.child_process import wait_for_end_of_input
from ..schedule.event_log import begin_log
from ..schedule.page_ready import READY
from .app import create_app
from .connections import LARGEST_HEAD, BoundedConnection

SECONDS_FOR_CONNECTIONS = 1  # that open ones have when the page ends
BACKLOG = 512  # asyncio accepts so many at once before it counts them; with MOST, fewer than the usual 1,024 files


def serve_page(create: Callable[[], ASGIApp]) -> None:
    """Serve a page on the socket whose descriptor is the argument, until SIGTERM or until the service is gone."""
    Thread(target=exit_with_service, daemon=True).start()
    begin_log()
    try:
        server = uvicorn.Server(server_config(create()))
    except SystemExit as error:
        say(f"{error}\n".encode())
        raise
    say(READY)
    server.run(sockets=[socket.socket(fileno=int(sys.argv[1]))])


def server_config(app: ASGIApp) -> uvicorn.Config:
    """How the page is served."""
    return uvicorn.Config(
        app,
        loop="asyncio",
        http=BoundedConnection,
        ws="none",
        lifespan="off",
        log_config=None,
        log_level="error",  # a visitor's mistakes are not worth a line each
        access_log=False,
        server_header=False,
        h11_max_incomplete_event_size=LARGEST_HEAD,
        backlog=BACKLOG,
        timeout_graceful_shutdown=SECONDS_FOR_CONNECTIONS,
    )


def exit_with_service() -> None:
    """Wait until the service is gone, then end at once: the page writes nothing that could be left half done."""
    wait_for_end_of_input()
    os._exit(0)


def say(message: bytes) -> None:
    """Tell the service, which reads stdout."""
    os.write(1, message)


if __name__ == "__main__":
    serve_page(create_app)
