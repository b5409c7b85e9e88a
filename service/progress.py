"""What a person who waits is shown: bars on a terminal, and for the admin page the same in a small file."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import NamedTuple, Self

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

from model.training import Plan, Training

SAID = {  # the steps of a run, in their order
    "pull": "reading new lines",
    "site": "looking at the site",
    "train": "training",
    "encode": "encoding",
    "score": "scoring on the holdout",
    "gate": "comparing",
    "commit": "committing",
    "push": "pushing",
}
WORDS = {**SAID, "replay": "replaying weeks", "audit": "looking for what it knows by heart"}


SECONDS_BETWEEN = 1.0  # two writes of the file within a step


class Task(NamedTuple):
    """Something under way: a step, or a training in it."""

    step: str  # as in WORDS
    words: str
    done: float
    total: float | None  # None when it cannot be told
    figures: str


class Reporter:
    """Progress of one run on stderr, and in a file for others to read; a context manager."""

    def __init__(self, console: Console, file: Path | None = None) -> None:
        columns = (TextColumn("{task.description:<26}"), BarColumn(40), TextColumn("{task.fields[figures]}"))
        self._progress = Progress(
            *columns, TimeElapsedColumn(), console=console, transient=True, disable=not console.is_terminal
        )
        self._tasks: dict[str, TaskID] = {}
        self._begun: dict[str, tuple[float, int]] = {}  # of each training: when it was first told of, and its tokens
        self._file = file
        self._written = 0.0

    def __enter__(self) -> Self:
        self._progress.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._progress.stop()
        if self._file:
            with suppress(OSError):
                self._file.unlink(missing_ok=True)

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        """Show that a step has begun, and take it away when it has ended."""
        self._task(name, WORDS[name], None)
        self._write()
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
        self._write_now_and_then()

    def counted(self, step: str, done: int, total: int) -> None:
        """Show how far a step is, in things of which it has so many."""
        self._progress.update(
            self._task(step, WORDS[step], total), completed=done, total=total, figures=f"{done}/{total}"
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
        """Leave the file as it was when it cannot be written: no run fails because nobody can watch it."""
        if not self._file:
            return
        with suppress(OSError):
            self._written = time.monotonic()
            steps = {number: key.partition(" ")[0] for key, number in self._tasks.copy().items()}
            tasks = [
                Task(steps[task.id], task.description, task.completed, task.total, task.fields["figures"])
                for task in self._progress.tasks
                if task.id in steps
            ]
            draft = self._file.with_suffix(".new")
            draft.write_text(json.dumps(tasks))
            draft.replace(self._file)

    def _task(self, key: str, description: str, total: float | None) -> TaskID:
        if key not in self._tasks:
            self._tasks[key] = self._progress.add_task(description, total=total, figures="")
        return self._tasks[key]


def read_progress(file: Path) -> Sequence[Task]:
    """What a run has told of itself so far; nothing when it has not, or its file is damaged."""
    try:
        told = json.loads(file.read_text())
        return [
            Task(str(step), str(words), float(done), None if total is None else float(total), str(figures))
            for step, words, done, total, figures in told
        ]
    except (OSError, ValueError, TypeError):
        return []
