"""How far the run under way is, in the ledger."""

import sqlite3
import time
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from service.storage.ledger import Ledger
from service.storage.run_progress import RUN_STEPS, TaskProgress, read_run_progress, write_run_progress
from service.storage.run_record import RunRecord

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
TASKS = [TaskProgress("train", "training", 0, None, ""), TaskProgress("train", "fresh", 21, 60, "0.447 bits")]


@pytest.fixture
def ledger(tmp_path: Path) -> Path:
    path = tmp_path / "ledger.db"
    with Ledger(path):
        return path


def read(path: Path) -> list[TaskProgress]:
    with closing(sqlite3.connect(path)) as database:
        return read_run_progress(database)


def test_progress_is_read_as_it_was_written(ledger: Path) -> None:
    write_run_progress(ledger, TASKS)
    assert read(ledger) == TASKS


def test_a_run_that_ends_leaves_no_progress(ledger: Path) -> None:
    with Ledger(ledger) as runs:
        record = runs.begin(RunRecord(), NOON)
        write_run_progress(ledger, TASKS)
        runs.end(record.model_copy(update={"outcome": "skipped"}), NOON)
    assert read(ledger) == []


def test_a_run_that_begins_finds_no_progress_of_one_that_was_killed(ledger: Path) -> None:
    write_run_progress(ledger, TASKS)
    with Ledger(ledger) as runs:
        runs.begin(RunRecord(), NOON)
    assert read(ledger) == []


def test_while_another_process_writes_progress_is_not_waited_for(ledger: Path) -> None:
    write_run_progress(ledger, TASKS)
    with closing(sqlite3.connect(ledger, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        begun = time.monotonic()
        write_run_progress(ledger, [])
        assert time.monotonic() - begun < 10  # where a ledger waits for 30 s
    assert read(ledger) == TASKS


def test_without_a_ledger_nothing_is_written(tmp_path: Path) -> None:
    write_run_progress(tmp_path / "ledger.db", TASKS)
    assert list(tmp_path.iterdir()) == []


def test_the_steps_are_in_the_order_of_a_run() -> None:
    assert list(RUN_STEPS) == ["pull", "site", "train", "encode", "score", "gate", "audit", "commit", "push"]
