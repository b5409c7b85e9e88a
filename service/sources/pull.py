"""Pull: read new lines from the sources, clean and mask them, and add them to the corpus. Each line is read once."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

from ..reading.compression import Damaged
from ..reading.fields import LineFilter, line_filter
from ..reading.lines import LineReader
from ..reading.multiline import RecordReader
from ..reading.redaction import Redactor
from ..settings import Source
from ..storage.corpus import Corpus
from ..storage.position import Position
from . import journal
from .files import find_files, with_siblings
from .log_file import LogFile, OpenLog, RefusedFile, printable
from .pull_report import Gap, PullReport, SourceReport
from .rotation import Before, Recognised, recognise, survivor

BATCH_LINES = 20_000
BATCH_BYTES = 4 * 1024 * 1024

_UNSURE = (
    "its first lines are also in another file of this log, so they were taken for copies and read once; if the log was"
    " emptied and began again with the same lines, these are missing"
)

Progress = Callable[[int, int], None]


def pull(sources: Sequence[Source], corpus: Corpus, progress: Progress | None = None) -> PullReport:
    """Read what is new in the sources. What cannot be read is reported as a problem.

    `progress` is called with the bytes that are done and those of all files, as they are on disk. A pull may be killed
    at any time: what it did not commit is read by the next one. Two pulls of one corpus at once would read lines
    twice, so the caller holds the home's lock.
    """
    report = PullReport()
    by_pattern = {source.files: source for source in reversed(sources) if source.files is not None}
    if by_pattern:
        _pull_files(by_pattern, corpus, report, progress)
    for unit in dict.fromkeys(source.journal for source in sources if source.journal is not None):
        source = next(source for source in sources if source.journal == unit)
        journal.pull_journal(unit, corpus, report, line_filter(source.format, source.keep_time))
    corpus.free_space()
    report.new = sum(source.lines for source in report.sources)
    report.total = corpus.totals().lines
    return report


def _pull_files(sources: Mapping[str, Source], corpus: Corpus, report: PullReport, progress: Progress | None) -> None:
    patterns = list(sources)[::-1]
    found = find_files(patterns)
    report.problems += found.problems
    known = {row.id: row for row in corpus.positions()}
    files = with_siblings(found.files, list(known.values()), patterns)
    matched = {file.place for file in found.files}
    places = {file.place: file.path for file in files}
    newest = corpus.newest_file_of_last_pull()
    here = [row for row in known.values() if row.path is not None and (row.id or 0) <= newest]
    before = {(row.inode, row.born, row.pattern) for row in here}
    meter = _Meter(files, progress)
    continued = set()
    for file in files:
        found_file = _FoundFile(file, sources[file.pattern], places, file.place in matched, before)
        position = _pull_file(found_file, known, corpus, report, meter)
        meter.finish(file)
        if position is not None:
            known[position.id] = position
            continued.add(position.id)
    left_behind = [
        row for row in known.values() if row.id not in continued and row.path is not None and row.pattern in sources
    ]
    report.gaps += _note_missing(left_behind, [known[row] for row in continued], corpus)
    report.gaps += [Gap(str(row.path), _UNSURE, row.unsure_bytes) for row in known.values() if row.unsure_bytes]
    corpus.note_pull_finished()


class _FoundFile(NamedTuple):
    """One file to be read."""

    file: LogFile
    source: Source
    places: Mapping[tuple[int, int], Path]
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
    found: _FoundFile, known: dict[int | None, Position], corpus: Corpus, report: PullReport, meter: _Meter
) -> Position | None:
    """Read one file to its end. Returns its new position, None if it could not be read."""
    path = found.file.path
    try:
        with OpenLog(path, found.file.pattern) as log:
            match = recognise(log, list(known.values()), found.places, found.before)
            if match is None and not found.is_matched and not _is_of_known_log(log, known):
                return None  # another file got the inode of the one that was read before
            match = match or Recognised(log.start())
            if match.replaces is not None:
                del known[match.replaces]
            position = match.position
            if not position.position:
                log.refuse_binary()
            stored = known.get(position.id)
            file_pull = _FilePull(log, found, match, stored, corpus, report, meter)
            if position.copy_of is not None:
                return file_pull.note_copy()
            # A size is stored only after reading to the end, so an equal one means that nothing was added.
            is_unchanged = position == stored and not file_pull.has_incomplete_record
            return file_pull.skip() if is_unchanged else file_pull.run()
    except RefusedFile as refusal:
        report.problems.append(str(refusal))
    except FileNotFoundError:
        if found.is_matched:
            report.problems.append(f"{printable(path)}: moved or removed during the pull; looked for again at the next")
    except OSError as error:
        report.problems.append(f"{printable(path)}: {error.strerror or error}; not read to its end")
    return None


def _is_of_known_log(log: OpenLog, known: Mapping[int | None, Position]) -> bool:
    return any(row.family == log.file.family and row.pattern == log.file.pattern for row in known.values())


def _reader(source: Source, position: Position) -> LineReader | RecordReader:
    if not source.continuation:
        return LineReader(bool(position.skipping))
    return RecordReader(source.continuation, position.skipping)


class _FilePull:
    """Reads one file into the corpus, in batches. Each batch stores its lines and the position after them."""

    def __init__(
        self, log: OpenLog, found: _FoundFile, match: Recognised, stored: Position | None, corpus: Corpus,
        report: PullReport, meter: _Meter,
    ) -> None:  # fmt: skip
        position, source = match.position, found.source
        self._is_matched = found.is_matched
        # If nothing was added since the last pull, an incomplete record is complete now.
        self._is_unchanged = stored is not None and stored.size == position.size
        self._log, self._position, self._corpus = log, position, corpus
        self._replaces = match.replaces
        self._report, self._meter = report, meter
        self._reader = _reader(source, position)
        self._filter: LineFilter = line_filter(source.format, source.keep_time)
        self._redactor = Redactor()
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
        return isinstance(self._reader, RecordReader) and not position.compressed and position.position < position.size

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
            for chunk in self._log.chunks(self._position.position):
                self._feed(chunk)
                self._meter.reached(self._log.bytes_read())
        except Damaged as damage:
            self._report.problems.append(f"{printable(self._log.file.path)}: {damage}; the lines before that are kept")
            return
        if self._log.compressed:  # nothing is added to it, so its last line is complete
            self._take(self._reader.finish())
        elif self._is_unchanged and isinstance(self._reader, RecordReader):
            self._take(self._reader.flush())

    def _feed(self, chunk: bytes) -> None:
        records = self._reader.feed(chunk)
        self._trail.feed(chunk, self._start + self._reader.consumed)
        self._take(records)

    def _take(self, records: list[str]) -> None:
        self._trail.feed(b"", self._start + self._reader.consumed)
        self._batch += self._redactor.redact(self._filter(records, self._reader.oddities))
        if len(self._batch) >= BATCH_LINES or self._trail.position - self._committed >= BATCH_BYTES:
            self._commit(size=0)

    def _commit(self, size: int) -> None:
        """Store the batch. `size` is 0 while there is more to read, so that the next pull goes on if this one dies."""
        moved = self._position
        if moved.copy_of is None:
            moved = replace(self._trail.mark(moved), size=size, skipping=int(self._reader.skipping))
        self._position = self._corpus.add(self._batch, moved, self._replaces)
        self._replaces = None
        self._committed = self._position.position
        self._lines += len(self._batch)
        self._batch = []

    def _report_file(self) -> None:
        report = self._report
        if self._lines or self._is_matched:
            report.sources.append(SourceReport(str(self._log.file.path), self._position.position, self._lines))
        report.oddities.add(self._reader.oddities)
        report.masked = dict(Counter(report.masked) + self._redactor.masked)


def _note_missing(left_behind: Sequence[Position], read: Sequence[Position], corpus: Corpus) -> list[Gap]:
    """Note the files that are no longer at their path. Returns what of them was never read."""
    taken = {row.path for row in read}
    gone = [row for row in left_behind if (row.path in taken or _is_missing(row.path)) and survivor(row) is None]
    if gone:
        corpus.note_missing(gone)
    known = [row for row in (*left_behind, *read) if (row.id or 0) <= corpus.newest_file_of_last_pull()]
    return [gap for row in gone if (gap := _gap(row, known))]


def _is_missing(path: str | None) -> bool:
    """Whether a file is certainly gone. In a folder that may not be entered it is not certain."""
    try:
        Path(path or "").stat()
    except (FileNotFoundError, NotADirectoryError):
        return True
    except OSError:
        return False
    return False


def _gap(row: Position, known: Sequence[Position]) -> Gap | None:
    path = str(row.path)
    torn = 0 if row.compressed or row.copy_of is not None else max(0, row.size - row.position)
    if torn:
        return Gap(path, "emptied, replaced or deleted before its last line was complete", torn)
    if row.position and _was_written_to(row, known):
        return Gap(path, "emptied, replaced or deleted; what was written to it after the last read is not known", 0)
    return None


def _was_written_to(row: Position, known: Sequence[Position]) -> bool:
    """Whether more may have been written after the last read: to the live name, or to the newest dated one."""
    if row.compressed or row.copy_of is not None:
        return False
    of_log = [other for other in known if other.family == row.family]
    if any(other.path == other.family for other in of_log):
        return row.path == row.family
    return (row.id or 0) >= max((other.id or 0 for other in of_log), default=0)
