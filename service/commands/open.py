"""`logling open`: the page of a home, in the browser; where there is none, its address and how to get it."""

from __future__ import annotations

import getpass
import os
import shlex
import sys
import webbrowser
from collections.abc import Mapping
from pathlib import Path

from ..errors import LoglingError
from ..home import Home, find_home
from ..reading.url_secrets import mask_urls
from ..site.models_list import MODELS
from .terminal import HomeOption, out


def open_command(home: HomeOption = None) -> None:
    """Open the page of this home in the browser, or say where it is.

    logling open --home ~/log-model
    """
    found = find_home(home)
    address = page_address(found)
    out.print(address)
    if may_have_a_browser(os.environ) and opened(address):
        return
    if clone := describe_clone(found, os.environ):
        out.print(f"No browser is here. On a machine that has one:\n  {clone}")
    else:
        out.print("No browser was found: open this address in one.")


def page_address(home: Home) -> str:
    """The `file://` address of a home's page. Raises LoglingError where there is nothing to see yet."""
    weights = home.settings().git.weights
    if not (home.site / weights).is_file():
        where = f"--home {shlex.quote(str(home.path))}"
        raise LoglingError(
            f"{home.path} has no model yet, so there is nothing to see: `logling retrain {where}` makes it, or "
            f"`logling history {where}` says why none was made"
        )
    if not home.page.is_file():
        raise LoglingError(
            f"{home.page} is not there: `logling upgrade --home {shlex.quote(str(home.path))}` writes it"
        )
    address = home.page.absolute().as_uri()
    if (home.site / MODELS).is_file():
        address += f"#check?model={Path(weights).parent.relative_to('web')}"
    return address


def may_have_a_browser(environment: Mapping[str, str]) -> bool:
    """Whether a window may be opened here. A browser of the terminal runs no scripts, so it is none."""
    return sys.platform == "darwin" or any(environment.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY", "BROWSER"))


def opened(address: str) -> bool:
    """Whether a browser took the address."""
    try:
        return webbrowser.open(address)
    except (webbrowser.Error, OSError):
        return False


def describe_clone(home: Home, environment: Mapping[str, str]) -> str:
    """How another machine gets the page: from the remote, else by ssh from here. Empty where neither is known."""
    try:
        remote = home.settings().git.remote
    except LoglingError:
        remote = ""
    if not remote:
        remote = _ssh_url(home.site.absolute(), environment.get("SSH_CONNECTION", ""))
    elif remote.startswith("/"):
        return ""
    return (
        f"git clone {shlex.quote(mask_urls(remote))} log-model   # then open log-model/web/index.html" if remote else ""
    )


def _ssh_url(site: Path, connection: str) -> str:
    """The address by which whoever came here by ssh can clone the site."""
    parts = connection.split()  # address and port of the client, and of this machine
    if len(parts) != 4:
        return ""
    host = f"[{parts[2]}]" if ":" in parts[2] else parts[2]
    port = "" if parts[3] == "22" else f":{parts[3]}"
    return f"ssh://{getpass.getuser()}@{host}{port}{site}"
