"""`logling pull`: read new lines into the corpus, train nothing."""

from __future__ import annotations

import sqlite3
from datetime import datetime

from ..checking.corpus_profile import keep_profile
from ..checking.findings_database import known_incidents
from ..errors import LoglingError
from ..home import Home, find_home, locked
from ..progress import Reporter
from ..sources.log_file import printable
from ..sources.pull import pull
from ..sources.pull_report import PullReport
from ..sources.source_reading import note_sources
from ..storage.corpus import Corpus
from ..storage.ledger import Ledger
from ..storage.source_states import SourceState
from .terminal import HomeOption, JsonOption, err, now, out, print_json


def pull_command(home: HomeOption = None, as_json: JsonOption = False) -> None:
    """Read new lines into the corpus, train nothing.

    logling pull --home ~/log-model
    """
    found = find_home(home)
    settings = found.settings()
    with (
        locked(found),
        Corpus(found.corpus, settings.corpus_bytes) as corpus,
        Reporter(err, lines=not as_json) as reporter,
        reporter.step("pull"),
    ):
        report = pull(settings.source, corpus, reporter.pulled, settings.mask)
        states = keep_states(found, report, now())
        report.problems += keep_profile(corpus, found.profile, known_incidents(found, corpus.identity()))
    if as_json:
        print_json({**report.as_json(), "states": [state.as_json() for state in states]})
        return
    for source in report.sources:
        out.print(f"{source.lines:>10,} lines  {printable(source.path)}")
    for gap in report.gaps:
        out.print(f"gap: {printable(gap.source)}: {gap.reason}")
    for problem in report.problems:
        err.print(f"problem: {problem}")
    out.print(f"{report.new:,} new lines; the corpus has {report.total:,}")


def keep_states(home: Home, report: PullReport, now: datetime) -> tuple[SourceState, ...]:
    """Keep how the sources stand in the ledger, for the admin page. A damaged ledger is a problem."""
    try:
        with Ledger(home.ledger) as ledger:
            states = note_sources(ledger, report.readings, now)
    except (LoglingError, sqlite3.Error) as error:
        report.problems.append(f"how the sources stand could not be noted: {error}")
        return ()
    report.note_earlier_damage(states)
    return states
