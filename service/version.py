"""Which Logling this is."""

from __future__ import annotations

import re
from importlib.metadata import version


def program_version() -> str:
    """The version of Logling that runs."""
    return version("logling")


def is_newer(one: str, other: str) -> bool:
    """Whether a version is a later release than another: 0.10.0 than 0.9.1. What is no version is newer than none."""
    return _release(one) > _release(other)


def _release(text: str) -> list[int]:
    match = re.match(r"\d+(?:\.\d+)*", text)
    return [int(number) for number in match[0].split(".")] if match else []
