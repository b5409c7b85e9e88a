"""The admin page behind real proxies that put it under a path, with and without taking that away again."""

from __future__ import annotations

import re
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any
from urllib.parse import urljoin
from xml.etree import ElementTree as Xml

import pytest

from service.home import Home
from service.settings import AdminSettings

PREFIXES = ["/logling/", "/a/b/c/"]
TOKEN = "made-up-made-up-made-up"

Behind = Callable[..., str]


@pytest.fixture
def behind(tmp_path: Path, made_up: dict[str, Any]) -> Iterator[Behind]:
    """The address of the page behind a proxy that serves it under a prefix."""
    with ExitStack() as opened:

        def one(prefix: str, strips: bool, admin: AdminSettings | None = None) -> str:
            home = Home(tmp_path / "greenhouse")
            made_up["fill"](home, 60, datetime.now(UTC) - timedelta(hours=1))
            backend = opened.enter_context(made_up["shown"](home, admin)).rstrip("/")

            class Proxy(BaseHTTPRequestHandler):
                def do_GET(self) -> None:
                    if not self.path.startswith(prefix):
                        self.send_error(404)
                        return
                    path = "/" + self.path.removeprefix(prefix) if strips else self.path
                    try:
                        answer = urllib.request.urlopen(backend + path)
                    except urllib.error.HTTPError as error:
                        answer = error
                    self.send_response(answer.status)
                    self.send_header("Content-Type", answer.headers["Content-Type"])
                    self.end_headers()
                    self.wfile.write(answer.read())

                def log_message(self, *_: Any) -> None:
                    pass

            server = opened.enter_context(ThreadingHTTPServer(("127.0.0.1", 0), Proxy))
            Thread(target=server.serve_forever, daemon=True).start()
            opened.callback(server.shutdown)
            return f"http://127.0.0.1:{server.server_port}{prefix}"

        yield one


def get(address: str) -> tuple[int, str, str]:
    """Status, kind and text of an answer."""
    try:
        with urllib.request.urlopen(address) as answer:
            return answer.status, answer.headers["Content-Type"], answer.read().decode()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.headers["Content-Type"], error.read().decode()


def links(address: str, kind: str, text: str) -> list[str]:
    """Where a page or a feed leads to."""
    if "html" in kind:
        found = re.findall(r'(?:href|src)="([^"#][^"]*)"', text)
    elif "atom" in kind:
        found = [link.get("href", "") for link in Xml.fromstring(text).iter("{http://www.w3.org/2005/Atom}link")]
    else:
        found = re.findall(r'"older":"([^"]+)"', text)
    return [urljoin(address, link.replace("&amp;", "&").partition("#")[0]) for link in found]


@pytest.mark.parametrize("strips", [True, False], ids=["stripped", "left"])
@pytest.mark.parametrize("prefix", PREFIXES)
def test_every_link_leads_on_under_the_path_of_a_proxy(behind: Behind, prefix: str, strips: bool) -> None:
    front = behind(prefix, strips)
    ahead, seen, wrong = [front], set(), {}
    while ahead and len(seen) < 100:
        if (address := ahead.pop(0)) in seen:
            continue
        seen.add(address)
        status, kind, text = get(address)
        if status != 200:
            wrong[address] = status
        ahead += links(address, kind, text)
    assert wrong == {}
    assert {address for address in seen if not address.startswith(front)} == set()
    names = ("admin.css", "runs.json", "runs.csv", "feed.atom", "badge.svg", "healthz", "?before=", "runs/2")
    assert [name for name in names if not any(f"{front}{name}" in address for address in seen)] == []


@pytest.mark.parametrize("name", ["runs/nobody", "nothing"])
def test_a_page_that_is_not_there_has_its_style_under_a_path_too(behind: Behind, name: str) -> None:
    address = behind("/logling/", strips=False) + name
    status, kind, text = get(address)
    assert status == 404
    assert {get(link)[0] for link in links(address, kind, text)} == {200}


def test_a_prefix_does_not_do_without_the_token(behind: Behind) -> None:
    front = behind("/logling/", strips=False, admin=AdminSettings.model_validate({"token": TOKEN}))
    assert {get(front + name)[0] for name in ("", "runs.json", "healthz/runs.csv", "healthz/")} == {401}
    assert get(front + "healthz")[0] == 200
