"""One log file: what it is on the disk, and its bytes, decompressed if need be.

Which file of an earlier pull it is, rotation.py decides. What a line is, the room `reading` knows.
"""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import BinaryIO, NamedTuple, Self

from ..reading.binary import describe_binary
from ..reading.compression import CHUNK, MAGIC_BYTES, Damaged, decompressor
from ..reading.decoding import SAMPLE_BYTES
from ..storage.position import HEAD_BYTES, TAIL_BYTES, FingerprintTracker, Position, digest
from .birth_time import born
from .links import open_unlinked, trusted_users
from .rotated_names import family


class RefusedFile(ValueError):
    """A file that is not read. The message says why."""


class BinaryFile(RefusedFile):
    """A file that is no text."""


@dataclass(frozen=True)
class LogFile:
    """A regular file that a pattern found. `path` is without symlinks."""

    path: Path
    device: int
    inode: int
    size: int
    mtime_ns: int
    pattern: str = ""  # by which it was found
    born: int = 0  # 0: not known

    @property
    def place(self) -> tuple[int, int]:
        """Device and inode."""
        return self.device, self.inode

    @property
    def family(self) -> str:
        """The name of its log, which rotations keep."""
        return family(self.path)


def log_file(path: Path, status: os.stat_result, pattern: str, birth: int = 0) -> LogFile:
    """The file that has this status. Raises RefusedFile if it is no regular file, or its name is not UTF-8."""
    if not stat.S_ISREG(status.st_mode):
        raise RefusedFile(f"{printable(path)}: {_kind(status.st_mode)}, not a file; not read")
    if not is_utf8(path):
        raise RefusedFile(f"{printable(path)}: its name is not UTF-8; not read")
    return LogFile(path, status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns, pattern, birth)


def untouched_file(row: Position) -> LogFile | None:
    """The file at the path of a position, if inode, size and time of writing are those that are stored.

    It is not opened. So a file that was rewritten with as many bytes in the same tick of the clock counts as untouched.
    """
    if row.path is None:
        return None
    try:
        file = log_file(Path(row.path), os.stat(row.path), row.pattern, row.born)  # noqa: PTH116, called for each file
    except (OSError, RefusedFile):
        return None
    return file if is_untouched(file, row) else None


def is_untouched(file: LogFile, row: Position) -> bool:
    """Whether a file has the inode, size and time of writing of a position."""
    status = (file.device, file.inode, file.size, file.mtime_ns)
    return status == (row.device, row.inode, row.size, row.mtime_ns)


def is_utf8(path: Path | str) -> bool:
    """Whether a name is valid UTF-8, as SQLite and JSON need it."""
    return os.fsencode(path).decode(errors="ignore") == str(path)


def printable(path: Path | str) -> str:
    """A path for a message: in quotes and with escapes if it has line breaks, other control characters or no UTF-8."""
    return str(path) if str(path).isprintable() else ascii(str(path))


def _kind(mode: int) -> str:
    if stat.S_ISDIR(mode):
        return "a folder (add /* to read the files in it)"
    if stat.S_ISFIFO(mode):
        return "a named pipe"
    return "a socket" if stat.S_ISSOCK(mode) else "a device"


class Hole(NamedTuple):
    """Bytes that a sparse file does not have. They read as NULs."""

    length: int


class Ends(NamedTuple):
    """The bytes at both ends of the part that was read, and just after it."""

    head: bytes
    tail: bytes
    torn: bytes


class OpenLog:
    """A log file that is open for reading, decompressed if need be. A context manager.

    `file` describes what is at the path now. Raises RefusedFile and OSError.
    """

    def __init__(self, path: Path | str, pattern: str = "") -> None:
        path = Path(path)
        descriptor = open_unlinked(str(path), trusted_users())
        try:
            self.file = log_file(path, os.fstat(descriptor), pattern, born(descriptor))
            self._stream: BinaryIO = os.fdopen(descriptor, "rb", buffering=0)
        except BaseException:
            os.close(descriptor)
            raise
        try:
            self._decompress: Callable[[BinaryIO], Iterator[bytes]] | None = decompressor(self._at(0, MAGIC_BYTES))
        except BaseException:
            self._stream.close()
            raise

    @property
    def compressed(self) -> bool:
        """Whether its bytes are decompressed while they are read."""
        return self._decompress is not None

    @property
    def is_rotated(self) -> bool:
        """Whether its name says that it is no longer written to."""
        return self.compressed or str(self.file.path) != self.file.family

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._stream.close()

    def chunks(self, position: int = 0) -> Iterator[bytes]:
        """The bytes from `position` to where the file ended when it was opened.

        Raises Damaged after the last byte that could be decompressed.
        """
        if self.compressed:
            yield from _skip(self._decompressed(), position)
            return
        self._stream.seek(position)
        left = self.file.size - position
        while left > 0 and (chunk := self._stream.read(min(CHUNK, left))):
            left -= len(chunk)
            yield chunk

    def pieces(self, position: int) -> Iterator[bytes | Hole]:
        """The bytes from `position` as `chunks` gives them, and where a sparse file has a hole, its length."""
        if self.compressed:
            yield from self.chunks(position)
            return
        while position < self.file.size:
            if hole := self._hole(position):
                yield Hole(hole)
                position += hole
                continue
            self._stream.seek(position)
            chunk = self._stream.read(min(CHUNK, self.file.size - position))
            if not chunk:
                return
            yield chunk
            position += len(chunk)

    def _hole(self, position: int) -> int:
        """The length of the hole at a position; 0 where there is data, or where the file system does not say."""
        try:
            data = os.lseek(self._stream.fileno(), position, os.SEEK_DATA)
        except OSError as error:
            return self.file.size - position if error.errno == errno.ENXIO else 0
        return max(0, min(data, self.file.size) - position)

    def start(self) -> Position:
        """The position of a file that was never read."""
        file = self.file
        return self.here(Position(file.family, None, 0, 0, 0, False))

    def here(self, row: Position) -> Position:
        """`row` with the path, inode, size and times of this file."""
        file = self.file
        return replace(
            row,
            path=str(file.path),
            device=file.device,
            inode=file.inode,
            size=file.size,
            compressed=self.compressed,
            born=file.born,
            mtime_ns=file.mtime_ns,
            pattern=file.pattern,
        )

    def trail(self, position: int) -> FingerprintTracker:
        """The fingerprints at a position, from which reading goes on."""
        ends = self.ends(position) or Ends(b"", b"", b"")
        return FingerprintTracker(ends.head, ends.tail, position)

    def bytes_read(self) -> int:
        """How far into the file on disk reading has come."""
        return self._stream.tell()

    def ends(self, position: int, torn_length: int = 0) -> Ends | None:
        """Up to HEAD_BYTES at the start, TAIL_BYTES before `position`, and `torn_length` bytes after it.

        None if the file is shorter.
        """
        end = position + torn_length
        if not self.compressed:
            if self.file.size < end:
                return None
            start = max(0, position - TAIL_BYTES)
            tail, torn = self._at(start, position - start), self._at(position, torn_length)
            return Ends(self._at(0, min(HEAD_BYTES, position)), tail, torn)
        head = tail = b""
        left = end
        for chunk in self._good_chunks():
            head += chunk[: min(HEAD_BYTES - len(head), left)]
            tail = (tail + chunk[:left])[-TAIL_BYTES - torn_length :]
            left -= min(left, len(chunk))
            if not left:
                break
        cut = len(tail) - torn_length
        return None if left else Ends(head[:position], tail[max(0, cut - TAIL_BYTES) : cut], tail[cut:])

    def head(self, length: int) -> bytes:
        """The first bytes of the log."""
        if not self.compressed:
            return self._at(0, length)
        head = b""
        for chunk in self._good_chunks():  # the first may be short: a .gz can have many small members
            head += chunk
            if len(head) >= length:
                break
        return head[:length]

    def continues(self, known: Position) -> bool:
        """Whether the bytes that are known of a file are in this one too, so that reading can go on."""
        if known.position and digest(self.head(known.head_length)) != known.head_hash:
            return False
        if self.compressed and known.compressed and self.is_untouched(known):
            return True  # or it would be decompressed at every pull
        ends = self.ends(known.position, known.torn_length)
        if ends is None or (known.position and digest(ends.tail) != known.tail_hash):
            return False
        return not known.torn_length or digest(ends.torn) == known.torn_hash

    def is_at_inode(self, known: Position) -> bool:
        """Whether this may be that file by its inode. The number of the device may change with a new mount."""
        file = self.file
        if known.inode != file.inode or (known.born and file.born and known.born != file.born):
            return False
        return known.device == file.device or bool(known.born and file.born)

    def is_untouched(self, known: Position) -> bool:
        """Whether inode, size and time of writing are unchanged."""
        return self.is_at_inode(known) and (self.file.size, self.file.mtime_ns) == (known.size, known.mtime_ns)

    def is_beginning_of(self, other: OpenLog) -> int | None:
        """The length of this file's complete lines if the other one begins with all of it, else None."""
        if self.head(HEAD_BYTES) != other.head(HEAD_BYTES)[: len(self.head(HEAD_BYTES))]:
            return None
        theirs = _Pieces(other._everything())
        length = end = 0
        for chunk in self._everything():
            if theirs.take(len(chunk)) != chunk:
                return None
            newline = chunk.rfind(b"\n") + 1
            end = length + newline if newline else end
            length += len(chunk)
        return end

    def whole_lines(self, limit: int) -> int:
        """The length of the complete lines within the first `limit` bytes."""
        length = end = 0
        for chunk in self._everything():
            newline = chunk[: limit - length].rfind(b"\n") + 1
            end = length + newline if newline else end
            length += len(chunk)
            if length >= limit:
                break
        return end

    def mark_at(self, row: Position, position: int) -> Position:
        """`row` as a position in this file, which must not be past its end."""
        ends = self.ends(position) or Ends(b"", b"", b"")
        marked = FingerprintTracker(ends.head, ends.tail, position).mark(self.here(row))
        return replace(marked, torn_length=0, torn_hash=b"")

    def refuse_binary(self, encoding: str = "") -> None:
        """Raise BinaryFile if the file does not begin as text of this encoding does."""
        if reason := describe_binary(self.head(SAMPLE_BYTES), encoding):
            raise BinaryFile(f"{printable(self.file.path)}: {reason}")

    def _at(self, start: int, length: int) -> bytes:
        return os.pread(self._stream.fileno(), length, start)

    def _decompressed(self) -> Iterator[bytes]:
        assert self._decompress
        self._stream.seek(0)
        return self._decompress(self._stream)

    def _good_chunks(self) -> Iterator[bytes]:
        try:
            yield from self._decompressed()
        except Damaged:
            return

    def _everything(self) -> Iterator[bytes]:
        return self._good_chunks() if self.compressed else self.chunks()


class _Pieces:
    """Chunks that are taken in pieces of another size."""

    def __init__(self, chunks: Iterator[bytes]) -> None:
        self._chunks, self._held = chunks, b""

    def take(self, length: int) -> bytes:
        while len(self._held) < length and (chunk := next(self._chunks, b"")):
            self._held += chunk
        piece, self._held = self._held[:length], self._held[length:]
        return piece


def _skip(chunks: Iterator[bytes], count: int) -> Iterator[bytes]:
    for chunk in chunks:
        if count < len(chunk):
            yield chunk[count:]
        count -= min(count, len(chunk))
