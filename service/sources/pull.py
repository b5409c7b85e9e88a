"""Pull: new lines from the sources, cleaned and redacted, into the corpus, each once."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

from ..reading.compression import Damaged
from ..reading.fields import Shape, shape
from ..reading.lines import LineReader
from ..reading.multiline import RecordReader
from ..reading.redaction import Redactor
from ..settings import Source
from ..storage.corpus import Corpus
from ..storage.position import Position
from . import journal
from .files import find_files, with_siblings
from .log_file import LogFile, OpenLog, RefusedFile
from .pull_report import Gap, PullReport, SourceReport
from .rotation import Before, Standing, recognise, survivor

BATCH_LINES = 20_000
BATCH_BYTES = 4 * 1024 * 1024

_DOUBT = (
    "the few lines that were read of it are also in another file of its log: taken for copies of each other and read"
    " once; if the log was emptied and began again with the same lines, these are missing"
)

Progress = Callable[[int, int], None]


def pull(sources: Sequence[Source], corpus: Corpus, progress: Progress | None = None) -> PullReport:
    """Read what is new in the sources; what cannot be read is a problem reported.

    `progress` is called with bytes of files done and in all (on disk, so compressed for a .gz).
    May be killed at any time: what was not committed is read by the next pull. Two at once on one
    corpus would read lines twice; the lock of the home prevents that.
    """
    report = PullReport()
    by_pattern = {source.files: source for source in reversed(sources) if source.files is not None}
    if by_pattern:
        _pull_files(by_pattern, corpus, report, progress)
    for unit in dict.fromkeys(source.journal for source in sources if source.journal is not None):
        source = next(source for source in sources if source.journal == unit)
        journal.pull(unit, corpus, report, shape(source.format, source.keep_time))
    corpus.give_back_space()
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
    settled = corpus.settled_file()
    here = [row for row in known.values() if row.path is not None and (row.id or 0) <= settled]
    before = {(row.inode, row.born, row.pattern) for row in here}
    meter = _Meter(files, progress)
    continued = set()
    for file in files:
        task = _Task(file, sources[file.pattern], places, file.place in matched, before)
        position = _pull_file(task, known, corpus, report, meter)
        meter.finish(file)
        if position is not None:
            known[position.id] = position
            continued.add(position.id)
    left_behind = [
        row for row in known.values() if row.id not in continued and row.path is not None and row.pattern in sources
    ]
    report.gaps += _vacate(left_behind, [known[row] for row in continued], corpus)
    report.gaps += [Gap(str(row.path), _DOUBT, row.doubt) for row in known.values() if row.doubt]
    corpus.settle()


class _Task(NamedTuple):
    """One file to be read."""

    file: LogFile
    source: Source
    places: Mapping[tuple[int, int], Path]
    is_matched: bool  # by a pattern; else it is followed because it was read before, or is a rotation
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
    task: _Task, known: dict[int | None, Position], corpus: Corpus, report: PullReport, meter: _Meter
) -> Position | None:
    """Read one file to its end; where it now stands, None if it could not be read."""
    path = task.file.path
    try:
        with OpenLog(path, task.file.pattern) as log:
            standing = recognise(log, list(known.values()), task.places, task.before)
            if standing is None and not task.is_matched and not _is_of_known_log(log, known):
                return None  # another file was given the inode of the one that was followed
            standing = standing or Standing(log.start())
            if standing.absorbs is not None:
                del known[standing.absorbs]
            position = standing.position
            if not position.position:
                log.refuse_binary()
            stored = known.get(position.id)
            intake = _Intake(log, task, standing, stored, corpus, report, meter)
            if position.copy_of is not None:
                return intake.note_copy()
            # A size is stored only after reading to the end, so equal means that nothing was added.
            return intake.pass_over() if position == stored and not intake.has_held_back else intake.run()
    except RefusedFile as refusal:
        report.problems.append(str(refusal))
    except FileNotFoundError:
        if task.is_matched:
            report.problems.append(f"{path}: moved or removed during the pull; looked for again at the next")
    except OSError as error:
        report.problems.append(f"{path}: {error.strerror or error}; not read to its end")
    return None


def _is_of_known_log(log: OpenLog, known: Mapping[int | None, Position]) -> bool:
    return any(row.family == log.file.family and row.pattern == log.file.pattern for row in known.values())


def _reader(source: Source, position: Position) -> LineReader | RecordReader:
    if not source.continuation:
        return LineReader(bool(position.skipping))
    return RecordReader(source.continuation, position.skipping)


class _Intake:
    """One file on its way into the corpus, in batches that each move the position with their lines."""

    def __init__(
        self, log: OpenLog, task: _Task, standing: Standing, stored: Position | None, corpus: Corpus,
        report: PullReport, meter: _Meter,
    ) -> None:  # fmt: skip
        position, source = standing.position, task.source
        self._is_matched = task.is_matched
        # Unchanged since the last pull: a record that was held back is whole now.
        self._is_still = stored is not None and stored.size == position.size
        self._log, self._position, self._corpus = log, position, corpus
        self._instead_of = standing.absorbs
        self._report, self._meter = report, meter
        self._reader = _reader(source, position)
        self._shape: Shape = shape(source.format, source.keep_time)
        self._redactor = Redactor()
        self._trail = log.trail(position.position)
        self._start = self._committed = position.position
        self._batch: list[str] = []
        self._lines = 0

    def run(self) -> Position:
        try:
            self._read()
            self._commit(self._log.file.size)
        finally:
            self._account()
        return self._position

    @property
    def has_held_back(self) -> bool:
        """Whether a record was held back at the last pull, which is whole if nothing came since."""
        position = self._position
        return isinstance(self._reader, RecordReader) and not position.compressed and position.position < position.size

    def pass_over(self) -> Position:
        self._account()
        return self._position

    def note_copy(self) -> Position:
        """Store the row of a file whose lines are read from another one."""
        self._commit(self._log.file.size)
        return self.pass_over()

    def _read(self) -> None:
        try:
            for chunk in self._log.chunks(self._position.position):
                self._feed(chunk)
                self._meter.reached(self._log.bytes_read())
        except Damaged as damage:
            self._report.problems.append(f"{self._log.file.path}: {damage}; the lines before that are kept")
            return
        if self._log.compressed:  # never written to again, so its last line is whole
            self._take(self._reader.finish())
        elif self._is_still and isinstance(self._reader, RecordReader):
            self._take(self._reader.flush())

    def _feed(self, chunk: bytes) -> None:
        records = self._reader.feed(chunk)
        self._trail.feed(chunk, self._start + self._reader.consumed)
        self._take(records)

    def _take(self, records: list[str]) -> None:
        self._trail.feed(b"", self._start + self._reader.consumed)
        self._batch += self._redactor.redact(self._shape(records, self._reader.oddities))
        if len(self._batch) >= BATCH_LINES or self._trail.position - self._committed >= BATCH_BYTES:
            self._commit(size=0)

    def _commit(self, size: int) -> None:
        """`size` is 0 while there is more to read, so that a pull that dies here is carried on."""
        moved = self._position
        if moved.copy_of is None:
            moved = replace(self._trail.mark(moved), size=size, skipping=int(self._reader.skipping))
        self._position = self._corpus.add(self._batch, moved, self._instead_of)
        self._instead_of = None
        self._committed = self._position.position
        self._lines += len(self._batch)
        self._batch = []

    def _account(self) -> None:
        report = self._report
        if self._lines or self._is_matched:
            report.sources.append(SourceReport(str(self._log.file.path), self._position.position, self._lines))
        report.oddities.add(self._reader.oddities)
        report.masked = dict(Counter(report.masked) + self._redactor.masked)


def _vacate(left_behind: Sequence[Position], read: Sequence[Position], corpus: Corpus) -> list[Gap]:
    """Note the files that are gone from their place, and tell what of them was never read."""
    taken = {row.path for row in read}
    gone = [row for row in left_behind if (row.path in taken or _is_missing(row.path)) and survivor(row) is None]
    if gone:
        corpus.vacate(gone)
    known = [row for row in (*left_behind, *read) if (row.id or 0) <= corpus.settled_file()]
    return [gap for row in gone if (gap := _gap(row, known))]


def _is_missing(path: str | None) -> bool:
    """Only where it is certain: a folder that may not be entered just now hides no loss."""
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
