"""Pull: read new lines from the sources, clean and mask them, and add them to the corpus. Each line is read once."""

import os
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

from ..reading.compression import Damaged
from ..reading.decoding import SAMPLE_BYTES
from ..reading.log_reader import LogReader
from ..reading.reading import Reading
from ..settings import MaskRule, Source
from ..storage.corpus import Corpus
from ..storage.position import Position
from . import journal
from .files import find_files, with_siblings
from .known_files import KnownFiles
from .log_file import BinaryFile, Hole, LogFile, OpenLog, RefusedFile, is_untouched, printable
from .present_files import PresentFiles
from .pull_report import Gap, PullReport, SourceReport
from .rotated_names import SUFFIXES
from .rotation import Before, Recognised, recognise, survivor
from .source_reading import DamagedFile, Trouble

BATCH_LINES = 20_000
BATCH_BYTES = 4 * 1024 * 1024
GROUP_FILES = 500  # whose new lines are stored at once
GROUP_BYTES = 1024 * 1024
_SWELLING = 50  # times the size of a compressed file, for the size of a group

_UNSURE = (
    "its first lines are also in another file of this log, so they were taken for copies and read once; if the log was"
    " emptied and began again with the same lines, these are missing"
)

Progress = Callable[[int, int], None]


def pull(
    sources: Sequence[Source], corpus: Corpus, progress: Progress | None = None, rules: Sequence[MaskRule] = ()
) -> PullReport:
    """Read what is new in the sources. What cannot be read is reported as a problem.

    `rules` mask what is the operator's own. `progress` is called with the bytes that are done and those of all files,
    as they are on disk. A pull may be killed at any time: what it did not commit is read by the next one. Two pulls of
    one corpus at once would read lines twice, so the caller holds the home's lock.
    """
    report = PullReport()
    by_pattern = {source.files: source for source in reversed(sources) if source.files is not None}
    if by_pattern:
        readings = {pattern: source.reading(rules) for pattern, source in by_pattern.items()}
        _pull_files(readings, corpus, report, progress)
    for unit in dict.fromkeys(source.journal for source in sources if source.journal is not None):
        source = next(source for source in sources if source.journal == unit)
        journal.pull_journal(unit, corpus, report, source.reading(rules))
    corpus.free_space()
    report.new = sum(source.lines for source in report.sources)
    report.total = corpus.totals().lines
    return report


def _pull_files(readings: Mapping[str, Reading], corpus: Corpus, report: PullReport, progress: Progress | None) -> None:
    patterns = list(readings)[::-1]
    found = find_files(patterns)
    rows = corpus.positions()
    for trouble in found.troubles:
        report.note(trouble._replace(is_known=trouble.state == "unreadable" and _hides_a_log(trouble.source, rows)))
    files = with_siblings(found.files, rows, patterns)
    known, present = KnownFiles(rows), PresentFiles(files)
    matched = {file.place for file in found.files}
    newest = corpus.newest_file_of_last_pull()
    before = {(row.inode, row.born, row.pattern) for row in rows if row.path is not None and (row.id or 0) <= newest}
    meter = _Meter(files, progress)
    _mark_unchanged_files(files, known)
    continued: dict[int | None, _Taken] = {}
    for group in _groups(files, known):
        with corpus.together() if len(group) > 1 else nullcontext():
            for file in group:
                found_file = _FoundFile(file, readings[file.pattern], present, file.place in matched, before)
                lines_before = corpus.newest_id()
                position = _pull_file(found_file, known, corpus, report, meter)
                meter.finish(file)
                if position is not None:
                    lines = corpus.newest_id() - lines_before
                    continued[position.id] = _Taken(file.pattern, lines, found_file.is_matched)
    left_behind = [row for row in known if row.id not in continued and row.path is not None and row.pattern in readings]
    read = [row for row in known if row.id in continued]
    report.gaps += _note_missing(left_behind, read, corpus)
    report.gaps += [Gap(str(row.path), _UNSURE, row.unsure_bytes) for row in known if row.unsure_bytes]
    corpus.note_pull_finished()
    known_patterns = {row.pattern for row in rows}
    for pattern in patterns:
        of_pattern = [taken for taken in continued.values() if taken.pattern == pattern]
        count = sum(taken.is_matched or taken.lines > 0 for taken in of_pattern)
        lines = sum(taken.lines for taken in of_pattern)
        report.finish_source(pattern, lines, count, was_read=bool(count) or pattern in known_patterns)


class _Taken(NamedTuple):
    """What was read of one file."""

    pattern: str
    lines: int
    is_matched: bool


def _hides_a_log(pattern: str, rows: Sequence[Position]) -> bool:
    """Whether a file that this pattern found before is in a folder that may not be looked into now."""
    folders = {Path(row.path).parent for row in rows if row.pattern == pattern and row.path is not None}
    return any(map(_may_not_be_listed, folders))


def _may_not_be_listed(folder: Path) -> bool:
    try:
        folder.stat()
    except PermissionError:
        return True
    except OSError:
        return False
    return not _may_be(os.R_OK | os.X_OK, folder)


def _mark_unchanged_files(files: Sequence[LogFile], known: KnownFiles) -> None:
    for file in files:
        if unchanged := _unchanged_row(file, known):
            known.mark_unchanged(unchanged)


def _unchanged_row(file: LogFile, known: KnownFiles) -> Position | None:
    """The position of a file that was read to its end under this path, and not written to since. It is not opened."""
    rows = [row for row in known.of_inode(file.inode) if row.device == file.device]
    row = max(rows, key=lambda row: row.id or 0, default=None)
    is_same = row is not None and (row.path, row.pattern) == (str(file.path), file.pattern) and is_untouched(file, row)
    return row if is_same else None


def _groups(files: Sequence[LogFile], known: KnownFiles) -> Iterator[list[LogFile]]:
    """The files in their order, in groups that are stored by one transaction, because each waits for the disk.

    A file with much to read is alone, and is stored in batches.
    """
    group: list[LogFile] = []
    total = 0
    for file in files:
        size = max(0, file.size - max((row.size for row in known.of_inode(file.inode)), default=0))
        size *= _SWELLING if file.path.suffix in SUFFIXES else 1
        if group and (len(group) >= GROUP_FILES or total + size > GROUP_BYTES):
            yield group
            group, total = [], 0
        group.append(file)
        total += size
    if group:
        yield group


class _FoundFile(NamedTuple):
    """One file to be read."""

    file: LogFile
    reading: Reading
    present: PresentFiles
    is_matched: bool  # by a pattern; else it is read because it was read before, or is a rotation
    before: Before


class _Meter:
    """Progress over all files, in bytes on disk."""

    def __init__(self, files: Sequence[LogFile], progress: Progress | None) -> None:
        self._total = sum(file.size for file in files)
        self._before = 0
        self._progress = progress

    def reached(self, bytes_in_file: int) -> None:
        if self._progress:
            self._progress(min(self._before + bytes_in_file, self._total), self._total)

    def finish(self, file: LogFile) -> None:
        self._before += file.size
        self.reached(0)


def _pull_file(
    found: _FoundFile, known: KnownFiles, corpus: Corpus, report: PullReport, meter: _Meter
) -> Position | None:
    """Read one file to its end. Returns its new position, None if it could not be read."""
    path, pattern = found.file.path, found.file.pattern

    def is_known() -> bool:
        return known.has_log(found.file.family, pattern)

    unchanged = _unchanged_row(found.file, known)
    if unchanged is not None and _may_be_skipped(found, unchanged):
        if found.is_matched:
            report.sources.append(SourceReport(str(path), unchanged.position, 0))
        return unchanged
    try:
        with OpenLog(path, found.file.pattern) as log:
            match = recognise(log, known, found.present, found.before)
            if match is None and not found.is_matched and not known.has_log(log.file.family, log.file.pattern):
                return None  # another file got the inode of the one that was read before
            match = match or Recognised(log.start())
            stored = known.get(match.position.id)
            if match.replaces is not None:
                known.remove(match.replaces)
            if not match.position.position:
                log.refuse_binary(found.reading.encoding)
            file_pull = _FilePull(log, found, match, stored, corpus, report, meter)
            position = _read_file(file_pull, match.position, stored)
            known.put(position)
            if is_untouched(log.file, position):
                known.mark_unchanged(position)
            return position
    except BinaryFile as refusal:
        report.note(Trouble(pattern, "damaged", str(refusal), is_known()))
    except RefusedFile as refusal:
        report.note(Trouble(pattern, "unreadable", str(refusal), is_known()))
    except FileNotFoundError:
        if found.is_matched:
            report.problems.append(f"{printable(path)}: moved or removed during the pull; looked for again at the next")
    except OSError as error:
        text = f"{printable(path)}: {error.strerror or error}; not read to its end"
        report.note(Trouble(pattern, "unreadable", text, is_known()))
    return None


def _may_be_skipped(found: _FoundFile, row: Position) -> bool:
    """Whether a file that is as it was has nothing that a closer look could find. It must still be readable."""
    is_incomplete = not row.compressed and row.position < row.size
    return row.copy_of is None and not row.unsure_bytes and not is_incomplete and _may_be(os.R_OK, found.file.path)


def _may_be(mode: int, path: Path) -> bool:
    return os.access(path, mode, effective_ids=os.access in os.supports_effective_ids)


def _read_file(file_pull: "_FilePull", position: Position, stored: Position | None) -> Position:
    if position.copy_of is not None:
        return file_pull.note_copy()
    # A size is stored only after reading to the end, so an equal one means that nothing was added.
    is_unchanged = position == stored and not file_pull.has_incomplete_record
    return file_pull.skip() if is_unchanged else file_pull.run()


class _FilePull:
    """Reads one file into the corpus, in batches. Each batch stores its lines and the position after them."""

    def __init__(
        self, log: OpenLog, found: _FoundFile, match: Recognised, stored: Position | None, corpus: Corpus,
        report: PullReport, meter: _Meter,
    ) -> None:  # fmt: skip
        position = match.position
        self._is_matched = found.is_matched
        # If nothing was added since the last pull, an incomplete record is complete now.
        self._is_unchanged = stored is not None and stored.size == position.size
        self._log, self._position, self._corpus = log, position, corpus
        self._replaces = match.replaces
        self._report, self._meter = report, meter
        self._reader = LogReader(found.reading, log.head(SAMPLE_BYTES), position.skipping)
        self._trail = log.trail(position.position)
        self._start = self._committed = position.position
        self._batch: list[str] = []
        self._lines = 0

    def run(self) -> Position:
        """Read to the end of the file. Returns the new position."""
        try:
            self._read()
            self._commit(self._log.file.size)
        finally:
            self._report_file()
        return self._position

    @property
    def has_incomplete_record(self) -> bool:
        """Whether the last pull left a record that was perhaps incomplete. It is complete if nothing came since."""
        position = self._position
        return not position.compressed and position.position < position.size

    def skip(self) -> Position:
        """Read nothing, because nothing was added."""
        self._report_file()
        return self._position

    def note_copy(self) -> Position:
        """Store the position of a file whose lines are read from another one."""
        self._commit(self._log.file.size)
        return self.skip()

    def _read(self) -> None:
        try:
            for piece in self._log.pieces(self._position.position):
                if isinstance(piece, Hole):
                    self._reader.pass_over(piece.length)
                    self._trail.pass_over(piece.length, self._start + self._reader.consumed)
                else:
                    self._feed(piece)
                self._meter.reached(self._log.bytes_read())
        except Damaged as damage:
            file = self._log.file
            self._report.problems.append(f"{printable(file.path)}: {damage}; the lines before that are kept")
            self._report.damage.append((file.pattern, DamagedFile(str(file.path), file.size)))
            return
        if self._log.compressed:  # nothing is added to it, so its last line is complete
            self._take(self._reader.finish())
        elif self._is_unchanged:
            self._take(self._reader.flush())

    def _feed(self, chunk: bytes) -> None:
        records = self._reader.feed(chunk)
        self._trail.feed(chunk, self._start + self._reader.consumed)
        self._take(records)

    def _take(self, records: list[str]) -> None:
        self._trail.feed(b"", self._start + self._reader.consumed)
        self._batch += records
        if len(self._batch) >= BATCH_LINES or self._trail.position - self._committed >= BATCH_BYTES:
            self._commit(size=0)

    def _commit(self, size: int) -> None:
        """Store the batch. `size` is 0 while there is more to read, so that the next pull goes on if this one dies."""
        moved = self._position
        if moved.copy_of is None:
            moved = replace(self._trail.mark(moved), size=size, skipping=self._reader.skipping)
        self._position = self._corpus.add(self._batch, moved, self._replaces)
        self._replaces = None
        self._committed = self._position.position
        self._lines += len(self._batch)
        self._batch = []

    def _report_file(self) -> None:
        report = self._report
        if self._lines or self._is_matched:
            report.sources.append(SourceReport(str(self._log.file.path), self._position.position, self._lines))
        untimed = self._reader.oddities.untimed
        if (
            self._lines and not self._start and untimed >= self._lines
        ):  # told once: when the file is read from its start
            report.problems.append(
                f"{printable(self._log.file.path)}: keep_time = false finds a time in none of its lines"
            )
        report.oddities.add(self._reader.oddities)
        report.masked = dict(Counter(report.masked) + Counter(self._reader.masked))


def _note_missing(left_behind: Sequence[Position], read: Sequence[Position], corpus: Corpus) -> list[Gap]:
    """Note the files that are no longer at their path. Returns what of them was never read."""
    taken, present = {row.path for row in read}, PresentFiles()
    gone = [
        row for row in left_behind if (row.path in taken or _is_missing(row.path)) and survivor(row, present) is None
    ]
    if gone:
        corpus.note_missing(gone)
    newest = corpus.newest_file_of_last_pull()
    of_log: defaultdict[str, list[Position]] = defaultdict(list)
    for row in (*left_behind, *read):
        if (row.id or 0) <= newest:
            of_log[row.family].append(row)
    is_live = {family: any(row.path == family for row in rows) for family, rows in of_log.items()}
    newest_of = {family: max(row.id or 0 for row in rows) for family, rows in of_log.items()}
    return [gap for row in gone if (gap := _gap(row, is_live.get(row.family, False), newest_of.get(row.family, 0)))]


def _is_missing(path: str | None) -> bool:
    """Whether a file is certainly gone. In a folder that may not be entered it is not certain."""
    try:
        Path(path or "").stat()
    except (FileNotFoundError, NotADirectoryError):
        return True
    except OSError:
        return False
    return False


def _gap(row: Position, is_live: bool, newest: int) -> Gap | None:
    """What of a file that is gone was not read. `is_live` and `newest` are as `_was_written_to` has them."""
    path = str(row.path)
    torn = 0 if row.compressed or row.copy_of is not None else max(0, row.size - row.position)
    if torn:
        return Gap(path, "emptied, replaced or deleted before its last line was complete", torn)
    if row.position and _was_written_to(row, is_live, newest):
        return Gap(path, "emptied, replaced or deleted; what was written to it after the last read is not known", 0)
    return None


def _was_written_to(row: Position, is_live: bool, newest: int) -> bool:
    """Whether more may have been written after the last read: to the live name, or to the newest dated one.

    `is_live` is whether the log has a file under its live name, and `newest` the greatest id of its files.
    """
    if row.compressed or row.copy_of is not None:
        return False
    return row.path == row.family if is_live else (row.id or 0) >= newest
