"""What is installed: the version of Logling, and the folder with the page's files."""

from __future__ import annotations

import re
from pathlib import Path

__version__ = "0.1.0"


def program_version() -> str:
    """The version of Logling that runs."""
    return __version__


def is_newer(one: str, other: str) -> bool:
    """Whether a version is a later release than another: 0.10.0 than 0.9.1. What is no version is newer than none."""
    return _release(one) > _release(other)


def _release(text: str) -> list[int]:
    match = re.match("[0-9]{1,9}(?:[.][0-9]{1,9})*", text)
    return [int(number) for number in match[0].split(".")] if match else []


def page_folder() -> Path:
    """The page's files: beside this package in an installation, at the top of the project in a checkout."""
    installed = Path(__file__).parent / "web"
    return installed if installed.is_dir() else Path(__file__).parent.parent / "web"
