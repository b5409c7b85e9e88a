"""Does the admin page answer beside visitors who hold on? python tests/benchmarks/connections.py [KIND]... [COUNT]...

For each kind of bad visitor, and by default 110 and 2,000 of them (`ulimit -n` must allow these and 100 more): the real
page in a process of its own, and the seconds until `/badge.svg` and `/` are answered, with the status of each, at the
worst of three times. The visitors are: *idle*, who connect and say nothing; *half*, who send half of a request; *slow*,
who send a byte of a header every second; *huge*, who send 20 MB of headers; *deaf*, who ask for much and read nothing.
"""

from __future__ import annotations

import resource
import socket
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.request
from contextlib import ExitStack, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

from service.commands.init import make_home
from service.schedule.admin_process import AdminProcess
from service.settings import AdminSettings
from tests.benchmarks.admin import fill
from tests.support.waiting import wait_until

ROUNDS = 3
LONGEST = 20.0  # seconds to wait for an answer
KINDS = ("idle", "half", "slow", "huge", "deaf")
HALF = b"GET / HTTP/1.1\r\nHost: localhost\r\nX-Long: "
DEAF = b"GET /runs.json?limit=500 HTTP/1.1\r\nHost: localhost\r\n\r\n" * 20


def visit(kind: str, port: int, held: ExitStack, stop: threading.Event) -> None:
    """One bad visitor."""
    connection = held.enter_context(socket.create_connection(("127.0.0.1", port), timeout=LONGEST))
    if kind in ("half", "slow", "huge"):
        connection.sendall(HALF)
    if kind == "deaf":
        connection.settimeout(0.1)
        with suppress(OSError):
            connection.sendall(DEAF)
    if kind == "slow":
        threading.Thread(target=drip, args=(connection, stop), daemon=True).start()
    if kind == "huge":
        threading.Thread(target=flood, args=(connection, stop), daemon=True).start()


def drip(connection: socket.socket, stop: threading.Event) -> None:
    """Send a byte every second until refused."""
    with suppress(OSError):
        while not stop.wait(1):
            connection.sendall(b"x")


def flood(connection: socket.socket, stop: threading.Event) -> None:
    """Send much until refused."""
    with suppress(OSError):
        for _ in range(320):
            if not stop.is_set():
                connection.sendall(b"x" * 65536)


def ask(port: int, path: str) -> tuple[float, str]:
    """Seconds until an answer, and its status."""
    begun = time.monotonic()
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=LONGEST) as answer:
            answer.read()
            status = str(answer.status)
    except urllib.error.HTTPError as error:
        status = str(error.code)
    except OSError as error:
        status = type(error).__name__
    return time.monotonic() - begun, status


def measure(kind: str, count: int, port: int) -> None:
    """Print what one kind of visitor does."""
    stop = threading.Event()
    with ExitStack() as held:
        begun = time.monotonic()
        refused = 0
        for _ in range(count):
            try:
                visit(kind, port, held, stop)
            except OSError:
                refused += 1
        came = time.monotonic() - begun
        for path in ("/badge.svg", "/"):
            took, status = max(ask(port, path) for _ in range(ROUNDS))
            print(f"{kind:<5} {count:>6,} {came:>6.1f} {refused:>6} {path:<10} {took:>7.3f} {status}", flush=True)
        stop.set()


def main() -> None:
    """Measure each kind and number."""
    counts = [int(word) for word in sys.argv[1:] if word.isdigit()] or [110, 2000]
    kinds = [word for word in sys.argv[1:] if word in KINDS] or KINDS
    print(f"at most {resource.getrlimit(resource.RLIMIT_NOFILE)[0]:,} files may be open")
    print("kind   count   came refused path  seconds status")
    with tempfile.TemporaryDirectory() as scratch, socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
        free.close()
        home = make_home(Path(scratch) / "home", sources=[], preset="seed", remote="")
        fill(home, 300, datetime.now(UTC) - timedelta(hours=1))
        for kind in kinds:
            for count in counts:
                with AdminProcess(home, AdminSettings(port=port)):
                    wait_until(lambda: ask(port, "/")[1] == "200")
                    measure(kind, count, port)


if __name__ == "__main__":
    main()
