"""Reads the ledger for the admin page: a summary of every run, one run in full, and how the service stands.

The ledger is opened read-only, and again for each request, so a ledger that is gone or damaged is noticed. Summaries
are kept between requests. Of a run that is known only its outcome is read again, so a request stays fast at 5,000 runs.
Secrets are masked in reasons and problems, as they are in lines: the address of a remote may have a password in it.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from threading import Lock
from typing import NamedTuple

from ..reading.redaction import Redactor
from ..storage.ledger import read_record
from ..storage.rollbacks import Rollback, read_rollbacks
from ..storage.run_progress import TaskProgress, read_run_progress
from ..storage.run_record import Outcome, RunRecord, parse_time
from ..storage.service_status import ServiceStatus, read_service_status
from ..storage.source_states import SourceState, read_source_states

FIELDS = (  # of a record, which a RunSummary has unchanged
    "bits_per_char",
    "gain",
    "lines",
    "parameters",
    "weights_bytes",
    "commit",
    "pushed",
    "seconds",
    "tokens_per_second",
)
RUNS_PER_QUERY = 500


class RunSummary(NamedTuple):
    """What the table, the chart and the feed need of an ended run."""

    number: int  # in the ledger; later runs have greater ones
    run: str
    started: datetime
    finished: datetime
    outcome: Outcome
    slot: datetime | None
    attempt: int | None
    reason: str
    bits_per_char: dict[str, float | None]
    gain: dict[str, float | None]
    lines: dict[str, int]
    parameters: int | None
    weights_bytes: int | None
    commit: str | None
    pushed: bool | None
    seconds: dict[str, float]
    tokens_per_second: int | None
    problems: int  # how many

    @property
    def champion(self) -> float | None:
        """Bits per character of the champion before the run."""
        return self.bits_per_char["champion"]

    @property
    def challenger(self) -> float | None:
        """Bits per character of the model that the run trained."""
        return self.bits_per_char["challenger"]

    @property
    def ngram(self) -> float | None:
        """Bits per character of the best n-gram of equal bytes."""
        return self.bits_per_char["ngram"]


class UnfinishedRun(NamedTuple):
    """A run that has begun and not ended: it is under way, or it was killed."""

    run: str
    started: datetime
    attempt: int | None


class History(NamedTuple):
    """All that the ledger says."""

    runs: tuple[RunSummary, ...] = ()  # ended, oldest first; the same object until one is added or changes
    unfinished: UnfinishedRun | None = None
    tasks: tuple[TaskProgress, ...] = ()  # how far that run is
    service: ServiceStatus | None = None  # None: there is no service
    sources: tuple[SourceState, ...] | None = None  # at the last pull; None: before the first one
    rollbacks: tuple[Rollback, ...] = ()  # oldest first


@dataclass
class LedgerReader:
    """Reads the ledger at `path`. May be used from any thread. Its functions raise sqlite3.Error."""

    path: Path
    _lock: Lock = field(default_factory=Lock)
    _known: dict[int, RunSummary] = field(default_factory=dict)
    _runs: tuple[RunSummary, ...] = ()

    def history(self) -> History:
        """What the ledger says now. A home whose first run is still to come has no ledger, and an empty history."""
        if not self._known and not self.path.exists():
            return History()
        with self._lock, self._opened() as database:
            ended = database.execute("SELECT number, outcome FROM runs WHERE outcome IS NOT NULL").fetchall()
            changed = [number for number, outcome in ended if self._may_have_changed(number, outcome)]
            fresh = {summary.number: summary for summary in read_summaries(database, changed)}
            if len(ended) != len(self._runs) or any(self._known[number] != fresh[number] for number in fresh):
                self._known |= fresh
                self._runs = tuple(self._known[number] for number, _ in sorted(ended))
            begun = database.execute("SELECT run, started, attempt FROM runs WHERE outcome IS NULL").fetchone()
            return History(
                self._runs,
                UnfinishedRun(begun[0], parse_time(begun[1]), begun[2]) if begun else None,
                tuple(read_run_progress(database)),
                read_service_status(database),
                mask_details(read_source_states(database)),
                read_rollbacks(database),
            )

    def _may_have_changed(self, number: int, outcome: str) -> bool:
        known = self._known.get(number)
        return known is None or known.outcome != outcome or known.pushed is False

    def run(self, run: str) -> RunRecord | None:
        """One run in full, also one under way, with `started` and `finished`."""
        with self._opened() as database:
            row = database.execute("SELECT record, started, finished FROM runs WHERE run = ?", (run,)).fetchone()
        return record_of_row(*row) if row else None

    def summaries(self, numbers: Sequence[int]) -> list[RunSummary]:
        """Summaries of ended runs, in no order."""
        with self._opened() as database:
            return list(read_summaries(database, numbers))

    def records(self, numbers: Sequence[int]) -> list[RunRecord]:
        """Ended runs in full, newest first."""
        with self._opened() as database:
            rows = database.execute(
                "SELECT record, started, finished FROM runs "
                f"WHERE number IN ({placeholders(numbers)}) ORDER BY number DESC",
                numbers,
            ).fetchall()
        return [record_of_row(*row) for row in rows]

    @contextmanager
    def _opened(self) -> Iterator[sqlite3.Connection]:
        address = f"{self.path.absolute().as_uri()}?mode=ro"
        with closing(sqlite3.connect(address, uri=True, timeout=5)) as database:
            yield database


def read_summaries(database: sqlite3.Connection, numbers: Sequence[int]) -> Iterator[RunSummary]:
    """The summaries of these runs."""
    paths = ", ".join(f"'$.{name}'" for name in ("reason", *FIELDS, "problems"))
    for begin in range(0, len(numbers), RUNS_PER_QUERY):
        some = numbers[begin : begin + RUNS_PER_QUERY]
        for row in database.execute(
            f"SELECT number, run, started, finished, outcome, slot, attempt, json_extract(record, {paths}) "
            f"FROM runs WHERE number IN ({placeholders(some)})",
            some,
        ):
            yield summary_of_row(*row)


def summary_of_row(
    number: int,
    run: str,
    started: str,
    finished: str,
    outcome: Outcome,
    slot: str | None,
    attempt: int | None,
    figures: str,
) -> RunSummary:
    """A row of the ledger as a RunSummary."""
    reason, *values, problems = json.loads(figures)
    return RunSummary(
        number=number,
        run=run,
        started=parse_time(started),
        finished=parse_time(finished),
        outcome=outcome,
        slot=parse_time(slot) if slot else None,
        attempt=attempt,
        reason=mask_secrets(reason),
        problems=len(problems),
        **dict(zip(FIELDS, values, strict=True)),
    )


def placeholders(values: Sequence[int]) -> str:
    """A question mark of SQL for each value."""
    return ",".join("?" * len(values))


def record_of_row(record: str, started: str, finished: str | None) -> RunRecord:
    """A row of the ledger without secrets."""
    run = read_record(record, started, finished)
    run.reason = mask_secrets(run.reason)
    run.problems = [mask_secrets(problem) for problem in run.problems]
    return run


def mask_details(states: Sequence[SourceState] | None) -> tuple[SourceState, ...] | None:
    """The states of sources without secrets."""
    if states is None:
        return None
    return tuple(replace(state, name=mask_secrets(state.name), detail=mask_secrets(state.detail)) for state in states)


def mask_secrets(text: str) -> str:
    """A text in which everything that looks like a secret is masked."""
    return "\n".join(Redactor().redact(text.split("\n")))
