"""What a pull found of one source, and the state that it is in then."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from ..storage.ledger import Ledger
from ..storage.source_states import TROUBLES, Condition, SourceState
from .log_file import printable

QUIET_AFTER = timedelta(days=3)  # without a new line


class Trouble(NamedTuple):
    """A problem of one source."""

    source: str  # its pattern, or its journal's unit
    state: Condition
    text: str
    is_known: bool = False  # whether it is about a log that was read before


class DamagedFile(NamedTuple):
    """A file of which a part could not be read."""

    path: str
    size: int

    def is_there(self) -> bool:
        """Whether it is as it was."""
        try:
            return os.stat(self.path).st_size == self.size  # noqa: PTH116, as pull.py
        except OSError:
            return False


@dataclass(frozen=True)
class SourceReading:
    """What a pull found of one source."""

    name: str
    lines: int = 0  # new
    files: int = 0  # that could be read
    was_read: bool = False  # now or before
    troubles: Sequence[Trouble] = ()
    damage: Sequence[DamagedFile] = ()

    def worst(self) -> Trouble | None:
        """The worst trouble that counts: of a log that was read before, or any where nothing else could be read."""
        counting = [trouble for trouble in self.troubles if trouble.is_known or not self.files]
        return min(counting, key=lambda trouble: TROUBLES.index(trouble.state), default=None)

    def after(self, before: SourceState | None, now: datetime) -> SourceState:
        """The state of the source now. `before` is the one after the pull before."""
        worst, damage = self.worst(), self._damage(before)
        last = now if self.lines else before.last_lines if before else None
        quiet_since = last or (before.since if before and before.state in ("reading", "quiet") else now)
        state: Condition = "reading"
        detail = ""
        if worst:
            state, detail = worst.state, worst.text
        elif damage:
            state, detail = "damaged", _describe(damage)
        elif now - quiet_since >= QUIET_AFTER:
            state = "quiet"
        since = quiet_since if state == "quiet" else before.since if before and before.state == state else now
        files = max(0, self.files - len(damage))
        was_read = self.was_read or bool(before and before.was_read)
        newest_lines = self.lines or (before.newest_lines if before else 0)
        return SourceState(printable(self.name), state, since, last, was_read, files, detail, damage, now, newest_lines)

    def _damage(self, before: SourceState | None) -> tuple[DamagedFile, ...]:
        """The damaged files of this pull, and those of earlier ones that are still there: they are not read again."""
        earlier = [DamagedFile(*file) for file in before.damage] if before else []
        return tuple(dict.fromkeys([*self.damage, *(file for file in earlier if file.is_there())]))


def _describe(damage: Sequence[DamagedFile]) -> str:
    more = f" and {len(damage) - 1} more" if len(damage) > 1 else ""
    return (
        f"{printable(damage[0].path)}{more}: the compressed data is damaged or ends early, and what could be read of it"
        " is kept; replace the file by a whole one, or remove it"
    )


def states_after(
    readings: Sequence[SourceReading], before: Sequence[SourceState], now: datetime
) -> tuple[SourceState, ...]:
    """The states of all sources after a pull. One that is no longer in the settings has none."""
    of_name = {state.name: state for state in before}
    return tuple(reading.after(of_name.get(printable(reading.name)), now) for reading in readings)


def note_sources(ledger: Ledger, readings: Sequence[SourceReading], now: datetime) -> tuple[SourceState, ...]:
    """Keep the states after a pull in the ledger, and return them."""
    states = states_after(readings, ledger.sources() or (), now)
    ledger.note_sources(states)
    return states
