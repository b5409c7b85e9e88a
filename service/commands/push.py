"""`logling push`: push what could not be pushed before. `logling serve` begins it between runs; `--help` hides it."""

from __future__ import annotations

import os

from ..environment import SERVED
from ..home import find_home
from ..schedule.child_process import become_child
from ..site.publish import push_again
from .terminal import HomeOption, err, now


def push_command(home: HomeOption = None) -> None:
    """Push what could not be pushed before; started by `logling serve` between runs."""
    if SERVED in os.environ:
        become_child()
    found = find_home(home)
    for problem in push_again(found, found.settings(), now()):
        err.print(f"problem: {problem}")
    err.print("all commits are pushed")
