"""How far a file has been read, and the fingerprints by which a later pull recognises it."""

from dataclasses import dataclass, replace
from hashlib import blake2b

HEAD_BYTES = 1024
TAIL_BYTES = 256
_REMEMBERED = 1024 * 1024


@dataclass(frozen=True)
class Position:
    """How far one file has been read, and how to recognise it.

    `position` counts bytes of the log after decompression. `size` is the size on disk when the file was last read.
    Three hashes are the file's fingerprint: `head_hash` of its first `head_length` bytes (at most HEAD_BYTES, and none
    beyond the position), `tail_hash` of up to TAIL_BYTES before the position, and `torn_hash` of the `torn_length`
    bytes after the position, which belong to a line or record that was not complete. `path` is None once another file
    is at that path. Such a file may still come back, renamed or compressed.
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
    skipping: int = 0  # what is passed over after the position, as `LogReader.skipping` has it
    born: int = 0  # when the file was made, in nanoseconds since 1970; 0: not known
    mtime_ns: int = 0
    pattern: str = ""  # of the source that found it
    copy_of: int | None = None  # the row of the file that begins with all of this one, and is read instead
    unsure_bytes: int = 0  # not read because they are probably copies; reported once
    id: int | None = None

    @property
    def is_known_whole(self) -> bool:
        """Whether so many bytes are known that no other log begins with the same."""
        return self.head_length >= HEAD_BYTES


def digest(data: bytes) -> bytes:
    """A short hash of some bytes of a file."""
    return blake2b(data, digest_size=16).digest()


class FingerprintTracker:
    """The fingerprints at the position, kept up to date while a file is read.

    They are made from the bytes that were read. The file itself may be truncated before its position is stored.
    """

    def __init__(self, head: bytes = b"", tail: bytes = b"", position: int = 0) -> None:
        self._head = head
        self._tail = tail
        self._torn = b""
        self._recent = tail  # the last bytes fed, back to TAIL_BYTES before the position
        self._fed = self.position = position

    def feed(self, chunk: bytes, position: int) -> None:
        """Note that `chunk` was read, and that all lines up to `position` were taken.

        The position may be at most _REMEMBERED bytes before the end of the chunk.
        """
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

    def pass_over(self, nuls: int, position: int) -> None:
        """Note that so many NULs were passed over: a hole in a sparse file."""
        zeros = bytes(min(nuls, HEAD_BYTES + TAIL_BYTES))
        self._fed += nuls - len(zeros)
        self.feed(zeros, position)

    def mark(self, known: Position) -> Position:
        """`known` with the position and fingerprints of this trail."""
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
