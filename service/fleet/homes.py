"""The homes of a fleet: every folder below another one that has a `logling.toml`, by its path from there."""

from __future__ import annotations

import os
import stat
from pathlib import Path
from typing import NamedTuple

from ..errors import LoglingError
from ..home import Home

DEEPEST = 3  # folders below the fleet's own
LONGEST_PART = 100  # characters of a folder's name


class FoundHome(NamedTuple):
    """A home, and the file system that it is on."""

    home: Home
    device: int


class FoundHomes(NamedTuple):
    """The homes by name, and what was passed over, by its path, with why."""

    homes: dict[str, FoundHome]
    problems: dict[str, str]


def find_homes(folder: Path) -> FoundHomes:
    """The homes below a folder. Links are not followed, and nothing is looked for below a home or a hidden folder.

    Raises LoglingError where the folder itself cannot be one of a fleet.
    """
    if (folder / "logling.toml").is_file():
        raise LoglingError(
            f"{folder} is a home itself: serve it by `logling serve --home {folder}`, or name its folder; "
            "if it was none before, take logling.toml out of it"
        )
    found = FoundHomes({}, {})
    try:
        look_into(folder, (), found)
    except OSError as error:
        raise LoglingError(f"{folder} is no folder of homes: {error.strerror}") from None
    return found


def look_into(folder: Path, parts: tuple[str, ...], found: FoundHomes) -> None:
    """Add the homes below a folder to what is found. Raises OSError when the folder cannot be read."""
    with os.scandir(folder) as entries:
        names = sorted(entry.name for entry in entries if is_candidate(entry))
    for name in names:
        path, there = folder / name, (*parts, name)
        try:
            if device := device_of_home(path):
                if problem := describe_wrong_part(name):
                    found.problems[printable(there)] = problem
                else:
                    found.homes["/".join(there)] = FoundHome(Home(path), device)
            elif len(there) < DEEPEST:
                look_into(path, there, found)
        except FileNotFoundError:  # it has just gone
            continue
        except OSError as error:
            found.problems[printable(there)] = f"it cannot be read: {error.strerror}"


def is_candidate(entry: os.DirEntry[str]) -> bool:
    """Whether a home may be there, or below."""
    return not entry.name.startswith(".") and entry.is_dir(follow_symlinks=False)


def device_of_home(path: Path) -> int:
    """The file system of a home; 0 where there is none. Raises OSError."""
    try:
        status = os.stat(path / "logling.toml")  # noqa: PTH116, fewer objects for a thousand homes
    except FileNotFoundError:
        return 0
    return status.st_dev if stat.S_ISREG(status.st_mode) else 0


def check_name(name: str) -> None:
    """Raise LoglingError for a name that `find_homes` would not find, with what is allowed."""
    parts = name.split("/")
    if len(parts) > DEEPEST:
        raise LoglingError(f"{name!r} is too deep: a home of a fleet is at most {DEEPEST} folders below it")
    for part in parts:
        if problem := describe_wrong_part(part):
            raise LoglingError(f"{name!r} is no name of a home in a fleet: {problem}")


def describe_wrong_part(part: str) -> str:
    """Why a folder's name cannot be one of a home's; empty where it can."""
    if part in ("", ".", "..") or part.startswith("."):
        return "a part of it is empty or begins with a dot"
    if len(part) > LONGEST_PART:
        return f"a part of it has more than {LONGEST_PART} characters"
    if not part.isprintable() or part != part.strip():
        return "it has characters that cannot be shown, or a space at an end"
    return ""


def printable(parts: tuple[str, ...]) -> str:
    """A path from the fleet's folder, as it can be shown."""
    return "/".join("".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in part) for part in parts)


def home_at_start(path: str, homes: dict[str, FoundHome]) -> str | None:
    """The home by whose name a path begins. No home is below another one, so there is at most one.

    >>> home_at_start("a/b/runs/1", {"a/b": None}), home_at_start("a", {"a/b": None})
    ('a/b', None)
    """
    parts = path.split("/")
    names = ("/".join(parts[:count]) for count in range(1, DEEPEST + 1))
    return next((name for name in names if name in homes), None)
