"""`logling rollback`: earlier weights come back as a new commit, and nothing is published until a person says so."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Annotated, NamedTuple

import typer

from ..errors import LoglingError
from ..home import Home, find_home, locked
from ..settings import Settings
from ..site.commit_message import ROLLBACK_TRAILER, format_message
from ..site.publish import hash_of_weights, make_ready, publish, refuse_withdrawn
from ..site.site import Site, Version
from ..storage.hold import Hold
from ..storage.ledger import Ledger
from ..storage.rollbacks import Rollback
from .terminal import HomeOption, JsonOption, err, now, out, print_json


def rollback_command(
    commit: Annotated[
        str, typer.Argument(metavar="COMMIT", help="A commit of the site; else the weights before the present ones.")
    ] = "",
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """A new commit that restores earlier weights, and a hold: runs go on, nothing is published until `resume`.

    logling rollback --home ~/log-model
    """
    found = find_home(home)
    done = roll_back(found, found.settings(), commit, now())
    if as_json:
        print_json(done._asdict())
        return
    out.print(f"The weights of {done.restored[:12]} are back, as commit {done.commit[:12]}.")
    if done.problem:
        err.print(f"problem: {done.problem}")
    out.print("Nothing is published from now on: `logling resume` lifts that.")


class RollbackDone(NamedTuple):
    """What a rollback did."""

    commit: str  # the new one
    restored: str  # the commit whose weights are back
    pushed: bool | None  # None without a remote
    problem: str


def roll_back(home: Home, settings: Settings, commit: str, now: datetime) -> RollbackDone:
    """Restore the weights of a commit (empty: those that came before the present ones) and hold publishing.

    Raises LoglingError when there are no such weights, or when they are the present ones already.
    """
    from ..checking.sound_weights import decode_weights  # needs numpy, which a list of rollbacks does not

    with locked(home), Ledger(home.ledger) as ledger:
        site = Site(home.site, settings.git)
        ledger.close_unfinished(now)
        # First: the remote's weights would win over the restored ones later.
        problems = make_ready(site, ledger, Hold(home), now)
        refuse_withdrawn(Hold(home))
        restored = site.resolve(commit) if commit else weights_before_present(site)
        file = site.weights(restored)
        if file is None:
            raise LoglingError(f"commit {restored[:9]} of {home.site} has no weights")
        if file == site.weights():
            raise LoglingError(f"the weights of commit {restored[:9]} are the present ones")
        _, card = decode_weights(file)
        subject = f"Roll back to the weights of {card.get('created', restored[:9])[:10]}"
        with held(Hold(home), restored, now):
            made, problem = site.commit_weights(file, format_message(subject, {ROLLBACK_TRAILER: restored}), now)
        published, reason = publish(home, site, ledger)
        ledger.note_rollback(
            Rollback(
                now, made, restored, card.get("bits_per_char"), card.get("ngram"), card.get("parameters"), len(file),
                published,
            )
        )  # fmt: skip
        return RollbackDone(made, restored, published, "; ".join(filter(None, [*problems, problem, reason])))


@contextmanager
def held(hold: Hold, commit: str, now: datetime) -> Iterator[None]:
    """Hold publishing before the rollback is made, so that a crash leaves both or none. A refused one holds nothing."""
    was_held = bool(hold.read())
    hold.begin(commit, now)
    try:
        yield
    except Exception:
        if not was_held:
            hold.lift()
        raise


def has_restored(site: Site, version: Version) -> bool:
    """Whether a commit has the weights of the one that it says it rolled back to: anyone may write that it did."""
    return bool(version.restored) and hash_of_weights(site, version.restored) == hash_of_weights(site, version.commit)


def weights_before_present(site: Site) -> str:
    """The newest commit whose weights came before the present ones. Raises LoglingError.

    If the present ones were restored by a rollback, the search begins at the commit that was restored. So a second
    rollback goes further back and does not bring back what the first withdrew.
    """
    present = hash_of_weights(site, "HEAD")
    restored = ""
    for version in site.versions():
        if restored in ("", version.commit):
            restored = version.restored if has_restored(site, version) else ""
            if not restored and hash_of_weights(site, version.commit) not in (present, ""):
                return version.commit
    raise LoglingError(f"{site.path} has no earlier weights to roll back to")
