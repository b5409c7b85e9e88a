"""One log file: what it is on the disk, and its bytes, decompressed on the way if need be.

Which earlier reading it carries on is not decided here, nor what a line is.
"""

import os
import stat
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import BinaryIO, NamedTuple, Self

from ..reading.compression import CHUNK, MAGIC_BYTES, Damaged, decompressor
from ..storage.position import HEAD_BYTES, TAIL_BYTES, Position, Trail, digest
from .birth_time import born
from .rotated_names import family

SAMPLE_BYTES = 64 * 1024
_CONTROL_BYTES = bytes(byte for byte in range(32) if byte not in b"\t\n\r\x1b")


class RefusedFile(ValueError):
    """A file that is not read, with the reason in words."""


@dataclass(frozen=True)
class LogFile:
    """A regular file found by a pattern; `path` has its symlinks resolved."""

    path: Path
    device: int
    inode: int
    size: int
    mtime_ns: int
    pattern: str = ""  # by which it was found
    born: int = 0  # 0: not known

    @property
    def place(self) -> tuple[int, int]:
        return self.device, self.inode

    @property
    def family(self) -> str:
        return family(self.path)


def log_file(path: Path, status: os.stat_result, pattern: str, birth: int = 0) -> LogFile:
    """The file of which this is the status. Raises RefusedFile if it is no regular file, or has a name of no text."""
    if not stat.S_ISREG(status.st_mode):
        raise RefusedFile(f"{path}: {_kind(status.st_mode)}, not a file; not read")
    if not is_utf8(path):
        raise RefusedFile(f"{str(path)!a}: its name is not UTF-8; not read")
    return LogFile(path, status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns, pattern, birth)


def is_utf8(path: Path | str) -> bool:
    """Whether a name is text, as SQLite and JSON need it."""
    return os.fsencode(path).decode(errors="ignore") == str(path)


def _kind(mode: int) -> str:
    if stat.S_ISDIR(mode):
        return "a folder (add /* to read the files in it)"
    if stat.S_ISFIFO(mode):
        return "a named pipe"
    return "a socket" if stat.S_ISSOCK(mode) else "a device"


class Ends(NamedTuple):
    """What is at both ends of the part that was read, and just after it."""

    head: bytes
    tail: bytes
    torn: bytes


class OpenLog:
    """A log file opened for reading, decompressed on the way if need be. A context manager.

    Raises RefusedFile and OSError. What is at the path now is what is read, so `file` is made anew.
    """

    def __init__(self, path: Path, pattern: str = "") -> None:
        # O_NONBLOCK: a pipe that has just taken the place of the file must not block the pull.
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC | os.O_NOCTTY)
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

        Raises Damaged after all that could be decompressed.
        """
        if self.compressed:
            yield from _skip(self._decompressed(), position)
            return
        self._stream.seek(position)
        left = self.file.size - position
        while left > 0 and (chunk := self._stream.read(min(CHUNK, left))):
            left -= len(chunk)
            yield chunk

    def start(self) -> Position:
        """The position of a file that was never read."""
        file = self.file
        return self.here(Position(file.family, None, 0, 0, 0, False))

    def here(self, row: Position) -> Position:
        """`row`, as the reading of this file."""
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

    def trail(self, position: int) -> Trail:
        ends = self.ends(position) or Ends(b"", b"", b"")
        return Trail(ends.head, ends.tail, position)

    def bytes_read(self) -> int:
        """How far into the file on disk reading has come."""
        return self._stream.tell()

    def ends(self, position: int, torn_length: int = 0) -> Ends | None:
        """Up to HEAD_BYTES at the start, TAIL_BYTES before `position` and `torn_length` after it.

        None if the file ends before that.
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
        if not self.compressed:
            return self._at(0, length)
        head = b""
        for chunk in self._good_chunks():  # the first may be short: a .gz can have many small members
            head += chunk
            if len(head) >= length:
                break
        return head[:length]

    def continues(self, known: Position) -> bool:
        """Whether the bytes that are known of it are as they were, so that reading can go on."""
        if known.position and digest(self.head(known.head_length)) != known.head_hash:
            return False
        if self.compressed and known.compressed and self.is_untouched(known):
            return True  # no need to decompress it all again at every pull
        ends = self.ends(known.position, known.torn_length)
        if ends is None or (known.position and digest(ends.tail) != known.tail_hash):
            return False
        return not known.torn_length or digest(ends.torn) == known.torn_hash

    def is_at_inode(self, known: Position) -> bool:
        """Whether this may be that file by its inode; the number of its device may change when it is mounted anew."""
        file = self.file
        if known.inode != file.inode or (known.born and file.born and known.born != file.born):
            return False
        return known.device == file.device or bool(known.born and file.born)

    def is_untouched(self, known: Position) -> bool:
        """Whether inode, size and time of writing say that nothing has changed since."""
        return self.is_at_inode(known) and (self.file.size, self.file.mtime_ns) == (known.size, known.mtime_ns)

    def is_beginning_of(self, other: "OpenLog") -> int | None:
        """Up to where its whole lines go, if all of this file is how the other one begins; else None."""
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
        """Up to where the whole lines go within the first `limit` bytes."""
        length = end = 0
        for chunk in self._everything():
            newline = chunk[: limit - length].rfind(b"\n") + 1
            end = length + newline if newline else end
            length += len(chunk)
            if length >= limit:
                break
        return end

    def mark_at(self, row: Position, position: int) -> Position:
        """`row` as the reading of this file up to `position`, which must not be past its end."""
        ends = self.ends(position) or Ends(b"", b"", b"")
        marked = Trail(ends.head, ends.tail, position).mark(self.here(row))
        return replace(marked, torn_length=0, torn_hash=b"")

    def refuse_binary(self) -> None:
        """Raise RefusedFile if the first 64 KB are no text, so that no model learns an image or a database."""
        # A run of leading NULs is the hole that copytruncate leaves before lines.
        sample = self.head(SAMPLE_BYTES).lstrip(b"\0")
        if not sample:
            return
        control = len(sample) - len(sample.translate(None, _CONTROL_BYTES))
        text = sample.decode(errors="replace")
        invalid = text.count("\ufffd")
        # A few odd bytes in a few bytes of text prove nothing.
        if control > max(8, 0.05 * len(sample)) or invalid > max(8, 0.3 * len(text)):
            raise RefusedFile(
                f"{self.file.path}: looks binary (of its first {len(sample)} bytes {control} are control"
                f" bytes and {invalid} are not UTF-8); not read"
            )

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
    """Chunks of any size, taken in pieces of another."""

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
