"""Who may read and write a home: what is looser than it should be, with the command that mends it."""

from __future__ import annotations

import os
import stat
import tomllib
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

from ..errors import LoglingError
from ..home import Home, user_name

FOR_OTHERS = 0o077
WRITE_FOR_OTHERS = 0o022


def check_modes(home: Home) -> str:
    """Check that the home belongs to this user, and that nobody else may change it or read its secrets."""
    found = [*foreign_owners(home, os.geteuid()), *loose_modes(home)]
    if found:
        raise LoglingError("; ".join(found))
    return f"only {user_name(os.geteuid())} may write to it" + (
        ", and read logling.toml, which has a secret" if has_secret(home.settings_file) else ""
    )


def foreign_owners(home: Home, user: int) -> Iterator[str]:
    """What belongs to another user than this one. Git refuses such a site, and such a state cannot be kept private."""
    for path in parts(home):
        owner = path.lstat().st_uid
        if owner != user:
            name = user_name(owner)
            yield (
                f"{path} belongs to {name}, and this is {user_name(user)}: run it as {name} (sudo -u {name} logling …)"
                f", or chown -R {user_name(user)} {path}"
            )
            return


def loose_modes(home: Home) -> Iterator[str]:
    """What others may change, and what they may read though it is or has a secret."""
    for path in parts(home):
        if mode(path) & WRITE_FOR_OTHERS:
            yield f"{path} can be changed by others (mode {mode(path):o}): chmod go-w {path}"
    if has_secret(home.settings_file) and mode(home.settings_file) & FOR_OTHERS:
        shown = f"{home.settings_file} has a secret and can be read by others (mode {mode(home.settings_file):o})"
        yield f"{shown}: chmod 600 {home.settings_file}"
    if home.state.is_dir() and any(mode(path) & FOR_OTHERS for path in home.state.iterdir()):
        yield f"files in {home.state} can be read by others: chmod -R go= {home.state}"


def parts(home: Home) -> list[Path]:
    """The home and what it is made of, as far as it is there."""
    wanted = [home.path, home.settings_file, home.state, home.site, home.site / "web"]
    return [path for path in wanted if path.exists()]


def mode(path: Path) -> int:
    """The permissions of a file, and not of what it leads to if it is a link."""
    status = path.lstat()
    return 0 if stat.S_ISLNK(status.st_mode) else stat.S_IMODE(status.st_mode)


def has_secret(settings_file: Path) -> bool:
    """Whether a settings file has a token in it, a remote with a password, or addresses that may be called."""
    values = tomllib.loads(settings_file.read_text(encoding="utf-8"))
    remote = urlsplit(str(values.get("git", {}).get("remote", "")))
    is_login = remote.scheme in ("http", "https") and remote.username  # a token may stand as the user alone
    hooks = [hook for name, hook in values.get("hooks", {}).items() if name.startswith("on_") and "://" in str(hook)]
    notify = values.get("watch", {}).get("notify")
    return bool(values.get("admin", {}).get("token") or remote.password or is_login or hooks or notify)
