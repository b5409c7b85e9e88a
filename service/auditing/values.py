"""The values of a line: its words, their parts, and the parts of those, without the times in it.

Example: of `login (user=ada.l-77)` the words are `login` and `user=ada.l-77`; the second has the parts `user` and
`ada.l-77`, and that one `ada`, `l` and `77`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from ..reading.times import drop_time

LONGEST = 64  # characters: of a longer value its beginning is asked for

_WORD = re.compile(r"[^\s\"'`]+")
_OUTSIDE = "()[]{}<>,;:.!?|"  # around a word, not of it
_PART = re.compile(r"[^=,;()\[\]{}<>|&?]+")
_ATOM = re.compile(r"[^\W_]+")
_TIME = re.compile(r"(?:\d{4}[-/.]\d\d[-/.]\d\d)?[T_]?(?:\d{1,2}:\d\d(?::\d\d(?:[.,]\d+)?)?)?(?:Z|[+-]\d\d:?\d\d)?")


class Value(NamedTuple):
    """A value and where it begins in its line or word."""

    begin: int
    text: str


def words_of(line: str) -> Iterator[Value]:
    """The words of a line, but those of the time that it begins with."""
    rest = drop_time(line)
    begin, end = _left_out(line, rest)
    for found in _WORD.finditer(line):
        word = found[0].lstrip(_OUTSIDE)
        at = found.end() - len(word)
        word = word.rstrip(_OUTSIDE)
        if word and (at + len(word) <= begin or at >= end):
            yield Value(at, word)


def _left_out(line: str, rest: str) -> tuple[int, int]:
    """From where to where a line has what its rest has not."""
    size = len(line) - len(rest)
    if line.endswith(rest):
        return 0, size
    begin = next(at for at, (one, other) in enumerate(zip(line, rest + "\0", strict=False)) if one != other)
    return begin, begin + size


@lru_cache(maxsize=50_000)
def values_of(word: str) -> tuple[Value, ...]:
    """A word and its parts, each text once."""
    found = {word: 0}
    for part in _PART.finditer(word):
        text = part[0].strip(_OUTSIDE)
        found.setdefault(text, word.find(text, part.start()))
    for atom in _ATOM.finditer(word):
        found.setdefault(atom[0], atom.start())
    return tuple(Value(begin, text[:LONGEST]) for text, begin in found.items() if text and not _TIME.fullmatch(text))
