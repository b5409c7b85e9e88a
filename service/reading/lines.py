"""Make clean lines of text out of any bytes.

A line ends with \\n and nothing else; str.splitlines would also split at form feeds, U+0085 and U+2028. What a log
should not hold (NULs, terminal escapes, broken UTF-8, endless lines) is removed or marked, and counted. It never raises
an error. Tabs are kept, because logs separate columns with them.
"""

import codecs
import re
from dataclasses import asdict, dataclass

MAX_CHARACTERS = 8_192
MAX_BYTES = 4 * MAX_CHARACTERS  # what MAX_CHARACTERS can take in UTF-8
CUT_MARK = " <cut>"
# Stands for a line break within a record. It is visible, one character, and in hardly any log, so it can be undone.
BREAK_MARK = "⏎"

_CONTROL_BYTES = bytes(byte for byte in (*range(32), 127) if byte not in b"\t\n")
# U+2028 and U+2029 end a line for many readers of text, so they count as control characters.
_CONTROL = re.compile("[\x00-\x08\x0a-\x1f\x7f-\x9f\u2028\u2029]")
# ECMA-48: CSI (colours, cursor), OSC and similar strings (titles, links) up to their end, and two-byte escapes.
_ESCAPE = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|[\]PX^_][^\x07\x1b]*(?:\x07|\x1b\\)|[ -/]*[0-~])")


@dataclass
class Oddities:
    """How many lines had each oddity.

    `blank` lines are dropped and `overlong` ones cut. `unformatted` lines are kept whole: `format` found none of its
    fields in them.
    """

    invalid_utf8: int = 0
    nul: int = 0
    crlf: int = 0
    control: int = 0
    overlong: int = 0
    blank: int = 0
    unformatted: int = 0

    def add(self, other: "Oddities") -> None:
        """Add the counts of other lines."""
        for name, count in asdict(other).items():
            setattr(self, name, getattr(self, name) + count)


class LineReader:
    """The lines of one stream of bytes, which is fed in chunks of any size.

    Lines and counts do not depend on the size of the chunks. Memory stays below one chunk and MAX_BYTES, even in a line
    of many gigabytes: such a line is returned, cut, as soon as it is too long, and `skipping` is true while the rest of
    it is skipped. To go on from there later, make a reader with `skipping`. Any other incomplete last line is kept, and
    counted nowhere, until its end comes. `consumed` is the number of bytes that need not be read again.
    """

    def __init__(self, skipping: bool = False, keeps_blank: bool = False) -> None:
        self.oddities = Oddities()
        self.consumed = 0
        self.skipping = skipping
        self.keeps_blank = keeps_blank
        self._fed = 0
        self._held = b""

    def feed(self, chunk: bytes) -> list[str]:
        """The lines that this chunk completes, without blank ones unless `keeps_blank`."""
        if self.skipping:
            end = chunk.find(b"\n")
            self.skipping = end < 0
            passed = len(chunk) if end < 0 else end + 1
            self._fed += passed
            self.consumed = self._fed
            chunk = chunk[passed:]
        end = chunk.rfind(b"\n")
        lines = self._complete(chunk, end) if end >= 0 else []
        self._fed += len(chunk) - end - 1
        self._hold(chunk[end + 1 :])
        return lines + self._cut_short() if len(self._held) > MAX_BYTES + 1 else lines

    def _complete(self, chunk: bytes, end: int) -> list[str]:
        complete = self._held + chunk[:end]
        self._fed += end + 1
        self.consumed = self._fed
        self._held = b""
        return self._lines(complete)

    def _cut_short(self) -> list[str]:
        self.skipping = True
        return self.finish()

    def finish(self) -> list[str]:
        """The incomplete last line, if there is one. To be called when the stream has ended."""
        if self.consumed == self._fed:
            return []
        held, self._held = self._held, b""
        self.consumed = self._fed
        return self._lines(held)

    def _hold(self, piece: bytes) -> None:
        self._held += piece
        if b"\0" in self._held:
            # One NUL stands for all, so that a run of any length takes no memory.
            is_counted = self._held.find(b"\0") <= MAX_BYTES
            self._held = b"\0" * is_counted + self._held.replace(b"\0", b"")
        self._held = self._held[: MAX_BYTES + 2]

    def _lines(self, complete: bytes) -> list[str]:
        lines = _clean_lines(complete)
        if lines is None:
            lines = [self._clean(raw) for raw in complete.split(b"\n")]
        if self.keeps_blank:
            return lines
        kept = [line for line in lines if line and not line.isspace()]
        self.oddities.blank += len(lines) - len(kept)
        return kept

    def _clean(self, raw: bytes) -> str:
        if b"\0" in raw:
            self.oddities.nul += raw.find(b"\0") <= MAX_BYTES
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
        # Half a character at the cut is dropped; anywhere else it is an error.
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


def join_lines(lines: list[str], oddities: Oddities) -> str:
    """Lines as one record, cut if it is longer than the longest line."""
    record = BREAK_MARK.join(lines)
    if len(lines) == 1 or len(record) <= MAX_CHARACTERS:
        return record
    oddities.overlong += 1
    return record[:MAX_CHARACTERS] + CUT_MARK


def clean_text(text: str, oddities: Oddities) -> str:
    """A field or a message as one line. Its own line breaks are marked."""
    reader = LineReader()
    # A lone surrogate, which JSON can spell, is no character.
    data = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace").encode()
    lines = reader.feed(data + b"\n")
    reader.oddities.blank = 0
    oddities.add(reader.oddities)
    return join_lines(lines, oddities) if lines else ""


def _clean_lines(complete: bytes) -> list[str] | None:
    """All lines at once if nothing in them is odd, as nearly always, else None."""
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
