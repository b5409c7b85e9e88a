"""How far the run under way is, in one row of the ledger: the run writes it, the admin page reads it.

The ledger deletes the row when a run begins and when one ends. No run waits for it: while another process writes, or
where the disk is full, it stays as it was.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from .database import has_table, opened_without_sync

RUN_STEPS = {  # of a run, in their order
    "pull": "reading new lines",
    "site": "looking at the site",
    "train": "training",
    "encode": "encoding",
    "score": "scoring on the holdout",
    "gate": "comparing",
    "audit": "looking for what it knows by heart",
    "commit": "committing",
    "push": "pushing",
}
TABLE = """
CREATE TABLE run_progress (
    only_row INTEGER PRIMARY KEY CHECK (only_row = 1),
    tasks TEXT NOT NULL CHECK (json_valid(tasks))
) STRICT;
"""
DELETE = "DELETE FROM run_progress"


class TaskProgress(NamedTuple):
    """How far something is: a step of a run, or a training in it."""

    step: str  # one of RUN_STEPS
    description: str
    done: float
    total: float | None  # None when it is not known
    figures: str


def write_run_progress(ledger: Path, tasks: Sequence[TaskProgress]) -> None:
    """Replace what the ledger says of the run under way, or leave it where that does not work at once."""
    with suppress(sqlite3.Error), opened_without_sync(ledger) as database:
        database.execute("INSERT OR REPLACE INTO run_progress VALUES (1, ?)", (json.dumps(tasks),))


def read_run_progress(database: sqlite3.Connection) -> list[TaskProgress]:
    """What the run under way last said of itself; empty when it has said nothing. Raises sqlite3.Error."""
    if not has_table(database, "run_progress"):  # a ledger of before format 4, which the next run migrates
        return []
    row = database.execute("SELECT tasks FROM run_progress").fetchone()
    return [TaskProgress(*task) for task in json.loads(row[0])] if row else []
