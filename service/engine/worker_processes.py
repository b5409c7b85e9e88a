"""Worker processes as an executor that always notices when one of them dies.

Neither `concurrent.futures.ProcessPoolExecutor` nor loky always does: all workers share one pipe whose both ends stay
open, so when a worker is killed while it sends a result (out of memory, say), the future waits for the rest for ever.
Here each worker has a pipe of its own, and only the worker holds its far end.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from multiprocessing import get_context, parent_process
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from queue import SimpleQueue
from threading import Lock, Thread
from typing import Any, ParamSpec, TypeVar

from ..environment import hidden_settings
from ..exit_status import describe_exit_status
from .engine import CallFailed, Engine, made_call
from .malloc import keep_freed_memory

P = ParamSpec("P")
T = TypeVar("T")

SECONDS_TO_END = 5  # that a process may take to end after its pipe has closed


class WorkerDied(CallFailed):
    """A worker process ended before it returned its result."""


class WorkerProcesses(Engine):
    """An engine with a fixed number of processes. They start at once; each makes one call at a time."""

    def __init__(self, count: int) -> None:
        super().__init__(count)
        self._threads = ThreadPoolExecutor(count)
        self._idle: SimpleQueue[_Worker] = SimpleQueue()
        self._workers: list[_Worker] = []
        for _ in range(count):
            worker = _Worker()
            self._workers.append(worker)
            self._idle.put(worker)

    def submit(self, function: Callable[P, T], /, *arguments: P.args, **options: P.kwargs) -> Future[T]:
        """Call a function in one of the processes. The future raises WorkerDied if that process ends first."""
        return self._threads.submit(self._call, function, arguments, options)

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """Kill the processes at once. Calls under way end with WorkerDied; they are pure, so nothing is half done."""
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
    """One process, and this end of the pipe to it."""

    def __init__(self) -> None:
        context = get_context("spawn")  # a fork would copy locks that other threads hold
        self._pipe, theirs = context.Pipe()
        self._process: BaseProcess = context.Process(target=_work, args=(theirs,), daemon=True)
        with hidden_settings():
            self._process.start()
        theirs.close()  # else the pipe would stay open after the process has ended
        self._joining = Lock()  # if two threads joined at once, one would not get the exit status

    def call(self, function: Callable[..., T], arguments: tuple[Any, ...], options: dict[str, Any]) -> T:
        try:
            self._pipe.send((function, arguments, options))
            result, error = self._pipe.recv()
        except (EOFError, OSError):
            raise WorkerDied(f"part of the work could not be done: {self._describe_end()}") from None
        if error is not None:
            raise error
        return result  # type: ignore[no-any-return]

    def end(self) -> None:
        """Kill the process; a call under way ends with WorkerDied."""
        self._process.kill()
        with self._joining:
            self._process.join()

    def _describe_end(self) -> str:
        with self._joining:
            self._process.join(SECONDS_TO_END)
            return describe_exit_status(self._process.exitcode or 0)


def _work(pipe: Connection) -> None:
    """In the worker: make calls until the pipe is closed or the parent has ended."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)  # Ctrl+C in a terminal reaches workers too; the parent reports it
    keep_freed_memory()
    Thread(target=end_with_parent, daemon=True).start()
    while True:
        try:
            function, arguments, options = pipe.recv()
        except (EOFError, OSError):
            return
        pipe.send(made_call(function, arguments, options))


def end_with_parent() -> None:
    """End this process as soon as its parent has ended, because a parent that is killed cannot stop its workers."""
    parent = parent_process()
    if parent:
        parent.join()
        os._exit(1)
