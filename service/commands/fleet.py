"""`logling fleet`: many homes in one service, until stopped."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ..fleet.fleet import serve_fleet
from ..fleet.fleet_settings import load_fleet
from ..home import expanded
from .terminal import now

FolderArgument = Annotated[
    Path, typer.Argument(metavar="FOLDER", help="Every folder below it that has a logling.toml is a home.")
]


def fleet_command(folder: FolderArgument) -> None:
    """Run what is due in all homes below a folder and show them on one page, until stopped.

    A home is called by its path from the folder, and `--home FOLDER/NAME` is it for every other command. A home may
    come or go meanwhile. How many run at once, and over how long they are spread, is in FOLDER/fleet.toml.

    logling fleet ~/homes
    """
    found = expanded(folder).resolve()
    serve_fleet(found, load_fleet(found), now)
