"""The ledger: every run with all its figures, in SQLite.

A run is written when it begins and again when it ends. One that never ended was killed, and the next
holder of the home's lock closes it as `interrupted`.
"""

from __future__ import annotations

import json
import secrets
import sqlite3
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal, NamedTuple, Self

from ..errors import LoglingError
from . import run_progress, service_status
from .database import opened, transaction
from .migration import migrate

Outcome = Literal["committed", "rejected", "skipped", "failed", "interrupted"]
Record = dict[str, Any]  # one run, as `retrain --json` gives it, with what only the ledger keeps

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
CHANGES = (TABLES, SLOTS, OUTCOMES, STATUS)  # what makes each format out of the one before
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
        except sqlite3.Error as error:
            raise LoglingError(f"the ledger {path} cannot be used: {error}") from None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._database.close()

    def begin(self, empty: Record, now: datetime) -> Record:
        """Write down that a run has begun; returns `empty` with its id. Only for the holder of the home's lock.

        A record with `slot` and `attempt` is a scheduled run's, and no other may have the same.
        """
        record = {**empty, "run": new_id(now)}
        with transaction(self._database):
            self._close_unfinished(now)
            self._database.execute(run_progress.DELETE)
            self._insert(record, now)
        return record

    def _insert(self, record: Record, now: datetime) -> None:
        self._database.execute(
            "INSERT INTO runs (run, started, record, slot, attempt) VALUES (?, ?, ?, ?, ?)",
            (record["run"], now.isoformat(), json.dumps(record), record.get("slot"), record.get("attempt")),
        )

    def close_unfinished(self, now: datetime) -> None:
        """Close a run that was killed as `interrupted`. Only for the holder of the home's lock."""
        with transaction(self._database):
            self._close_unfinished(now)

    def has_unfinished(self) -> bool:
        """Whether a run is under way, or was killed."""
        return bool(self._database.execute("SELECT EXISTS (SELECT 1 FROM runs WHERE outcome IS NULL)").fetchone()[0])

    def _close_unfinished(self, now: datetime) -> None:
        unfinished = self._database.execute("SELECT run, record FROM runs WHERE outcome IS NULL").fetchall()
        for run, begun in unfinished:
            reason = "the run ended without a word: killed, or a crash"
            record = {**json.loads(begun), "outcome": "interrupted", "reason": reason}
            self._database.execute(
                "UPDATE runs SET finished = ?, outcome = 'interrupted', record = ? WHERE run = ?",
                (now.isoformat(), json.dumps(record), run),
            )

    def note(self, record: Record) -> None:
        """Keep what is known of a run so far, or was found out later; its outcome stays with `end`."""
        with transaction(self._database):
            self._database.execute("UPDATE runs SET record = ? WHERE run = ?", (json.dumps(record), record["run"]))

    def settle(self, record: Record) -> None:
        """Set right how an ended run ended, when that was found out later."""
        with transaction(self._database):
            self._database.execute(
                "UPDATE runs SET record = ?, outcome = ? WHERE run = ? AND outcome IS NOT NULL",
                (json.dumps(record), record["outcome"], record["run"]),
            )

    def note_pushed(self) -> None:
        """The remote has all commits by now, also those of runs that could not push them."""
        with transaction(self._database):
            self._database.execute(
                "UPDATE runs SET record = json_set(record, '$.pushed', json('true')) "
                "WHERE outcome IS NOT NULL AND json_extract(record, '$.pushed') = 0"
            )

    def end(self, record: Record, now: datetime) -> None:
        """Write down how a run ended."""
        with transaction(self._database):
            self._end(record, now)

    def _end(self, record: Record, now: datetime) -> None:
        self._database.execute(run_progress.DELETE)
        changed = self._database.execute(
            "UPDATE runs SET finished = ?, outcome = ?, record = ? WHERE run = ?",
            (now.isoformat(), record["outcome"], json.dumps(record), record["run"]),
        ).rowcount
        if changed != 1:
            raise LoglingError(f"run {record['run']} is not in the ledger {self.path}")

    def end_scheduled(self, scheduled: Record, now: datetime, *, overrule: bool = False) -> Record:
        """Make sure that a scheduled run whose process has ended has ended here too; returns its record.

        `scheduled` is a whole record with slot, attempt, outcome and reason. Its outcome and reason are taken if the
        run could not write its own, or, to overrule it, if that is `interrupted`; all of it is taken if the process
        did not get as far as to begin a run.
        """
        with transaction(self._database):
            row = self._database.execute(
                "SELECT outcome, record FROM runs WHERE slot = ? AND attempt = ?",
                (scheduled["slot"], scheduled["attempt"]),
            ).fetchone()
            if row is None:
                record = {**scheduled, "run": new_id(now)}
                self._insert(record, now)
            elif row[0] is None or (overrule and row[0] == "interrupted"):
                record = {**json.loads(row[1]), "outcome": scheduled["outcome"], "reason": scheduled["reason"]}
            else:
                return dict(json.loads(row[1]))
            self._end(record, now)
        return record

    def runs(self, limit: int = -1) -> list[Record]:
        """All ended runs, newest first, each with `started` and `finished`."""
        rows = self._database.execute(
            "SELECT record, started, finished FROM runs WHERE outcome IS NOT NULL ORDER BY number DESC LIMIT ?",
            (limit,),
        )
        return [{**json.loads(record), "started": started, "finished": finished} for record, started, finished in rows]

    def run(self, run: str) -> Record | None:
        """One run by its id."""
        row = self._database.execute("SELECT record FROM runs WHERE run = ?", (run,)).fetchone()
        return dict(json.loads(row[0])) if row else None

    def slot_runs(self, since: datetime) -> list[SlotRun]:
        """The ended runs of this slot and of later ones."""
        rows = self._database.execute(
            "SELECT slot, attempt, outcome, finished FROM runs WHERE slot >= ? AND outcome IS NOT NULL",
            (slot_text(since),),
        )
        return [
            SlotRun(datetime.fromisoformat(slot), attempt, outcome in SUCCEEDED, datetime.fromisoformat(finished))
            for slot, attempt, outcome, finished in rows
        ]

    def last_evaluated(self) -> Record | None:
        """The newest run that compared models."""
        row = self._database.execute(
            "SELECT record FROM runs WHERE outcome IN (?, ?) ORDER BY number DESC LIMIT 1", EVALUATED
        ).fetchone()
        return dict(json.loads(row[0])) if row else None


def empty_record() -> Record:
    """A record of which nothing is known yet; also the order of its fields."""
    return {
        "run": "",
        "outcome": None,
        "reason": "",
        "lines": {"new": 0, "train": 0, "holdout": 0},
        "bits_per_char": {"champion": None, "challenger": None, "ngram": None, "order2": None},
        "gain": {"mean": None, "low": None, "high": None},
        "parameters": None,
        "weights_bytes": None,
        "commit": None,
        "pushed": None,
        "seconds": {},
        "tokens_per_second": None,
        "trainings": [],
        "loss_curve": [],
        "problems": [],
    }


def new_id(now: datetime) -> str:
    """An id for a run that begins now."""
    return f"{now.astimezone(UTC):%Y%m%dT%H%M%SZ}-{secrets.token_hex(3)}"


def slot_text(slot: datetime) -> str:
    """A slot as the ledger has it: UTC, so that texts are in the order of time."""
    return slot.astimezone(UTC).isoformat(timespec="seconds")
