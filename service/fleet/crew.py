"""Threads that do jobs of which some may never end, as on a file system that does not answer.

A thread that hangs in the kernel cannot be ended. So each job has a key, of which only one is under way, and a group,
its file system; where several jobs of a group hang already, none of that group is begun. Threads that hang are replaced
while there are few. All are daemons: they keep nobody from ending the process.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from queue import SimpleQueue
from threading import Lock, Thread

THREADS, MOST_THREADS = 8, 64  # that work; with those that hang
SLOW = 20.0  # seconds after which a job counts as one that hangs
SLOW_IN_GROUP = 3  # so many may


@dataclass
class Job:
    """A job that was given, and since when it is under way."""

    group: Hashable
    work: Callable[[], None]
    since: float | None = None  # monotonic; None: it waits for a thread

    def hangs(self) -> bool:
        """Whether it takes too long."""
        return self.since is not None and time.monotonic() - self.since > SLOW


@dataclass
class Crew:
    """The threads, started as they are needed. `on_end` is called from one after each job.

    What a job raises is printed as what any thread raises, and its thread is replaced.
    """

    on_end: Callable[[], None]
    _jobs: dict[Hashable, Job] = field(default_factory=dict)
    _queue: SimpleQueue[Hashable] = field(default_factory=SimpleQueue)
    _lock: Lock = field(default_factory=Lock)
    _threads: int = 0
    _is_closed: bool = False

    def give(self, key: Hashable, group: Hashable, work: Callable[[], None]) -> bool:
        """Have a job done. False if it is not begun now: one of its key is under way, all threads have enough to do, or
        its group hangs."""
        with self._lock:
            hanging = [job.group for job in self._jobs.values() if job.hangs()]
            others = len(self._jobs) - len(hanging)
            if self._is_closed or key in self._jobs or others >= 2 * THREADS or hanging.count(group) >= SLOW_IN_GROUP:
                return False
            self._jobs[key] = Job(group, work)
            if self._threads < min(len(hanging) + min(THREADS, others + 1), MOST_THREADS):
                self._threads += 1
                self._start_thread()
        self._queue.put(key)
        return True

    def has_room(self) -> bool:
        """Whether another job would be taken, of a key and a group that are well."""
        with self._lock:
            return sum(not job.hangs() for job in self._jobs.values()) < 2 * THREADS

    def is_at(self, key: Hashable) -> bool:
        """Whether a job of this key waits or is under way."""
        return key in self._jobs

    def hanging(self) -> list[Hashable]:
        """The keys of the jobs that take too long."""
        with self._lock:
            return [key for key, job in self._jobs.items() if job.hangs()]

    def close(self, seconds: float) -> None:
        """Take no more jobs, and wait at most so long for those that do not hang.

        At the end of a process a thread that is within a library in C++ would abort it.
        """
        deadline = time.monotonic() + seconds
        self._is_closed = True
        while time.monotonic() < deadline and len(self._jobs) > len(self.hanging()):
            time.sleep(0.01)

    def _start_thread(self) -> None:
        Thread(target=self._work, name="crew", daemon=True).start()

    def _work(self) -> None:
        try:
            while True:
                self._do_next()
        finally:  # what a job raises ends this thread
            self._start_thread()

    def _do_next(self) -> None:
        key = self._queue.get()
        job = self._jobs[key]
        job.since = time.monotonic()
        try:
            job.work()
        finally:
            with self._lock:
                del self._jobs[key]
            self.on_end()
