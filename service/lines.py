"""Bytes to clean lines of text, whatever the bytes are.

A line ends with \\n and nothing else: str.splitlines would also split at form feeds, U+0085 and
U+2028. What a log should not hold (NULs, terminal escapes, broken UTF-8, lines without end) is
removed or marked and counted, never fatal. Where the bytes come from is not known here.

A tab is kept: logs separate columns with it, and scores are of the exact text.
"""

import codecs
import re
import zlib
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import BinaryIO

MAX_CHARACTERS = 8_192
MAX_BYTES = 4 * MAX_CHARACTERS  # what MAX_CHARACTERS can take in UTF-8
CUT_MARK = " <cut>"
CHUNK = 256 * 1024
GZIP_MAGIC = b"\x1f\x8b"

_CONTROL_BYTES = bytes(byte for byte in (*range(32), 127) if byte not in b"\t\n")
# U+2028 and U+2029 end a line for many readers of text, so they count as control characters.
_CONTROL = re.compile("[\x00-\x08\x0a-\x1f\x7f-\x9f\u2028\u2029]")
# ECMA-48: CSI (colours, cursor), OSC and its kin (titles, links) up to their end, other two-byte escapes.
_ESCAPE = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|[\]PX^_][^\x07\x1b]*(?:\x07|\x1b\\)|[ -/]*[0-~])")


@dataclass
class Oddities:
    """In how many lines each oddity was met; `blank` lines are dropped, `overlong` ones cut."""

    invalid_utf8: int = 0
    nul: int = 0
    crlf: int = 0
    control: int = 0
    overlong: int = 0
    blank: int = 0

    def add(self, other: "Oddities") -> None:
        for name, count in asdict(other).items():
            setattr(self, name, getattr(self, name) + count)


class LineReader:
    """The lines of one stream of bytes, fed in chunks of any size.

    Lines and counts do not depend on the chunking. Memory stays below one chunk and MAX_BYTES, even
    inside a line of many gigabytes. An unfinished last line is held back and counted nowhere until
    its end comes; `consumed` is the number of bytes up to the end of the last complete line.
    """

    def __init__(self) -> None:
        self.oddities = Oddities()
        self.consumed = 0
        self._fed = 0
        self._held = b""

    def feed(self, chunk: bytes) -> list[str]:
        """The lines that this chunk completes, without blank ones."""
        end = chunk.rfind(b"\n")
        if end < 0:
            self._fed += len(chunk)
            self._hold(chunk)
            return []
        complete = self._held + chunk[:end]
        self.consumed = self._fed + end + 1
        self._fed += len(chunk)
        self._held = b""
        self._hold(chunk[end + 1 :])
        return self._lines(complete)

    def finish(self) -> list[str]:
        """The unfinished last line, where the stream is known to have ended: at most one line."""
        if self.consumed == self._fed:
            return []
        held, self._held = self._held, b""
        self.consumed = self._fed
        return self._lines(held)

    def _hold(self, piece: bytes) -> None:
        self._held += piece
        if b"\0" in self._held:
            # One NUL stands for all, so that a run of any length is remembered and takes no room.
            self._held = b"\0" + self._held.replace(b"\0", b"")
        self._held = self._held[: MAX_BYTES + 2]

    def _lines(self, complete: bytes) -> list[str]:
        lines = _clean_lines(complete)
        if lines is None:
            lines = [self._clean(raw) for raw in complete.split(b"\n")]
        kept = [line for line in lines if line and not line.isspace()]
        self.oddities.blank += len(lines) - len(kept)
        return kept

    def _clean(self, raw: bytes) -> str:
        if b"\0" in raw:
            self.oddities.nul += 1
            raw = raw.replace(b"\0", b"")
        overlong = len(raw) > MAX_BYTES
        if not overlong and raw.endswith(b"\r"):
            self.oddities.crlf += 1
            raw = raw[:-1]
        text = self._strip(self._decode(raw[:MAX_BYTES], overlong))
        if overlong or len(text) > MAX_CHARACTERS:
            self.oddities.overlong += 1
            text = text[:MAX_CHARACTERS] + CUT_MARK
        return text

    def _decode(self, raw: bytes, is_cut: bool) -> str:
        # A character that the cut went through is dropped; anywhere else it is an error.
        final = not is_cut
        try:
            return codecs.utf_8_decode(raw, "strict", final)[0]
        except UnicodeDecodeError:
            self.oddities.invalid_utf8 += 1
            return codecs.utf_8_decode(raw, "replace", final)[0]

    def _strip(self, text: str) -> str:
        if not _CONTROL.search(text):
            return text
        self.oddities.control += 1
        return _CONTROL.sub("", _ESCAPE.sub("", text))


def _clean_lines(complete: bytes) -> list[str] | None:
    """All lines at once where nothing in them is odd (nearly always), else None."""
    if len(complete.translate(None, _CONTROL_BYTES)) != len(complete):
        return None
    try:
        text = complete.decode()
    except UnicodeDecodeError:
        return None
    lines = text.split("\n")
    if max(map(len, lines)) > MAX_CHARACTERS:
        return None
    if not text.isascii() and any(map(_CONTROL.search, lines)):
        return None
    return lines


class DamagedGzip(ValueError):
    """A .gz that ends early or does not decompress further; all before the damage was given out."""


def gunzip(stream: BinaryIO) -> Iterator[bytes]:
    """Decompress every member of a .gz, in chunks of at most CHUNK bytes.

    Unlike gzip.open it gives out each byte that decompresses before raising DamagedGzip.
    """
    member = zlib.decompressobj(wbits=31)
    is_new = True
    while piece := stream.read(CHUNK // 4):
        while piece:
            if is_new and not piece.strip(b"\0"):
                break  # zero padding after the last member, as tape and block devices leave it
            is_new = False
            yield from _decompress(member, piece)
            piece = member.unused_data
            if member.eof:
                member, is_new = zlib.decompressobj(wbits=31), True
    if not is_new:
        yield member.flush()
        raise DamagedGzip("the compressed data ends early")


def _decompress(member: "zlib._Decompress", piece: bytes) -> Iterator[bytes]:
    while piece:
        before = member.copy()
        try:
            data = member.decompress(piece, CHUNK)
        except zlib.error as error:
            yield from _until_damage(before, piece)
            raise DamagedGzip(f"the compressed data is damaged ({error})") from error
        if data:
            yield data
        piece = member.unconsumed_tail


def _until_damage(member: "zlib._Decompress", piece: bytes) -> Iterator[bytes]:
    """Byte by byte, because a failing call gives out nothing of what it had decompressed."""
    try:
        for at in range(len(piece)):
            if data := member.decompress(piece[at : at + 1]):
                yield data
    except zlib.error:
        return


def lines_of(path: Path, oddities: Oddities | None = None) -> Iterator[str]:
    """The lines of a whole file, plain or gzip, the last one also without its newline.

    Adds what was odd to `oddities` at the end. Raises OSError, and DamagedGzip after the last good line.
    """
    reader = LineReader()
    with path.open("rb") as stream:
        is_gzip = stream.read(2) == GZIP_MAGIC
        stream.seek(0)
        chunks = gunzip(stream) if is_gzip else iter(lambda: stream.read(CHUNK), b"")
        for chunk in chunks:
            yield from reader.feed(chunk)
        yield from reader.finish()
    if oddities is not None:
        oddities.add(reader.oddities)
