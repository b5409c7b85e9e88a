"""How far a command is: bars on a terminal, a few lines in a log, and the same in the ledger for the admin page."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Self

from rich.console import Console
from rich.progress import BarColumn, Progress, ProgressColumn, Task, TaskID, TextColumn
from rich.text import Text

from model.training import Plan, Training

from .storage.run_progress import RUN_STEPS, TaskProgress, write_run_progress

DESCRIPTIONS = {**RUN_STEPS, "replay": "replaying weeks"}
SECONDS_BETWEEN = 1.0  # two writes to the ledger within a step
SECONDS_WITHOUT_LINES = 5.0  # in a log: what is done by then needs no lines
SECONDS_BETWEEN_LINES = 10.0  # within a step
PER_CENT_BETWEEN_LINES = 10  # of one task: so that a long run has no more lines than a short one
BAR = 10  # characters; with it a training is told within 80


class Reporter:
    """Shows how far a run is: on stderr, and in a ledger where one is given. A context manager.

    Bars need a terminal that can move its cursor. Elsewhere what takes more than some seconds is told in lines: each
    further step as it begins, and now and then how far it is. Without `lines` nothing is printed there.
    """

    def __init__(self, console: Console, ledger: Path | None = None, lines: bool = True) -> None:
        has_bars = console.file.isatty() and not console.is_dumb_terminal
        columns = (TextColumn("{task.description}"), BarColumn(BAR), _Figures())
        self._progress = Progress(*columns, console=console, transient=True, disable=not has_bars)
        self._console = console if lines and not has_bars else None
        self._told: dict[TaskID, float] = {}  # of each task: the per cent of its last line
        self._told_at = 0.0
        self._created = time.monotonic()
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
        if self._needs_lines():
            self._tell(DESCRIPTIONS[name])
        self._write()
        try:
            yield
        finally:
            for key in [key for key in self._tasks if key.startswith(name)]:  # its parts too, where it was cut short
                self._progress.remove_task(self._tasks.pop(key))

    def pulled(self, done: int, total: int) -> None:
        """Show how far a pull is, in bytes."""
        self._update(self._task("pull", RUN_STEPS["pull"], total), done, total, f"{done / 1e6:,.0f} MB")
        self._write_now_and_then()

    def counted(self, step: str, done: int, total: int) -> None:
        """Show how far a step is, in things of which it has so many."""
        self._update(self._task(step, DESCRIPTIONS[step], total), done, total, f"{done}/{total}")

    def trained(self, name: str, training: Training, plan: Plan) -> None:
        """Show how far a training is: its best score so far, tokens read of those planned, and how fast."""
        task = self._task(f"train {name}", f"training, {name}", plan.tokens)
        if training.finished:
            self._progress.remove_task(task)
            del self._tasks[f"train {name}"]
            return
        begun, tokens = self._begun.setdefault(name, (time.monotonic(), training.tokens))
        speed = ""
        if training.tokens > tokens:
            speed = f", {(training.tokens - tokens) / (time.monotonic() - begun):,.0f} tokens/s"
        figures = f"{training.best_bits:.3f} bits per character"
        self._update(task, min(training.tokens, plan.tokens), plan.tokens, figures, speed)
        self._write_now_and_then()

    def _update(self, number: TaskID, done: float, total: float, figures: str, speed: str = "") -> None:
        self._progress.update(number, completed=done, total=total, figures=figures, speed=speed)
        (task,) = [task for task in self._progress.tasks if task.id == number]
        is_due = self._needs_lines() and time.monotonic() - self._told_at >= SECONDS_BETWEEN_LINES
        if is_due and task.percentage - self._told.get(number, 0.0) >= PER_CENT_BETWEEN_LINES:
            self._told[number] = task.percentage
            self._tell(f"{task.description}: {describe_task(task)}")

    def _needs_lines(self) -> bool:
        return self._console is not None and time.monotonic() - self._created >= SECONDS_WITHOUT_LINES

    def _tell(self, words: str) -> None:
        assert self._console
        self._told_at = time.monotonic()
        self._console.print(words)

    def _write_now_and_then(self) -> None:
        if time.monotonic() - self._written >= SECONDS_BETWEEN:
            self._write()

    def _write(self) -> None:
        if not self._ledger:
            return
        self._written = time.monotonic()
        steps = {number: key.partition(" ")[0] for key, number in self._tasks.items()}
        tasks = [
            TaskProgress(
                steps[task.id],
                task.description,
                task.completed,
                task.total,
                task.fields["figures"] + task.fields["speed"],
            )
            for task in self._progress.tasks
            if task.id in steps
        ]
        write_run_progress(self._ledger, tasks)

    def _task(self, key: str, description: str, total: float | None) -> TaskID:
        if key not in self._tasks:
            self._tasks[key] = self._progress.add_task(description, total=total, figures="", speed="")
        return self._tasks[key]


class _Figures(ProgressColumn):
    def render(self, task: Task) -> Text:
        return Text(describe_task(task), no_wrap=True)


def describe_task(task: Task) -> str:
    """How far a task is: "40 %, 1.310 bits per character, 12 s left"."""
    if not task.total:
        return f"{task.elapsed or 0:.0f} s"
    left = task.time_remaining
    parts = [f"{task.percentage:.0f} %", task.fields["figures"], f"{format_wait(left)} left" if left else ""]
    return ", ".join(filter(None, parts))


def format_wait(seconds: float) -> str:
    """How long to wait, roughly: 12 s, 3 min, 2 h."""
    for size, unit in ((3600, "h"), (60, "min")):
        if seconds >= 2 * size:
            return f"{seconds / size:.0f} {unit}"
    return f"{seconds:.0f} s"
