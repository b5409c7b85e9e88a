"""How the service stands, in one row of the ledger: the service writes it, the admin page reads it.

What is here may be lost: it is written without waiting for the disk, and again a minute later.
"""

from __future__ import annotations

import json
import sqlite3
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from .database import has_table, opened_without_sync

TABLE = """
CREATE TABLE service_status (
    only_row INTEGER PRIMARY KEY CHECK (only_row = 1),
    status TEXT NOT NULL CHECK (json_valid(status))
) STRICT;
"""


@dataclass(frozen=True)
class ServiceStatus:
    """What the service says of itself. Moments have a time zone."""

    started: datetime  # when the service started
    last_turn: datetime  # when its loop last came round
    is_running: bool = False  # whether a run is under way that this service began
    next_run: datetime | None = None  # when the run that is under way, or else the next one, is due
    slot: datetime | None = None  # which that run is for
    attempt: int = 1
    unpushed_since: datetime | None = None  # since when commits wait to be pushed; None: none do
    next_push: datetime | None = None  # when they are tried again
    hold: str = ""  # why nothing is published, in words; empty: nothing is held


MOMENTS = ("started", "last_turn", "next_run", "slot", "unpushed_since", "next_push")


def write_service_status(ledger: Path, status: ServiceStatus) -> None:
    """Replace what the ledger says of the service. Raises sqlite3.Error."""
    text = json.dumps(asdict(status), default=datetime.isoformat)
    with opened_without_sync(ledger) as database:
        database.execute("INSERT OR REPLACE INTO service_status VALUES (1, ?)", (text,))


def clear_service_status(ledger: Path) -> None:
    """Say that there is no service. Raises sqlite3.Error."""
    with opened_without_sync(ledger) as database:
        database.execute("DELETE FROM service_status")


def read_service_status(database: sqlite3.Connection) -> ServiceStatus | None:
    """What the service last said of itself; None when there is none. Raises sqlite3.Error."""
    if not has_table(database, "service_status"):  # a ledger of before format 4, which the next run migrates
        return None
    row = database.execute("SELECT status FROM service_status").fetchone()
    if row is None:
        return None
    values: dict[str, Any] = json.loads(row[0])
    moments = {name: datetime.fromisoformat(values[name]) for name in MOMENTS if values[name] is not None}
    return ServiceStatus(**values | moments)
