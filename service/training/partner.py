"""Two processes for one training: this one and another that runs the same, each with half of every step.

They are joined by a pair of sockets and by nothing else, so whichever is killed, the other finds its end closed, and
nothing stays behind.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from multiprocessing import get_context
from multiprocessing.connection import Connection
from threading import Thread
from typing import Any

from model.parts import Partner, PartnerLost
from model.training import TrainingDiverged, train

from ..exit_status import describe_exit_status
from .malloc import keep_freed_memory
from .worker_processes import SECONDS_TO_END, WorkerDied, end_with_parent


def cores() -> int:
    """How many cores this process may use."""
    return len(os.sched_getaffinity(0)) if sys.platform == "linux" else os.cpu_count() or 1


@contextmanager
def partner_for(
    arguments: tuple[Any, ...], stop: Callable[[], bool], given_up: Callable[[], bool]
) -> Iterator[tuple[Partner, Callable[[], bool]]]:
    """A partner in a process of its own that is given the same arguments for `train`, and a `stop` that it hears of.

    What is `given_up` ends within a step, with PartnerLost. Raises WorkerDied when the partner has ended first.
    """
    context = get_context("spawn")  # a fork would copy threads' locks in whatever state they are
    here, there = context.Pipe()
    process = context.Process(target=train_along, args=(there, arguments), daemon=True)
    process.start()
    there.close()
    partner = Partner(here, 0, given_up)

    def told() -> bool:
        partner.tell(stopping := stop())
        return stopping

    try:
        yield partner, told
    except PartnerLost:
        if given_up():
            raise
        process.join(SECONDS_TO_END)
        raise WorkerDied(f"a challenger could not be trained: {describe_exit_status(process.exitcode or 0)}") from None
    finally:
        here.close()
        process.kill()  # what it was at is of no use any more
        process.join()


def train_along(line: Connection, arguments: tuple[Any, ...]) -> None:
    """In the other process: the same training, until it has ended or the line is closed."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl+C is for the run, which closes the line
    keep_freed_memory()
    Thread(target=end_with_parent, daemon=True).start()
    partner = Partner(line, 1)
    with suppress(PartnerLost, TrainingDiverged):
        train(*arguments, stop=lambda: bool(partner.hear()), partner=partner)
