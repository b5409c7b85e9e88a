"""The words of a line: what is said, with times and identifiers masked, and where each stands.

A word is a run of letters, digits and `_`, or one other character that is no space. Times become `@@`; what has a digit
in it (numbers, versions, hashes, addresses) becomes `##`. The page's words.js finds the same words.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

from ..reading.rules import compiled

TIME, IDENTIFIER = "@@", "##"  # no word of a line is like these
BLANK = "#"  # in a template
LETTERS = "A-Za-z0-9_\u0080-\U0010ffff"  # of a word
RUN = re.compile(f"[{LETTERS}.:-]+")
NAME = re.compile(f"(?:[{LETTERS}]|(?<=_)-)+")
PROCESS = re.compile(r"[A-Za-z0-9_]\[\Z")  # the end of a place
WORD = re.compile(f"[{LETTERS}]+|[^\\s{LETTERS}]", re.ASCII)
DIGIT = re.compile("[0-9]")
ADDRESS = re.compile(  # IPv6, hardware addresses, UUIDs
    "(?:[0-9a-fA-F]{0,4}:){2,}[0-9a-fA-F]{0,4}|[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"
)
TIMES = "(?<![A-Za-z0-9_.:-])TIMES(?![A-Za-z0-9_])"
MOST_QUOTED = 60  # characters
MOST_WORDS = 400  # of a line; what comes behind them is not looked at


class Word(NamedTuple):
    """One word of a line."""

    text: str  # as it counts: IDENTIFIER and TIME for what is masked
    begin: int  # in characters of the line
    end: int
    place: str  # of an identifier: the last name before it, and what stands between; "" of other words


def words_of(line: str) -> list[Word]:
    """The words of a line, at most MOST_WORDS.

    >>> [word.text for word in words_of("Nov 23 03:30:00 door-2: open in 0.4 s")]
    ['@@', 'door', '-', '##', ':', 'open', 'in', '##', 's']
    >>> words_of("open in 0.4 s")[2]
    Word(text='##', begin=8, end=11, place='in')
    """
    found: list[Word] = []
    place = "^"
    for text, begin, end in _masked(line):
        if text == IDENTIFIER:
            found.append(Word(text, begin, end, place))
            place += text
        else:
            found.append(Word(text, begin, end, ""))
            place = text if _is_name(text) else place + text
        if len(found) == MOST_WORDS:
            break
    return found


def is_process(place: str) -> bool:
    """Whether the identifiers of a place are numbers of processes, which say nothing: those of `sshd[811]`.

    >>> is_process("sshd["), is_process("kernel:[")
    (True, False)
    """
    return PROCESS.search(place) is not None


def template(line: str, words: Sequence[Word]) -> str:
    """The line with `#` for each time and each identifier: lines of one kind have the same template."""
    parts, read = [], 0
    for word in words:
        if word.text in (TIME, IDENTIFIER):
            parts += [line[read : word.begin], BLANK]
            read = word.end
    return "".join(parts) + line[read:]


def _is_name(text: str) -> bool:
    first = text[0]
    return first == "_" or (first.isascii() and first.isalpha()) or first > "\x7f"


def _masked(line: str) -> Iterator[tuple[str, int, int]]:
    read = 0
    for time in compiled(TIMES).finditer(line):
        yield from _piece(line, read, time.start())
        yield TIME, time.start(), time.end()
        read = time.end()
    yield from _piece(line, read, len(line))


def _piece(line: str, read: int, end: int) -> Iterator[tuple[str, int, int]]:
    for first, last in _identifiers(line, read, end):
        for word in WORD.finditer(line, read, first):
            yield word[0], word.start(), word.end()
        yield IDENTIFIER, first, last
        read = last
    for word in WORD.finditer(line, read, end):
        yield word[0], word.start(), word.end()


def _identifiers(line: str, begin: int, end: int) -> Iterator[tuple[int, int]]:
    for run in RUN.finditer(line, begin, end):
        name = run[0].rstrip(".:-")
        if not DIGIT.search(name):
            continue
        if ADDRESS.fullmatch(name):
            yield run.start(), run.start() + len(name)
            continue
        for first, last in _with_digits(name):
            yield run.start() + first, run.start() + last


def _with_digits(name: str) -> list[tuple[int, int]]:
    """Where words with a digit begin and end: dates, versions, hashes. Words joined by one of .:- are one."""
    found: list[tuple[int, int]] = []
    for word in NAME.finditer(name):
        if not DIGIT.search(word[0]):
            continue
        if found and found[-1][1] == word.start() - 1:
            found[-1] = (found[-1][0], word.end())
        else:
            found.append((word.start(), word.end()))
    return found


def quoted(text: str) -> str:
    """Words of a log in a sentence.

    >>> quoted("fan")
    '`fan`'
    """
    if text == "`":
        return "a backtick"
    text = text.replace("`", "'")
    return f"`{text if len(text) <= MOST_QUOTED else text[:MOST_QUOTED] + '…'}`"


@lru_cache(maxsize=1 << 14)
def word_hash(text: str) -> int:
    """32 bits of a word: the CRC-32 of its UTF-8 bytes."""
    return zlib.crc32(text.encode("utf-8", "surrogatepass"))
