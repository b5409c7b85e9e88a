"""systemd's journal as a source: entries that `journalctl` prints, from the one that was read last.

Units are selected here and not by `-u`, which on systemd 252 makes `--after-cursor` skip an entry. The entry at the
cursor itself is read again, because journalctl silently goes to the nearest entry when that one is gone. An entry
becomes one line in journalctl's short form, in UTC and without the host's name: `Nov 23 14:00:01 sshd[123]: text`.
What is no entry, because it was cut or has no usable cursor or time, is skipped and counted.
"""

import json
import os
import re
import selectors
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from fnmatch import fnmatchcase
from typing import IO, Any, NamedTuple

from ..errors import LoglingError
from ..reading.compression import CHUNK
from ..reading.containers import journal_line, microseconds
from ..reading.lines import MAX_BYTES, Oddities, clean_text
from ..reading.log_names import CONTAINER_FIELD, log_of_journal
from ..reading.reading import Reading
from ..reading.steps import LineSteps, Numbered
from ..storage.corpus import Bookmark, Corpus
from ..storage.source_states import Condition
from .child import STOPPING, end_child, start_child
from .pull_report import Gap, PullReport, SourceReport
from .source_reading import Trouble

BATCH_ENTRIES = 5_000
MAX_ENTRY = 16 * 1024 * 1024  # bytes of JSON; journald takes messages of any size
SILENCE = 60.0  # seconds without output after which journalctl is stopped

_FIELDS = (
    *("MESSAGE", "MESSAGE_ID", "SYSLOG_IDENTIFIER", "SYSLOG_PID", "_PID", "_COMM", "_UID"),
    *("_SYSTEMD_UNIT", "UNIT", "OBJECT_SYSTEMD_UNIT", "COREDUMP_UNIT", "CONTAINER_NAME"),
)
_CURSOR = re.compile(r"[!-~]{1,1000}")
_COREDUMP = "fc2e22bc6ee647b6b90729ab34a250b1"
_UNIT_SUFFIXES = (
    *(".service", ".socket", ".device", ".mount", ".automount", ".swap", ".target", ".path", ".timer", ".slice"),
    ".scope",
)

Entry = Mapping[str, Any]


class JournalError(LoglingError):
    """journalctl could not be run or did not answer. The entries before that are kept."""


class NoJournal(JournalError):
    """There is no journal, or no entry that this user may read."""


class Overlong(NamedTuple):
    """An entry that was skipped, with its bytes of JSON."""

    bytes: int


class Malformed(NamedTuple):
    """A line of journalctl's that is no entry, with its bytes."""

    bytes: int


Skipped = Overlong | Malformed


def pull_journal(unit: str, corpus: Corpus, report: PullReport, reading: Reading, silence: float = SILENCE) -> None:
    """Read new entries of a unit (`""` or `"*"`: of all) into the corpus. What goes wrong is reported as a problem."""
    journal_pull = _JournalPull(unit, corpus, report, reading)
    is_first = not journal_pull.bookmark.time
    name = log_of_journal(unit)
    was_read = corpus.has_lines(name)
    try:
        _read(journal_pull, silence)
        if not was_read and not journal_pull.lines:
            words = f"{name}: the journal has no entry of it, or none that this user may read"
            (report.note if is_first else report.troubles.append)(Trouble(name, "missing", words))
    except JournalError as error:
        state: Condition = "missing" if isinstance(error, NoJournal) else "unreadable"
        report.note(Trouble(name, state, f"{name}: {error}", is_known=was_read and not journal_pull.lines))
    journal_pull.finish()
    answered = bool(journal_pull.lines) or not any(trouble.source == name for trouble in report.troubles)
    report.finish_source(name, journal_pull.lines, int(answered), was_read=was_read or bool(journal_pull.lines))


def newest(unit: str = "", silence: float = SILENCE) -> str:
    """When the newest entry of a unit (`""` or `"*"`: of any) was written, in words. Raises JournalError."""
    selected = selection(unit)
    with journalctl(["--lines=1", *selected], silence) as entries:
        entry = next(entries, None)
    if isinstance(entry, Malformed):
        raise JournalError("journalctl gave out something that is no entry")
    if entry is None or isinstance(entry, Overlong):
        of = f" of {unit}" if selected else ""
        raise NoJournal(f"the journal has no entry{of}, or none that this user may read")
    return f"newest entry of {datetime.fromtimestamp(time_of(entry) // 10**6, UTC):%Y-%m-%d %H:%M:%S} UTC"


def selection(unit: str) -> list[str]:
    """The arguments with which journalctl prints entries of a unit, or of a container, alone."""
    if unit in ("", "*"):
        return []
    return [unit] if unit.startswith(CONTAINER_FIELD) else [f"--unit={unit}"]


def _read(journal_pull: "_JournalPull", silence: float) -> None:
    mark = journal_pull.bookmark
    if mark.cursor:
        with journalctl([f"--cursor={mark.cursor}"], silence) as entries:
            first = next(entries, None)
            if isinstance(first, dict) and _is_at(first, mark):
                journal_pull.take(entries)
                return
        journal_pull.lose_cursor()
    since = 0 if _is_ahead(mark.time) else mark.time
    with journalctl([f"--since=@{since // 10**6}"] if since else [], silence) as entries:
        journal_pull.take(entry for entry in entries if isinstance(entry, Skipped) or time_of(entry) > since)


def _is_ahead(microseconds: int) -> bool:
    """Whether a time is yet to come: the clock was ahead when that entry was written, and has been set back since."""
    return microseconds > time.time() * 10**6


class _JournalPull:
    """Reads entries into the corpus, in batches. Each batch stores its lines and the bookmark after them."""

    def __init__(self, unit: str, corpus: Corpus, report: PullReport, reading: Reading) -> None:
        self._unit, self._corpus, self._report = unit, corpus, report
        self._family = log_of_journal(unit)
        self.bookmark = self._stored = corpus.bookmark(self._family)
        self._oddities = Oddities()
        self._steps = LineSteps(reading, self._oddities)
        self._batch: list[str] = []
        self._seen = self._malformed = self.lines = 0

    def take(self, entries: Iterator[Entry | Skipped]) -> None:
        try:
            for entry in entries:
                if isinstance(entry, Overlong):
                    self._report.gaps.append(Gap(self._family, "an entry is too long to be read", entry.bytes))
                elif isinstance(entry, Malformed):
                    self._malformed += 1
                else:
                    self._take_one(entry)
        finally:
            self._commit()

    def _take_one(self, entry: Entry) -> None:
        if belongs(entry, self._unit) and (line := line_of(entry, self._oddities)):
            self._batch.append(line)
        self.bookmark = Bookmark(str(entry["__CURSOR"]), time_of(entry))
        self._seen += 1
        if self._seen % BATCH_ENTRIES == 0:
            self._commit()

    def lose_cursor(self) -> None:
        """Report that the entry that was read last is gone. From now on only its time is known."""
        reason = "the entry that was read last is no longer in the journal (vacuumed, or another journal)"
        if _is_ahead(self.bookmark.time):
            reason += ", and its time is yet to come; all that is there was read, what was between is not known"
        else:
            reason += "; read on from the oldest that is newer in time, what was between is not known"
        self._report.gaps.append(Gap(self._family, reason, 0))
        self.bookmark = Bookmark("", self.bookmark.time)
        self._commit()

    def _commit(self) -> None:
        if self.bookmark == self._stored:
            return
        lines = self._steps.apply(Numbered(self._batch, range(len(self._batch)))).texts
        self._corpus.add_entries(self._family, lines, self.bookmark)
        self._stored = self.bookmark
        self.lines += len(lines)
        self._batch = []

    def finish(self) -> None:
        report = self._report
        if self._malformed:
            skipped = "1 entry was" if self._malformed == 1 else f"{self._malformed} entries were"
            report.problems.append(f"{self._family}: {skipped} cut or malformed and not read; the others were")
        report.sources.append(SourceReport(self._family, self._stored.time, self.lines))
        report.oddities.add(self._oddities)
        for kind, count in self._steps.redactor.masked.items():
            report.masked[kind] = report.masked.get(kind, 0) + count


def belongs(entry: Entry, unit: str) -> bool:
    """Whether `journalctl -u UNIT` would show the entry: one of the unit itself, or of systemd about it.

    `CONTAINER_NAME=web` is a container whose output Docker or Podman writes into the journal.
    """
    if unit in ("", "*"):
        return True
    if unit.startswith(CONTAINER_FIELD):
        return bool(entry.get("CONTAINER_NAME") == unit.removeprefix(CONTAINER_FIELD))
    pattern = unit if unit.endswith(_UNIT_SUFFIXES) else f"{unit}.service"
    units = [
        entry.get("_SYSTEMD_UNIT"),
        entry.get("UNIT") if entry.get("_PID") == "1" else None,
        entry.get("OBJECT_SYSTEMD_UNIT") if entry.get("_UID") == "0" else None,
        entry.get("COREDUMP_UNIT") if entry.get("MESSAGE_ID") == _COREDUMP and entry.get("_UID") == "0" else None,
    ]
    return any(isinstance(name, str) and fnmatchcase(name, pattern) for name in units)


def line_of(entry: Entry, oddities: Oddities) -> str:
    """An entry as one line, with its own line breaks marked. Empty if it has no message."""
    line = clean_text(journal_line(entry)[:MAX_BYTES], oddities)
    oddities.blank += not line
    return line


def time_of(entry: Entry) -> int:
    """Microseconds since 1970. Entries without a usable time are not given out."""
    return int(entry["__REALTIME_TIMESTAMP"])


def _is_at(entry: Entry, mark: Bookmark) -> bool:
    """Whether an entry is the one at the cursor. Parts that name the file differ after journald has rotated it."""
    return _identity(str(entry["__CURSOR"])) == _identity(mark.cursor)


def _identity(cursor: str) -> tuple[str | None, ...] | str:
    parts = dict(part.partition("=")[::2] for part in cursor.split(";"))
    named = tuple(parts.get(key) for key in "bmtx")  # boot, monotonic and real time, hash of the content
    return cursor if None in named else named


@contextmanager
def journalctl(arguments: list[str], silence: float) -> Iterator[Iterator[Entry | Skipped]]:
    """The entries that journalctl prints, one at a time. Raises JournalError when it fails or falls silent."""
    child = start_journalctl(arguments)
    try:
        yield _entries(child, silence)
    finally:
        end_child(child)


def start_journalctl(arguments: list[str]) -> subprocess.Popen[bytes]:
    """A journalctl that prints entries as JSON, one a line. Raises JournalError."""
    # Without --all fields of more than 4 KB are null.
    options = ["--output=json", "--all", "--no-pager", f"--output-fields={','.join(_FIELDS)}"]
    try:
        return start_child(["journalctl", *options, *arguments])
    except LoglingError:
        raise JournalError("journalctl is not installed: a journal can be read only where systemd runs") from None
    except OSError as error:
        raise JournalError(f"journalctl cannot be run: {error.strerror}") from None


def _entries(child: subprocess.Popen[bytes], silence: float) -> Iterator[Entry | Skipped]:
    errors = bytearray()
    for line in _lines(child, silence, errors):
        if isinstance(line, Overlong):
            yield line
        elif line.startswith(b"{"):  # not "-- No entries --" and its like
            yield parsed(line)
    status = child.wait(timeout=STOPPING)
    messages = errors.decode(errors="replace").strip().splitlines()
    serious = [message for message in messages if message.strip() != "No journal files were found."]
    if status:
        raise JournalError(f"journalctl failed with status {status}: {' '.join(messages) or 'it said nothing'}")
    if messages:
        kind = JournalError if serious else NoJournal
        raise kind(f"journalctl says: {' '.join(serious or messages)}")


def parsed(line: bytes) -> Entry | Malformed:
    """An entry as journalctl prints it."""
    try:
        entry = json.loads(line)
    except (ValueError, RecursionError):  # a number of very many digits is a ValueError too
        return Malformed(len(line))
    cursor, when = entry.get("__CURSOR"), entry.get("__REALTIME_TIMESTAMP")
    is_usable = isinstance(cursor, str) and _CURSOR.fullmatch(cursor) and microseconds(when) is not None
    return dict(entry) if is_usable else Malformed(len(line))


def _lines(child: subprocess.Popen[bytes], silence: float, errors: bytearray) -> Iterator[bytes | Overlong]:
    held = bytearray()
    passed = 0
    for chunk in _output(child, silence, errors):
        *complete, rest = chunk.split(b"\n")
        for piece in complete:
            yield Overlong(passed + len(held) + len(piece)) if passed else bytes(held + piece)
            held.clear()
            passed = 0
        held += rest
        if len(held) > MAX_ENTRY:
            passed += len(held)
            held.clear()


def _output(child: subprocess.Popen[bytes], silence: float, errors: bytearray) -> Iterator[bytes]:
    assert child.stdout
    assert child.stderr
    streams: dict[Any, IO[bytes]] = {child.stdout: child.stdout, child.stderr: child.stderr}
    with selectors.DefaultSelector() as selector:
        for stream in streams:
            selector.register(stream, selectors.EVENT_READ)
        begun = time.monotonic()
        while selector.get_map():
            ready = selector.select(max(0.0, begun + silence - time.monotonic()))
            if not ready:
                raise JournalError(f"journalctl was silent for {silence:.0f} seconds and was stopped")
            for key, _ in ready:
                chunk = os.read(key.fd, CHUNK)
                if not chunk:
                    selector.unregister(key.fileobj)
                elif key.fileobj is child.stderr:
                    errors += chunk[: 4096 - len(errors)]
                else:
                    yield chunk
            begun = time.monotonic()
