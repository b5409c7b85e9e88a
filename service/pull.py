"""Pull: new lines from the sources, cleaned and redacted, into the corpus, each once."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path

from .corpus import Corpus
from .lines import DamagedGzip, LineReader, Oddities
from .redaction import Redactor
from .sources import LogFile, OpenLog, Position, RefusedFile, find_files, recognise, survivor

BATCH_LINES = 5_000
BATCH_BYTES = 4 * 1024 * 1024

Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class Gap:
    """Bytes that were in a file and can no longer be read; 0 where how many is not known."""

    source: str
    reason: str
    bytes: int


@dataclass(frozen=True)
class SourceReport:
    path: str
    position: int  # bytes of the log read so far, decompressed
    lines: int  # taken in this pull


@dataclass
class PullReport:
    new: int = 0
    total: int = 0  # kept in the corpus now
    gaps: list[Gap] = field(default_factory=list)
    sources: list[SourceReport] = field(default_factory=list)
    oddities: Oddities = field(default_factory=Oddities)
    masked: dict[str, int] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)

    def as_json(self) -> dict[str, object]:
        return {
            "lines": {"new": self.new, "total": self.total},
            "gaps": [asdict(gap) for gap in self.gaps],
            "sources": [asdict(source) for source in self.sources],
            "oddities": asdict(self.oddities),
            "masked": dict(self.masked),
            "problems": list(self.problems),
        }


def pull(patterns: Sequence[str], corpus: Corpus, progress: Progress | None = None) -> PullReport:
    """Read what is new in the files of the patterns; a file that cannot be read is a problem reported.

    `progress` is called with bytes done and bytes in all (on disk, so compressed for a .gz).
    May be killed at any time: what was not committed is read by the next pull. Two at once on one
    corpus would read lines twice; the lock of the home prevents that.
    """
    found = find_files(patterns)
    report = PullReport(problems=found.problems)
    known = {row.id: row for row in corpus.positions()}
    meter = _Meter(found.files, progress)
    continued = set()
    for file in found.files:
        position = _pull_file(file, known, corpus, report, meter)
        meter.finish(file)
        if position is not None:
            known[position.id] = position
            continued.add(position.id)
    left_behind = [row for row in known.values() if row.id not in continued and row.path is not None]
    report.gaps = _vacate(left_behind, [known[row] for row in continued], corpus)
    corpus.give_back_space()
    report.new = sum(source.lines for source in report.sources)
    report.total = corpus.totals().lines
    return report


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
    file: LogFile, known: Mapping[int | None, Position], corpus: Corpus, report: PullReport, meter: _Meter
) -> Position | None:
    """Read one file to its end; where it now stands, None if it could not be read."""
    try:
        with OpenLog(file.path) as log:
            position = recognise(log, list(known.values())) or log.start()
            if not position.position:
                log.refuse_binary()
            stored = known.get(position.id)
            # A size is stored only after reading to the end, so equal means that nothing was added.
            if position == stored:
                report.sources.append(SourceReport(str(log.file.path), position.position, 0))
                return position
            return _Intake(log, position, corpus, report, meter).run()
    except RefusedFile as refusal:
        report.problems.append(str(refusal))
    except OSError as error:
        report.problems.append(f"{file.path}: {error.strerror or error}; not read to its end")
    return None


class _Intake:
    """One file on its way into the corpus, in batches that each move the position with their lines."""

    def __init__(self, log: OpenLog, position: Position, corpus: Corpus, report: PullReport, meter: _Meter) -> None:
        self._log, self._position, self._corpus = log, position, corpus
        self._report, self._meter = report, meter
        self._reader, self._redactor, self._trail = LineReader(), Redactor(), log.trail(position.position)
        self._batch: list[str] = []
        self._lines = 0
        self._committed = position.position

    def run(self) -> Position:
        try:
            self._read()
            self._commit(self._log.file.size)
        finally:
            self._account()
        return self._position

    def _read(self) -> None:
        try:
            for chunk in self._log.chunks(self._position.position):
                self._trail.feed(chunk)
                self._take(self._reader.feed(chunk))
                self._meter.reached(self._log.bytes_read())
        except DamagedGzip as damage:
            self._report.problems.append(f"{self._log.file.path}: {damage}; the lines before that are kept")
            return
        if self._log.compressed:  # never written to again, so its last line is whole
            self._trail.finish()
            self._take(self._reader.finish())

    def _take(self, lines: list[str]) -> None:
        self._batch += self._redactor.redact(lines)
        if len(self._batch) >= BATCH_LINES or self._trail.position - self._committed >= BATCH_BYTES:
            self._commit(size=0)

    def _commit(self, size: int) -> None:
        """`size` is 0 while there is more to read, so that a pull that dies here is carried on."""
        moved = replace(self._trail.mark(self._position), size=size)
        self._position = self._corpus.add(self._batch, moved)
        self._committed = self._position.position
        self._lines += len(self._batch)
        self._batch = []

    def _account(self) -> None:
        report = self._report
        report.sources.append(SourceReport(str(self._log.file.path), self._position.position, self._lines))
        report.oddities.add(self._reader.oddities)
        report.masked = dict(Counter(report.masked) + self._redactor.masked)


def _vacate(left_behind: Sequence[Position], read: Sequence[Position], corpus: Corpus) -> list[Gap]:
    """Note the files that are gone from their place, and tell what of them was never read."""
    taken = {row.path for row in read}
    gone = [row for row in left_behind if row.path in taken or _is_missing(row.path)]
    if gone:
        corpus.vacate(gone)
    return [gap for row in gone if (gap := _gap(row, read, row.path in taken))]


def _is_missing(path: str | None) -> bool:
    """Only where it is certain: a folder that may not be entered just now hides no loss."""
    try:
        Path(path or "").stat()
    except (FileNotFoundError, NotADirectoryError):
        return True
    except OSError:
        return False
    return False


def _gap(row: Position, read: Sequence[Position], is_replaced: bool) -> Gap | None:
    path = str(row.path)
    moved = survivor(row)
    if moved is not None:
        lost = moved.size - row.position
        reason = f"moved to {moved.path.name}, which no pattern matches, before it was read to its end"
        return Gap(path, reason, lost) if lost > 0 and not row.compressed else None
    torn = 0 if row.compressed else max(0, row.size - row.position)
    if torn and not _is_in_archive(row, read):
        return Gap(path, "emptied, replaced or deleted before its last line was complete", torn)
    if is_replaced and path == row.family and row.position:
        return Gap(path, "emptied or replaced; what was written to it after the last read is not known", 0)
    return None


def _is_in_archive(row: Position, read: Sequence[Position]) -> bool:
    return any(other.compressed and other.family == row.family and other.position >= row.size for other in read)
