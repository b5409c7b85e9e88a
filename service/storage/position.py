"""How far a file has been read, and the fingerprints by which it is known again."""

from dataclasses import dataclass, replace
from hashlib import blake2b

HEAD_BYTES = 1024
TAIL_BYTES = 256
_REMEMBERED = 1024 * 1024


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
