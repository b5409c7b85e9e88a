"""Decompress logs: gzip, xz and zstd, recognised by their first bytes, in chunks of bounded size.

Unlike gzip.open and similar functions, these return all that decompresses before they raise Damaged. None takes more
than 256 MB of memory whatever a header asks for, and a file that swells beyond measure is given up. Any other file,
bzip2 included, counts as plain.
"""

import lzma
import zlib
from collections.abc import Callable, Iterator
from functools import partial
from typing import Protocol

import zstandard

CHUNK = 256 * 1024
MAGIC_BYTES = 6

_PIECE = 64 * 1024
# zstd returns all that a piece holds at once. Small pieces bound that, even if they were made to swell.
_ZSTD_PIECE = 4 * 1024
_ZSTD_WINDOW = 1 << 27  # what zstd itself accepts unless told otherwise
_XZ_MEMORY = 192 * 1024 * 1024  # bytes; xz -9 needs 65 MB
MOST_SWELLING = 250  # times its size that a file may unpack to, once that is more than
FREE_SWELLING = 256_000_000  # bytes


class Readable(Protocol):
    """What bytes can be read from."""

    def read(self, size: int, /) -> bytes:
        """Up to so many bytes; none at the end."""


class Damaged(ValueError):
    """A compressed file that ends early or does not decompress further. All before the damage was returned."""


def decompressor(first_bytes: bytes) -> Callable[[Readable], Iterator[bytes]] | None:
    """The function that decompresses a file that begins with these bytes. None for a plain file."""
    for magic, function in _DECOMPRESSORS.items():
        if first_bytes.startswith(magic):
            return partial(_bounded, function)
    return None


def _bounded(function: Callable[[Readable], Iterator[bytes]], stream: Readable) -> Iterator[bytes]:
    """What the function decompresses. Raises Damaged where a file swells as no log does."""
    read, given = _Counted(stream), 0
    for chunk in function(read):
        yield chunk
        given += len(chunk)
        if given > FREE_SWELLING and given > MOST_SWELLING * read.count:
            raise Damaged(
                f"it unpacks to more than {MOST_SWELLING} times its size, as no log does: given up there; unpack it by"
                " hand if it is meant to be read"
            )


class _Counted:
    """A stream that counts the bytes that are read from it."""

    def __init__(self, stream: Readable) -> None:
        self._stream = stream
        self.count = 0

    def read(self, size: int) -> bytes:
        data = self._stream.read(size)
        self.count += len(data)
        return data


def gunzip(stream: Readable) -> Iterator[bytes]:
    """Decompress every member of a .gz, in chunks of at most CHUNK bytes. Raises Damaged."""
    member = zlib.decompressobj(wbits=31)
    is_new = True
    while piece := stream.read(_PIECE):
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
        raise Damaged("the compressed data ends early")


def _decompress(member: "zlib._Decompress", piece: bytes) -> Iterator[bytes]:
    while piece:
        before = member.copy()
        try:
            data = member.decompress(piece, CHUNK)
        except zlib.error as error:
            yield from _until_damage(before, piece)
            raise Damaged(f"the compressed data is damaged ({error})") from error
        if data:
            yield data
        piece = member.unconsumed_tail


def _until_damage(member: "zlib._Decompress", piece: bytes) -> Iterator[bytes]:
    """Decompress byte by byte, because a call that fails returns nothing of what it had decompressed."""
    try:
        for at in range(len(piece)):
            if data := member.decompress(piece[at : at + 1]):
                yield data
    except zlib.error:
        return


def unxz(stream: Readable) -> Iterator[bytes]:
    """Decompress every stream of a .xz, in chunks of at most CHUNK bytes. Raises Damaged."""
    member: lzma.LZMADecompressor | None = None
    while piece := stream.read(_PIECE):
        while piece:
            if member is None:
                piece = piece.lstrip(b"\0")  # padding between streams
                if not piece:
                    break
                member = lzma.LZMADecompressor(lzma.FORMAT_XZ, memlimit=_XZ_MEMORY)
            try:
                data = member.decompress(piece, CHUNK)
                while data:
                    yield data
                    data = b"" if member.eof or member.needs_input else member.decompress(b"", CHUNK)
            except lzma.LZMAError as error:
                raise Damaged(_fault(str(error))) from error
            piece = member.unused_data if member.eof else b""
            if member.eof:
                member = None
    if member is not None:
        raise Damaged("the compressed data ends early")


def unzstd(stream: Readable) -> Iterator[bytes]:
    """Decompress every frame of a .zst, in chunks of at most CHUNK bytes. Raises Damaged."""
    source = zstandard.ZstdDecompressor(max_window_size=_ZSTD_WINDOW)
    frame = None
    while piece := stream.read(_ZSTD_PIECE):
        while piece:
            frame = frame or source.decompressobj()
            try:
                data = frame.decompress(piece)
            except zstandard.ZstdError as error:
                raise Damaged(_fault(str(error))) from error
            yield from (data[at : at + CHUNK] for at in range(0, len(data), CHUNK))
            piece = frame.unused_data if frame.eof else b""
            if frame.eof:
                frame = None
    if frame is not None:
        raise Damaged("the compressed data ends early")


def _fault(error: str) -> str:
    """What is wrong with a .xz or .zst, by what its library says."""
    if "Dictionary" in error:
        return "it was compressed with a dictionary that is not in it: unpack it by hand (zstd -d -D DICTIONARY)"
    if "memory" in error.lower():
        return "it asks for more memory than is allowed to unpack a log: unpack it by hand (xz -dk, zstd -d --long=31)"
    return f"the compressed data is damaged ({error})"


_DECOMPRESSORS = {b"\x1f\x8b": gunzip, b"\xfd7zXZ\0": unxz, b"\x28\xb5\x2f\xfd": unzstd}
