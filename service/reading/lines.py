"""Split a stream of bytes into lines of clean text.

A line ends with the newline of its encoding and nothing else; str.splitlines would also split at form feeds, U+0085 and
U+2028. What a log should not hold (NULs, terminal escapes, marks that turn the direction of text, broken UTF-8, all but
the last state of a progress bar) is removed or marked, and counted. It never raises an error. Tabs are kept, because
logs separate columns with them.
"""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass
from typing import NamedTuple

from .decoding import Encoding, decode_text

MAX_CHARACTERS = 8_192  # of a line that a model sees
MAX_BYTES = 256 * 1024  # of a line before anything is picked from it
CUT_MARK = " <cut>"
# Stands for a line break within a record. It is visible, one character, and in hardly any log, so it can be undone.
BREAK_MARK = "⏎"

_CONTROL_BYTES = bytes(byte for byte in (*range(32), 127) if byte not in b"\t\n")
# U+2028 and U+2029 end a line for many readers of text, U+061C to U+2069 turn the direction of text, and U+FEFF is a
# byte-order mark: they are removed as control characters are.
_INVISIBLE = "\x80-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff"
_CONTROL = re.compile(f"[\x00-\x08\x0a-\x1f\x7f{_INVISIBLE}]")
_SURROGATE = re.compile("[\ud800-\udfff]")
_BEYOND_ASCII = re.compile(f"[{_INVISIBLE}]")
# ECMA-48: CSI (colours, cursor), OSC and similar strings (titles, links) up to their end, and two-byte escapes.
_ESCAPE = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|[\]PX^_][^\x07\x1b]*(?:\x07|\x1b\\)|[ -/]*[0-~])")


@dataclass
class Oddities:
    """How many lines had each oddity.

    `blank` lines are dropped and `overlong` ones cut. `unformatted` lines are kept whole: `format` found none of its
    fields in them. `untimed` ones had no time to be left out.
    """

    invalid_utf8: int = 0
    nul: int = 0
    crlf: int = 0
    control: int = 0
    overlong: int = 0
    blank: int = 0
    unformatted: int = 0
    untimed: int = 0

    def add(self, other: Oddities) -> None:
        """Add the counts of other lines."""
        for name, count in asdict(other).items():
            setattr(self, name, getattr(self, name) + count)


class Lines(NamedTuple):
    """Complete lines, each with its newline, and where in the stream the first begins and the last ends."""

    data: bytes
    start: int
    end: int


class LineSplitter:
    """The complete lines of one stream of bytes, which is fed in chunks of any size.

    Memory stays below one chunk and MAX_BYTES, even in a line of many gigabytes: such a line is given out cut, as soon
    as it is too long, and `skipping` is true while the rest of it is passed over. To go on from there later, make a
    splitter with `skipping`. `unfinished` is where the line that has no end yet begins, in bytes of the stream.
    """

    def __init__(self, encoding: Encoding, skipping: bool = False) -> None:
        self._newline, self._width = encoding.newline, encoding.width
        self._fed = self.unfinished = 0
        self.skipping = skipping
        self._held = b""

    def feed(self, chunk: bytes) -> list[Lines]:
        """The lines that this chunk completes; one that is cut stands alone."""
        self._fed += len(chunk)
        data = self._held + chunk
        if self.skipping:
            data = self._after_long_line(data)
        end = self._last_end(data)
        self._held = self._compacted(data[end:])
        blocks = []
        if end:
            start, self.unfinished = self.unfinished, self._fed - (len(data) - end)
            blocks.append(Lines(data[:end], start, self.unfinished))
        if len(self._held) - self._held.startswith(b"\0") * (self._width == 1) > MAX_BYTES and not self.skipping:
            half = self._held[len(self._held) - len(self._held) % self._width :]
            blocks.append(self.finish())
            self._held, self.skipping = half, True
            self.unfinished -= len(half)
        return blocks

    def pass_over(self, nuls: int) -> None:
        """Go on as if so many NULs had been fed: a hole in a sparse file."""
        self._fed += nuls
        if self.skipping:
            self.unfinished = self._fed
        elif self._width == 1:
            self._held = self._compacted(self._held + b"\0")

    def finish(self) -> Lines:
        """The incomplete last line, with a newline; without data if there is none. For the end of the stream."""
        whole = len(self._held) - len(self._held) % self._width
        held, self._held = b"" if self.skipping else self._held[:whole], b""
        start, self.unfinished = self.unfinished, self._fed
        return Lines(held + self._newline if held else b"", start, self._fed)

    def starts(self, lines: Lines, codec: str) -> list[int]:
        """Where each of these lines begins in the stream."""
        if self._width == 1:
            lengths = [len(raw) + 1 for raw in lines.data.split(self._newline)[:-1]]
        else:
            texts = lines.data.decode(codec, "surrogatepass").split("\n")[:-1]
            lengths = [self._width * (len(text.encode("utf-16-le", "surrogatepass")) // 2 + 1) for text in texts]
        # Counted from the end, because the first line may have lost NULs.
        starts = []
        end = lines.end
        for length in reversed(lengths[1:]):
            end -= length
            starts.append(end)
        return [lines.start, *reversed(starts)]

    def _after_long_line(self, data: bytes) -> bytes:
        end = self._first_end(data)
        self.skipping = not end
        if end:
            self.unfinished = self._fed - (len(data) - end)
            return data[end:]
        left = self._fed % self._width  # half a character
        self.unfinished = self._fed - left
        return data[len(data) - left :]

    def _first_end(self, data: bytes) -> int:
        at = data.find(self._newline)
        while at >= 0 and at % self._width:
            at = data.find(self._newline, at + 1)
        return at + self._width if at >= 0 else 0

    def _last_end(self, data: bytes) -> int:
        at = data.rfind(self._newline)
        while at >= 0 and at % self._width:
            at = data.rfind(self._newline, 0, at + self._width - 1)
        return at + self._width if at >= 0 else 0

    def _compacted(self, held: bytes) -> bytes:
        if self._width == 1 and b"\0" in held:
            # One NUL stands for all, so that a run of any length takes no memory.
            is_counted = held.find(b"\0") <= MAX_BYTES
            return b"\0" * is_counted + held.replace(b"\0", b"")
        return held


def clean_lines(data: bytes, encoding: Encoding, oddities: Oddities) -> list[str]:
    """The text of complete lines, blank ones too. Not yet cut."""
    if encoding.name == "utf-8" and (lines := _plain_lines(data.replace(b"\r\n", b"\n"))) is not None:
        oddities.crlf += data.count(b"\r\n")
        return lines
    if encoding.width > 1:
        text, is_invalid = decode_text(data, encoding.codec)
        oddities.invalid_utf8 += is_invalid
        return [_clean(line[: MAX_BYTES // 2], oddities) for line in text.split("\n")[:-1]]
    return [_clean_raw(raw, encoding, oddities) for raw in data.split(encoding.newline)[:-1]]


def _plain_lines(data: bytes) -> list[str] | None:
    """The lines if nothing in them is odd, as nearly always, else None."""
    if len(data.translate(None, _CONTROL_BYTES)) != len(data):
        return None
    try:
        text = data.decode()
    except UnicodeDecodeError:
        return None
    if not text.isascii() and _BEYOND_ASCII.search(text):
        return None
    lines = text.split("\n")[:-1]
    return lines if len(data) <= MAX_BYTES or 4 * max(map(len, lines), default=0) <= MAX_BYTES else None


def _clean_raw(raw: bytes, encoding: Encoding, oddities: Oddities) -> str:
    if b"\0" in raw:
        oddities.nul += raw.find(b"\0") <= MAX_BYTES
        raw = raw.replace(b"\0", b"")
    text, is_invalid = decode_text(raw[:MAX_BYTES], encoding.codec, is_cut=len(raw) > MAX_BYTES)
    oddities.invalid_utf8 += is_invalid
    return _clean(text, oddities)


def _clean(text: str, oddities: Oddities) -> str:
    if not _CONTROL.search(text):
        return text
    if text.endswith("\r"):
        oddities.crlf += 1
        text = text[:-1]
        if not _CONTROL.search(text):
            return text
    oddities.control += 1
    return _CONTROL.sub("", _last_state(_ESCAPE.sub("", text)))


def _last_state(text: str) -> str:
    """What a line shows at last that goes back to its start by \\r, as a progress bar does."""
    if "\r" not in text:
        return text
    return next((state for state in reversed(text.split("\r")) if _CONTROL.sub("", state).strip()), "")


def clean_text(text: str, oddities: Oddities) -> str:
    """A field or a message as one line. Its own line breaks are marked, and blank lines in it left out."""
    if not _CONTROL.search(text) and (text.isascii() or not _SURROGATE.search(text)):
        return text
    # A lone surrogate, which JSON can spell, is no character.
    whole = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    lines = [_clean(line, oddities) for line in whole.split("\n")]
    return BREAK_MARK.join(line for line in lines if not is_blank(line))


def is_blank(line: str) -> bool:
    """Whether there is nothing to see in a line."""
    return not line or line.isspace()


def cut(line: str, oddities: Oddities) -> str:
    """The line, cut at the longest length that a model sees, with a mark."""
    if len(line) <= MAX_CHARACTERS:
        return line
    oddities.overlong += 1
    return line[:MAX_CHARACTERS] + CUT_MARK
