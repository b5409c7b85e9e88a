"""What `logling doctor` checks of the home itself: that it can be written, its databases, the admin page's port."""

from __future__ import annotations

import errno
import os
import sqlite3
import tempfile
from contextlib import suppress
from pathlib import Path

from ..errors import LoglingError
from ..home import Home, only_service
from ..schedule.admin_process import listen
from ..settings import AdminSettings
from ..sources.source_preview import user_name
from ..storage.database import check, describe_sqlite_failure, format_of_file

FIRST_RUN = "none yet: the first run makes it"
MENDS = {
    "ledger.db": "the history is lost then, and runs go on from the weights",
    "corpus.db": "the logs that are still there are read anew then",
    "findings.db": "what was found is lost then, and the watch begins anew",
}


def check_writable(home: Home) -> str:
    """Check that a run could write into the home."""
    for folder in (home.path, home.state, home.site):
        if not folder.is_dir():
            continue
        try:
            with tempfile.TemporaryFile(dir=folder):
                pass
        except PermissionError:
            mend = f"run this as its owner ({sudo(folder)}), or: sudo chown -R {user_name()} {home.path}"
            raise LoglingError(f"{folder} may not be written by {user_name()}: {mend}") from None
        except OSError as error:
            raise LoglingError(f"{folder} cannot be written: {error.strerror}") from None
    return f"{home.path} can be written"


def sudo(path: Path) -> str:
    """How to run a command as the owner of a file."""
    try:
        return f"sudo -u {path.owner()}"
    except KeyError:  # a number without a name, as in containers
        return f"sudo -u '#{path.stat().st_uid}'"


def check_database(database: Path, known: int) -> str:
    """Check that a database is whole, and of a format that this version knows. It may also not exist yet."""
    if not database.exists():
        return "none yet: the first round of the watch makes it" if database.name == "findings.db" else FIRST_RUN
    try:
        os.close(os.open(database, os.O_RDWR | os.O_CLOEXEC))
    except PermissionError:
        mend = f"run this as its owner: {sudo(database)}"
        raise LoglingError(f"permission denied: {user_name()} may not write {database}; {mend}") from None
    try:
        word = check(database)
    except sqlite3.OperationalError as error:
        raise LoglingError(describe_sqlite_failure(error)) from None
    if word != "ok":
        raise LoglingError(
            f"damaged: {word}: stop the service, and restore {database} from a backup, or move it away together with"
            f" its -wal and -shm: {MENDS.get(database.name, 'it is made anew')}"
        )
    version = format_of_file(database)
    if version > known:
        raise LoglingError(f"it has format {version}, newer than the {known} of this Logling: update Logling")
    return word if version == known else f"ok, of format {version}: the next run takes it to {known}"


def check_admin(home: Home, settings: AdminSettings) -> str:
    """Check that the admin page's port is free, unless this home's own service has it."""
    if not settings.enabled:
        return "is not shown: admin.enabled is false"
    place = f"port {settings.port} of {settings.host}"
    with suppress(OSError):  # where the home cannot be written, there is no service
        try:
            with only_service(home):
                pass
        except LoglingError:
            return f"{place}, shown by the service"
    try:
        listen(settings.host, settings.port).close()
    except OSError as error:
        if error.errno != errno.EADDRINUSE:
            raise LoglingError(f"{place} cannot be used: {error.strerror or error}: change [admin]") from None
        raise LoglingError(f"{place} is taken by another program: set another port in [admin]") from None
    return f"{place} is free" if settings.port else "any port that is free"
