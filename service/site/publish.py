"""Make the site ready for a commit, and push what was committed, again and again if need be.

While commits wait to be pushed, a file of the state says so (`Home.unpushed`). `logling serve` looks for it between
runs and starts `push_again` in a process of its own.
"""

from __future__ import annotations

import os
from contextlib import suppress
from datetime import datetime

from ..errors import LoglingError
from ..home import Home, locked
from ..settings import Settings
from ..storage.ledger import Ledger
from .git import SiteError
from .site import Site
from .stale_locks import clear_locks

RECENT = 20  # commits in which a lost one is looked for


def make_ready(site: Site, ledger: Ledger) -> list[str]:
    """Repair what a crash left, and take over what others pushed. Returns problems, in words.

    An unreachable remote is a problem. Raises SiteError if a person's unfinished work is in the way. Only for the
    holder of the home's lock.
    """
    problems = clear_locks(site)
    site.check_ready()
    problems += site.repair()
    reconcile(site, ledger)
    if site.settings.remote:
        try:
            problems += site.remote.synchronise()
        except SiteError as error:
            problems.append(str(error))
    return problems


def reconcile(site: Site, ledger: Ledger) -> None:
    """Find the commits of runs that died before they could write them into the ledger."""
    for version in site.versions(RECENT):
        record = ledger.run(version.run)
        if record and record.commit is None:
            record.outcome, record.commit = "committed", version.commit
            record.reason += "; but its commit had been made before"
            ledger.correct(record)


def publish(home: Home, site: Site, ledger: Ledger) -> tuple[bool | None, str]:
    """Push what the remote does not have.

    Returns whether it has everything now (None without a remote), and why not, or why clones would not have it.
    """
    if not site.settings.remote:
        home.unpushed.unlink(missing_ok=True)
        return None, ""
    try:
        is_behind = site.remote.ahead() > 0
        if is_behind:
            if not home.unpushed.exists():  # its time says since when
                home.unpushed.touch(mode=0o600)  # first, so that a push that is killed is tried again
            site.remote.push()
    except SiteError as error:
        note_reason(home, str(error))
        return False, f"not pushed: {error}"
    ledger.note_pushed()
    home.unpushed.unlink(missing_ok=True)
    return True, default_branch_problem(site) if is_behind else ""


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
        problems = make_ready(site, ledger)
        pushed, reason = publish(home, site, ledger)
        if pushed is False:
            raise LoglingError(reason)
    return [*problems, *filter(None, [reason])]
