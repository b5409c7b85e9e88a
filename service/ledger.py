"""The ledger: every run with all its figures, in SQLite.

A run is written when it begins and again when it ends. One that never ended was killed, and the next
holder of the home's lock closes it as `interrupted`.
"""

from __future__ import annotations

import json
import secrets
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal, Self

from .errors import LoglingError

Outcome = Literal["committed", "rejected", "skipped", "failed", "interrupted"]
Record = dict[str, Any]  # one run, as `retrain --json` gives it, with what only the ledger keeps

FORMAT = 1
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
EVALUATED = ("committed", "rejected")


class Ledger:
    """A context manager over the ledger at `path`, which is made if it is not there. Raises LoglingError."""

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            self._database = sqlite3.connect(path, timeout=30, isolation_level=None)
            self._database.execute("PRAGMA journal_mode = WAL")
            self._database.execute("PRAGMA synchronous = FULL")  # what is recorded survives a power cut
            self._prepare()
        except sqlite3.Error as error:
            raise LoglingError(f"the ledger {path} cannot be used: {error}") from None

    def _prepare(self) -> None:
        with self._transaction():
            (version,) = self._database.execute("PRAGMA user_version").fetchone()
            if version > FORMAT:
                raise LoglingError(f"the ledger {self.path} has format {version}, newer than {FORMAT}: update Logling")
            if version == 0:
                for statement in TABLES.split(";\n"):
                    self._database.execute(statement)
                self._database.execute(f"PRAGMA user_version = {FORMAT}")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._database.close()

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        self._database.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self._database.execute("ROLLBACK")
            raise
        self._database.execute("COMMIT")

    def begin(self, now: datetime) -> str:
        """Write down that a run has begun; returns its id. Only for the holder of the home's lock."""
        run = f"{now.astimezone(UTC):%Y%m%dT%H%M%SZ}-{secrets.token_hex(3)}"
        with self._transaction():
            self._close_unfinished(now)
            self._database.execute(
                "INSERT INTO runs (run, started, record) VALUES (?, ?, ?)", (run, now.isoformat(), json.dumps({}))
            )
        return run

    def _close_unfinished(self, now: datetime) -> None:
        for (run,) in self._database.execute("SELECT run FROM runs WHERE outcome IS NULL").fetchall():
            record = {
                "run": run,
                "outcome": "interrupted",
                "reason": "the run ended without a word: killed, or a crash",
            }
            self._database.execute(
                "UPDATE runs SET finished = ?, outcome = 'interrupted', record = ? WHERE run = ?",
                (now.isoformat(), json.dumps(record), run),
            )

    def end(self, record: Record, now: datetime) -> None:
        """Write down how a run ended."""
        with self._transaction():
            changed = self._database.execute(
                "UPDATE runs SET finished = ?, outcome = ?, record = ? WHERE run = ?",
                (now.isoformat(), record["outcome"], json.dumps(record), record["run"]),
            ).rowcount
            if changed != 1:
                raise LoglingError(f"run {record['run']} is not in the ledger {self.path}")

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

    def last_evaluated(self) -> Record | None:
        """The newest run that compared models."""
        row = self._database.execute(
            "SELECT record FROM runs WHERE outcome IN (?, ?) ORDER BY number DESC LIMIT 1", EVALUATED
        ).fetchone()
        return dict(json.loads(row[0])) if row else None


def check(path: Path) -> str:
    """SQLite's own word on whether a database file is sound: "ok", or what is wrong."""
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as database:
        (word,) = database.execute("PRAGMA quick_check(1)").fetchone()
        return str(word)
