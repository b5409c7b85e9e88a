"""Make the site ready for a commit, and push what was committed, again and again if need be.

While commits wait to be pushed, a file of the state says so (`Home.unpushed`). `logling serve` looks for it between
runs and starts `push_again` in a process of its own.
"""

from __future__ import annotations

import os
from contextlib import suppress
from datetime import datetime
from hashlib import sha256

from ..errors import LoglingError
from ..home import Home, locked
from ..settings import Settings
from ..storage.hold import Hold
from ..storage.ledger import Ledger
from .git import SiteError
from .remote import Withdrawn
from .site import Site
from .stale_locks import clear_locks

RECENT = 20  # commits in which a lost one is looked for


def make_ready(site: Site, ledger: Ledger, hold: Hold, now: datetime) -> list[str]:
    """Repair what a crash left, and take over what others pushed. Returns problems, in words.

    An unreachable remote is a problem. If commits were withdrawn from it, publishing is held. Raises SiteError if a
    person's unfinished work is in the way. Only for the holder of the home's lock.
    """
    problems = clear_locks(site)
    site.check_ready()
    problems += site.repair()
    reconcile(site, ledger)
    if site.settings.remote:
        try:
            problems += site.remote.synchronise()
        except Withdrawn as withdrawn:
            if not hold.is_for_withdrawn():
                hold.begin(withdrawn.commit, now, "withdrawn")
            problems.append(str(withdrawn))
        except SiteError as error:
            problems.append(str(error))
    return problems


def refuse_withdrawn(hold: Hold) -> None:
    """Raise LoglingError while it is not decided what becomes of commits that were withdrawn from the remote."""
    if hold.is_for_withdrawn():
        raise LoglingError(f"{hold.describe()}: `logling resume` first takes over what the remote has")


def reconcile(site: Site, ledger: Ledger) -> None:
    """Find the commits of runs that died before they could write them into the ledger.

    A trailer may be anyone's. The commit is the run's if it has the very weights that the run was about to commit.
    """
    for version in site.versions(RECENT):
        record = ledger.run(version.run)
        if record and record.commit is None and record.weights_sha256 == hash_of_weights(site, version.commit):
            record.outcome, record.commit = "committed", version.commit
            record.reason += "; but its commit had been made before"
            ledger.correct(record)


def hash_of_weights(site: Site, commit: str) -> str:
    """The SHA-256 of the weights file of a commit; empty if it has none, or a link."""
    with suppress(SiteError):
        if (file := site.weights(commit)) is not None:
            return sha256(file).hexdigest()
    return ""


def publish(home: Home, site: Site, ledger: Ledger) -> tuple[bool | None, str]:
    """Push what the remote does not have.

    Returns whether it has everything now (None without a remote), and why not, or why clones would not have it.
    """
    if not site.settings.remote:
        home.unpushed.unlink(missing_ok=True)
        return None, ""
    try:
        is_behind = site.remote.ahead() > 0
        is_withdrawn = Hold(home).is_for_withdrawn()
        if (is_behind or is_withdrawn) and not home.unpushed.exists():  # its time says since when
            home.unpushed.touch(mode=0o600)  # first, so that a push that is killed is tried again
        if is_withdrawn:
            raise SiteError(Hold(home).describe())
        merged = site.remote.push_over() if is_behind else []
    except SiteError as error:
        note_reason(home, str(error))
        return False, f"not pushed: {error}"
    ledger.note_pushed()
    home.unpushed.unlink(missing_ok=True)
    return True, "; ".join([*merged, *filter(None, [default_branch_problem(site) if is_behind else ""])])


def default_branch_problem(site: Site) -> str:
    """Why clones of the remote would be without the weights. Empty if they have them."""
    try:
        return site.remote.describe_default_branch()
    except SiteError as error:
        return f"what clones of the remote get is not known: {error}"


def note_reason(home: Home, reason: str) -> None:
    """Write into the file that says that commits wait why they do. Its time stays: it says since when.

    On a full disk the reason is in the run's record alone.
    """
    if home.unpushed.exists():
        since = home.unpushed.stat().st_mtime
        with suppress(OSError):
            home.unpushed.write_text(reason, encoding="utf-8")
        os.utime(home.unpushed, (since, since))


def push_again(home: Home, settings: Settings, now: datetime) -> list[str]:
    """Push what earlier runs and rollbacks could not. Returns problems. Raises LoglingError if it fails again."""
    with locked(home), Ledger(home.ledger) as ledger:
        ledger.close_unfinished(now)
        site = Site(home.site, settings.git)
        problems = make_ready(site, ledger, Hold(home), now)
        pushed, reason = publish(home, site, ledger)
        if pushed is False:
            raise LoglingError(reason)
    return [*problems, *filter(None, [reason])]
