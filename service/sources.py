"""Where lines come from: files by path or glob, plain or compressed, and what makes a file the same file.

A name is not an identity (logs are renamed) and neither is an inode (they are reused). A file is the one
that was read before if it has the inode of that, was not born since, and still has its first bytes, those
just before the position and those just after. Where the inode says nothing (a log that was copied,
compressed or moved to another disk) the content alone decides, with these limits:

- Fewer than HEAD_BYTES may be a banner with which many files begin. They carry an earlier reading on only
  under a rotated name of the same log; under a live name they are a new file, unless the time of writing
  too is that of the earlier reading.
- A rotated file that is, whole, how a file that is still there begins is a copy of it, and its lines are
  that file's. For fewer than HEAD_BYTES that were all read already this could also be a log that was
  emptied and began again with the very same lines. No reader can tell; pull reports it.
- A file that was emptied in place, left no copy, and then began again with exactly the bytes that were
  read from it cannot be told from one that only grew. What a program writes between the copy and the
  truncation of copytruncate is in no file afterwards; nobody can count it.

The journal is not read here.
"""

import glob
import os
import re
import stat
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from hashlib import blake2b
from pathlib import Path
from typing import BinaryIO, NamedTuple, Self

from .archives import CHUNK, MAGIC_BYTES, Damaged, decompressor
from .birth import born

HEAD_BYTES = 1024
TAIL_BYTES = 256
_REMEMBERED = 1024 * 1024
SAMPLE_BYTES = 64 * 1024

# logrotate's -20240131 and -1706659200, Python's .2024-01-31_07, plain .1, editors' .old and ~
_ROTATED = re.compile(r"(?:[._-]\d{4}-?\d\d-?\d\d(?:[T_.-]?\d{1,6}|[T_.-]?\d\d[:-]\d\d)*|[.-]\d+|\.old|\.bak|~)$")
_DATE_INSIDE = re.compile(r"[._-]\d{4}-?\d\d-?\d\d(?=\.[A-Za-z]+$)")
_NUMBER = re.compile(r"[.-](\d+)(?:\.(?:gz|xz|zst))?$")
_SUFFIXES = (".gz", ".xz", ".zst", ".bz2")
_DATED = re.compile(r"\d{8}|\d{4}-\d\d-\d\d")
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


@dataclass
class Found:
    files: list[LogFile] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Position:
    """How far one file has been read, and how to know it again.

    `position` counts bytes of the log, decompressed; `size` is the size on disk when it was last read.
    `head_hash` covers the first `head_length` bytes and grows with the position up to HEAD_BYTES;
    `tail_hash` covers up to TAIL_BYTES before the position and `torn_hash` the `torn_length` bytes after
    it, of a line or record whose end had not come. `path` is None once another file has taken its place;
    such a file may still come back, renamed or compressed.
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
    torn_length: int = 0
    torn_hash: bytes = b""
    skipping: int = 0  # what is being passed over after the position, as the reader of lines says
    born: int = 0
    mtime_ns: int = 0
    pattern: str = ""
    copy_of: int | None = None  # the row whose file held all of this one up to `position`, and is read for it
    doubt: int = 0  # bytes not read because they were taken for copies, on evidence that is not sure; until told
    id: int | None = None

    @property
    def is_known_whole(self) -> bool:
        """Whether so much of it is known that no other log begins alike."""
        return self.head_length >= HEAD_BYTES


def family(path: Path) -> str:
    """The name that a log keeps over its rotations: app.log for app.log.2.gz and app-2024-01-31.log."""
    name = path.name
    for suffix in _SUFFIXES:
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
            found.files.append(_log_file(path, path.stat(), self.pattern))
        except RefusedFile as refusal:
            found.problems.append(str(refusal))
        except (OSError, RuntimeError) as error:  # RuntimeError: a loop of symlinks, before Python 3.13
            found.problems.append(f"{name}: {_in_words(error)}")


def find_files(patterns: Sequence[str]) -> Found:
    """The files of all patterns, each once whatever its names, oldest first.

    By time of last writing, because that survives renaming and compression alike and needs no knowledge of
    how names count: app.log.1 is the newest rotated file for logrotate, the oldest for others. Equal
    times go by falling number, then name, and a file goes before its own .gz.
    """
    found = Found()
    seen: dict[tuple[int, int], LogFile] = {}
    for pattern in dict.fromkeys(patterns):
        of_pattern = FileSource(pattern).find()
        found.problems += [problem for problem in of_pattern.problems if problem not in found.problems]
        for file in of_pattern.files:
            seen.setdefault(file.place, file)
    found.files = sorted(seen.values(), key=_age)
    return found


def with_siblings(files: Sequence[LogFile], known: Sequence[Position], patterns: Sequence[str]) -> list[LogFile]:
    """`files` and what no pattern matches (any more) but belongs to a log that a pattern found, oldest first.

    That is a file that was read before and has since been renamed, or is no longer where a symlink points;
    and a file named like a rotation of that log and written to since it was last read. All in its folder.
    """
    followed = [row for row in known if row.path is not None and row.pattern in patterns]
    present = {file.place for file in files}
    siblings: list[LogFile] = []
    for folder in {str(Path(str(row.path)).parent) for row in followed}:
        rows = [row for row in followed if str(Path(str(row.path)).parent) == folder]
        siblings += [file for file in _siblings(folder, rows) if file.place not in present]
    return sorted([*files, *{file.place: file for file in siblings}.values()], key=_age)


def _siblings(folder: str, rows: Sequence[Position]) -> Iterator[LogFile]:
    by_inode = {row.inode: row for row in rows}
    newest = {row.family: row for row in sorted(rows, key=lambda row: row.mtime_ns)}
    seconds = {(row.family, row.mtime_ns // 10**9) for row in rows}  # compressors keep the time of writing
    try:
        with os.scandir(folder) as entries:
            for entry in entries:
                same, of_log = by_inode.get(entry.inode()), newest.get(family(Path(entry.path)))
                row = of_log or same
                if row is None or not entry.is_file(follow_symlinks=False) or not _is_utf8(entry.path):
                    continue
                file = _log_file(Path(entry.path), entry.stat(follow_symlinks=False), row.pattern)
                is_of_row = same is not None or (file.family, file.mtime_ns // 10**9) in seconds
                if is_of_row or file.mtime_ns >= row.mtime_ns:
                    yield file
    except OSError:
        return  # what cannot be listed now is looked for at the next pull


def _age(file: LogFile) -> tuple[int, str, int, str]:
    number = _NUMBER.search(file.path.name)
    return file.mtime_ns, file.family, -int(number[1]) if number else 0, str(file.path)


def _log_file(path: Path, status: os.stat_result, pattern: str, birth: int = 0) -> LogFile:
    if not stat.S_ISREG(status.st_mode):
        raise RefusedFile(f"{path}: {_kind(status.st_mode)}, not a file; not read")
    if not _is_utf8(path):
        raise RefusedFile(f"{str(path)!a}: its name is not UTF-8; not read")  # SQLite and JSON cannot hold it
    return LogFile(path, status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns, pattern, birth)


def _is_utf8(path: Path | str) -> bool:
    return os.fsencode(path).decode(errors="ignore") == str(path)


def _kind(mode: int) -> str:
    if stat.S_ISDIR(mode):
        return "a folder (add /* to read the files in it)"
    if stat.S_ISFIFO(mode):
        return "a named pipe"
    return "a socket" if stat.S_ISSOCK(mode) else "a device"


def _in_words(error: Exception) -> str:
    return str(getattr(error, "strerror", None) or error)


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
        self._stream: BinaryIO = os.fdopen(descriptor, "rb", buffering=0)
        try:
            self.file = _log_file(path, os.fstat(descriptor), pattern, born(descriptor))
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

    def trail(self, position: int) -> "Trail":
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
        if self.compressed and known.compressed and self.is_at_inode(known) and self.file.size == known.size:
            return True  # a .gz does not change: no need to decompress it all again at every pull
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


def digest(data: bytes) -> bytes:
    return blake2b(data, digest_size=16).digest()


class Trail:
    """The fingerprints at the position while a file is read, from the very bytes that were read.

    Not read back from the file, which may be truncated between the reading and the note of it.
    """

    def __init__(self, head: bytes = b"", tail: bytes = b"", position: int = 0) -> None:
        self._head = head
        self._tail = tail
        self._torn = b""
        self._recent = tail  # the last bytes fed, back to TAIL_BYTES before the position
        self._fed = self.position = position

    def feed(self, chunk: bytes, position: int) -> None:
        """`chunk` was read, and after it all is done up to `position`, at most _REMEMBERED bytes back."""
        self._head += chunk[: HEAD_BYTES - len(self._head)]
        self._fed += len(chunk)
        self._recent += chunk
        if position > self.position:
            at = len(self._recent) - (self._fed - position)
            self._tail = self._recent[max(0, at - TAIL_BYTES) : at]
            self._torn = self._recent[at : at + TAIL_BYTES]
            self._recent = self._recent[max(0, at - TAIL_BYTES) :]
            self.position = position
            return
        self._torn += chunk[: TAIL_BYTES - len(self._torn)]
        self._recent = self._recent[-_REMEMBERED:]

    def mark(self, known: Position) -> Position:
        """`known`, moved to here."""
        head = self._head[: min(HEAD_BYTES, self.position)]
        return replace(
            known,
            position=self.position,
            head_length=len(head),
            head_hash=digest(head),
            tail_hash=digest(self._tail),
            torn_length=len(self._torn),
            torn_hash=digest(self._torn) if self._torn else b"",
        )


class Standing(NamedTuple):
    """Where the reading of a file stands before this pull."""

    position: Position
    absorbs: int | None = None  # a row that this one takes the place of


Places = Mapping[tuple[int, int], Path]  # of the files found in this pull, by device and inode


def recognise(log: OpenLog, known: Sequence[Position], places: Places | None = None) -> Standing | None:
    """The earlier reading that this file carries on, moved to where the file is now; None for a new file.

    First the file that had this inode; then, by content, a file that is no longer where it was: renamed
    over a file system, copied before it was truncated, or compressed.
    """
    places = places or {}
    own = max((row for row in known if log.is_at_inode(row)), key=_recency, default=None)
    if own is not None and not log.continues(own):
        own = None
    if own is not None and _is_settled(log, own, known):
        return Standing(replace(log.here(own), copy_of=None), absorbs=_outlived(own, known, places))
    copy = _copy(log, known, own, places) if log.is_rotated else None
    if copy is not None and not copy.position.doubt:
        return copy
    for row in sorted(known, key=lambda row: row.position, reverse=True):
        if _may_claim(log, row, own) and _is_read(row, known) and log.continues(row) and survivor(row, places) is None:
            doubt = row.position if _is_common(row, log, known) else 0
            return Standing(replace(log.here(row), copy_of=None, doubt=doubt), absorbs=own.id if own else None)
    if copy is not None:
        return copy
    if own is not None:
        return Standing(_on_its_own(log, own, known))
    return None if log.is_rotated else _original(log, known, places)


def _is_read(row: Position, known: Sequence[Position]) -> bool:
    """Whether all up to its position was taken in; for a copy, through its original."""
    original = next((other for other in known if other.id == row.copy_of), None)
    return row.copy_of is None or original is None or original.position >= row.position


def _recency(row: Position) -> int:
    return row.id or 0


def _is_settled(log: OpenLog, own: Position, known: Sequence[Position]) -> bool:
    """Whether the file's own row is all that counts: it is live, or has not changed, and no other is read for it."""
    return _is_read(own, known) and (log.file.size == own.size or not log.is_rotated)


def _outlived(own: Position, known: Sequence[Position], places: Places) -> int | None:
    """The row of the file that this one is a copy of, if the copy holds all that was read of it and it is gone."""
    original = next((row for row in known if row.id == own.copy_of), None)
    if original is None or original.position != own.position or survivor(original, places) is not None:
        return None
    return original.id


def _is_common(row: Position, log: OpenLog, known: Sequence[Position]) -> bool:
    """Whether the little that is known of a file is how others of its log begin too, as with a banner."""
    if row.is_known_whole:
        return False
    for other in known:
        if other.family == row.family and other.id != row.id and other.path is not None:
            try:
                with OpenLog(Path(other.path)) as begins:
                    if begins.file.place != log.file.place and begins.continues(row):
                        return True
            except (OSError, RefusedFile):
                continue
    return False


def _may_claim(log: OpenLog, row: Position, own: Position | None) -> bool:
    """Whether equal content is evidence enough that this is the same log under another inode."""
    if log.is_at_inode(row) or not row.position + row.torn_length:
        return False
    if own is not None and own.copy_of == row.id:
        return True
    if own is not None and (own.position or not row.position):
        return False
    if row.is_known_whole:
        return True
    if row.family != log.file.family:
        return False
    if row.path is None and log.compressed and not row.compressed:
        return log.file.mtime_ns == row.mtime_ns  # compressors keep the time of writing
    is_unchanged = (log.file.mtime_ns, log.file.size) == (row.mtime_ns, row.size)
    # What is compressed is not added to.
    return is_unchanged or (
        log.is_rotated and row.path is not None and not row.compressed and _may_become(row.path, log)
    )


def _may_become(path: str, log: OpenLog) -> bool:
    """Whether what was at the path may be under the name of this file after a rotation."""
    is_live = path == log.file.family
    is_numbered = bool(_NUMBER.search(path)) and not _DATED.search(path)
    return is_live or (log.compressed and (is_numbered or _is_packed(log.file.path, path)))


def _is_packed(packed: Path, path: Path | str) -> bool:
    return any(str(packed) == f"{path}{suffix}" for suffix in _SUFFIXES)


def _copy(log: OpenLog, known: Sequence[Position], own: Position | None, places: Places) -> Standing | None:
    """The file as a copy of one that is still there, which is read instead: copytruncate or gzip is at work."""
    for row in known:
        if row.family != log.file.family or log.is_at_inode(row) or row.copy_of is not None:
            continue
        original = survivor(row, places)
        end = None if original is None else _copied(log, original)
        if end is not None:
            marked = log.mark_at(own or log.start(), end)
            is_known = own is not None and (own.copy_of, own.position) == (row.id, end)
            is_sure = is_known or not 0 < end <= row.position or end >= HEAD_BYTES or log.compressed
            return Standing(replace(marked, copy_of=row.id, doubt=0 if is_sure else end))
    return None


def _copied(log: OpenLog, original: LogFile) -> int | None:
    """Up to where a file is a copy of another by content, if by its age it can be one."""
    if not log.file.size or (log.file.born and original.born and log.file.born < original.born):
        return None
    try:
        with OpenLog(original.path) as other:
            end = log.is_beginning_of(other) if other.file.place == original.place else None
    except (OSError, RefusedFile):
        return None
    if end is None or end >= HEAD_BYTES or _is_packed(log.file.path, original.path):
        return end
    # A short file may as well be another one, with the same banner: compressed at any time, or the next by date.
    is_of_live = str(original.path) == original.family and not log.compressed
    return end if is_of_live and _is_made_later(log.file, original) else None


def _is_made_later(copy: LogFile, original: LogFile) -> bool:
    if copy.born and original.born:
        return copy.born > original.born
    return copy.mtime_ns >= original.mtime_ns


def _original(log: OpenLog, known: Sequence[Position], places: Places) -> Standing | None:
    """A live file that was never read, but of which a copy was: copytruncate was at work all along."""
    for row in sorted(known, key=lambda row: row.position, reverse=True):
        is_evidence = row.is_known_whole or (row.position and not row.compressed)
        if row.family != log.file.family or not is_evidence or not log.continues(row):
            continue
        copy = survivor(row, places)
        if copy is not None and _is_made_later(copy, log.file) and _is_read(row, known):
            doubt = 0 if row.is_known_whole else row.position
            return Standing(replace(log.here(row), id=None, copy_of=None, doubt=doubt))
    return None


def _on_its_own(log: OpenLog, own: Position, known: Sequence[Position]) -> Position:
    """The reading of a file that has a row; if it was a copy of one that was read further, up to its end."""
    original = next((row for row in known if row.id == own.copy_of), None)
    if original is not None and original.position > own.position:
        return replace(log.mark_at(own, log.whole_lines(original.position)), copy_of=None)
    return replace(log.here(own), copy_of=None)


def survivor(known: Position, places: Places | None = None) -> LogFile | None:
    """The file itself, if it was found, or is in the folder where it was read under any name, and carries on."""
    if known.path is None:
        return None
    names = {str(path) for (_, inode), path in (places or {}).items() if inode == known.inode}
    try:
        with os.scandir(Path(known.path).parent) as entries:
            # A symlink has an inode of its own, so no entry is followed out of the folder.
            names |= {entry.path for entry in entries if entry.inode() == known.inode}
    except OSError:
        pass
    for name in sorted(names):
        try:
            with OpenLog(Path(name)) as log:
                if log.is_at_inode(known) and log.continues(known):
                    return log.file
        except (OSError, RefusedFile):
            continue
    return None
