"""`logling fleet status`: how the homes of a fleet stand."""

from __future__ import annotations

from typing import Any

import typer

from ..admin.durations import format_past
from ..errors import LoglingError
from ..fleet.fleet_settings import load_fleet
from ..fleet.page import KINDS, describe_next
from ..fleet.reader import FleetReader, HomeState
from ..home import expanded
from .fleet import FolderArgument
from .terminal import JsonOption, format_score, now, out, print_json

HEADS = ("HOME", "STATE", "LAST RUN", "", "BITS", "NEXT RUN", "")
LONGEST = 40  # characters of a name in the table


def fleet_status_command(folder: FolderArgument, as_json: JsonOption = False) -> None:
    """How the homes of a fleet stand, those that are not well first. Ends with status 1 if one is not well.

    With --json the status is 0 in any case.

    logling fleet status ~/homes
    """
    found = expanded(folder).resolve()
    reader = FleetReader(found, load_fleet(found).spread, now)
    reader.read_all()
    states = reader.states()
    if as_json:
        print_json({"serving": reader.is_alive(), "homes": [as_document(state) for state in states]})
        return
    if not states:
        raise LoglingError(f"there is no home below {found}: make one with `logling init --in {found} NAME`")
    if not reader.is_alive():
        out.print(f"No service is running: `logling fleet {found}`")
    print_table([row_of(state) for state in states])
    for path, problem in sorted(reader.passed_over.items()):
        out.print(f"{path} is passed over: {problem}")
    if any(state.kind == "bad" for state in states):
        raise typer.Exit(1)


def row_of(state: HomeState) -> tuple[str, ...]:
    """A home as a row of the table."""
    summary, moment = state.summary, now()
    reasons = [symptom.text for symptom in (*summary.health.reasons, *summary.health.warnings)]
    name = state.name if len(state.name) <= LONGEST else state.name[: LONGEST - 1] + "…"
    last, ago = (
        (summary.last.outcome, format_past(moment - summary.last.finished)) if summary.last else ("none yet", "")
    )
    notes = ["not pushed"] * (summary.unpushed_since is not None) + reasons[:1]
    return (
        name,
        KINDS[state.kind],
        last,
        ago,
        format_score(summary.score),
        describe_next(state, moment),
        "; ".join(notes),
    )


def print_table(rows: list[tuple[str, ...]]) -> None:
    """Print rows in columns."""
    widths = [max(len(row[column]) for row in [HEADS, *rows]) for column in range(len(HEADS))]
    for row in [HEADS, *rows]:
        out.print("  ".join(f"{text:<{width}}" for text, width in zip(row, widths, strict=True)).rstrip())


def as_document(state: HomeState) -> dict[str, Any]:
    """A home as `--json` prints it."""
    summary = state.summary
    last = summary.last
    return {
        "home": state.name,
        "model": state.model,
        "status": summary.health.status,
        "reasons": [symptom.text for symptom in summary.health.reasons],
        "warnings": [symptom.text for symptom in summary.health.warnings],
        "last": {"run": last.run, "outcome": last.outcome, "finished": last.finished.isoformat()} if last else None,
        "last_success": summary.last_success.isoformat() if summary.last_success else None,
        "bits_per_char": summary.score,
        "next": summary.next_run.isoformat() if summary.next_run else None,
        "running": summary.is_running,
        "unpushed_since": summary.unpushed_since.isoformat() if summary.unpushed_since else None,
    }
