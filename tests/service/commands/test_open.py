"""`logling open`: with a browser that is a script, without one, and over ssh."""

import getpass
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from tests.support.commands import is_sentence
from tests.support.waiting import wait_until

NO_SCREEN = {"DISPLAY": "", "WAYLAND_DISPLAY": "", "BROWSER": "", "SSH_CONNECTION": ""}


def address(place: Any) -> str:
    return f"file://{quote(str(place.home.site))}/web/index.html"


def test_the_page_is_opened_in_the_browser(committed: Any, tmp_path: Path) -> None:
    browser = tmp_path / "browser"
    browser.write_text(f'#!/bin/sh\nprintf %s "$1" > {tmp_path}/opened\n')
    browser.chmod(0o755)
    result = committed.logling("open", **{**NO_SCREEN, "BROWSER": str(browser)})
    assert (result.returncode, result.stdout, result.stderr) == (0, f"{address(committed)}\n", "")
    wait_until(lambda: (tmp_path / "opened").exists() and (tmp_path / "opened").read_text() == address(committed))


def test_without_a_browser_the_address_is_told(committed: Any) -> None:
    result = committed.logling("open", **NO_SCREEN)
    assert (result.returncode, result.stderr) == (0, "")
    assert result.stdout == f"{address(committed)}\nNo browser was found: open this address in one.\n"


def test_a_browser_that_cannot_be_started_is_none(committed: Any) -> None:
    result = committed.logling("open", **{**NO_SCREEN, "BROWSER": "/made/up/browser"})
    assert (result.returncode, "No browser was found" in result.stdout) == (0, True)


@pytest.mark.parametrize(
    ("connection", "host"),
    [
        ("192.0.2.9 4022 192.0.2.5 22", "192.0.2.5"),
        ("2001:db8::9 4022 2001:db8::5 2222", "[2001:db8::5]:2222"),
    ],
)
def test_over_ssh_it_says_how_to_clone_the_page(committed: Any, connection: str, host: str) -> None:
    told = committed.logling("open", **{**NO_SCREEN, "SSH_CONNECTION": connection}).stdout
    url = f"ssh://{getpass.getuser()}@{host}{committed.home.site}"
    assert f"git clone '{url}' log-model" in told or f"git clone {url} log-model" in told


def test_where_a_remote_is_set_the_page_is_cloned_from_there(committed: Any) -> None:
    committed.set('# remote = ""', 'remote = "https://me:made-up-secret@example.org/a.git"')
    told = committed.logling("open", **NO_SCREEN).stdout
    assert "example.org/a.git" in told
    assert "made-up-secret" not in told


def test_without_a_model_it_says_how_to_make_one(fresh: Any) -> None:
    assert is_sentence(fresh.logling("open"), "has no model yet", f"logling retrain --home {fresh.home.path}")


def test_without_the_page_it_says_how_to_write_it(committed: Any) -> None:
    (committed.home.site / "web" / "index.html").unlink()
    assert is_sentence(committed.logling("open"), "index.html is not there", "logling upgrade")


def test_the_address_names_the_model_in_a_shared_site(committed: Any) -> None:
    web = committed.home.site / "web"
    (web / "auth").mkdir()
    (web / "weights.js").rename(web / "auth" / "weights.js")
    (web / "models.js").write_text('globalThis.LOGLING_MODELS = ["auth"];\n')
    committed.set('# folder = ""', 'folder = "auth"')
    assert committed.logling("open", **NO_SCREEN).stdout.startswith(f"{address(committed)}#check?model=auth\n")
