"""`logling serve`: the scheduler and the admin page, until stopped."""

from __future__ import annotations

from ..home import find_home
from ..serve import serve
from .terminal import HomeOption, now


def serve_command(home: HomeOption = None) -> None:
    """Run what is due by the schedule and show the admin page, until stopped.

    logling serve --home ~/log-model
    """
    serve(find_home(home), now)
