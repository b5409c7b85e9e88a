"""`logling doctor`: check everything a run needs, and say what is wrong and how to put it right."""

from __future__ import annotations

import os
import re
import shutil
import sqlite3
import stat
import subprocess
from collections.abc import Callable
from importlib import metadata
from typing import NamedTuple

import typer

from ..checking import findings_database
from ..errors import LoglingError
from ..home import Home, find_home, locked, only_service
from ..schedule.schedule import Schedule, is_given_up
from ..settings import Settings
from ..storage import corpus, ledger
from .doctor_engine import check_engine
from .doctor_home import check_admin, check_database, check_writable
from .doctor_modes import check_modes
from .doctor_site import site_checks
from .doctor_sources import source_checks
from .doctor_telling import telling_checks
from .terminal import HomeOption, JsonOption, now, out, print_json

LEAST_FREE = 200_000_000  # bytes
OLDEST_GIT = (2, 38)  # the first with `git merge-tree --write-tree`


def doctor_command(home: HomeOption = None, as_json: JsonOption = False) -> None:
    """Check everything a run needs, and say what is wrong.

    logling doctor --home ~/log-model
    """
    checks = examine(find_home(home))
    well = all(check.ok for check in checks)
    if as_json:
        print_json({"ok": well, "checks": [check._asdict() for check in checks]})
    else:
        for check in checks:
            out.print(f"{'ok  ' if check.ok else 'BAD '} {check.name}: {check.detail}")
    raise typer.Exit(0 if well else 1)


class Check(NamedTuple):
    """One thing that was checked."""

    name: str
    ok: bool
    detail: str


def examine(home: Home) -> list[Check]:
    """All checks, in the order in which a run would need what they look at."""
    try:
        settings = home.settings()
    except LoglingError as error:
        return [Check("settings", False, str(error))]
    checks: list[tuple[str, Callable[[], str]]] = [
        ("git", check_git),
        ("numba", check_numba),
        ("home", lambda: check_writable(home)),
        ("state", lambda: check_state(home)),
        ("modes", lambda: check_modes(home)),
        ("lock", lambda: check_lock(home)),
        ("disk", lambda: check_disk(home)),
        ("ledger", lambda: check_database(home.ledger, ledger.FORMAT)),
        ("corpus", lambda: check_database(home.corpus, corpus.FORMAT)),
        *site_checks(home, settings),
        ("engine", lambda: check_engine(settings.engine)),
        ("schedule", lambda: check_schedule(home, settings)),
        ("admin page", lambda: check_admin(home, settings.admin)),
        ("findings", lambda: check_database(home.findings, findings_database.FORMAT)),
        *telling_checks(settings),
    ]
    results = [Check("settings", True, f"{home.settings_file}, preset {settings.preset}")]
    results += [_checked(name, look) for name, look in checks]
    return results + [_checked(name, look) for name, look in source_checks(home, settings)]


def _checked(name: str, look: Callable[[], str]) -> Check:
    try:
        return Check(name, True, look())
    except OSError as error:
        place = f"{os.fsdecode(error.filename)}: " if isinstance(error.filename, str | bytes | os.PathLike) else ""
        return Check(name, False, f"{place}{error.strerror or error}")
    except (LoglingError, ValueError, sqlite3.Error) as error:
        return Check(name, False, str(error))


def check_git() -> str:
    """Check that git is new enough to merge without a work tree."""
    if not shutil.which("git"):
        raise LoglingError("git is not installed (Debian, Ubuntu: apt install git)")
    version = subprocess.run(["git", "--version"], capture_output=True, text=True, check=True).stdout.strip()
    if tuple(int(number) for number in re.findall(r"\d+", version)[:2]) < OLDEST_GIT:
        raise LoglingError(f"{version} is too old: {'.'.join(map(str, OLDEST_GIT))} or newer is needed")
    return version


def check_numba() -> str:
    """Check that what trains can be compiled on this machine."""
    try:
        import model.compiled  # noqa: F401  here, because it takes a while
    except ImportError as error:
        raise LoglingError(str(error)) from None
    return f"version {metadata.version('numba')}"


def check_state(home: Home) -> str:
    """Check that only the owner may read the state."""
    mode = stat.S_IMODE(home.state.stat().st_mode)
    if mode & 0o077:
        raise LoglingError(f"{home.state} can be read by others (mode {mode:o}): chmod 700 {home.state}")
    return f"{home.state}, mode {mode:o}"


def check_lock(home: Home) -> str:
    """Check that a run could begin now."""
    with locked(home):
        return "no run is under way"


def check_disk(home: Home) -> str:
    """Check that there is room for weights, corpus and git."""
    free = shutil.disk_usage(home.path).free
    if free < LEAST_FREE:
        raise LoglingError(f"only {free / 1e6:,.0f} MB are free, {LEAST_FREE / 1e6:,.0f} MB are wanted")
    return f"{free / 1e9:,.1f} GB free"


def check_schedule(home: Home, settings: Settings) -> str:
    """Say when the next run is, and whether a service is running. Fails if every attempt at the last slot failed."""
    plan, moment = Schedule.of(settings.schedule), now()
    if home.ledger.exists():
        with ledger.Ledger(home.ledger) as runs:
            attempts = [run for run in runs.slot_runs(plan.latest(moment)) if run.slot == plan.latest(moment)]
        newest = max(attempts, key=lambda run: run.attempt, default=None)
        if newest and not any(run.succeeded for run in attempts) and is_given_up(plan, newest):
            slot = plan.format_moment(plan.latest(moment))
            raise LoglingError(f"all {len(attempts)} attempts at the run of {slot} failed: see `logling history`")
    try:
        with only_service(home):
            service = "no service is running (`logling serve`)"
    except LoglingError:
        service = "the service is running"
    return f"next run {plan.format_moment(plan.following(moment))}; {service}"
