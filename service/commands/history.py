"""`logling history`: the ledger."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Any

import typer

from ..errors import LoglingError
from ..home import Home, find_home
from ..settings import GitSettings
from ..site.git import SiteError
from ..site.site import Site
from ..storage.hold import Hold
from ..storage.ledger import Ledger
from ..storage.run_record import RunRecord, parse_time
from .terminal import HomeOption, JsonOption, err, format_score, out, print_json


def history_command(
    home: HomeOption = None,
    as_json: JsonOption = False,
    limit: Annotated[
        int | None, typer.Option(metavar="N", min=1, help="How many runs, newest first; else 52, with --json all.")
    ] = None,
) -> None:
    """The ledger: every run, newest first.

    logling history --home ~/log-model --limit 10
    """
    found = find_home(home)
    found.make_state()
    with Ledger(found.ledger) as ledger:
        runs = ledger.runs(limit or (-1 if as_json else 52))
        sources = ledger.sources() or ()
    undone: list[dict[str, Any]] = []
    held = Hold(found)
    try:
        site = site_of(found)
        undone, unpushed = rollbacks(site), site.remote.unpushed()
        for run in runs:
            run.pushed = False if run.commit in unpushed else run.pushed
    except SiteError as error:
        err.print(f"problem: {error}")
    if as_json:
        of_sources = [state.as_json() for state in sources]
        print_json(
            {"runs": [run.as_json() for run in runs], "rollbacks": undone, "hold": held.read(), "sources": of_sources}
        )
        return

    out.print(format_history(runs, undone) if runs else "No run yet.")
    for state in sources:
        if state.state != "reading":
            out.print(f"source {state.name}: {state.describe()}")
    if held.read():
        out.print(f"{held.describe()}: `logling resume` lifts that")


def site_of(home: Home) -> Site:
    """The site, also where the settings cannot be read. Raises SiteError."""
    try:
        settings = home.settings().git
    except LoglingError:
        settings = GitSettings()
    return Site(home.site, settings)


def rollbacks(site: Site) -> list[dict[str, Any]]:
    """All rollbacks in the site's history, newest first. `pushed` is None without a remote."""
    unpushed, made = site.remote.unpushed(), [version for version in site.versions() if version.restored]
    return [
        {
            "at": version.date,
            "commit": version.commit,
            "restored": version.restored,
            "pushed": version.commit not in unpushed if site.settings.remote else None,
        }
        for version in made
    ]


def format_history(runs: Sequence[RunRecord], rollbacks: Sequence[Mapping[str, Any]]) -> str:
    """The ledger, a line a run and a rollback, newest first: figures, and the reason where there is no commit."""
    head = f"{'started (UTC)':<17} {'outcome':<11} {'new':>7} {'champion':>9} {'challenger':>11} {'n-gram':>7}  commit"
    dated = [(parse_time(run.started or ""), _run_line(run)) for run in runs]
    oldest = min(when for when, _ in dated)
    dated += [
        (parse_time(undone["at"]), _rollback_line(undone)) for undone in rollbacks if parse_time(undone["at"]) >= oldest
    ]
    return "\n".join([head, *(line for _, line in sorted(dated, key=lambda entry: entry[0], reverse=True))])


def _run_line(run: RunRecord) -> str:
    scores = run.bits_per_char
    champion, challenger, ngram = map(format_score, (scores.champion, scores.challenger, scores.ngram))
    audit = f", audit: {run.audit.answer}" if run.audit else ""
    commit_or_reason = run.commit[:9] + audit + describe_push(run.pushed) if run.commit else run.reason
    return (
        f"{parse_time(run.started or ''):%Y-%m-%d %H:%M}  {run.outcome:<11} {run.lines.new:>7,} {champion:>9} "
        f"{challenger:>11} {ngram:>7}  {commit_or_reason}"
    )


def _rollback_line(undone: Mapping[str, Any]) -> str:
    commits = f"{undone['commit'][:9]} to {undone['restored'][:9]}{describe_push(undone['pushed'])}"
    return f"{parse_time(undone['at']):%Y-%m-%d %H:%M}  rolled back {'':>38}{commits}"


def describe_push(pushed: bool | None) -> str:
    """What stands behind a commit that the remote does not have."""
    return ", not pushed" if pushed is False else ""
