"""How the SQLite databases of a home are opened, written, and brought from an older format to the present one.

A database of an older Logling is copied first and then changed in one transaction. After a crash or on a full disk it
is still what it was.
"""

import os
import sqlite3
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path

from ..errors import LoglingError
from ..home import open_private

BUSY_SECONDS = 30  # waited while another process writes
BUSY_SECONDS_WITHOUT_SYNC = 0.2
MOVE = "put it on a disk of this machine"


def opened(path: Path, prepare: Callable[[sqlite3.Connection], None]) -> sqlite3.Connection:
    """A durable connection to a database. `prepare` checks it, and makes its tables if it is new.

    Transactions begin and end where the code says, not where the driver guesses. A new database is readable by its
    owner alone, and so are SQLite's files beside it. Raises sqlite3.Error, OSError, also for a link, and whatever
    `prepare` raises. Nothing is left open then.
    """
    os.close(open_private(path, os.O_RDWR | os.O_CREAT))
    database = sqlite3.connect(path, timeout=BUSY_SECONDS, isolation_level=None)
    try:
        prepare(database)
        _write_ahead(database)
        # With NORMAL a power loss may undo the last commits.
        database.execute("PRAGMA synchronous = FULL")
        database.execute("PRAGMA journal_size_limit = 4194304")
    except BaseException:
        database.close()
        raise
    return database


def describe_sqlite_failure(error: Exception) -> str:
    """Why a database could not be used, and what mends it where that is known."""
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF  # without what SQLite says more closely
    if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_PROTOCOL):
        return f"{error}: end the program that holds it, or, if the home is on a network file system, {MOVE}"
    if code == sqlite3.SQLITE_IOERR:
        return f"{error}: see what the kernel says of the disk; if the home is on a network file system, {MOVE}"
    return getattr(error, "strerror", None) or str(error)


@contextmanager
def opened_without_sync(path: Path) -> Iterator[sqlite3.Connection]:
    """A connection to a database that is there, for what may be lost: it hardly waits, neither for others nor the disk.

    In WAL mode this cannot damage what others write. Raises sqlite3.Error.
    """
    address = f"{path.absolute().as_uri()}?mode=rw"
    with closing(
        sqlite3.connect(address, uri=True, timeout=BUSY_SECONDS_WITHOUT_SYNC, isolation_level=None)
    ) as database:
        database.execute("PRAGMA synchronous = NORMAL")
        yield database


def _write_ahead(database: sqlite3.Connection) -> None:
    """Switch to WAL mode, in which readers and a writer do not wait for each other.

    SQLite does not wait by itself when two processes switch a new database at once.
    """
    until = time.monotonic() + BUSY_SECONDS
    while True:
        try:
            database.execute("PRAGMA journal_mode = WAL")
            return
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or time.monotonic() > until:
                raise
            time.sleep(0.01)


@contextmanager
def transaction(database: sqlite3.Connection) -> Iterator[None]:
    """Write all that is executed within, or nothing of it."""
    database.execute("BEGIN IMMEDIATE")
    try:
        yield
        database.execute("COMMIT")
    except BaseException:
        if database.in_transaction:  # SQLite itself rolls back when the disk is full
            database.execute("ROLLBACK")
        raise


def has_table(database: sqlite3.Connection, name: str) -> bool:
    """Whether a database has a table of this name."""
    query = "SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND name = ?"
    return bool(database.execute(query, (name,)).fetchone()[0])


def execute_all(database: sqlite3.Connection, statements: str) -> None:
    """Execute statements that each end with a semicolon and a newline. `executescript` would end the transaction."""
    for statement in statements.split(";\n"):
        database.execute(statement)


def format_of(database: sqlite3.Connection) -> int:
    """The format number that a database was given; 0 if it is new."""
    return int(database.execute("PRAGMA user_version").fetchone()[0])


def format_of_file(path: Path) -> int:
    """The format number of a database that is not open. Raises sqlite3.Error."""
    with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as database:
        return format_of(database)


def check(path: Path) -> str:
    """SQLite's own check of a database file: "ok", or what is wrong. Raises OperationalError where it cannot look."""
    try:
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as database:
            (result,) = database.execute("PRAGMA quick_check(1)").fetchone()
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode & 0xFF in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_PROTOCOL, sqlite3.SQLITE_IOERR):
            raise
        return str(error)
    except sqlite3.Error as error:
        return str(error)
    return str(result)


def migrate(database: sqlite3.Connection, path: Path, changes: Sequence[str], when_new: str = "") -> None:
    """Bring a new or older database to format `len(changes)`. `changes[n]` makes format n + 1 out of format n.

    `when_new` is executed too if the database is new. Raises LoglingError when the format is newer or the file is
    something else, and sqlite3.Error or OSError when there is no room for the copy.
    """
    wanted, version = len(changes), format_of(database)
    if version == wanted:
        return
    if 0 < version < wanted:
        keep_copy(database, path, version)
    with transaction(database):
        version = format_of(database)  # another process may have been first
        if version > wanted:
            raise LoglingError(f"{path} has format {version}, newer than the {wanted} of this Logling: update Logling")
        if not version and database.execute("SELECT count(*) FROM sqlite_schema").fetchone()[0]:
            raise LoglingError(f"{path} is a database of something else")
        for statements in (*changes[version:], "" if version else when_new):
            execute_all(database, statements)
        database.execute(f"PRAGMA user_version = {wanted}")


def keep_copy(database: sqlite3.Connection, path: Path, version: int) -> None:
    """Copy a database beside itself, as ledger.db.format-1. Only its owner may read the copy."""
    copy = path.with_name(f"{path.name}.format-{version}")
    unfinished = copy.with_name(f"{copy.name}.{os.getpid()}")
    unfinished.touch(mode=0o600)
    try:
        database.execute("VACUUM INTO ?", (str(unfinished),))
        unfinished.replace(copy)
    finally:
        unfinished.unlink(missing_ok=True)
