"""Bring an SQLite file of an older Logling to the format of this one, or refuse it by name.

The file of an older one is copied aside first, then changed in one transaction: after a crash or a full disk it is
still what it was.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Sequence
from pathlib import Path

from ..errors import LoglingError
from .database import execute_all, format_of, transaction


def migrate(database: sqlite3.Connection, path: Path, changes: Sequence[str], when_new: str = "") -> None:
    """Make a new or older database one of format `len(changes)`; `changes[n]` makes format n + 1 out of n.

    `when_new` is executed besides where there was none yet. Raises LoglingError when the format is newer, or when
    the file is something else; sqlite3.Error or OSError when there is no room for the copy.
    """
    wanted, version = len(changes), format_of(database)
    if version == wanted:
        return
    if 0 < version < wanted:
        put_aside(database, path, version)
    with transaction(database):
        version = format_of(database)  # another process may have been first
        if version > wanted:
            raise LoglingError(f"{path} has format {version}, newer than the {wanted} of this Logling: update Logling")
        if not version and database.execute("SELECT count(*) FROM sqlite_schema").fetchone()[0]:
            raise LoglingError(f"{path} is a database of something else")
        for statements in (*changes[version:], "" if version else when_new):
            execute_all(database, statements)
        database.execute(f"PRAGMA user_version = {wanted}")


def put_aside(database: sqlite3.Connection, path: Path, version: int) -> None:
    """Copy a database beside itself, as ledger.db.format-1, readable by its owner alone."""
    copy = path.with_name(f"{path.name}.format-{version}")
    unfinished = copy.with_name(f"{copy.name}.{os.getpid()}")
    unfinished.touch(mode=0o600)
    try:
        database.execute("VACUUM INTO ?", (str(unfinished),))
        unfinished.replace(copy)
    finally:
        unfinished.unlink(missing_ok=True)
