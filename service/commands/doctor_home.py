"""What `logling doctor` checks of the home itself: that it can be written, its databases, the admin page's port."""

from __future__ import annotations

import errno
import os
import tempfile
from pathlib import Path

from ..errors import LoglingError
from ..home import Home, only_service
from ..schedule.admin_process import listen
from ..settings import AdminSettings
from ..sources.source_preview import user_name
from ..storage.database import check, format_of_file

MENDS = {
    "ledger.db": "the history is lost then, and runs go on from the weights",
    "corpus.db": "the logs that are still there are read anew then",
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
            owner = folder.owner() if _has_owner(folder) else f"user {folder.stat().st_uid}"
            mend = f"run this as its owner (sudo -u {owner}), or: sudo chown -R {user_name()} {home.path}"
            raise LoglingError(f"{folder} may not be written by {user_name()}: {mend}") from None
        except OSError as error:
            raise LoglingError(f"{folder} cannot be written: {error.strerror}") from None
    return f"{home.path} can be written"


def _has_owner(path: Path) -> bool:
    try:
        path.owner()
    except KeyError:
        return False
    return True


def check_database(database: Path, known: int) -> str:
    """Check that a database is whole, and of a format that this version knows. It may also not exist yet."""
    if not database.exists():
        return "none yet: the first run makes it"
    if not os.access(database, os.R_OK | os.W_OK, effective_ids=os.access in os.supports_effective_ids):
        owner = database.owner() if _has_owner(database) else f"user {database.stat().st_uid}"
        raise LoglingError(
            f"permission denied for {user_name()}: {database} belongs to {owner}: sudo -u {owner}, or chown"
        )
    word = check(database)
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
    try:
        with only_service(home):
            listen(settings.host, settings.port).close()
    except LoglingError:
        return f"{place}, shown by the service"
    except OSError as error:
        if error.errno != errno.EADDRINUSE:
            raise LoglingError(f"{place} cannot be used: {error.strerror or error}: change [admin]") from None
        raise LoglingError(f"{place} is taken by another program: set another port in [admin]") from None
    return f"{place} is free" if settings.port else "any port that is free"
