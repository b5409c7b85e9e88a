"""The corpus: the masked lines kept for training, bounded in bytes, and how far each file was read.

It is one SQLite file. Lines are kept in blocks of up to 64 consecutive lines of one log. Older history is thinned by
whole blocks, because the model learns a line from the lines before it; their lines of the reserve stay. Lines are
written in one transaction with the position of their file, so that no line is read twice and none is lost.
"""

import re
import sqlite3
import zlib
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import fields, replace
from itertools import groupby
from math import ceil, log2
from pathlib import Path
from typing import Any, NamedTuple, Self

from ..errors import LoglingError
from .database import describe_sqlite_failure, format_of, migrate, opened, transaction
from .position import Position
from .reserve import STRETCH, UNIT, is_chosen

BLOCK_LINES = 64
PAGE_BYTES = 65_536  # at the usual 4,096 a block is cut into several, which takes a fifth of the time of a pull
LOOKED_AT = 4  # every such line of a block tells whether they are alike
MONOTONOUS = 12  # of the 16 looked at
N_STREAMS = 8  # of monotonous blocks of a source
RESERVE_SHARE = 10  # a tenth of the limit is for lines of the reserve whose blocks were thinned
MOST_MISSING = 1000  # files that are remembered after they left their path; they may come back, renamed or compressed

_FIELDS = [field.name for field in fields(Position) if field.name not in ("family", "id")]
# A column keeps the name it was made with: renaming it would lock older versions out for nothing.
_COLUMNS = ", ".join({"unsure_bytes": "doubt"}.get(name, name) for name in _FIELDS)
_STORED_AS_TEXT = ("device", "inode")

_FIRST = """
CREATE TABLE sources (
    id INTEGER PRIMARY KEY,
    family TEXT NOT NULL UNIQUE,
    bytes_ever INTEGER NOT NULL DEFAULT 0,
    blocks_ever INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE TABLE blocks (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    source INTEGER NOT NULL REFERENCES sources (id),
    number INTEGER NOT NULL,   -- counts the blocks of this source from 1
    bytes INTEGER NOT NULL,    -- of the text in UTF-8
    bytes_end INTEGER NOT NULL,-- the source's bytes_ever when the block was last added to
    lines INTEGER NOT NULL,
    ids TEXT NOT NULL,         -- ranges of line ids: '1-40 52-75'
    text TEXT NOT NULL,        -- the lines, joined by newlines
    UNIQUE (source, number)
) STRICT;
CREATE TABLE files (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    source INTEGER NOT NULL REFERENCES sources (id),
    path TEXT,
    device TEXT NOT NULL,      -- as text: both may exceed SQLite's signed 64 bits
    inode TEXT NOT NULL,
    size INTEGER NOT NULL,
    compressed INTEGER NOT NULL,
    position INTEGER NOT NULL,
    head_length INTEGER NOT NULL,
    head_hash BLOB NOT NULL,
    tail_hash BLOB NOT NULL
) STRICT;
CREATE TABLE counters (only INTEGER PRIMARY KEY CHECK (only = 1), newest_id INTEGER NOT NULL) STRICT;
INSERT INTO counters VALUES (1, 0);
"""
_ROTATIONS = """
ALTER TABLE files ADD COLUMN torn_length INTEGER NOT NULL DEFAULT 0;
ALTER TABLE files ADD COLUMN torn_hash BLOB NOT NULL DEFAULT x'';
ALTER TABLE files ADD COLUMN skipping INTEGER NOT NULL DEFAULT 0;
ALTER TABLE files ADD COLUMN born INTEGER NOT NULL DEFAULT 0;
ALTER TABLE files ADD COLUMN mtime_ns INTEGER NOT NULL DEFAULT 0;
ALTER TABLE files ADD COLUMN pattern TEXT NOT NULL DEFAULT '';
-- a row that may since have been forgotten:
ALTER TABLE files ADD COLUMN copy_of INTEGER;
ALTER TABLE files ADD COLUMN doubt INTEGER NOT NULL DEFAULT 0;
CREATE TABLE journals (
    source INTEGER PRIMARY KEY REFERENCES sources (id),
    cursor TEXT NOT NULL,      -- of the entry read last; empty where only its time is known
    time INTEGER NOT NULL      -- of that entry, in microseconds since 1970
) STRICT;
ALTER TABLE counters ADD COLUMN settled_file INTEGER NOT NULL DEFAULT 0;
UPDATE counters SET settled_file = (SELECT coalesce(max(id), 0) FROM files);
"""
_IDENTITY = "ALTER TABLE counters ADD COLUMN identity TEXT NOT NULL DEFAULT ''"
_NEW_IDENTITY = "UPDATE counters SET identity = lower(hex(randomblob(8)))"
_STREAMS = """
-- 0: blocks of mixed lines, whose bytes sources.bytes_ever counts; others have lines that are all alike
ALTER TABLE blocks ADD COLUMN stream INTEGER NOT NULL DEFAULT 0;
ALTER TABLE blocks ADD COLUMN only_reserve INTEGER NOT NULL DEFAULT 0;
CREATE TABLE streams (
    source INTEGER NOT NULL REFERENCES sources (id),
    stream INTEGER NOT NULL,
    bytes_ever INTEGER NOT NULL,
    PRIMARY KEY (source, stream)
) STRICT;
"""
CHANGES = (_FIRST, _ROTATIONS, _IDENTITY, _STREAMS)  # what makes each format out of the one before
FORMAT = len(CHANGES)


VALUE = re.compile(r"\S*\d\S*")


class CorpusError(LoglingError):
    """The corpus cannot be used; the message says why and what to do."""


class Document(NamedTuple):
    """The kept lines of one log in order, over all its rotations."""

    source: int
    ids: list[int]  # ascending; gaps where other logs were read, or where blocks were thinned
    lines: list[str]


class Bookmark(NamedTuple):
    """How far a journal was read."""

    cursor: str = ""  # of the entry read last; empty where only its time is known
    time: int = 0  # of that entry, in microseconds since 1970


class Totals(NamedTuple):
    lines: int  # kept now
    lines_ever: int
    bytes: int  # kept now, UTF-8, without newlines


class _Block(NamedTuple):
    id: int
    source: int
    number: int
    bytes: int
    only_reserve: bool  # its other lines were thinned
    age: int  # bytes that its stream took in after it


class Corpus:
    """A context manager over the corpus at `path`, which is made if it is not there.

    It holds at most `max_bytes` of text (the newest block is kept even if it alone is larger): the
    newest lines of each log whole, older ones the thinner the older they are. Blocks in which all lines are alike age
    by themselves, so a flood of them does not push out other lines. Raises CorpusError.
    """

    def __init__(self, path: Path | str, max_bytes: int = 8_000_000) -> None:
        self.path = Path(path)
        self.max_bytes = max_bytes
        self._database = self._open()
        self._kept = self.totals().bytes
        self._identity = self.identity()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        self._database.close()

    def documents(self) -> list[Document]:
        """All kept lines, one document for each source."""
        rows = self._database.execute("SELECT source, ids, text FROM blocks ORDER BY source, number")
        documents = []
        for source, blocks in groupby(rows, key=lambda row: int(row[0])):
            document = Document(source, [], [])
            for _, ids, text in blocks:
                document.ids.extend(_expand(ids))
                document.lines.extend(text.split("\n"))
            documents.append(document)
        return documents

    def newest_id(self) -> int:
        """The id of the line added last, 0 if there never was one. No id is used twice."""
        return self._number("SELECT newest_id FROM counters")

    def identity(self) -> str:
        """A random name of this corpus. A corpus that is made again, whose line ids begin again, has another.

        It is empty for a corpus that was made before format 3.
        """
        return str(self._database.execute("SELECT identity FROM counters").fetchone()[0])

    def lines_after(self, line_id: int) -> int:
        """How many lines were ever added after that one. It is exact, because ids have no gaps."""
        return max(0, self.newest_id() - max(0, line_id))

    def families(self) -> dict[int, tuple[str, str]]:
        """The log of each source, a path without rotation or a journal, and the pattern that found it last."""
        pattern_of = "SELECT pattern FROM files WHERE source = sources.id ORDER BY id DESC LIMIT 1"
        rows = self._database.execute(f"SELECT id, family, ({pattern_of}) FROM sources")
        return {int(source): (str(family), str(pattern or "")) for source, family, pattern in rows}

    def totals(self) -> Totals:
        """How much is kept, and how many lines there ever were."""
        lines = self._number("SELECT coalesce(sum(lines), 0) FROM blocks")
        size = self._number("SELECT coalesce(sum(bytes), 0) FROM blocks")
        return Totals(lines, self.newest_id(), size)

    def positions(self) -> list[Position]:
        """Every known file, also those that are no longer at their path."""
        rows = self._database.execute(
            f"SELECT family, {_COLUMNS}, files.id FROM files JOIN sources ON sources.id = source ORDER BY files.id"
        )
        return [_position(*row) for row in rows]

    def add(self, lines: Sequence[str], position: Position, instead_of: int | None = None) -> Position:
        """Add lines of one file and store its position, both or neither. Older lines are thinned if need be.

        Returns the position with its id, which the next call for this file needs. `instead_of` is the id of a row
        that this position replaces. Raises ValueError for a line that contains a newline.
        """
        with self._transaction():
            source = self._take(position.family, lines)
            if instead_of is not None:
                self._database.execute("DELETE FROM files WHERE id = ?", (instead_of,))
            return self._move(source, position)

    def bookmark(self, family: str) -> Bookmark:
        """How far the journal of that name was read; an empty one if it never was."""
        row = self._database.execute(
            "SELECT cursor, time FROM journals JOIN sources ON id = source WHERE family = ?", (family,)
        ).fetchone()
        return Bookmark(*row) if row else Bookmark()

    def has_lines(self, family: str) -> bool:
        """Whether any line of the log of that name is kept."""
        query = "SELECT count(*) FROM blocks JOIN sources ON sources.id = source WHERE family = ? LIMIT 1"
        return bool(self._number(query, family))

    def add_entries(self, family: str, lines: Sequence[str], bookmark: Bookmark) -> None:
        """Add lines of a journal and store its bookmark, both or neither."""
        with self._transaction():
            source = self._take(family, lines)
            self._database.execute("INSERT OR REPLACE INTO journals VALUES (?, ?, ?)", (source, *bookmark))

    def newest_file_of_last_pull(self) -> int:
        """The newest id of a file that was known when a pull last finished."""
        return self._number("SELECT settled_file FROM counters")

    def note_pull_finished(self) -> None:
        """Note that a pull has finished, and that it reported the bytes it was not sure of."""
        if self._number("SELECT count(*) FROM files WHERE doubt"):
            self._database.execute("UPDATE files SET doubt = 0")
        newest = self._number("SELECT coalesce(max(id), 0) FROM files")
        if newest != self.newest_file_of_last_pull():
            self._database.execute("UPDATE counters SET settled_file = ?", (newest,))

    def note_missing(self, positions: Iterable[Position]) -> None:
        """Note that these files are no longer at their paths. Of more than MOST_MISSING the oldest are forgotten."""
        with self._transaction():
            for position in positions:
                self._database.execute("UPDATE files SET path = NULL WHERE id = ?", (position.id,))
            self._database.execute(
                "DELETE FROM files WHERE path IS NULL AND id NOT IN"
                " (SELECT id FROM files WHERE path IS NULL ORDER BY id DESC LIMIT ?)",
                (MOST_MISSING,),
            )

    def free_space(self) -> None:
        """Return the space that thinning freed to the file system. It is not done after each batch, which reuses it."""
        # executescript, because execute stops after the first page that this statement frees.
        self._database.executescript("PRAGMA incremental_vacuum; PRAGMA wal_checkpoint(TRUNCATE);")

    def _open(self) -> sqlite3.Connection:
        try:
            database = opened(self.path, self._prepare)
        except (OSError, sqlite3.DatabaseError) as error:
            raise CorpusError(f"{self.path} cannot be used as a corpus: {describe_sqlite_failure(error)}") from error
        database.execute("PRAGMA foreign_keys = ON")
        return database

    def _prepare(self, database: sqlite3.Connection) -> None:
        # Both must be set before the first table is made. Freed pages are then returned a few at a time, without the
        # full copy of the file that VACUUM needs.
        if not format_of(database):
            database.execute("PRAGMA auto_vacuum = INCREMENTAL")
            database.execute(f"PRAGMA page_size = {PAGE_BYTES}")
        try:
            migrate(database, self.path, CHANGES, when_new=_NEW_IDENTITY)
        except LoglingError as error:
            raise CorpusError(str(error)) from None

    @contextmanager
    def together(self) -> Iterator[None]:
        """Write all that is added within at once, or nothing of it. Each transaction waits for the disk."""
        with self._transaction():
            yield

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        if self._database.in_transaction:  # within `together`
            yield
            return
        try:
            with transaction(self._database):
                yield
        except BaseException:
            self._kept = self.totals().bytes
            raise

    def _number(self, query: str, *values: object) -> int:
        return int(self._database.execute(query, values).fetchone()[0])

    def _source(self, family: str) -> int:
        self._database.execute("INSERT INTO sources (family) VALUES (?) ON CONFLICT DO NOTHING", (family,))
        return self._number("SELECT id FROM sources WHERE family = ?", family)

    def _take(self, family: str, lines: Sequence[str]) -> int:
        source = self._source(family)
        if lines:
            self._append(source, lines)
            self._thin()
        return source

    def _stream_ends(self, source: int) -> dict[int, int]:
        """The bytes that each stream of monotonous blocks of a source ever had."""
        return dict(self._database.execute("SELECT stream, bytes_ever FROM streams WHERE source = ?", (source,)))

    def _append(self, source: int, lines: Sequence[str]) -> None:
        first = self.newest_id() + 1
        end, number = self._database.execute(
            "SELECT bytes_ever, blocks_ever FROM sources WHERE id = ?", (source,)
        ).fetchone()
        ends = {0: end, **self._stream_ends(source)}
        filled = self._fill_last_block(source, lines, first, ends)
        rows = []
        for start in range(filled, len(lines), BLOCK_LINES):
            block = lines[start : start + BLOCK_LINES]
            text, size, count = _packed(block)
            stream = _stream_of(block)
            ends[stream], number = ends.get(stream, 0) + size, number + 1
            rows.append((source, number, size, ends[stream], count, _extend("", first + start, count), text, stream))
        self._database.executemany(
            "INSERT INTO blocks (source, number, bytes, bytes_end, lines, ids, text, stream)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            rows,
        )
        self._database.execute(
            "UPDATE sources SET bytes_ever = ?, blocks_ever = ? WHERE id = ?", (ends.pop(0), number, source)
        )
        self._database.executemany(
            "INSERT OR REPLACE INTO streams VALUES (?, ?, ?)", [(source, *end) for end in ends.items()]
        )
        self._database.execute("UPDATE counters SET newest_id = newest_id + ?", (len(lines),))
        self._kept += sum(row[2] for row in rows)

    def _fill_last_block(self, source: int, lines: Sequence[str], first: int, ends: dict[int, int]) -> int:
        """Fill the last block, which an earlier batch left short, and count its bytes in `ends`.

        Returns how many lines it took.
        """
        last = self._database.execute(
            "SELECT id, bytes, text, ids, lines FROM blocks WHERE source = ? AND NOT only_reserve"
            " ORDER BY number DESC LIMIT 1",
            (source,),
        ).fetchone()
        if last is None or last[-1] >= BLOCK_LINES:
            return 0
        block, before, old, ids, n_lines = last
        text, size, count = _packed(lines[: BLOCK_LINES - n_lines])
        stream = _stream_of([*old.split("\n"), *lines[:count]])
        ends[0] -= before if stream else 0
        ends[stream] = ends.get(stream, 0) + size + (before if stream else 0)
        self._database.execute(
            "UPDATE blocks SET lines = lines + ?, bytes = bytes + ?, bytes_end = ?, stream = ?, ids = ?,"
            " text = text || char(10) || ? WHERE id = ?",
            (count, size, ends[stream], stream, _extend(ids, first, count), text, block),
        )
        self._kept += size
        return count

    def _move(self, source: int, position: Position) -> Position:
        values = [getattr(position, name) for name in _FIELDS]
        values = [str(value) if name in _STORED_AS_TEXT else value for name, value in zip(_FIELDS, values, strict=True)]
        marks = ", ".join("?" * (1 + len(values)))
        if position.id is None:
            new_id = self._database.execute(
                f"INSERT INTO files (source, {_COLUMNS}) VALUES ({marks})", (source, *values)
            ).lastrowid
            return replace(position, id=new_id)
        self._database.execute(
            f"UPDATE files SET (source, {_COLUMNS}) = ({marks}) WHERE id = ?", (source, *values, position.id)
        )
        return position

    def _thin(self) -> None:
        """Drop blocks until a tenth of the limit is free, so that this is needed only once in many batches."""
        if self._kept <= self.max_bytes:
            return
        blocks = [
            _Block(*row)
            for row in self._database.execute(
                "SELECT blocks.id, blocks.source, number, bytes, only_reserve,"
                " coalesce(streams.bytes_ever, sources.bytes_ever) - bytes_end FROM blocks"
                " JOIN sources ON sources.id = blocks.source"
                " LEFT JOIN streams ON streams.source = blocks.source AND streams.stream = blocks.stream"
                " ORDER BY blocks.id"
            )
        ]
        for_reserve = self.max_bytes // RESERVE_SHARE
        reserve = [block for block in blocks if block.only_reserve]
        whole = [block for block in blocks if not block.only_reserve]
        kept = _thinned(whole, self.max_bytes * 9 // 10 - sum(block.bytes for block in reserve))
        dropped = {block.id for block in whole} - {block.id for block in kept}
        reserve += [left for block in whole if block.id in dropped and (left := self._reduced(block))]
        kept += _thinned(sorted(reserve), for_reserve, for_reserve * (STRETCH // UNIT))
        gone = {block.id for block in blocks} - {block.id for block in kept}
        self._database.executemany("DELETE FROM blocks WHERE id = ?", ((block,) for block in sorted(gone)))
        self._kept = sum(block.bytes for block in kept)

    def _reduced(self, block: _Block) -> _Block | None:
        """A block that is left with its lines of the reserve alone. None where it has none, and is left as it is."""
        ids, text = self._database.execute("SELECT ids, text FROM blocks WHERE id = ?", (block.id,)).fetchone()
        kept = [
            (at, line)
            for at, line in zip(_expand(ids), text.split("\n"), strict=True)
            if is_chosen(self._identity, block.source, at)
        ]
        if not kept:
            return None
        ids = ""
        for at, _ in kept:
            ids = _extend(ids, at, 1)
        text, size, count = _packed([line for _, line in kept])
        self._database.execute(
            "UPDATE blocks SET ids = ?, text = ?, bytes = ?, lines = ?, only_reserve = 1 WHERE id = ?",
            (ids, text, size, count, block.id),
        )
        return block._replace(bytes=size, only_reserve=True)


def _position(family: str, *columns: Any) -> Position:
    """A row of the table as a position."""
    *values, row_id = columns
    position = Position(family, **dict(zip(_FIELDS, values, strict=True)), id=row_id)
    return replace(
        position, device=int(position.device), inode=int(position.inode), compressed=bool(position.compressed)
    )


def _thinned(blocks: list[_Block], limit: int, reach: float = 0) -> list[_Block]:
    """Those of all blocks, given in order of id, that are kept so that they fit into `limit` bytes.

    Lines within `reach` bytes of the end of their own stream are all kept. Beyond that only every 2nd, 4th, 8th ...
    block is kept, fewer with the square of the age. The sum of that is finite however long the history is, so for one
    log the reach stays at over half the limit. For example, with 4 MB the newest 2 MB or more stay whole, and of lines
    that were written 8 MB ago every 16th block is left. A quiet log is not pushed out by a busy one, because the age
    counts the bytes of the block's own log; and ordinary lines not by a flood, which is a stream of its own.
    """
    reach = reach or float(limit)
    while sum(block.bytes for block in blocks) > limit and reach >= 1:
        blocks = [block for block in blocks if block.number % _stride(block.age, reach) == 0]
        reach *= 0.9
    while len(blocks) > 1 and sum(block.bytes for block in blocks) > limit:
        blocks = blocks[1:]
    return blocks


def _stride(age: int, reach: float) -> int:
    return 1 if age <= reach else 1 << ceil(2 * log2(age / reach))


def _stream_of(lines: Sequence[str]) -> int:
    """The stream of a block: 0 if its lines are mixed or few, else one of N_STREAMS by what they have in common.

    What differs in lines that are alike are words with digits. Lines that all differ in other words are one stream.
    """
    if len(lines) < BLOCK_LINES:
        return 0
    counts = Counter(VALUE.sub("#", line) for line in lines[::LOOKED_AT])
    if len(counts) > MONOTONOUS:
        return 1
    common, count = counts.most_common(1)[0]
    return 1 + zlib.crc32(common.encode("utf-8", "surrogatepass")) % N_STREAMS if count >= MONOTONOUS else 0


def _packed(lines: Sequence[str]) -> tuple[str, int, int]:
    """Lines as one text, its size without newlines, and how many they are."""
    text = "\n".join(lines)
    newlines = len(lines) - 1
    if text.count("\n") != newlines:
        raise ValueError("a line contains a newline")
    return text, len(text.encode()) - newlines, len(lines)


def _extend(ids: str, first: int, count: int) -> str:
    """The ranges in `ids` and one more, merged with the last where they touch."""
    *ranges, last = ids.split() or [""]
    start, _, end = last.partition("-")
    if end and int(end) + 1 == first:
        return " ".join([*ranges, f"{start}-{first + count - 1}"])
    return f"{ids} {first}-{first + count - 1}".strip()


def _expand(ids: str) -> Iterator[int]:
    for ids_range in ids.split():
        first, _, last = ids_range.partition("-")
        yield from range(int(first), int(last) + 1)
