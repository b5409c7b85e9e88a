"""What a person who waits is shown: bars on a terminal, nothing where there is none."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Self

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

from model.training import Plan, Training

SAID = {
    "site": "looking at the site",
    "pull": "reading new lines",
    "train": "training",
    "encode": "encoding",
    "score": "scoring on the holdout",
    "gate": "comparing",
    "commit": "committing",
    "push": "pushing",
}


class Reporter:
    """Progress of one run on stderr; a context manager."""

    def __init__(self, console: Console) -> None:
        columns = (TextColumn("{task.description:<26}"), BarColumn(40), TextColumn("{task.fields[figures]}"))
        self._progress = Progress(
            *columns, TimeElapsedColumn(), console=console, transient=True, disable=not console.is_terminal
        )
        self._tasks: dict[str, TaskID] = {}

    def __enter__(self) -> Self:
        self._progress.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._progress.stop()

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        """Show that a step has begun, and take it away when it has ended."""
        self._task(name, SAID[name], None)
        try:
            yield
        finally:
            for key in [key for key in self._tasks if key.startswith(name)]:  # its parts too, where it was cut short
                self._progress.remove_task(self._tasks.pop(key))

    def pulled(self, done: int, total: int) -> None:
        """Show how far a pull is, in bytes."""
        self._progress.update(
            self._task("pull", SAID["pull"], total), completed=done, total=total, figures=f"{done / 1e6:,.0f} MB"
        )

    def trained(self, start: str, training: Training, plan: Plan) -> None:
        """Show how far a training is: its best score so far, and tokens read of those planned."""
        task = self._task(f"train {start}", f"training, {start} start", plan.tokens)
        if training.finished:
            self._progress.remove_task(task)
            del self._tasks[f"train {start}"]
            return
        figures = f"{training.best_bits:.3f} bits per character"
        self._progress.update(task, completed=min(training.tokens, plan.tokens), figures=figures)

    def _task(self, key: str, description: str, total: float | None) -> TaskID:
        if key not in self._tasks:
            self._tasks[key] = self._progress.add_task(description, total=total, figures="")
        return self._tasks[key]
