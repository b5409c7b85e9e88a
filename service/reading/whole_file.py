"""Read one whole log: the file that a command was given, or standard input."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from io import BufferedReader, FileIO
from itertools import chain
from pathlib import Path
from typing import NamedTuple

from ..errors import LoglingError
from .binary import describe_binary
from .compression import CHUNK, MAGIC_BYTES, Damaged, decompressor
from .decoding import SAMPLE_BYTES
from .lines import Oddities
from .log_reader import LogReader
from .reading import RAW, Reading

STANDARD_INPUT = Path("-")


Chooser = Callable[[bytes], Reading]  # how a log that begins with these bytes is read


def _raw(_: bytes) -> Reading:
    return RAW


class LogLine(NamedTuple):
    """A line as a model sees it, and the number of the line in the file with which it begins, from 1."""

    number: int
    text: str


def read_log(file: Path, choose: Chooser) -> list[LogLine]:
    """The lines of a log. Raises LoglingError when it has none, or is no log; OSError."""
    lines = list(log_lines(file, choose))
    if not lines:
        raise LoglingError(f"{file} has no lines")
    return lines


def log_lines(file: Path, choose: Chooser = _raw, oddities: Oddities | None = None) -> Iterator[LogLine]:
    """The lines of a log, the last one also without its newline. `-` is standard input.

    It may be compressed. `choose` gets its first bytes. Adds what was odd to `oddities` at the end. Raises OSError, and
    LoglingError when it is no log, or, after its last good line, when it is damaged.
    """
    with open_log(file) as stream:
        decompress = decompressor(stream.peek(MAGIC_BYTES))
        chunks = decompress(stream) if decompress else iter(lambda: stream.read(CHUNK), b"")
        head, chunks = split_head(chunks)
        reading = choose(head)
        if reason := describe_binary(head, reading.encoding):
            raise LoglingError(f"{file}: {reason}")
        reader = LogReader(reading, head)
        try:
            for chunk in chunks:
                lines = reader.feed(chunk)
                yield from map(LogLine, reader.numbers, lines)
        except Damaged as error:
            raise LoglingError(f"{file} is damaged: {error}") from None
        lines = reader.finish()
        yield from map(LogLine, reader.numbers, lines)
    if oddities is not None:
        oddities.add(reader.oddities)


def open_log(file: Path) -> BufferedReader:
    """A file, or standard input, to be read as bytes. Raises OSError."""
    return BufferedReader(FileIO(sys.stdin.fileno(), closefd=False) if file == STANDARD_INPUT else FileIO(file))


def split_head(chunks: Iterator[bytes]) -> tuple[bytes, Iterator[bytes]]:
    """The first SAMPLE_BYTES or fewer of some chunks, and all of the chunks. Damage is raised by the second."""
    first: list[bytes] = []
    rest = chunks
    try:
        while sum(map(len, first)) < SAMPLE_BYTES and (chunk := next(chunks, b"")):
            first.append(chunk)
    except Damaged as damage:
        rest = _raising(damage)
    return b"".join(first)[:SAMPLE_BYTES], chain(first, rest)


def _raising(damage: Damaged) -> Iterator[bytes]:
    raise damage
    yield b""
