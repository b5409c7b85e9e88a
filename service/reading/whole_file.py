"""Read one whole log: the file that a command was given, or standard input."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from io import BufferedReader, FileIO
from itertools import chain
from pathlib import Path

from ..errors import LoglingError
from .binary import SAMPLE_BYTES, describe_binary
from .compression import CHUNK, MAGIC_BYTES, Damaged, decompressor
from .lines import LineReader, Oddities

STANDARD_INPUT = Path("-")


def read_lines(file: Path) -> list[str]:
    """The clean lines of a log. Raises LoglingError when it has none, or is no log; OSError."""
    lines = list(log_lines(file))
    if not any(lines):
        raise LoglingError(f"{file} has no lines")
    return lines


def log_lines(file: Path, oddities: Oddities | None = None) -> Iterator[str]:
    """The clean lines of a log, blank ones too, the last one also without its newline. `-` is standard input.

    It may be compressed. Adds what was odd to `oddities` at the end. Raises OSError, and LoglingError when it is no
    log, or, after its last good line, when it is damaged.
    """
    reader = LineReader(keeps_blank=True)
    with open_log(file) as stream:
        decompress = decompressor(stream.peek(MAGIC_BYTES))
        chunks = decompress(stream) if decompress else iter(lambda: stream.read(CHUNK), b"")
        try:
            for chunk in text_chunks(file, chunks):
                yield from reader.feed(chunk)
        except Damaged as error:
            raise LoglingError(f"{file} is damaged: {error}") from None
        yield from reader.finish()
    if oddities is not None:
        oddities.add(reader.oddities)


def open_log(file: Path) -> BufferedReader:
    """A file, or standard input, to be read as bytes. Raises OSError."""
    return BufferedReader(FileIO(sys.stdin.fileno(), closefd=False) if file == STANDARD_INPUT else FileIO(file))


def text_chunks(file: Path, chunks: Iterator[bytes]) -> Iterator[bytes]:
    """The same chunks. Raises LoglingError before the first when they begin as no text does."""
    first: list[bytes] = []
    try:
        while sum(map(len, first)) < SAMPLE_BYTES and (chunk := next(chunks, b"")):
            first.append(chunk)
    except Damaged:
        yield from first
        raise
    if reason := describe_binary(b"".join(first)):
        raise LoglingError(f"{file}: {reason}")
    yield from chain(first, chunks)
