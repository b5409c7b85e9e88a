"""Training text in which every value that identifies is another one of its shape, anew in each reading of the lines.

Within one reading a value is always replaced by the same other one, so that it is learned *that* it comes back; and
values that begin alike (addresses of one network, numbers that count up) are replaced by such as begin alike. Since the
next reading shows others, what stands in their place is learned as a shape, never by heart.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from string import ascii_lowercase, ascii_uppercase, digits

import numpy as np
from numpy.typing import NDArray

from model.array_types import Array, Floats, Int32s
from model.vocabulary import ESCAPE, Vocabulary

from .identifying import LogLanguage, Value
from .letter_pairs import PAIRS

HEX = frozenset("abcdefABCDEF0123456789")
SHORTEST_HEX = 6  # characters
ALPHABETS = (digits, digits[1:], "12", "abcdef", "ABCDEF", ascii_lowercase, ascii_uppercase)
DIGIT, LEADING, HUNDREDS, HEX_LOWER, HEX_UPPER, LOWER, UPPER = range(len(ALPHABETS))
BEGINS = -1  # in `after`: the first letter of a word
ALONE = -2  # drawn by itself


@dataclass(frozen=True, eq=False)
class Replacement:
    """Where values stand in the tokens of training lines, and from what each of their characters is drawn anew.

    A cell is a character that is replaced by one and the same other wherever it stands in a reading.
    """

    at: Int32s  # [n]: places in the tokens
    cell: Int32s  # [n]: the cell of each place
    alphabet: NDArray[np.int8]  # [cells]: by index in ALPHABETS
    after: Int32s  # [cells]: the cell of the letter before it in a word, BEGINS or ALONE
    ids: tuple[NDArray[np.uint16], ...]  # the tokens of each alphabet

    def drawn(self, tokens: NDArray[np.uint16], seed: Sequence[int]) -> NDArray[np.uint16]:
        """The tokens of one reading. [n] -> [n]; the same seed draws the same."""
        rng = np.random.default_rng(seed)
        new = np.zeros(len(self.alphabet), np.uint16)
        for alphabet, ids in enumerate(self.ids):
            cells = np.flatnonzero(self.alphabet == alphabet)
            new[cells] = ids[rng.integers(len(ids), size=len(cells))]
        self._draw_words(new, rng)
        replaced = tokens.copy()
        replaced[self.at] = new[self.cell]
        return replaced

    def _draw_words(self, new: NDArray[np.uint16], rng: np.random.Generator) -> None:
        """Draw letters one after the other, so that made-up words can be spoken."""
        follows = np.full(len(new), -1, np.int32)
        inner = np.flatnonzero(self.after >= 0)
        follows[self.after[inner]] = inner
        cells: Array = np.flatnonzero(self.after == BEGINS)
        row: Array = np.zeros(len(cells), np.int64)
        while len(cells):
            letter = (rng.random(len(cells))[:, None] > _CUMULATIVE[row]).sum(axis=1)
            upper = self.alphabet[cells] == UPPER
            new[cells] = np.where(upper, self.ids[UPPER][letter], self.ids[LOWER][letter])
            cells = follows[cells]
            row, cells = letter[cells >= 0] + 1, cells[cells >= 0]


def _cumulative() -> Floats:
    shares = 2.0 ** -np.array([[int(bits) for bits in row[:26]] for row in PAIRS.values()], dtype=np.float64)
    return np.asarray((shares / shares.sum(axis=1, keepdims=True)).cumsum(axis=1)[:, :-1])


_CUMULATIVE = _cumulative()  # [27, 25]: of the letters that follow the begin of a word, and each letter


def find_replacement(vocabulary: Vocabulary, documents: Sequence[Sequence[str]]) -> Replacement:
    """The values of training lines, where `windows.lay_out` puts them."""
    cells = _Cells(vocabulary)
    language = LogLanguage(documents)
    begin = 1  # behind the newline that everything begins with
    for lines in documents:
        for line in lines:
            for value in language.values(line):
                cells.add(value, begin + value.begin)
            begin += len(line) + 1
    return cells.replacement()


class _Cells:
    """Collects the places of values and the cells of their characters."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._ids = tuple(_known(vocabulary.encode(alphabet)) for alphabet in ALPHABETS)
        self._numbers: dict[tuple[str, str], int] = {}
        self._alphabet: list[int] = []
        self._after: list[int] = []
        self._at: list[int] = []
        self._cell: list[int] = []

    def add(self, value: Value, begin: int) -> None:
        """Add one value that begins at this token."""
        is_hex = (
            value.kind == "token" and len(value.text) >= SHORTEST_HEX and HEX.issuperset(value.text.removeprefix("0x"))
        )
        before = BEGINS
        for n, character in enumerate(value.text):
            if value.kind == "number" and not character.isdigit():
                continue  # a unit
            alphabet = _alphabet(value, n, is_hex)
            is_prefix = is_hex and n < 2 and value.text.startswith("0x")
            if alphabet is None or is_prefix or not self._ids[alphabet].any():
                before = BEGINS
                continue
            cell = self._cell_of(value, n, alphabet, before)
            before = cell
            self._at.append(begin + n)
            self._cell.append(cell)

    def _cell_of(self, value: Value, n: int, alphabet: int, before: int) -> int:
        key = (
            value.kind,
            f"{value.begun}{value.text[: n + 1]}{value.text[n + 1 :] if value.kind == 'word' else ''}\n{n}",
        )
        cell = self._numbers.setdefault(key, len(self._alphabet))
        if cell == len(self._alphabet):
            self._alphabet.append(alphabet)
            self._after.append(before if value.kind == "word" and alphabet in (LOWER, UPPER) else ALONE)
        return cell

    def replacement(self) -> Replacement:
        """All of it as arrays."""
        return Replacement(
            np.array(self._at, np.int32),
            np.array(self._cell, np.int32),
            np.array(self._alphabet, np.int8),
            np.array(self._after, np.int32),
            self._ids,
        )


def _known(ids: Int32s) -> NDArray[np.uint16]:
    """The tokens of an alphabet, with known ones in place of those that the vocabulary lacks."""
    known = ids[ids != ESCAPE]
    return (np.where(ids != ESCAPE, ids, np.resize(known, len(ids))) if len(known) else ids).astype(np.uint16)


def _alphabet(value: Value, n: int, is_hex: bool) -> int | None:
    """What a character of a value is drawn from. None: it stays."""
    character = value.text[n]
    if character in digits:
        if value.kind == "address" and n == 0 and len(value.text) > 1:
            return HUNDREDS if len(value.text) == 3 else LEADING
        return LEADING if value.kind == "number" and n == 0 and character != "0" else DIGIT
    if character in ascii_lowercase:
        return HEX_LOWER if is_hex else LOWER
    if character in ascii_uppercase:
        return HEX_UPPER if is_hex else UPPER
    return None
