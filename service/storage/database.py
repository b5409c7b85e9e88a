"""The SQLite databases of a home: how each is opened, and that what belongs together is written whole or not at all."""

import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

BUSY_SECONDS = 30  # waited while another process writes
BUSY_SECONDS_WITHOUT_SYNC = 0.2


def opened(path: Path, prepare: Callable[[sqlite3.Connection], None]) -> sqlite3.Connection:
    """A durable connection to a database that `prepare` has looked at, and made if it is new.

    Transactions begin and end where the code says, not where the driver guesses. Raises sqlite3.Error and what
    `prepare` raises; then nothing is left open.
    """
    database = sqlite3.connect(path, timeout=BUSY_SECONDS, isolation_level=None)
    try:
        prepare(database)
        _write_ahead(database)
        # NORMAL may lose the last commits of a WAL at power loss, and what they say was done has been done.
        database.execute("PRAGMA synchronous = FULL")
        database.execute("PRAGMA journal_size_limit = 4194304")
    except BaseException:
        database.close()
        raise
    return database


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
    """Let readers and a writer not wait for each other.

    SQLite does not wait by itself where two processes ask this of a new database at once.
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


def execute_all(database: sqlite3.Connection, statements: str) -> None:
    """Execute statements that each end with a semicolon and a newline; executescript would end the transaction."""
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
    """SQLite's own word on whether a database file is sound: "ok", or what is wrong."""
    try:
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as database:
            (word,) = database.execute("PRAGMA quick_check(1)").fetchone()
    except sqlite3.Error as error:
        return str(error)
    return str(word)
