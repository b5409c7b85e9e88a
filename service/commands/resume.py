"""`logling resume`: lift the hold of a rollback, or of commits that somebody withdrew from the remote."""

from __future__ import annotations

from typing import NamedTuple

from ..home import Home, find_home, locked
from ..settings import Settings
from ..site.site import Site
from ..storage.hold import Hold
from .terminal import HomeOption, JsonOption, out, print_json


def resume_command(home: HomeOption = None, as_json: JsonOption = False) -> None:
    """Lift the hold: better weights are published again. Of what was withdrawn, the remote's history is taken over.

    logling resume --home ~/log-model
    """
    found = find_home(home)
    done = resume(found)
    if as_json:
        print_json(done._asdict())
        return
    if done.tip:
        took = f"The branch is at {done.tip[:12]} now, as the remote says"
        left = "1 commit is" if done.left == 1 else f"{done.left} commits are"
        out.print(f"{took}: {left} no longer on it. To be pushed: {done.to_push}.")
    out.print("Better weights are published again." if done.was_held else "Nothing was held.")


class Resumed(NamedTuple):
    """What a resume did."""

    was_held: bool
    tip: str = ""  # where the branch is, if the remote's history was taken over
    left: int = 0  # commits that are no longer on the branch
    to_push: int = 0  # commits that the remote does not have


def resume(home: Home) -> Resumed:
    """Lift the hold. What was withdrawn from the remote is left out here too. Raises LoglingError."""
    hold = Hold(home)
    if not hold.is_damaged() and hold.is_for_withdrawn():
        with locked(home):
            return take_over(home, home.settings(), hold)
    return Resumed(hold.lift())


def take_over(home: Home, settings: Settings, hold: Hold) -> Resumed:
    """Make the branch what the remote has now, and lift the hold."""
    site = Site(home.site, settings.git)
    site.check_ready()
    left, tip = site.remote.accept() if settings.git.remote else (0, site.tip())
    home.unpushed.unlink(missing_ok=True)
    hold.lift()
    return Resumed(True, tip, left, site.remote.ahead())
