"""The image: its health check tells well from ill, and everything that it is built from reaches the build."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread

import pytest

from service.settings import AdminSettings
from tests.support.waiting import PATIENCE

ROOT = Path(__file__).parent.parent.parent
DOCKERFILE = (ROOT / "Dockerfile").read_text()


@contextmanager
def answering(status: int) -> Iterator[int]:
    """A server that answers /healthz with this status, and everything else with 404; gives its port."""

    class Answer(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(status if self.path == "/healthz" else 404)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Answer) as server:
        thread = Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield server.server_port
        finally:
            server.shutdown()
            thread.join()


def check(port: int) -> int:
    """The exit status of the image's health check."""
    command = re.search(r"^HEALTHCHECK .*?CMD (\[.*?\])$", DOCKERFILE, re.MULTILINE | re.DOTALL)
    assert command
    program, *arguments = json.loads(command[1])
    assert program == "python"
    variables = {**os.environ, "LOGLING_ADMIN__PORT": str(port)}
    return subprocess.run([sys.executable, *arguments], env=variables, capture_output=True, timeout=PATIENCE).returncode


def test_the_health_check_asks_no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    with answering(404) as proxy, answering(200) as port:
        monkeypatch.setenv("http_proxy", f"http://127.0.0.1:{proxy}")
        assert check(port) == 0


@pytest.mark.parametrize(("status", "expected"), [(200, 0), (503, 1)])
def test_the_health_check_passes_on_what_the_service_says(status: int, expected: int) -> None:
    with answering(status) as port:
        assert check(port) == expected


def test_the_health_check_fails_where_no_service_answers() -> None:
    with answering(200) as port:
        pass
    assert check(port) == 1


def test_the_health_check_asks_at_the_admin_pages_own_port() -> None:
    assert re.findall(r"LOGLING_ADMIN__PORT', '(\d+)'", DOCKERFILE) == [str(AdminSettings().port)]


def test_everything_that_is_copied_is_there_and_not_ignored() -> None:
    copied = [word for line in re.findall(r"^COPY (?!--)(.+) \S+$", DOCKERFILE, re.MULTILINE) for word in line.split()]
    allowed = {line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")}
    assert copied
    assert all((ROOT / name).exists() for name in copied)
    assert set(copied) == allowed


def test_it_does_not_run_as_root() -> None:
    assert re.findall(r"^USER (.+)$", DOCKERFILE, re.MULTILINE) == ["10001:10001"]
