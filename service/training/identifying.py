"""Values that identify: which parts of the training lines a model must not learn by heart.

A line is cut into pieces: runs of letters and digits. A piece is *of the log's language* if it stands in many lines
(`sshd`, `port 22`), or is a plain word. What is left identifies somebody or something and is a value: addresses, long
numbers, words with digits, tokens that look random, names where many names stand, passwords. A model is to learn their
shape and where they come back, not what they are (replacement.py).

Quantities and counters are not values: at their place stands now this number, now that one, so that none of them is
known by what stands before it. All limits were chosen by measurement: tests/benchmarks/EXPERIMENTS.md.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Literal, NamedTuple

from ..reading.rules import compiled
from .letter_pairs import bits_per_letter

Kind = Literal["number", "address", "token", "word"]

LANGUAGE_SHARE = 0.02  # of a log's lines: what stands in more is its language
WORD_SHARE = 0.0025  # the same of a word that is like other words
FEWEST_LINES, FEWEST_WORD_LINES = 20, 3  # lines that make a piece language, at least
LOOKS_RANDOM = 4.5  # bits a letter
SHORTEST_RANDOM = 6  # letters of a word that can look random
MOST_COMMON = 10  # characters of a token of letters and digits that is language
MOST_CONSTANT = 15  # the same, if most lines have it
CONSTANT_SHARE = 0.5  # of the lines: most of them, as the id of a container by which the host is called
SHORTEST_ODD = 8  # characters
SHORT_NUMBER = 3  # digits: the number identifies nothing
LONGEST_COUNT = 8  # digits: a longer number is somebody's even where many stand, unless they count up
SHORTEST_NAME = 3  # letters
MANY_SHORT, MANY_NUMBERS, MANY_WORDS = 16, 64, 32  # different values at a place, from which on it has no constant one
LARGEST_SHARE = 0.02  # of the values at such a place
COUNTS_UP = 0.8  # share of neighbours with the same first half, from which on a place counts up
LONGEST_NAME = 20  # characters of a name in a place
LONGEST_BETWEEN = 3  # characters between two pieces, in a place
LONGEST_RUN = 400  # characters that are looked at of what a piece is a part of

_TIMES = "(?<![A-Za-z0-9_.:-])TIMES(?![A-Za-z0-9_])"
_RUN = re.compile(r"[^\s\[\](){}<>,;=\"'`|]+")
_DIGIT = re.compile("[0-9]")
_ADDRESS_OR_PIECE = re.compile(
    "((?<![0-9])[0-9]{1,3}([-.])[0-9]{1,3}\\2[0-9]{1,3}\\2[0-9]{1,3}(?![0-9]))|([A-Za-z0-9_\u0080-\U0010ffff]+)"
)
_AFFIXED = re.compile("([A-Za-z]{0,3})([0-9]+)([A-Za-z]{0,3})")
_ODD = re.compile(r"[\w][^\w./:=,-]+[\w]|[-.:=].*[-.:=]", re.ASCII)
_PASSPHRASE = re.compile("[A-Za-z]-[A-Za-z]+-[A-Za-z]|[A-Za-z]@[A-Za-z]")
_HOST = re.compile(r"^(?:[a-z0-9-]+\.){2,}[a-z]{2,4}$")
_COMPOUND = re.compile("[A-Za-z][-.][A-Za-z]")


class Piece(NamedTuple):
    """A run of letters and digits in a line, outside of times."""

    begin: int
    text: str
    place: str  # what stands before it
    run: str  # what it is a part of, up to the next space or bracket
    address: str  # the IPv4 address that it is a part of, with points also where it is written with dashes, or ""
    begun: str  # what of the address stands before it


class Value(NamedTuple):
    """A piece that identifies."""

    begin: int
    text: str
    kind: Kind
    begun: str  # what of its address stands before it


def pieces_of(line: str) -> list[Piece]:
    """The pieces of a line.

    >>> [piece.text for piece in pieces_of("Nov 23 03:30:00 door-2[71]: open")]
    ['door', '2', '71', 'open']
    """
    pieces: list[Piece] = []
    times = compiled(_TIMES).finditer(line)
    time = next(times, None)
    name, read = "^", 0
    for run in _RUN.finditer(line):
        while time and time.end() <= run.start():
            time = next(times, None)
        if time and time.start() < run.end():
            name, read = "@", run.end()
            continue
        shown = run[0][:LONGEST_RUN]
        for found in _ADDRESS_OR_PIECE.finditer(run[0]):
            address = (found[1] or "").replace("-", ".")
            at = run.start() + found.start()
            begun = ""
            for text in address.split(".") if address else found.groups()[2:]:
                between = line[max(read, at - LONGEST_BETWEEN) : at]
                pieces.append(Piece(at, text, name + between, shown, address, begun))
                name, read = _name_of(text, name, between), at + len(text)
                at, begun = read + 1, f"{begun}{text}."
    return pieces


def _name_of(text: str, before: str, between: str) -> str:
    """How a piece counts in the place of the next one: numbers are alike."""
    if not _DIGIT.search(text):
        return text[:LONGEST_NAME]
    affixed = _AFFIXED.fullmatch(text)
    return _affix(affixed) if affixed and (affixed[1] or affixed[3]) else before[-LONGEST_NAME:] + between + "#"


def _affix(found: re.Match[str]) -> str:
    return f"{found[1]}9{found[3]}"


def shape_of(run: str) -> str:
    """A run with its letters and digits made alike.

    >>> shape_of("R07-M1")
    'A99-A9'
    """
    return re.sub("[a-z]", "a", re.sub("[A-Z]", "A", re.sub("[0-9]", "9", run)))


class _Place:
    """The values at one place."""

    def __init__(self) -> None:
        self.counts: Counter[str] = Counter()
        self.total = 0
        self.last = ""
        self.alike = 0  # neighbours with the same first half

    def add(self, text: str) -> None:
        self.counts[text] += 1
        self.total += 1
        self.alike += len(text) == len(self.last) and text[: len(text) // 2] == self.last[: len(text) // 2]
        self.last = text


class LogLanguage:
    """What the training lines have in common, and by that which of their pieces are values."""

    def __init__(self, documents: Sequence[Sequence[str]]) -> None:
        self._lines: Counter[str] = Counter()
        self._runs: Counter[str] = Counter()  # shapes and affixes
        self._numbers: defaultdict[str, _Place] = defaultdict(_Place)
        self._words: defaultdict[str, set[str]] = defaultdict(set)
        self._places: defaultdict[str, Counter[str]] = defaultdict(Counter)  # of each word
        self._common: set[str] = set()
        self._constant: set[str] = set()  # in most lines of a log
        self._kind = lru_cache(1 << 16)(self._found_kind)
        for lines in documents:
            counts: Counter[str] = Counter()
            for line in lines:
                counts.update(self._read(pieces_of(line)))
            self._lines.update(counts)
            self._constant |= {text for text, count in counts.items() if count > CONSTANT_SHARE * len(lines)}
            self._common |= {text for text, count in counts.items() if count >= lines_of_language(len(lines))}
        n_line = sum(len(lines) for lines in documents)
        self._fewest = lines_of_language(n_line)
        self._fewest_of_word = max(FEWEST_WORD_LINES, WORD_SHARE * n_line)

    def values(self, line: str) -> Iterator[Value]:
        """The values of a line."""
        for piece in pieces_of(line):
            known = self._kind_of_address(piece.address) if piece.address else self._kind(*piece[1:4])
            if known:
                yield Value(piece.begin, piece.text, known, piece.begun)

    def _read(self, pieces: Sequence[Piece]) -> set[str]:
        self._runs.update({shape_of(piece.run) for piece in pieces})
        affixes = set()
        for piece in pieces:
            if not _DIGIT.search(piece.text):
                self._words[piece.place].add(piece.text)
                self._places[piece.text][piece.place] += 1
            elif affixed := _AFFIXED.fullmatch(piece.text):
                self._numbers[piece.place].add(piece.text)
                affixes.add(_affix(affixed))
        self._runs.update(affixes)
        return {piece.text for piece in pieces} | {piece.address for piece in pieces if piece.address}

    def _kind_of_address(self, address: str) -> Kind | None:
        return None if address in self._common else "address"

    def _found_kind(self, text: str, place: str, run: str) -> Kind | None:
        has_digit = bool(_DIGIT.search(text))
        longest = MOST_CONSTANT if text in self._constant else MOST_COMMON
        if text in self._common and (len(text) <= longest or not has_digit or text.isdigit()):
            return None
        if len(text) != len(run) and _is_odd(run) and not (has_digit and self._runs[shape_of(run)] >= self._fewest):
            return "token"
        if not has_digit:
            return self._kind_of_word(text, place, run)
        affixed = _AFFIXED.fullmatch(text)
        if affixed and (len(affixed[1] + affixed[3]) <= 2 or self._runs[_affix(affixed)] >= self._fewest):
            return self._kind_of_number(text, len(affixed[2]), self._numbers[place])
        return "token"

    def _kind_of_number(self, text: str, digits: int, place: _Place) -> Kind | None:
        if digits <= SHORT_NUMBER:
            return None
        if len(place.counts) < (MANY_SHORT if digits == SHORT_NUMBER + 1 else MANY_NUMBERS):
            return "number"
        if place.counts[text] > max(2, LARGEST_SHARE * place.total):
            return "number"
        return "number" if digits > LONGEST_COUNT and place.alike < COUNTS_UP * place.total else None

    def _kind_of_word(self, text: str, place: str, run: str) -> Kind | None:
        if len(text) >= SHORTEST_RANDOM and bits_per_letter(text) > LOOKS_RANDOM:
            return "token"
        is_joined = "/" not in run and len(run) >= 8
        if is_joined and (_PASSPHRASE.search(run) or _HOST.search(run)):
            return "word"
        if self._lines[text] >= self._fewest_of_word or len(text) < SHORTEST_NAME:
            return None
        if place.endswith("=") or (is_joined and _COMPOUND.search(run)):
            return "word"
        return "word" if self._is_name(text) else None

    def _is_name(self, text: str) -> bool:
        """Whether a word stands only where many other words do too."""
        places = self._places[text]
        [(place, count)] = places.most_common(1) or [("", 0)]
        return len(self._words[place]) >= MANY_WORDS and count >= 0.9 * places.total()


def _is_odd(run: str) -> bool:
    """Whether a run of several pieces is joined in the way of passwords and of identifiers."""
    return len(run) >= SHORTEST_ODD and "/" not in run and bool(_ODD.search(run)) and bool(_DIGIT.search(run))


def lines_of_language(lines: int) -> float:
    """In how many of a log's lines something must stand, so that it is how this log speaks."""
    return max(FEWEST_LINES, LANGUAGE_SHARE * lines)
