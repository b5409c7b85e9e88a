"""`logling resume`: lift the hold of a rollback."""

from __future__ import annotations

from ..home import find_home
from ..storage.hold import Hold
from .terminal import HomeOption, JsonOption, out, print_json


def resume_command(home: HomeOption = None, as_json: JsonOption = False) -> None:
    """Lift the hold: better weights are published again."""
    was_held = Hold(find_home(home)).lift()
    if as_json:
        print_json({"was_held": was_held})
        return
    out.print("Better weights are published again." if was_held else "Nothing was held.")
