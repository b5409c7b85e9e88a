"""Where lines come from: files by path or glob, plain or gzip, and what makes a file the same file.

A name is not an identity (logs are renamed) and neither is an inode (they are reused). A file is the
one that was read before if its first bytes and the bytes just before the position are unchanged.
Device and inode only say which earlier file to compare with first. The journal is not read here.
"""

import glob
import os
import re
import stat
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from hashlib import blake2b
from pathlib import Path
from typing import BinaryIO, Self

from .lines import CHUNK, GZIP_MAGIC, DamagedGzip, gunzip

HEAD_BYTES = 1024
TAIL_BYTES = 256
SAMPLE_BYTES = 64 * 1024

# logrotate's -20240131 and -1706659200, Python's .2024-01-31_07, plain .1, editors' .old and ~
_ROTATED = re.compile(r"(?:[._-]\d{4}-?\d\d-?\d\d(?:[T_.-]?\d{1,6}|[T_.-]?\d\d[:-]\d\d)*|[.-]\d+|\.old|\.bak|~)$")
_DATE_INSIDE = re.compile(r"[._-]\d{4}-?\d\d-?\d\d(?=\.[A-Za-z]+$)")
_NUMBER = re.compile(r"[.-](\d+)(?:\.gz)?$")
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

    @property
    def family(self) -> str:
        return family(self.path)


@dataclass
class Found:
    files: list[LogFile] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Position:
    """How far one file has been read, and how to know it again.

    `position` counts bytes of the log, decompressed for a .gz; `size` is the size on disk when it was
    last read. `head_hash` covers the first `head_length` bytes and grows with the position up to
    HEAD_BYTES; `tail_hash` covers up to TAIL_BYTES before the position. `path` is None once another
    file has taken its place; such a file may still come back, renamed or compressed.
    """

    family: str
    path: str | None
    device: int
    inode: int
    size: int
    compressed: bool
    position: int = 0
    head_length: int = 0
    head_hash: bytes = b""
    tail_hash: bytes = b""
    id: int | None = None


def family(path: Path) -> str:
    """The name that a log keeps over its rotations: app.log for app.log.2.gz and app-2024-01-31.log."""
    name = path.name
    for suffix in (".gz", ".xz", ".zst", ".bz2"):
        name = name.removesuffix(suffix)
    name = _ROTATED.sub("", name) or name
    return str(path.with_name(_DATE_INSIDE.sub("", name)))


class FileSource:
    """The files that one pattern names: absolute or from ~, with *, ?, [...] and ** for any folders."""

    def __init__(self, pattern: str) -> None:
        self.pattern = pattern
        self._expanded = str(Path(pattern).expanduser()) if pattern.startswith("~") else pattern

    def find(self) -> Found:
        """The readable candidates in no particular order, and in words why others are left out."""
        if not Path(self._expanded).is_absolute():
            return Found(problems=[f"{self.pattern}: give an absolute path, or one that starts with ~"])
        found = Found()
        is_name = os.path.lexists(self._expanded)
        # Not Path.glob: it matches hidden files (editors' swap files), and before 3.13 ** finds no files.
        names = [self._expanded] if is_name else sorted(glob.glob(self._expanded, recursive=True))  # noqa: PTH207
        for name in names:
            self._examine(name, is_name, found)
        if not names:
            found.problems.append(f"{self.pattern}: no file matches")
        return found

    def _examine(self, name: str, is_name: bool, found: Found) -> None:
        try:
            path = Path(name).resolve(strict=True)
            if path.is_dir() and not is_name:
                return  # a wildcard meets folders by the way; only one that was asked for is a mistake
            found.files.append(_log_file(path, path.stat()))
        except RefusedFile as refusal:
            found.problems.append(str(refusal))
        except (OSError, RuntimeError) as error:  # RuntimeError: a loop of symlinks, before Python 3.13
            found.problems.append(f"{name}: {_in_words(error)}")


def find_files(patterns: Sequence[str]) -> Found:
    """The files of all patterns, each once whatever its names, oldest first.

    By time of last writing, because that survives renaming and gzip alike and needs no knowledge of
    how names count: app.log.1 is the newest rotated file for logrotate, the oldest for others. Equal
    times go by falling number, then name, and a file goes before its own .gz.
    """
    found = Found()
    seen: dict[tuple[int, int], LogFile] = {}
    for pattern in dict.fromkeys(patterns):
        of_pattern = FileSource(pattern).find()
        found.problems += [problem for problem in of_pattern.problems if problem not in found.problems]
        for file in of_pattern.files:
            seen.setdefault((file.device, file.inode), file)
    found.files = sorted(seen.values(), key=_age)
    return found


def _age(file: LogFile) -> tuple[int, str, int, str]:
    number = _NUMBER.search(file.path.name)
    return file.mtime_ns, file.family, -int(number[1]) if number else 0, str(file.path)


def _log_file(path: Path, status: os.stat_result) -> LogFile:
    if not stat.S_ISREG(status.st_mode):
        raise RefusedFile(f"{path}: {_kind(status.st_mode)}, not a file; not read")
    return LogFile(path, status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns)


def _kind(mode: int) -> str:
    if stat.S_ISDIR(mode):
        return "a folder (add /* to read the files in it)"
    if stat.S_ISFIFO(mode):
        return "a named pipe"
    return "a socket" if stat.S_ISSOCK(mode) else "a device"


def _in_words(error: Exception) -> str:
    return str(getattr(error, "strerror", None) or error)


class OpenLog:
    """A log file opened for reading, decompressed on the way if it is gzip. A context manager.

    Raises RefusedFile and OSError. What is at the path now is what is read, so `file` is made anew.
    """

    def __init__(self, path: Path) -> None:
        # O_NONBLOCK: a pipe that has just taken the place of the file must not block the pull.
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC | os.O_NOCTTY)
        self._stream: BinaryIO = os.fdopen(descriptor, "rb", buffering=0)
        try:
            self.file = _log_file(path, os.fstat(descriptor))
            self.compressed = self._stream.read(2) == GZIP_MAGIC
        except BaseException:
            self._stream.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._stream.close()

    def chunks(self, position: int = 0) -> Iterator[bytes]:
        """The bytes from `position` to where the file ended when it was opened.

        Raises DamagedGzip after all that could be decompressed.
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
        return Position(file.family, str(file.path), file.device, file.inode, file.size, self.compressed)

    def trail(self, position: int) -> "Trail":
        head, tail = self.ends(position) or (b"", b"")
        return Trail(head, tail, position)

    def bytes_read(self) -> int:
        """How far into the file on disk reading has come."""
        return self._stream.tell()

    def ends(self, position: int) -> tuple[bytes, bytes] | None:
        """Up to HEAD_BYTES at the start and TAIL_BYTES before `position`; None if it ends before that."""
        if not self.compressed:
            if self.file.size < position:
                return None
            start = max(0, position - TAIL_BYTES)
            return self._at(0, min(HEAD_BYTES, position)), self._at(start, position - start)
        head = tail = b""
        left = position
        for chunk in self._good_chunks():
            head += chunk[: min(HEAD_BYTES - len(head), left)]
            tail = (tail + chunk[:left])[-TAIL_BYTES:]
            left -= min(left, len(chunk))
            if not left:
                return head, tail
        return None if left else (head, tail)

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
        """Whether the first bytes and those before the position are as they were, so reading can go on."""
        if digest(self.head(known.head_length)) != known.head_hash and known.position:
            return False
        if self.compressed and known.compressed and self.is_at_inode(known) and self.file.size == known.size:
            return True  # a .gz does not change: no need to decompress it all again at every pull
        ends = self.ends(known.position)
        return ends is not None and (digest(ends[1]) == known.tail_hash or not known.position)

    def is_at_inode(self, known: Position) -> bool:
        return (known.device, known.inode) == (self.file.device, self.file.inode)

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
        self._stream.seek(0)
        return gunzip(self._stream)

    def _good_chunks(self) -> Iterator[bytes]:
        try:
            yield from self._decompressed()
        except DamagedGzip:
            return


def _skip(chunks: Iterator[bytes], count: int) -> Iterator[bytes]:
    for chunk in chunks:
        if count < len(chunk):
            yield chunk[count:]
        count -= min(count, len(chunk))


def digest(data: bytes) -> bytes:
    return blake2b(data, digest_size=16).digest()


class Trail:
    """The fingerprints at the position while a file is read, from the very bytes that were read.

    Not read back from the file, which may be truncated between the reading and the note of it.
    """

    def __init__(self, head: bytes = b"", tail: bytes = b"", position: int = 0) -> None:
        self._head = head
        self._recent = tail
        self._tail = tail
        self._fed = self.position = position

    def feed(self, chunk: bytes) -> None:
        self._head += chunk[: HEAD_BYTES - len(self._head)]
        end = chunk.rfind(b"\n") + 1
        if end:
            self._tail = (self._recent + chunk[max(0, end - TAIL_BYTES) : end])[-TAIL_BYTES:]
            self.position = self._fed + end
        self._recent = (self._recent + chunk[-TAIL_BYTES:])[-TAIL_BYTES:]
        self._fed += len(chunk)

    def finish(self) -> None:
        """The stream has ended, and its unfinished last line counts as read."""
        self._tail, self.position = self._recent, self._fed

    def mark(self, known: Position) -> Position:
        """`known`, moved to here."""
        head = self._head[: min(HEAD_BYTES, self.position)]
        return replace(
            known,
            position=self.position,
            head_length=len(head),
            head_hash=digest(head),
            tail_hash=digest(self._tail),
        )


def recognise(log: OpenLog, known: Sequence[Position]) -> Position | None:
    """The earlier reading that this file carries on, moved to where the file is now; None for a new file.

    First the file that had this inode; then, by content, a file that is no longer where it was: renamed
    over a file system, copied before it was truncated, or compressed.
    """
    own = max((row for row in known if log.is_at_inode(row)), key=_recency, default=None)
    if own is not None and log.continues(own):
        return _moved(own, log)
    for row in sorted(known, key=lambda row: row.position, reverse=True):
        if _may_be_copy(log, row) and log.continues(row):
            if survivor(row) is None:
                return _moved(row, log)
            if log.compressed and not row.compressed and row.family == log.file.family:
                # gzip is at work, and will remove the plain file only after: a reading of its own
                return replace(_moved(row, log), id=None)
    return None


def _recency(row: Position) -> int:
    return row.id or 0


def _moved(row: Position, log: OpenLog) -> Position:
    file = log.file
    return replace(
        row,
        path=str(file.path),
        device=file.device,
        inode=file.inode,
        size=file.size,
        compressed=log.compressed,
    )


def _may_be_copy(log: OpenLog, row: Position) -> bool:
    """Whether equal content is evidence enough that this is the same log under another inode.

    A rotated name or a .gz holds what was written before. A live log that is new and short may only
    begin with the same banner, so there a whole head must agree.
    """
    if log.is_at_inode(row) or not row.position:
        return False
    is_rotated = log.compressed or str(log.file.path) != log.file.family
    return is_rotated or row.head_length >= HEAD_BYTES


def survivor(known: Position) -> LogFile | None:
    """The file itself, if it is still in the folder where it was read, under any name, and carries on."""
    if known.path is None:
        return None
    try:
        with os.scandir(Path(known.path).parent) as entries:
            # A symlink has an inode of its own, so no entry is followed out of the folder.
            names = [entry.path for entry in entries if entry.inode() == known.inode]
        for name in names:
            with OpenLog(Path(name)) as log:
                if log.is_at_inode(known) and log.continues(known):
                    return log.file
    except (OSError, RefusedFile):
        return None
    return None
