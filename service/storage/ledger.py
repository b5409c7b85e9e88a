"""The ledger: every run with all its figures, in SQLite.

A run is written when it begins and again when it ends. One that never ended was killed, and the next
holder of the home's lock closes it as `interrupted`.
"""

from __future__ import annotations

import secrets
import sqlite3
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple, Self

from ..errors import LoglingError
from . import rollbacks, run_progress, service_status, source_states
from .database import describe_sqlite_failure, migrate, opened, transaction
from .rollbacks import Rollback, note_pushed_rollbacks, save_rollback
from .run_record import RunRecord, slot_text
from .source_states import SourceState, read_source_states, save_source_states

TABLES = """
CREATE TABLE runs (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    run TEXT NOT NULL UNIQUE,
    started TEXT NOT NULL,
    finished TEXT,
    outcome TEXT CHECK (outcome IN ('committed', 'rejected', 'skipped', 'failed', 'interrupted')),
    record TEXT NOT NULL CHECK (json_valid(record)),
    CHECK ((finished IS NULL) = (outcome IS NULL))
) STRICT;
"""
SLOTS = """
ALTER TABLE runs ADD COLUMN slot TEXT;
ALTER TABLE runs ADD COLUMN attempt INTEGER CHECK ((slot IS NULL) = (attempt IS NULL));
CREATE UNIQUE INDEX runs_by_slot ON runs (slot, attempt) WHERE slot IS NOT NULL;
"""
OUTCOMES = """
CREATE INDEX runs_by_outcome ON runs (outcome);
"""
STATUS = service_status.TABLE + run_progress.TABLE
CHANGES = (
    TABLES,
    SLOTS,
    OUTCOMES,
    STATUS,
    source_states.TABLE,
    rollbacks.TABLE,
)  # what makes each format out of the one before
FORMAT = len(CHANGES)
EVALUATED = ("committed", "rejected")
SUCCEEDED = ("committed", "rejected", "skipped")


class SlotRun(NamedTuple):
    """An ended run of a slot, for the schedule."""

    slot: datetime
    attempt: int  # from 1
    succeeded: bool
    ended: datetime


class Ledger:
    """A context manager over the ledger at `path`, which is made if it is not there. Raises LoglingError."""

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            self._database = opened(path, lambda database: migrate(database, path, CHANGES))
        except (OSError, sqlite3.Error) as error:
            raise LoglingError(f"the ledger {path} cannot be used: {describe_sqlite_failure(error)}") from None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._database.close()

    def begin(self, record: RunRecord, now: datetime) -> RunRecord:
        """Write down that a run has begun, and give it an id. Only for the holder of the home's lock.

        A record with `slot` and `attempt` is a scheduled run's, and no other may have the same.
        """
        begun = record.model_copy(update={"run": new_id(now)})
        with transaction(self._database):
            self._close_unfinished(now)
            self._database.execute(run_progress.DELETE)
            self._insert(begun, now)
        return begun

    def _insert(self, record: RunRecord, now: datetime) -> None:
        self._database.execute(
            "INSERT INTO runs (run, started, record, slot, attempt) VALUES (?, ?, ?, ?, ?)",
            (record.run, now.isoformat(), record.stored(), record.slot, record.attempt),
        )

    def close_unfinished(self, now: datetime) -> list[RunRecord]:
        """Close runs that were killed as `interrupted`. Only for the holder of the home's lock. -> those runs"""
        with transaction(self._database):
            return self._close_unfinished(now)

    def has_unfinished(self) -> bool:
        """Whether a run is under way, or was killed."""
        return bool(self._database.execute("SELECT EXISTS (SELECT 1 FROM runs WHERE outcome IS NULL)").fetchone()[0])

    def _close_unfinished(self, now: datetime) -> list[RunRecord]:
        closed = []
        for (text,) in self._database.execute("SELECT record FROM runs WHERE outcome IS NULL").fetchall():
            record = RunRecord.model_validate_json(text)
            record.outcome = "interrupted"
            record.reason = "the run's process was killed or crashed"
            self._end(record, now)
            closed.append(record)
        return closed

    def has_ended(self, scheduled: RunRecord) -> bool:
        """Whether the run of a slot and an attempt wrote down how it ended."""
        row = self._database.execute(
            "SELECT outcome FROM runs WHERE slot = ? AND attempt = ?", (scheduled.slot, scheduled.attempt)
        ).fetchone()
        return row is not None and row[0] is not None

    def note(self, record: RunRecord) -> None:
        """Keep what is known of a run so far, or was found out later; its outcome stays with `end`."""
        with transaction(self._database):
            self._database.execute("UPDATE runs SET record = ? WHERE run = ?", (record.stored(), record.run))

    def correct(self, record: RunRecord) -> None:
        """Correct how an ended run ended, when that was found out later."""
        with transaction(self._database):
            self._database.execute(
                "UPDATE runs SET record = ?, outcome = ? WHERE run = ? AND outcome IS NOT NULL",
                (record.stored(), record.outcome, record.run),
            )

    def add_problems(self, run: str, problems: Sequence[str]) -> None:
        """Add problems to a run that were met after its end."""
        with transaction(self._database):
            row = self._database.execute("SELECT record FROM runs WHERE run = ?", (run,)).fetchone()
            if row:
                record = RunRecord.model_validate_json(row[0])
                record.problems += problems
                self._database.execute("UPDATE runs SET record = ? WHERE run = ?", (record.stored(), run))

    def note_pushed(self) -> None:
        """Note that the remote has all commits now, also those that could not be pushed when they were made."""
        with transaction(self._database):
            self._database.execute(
                "UPDATE runs SET record = json_set(record, '$.pushed', json('true')) "
                "WHERE outcome IS NOT NULL AND json_extract(record, '$.pushed') = 0"
            )
            note_pushed_rollbacks(self._database)

    def note_rollback(self, rollback: Rollback) -> None:
        """Keep a rollback, which is no run."""
        with transaction(self._database):
            save_rollback(self._database, rollback)

    def end(self, record: RunRecord, now: datetime) -> None:
        """Write down how a run ended."""
        with transaction(self._database):
            self._end(record, now)

    def _end(self, record: RunRecord, now: datetime) -> None:
        self._database.execute(run_progress.DELETE)
        changed = self._database.execute(
            "UPDATE runs SET finished = ?, outcome = ?, record = ? WHERE run = ?",
            (now.isoformat(), record.outcome, record.stored(), record.run),
        ).rowcount
        if changed != 1:
            raise LoglingError(f"run {record.run} is not in the ledger {self.path}")

    def end_scheduled(self, scheduled: RunRecord, now: datetime, *, overrule: bool = False) -> RunRecord:
        """Make sure that a scheduled run whose process has ended has ended here too; returns its record.

        `scheduled` has slot, attempt, outcome and reason. Its outcome and reason are taken if the run could not write
        its own, or, with `overrule`, if the run wrote `interrupted`. All of it is taken if the process ended before
        it began a run.
        """
        with transaction(self._database):
            row = self._database.execute(
                "SELECT outcome, record FROM runs WHERE slot = ? AND attempt = ?", (scheduled.slot, scheduled.attempt)
            ).fetchone()
            if row is None:
                record = scheduled.model_copy(update={"run": new_id(now)})
                self._insert(record, now)
            else:
                record = RunRecord.model_validate_json(row[1])
                if row[0] is not None and not (overrule and row[0] == "interrupted"):
                    return record
                record.outcome, record.reason = scheduled.outcome, scheduled.reason
            self._end(record, now)
        return record

    def note_sources(self, states: Sequence[SourceState]) -> None:
        """Keep how the sources stand after a pull."""
        with transaction(self._database):
            save_source_states(self._database, states)

    def sources(self) -> tuple[SourceState, ...] | None:
        """How the sources stood at the last pull; None before the first one."""
        return read_source_states(self._database)

    def runs(self, limit: int = -1) -> list[RunRecord]:
        """All ended runs, newest first, each with `started` and `finished`."""
        rows = self._database.execute(
            "SELECT record, started, finished FROM runs WHERE outcome IS NOT NULL ORDER BY number DESC LIMIT ?",
            (limit,),
        )
        return [read_record(*row) for row in rows]

    def run(self, run: str) -> RunRecord | None:
        """One run by its id."""
        row = self._database.execute("SELECT record FROM runs WHERE run = ?", (run,)).fetchone()
        return RunRecord.model_validate_json(row[0]) if row else None

    def slot_runs(self, since: datetime) -> list[SlotRun]:
        """The ended runs of this slot and later ones."""
        rows = self._database.execute(
            "SELECT slot, attempt, outcome, finished FROM runs WHERE slot >= ? AND outcome IS NOT NULL",
            (slot_text(since),),
        )
        return [
            SlotRun(datetime.fromisoformat(slot), attempt, outcome in SUCCEEDED, datetime.fromisoformat(finished))
            for slot, attempt, outcome, finished in rows
        ]

    def evaluated(self, limit: int) -> list[RunRecord]:
        """The newest runs that compared models, newest first."""
        rows = self._database.execute(
            "SELECT record FROM runs WHERE outcome IN (?, ?) ORDER BY number DESC LIMIT ?", (*EVALUATED, limit)
        )
        return [RunRecord.model_validate_json(record) for (record,) in rows]

    def last_evaluated(self) -> RunRecord | None:
        """The newest run that compared models."""
        return next(iter(self.evaluated(1)), None)


def read_record(record: str, started: str, finished: str | None) -> RunRecord:
    """A row of the ledger as a record."""
    return RunRecord.model_validate_json(record).model_copy(update={"started": started, "finished": finished})


def new_id(now: datetime) -> str:
    """An id for a run that begins now."""
    return f"{now.astimezone(UTC):%Y%m%dT%H%M%SZ}-{secrets.token_hex(3)}"
