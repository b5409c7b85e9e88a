"""How each source stood at the last pull, in one row of the ledger: the pull writes it, the admin page reads it."""

from __future__ import annotations

import json
import sqlite3
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any, Literal

from .database import has_table

TABLE = """
CREATE TABLE source_states (
    only_row INTEGER PRIMARY KEY CHECK (only_row = 1),
    states TEXT NOT NULL CHECK (json_valid(states))
) STRICT;
"""

Condition = Literal["reading", "quiet", "missing", "unreadable", "damaged"]
TROUBLES: tuple[Condition, ...] = ("unreadable", "damaged", "missing")  # the worst first
WORDS: dict[Condition, str] = {
    "reading": "reading",
    "quiet": "no new line",
    "missing": "missing",
    "unreadable": "cannot be read",
    "damaged": "damaged",
}


MOMENTS = ("since", "last_lines", "looked")


@dataclass(frozen=True)
class SourceState:
    """How one source stood at the last pull. Moments have a time zone."""

    name: str  # its pattern, or its journal's unit
    state: Condition
    since: datetime  # the pull that first found it so; of a quiet source, the last that found new lines
    last_lines: datetime | None = None  # the last pull that found new lines
    was_read: bool = False  # whether there ever was something that could be read
    files: int = 0  # how many of its files could be read whole
    detail: str = ""  # what is wrong, in words that may name paths
    damage: tuple[tuple[str, int], ...] = ()  # damaged files, each with its size then
    looked: datetime | None = None  # the last pull
    newest_lines: int = 0  # how many lines the last pull found that found any; 0 where that is not known

    @property
    def is_in_trouble(self) -> bool:
        """Whether it was read before, and its new lines cannot be. Of a damaged one with other files they can."""
        return self.was_read and self.state in TROUBLES and not self.is_damaged_in_part

    @property
    def is_damaged_in_part(self) -> bool:
        """Whether some of its files are damaged, and others are read."""
        return self.state == "damaged" and self.files > 0

    def describe(self) -> str:
        """Its state in words, without a path: "missing since 2026-03-01 12:00 UTC"."""
        if self.state == "reading":
            return "reading"
        if self.state == "missing" and not self.was_read:
            return "has matched nothing yet"
        return f"{WORDS[self.state]} since {self.since.astimezone(UTC):%Y-%m-%d %H:%M} UTC"

    def as_json(self) -> dict[str, Any]:
        """The state as `--json` prints it."""
        return {
            "name": self.name,
            "state": self.state,
            "since": self.since.isoformat(timespec="seconds"),
            "last_lines": self.last_lines.isoformat(timespec="seconds") if self.last_lines else None,
            "was_read": self.was_read,
            "detail": self.detail,
        }


def save_source_states(database: sqlite3.Connection, states: Sequence[SourceState]) -> None:
    """Replace what the ledger says of the sources. Raises sqlite3.Error."""
    text = json.dumps([asdict(state) for state in states], default=datetime.isoformat)
    database.execute("INSERT OR REPLACE INTO source_states VALUES (1, ?)", (text,))


def read_source_states(database: sqlite3.Connection) -> tuple[SourceState, ...] | None:
    """How the sources stood at the last pull; None before the first one. Raises sqlite3.Error."""
    if not has_table(database, "source_states"):  # a ledger of before format 5, which the next run migrates
        return None
    row = database.execute("SELECT states FROM source_states").fetchone()
    return tuple(_state(values) for values in json.loads(row[0])) if row else None


def _state(values: dict[str, Any]) -> SourceState:
    moments = {name: datetime.fromisoformat(values[name]) for name in MOMENTS if values.get(name)}
    return SourceState(
        **values
        | moments
        | {
            "damage": tuple((path, size) for path, size in values["damage"]),
        }
    )


def describe_troubles(states: Sequence[SourceState]) -> str:
    """How many of the sources that were read before cannot be, without names: "1 of 3 sources is missing"."""
    troubled = Counter(state.state for state in states if state.is_in_trouble)
    return ", ".join(_describe_count(troubled[word], len(states), word) for word in TROUBLES if troubled[word])


def describe_lesser_troubles(states: Sequence[SourceState]) -> str:
    """How many of the sources gave nothing yet, or are damaged in part, without names."""
    unread = sum(state.state in TROUBLES and not state.was_read for state in states)
    damaged = sum(state.is_damaged_in_part for state in states)
    texts = []
    if unread:
        texts.append(f"{_of(unread, len(states))} {'has' if unread == 1 else 'have'} given nothing yet")
    if damaged:
        texts.append(f"{_of(damaged, len(states))} {'is' if damaged == 1 else 'are'} damaged in part")
    return ", ".join(texts)


def _describe_count(count: int, total: int, state: Condition) -> str:
    verb = "" if state == "unreadable" else "is " if count == 1 else "are "
    return f"{_of(count, total)} {verb}{WORDS[state]}"


def _of(count: int, total: int) -> str:
    return "the source" if total == 1 else f"{count} of {total} sources"
