"""`logling upgrade`: put the page's files of the installed Logling into the site, in one commit.

All files of a page must be of one version, or it does not work. So either all are replaced or none. What a person has
changed is overwritten only with `--overwrite`. The weights are not touched, and the hold of a rollback, which is about
weights, does not stop an upgrade.
"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Annotated, NamedTuple

import typer

from model import weights_file

from ..checking.sound_weights import decode_weights
from ..errors import LoglingError
from ..home import Home, find_home, locked
from ..installation import page_folder, program_version
from ..settings import Settings
from ..site.commit_message import VERSION_TRAILER, format_message
from ..site.models_list import is_of_several
from ..site.page_difference import Difference, compare
from ..site.page_files import page_files
from ..site.publish import make_ready, publish, refuse_withdrawn
from ..site.site import Site
from ..storage.hold import Hold
from ..storage.ledger import Ledger
from .terminal import HomeOption, JsonOption, err, now, out, print_json


def upgrade_command(
    overwrite: Annotated[
        bool, typer.Option("--overwrite", help="Replace files of the page that a person has changed, too.")
    ] = False,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Refresh the page's files in the site, after Logling itself was updated.

    logling upgrade --home ~/log-model
    """
    found = find_home(home)
    done = upgrade_page(found, found.settings(), page_folder(), now(), overwrite)
    if as_json:
        print_json(done._asdict())
        return
    for verb, names in (("changed", done.changed), ("added", done.added), ("removed", done.removed)):
        for name in names:
            out.print(f"{verb:8} {name}")
    for name in done.kept:
        out.print(f"kept     {name}: the page no longer has it, but a person has changed it")
    for problem in done.problems:
        err.print(f"problem: {problem}")
    is_at = f"commit {done.commit[:12]}" if done.commit else "nothing to do"
    out.print(f"The page is of Logling {done.version}: {is_at}.")


class Upgrade(NamedTuple):
    """What an upgrade did. Names are within the site."""

    version: str  # of the page that is there now
    commit: str | None  # None if there was nothing to do
    pushed: bool | None  # None without a remote
    changed: list[str]
    added: list[str]
    removed: list[str]
    kept: list[str]  # what the page no longer has, but a person has changed
    problems: list[str]


def upgrade_page(home: Home, settings: Settings, page: Path, now: datetime, overwrite: bool = False) -> Upgrade:
    """Make the page in the site the one of the folder `page`.

    Raises LoglingError, with nothing done, if that would overwrite a person's files without `overwrite`, or if the page
    or the weights in the site are of a newer version.
    """
    with locked(home), Ledger(home.ledger) as ledger:
        site = Site(home.site, settings.git)
        ledger.close_unfinished(now)
        problems = make_ready(site, ledger, Hold(home), now)
        refuse_withdrawn(Hold(home))
        problems += check_weights(site)
        tip = site.tip()
        found = compare(site, page)
        commit = None
        if found.names:
            refuse_overwriting(site, found, overwrite)
            commit, problem = site.commit_files(contents(site, page, found.names), upgrade_message(), now, over=tip)
            problems.append(problem)
        is_pushed, reason = publish(home, site, ledger)
    problems = [problem for problem in [*problems, reason] if problem]
    return Upgrade(
        program_version(), commit, is_pushed, found.changed, found.added, found.removed, found.kept, problems
    )


def refuse_overwriting(site: Site, found: Difference, overwrite: bool) -> None:
    """Raise LoglingError if a newer page would be replaced, or, without `overwrite`, what a person has changed."""
    if found.is_backwards:
        raise LoglingError(
            f"the page in {site.path} is of version {found.version}, newer than this {program_version()}: "
            "update Logling"
        )
    if overwrite:
        return
    if found.by_person:
        raise LoglingError(
            f"a person has changed {', '.join(found.by_person)} in {site.path}, and a page of two versions would not "
            "work: `logling upgrade --overwrite` takes the new files; the changes stay in git's history"
        )
    if changed := site.uncommitted(found.names):
        raise LoglingError(
            f"{', '.join(changed)} in {site.path} has changes that are not committed: commit or undo them first, "
            "or keep them in the work tree beside the new page with `logling upgrade --overwrite`"
        )


def check_weights(site: Site) -> list[str]:
    """Why this version's page could not read the weights. Raises LoglingError if they are of a newer version."""
    file = site.weights()
    try:
        if file is not None:
            decode_weights(file)
    except weights_file.NewerFormat as error:
        raise LoglingError(f"{site.path}: {error}") from None
    except weights_file.WeightsFileError as error:
        return [str(error)]
    return []


def contents(site: Site, page: Path, names: list[str]) -> dict[str, bytes | None]:
    """The page's files by their names within the site. None for those that it no longer has."""
    files = page_files(page, is_of_several(site, site.tip()))
    return {name: files.get(Path(name).name) for name in names}


def upgrade_message() -> str:
    """The message of an upgrade's commit."""
    version = program_version()
    return format_message(f"Upgrade the page to Logling {version}", {VERSION_TRAILER: version})
