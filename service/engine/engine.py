"""What every engine is: an executor that knows how many calls it makes at a time, and what went wrong."""

from __future__ import annotations

import traceback
from collections.abc import Callable
from concurrent.futures import Executor
from typing import Any, TypeVar

from ..errors import LoglingError

T = TypeVar("T")


class CallFailed(LoglingError):
    """A call has no result because of where it was made, not because of what it computes."""


class Engine(Executor):
    """An executor for pure functions: a call may be made again elsewhere."""

    def __init__(self, width: int) -> None:
        self.width = width  # calls at a time
        self.problems: list[str] = []  # in words, for the record of the run


def made_call(
    function: Callable[..., T], arguments: tuple[Any, ...], options: dict[str, Any]
) -> tuple[T | None, Exception | None]:
    """In the process that makes a call: its result, or what it raised, which is raised again where it is awaited."""
    try:
        return function(*arguments, **options), None
    except Exception as error:  # noqa: BLE001
        error.add_note(traceback.format_exc())
        return None, error
