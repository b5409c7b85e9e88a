"""Worker processes as an executor that always hears when one of them dies.

`concurrent.futures.ProcessPoolExecutor` does not: it keeps both ends of its pipes open, and so waits for ever for the
rest of a result when a worker is killed (out of memory, say) while it sends one, and on Python 3.11.2 also when it is
killed before it has read its work. Here each worker has a pipe of its own, of which only the worker holds the far end.
"""

from __future__ import annotations

import os
import signal
import traceback
from collections.abc import Callable
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from multiprocessing import get_context, parent_process
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from queue import SimpleQueue
from threading import Lock, Thread
from typing import Any, ParamSpec, TypeVar

from ..errors import LoglingError
from ..exit_status import describe_exit_status
from .malloc import keep_freed_memory

P = ParamSpec("P")
T = TypeVar("T")

SECONDS_TO_END = 5  # from the end of its pipe to the end of a process


class WorkerDied(LoglingError):
    """A worker process ended before it gave its result."""


class WorkerProcesses(Executor):
    """So many processes that call functions, each one call at a time."""

    def __init__(self, count: int) -> None:
        self._threads = ThreadPoolExecutor(count)
        self._idle: SimpleQueue[_Worker] = SimpleQueue()
        self._workers: list[_Worker] = []
        for _ in range(count):
            worker = _Worker()
            self._workers.append(worker)
            self._idle.put(worker)

    def submit(self, function: Callable[P, T], /, *arguments: P.args, **options: P.kwargs) -> Future[T]:
        """Call a function in a process. The future raises WorkerDied when that ended first, however it did."""
        return self._threads.submit(self._call, function, arguments, options)

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """End the processes at once: a call under way has changed nothing, and ends with WorkerDied."""
        for worker in self._workers:
            worker.end()
        self._threads.shutdown(wait, cancel_futures=cancel_futures)

    def _call(self, function: Callable[..., T], arguments: tuple[Any, ...], options: dict[str, Any]) -> T:
        worker = self._idle.get()
        try:
            return worker.call(function, arguments, options)
        finally:
            self._idle.put(worker)


class _Worker:
    """One process, and our end of the pipe to it."""

    def __init__(self) -> None:
        context = get_context("spawn")  # a fork would copy threads' locks in whatever state they are
        self._pipe, theirs = context.Pipe()
        self._process: BaseProcess = context.Process(target=_work, args=(theirs,), daemon=True)
        self._process.start()
        theirs.close()  # or its end would not be heard
        self._joining = Lock()  # of two threads that join at once, one would not learn the exit status

    def call(self, function: Callable[..., T], arguments: tuple[Any, ...], options: dict[str, Any]) -> T:
        try:
            self._pipe.send((function, arguments, options))
            result, error = self._pipe.recv()
        except (EOFError, OSError):
            raise WorkerDied(f"a challenger could not be trained: {self._how_it_ended()}") from None
        if error is not None:
            raise error
        return result  # type: ignore[no-any-return]

    def end(self) -> None:
        """End the process; a call under way hears it."""
        self._process.kill()
        with self._joining:
            self._process.join()

    def _how_it_ended(self) -> str:
        with self._joining:
            self._process.join(SECONDS_TO_END)
            return describe_exit_status(self._process.exitcode or 0)


def _work(pipe: Connection) -> None:
    """In the worker: do what is asked until the pipe, or the parent, is gone."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)  # Ctrl+C in a terminal is for all of us; the parent tells of it
    keep_freed_memory()
    Thread(target=end_with_parent, daemon=True).start()
    while True:
        try:
            function, arguments, options = pipe.recv()
        except (EOFError, OSError):
            return
        pipe.send(_answer(function, arguments, options))


def _answer(
    function: Callable[..., T], arguments: tuple[Any, ...], options: dict[str, Any]
) -> tuple[T | None, Exception | None]:
    try:
        return function(*arguments, **options), None
    except Exception as error:  # noqa: BLE001 - it is raised where the result is awaited
        error.add_note(traceback.format_exc())
        return None, error


def end_with_parent() -> None:
    """Wait for the parent process to end, then end at once: a run that is killed cannot tell its workers to stop."""
    parent = parent_process()
    if parent:
        parent.join()
        os._exit(1)
