"""What a person who waits is shown: bars on a terminal, and the same in the ledger for the admin page."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Self

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

from model.training import Plan, Training

from .storage.run_progress import RUN_STEPS, TaskProgress, write_run_progress

DESCRIPTIONS = {**RUN_STEPS, "replay": "replaying weeks"}
SECONDS_BETWEEN = 1.0  # two writes to the ledger within a step


class Reporter:
    """Shows how far a run is: on stderr, and in a ledger where one is given. A context manager."""

    def __init__(self, console: Console, ledger: Path | None = None) -> None:
        columns = (TextColumn("{task.description:<26}"), BarColumn(40), TextColumn("{task.fields[figures]}"))
        self._progress = Progress(
            *columns, TimeElapsedColumn(), console=console, transient=True, disable=not console.is_terminal
        )
        self._tasks: dict[str, TaskID] = {}
        self._begun: dict[str, tuple[float, int]] = {}  # of each training: when it first reported, and its tokens then
        self._ledger = ledger
        self._written = 0.0

    def __enter__(self) -> Self:
        self._progress.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._progress.stop()

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        """Show that a step has begun, and remove it when it has ended."""
        self._task(name, DESCRIPTIONS[name], None)
        self._write()
        try:
            yield
        finally:
            for key in [key for key in self._tasks if key.startswith(name)]:  # its parts too, where it was cut short
                self._progress.remove_task(self._tasks.pop(key))

    def pulled(self, done: int, total: int) -> None:
        """Show how far a pull is, in bytes."""
        self._progress.update(
            self._task("pull", RUN_STEPS["pull"], total), completed=done, total=total, figures=f"{done / 1e6:,.0f} MB"
        )
        self._write_now_and_then()

    def counted(self, step: str, done: int, total: int) -> None:
        """Show how far a step is, in things of which it has so many."""
        self._progress.update(
            self._task(step, DESCRIPTIONS[step], total), completed=done, total=total, figures=f"{done}/{total}"
        )

    def trained(self, name: str, training: Training, plan: Plan) -> None:
        """Show how far a training is: its best score so far, tokens read of those planned, and how fast."""
        task = self._task(f"train {name}", f"training, {name}", plan.tokens)
        if training.finished:
            self._progress.remove_task(task)
            del self._tasks[f"train {name}"]
            return
        begun, tokens = self._begun.setdefault(name, (time.monotonic(), training.tokens))
        figures = f"{training.best_bits:.3f} bits per character"
        if training.tokens > tokens:
            figures += f", {(training.tokens - tokens) / (time.monotonic() - begun):,.0f} tokens/s"
        self._progress.update(task, completed=min(training.tokens, plan.tokens), figures=figures)
        self._write_now_and_then()

    def _write_now_and_then(self) -> None:
        if time.monotonic() - self._written >= SECONDS_BETWEEN:
            self._write()

    def _write(self) -> None:
        if not self._ledger:
            return
        self._written = time.monotonic()
        steps = {number: key.partition(" ")[0] for key, number in self._tasks.items()}
        tasks = [
            TaskProgress(steps[task.id], task.description, task.completed, task.total, task.fields["figures"])
            for task in self._progress.tasks
            if task.id in steps
        ]
        write_run_progress(self._ledger, tasks)

    def _task(self, key: str, description: str, total: float | None) -> TaskID:
        if key not in self._tasks:
            self._tasks[key] = self._progress.add_task(description, total=total, figures="")
        return self._tasks[key]
