"""The rollbacks of a home, in the ledger: the command writes them, the admin page reads them. A rollback is no run."""

from __future__ import annotations

import json
import sqlite3
from dataclasses import asdict, dataclass
from datetime import datetime

from .database import has_table

TABLE = """
CREATE TABLE rollbacks (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    facts TEXT NOT NULL CHECK (json_valid(facts))
) STRICT;
"""


@dataclass(frozen=True)
class Rollback:
    """Earlier weights that came back as a new commit. Figures are None where their card lacks them."""

    at: datetime  # with a time zone
    commit: str  # the new one
    restored: str  # whose weights are back
    score: float | None  # bits per character when they were committed
    ngram: float | None
    parameters: int | None
    weights_bytes: int
    pushed: bool | None  # None without a remote


def save_rollback(database: sqlite3.Connection, rollback: Rollback) -> None:
    """Add a rollback. Raises sqlite3.Error."""
    facts = json.dumps(asdict(rollback), default=datetime.isoformat)
    database.execute("INSERT INTO rollbacks (facts) VALUES (?)", (facts,))


def note_pushed_rollbacks(database: sqlite3.Connection) -> None:
    """Note that the remote has all rollbacks now. Raises sqlite3.Error."""
    database.execute(
        "UPDATE rollbacks SET facts = json_set(facts, '$.pushed', json('true')) "
        "WHERE json_extract(facts, '$.pushed') = 0"
    )


def read_rollbacks(database: sqlite3.Connection) -> tuple[Rollback, ...]:
    """All rollbacks, oldest first. Raises sqlite3.Error."""
    if not has_table(database, "rollbacks"):  # a ledger of before format 6, which the next run migrates
        return ()
    rows = database.execute("SELECT facts FROM rollbacks ORDER BY number")
    found = [json.loads(facts) for (facts,) in rows]
    return tuple(Rollback(**facts | {"at": datetime.fromisoformat(facts["at"])}) for facts in found)
