"""A web server on the loopback that notes what it is asked, and answers as it is told: well, badly, or never."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass
class Listener:
    """What the server was asked, and how it answers from now on."""

    port: int = 0
    status: int = 200
    location: str = ""
    hangs: bool = False
    requests: list[tuple[str, str, str]] = field(default_factory=list)  # method, path, body
    over: threading.Event = field(default_factory=threading.Event)

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def apprise(self) -> str:
        return f"json://127.0.0.1:{self.port}/"


@contextmanager
def listening() -> Iterator[Listener]:
    """A server, until the end of the context."""
    listener = Listener()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
            listener.requests.append((self.command, self.path, body))
            if listener.hangs:
                listener.over.wait()
                return
            self.send_response(listener.status)
            if listener.location:
                self.send_header("Location", listener.location)
            self.send_header("Content-Length", "0")
            self.end_headers()

        do_POST = do_GET

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    listener.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield listener
    finally:
        listener.over.set()
        server.shutdown()
        thread.join()
        server.server_close()
