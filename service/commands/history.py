"""`logling history`: the ledger."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated

import typer

from ..home import find_home
from ..storage.hold import Hold
from ..storage.ledger import Ledger
from ..storage.run_record import RunRecord, parse_time
from .rollback import rollbacks
from .terminal import HomeOption, JsonOption, format_score, out, print_json


def history_command(
    home: HomeOption = None,
    as_json: JsonOption = False,
    limit: Annotated[
        int | None, typer.Option(min=1, help="How many runs, newest first; else 52, with --json all.")
    ] = None,
) -> None:
    """The ledger: every run, newest first."""
    found = find_home(home)
    found.make_state()
    with Ledger(found.ledger) as ledger:
        runs = ledger.runs(limit or (-1 if as_json else 52))
        sources = ledger.sources() or ()
    undone, held = rollbacks(found), Hold(found)
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


def format_history(runs: Sequence[RunRecord], rollbacks: Sequence[Mapping[str, str]]) -> str:
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
    commit_or_reason = (run.commit or "")[:9] or run.reason
    return (
        f"{parse_time(run.started or ''):%Y-%m-%d %H:%M}  {run.outcome:<11} {run.lines.new:>7,} {champion:>9} "
        f"{challenger:>11} {ngram:>7}  {commit_or_reason}"
    )


def _rollback_line(undone: Mapping[str, str]) -> str:
    commits = f"{undone['commit'][:9]} to {undone['restored'][:9]}"
    return f"{parse_time(undone['at']):%Y-%m-%d %H:%M}  rolled back {'':>38}{commits}"
