"""Distinctive pieces of lines: what would identify a person or a machine if the weights gave it away."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

import numpy as np

from ..reading.times import drop_time
from ..storage.corpus import Document

MOST_LINES = 10  # a piece in more lines is part of how this log speaks

_PATTERNS = {
    "e-mail": r"[\w.+-]+@[\w-]+(?:\.[\w-]+)*",
    "address": r"(?<![\w.])(?:\d{1,3}\.){3}\d{1,3}(?![\w.])|(?<![\w:])(?:[0-9A-Fa-f]{2}:){5}[0-9A-Fa-f]{2}(?![\w:])",
    "identifier": r"(?<!\w)(?=[A-Za-z_-]*\d)(?=[\d_-]*[A-Za-z])[A-Za-z0-9_-]{8,64}(?!\w)",
    "number": r"(?<![\w.])\d{6,40}(?![\w.])",
}
KINDS = tuple(_PATTERNS)
_PIECES = re.compile("|".join(f"({pattern})" for pattern in _PATTERNS.values()))
_OCTET = {1: (0, 10), 2: (10, 100), 3: (100, 256)}
_ALPHABETS = ("0123456789", "abcdef", "ABCDEF", "abcdefghijklmnopqrstuvwxyz", "ABCDEFGHIJKLMNOPQRSTUVWXYZ")


class Piece(NamedTuple):
    """A piece, and where it stands first: its line in its document, and its beginning in that line."""

    kind: str
    text: str
    document: int
    at: int  # of the line in the document
    begin: int
    lines: int  # how many lines have it


def pieces_of(line: str) -> Iterator[tuple[str, str, int]]:
    """Kind, text and place of each distinctive piece; the time with which a line begins is none."""
    time = len(line) - len(drop_time(line))
    for found in _PIECES.finditer(line, time):
        yield KINDS[(found.lastindex or 1) - 1], found[0], found.start()


def find_pieces(documents: Sequence[Document]) -> list[Piece]:
    """Every piece that is in at most MOST_LINES lines."""
    counts: Counter[str] = Counter()
    first: dict[str, Piece] = {}
    for number, document in enumerate(documents):
        for at, line in enumerate(document.lines):
            for kind, text, begin in pieces_of(line):
                first.setdefault(text, Piece(kind, text, number, at, begin, 0))
            counts.update({text for _, text, _ in pieces_of(line)})
    return [piece._replace(lines=counts[text]) for text, piece in first.items() if counts[text] <= MOST_LINES]


def random_alikes(piece: Piece, known: str, count: int, rng: np.random.Generator) -> list[str]:
    """Random texts of the same shape, of characters that are `known`: digits for digits, letters for letters of a case
    (hexadecimal where all are), numbers from 0 to 255 in an address; all else stays."""
    if piece.kind == "address" and "." in piece.text:
        octets = [_OCTET[len(octet)] for octet in piece.text.split(".") if octet]
        return [".".join(str(rng.integers(*bounds)) for bounds in octets) for _ in range(count)]
    is_hex = piece.kind != "e-mail" and not re.search(r"[G-Zg-z]", piece.text)
    choices = [_alphabet(character, known, is_hex) for character in piece.text]
    return ["".join(alphabet[rng.integers(len(alphabet))] for alphabet in choices) for _ in range(count)]


def _alphabet(character: str, known: str, is_hex: bool) -> str:
    alphabets = _ALPHABETS if is_hex else (_ALPHABETS[0], *_ALPHABETS[3:])
    alphabet = next((some for some in alphabets if character in some), character)
    return "".join(one for one in alphabet if one in known) or character


def choose_pieces(
    pieces: list[Piece], most: int, rng: np.random.Generator, prefers: Callable[[Piece], int]
) -> list[Piece]:
    """At most `most` pieces: half are those that `prefers` ranks highest, half are random."""
    if len(pieces) <= most:
        return pieces
    ranked = sorted(pieces, key=prefers, reverse=True)
    at_random = rng.permutation(len(ranked) - most // 2)[: most - most // 2]
    return [*ranked[: most // 2], *(ranked[most // 2 + int(number)] for number in at_random)]
