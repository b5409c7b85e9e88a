"""New entries of systemd's journal, by `journalctl --follow`, as lines in its short form."""

from __future__ import annotations

import os
import select
from collections.abc import Sequence

from ..reading.compression import CHUNK
from ..reading.lines import Oddities
from ..reading.steps import LineSteps, Numbered
from ..reading.whole_file import Chooser
from .child import end_child
from .followed_file import LINES_BEFORE
from .journal import (
    MAX_ENTRY,
    SILENCE,
    Entry,
    JournalError,
    Malformed,
    NoJournal,
    Skipped,
    belongs,
    journalctl,
    line_of,
    parsed,
    selection,
    start_journalctl,
    time_of,
)


class FollowedJournal:
    """The entries of a unit (`""` or `"*"`: of all) from now on, and the last ones before."""

    def __init__(self, unit: str, choose: Chooser) -> None:
        """Raises JournalError."""
        self.trouble = ""
        self.ended = False
        self._unit = unit
        self._oddities = Oddities()
        newest = _entries(["--lines=1"])
        if not newest:
            raise NoJournal("the journal has no entry, or none that this user may read")
        earlier = [
            entry for entry in _entries([f"--lines={LINES_BEFORE}", *selection(unit)]) if _is_up_to(entry, newest[0])
        ]
        lines = [line for entry in earlier if (line := line_of(entry, self._oddities))]
        self._steps = LineSteps(choose("".join(line + "\n" for line in lines).encode()), self._oddities)
        self.before = self._read_as(lines)
        self._cursor = str(newest[0]["__CURSOR"])
        self._held = b""
        self._child = start_journalctl(["--follow", "--no-tail", f"--cursor={self._cursor}"])

    def read(self, wait: float) -> list[str]:
        """The lines that came. Where none did, waits for so many seconds. Raises JournalError when journalctl ends."""
        assert self._child.stdout
        if not select.select([self._child.stdout], [], [], wait)[0]:
            return []
        data = os.read(self._child.stdout.fileno(), CHUNK)
        if not data:
            assert self._child.stderr
            said = self._child.stderr.read(4096).decode(errors="replace").strip()
            raise JournalError(f"journalctl ended: {said or 'it said nothing'}")
        *complete, self._held = (self._held + data).split(b"\n")
        if len(self._held) > MAX_ENTRY:
            self._held = b""  # what is left of it is no entry, and is passed over
        entries = [parsed(line) for line in complete if line.startswith(b"{")]
        return self._read_as([self._line(entry) for entry in entries if not isinstance(entry, Malformed)])

    def close(self) -> None:
        """End journalctl."""
        end_child(self._child)

    def _line(self, entry: Entry) -> str:
        """An entry as a line; empty for one of another unit, and for the one that is known."""
        if entry["__CURSOR"] == self._cursor or not belongs(entry, self._unit):
            return ""
        return line_of(entry, self._oddities)

    def _read_as(self, lines: Sequence[str]) -> list[str]:
        found = [line for line in lines if line]
        return self._steps.apply(Numbered(found, range(len(found)))).texts


def _entries(arguments: list[str]) -> list[Entry]:
    with journalctl(arguments, SILENCE) as entries:
        return [entry for entry in entries if not isinstance(entry, Skipped)]


def _is_up_to(entry: Entry, newest: Entry) -> bool:
    return time_of(entry) <= time_of(newest)
