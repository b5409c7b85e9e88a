"""A log file whose new lines are read as they are written, through rotation.

Nothing is stored: following begins at the file's end. The file that is open is read on, also when it was renamed or
removed, until there is another one with something in it at its path: a process may write to the old one until it is
told to open the new one. Where the file has become shorter, or what stood before the position is another text (it was
copied and emptied), it is read from its start; what came between the last look and that is in the copy alone.
"""

from __future__ import annotations

import os
import time
from pathlib import Path

from ..errors import LoglingError, describe_error
from ..reading.binary import describe_binary
from ..reading.compression import CHUNK, MAGIC_BYTES, decompressor
from ..reading.decoding import SAMPLE_BYTES
from ..reading.log_reader import LogReader
from ..reading.reading import Reading
from ..reading.whole_file import Chooser
from .links import open_unlinked, real_path, trusted_users
from .log_file import RefusedFile, log_file, printable

LINES_BEFORE = 200
BYTES_BEFORE = 64 * 1024  # that are looked through for them; a multiple of the bytes of a character
TAIL_BYTES = 1024  # before the position, by which a file is known to be the same; fewer may be a banner
MOST_LATER = 8  # files that are open while nothing is in them


class FollowedFile:
    """The lines that are written to a file from now on, and a few that stand in it already."""

    def __init__(self, path: Path, choose: Chooser) -> None:
        """`choose` gets the first bytes. Raises OSError, and LoglingError for what is no log that grows."""
        self.path = path
        self.ended = False  # never: another file may come
        self.trouble = ""  # why the file that is followed cannot be found or read at present
        self._choose = choose
        self._reading: Reading | None = None
        self._reader: LogReader | None = None
        try:
            self._descriptor = _open(path)
        except RefusedFile as error:
            raise LoglingError(str(error)) from None
        self._later: list[int] = []  # files that were at the path after it, in their order
        self._position, self._tail = 0, b""
        self.before = self._lines_before()

    def read(self, wait: float) -> list[str]:
        """The lines that came since the last call. Where none did, waits for so many seconds, and looks once more.

        When nothing comes at all, a record that was kept, because it could go on, is given out.
        """
        lines = self._next_lines()
        if lines is None and wait:
            time.sleep(wait)
            lines = self._next_lines()
        if lines is None:
            return self._reader.flush() if self._reader else []
        return lines

    def close(self) -> None:
        """Close what is open."""
        for descriptor in (self._descriptor, *self._later):
            os.close(descriptor)

    def _lines_before(self) -> list[str]:
        size = os.fstat(self._descriptor).st_size
        head = os.pread(self._descriptor, SAMPLE_BYTES, 0)
        start = max(0, size - BYTES_BEFORE) // 4 * 4
        if not head:
            return []
        reader = self._begin(head)
        self._position = start
        lines: list[str] = []
        while self._position < size and (data := self._next_bytes(size - self._position)):
            lines += reader.feed(data)
        return lines[start > 0 :][-LINES_BEFORE:]  # the first may be the end of a line

    def _begin(self, head: bytes) -> LogReader:
        if decompressor(head[:MAGIC_BYTES]):
            raise LoglingError(f"{printable(self.path)} is compressed and does not grow: `logling check` reads it")
        self._reading = self._reading or self._choose(head)
        if reason := describe_binary(head, self._reading.encoding):
            raise LoglingError(f"{printable(self.path)}: {reason}")
        self._reader = LogReader(self._reading, head)
        return self._reader

    def _next_lines(self) -> list[str] | None:
        """Lines that came, or that ended with their file; None where nothing came."""
        if self._was_emptied():
            ended = self._end()
            self._position, self._tail = 0, b""
            return ended
        if data := self._next_bytes(CHUNK):
            return (self._reader or self._begin(os.pread(self._descriptor, SAMPLE_BYTES, 0))).feed(data)
        return self._end() if self._went_on_to_another() else None

    def _next_bytes(self, most: int) -> bytes:
        data = os.pread(self._descriptor, min(most, CHUNK), self._position)
        self._position += len(data)
        self._tail = (self._tail + data)[-TAIL_BYTES:]
        return data

    def _was_emptied(self) -> bool:
        """Whether what was read last is no longer before the position."""
        start = self._position - len(self._tail)
        return os.pread(self._descriptor, len(self._tail), start) != self._tail

    def _went_on_to_another(self) -> bool:
        """Whether a later file has something in it; then that one is open, at its start.

        A copy of the one that was read, as an editor leaves it behind, is read on from the same position.
        """
        self._open_what_is_there()
        written = next((place for place, later in enumerate(self._later) if os.fstat(later).st_size), None)
        if written is None:
            return False
        for passed in (self._descriptor, *self._later[:written]):
            os.close(passed)
        self._descriptor = self._later[written]
        self._later = self._later[written + 1 :]
        if len(self._tail) == TAIL_BYTES and not self._was_emptied():
            return False
        self._position, self._tail = 0, b""
        return True

    def _open_what_is_there(self) -> None:
        """Open the file at the path, if it is not open."""
        self.trouble = ""
        try:
            there = self.path.stat()
            if any(os.path.samestat(there, os.fstat(known)) for known in (self._descriptor, *self._later)):
                return
            self._later.append(_open(self.path))
        except (OSError, RefusedFile) as error:
            self.trouble = describe_error(error)
        if len(self._later) > MOST_LATER:
            os.close(self._later.pop(0))

    def _end(self) -> list[str]:
        lines = self._reader.finish() if self._reader else []
        self._reader = None
        return lines


def _open(path: Path) -> int:
    """A descriptor of a regular file. Raises OSError, and RefusedFile for another kind."""
    descriptor = open_unlinked(real_path(os.path.abspath(path), trusted_users()), trusted_users())  # noqa: PTH100
    try:
        log_file(path, os.fstat(descriptor), "")
    except BaseException:
        os.close(descriptor)
        raise
    return descriptor
