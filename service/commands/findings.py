"""`logling findings`: what the watch of a home found, and one round of it by hand."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Annotated, Any

import typer

from ..checking.findings import Findings
from ..checking.findings_database import FindingsDatabase, FoundRow
from ..checking.normal_rules import add_rules, rule_of
from ..checking.report import as_html
from ..errors import LoglingError
from ..home import Home, find_home, open_private
from ..schedule.child_process import become_child
from ..settings import checked_duration, duration_of
from .check import print_finding
from .findings_round import run_round, title_of
from .terminal import HomeOption, JsonOption, err, now, out, print_json

DEFAULT_SINCE = "7d"
TOLD = {"told": "told", "held": "not told, the budget was spent", "waiting": "not told yet", "noted": "not told"}


def findings_command(
    since: Annotated[
        str, typer.Option(metavar="TIME", help="From when on: 12h, 30d, or a date such as 2026-03-01.")
    ] = DEFAULT_SINCE,
    normal: Annotated[
        list[int] | None,
        typer.Option("--normal", metavar="N", min=1, help="Call the finding of this number normal from now on."),
    ] = None,
    html: Annotated[
        bool, typer.Option("--html", help="Print one page that has all in it, to stdout or --to FILE.")
    ] = False,
    to: Annotated[Path | None, typer.Option("--to", metavar="FILE", help="Where --html is written.")] = None,
    top: Annotated[int, typer.Option(metavar="N", min=0, help="How many findings are printed as text.")] = 20,
    once: Annotated[bool, typer.Option("--now", help="Read and check new lines now, as the service does.")] = False,
    served: Annotated[bool, typer.Option(hidden=True)] = False,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """What `logling serve` found strange in new lines, strangest first. It checks them if watch.every is set.

    A finding keeps its number. What is called normal is not found again.

        logling findings --home ~/log-model --since 30d
        logling findings --home ~/log-model --normal 12
    """
    if served:  # started by `logling serve`, whose log has no lines of a log in it
        become_child()
    moment = now()
    begin = moment_of(since, moment)
    if to and not html:
        raise typer.BadParameter("--to is where --html is written: give both")
    found = find_home(home)
    report = run_round(found, found.settings(), moment) if once else None
    if report and not as_json:
        for problem in report.problems:
            err.print(f"problem: {problem}")
        err.print(report.describe())
    if served:
        return
    if normal:
        call_normal(found, normal)
        return
    rows, lines = ([], 0) if once and not found.findings.exists() else read_findings(found, begin)
    if as_json:
        print_json(
            {
                **({"round": report.as_json()} if report else {}),
                "since": begin.isoformat(timespec="seconds"),
                "lines": lines,
                "findings": [as_json_of(row) for row in rows],
            }
        )
    elif html:
        page = as_page(title_of(found.settings()), rows, lines, begin)
        if to:
            with open(to, "w", encoding="utf-8", opener=private) as file:
                file.write(page)
        else:
            print(page)
    else:
        print_rows(rows, begin, top)


def private(path: str, flags: int) -> int:
    """Open a file that its owner alone may read: it has lines of the log in it."""
    return open_private(path, flags)


def moment_of(since: str, now: datetime) -> datetime:
    """From when on. Raises BadParameter."""
    try:
        if re.match(r"\d{4}-", since):
            given = datetime.fromisoformat(since)
            return given if given.tzinfo else given.astimezone()
        return now - (duration_of(checked_duration(since)) or timedelta())
    except (ValueError, OverflowError):
        raise typer.BadParameter(
            f"allowed is a time such as 12h or 30d, or a date such as 2026-03-01, not {since!r}", param_hint="--since"
        ) from None


def read_findings(home: Home, since: datetime) -> tuple[list[FoundRow], int]:
    """The findings since then, and how many lines were checked. Raises LoglingError where nothing was checked yet."""
    if not home.findings.exists():
        how = "set watch.every in logling.toml for `logling serve`, or check once with --now"
        raise LoglingError(f"new lines were not checked yet: {how}")
    with FindingsDatabase(home.findings) as database:
        return database.found(since), database.lines_since(since)


def call_normal(home: Home, numbers: Sequence[int]) -> None:
    """Write the rules of some findings, and show and tell these no more. Raises LoglingError.

    What stayed away gets no rule: one would name the usual lines, of which nothing would be strange any more.
    """
    read_findings(home, now())  # which says what to do where there is no database
    with FindingsDatabase(home.findings) as database:
        rows = [(number, database.one(number)) for number in numbers]
        rules = []
        for number, row in rows:
            if row is None:
                raise LoglingError(f"there is no finding {number}: see `logling findings`")
            if row.finding.kind != "fewer" and row.finding.template:
                rules.append(rule_of(row.finding.template))
        added = add_rules(home.normal_rules, rules)
        for number in numbers:
            database.call_normal(number)
    err.print(f"{home.normal_rules}: {added} rule{'' if added == 1 else 's'} added")
    if len(rules) < len(numbers):
        err.print("What stayed away has no rule: these findings are not shown again, a later absence is a new one.")


def as_json_of(row: FoundRow) -> dict[str, Any]:
    """A finding as `--json` prints it."""
    times = {"first": row.first.isoformat(timespec="seconds"), "last": row.last.isoformat(timespec="seconds")}
    return {"number": row.number, "log": row.log, **times, "told": row.state == "told", **row.finding.as_json()}


def described(row: FoundRow) -> str:
    """Where and when a finding was, and whether it was told."""
    first, last = (f"{moment.astimezone():%Y-%m-%d %H:%M}" for moment in (row.first, row.last))
    return f"{row.log}, {first}{'' if first == last else f' to {last}'}, {TOLD.get(row.state, 'over')}"


def as_page(title: str, rows: Sequence[FoundRow], lines: int, since: datetime) -> str:
    """One page for a browser."""
    shown = [replace(row.finding, why=f"{row.finding.why} ({described(row)})") for row in rows]
    stand_out = min(lines, sum(row.finding.count for row in rows))
    findings = Findings(lines, stand_out, findings=shown)
    return as_html(f"{title}, since {since.astimezone():%Y-%m-%d %H:%M}", findings, (), [row.number for row in rows])


def print_rows(rows: Sequence[FoundRow], since: datetime, top: int) -> None:
    """The findings as text."""
    width = out.width if out.file.isatty() else None
    count = f"{len(rows):,} finding{'' if len(rows) == 1 else 's'}" if rows else "Nothing was strange"
    out.print(f"{count} since {since.astimezone():%Y-%m-%d %H:%M}.")
    for row in rows[:top]:
        out.print()
        print_finding(row.number, row.finding, set(), width)
        out.print(f"   {described(row)}")
    if len(rows) > top:
        out.print(f"\n{len(rows) - top} more: --top {len(rows)} shows them all")
