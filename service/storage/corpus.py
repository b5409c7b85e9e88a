"""The corpus: the redacted lines kept for training, bounded in bytes, and how far each file was read.

One SQLite file. Lines are kept in blocks of up to 64 consecutive lines of one log, because the model
learns a line from the line before it: older history is thinned by whole blocks. Lines and the
position that they move are written in one transaction, so that a line is read once or not yet.
"""

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from itertools import groupby
from math import ceil, log2
from pathlib import Path
from typing import NamedTuple, Self

from ..errors import LoglingError
from .database import format_of, opened, transaction
from .migration import migrate
from .position import Position

BLOCK_LINES = 64
PAGE_BYTES = 65_536  # at the usual 4,096 a block is cut into several, which takes a fifth of the time of a pull
_COLUMNS = (
    "path, device, inode, size, compressed, position, head_length, head_hash, tail_hash, torn_length, torn_hash,"
    " skipping, born, mtime_ns, pattern, copy_of, doubt"
)
_VACATED_KEPT = 1000  # files that are gone from their place but may come back, renamed or compressed

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
CHANGES = (_FIRST, _ROTATIONS, _IDENTITY)  # what makes each format out of the one before
FORMAT = len(CHANGES)


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
    age: int  # bytes that its source took in after it


class Corpus:
    """A context manager over the corpus at `path`, which is made if it is not there.

    It holds at most `max_bytes` of text (the newest block is kept even if it alone is larger): the
    newest lines of each log whole, older ones the thinner the older they are. Raises CorpusError.
    """

    def __init__(self, path: Path | str, max_bytes: int = 8_000_000) -> None:
        self.path = Path(path)
        self.max_bytes = max_bytes
        self._database = self._open()
        self._kept = self.totals().bytes

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        self._database.close()

    def documents(self) -> list[Document]:
        """All kept lines, one document a source."""
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
        """The id of the line added last, 0 if there never was one. Ids are never given again."""
        return self._number("SELECT newest_id FROM counters")

    def identity(self) -> str:
        """What tells this corpus from one made anew, whose ids begin again; empty for those of before format 3."""
        return str(self._database.execute("SELECT identity FROM counters").fetchone()[0])

    def lines_after(self, line_id: int) -> int:
        """How many lines were ever added after that one; exact, because ids have no gaps."""
        return max(0, self.newest_id() - max(0, line_id))

    def totals(self) -> Totals:
        lines = self._number("SELECT coalesce(sum(lines), 0) FROM blocks")
        size = self._number("SELECT coalesce(sum(bytes), 0) FROM blocks")
        return Totals(lines, self.newest_id(), size)

    def positions(self) -> list[Position]:
        """Every file known, also those that are gone from their place."""
        rows = self._database.execute(
            f"SELECT family, {_COLUMNS}, files.id FROM files JOIN sources ON sources.id = source ORDER BY files.id"
        )
        return [
            Position(family, path, int(device), int(inode), size, bool(compressed), *rest)
            for family, path, device, inode, size, compressed, *rest in rows
        ]

    def add(self, lines: Sequence[str], position: Position, instead_of: int | None = None) -> Position:
        """Add lines of one file and move its position, both or neither; thin older lines if need be.

        Gives the position back with its id, which the next call for this file needs. `instead_of` is
        the id of a row that the position takes the place of. A line must not contain a newline (ValueError).
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

    def add_entries(self, family: str, lines: Sequence[str], bookmark: Bookmark) -> None:
        """Add lines of a journal and move its bookmark, both or neither."""
        with self._transaction():
            source = self._take(family, lines)
            self._database.execute("INSERT OR REPLACE INTO journals VALUES (?, ?, ?)", (source, *bookmark))

    def settled_file(self) -> int:
        """The newest id of a file that was known when a pull last came to its end."""
        return self._number("SELECT settled_file FROM counters")

    def settle(self) -> None:
        """Note that a pull has come to its end, and what was in doubt is told."""
        if self._number("SELECT count(*) FROM files WHERE doubt"):
            self._database.execute("UPDATE files SET doubt = 0")
        newest = self._number("SELECT coalesce(max(id), 0) FROM files")
        if newest != self.settled_file():
            self._database.execute("UPDATE counters SET settled_file = ?", (newest,))

    def vacate(self, positions: Iterable[Position]) -> None:
        """Note that these files are no longer where they were; the oldest of many are forgotten."""
        with self._transaction():
            for position in positions:
                self._database.execute("UPDATE files SET path = NULL WHERE id = ?", (position.id,))
            self._database.execute(
                "DELETE FROM files WHERE path IS NULL AND id NOT IN"
                " (SELECT id FROM files WHERE path IS NULL ORDER BY id DESC LIMIT ?)",
                (_VACATED_KEPT,),
            )

    def give_back_space(self) -> None:
        """Return what thinning freed to the file system. Not after each batch: the next one reuses it."""
        # executescript, because execute stops after the first page that this statement frees.
        self._database.executescript("PRAGMA incremental_vacuum; PRAGMA wal_checkpoint(TRUNCATE);")

    def _open(self) -> sqlite3.Connection:
        try:
            self.path.touch(mode=0o600)
            database = opened(self.path, self._prepare)
        except (OSError, sqlite3.DatabaseError) as error:
            words = getattr(error, "strerror", None) or error
            raise CorpusError(f"{self.path} cannot be used as a corpus: {words}") from error
        database.execute("PRAGMA foreign_keys = ON")
        return database

    def _prepare(self, database: sqlite3.Connection) -> None:
        # Both must be set before the first table, and later would write; freed pages are then returned a few at a
        # time, without the full copy of the file that VACUUM needs.
        if not format_of(database):
            database.execute("PRAGMA auto_vacuum = INCREMENTAL")
            database.execute(f"PRAGMA page_size = {PAGE_BYTES}")
        try:
            migrate(database, self.path, CHANGES, when_new=_NEW_IDENTITY)
        except LoglingError as error:
            raise CorpusError(str(error)) from None

    @contextmanager
    def _transaction(self) -> Iterator[None]:
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

    def _append(self, source: int, lines: Sequence[str]) -> None:
        first = self.newest_id() + 1
        end, number = self._database.execute(
            "SELECT bytes_ever, blocks_ever FROM sources WHERE id = ?", (source,)
        ).fetchone()
        filled, end = self._fill_last_block(source, lines, first, end)
        rows = []
        for start in range(filled, len(lines), BLOCK_LINES):
            text, size, count = _packed(lines[start : start + BLOCK_LINES])
            end, number = end + size, number + 1
            rows.append((source, number, size, end, count, _extend("", first + start, count), text))
        self._database.executemany(
            "INSERT INTO blocks (source, number, bytes, bytes_end, lines, ids, text) VALUES (?, ?, ?, ?, ?, ?, ?)", rows
        )
        self._database.execute("UPDATE sources SET bytes_ever = ?, blocks_ever = ? WHERE id = ?", (end, number, source))
        self._database.execute("UPDATE counters SET newest_id = newest_id + ?", (len(lines),))
        self._kept += sum(row[2] for row in rows)

    def _fill_last_block(self, source: int, lines: Sequence[str], first: int, end: int) -> tuple[int, int]:
        """Complete a block that an earlier batch left short: how many lines it took, and the new `end`."""
        last = self._database.execute(
            "SELECT id, lines, ids FROM blocks WHERE source = ? ORDER BY number DESC LIMIT 1", (source,)
        ).fetchone()
        if last is None or last[1] >= BLOCK_LINES:
            return 0, end
        block, before, ids = last
        text, size, count = _packed(lines[: BLOCK_LINES - before])
        self._database.execute(
            "UPDATE blocks SET lines = lines + ?, bytes = bytes + ?, bytes_end = ?, ids = ?,"
            " text = text || char(10) || ? WHERE id = ?",
            (count, size, end + size, _extend(ids, first, count), text, block),
        )
        self._kept += size
        return count, end + size

    def _move(self, source: int, position: Position) -> Position:
        values = (
            source,
            position.path,
            str(position.device),
            str(position.inode),
            position.size,
            int(position.compressed),
            position.position,
            position.head_length,
            position.head_hash,
            position.tail_hash,
            position.torn_length,
            position.torn_hash,
            position.skipping,
            position.born,
            position.mtime_ns,
            position.pattern,
            position.copy_of,
            position.doubt,
        )
        marks = ", ".join("?" * len(values))
        if position.id is None:
            new_id = self._database.execute(
                f"INSERT INTO files (source, {_COLUMNS}) VALUES ({marks})", values
            ).lastrowid
            return replace(position, id=new_id)
        self._database.execute(
            f"UPDATE files SET (source, {_COLUMNS}) = ({marks}) WHERE id = ?", (*values, position.id)
        )
        return position

    def _thin(self) -> None:
        """Drop blocks until a tenth is free again, so that the work is done once in many batches."""
        if self._kept <= self.max_bytes:
            return
        blocks = [
            _Block(*row)
            for row in self._database.execute(
                "SELECT blocks.id, source, number, bytes, bytes_ever - bytes_end FROM blocks"
                " JOIN sources ON sources.id = source ORDER BY blocks.id"
            )
        ]
        kept = _thinned(blocks, self.max_bytes * 9 // 10)
        dropped = {block.id for block in blocks} - {block.id for block in kept}
        self._database.executemany("DELETE FROM blocks WHERE id = ?", ((block,) for block in sorted(dropped)))
        self._kept = sum(block.bytes for block in kept)


def _thinned(blocks: list[_Block], limit: int) -> list[_Block]:
    """The blocks to keep of all, given in order of id: as many as fit into `limit` bytes.

    Lines within `reach` bytes of the end of their own log stay whole. Beyond it every 2nd, 4th, 8th ...
    block by number stays, fewer with the square of the age: the sum of that is finite however long the
    history, so the reach settles at over half the limit for one log. A quiet log is not pushed
    out by a chatty one, because the age counts its own bytes.
    """
    reach = float(limit)
    while sum(block.bytes for block in blocks) > limit and reach >= 1:
        blocks = [block for block in blocks if block.number % _stride(block.age, reach) == 0]
        reach *= 0.9
    while len(blocks) > 1 and sum(block.bytes for block in blocks) > limit:
        blocks = blocks[1:]
    return blocks


def _stride(age: int, reach: float) -> int:
    return 1 if age <= reach else 1 << ceil(2 * log2(age / reach))


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
