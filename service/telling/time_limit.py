"""A limit for what has none of its own, as a name server that hangs or a server that answers a byte a minute."""

from __future__ import annotations

from collections.abc import Callable
from threading import Thread
from typing import TypeVar

from ..errors import LoglingError

T = TypeVar("T")


def within(seconds: float, function: Callable[[], T]) -> T:
    """What a function returns or raises. Raises LoglingError if it takes too long; it is left to itself then."""
    results: list[T] = []
    errors: list[Exception] = []

    def call() -> None:
        try:
            results.append(function())
        except Exception as error:  # noqa: BLE001 - it is raised below
            errors.append(error)

    thread = Thread(target=call, daemon=True)
    thread.start()
    thread.join(seconds)
    if errors:
        raise errors[0]
    if not results:
        raise LoglingError(f"there was no answer within {seconds:g} s")
    return results[0]
