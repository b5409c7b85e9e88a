"""What every engine is: an executor that knows how many calls it makes at a time, and what went wrong."""

from __future__ import annotations

from concurrent.futures import Executor

from ..errors import LoglingError


class CallFailed(LoglingError):
    """A call has no result because of where it was made, not because of what it computes."""


class Engine(Executor):
    """An executor for pure functions: a call may be made again elsewhere."""

    def __init__(self, width: int) -> None:
        self.width = width  # calls at a time
        self.problems: list[str] = []  # in words, for the record of the run
