"""Browsers, and a static host that serves a folder to them."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from http.server import ThreadingHTTPServer
from pathlib import Path
from typing import NamedTuple

from playwright.sync_api import Browser, Playwright

PAGE_PATIENCE = 600_000  # milliseconds, on a machine that does much else


def browser_path(variable: str, *names: str) -> str:
    found = os.environ.get(variable) or next((path for name in names if (path := shutil.which(name))), None)
    assert found, f"these tests need one of {', '.join(names)} on the PATH, or its path in {variable}"
    return found


def open_chromium(playwright: Playwright) -> Browser:
    return playwright.chromium.launch(
        executable_path=browser_path("CHROMIUM", "chromium", "chromium-browser", "google-chrome"), args=["--no-sandbox"]
    )


def open_firefox(playwright: Playwright) -> Browser:
    return playwright.firefox.launch(
        channel="moz-firefox",
        executable_path=browser_path("FIREFOX", "firefox-esr", "firefox"),
        firefox_user_prefs={"security.fileuri.strict_origin_policy": True},
    )


class Where(NamedTuple):
    """A browser, and the kind of address that it opens the page from."""

    opener: Callable[[Playwright], Browser]
    scheme: str

    def __str__(self) -> str:
        return f"{self.opener.__name__.removeprefix('open_')} {self.scheme}"


USUAL = [Where(open_chromium, "file"), Where(open_firefox, "https")]
EVERYWHERE = [*USUAL, Where(open_chromium, "https"), Where(open_firefox, "file")]
IN_CHROMIUM = [where for where in EVERYWHERE if where.opener is open_chromium]


class StaticHost(NamedTuple):
    """A server on the loopback that serves a folder over https."""

    folder: Path
    address: str
    paths: list[str]


class PatientServer(ThreadingHTTPServer):
    request_queue_size = 128
    daemon_threads = True


def origin_of(address: str) -> str:
    """What the address of a blob begins with, that a page of this address made."""
    return "null/" if address.startswith("file:") else address.partition("/")[0] + "//" + address.split("/")[2]
