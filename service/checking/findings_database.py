"""What the watch of a home found and told, and how far it came, in `state/findings.db`.

Lines are in it as the corpus has them: masked. It holds at most MOST_ROWS findings, whose lines are cut. Whoever
writes holds the home's lock.
"""

from __future__ import annotations

import json
import sqlite3
import zlib
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, fields
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple, Self

from ..errors import LoglingError
from ..home import Home
from ..storage.database import describe_sqlite_failure, migrate, opened, transaction
from .cases import FORGOTTEN_AFTER, Case, Cases
from .corpus_profile import Incidents
from .findings import Finding, StrangeWord
from .log_check import KEPT_AROUND
from .profile import STAND_OUT
from .watch_budget import DAY

MOST_ROWS = 2000  # findings; the oldest go
KEPT_TEXT = 1000  # characters of a line
MOST_KEYS = 50  # groups of a finding
REMEMBERED = 28 * DAY  # rounds, from which the threshold follows
MOST_MESSAGES = 100

TABLES = """
CREATE TABLE findings (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    source INTEGER NOT NULL,   -- of the corpus
    log TEXT NOT NULL,         -- what it is called
    name TEXT NOT NULL,        -- of the case
    keys TEXT NOT NULL CHECK (json_valid(keys)),
    state TEXT NOT NULL CHECK (state IN ('waiting', 'noted', 'held', 'told', 'ended', 'normal')),
    first REAL NOT NULL,
    since REAL NOT NULL,
    last REAL NOT NULL,
    case_end INTEGER NOT NULL,
    latest INTEGER NOT NULL,
    count INTEGER NOT NULL,
    lines TEXT NOT NULL CHECK (json_valid(lines)), -- their numbers in the corpus
    said INTEGER NOT NULL,
    finding TEXT NOT NULL CHECK (json_valid(finding))
) STRICT;
CREATE INDEX findings_by_last ON findings (last);
CREATE TABLE logs (
    source INTEGER PRIMARY KEY,
    last_came REAL NOT NULL,   -- the round that last found new lines, later by what no round has seen
    pauses TEXT NOT NULL CHECK (json_valid(pauses)),  -- the longest of the last days, with when they ended
    silence_ended INTEGER NOT NULL,
    last_number INTEGER NOT NULL,
    last_text TEXT NOT NULL,
    memory BLOB NOT NULL       -- of the check, JSON in zlib
) STRICT;
CREATE TABLE rounds (
    at REAL PRIMARY KEY,
    lines INTEGER NOT NULL,
    peak REAL NOT NULL         -- the strangeness of the strangest finding that began
) STRICT;
CREATE TABLE messages (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    at REAL NOT NULL,
    text TEXT NOT NULL,
    facts TEXT NOT NULL CHECK (json_valid(facts)),
    unsent TEXT NOT NULL CHECK (json_valid(unsent))
) STRICT;
CREATE TABLE position (
    only_row INTEGER PRIMARY KEY CHECK (only_row = 1),
    corpus TEXT NOT NULL,      -- its identity
    line INTEGER NOT NULL      -- the newest that was checked
) STRICT;
"""
CHANGES = (TABLES,)
FORMAT = len(CHANGES)
_SELECT_ROWS = "SELECT number, log, first, last, state, count, lines, finding FROM findings"
_FINDING = tuple(one.name for one in fields(Finding) if one.name not in ("lines", "words", "count"))


class FoundRow(NamedTuple):
    """A finding with its number, which it keeps."""

    number: int
    log: str
    first: datetime
    last: datetime
    state: str
    finding: Finding


class Position(NamedTuple):
    """How far a corpus was checked."""

    corpus: str
    line: int


@dataclass
class LogMemory:
    """What is known of a log from one round to the next."""

    last_came: float
    pauses: list[tuple[float, float]] = field(default_factory=list)  # when each ended, and its seconds
    cases: Cases = field(default_factory=Cases)
    last_line: tuple[int, str] = (0, "")
    check: dict[str, Any] | None = None  # as `LogCheck.memory` gives it


class Round(NamedTuple):
    """One round of the watch."""

    at: float
    lines: int
    peak: float


class Message(NamedTuple):
    """What was to be told, and to which addresses it was not sent yet."""

    number: int
    text: str
    facts: dict[str, Any]  # its numbers
    unsent: list[str]


class FindingsDatabase:
    """A context manager over the database at `path`, which is made if it is not there. Raises LoglingError."""

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            self._database = opened(path, lambda database: migrate(database, path, CHANGES))
        except (OSError, sqlite3.Error) as error:
            raise LoglingError(f"{path} cannot be used: {describe_sqlite_failure(error)}") from None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._database.close()

    @contextmanager
    def together(self) -> Iterator[None]:
        """Write all of a round, or nothing of it."""
        with transaction(self._database):
            yield

    def position(self) -> Position | None:
        """How far the last round came; None before the first."""
        row = self._database.execute("SELECT corpus, line FROM position").fetchone()
        return Position(*row) if row else None

    def move(self, position: Position) -> None:
        """Note how far a round came. Of another corpus, whose lines have other numbers, nothing goes on."""
        before = self.position()
        if before and before.corpus != position.corpus:
            self._database.execute("DELETE FROM logs")
            self._database.execute("UPDATE findings SET state = 'ended' WHERE state != 'normal'")
        self._database.execute("INSERT OR REPLACE INTO position VALUES (1, ?, ?)", position)

    def logs(self, now: float) -> dict[int, LogMemory]:
        """What is known of each log: its check, and its cases that go on."""
        rows = self._database.execute(
            "SELECT source, last_came, pauses, silence_ended, last_number, last_text, memory FROM logs"
        ).fetchall()
        found = {}
        for source, last_came, pauses, silence_ended, last_number, last_text, memory in rows:
            log = LogMemory(
                last_came, json.loads(pauses), Cases(), (last_number, last_text), json.loads(zlib.decompress(memory))
            )
            log.cases.silence_ended_at = silence_ended
            found[source] = log
        query = (
            "SELECT number, source, name, keys, state, since, last, case_end, latest, count, said, lines, finding"
            " FROM findings WHERE state NOT IN ('ended', 'normal') AND last > ? ORDER BY number"
        )
        for number, source, name, keys, *values, lines, text in self._database.execute(query, (now - FORGOTTEN_AFTER,)):
            if source in found:
                cases = found[source].cases
                cases.by_name[name] = _case(number, json.loads(lines), text, *values)
                cases.kin.update(dict.fromkeys(json.loads(keys), name))
        return found

    def keep_log(self, source: int, name: str, log: LogMemory, now: float) -> None:
        """Keep what is known of a log, and the cases that changed in the round of `now`."""
        memory = zlib.compress(json.dumps(log.check).encode(), 1)
        self._database.execute(
            "INSERT OR REPLACE INTO logs VALUES (?, ?, ?, ?, ?, ?, ?)",
            (source, log.last_came, json.dumps(log.pauses), log.cases.silence_ended_at, *log.last_line, memory),
        )
        keys: dict[str, list[str]] = {}
        for key, of_case in log.cases.kin.items():
            keys.setdefault(of_case, []).append(key)
        for case_name, case in log.cases.by_name.items():
            if case.last == now:
                self._keep_case(source, name, case_name, case, keys.get(case_name, [])[-MOST_KEYS:])

    def _keep_case(self, source: int, log: str, name: str, case: Case, keys: Sequence[str]) -> None:
        values: dict[str, Any] = {
            "name": name,
            "keys": json.dumps(keys),
            "state": case.state,
            "since": case.since,
            "last": case.last,
            "case_end": case.end,
            "latest": case.latest,
            "count": case.count,
            "lines": json.dumps(case.lines),
            "said": case.said,
            "finding": _text(case.finding),
        }
        if not case.number:
            values |= {"source": source, "log": log, "first": case.since}
            marks = ", ".join("?" * len(values))
            row = self._database.execute(
                f"INSERT INTO findings ({', '.join(values)}) VALUES ({marks})", tuple(values.values())
            )
            case.number = row.lastrowid or 0
            return
        changes = ", ".join(f"{column} = ?" for column in values)
        self._database.execute(f"UPDATE findings SET {changes} WHERE number = ?", (*values.values(), case.number))

    def note_told(self, cases: Iterable[Case]) -> None:
        """Keep the state of cases that were told, or held back, without a new line."""
        self._database.executemany(
            "UPDATE findings SET state = ?, since = ?, said = ? WHERE number = ?",
            [(case.state, case.since, case.said, case.number) for case in cases],
        )

    def incidents(self, corpus: str) -> Incidents:
        """What was strange for a day at most, in lines of a corpus, and is not called normal."""
        position = self.position()
        if position is None or position.corpus != corpus:
            return Incidents(set(), [])
        rows = self._database.execute(
            "SELECT source, latest, lines, finding FROM findings WHERE state NOT IN ('ended', 'normal')"
            " AND json_extract(finding, '$.strangeness') >= ?"
            " AND (last - first <= ? OR json_extract(finding, '$.kind') = 'more')",
            (STAND_OUT, DAY),
        )
        found = Incidents(set(), [])
        for source, latest, lines, text in rows:
            finding = _finding(text, 0, json.loads(lines))
            if finding.kind == "fewer":
                found.stretches.append((source, finding.line, latest))
            else:
                found.lines.update(finding.lines)
        return found

    def rounds(self, now: float) -> list[Round]:
        """The rounds of the last weeks, oldest first; none that a wrong clock put into the future."""
        query = "SELECT at, lines, peak FROM rounds WHERE at > ? AND at <= ? ORDER BY at"
        return [Round(*row) for row in self._database.execute(query, (now - REMEMBERED, now))]

    def lines_since(self, since: datetime) -> int:
        """How many lines were checked since then."""
        query = "SELECT coalesce(sum(lines), 0) FROM rounds WHERE at >= ?"
        return int(self._database.execute(query, (since.timestamp(),)).fetchone()[0])

    def note_round(self, done: Round) -> None:
        """Keep a round, and drop what is beyond the bounds."""
        self._database.execute("INSERT OR REPLACE INTO rounds VALUES (?, ?, ?)", done)
        self._database.execute("DELETE FROM rounds WHERE at <= ?", (done.at - REMEMBERED,))
        self._database.execute(
            "DELETE FROM findings WHERE number <= (SELECT max(number) FROM findings) - ?", (MOST_ROWS,)
        )
        self._database.execute(
            "DELETE FROM messages WHERE number <= (SELECT max(number) FROM messages) - ?", (MOST_MESSAGES,)
        )

    def add_message(self, at: float, text: str, facts: dict[str, Any], addresses: Sequence[str]) -> None:
        """Keep what is to be told to some addresses, by names that are no secrets."""
        self._database.execute(
            "INSERT INTO messages (at, text, facts, unsent) VALUES (?, ?, ?, ?)",
            (at, text, json.dumps(facts), json.dumps(addresses)),
        )

    def told_at(self, now: float) -> list[float]:
        """When there was a message, rising."""
        return [at for (at,) in self._database.execute("SELECT at FROM messages WHERE at <= ? ORDER BY at", (now,))]

    def unsent(self) -> list[Message]:
        """The messages that wait to be sent, oldest first."""
        rows = self._database.execute("SELECT number, text, facts, unsent FROM messages WHERE unsent != '[]'")
        return [Message(number, text, json.loads(facts), json.loads(unsent)) for number, text, facts, unsent in rows]

    def note_sent(self, messages: Iterable[Message], address: str) -> None:
        """Note that an address has some messages now, or wants them no more."""
        with transaction(self._database):
            for message in messages:
                left = [one for one in message.unsent if one != address]
                message.unsent[:] = left
                self._database.execute(
                    "UPDATE messages SET unsent = ? WHERE number = ?", (json.dumps(left), message.number)
                )

    def found(self, since: datetime) -> list[FoundRow]:
        """The findings that had a line since then, strangest first, without what is called normal."""
        rows = self._database.execute(
            f"{_SELECT_ROWS} WHERE last >= ? AND state != 'normal'",
            (since.timestamp(),),
        )
        read = [_row(*row) for row in rows]
        return sorted(read, key=lambda row: (-row.finding.strangeness, row.number))

    def one(self, number: int) -> FoundRow | None:
        """A finding by its number."""
        row = self._database.execute(f"{_SELECT_ROWS} WHERE number = ?", (number,)).fetchone()
        return _row(*row) if row else None

    def call_normal(self, number: int) -> None:
        """Note that a finding is normal: it is neither shown nor told any more."""
        with transaction(self._database):
            self._database.execute("UPDATE findings SET state = 'normal' WHERE number = ?", (number,))


def known_incidents(home: Home, corpus: str) -> Incidents | None:
    """What the watch of a home found in lines of its corpus; None where it cannot say."""
    if not home.findings.exists():
        return None
    try:
        with FindingsDatabase(home.findings) as database:
            return database.incidents(corpus)
    except (LoglingError, sqlite3.Error):  # which the next round and `logling doctor` tell
        return None


def _row(number: int, log: str, first: float, last: float, state: str, count: int, lines: str, text: str) -> FoundRow:
    begun, ended = (datetime.fromtimestamp(at, UTC) for at in (first, last))
    return FoundRow(number, log, begun, ended, state, _finding(text, count, json.loads(lines)))


def _case(
    number: int, lines: list[int], text: str, state: str, since: float, last: float, end: int, latest: int, count: int,
    said: int,
) -> Case:  # fmt: skip
    finding = _finding(text, count, list(lines))
    return Case(finding, since, last, end, latest, state, count, said, number, lines)


def _text(finding: Finding) -> str:
    """A finding as JSON, its lines cut."""
    values: dict[str, Any] = {name: getattr(finding, name) for name in _FINDING}
    values["text"] = finding.text[:KEPT_TEXT]
    values["template"] = finding.template[: 2 * KEPT_TEXT]
    values["before"] = [line[:KEPT_AROUND] for line in finding.before]
    values["after"] = [line[:KEPT_AROUND] for line in finding.after]
    values["words"] = [asdict(word) for word in finding.words if word.end <= KEPT_TEXT]
    return json.dumps(values)


def _finding(text: str, count: int, lines: list[int]) -> Finding:
    values = json.loads(text)
    values["words"] = [StrangeWord(**word) for word in values["words"]]
    values["sequence"], values["span"] = tuple(values["sequence"]), tuple(values["span"])
    return Finding(**values, count=count, lines=lines)
