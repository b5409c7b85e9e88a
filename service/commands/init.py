"""`logling init`: make a new home."""

from __future__ import annotations

import os
import shlex
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from model.card_facts import LONGEST_MODEL_NAME, is_model_name
from model.config import PRESETS

from ..environment import PREFIX, setting_variables
from ..errors import LoglingError
from ..fleet.homes import check_name
from ..home import ROOT, Home, expanded, user_name
from ..installation import page_folder
from ..reading.log_names import name_of_files, proposed_name
from ..settings import HOST, is_path, new_settings
from ..site.git import UMASK
from ..site.publish import default_branch_problem
from ..site.site import Site, create
from ..sources.docker import find_container
from ..sources.log_file import printable
from ..storage.atomic_write import write_durably
from .doctor_site import check_page
from .init_proposals import print_proposals
from .init_sources import print_sources
from .terminal import err, out

PROPOSED_HOME = Path("log-model")


class Preset(StrEnum):
    """The shapes of a model that can be chosen by name."""

    full = "full"
    seed = "seed"


def init_command(
    home: Annotated[Path | None, typer.Argument(metavar="HOME", help="The folder to make.")] = None,
    source: Annotated[
        list[str] | None,
        typer.Option(metavar="PATH_OR_GLOB", help="A log file, or a glob in quotes. Repeat for more."),
    ] = None,
    journal: Annotated[
        list[str] | None,
        typer.Option(metavar="UNIT", help='A unit of systemd, such as ssh; "*" is all of them. Repeat for more.'),
    ] = None,
    docker: Annotated[
        list[str] | None,
        typer.Option(metavar="CONTAINER", help="A container of Docker or Podman, by its name. Repeat for more."),
    ] = None,
    name: Annotated[str, typer.Option(metavar="NAME", help="What the model is called; else as its sources say.")] = "",
    preset: Annotated[
        Preset, typer.Option(metavar="PRESET", help='"full" (best in 101 KB) or "seed" (tiny, trains in seconds).')
    ] = Preset.full,
    remote: Annotated[str, typer.Option(metavar="URL", help="A git URL or path to push weights to.")] = "",
    fleet: Annotated[
        Path | None, typer.Option("--in", metavar="FOLDER", help="The folder of a fleet; HOME is a name in it then.")
    ] = None,
    folder: Annotated[
        str, typer.Option(metavar="NAME", help="This model's folder in a site that several homes publish into.")
    ] = "",
) -> None:
    """Make a home: settings, state and the site repository with its page. Without a log, say which there are.

    logling init ~/log-model --source '/var/log/dpkg.log*'
    logling init ~/ssh-model --journal ssh
    logling init --in ~/homes web/nginx --source '/var/log/nginx/access.log*'
    """
    if fleet is not None:
        home = place_in_fleet(expanded(fleet).resolve(), home)
    if not (source or journal or docker or is_set_by_variable("source")):
        if home:
            refuse_used(Home(expanded(home).resolve()))
        print_proposals(home or PROPOSED_HOME)
        raise typer.Exit(2)
    if home is None:
        raise typer.BadParameter("name the folder to make: logling init HOME --source …", param_hint="HOME")
    if name and not is_model_name(name):
        raise typer.BadParameter(
            f"{name!r} is no name of a model: allowed are 1 to {LONGEST_MODEL_NAME} characters that can be seen",
            param_hint="--name",
        )
    containers = [find_container(container).source() for container in docker or []]
    made = make_home(
        home, sources=source or [], journals=journal or [], containers=containers, name=name, preset=preset,
        remote=remote, folder=folder,
    )  # fmt: skip
    settings = made.settings()
    out.print(f'Made {made.path}, the home of the model "{settings.model_name}"')
    if problem := describe_remote(made):
        err.print(f"problem: {problem}")
    if problem := describe_page(made):
        err.print(f"problem: the page of the site: {problem}")
    print_sources(settings, made.path)
    if any("files" in container for container in containers):
        out.print(
            "A container that is made anew writes another file: name it in logling.toml then, or log to journald."
        )
    out.print(f"Next:\n  logling retrain --home {shlex.quote(str(made.path))}")


def place_in_fleet(folder: Path, name: Path | None) -> Path:
    """Where a new home of a fleet is. Raises LoglingError for a name by which it would not be found."""
    if name is None:
        raise typer.BadParameter("name the home: logling init --in FOLDER NAME --source …", param_hint="HOME")
    check_name(os.fspath(name))
    for above in (folder, *list((folder / name).parents)[: len(name.parts) - 1]):
        if Home(above).settings_file.exists():
            raise LoglingError(f"{above} is a home itself, and none is looked for below it: choose another place")
    return folder / name


def make_home(
    path: Path,
    *,
    sources: Sequence[str],
    preset: str,
    remote: str,
    journals: Sequence[str] = (),
    containers: Sequence[Mapping[str, str]] = (),
    name: str = "",
    folder: str = "",
) -> Home:
    """Make settings, state and site in a new or empty folder. Raises LoglingError, and leaves nothing behind then."""
    if preset not in PRESETS:
        raise LoglingError(f"there is no preset {preset!r}: use {' or '.join(PRESETS)}")
    home = Home(expanded(path).resolve())
    refuse_used(home)
    if remote and is_path(remote):
        remote = str(expanded(Path(remote)).resolve())
    for given in (*sources, *journals, name, remote, folder):
        refuse_undecodable(given)
    files = [named_source(absolute(source)) for source in sources]
    units = [{"journal": unit} for unit in journals]
    text = new_settings(preset, [], remote, tables=[*files, *units, *containers], name=name, folder=folder)
    is_new = not home.path.exists()
    home.path.mkdir(mode=0o700, parents=True, exist_ok=True)
    refuse_foreign(home.path, os.geteuid())
    write_durably(home.settings_file, text.encode())
    try:
        settings = home.settings()
        home.make_state()
        with site_umask():
            create(home.site, page_folder(), settings.git)
    except BaseException:
        undo(home)
        if is_new:
            home.path.rmdir()
        raise
    return home


def refuse_used(home: Home) -> None:
    """Raise LoglingError where there is a home, or something that would be in its way."""
    if home.settings_file.exists():
        raise LoglingError(f"{home.path} is a Logling home already")
    if is_used(home.site) or is_used(home.state):
        raise LoglingError(f"{home.path} has a folder site or state already: choose another place")


def is_set_by_variable(key: str) -> bool:
    """Whether a variable has the value of a setting."""
    return any(name.upper() == f"{PREFIX}{key.upper()}" for name in setting_variables())


def describe_remote(home: Home) -> str:
    """Why clones of the remote will be without the weights. Empty if they will have them, or without a remote."""
    settings = home.settings().git
    return default_branch_problem(Site(home.site, settings)) if settings.remote else ""


def describe_page(home: Home) -> str:
    """Why the page of a site that other homes made does not show this model. Empty if it does."""
    settings = home.settings()
    try:
        if settings.git.folder:
            check_page(home, settings)
    except LoglingError as error:
        return str(error)
    return ""


@contextmanager
def site_umask() -> Iterator[None]:
    """While a site is made: others may read it, and nobody else may change it."""
    before = os.umask(UMASK)
    try:
        yield
    finally:
        os.umask(before)


def refuse_undecodable(given: str) -> None:
    """Raise LoglingError for what cannot be written into settings, which are UTF-8."""
    try:
        given.encode()
    except UnicodeEncodeError:
        raise LoglingError(f"{printable(given)} is not UTF-8, and settings are: rename it") from None


def refuse_foreign(folder: Path, user: int) -> None:
    """Raise LoglingError if a folder belongs to someone who could change what this user puts there."""
    owner = folder.stat().st_uid
    if owner not in (user, ROOT):
        name = user_name(owner)
        raise LoglingError(
            f"{folder} belongs to {name}, who could read and change all that is put there: "
            f"choose another place, or run this as {name}: sudo -u {name} logling init …"
        )


def is_used(folder: Path) -> bool:
    """Whether something is there already. An empty folder may be a mounted volume, and is not."""
    return folder.exists() and not (folder.is_dir() and not any(folder.iterdir()))


def absolute(source: str) -> str:
    """A path or glob that means the same in any directory. Raises LoglingError where ~ has no meaning."""
    return str(expanded(Path(source)).absolute())


def named_source(files: str) -> dict[str, str]:
    """The keys of a `[[source]]` of files, with a name where the file's name has words that are not well known."""
    proposed = proposed_name(files, HOST)
    return {"files": files} if proposed == name_of_files(files) else {"files": files, "name": proposed}


def undo(home: Home) -> None:
    """Remove what an unfinished `make_home` made."""
    shutil.rmtree(home.site, ignore_errors=True)
    shutil.rmtree(home.state, ignore_errors=True)
    home.settings_file.unlink(missing_ok=True)
