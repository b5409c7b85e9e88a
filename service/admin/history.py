"""The history as the admin page reads it: every run in short, kept between requests; one run in full.

It opens the ledger to read alone, and anew for each request, so that a ledger that is gone or damaged is noticed.
Of the runs it has seen before it reads no more than how they ended, so that a request costs the same at 5,000 runs.
What secrets look like is masked in reasons and problems, as it is in lines: a remote's address may hold a password.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from threading import Lock
from typing import Any, NamedTuple

from ..reading.redaction import Redactor
from ..storage.run_record import Outcome, parse_time

VALUES = (  # fields of a record that a Short has as they are
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
AT_ONCE = 500  # runs that are read by one statement

Document = dict[str, Any]  # a run, as `history --json` prints it


class Short(NamedTuple):
    """What the table, the chart and the figures over all runs need of an ended run."""

    number: int  # in the ledger, rising
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
        """Bits per character before the run."""
        return self.bits_per_char["champion"]

    @property
    def challenger(self) -> float | None:
        """Bits per character of what the run trained."""
        return self.bits_per_char["challenger"]

    @property
    def ngram(self) -> float | None:
        """Bits per character of the best n-gram of equal bytes."""
        return self.bits_per_char["ngram"]


class UnderWay(NamedTuple):
    """A run that has begun and not ended: it runs, or it was killed."""

    run: str
    started: datetime
    attempt: int | None


class History(NamedTuple):
    """The ended runs, oldest first, and the one that has not ended. The same tuple of runs while nothing changes."""

    runs: tuple[Short, ...]
    under_way: UnderWay | None


@dataclass
class Reader:
    """Reads the ledger at `path` for the admin page, from any thread. Its functions raise sqlite3.Error."""

    path: Path
    _lock: Lock = field(default_factory=Lock)
    _known: dict[int, Short] = field(default_factory=dict)
    _runs: tuple[Short, ...] = ()

    def history(self) -> History:
        """All runs in short."""
        with self._lock, self._opened() as database:
            ended = database.execute("SELECT number, outcome FROM runs WHERE outcome IS NOT NULL").fetchall()
            changed = [number for number, outcome in ended if self._may_have_changed(number, outcome)]
            fresh = {short.number: short for short in shorts(database, changed)}
            if len(ended) != len(self._runs) or any(self._known[number] != fresh[number] for number in fresh):
                self._known |= fresh
                self._runs = tuple(self._known[number] for number, _ in sorted(ended))
            begun = database.execute("SELECT run, started, attempt FROM runs WHERE outcome IS NULL").fetchone()
            return History(self._runs, UnderWay(begun[0], parse_time(begun[1]), begun[2]) if begun else None)

    def _may_have_changed(self, number: int, outcome: str) -> bool:
        known = self._known.get(number)
        return known is None or known.outcome != outcome or known.pushed is False

    def run(self, run: str) -> Document | None:
        """One run in full, also one under way, with `started` and `finished`."""
        with self._opened() as database:
            row = database.execute("SELECT record, started, finished FROM runs WHERE run = ?", (run,)).fetchone()
        return whole(*row) if row else None

    def records(self, numbers: Sequence[int]) -> list[Document]:
        """Ended runs in full, newest first, as `history --json` gives them."""
        with self._opened() as database:
            rows = database.execute(
                f"SELECT record, started, finished FROM runs WHERE number IN ({marks(numbers)}) ORDER BY number DESC",
                numbers,
            ).fetchall()
        return [whole(*row) for row in rows]

    @contextmanager
    def _opened(self) -> Iterator[sqlite3.Connection]:
        address = f"{self.path.absolute().as_uri()}?mode=ro"
        with closing(sqlite3.connect(address, uri=True, timeout=5)) as database:
            yield database


def shorts(database: sqlite3.Connection, numbers: Sequence[int]) -> Iterator[Short]:
    """These runs in short."""
    paths = ", ".join(f"'$.{name}'" for name in ("reason", *VALUES, "problems"))
    for begin in range(0, len(numbers), AT_ONCE):
        some = numbers[begin : begin + AT_ONCE]
        for row in database.execute(
            f"SELECT number, run, started, finished, outcome, slot, attempt, json_extract(record, {paths}) "
            f"FROM runs WHERE number IN ({marks(some)})",
            some,
        ):
            yield short_of(*row)


def short_of(
    number: int,
    run: str,
    started: str,
    finished: str,
    outcome: Outcome,
    slot: str | None,
    attempt: int | None,
    figures: str,
) -> Short:
    """A row of the ledger as a Short."""
    reason, *values, problems = json.loads(figures)
    told = dict(zip(VALUES, values, strict=True))
    return Short(
        number=number,
        run=run,
        started=parse_time(started),
        finished=parse_time(finished),
        outcome=outcome,
        slot=parse_time(slot) if slot else None,
        attempt=attempt,
        reason=masked(reason),
        problems=len(problems),
        **told,
    )


def marks(values: Sequence[int]) -> str:
    """A question mark for each value."""
    return ",".join("?" * len(values))


def whole(record: str, started: str, finished: str | None) -> Document:
    """A row of the ledger as a record."""
    told: dict[str, Any] = json.loads(record)
    problems = [masked(problem) for problem in told["problems"]]
    return {**told, "reason": masked(told["reason"]), "problems": problems, "started": started, "finished": finished}


def masked(text: str) -> str:
    """A sentence without what looks like a secret."""
    return "\n".join(Redactor().redact(text.split("\n")))
