"""One call in a process of its own, on a worker of the cluster: it comes in on stdin, its answer leaves on stdout.

Calls and answers are pickles, compressed, between machines of one operator and one version of Logling.
"""

from __future__ import annotations

import os
import pickle
import sys
import time
import zlib
from collections.abc import Callable
from threading import Thread
from typing import Any

from .engine import made_call
from .malloc import keep_freed_memory

LEVEL = 1  # of zlib; a training text shrinks to a tenth


def packed_call(function: Callable[..., Any], arguments: tuple[Any, ...], options: dict[str, Any]) -> bytes:
    """A call as bytes. The function goes by its name."""
    return zlib.compress(pickle.dumps((function, arguments, options), pickle.HIGHEST_PROTOCOL), LEVEL)


def answer_to(payload: bytes) -> bytes:
    """Make the call, and pack its result or the exception that it raised."""
    function, arguments, options = pickle.loads(zlib.decompress(payload))
    answer = made_call(function, arguments, options)
    return zlib.compress(pickle.dumps(answer, pickle.HIGHEST_PROTOCOL), LEVEL)


def unpacked_answer(answer: bytes) -> tuple[Any, Exception | None]:
    """The result, or the exception that the call raised."""
    result, error = pickle.loads(zlib.decompress(answer))
    return result, error


def end_with(parent: int) -> None:
    """End this process once the worker that started it is gone, so that no call outlives it for long."""
    while os.getppid() == parent:
        time.sleep(1)
    os._exit(1)


def main() -> None:
    """Answer the call on stdin. What the call prints goes to stderr."""
    Thread(target=end_with, args=(os.getppid(),), daemon=True).start()
    keep_freed_memory()
    answers = os.dup(1)
    os.dup2(2, 1)
    answer = answer_to(sys.stdin.buffer.read())
    with os.fdopen(answers, "wb") as file:
        file.write(answer)


if __name__ == "__main__":
    main()
