"""`logling doctor`: check everything a run needs, and say what is wrong and how to put it right."""

from __future__ import annotations

import re
import shutil
import stat
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import typer

from model import weights_file

from ..errors import LoglingError
from ..home import Home, find_home, locked, only_service
from ..installation import page_folder, program_version
from ..schedule.schedule import Schedule
from ..settings import Settings
from ..site.page_difference import compare
from ..site.site import Site
from ..sources import journal
from ..sources.files import find_files
from ..sources.log_file import OpenLog, RefusedFile, printable
from ..storage import corpus, ledger
from ..storage.database import check, format_of_file
from .doctor_modes import check_modes
from .terminal import HomeOption, JsonOption, now, out, print_json

LEAST_FREE = 200_000_000  # bytes
OLDEST_GIT = (2, 38)  # the first with `git merge-tree --write-tree`


def doctor_command(home: HomeOption = None, as_json: JsonOption = False) -> None:
    """Check everything a run needs, and say what is wrong."""
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
        ("state", lambda: check_state(home)),
        ("modes", lambda: check_modes(home)),
        ("lock", lambda: check_lock(home)),
        ("disk", lambda: check_disk(home)),
        ("ledger", lambda: check_database(home.ledger, ledger.FORMAT)),
        ("corpus", lambda: check_database(home.corpus, corpus.FORMAT)),
        ("site", lambda: check_site(home, settings)),
        ("page", lambda: check_page(home, settings)),
        ("weights", lambda: check_weights(home, settings)),
        ("remote", lambda: check_remote(home, settings)),
        ("schedule", lambda: check_schedule(home, settings)),
    ]
    results = [Check("settings", True, f"{home.settings_file}, preset {settings.preset}")]
    results += [_checked(name, look) for name, look in checks]
    return results + list(sources(settings))


def _checked(name: str, look: Callable[[], str]) -> Check:
    try:
        return Check(name, True, look())
    except (LoglingError, OSError, ValueError) as error:
        return Check(name, False, str(error))


def check_git() -> str:
    """Check that git is new enough to merge without a work tree."""
    if not shutil.which("git"):
        raise LoglingError("git is not installed (Debian, Ubuntu: apt install git)")
    version = subprocess.run(["git", "--version"], capture_output=True, text=True, check=True).stdout.strip()
    if tuple(int(number) for number in re.findall(r"\d+", version)[:2]) < OLDEST_GIT:
        raise LoglingError(f"{version} is too old: {'.'.join(map(str, OLDEST_GIT))} or newer is needed")
    return version


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


def check_database(database: Path, known: int) -> str:
    """Check that a database is whole, and of a format that this version knows. It may also not exist yet."""
    if not database.exists():
        return "none yet: the first run makes it"
    word = check(database)
    if word != "ok":
        raise LoglingError(f"damaged: {word}")
    version = format_of_file(database)
    if version > known:
        raise LoglingError(f"it has format {version}, newer than the {known} of this Logling: update Logling")
    return word if version == known else f"ok, of format {version}: the next run takes it to {known}"


def check_site(home: Home, settings: Settings) -> str:
    """Check that the repository is on its branch, and that its web folder is as committed."""
    site = Site(home.site, settings.git)
    branch = site.git("symbolic-ref", "--short", "HEAD")
    if branch != settings.git.branch:
        raise LoglingError(f"{home.site} is on branch {branch}, the settings say {settings.git.branch}")
    if changed := site.uncommitted(["web"]):
        raise LoglingError(f"{home.site} has changes that are not committed: {', '.join(changed)}")
    unpushed = site.remote.ahead()
    return f"{home.site}, branch {branch}" + (f", {unpushed} commits not pushed" if unpushed else "")


def check_page(home: Home, settings: Settings) -> str:
    """Check that the page in the site is that of this version."""
    found = compare(Site(home.site, settings.git), page_folder())
    here = program_version()
    if found.is_backwards:
        raise LoglingError(f"of version {found.version}, newer than this {here}: update Logling")
    if set(found.names) > set(found.by_person):
        of = f"of version {found.version}, " if found.version not in ("", here) else ""
        raise LoglingError(f"{of}not as this Logling {here} has it: `logling upgrade` refreshes it")
    return f"as in {here}" + (
        f", but for what a person has changed: {', '.join(found.by_person)}" if found.by_person else ""
    )


def check_weights(home: Home, settings: Settings) -> str:
    """Check that the champion can be read."""
    file = Site(home.site, settings.git).weights()
    if file is None:
        return "none yet: the first run makes them"
    _, card = weights_file.decode(file)
    return f"{len(file):,} bytes, {card['parameters']:,} parameters, of {card.get('created', 'an unknown day')}"


def check_remote(home: Home, settings: Settings) -> str:
    """Check that the remote answers."""
    if not settings.git.remote:
        return "none is set: nothing is pushed"
    Site(home.site, settings.git).remote.check()
    return f"{settings.git.remote} answers"


def check_schedule(home: Home, settings: Settings) -> str:
    """Say when the next run is, and whether a service is running. Fails if every attempt at the last slot failed."""
    plan, moment = Schedule.of(settings.schedule), now()
    if home.ledger.exists():
        with ledger.Ledger(home.ledger) as runs:
            attempts = [run for run in runs.slot_runs(plan.latest(moment)) if run.slot == plan.latest(moment)]
        if len(attempts) > len(plan.retries) and not any(run.succeeded for run in attempts):
            slot = plan.format_moment(plan.latest(moment))
            raise LoglingError(f"all {len(attempts)} attempts at the run of {slot} failed: see `logling history`")
    try:
        with only_service(home):
            service = "no service is running (`logling serve`)"
    except LoglingError:
        service = "the service is running"
    return f"next run {plan.format_moment(plan.following(moment))}; {service}"


def unreadable(path: Path) -> str:
    """Why a file would not be read, in words. Empty if it would."""
    try:
        with OpenLog(path) as log:
            log.refuse_binary()
    except RefusedFile as refusal:
        return str(refusal)
    except OSError as error:
        return f"{printable(path)}: {error.strerror}"
    return ""


def sources(settings: Settings) -> Iterator[Check]:
    """Check that each source has files that can be read, or a journal that answers."""
    if not settings.source:
        yield Check("sources", False, 'none is set: add [[source]] with files = "…" or journal = "…" to logling.toml')
    for pattern in settings.patterns:
        found = find_files([pattern])
        problems = "; ".join([*found.problems, *filter(None, (unreadable(file.path) for file in found.files))])
        count = "1 file" if len(found.files) == 1 else f"{len(found.files)} files"
        yield Check(f"source {printable(pattern)}", not problems, problems or count)
    for source in settings.source:
        if source.journal is not None:
            yield _checked(f"source {journal.log_name(source.journal)}", journal.newest)
