"""Join the lines of a record, such as a stack trace and the message before it, into one line.

A line that matches the continuation rule belongs to the record before it. With the rule `^\\s`, these three lines are
two records, the first with a mark for its line break:

    ERROR cannot write
        at store(Disk.java:7)
    INFO retrying

A record is complete when the next one begins. Until then its lines are kept, so that a record that is written in two
parts is read once and whole. If nothing follows, `flush` returns it at a later pull.
"""

import re

from .lines import MAX_BYTES, LineReader, join_lines

LIMIT = 8 * MAX_BYTES  # bytes of one incomplete record that are kept

_IN_RECORD, _IN_LINE = 2, 1


class RecordReader:
    """The records of one stream of bytes: a LineReader that joins lines. Memory stays below two chunks and LIMIT.

    `consumed` is where the incomplete record begins. `skipping` is not 0 while the rest of a record that was too long,
    and was returned cut, is skipped.
    """

    def __init__(self, continuation: str, skipping: int = 0) -> None:
        self._continues = re.compile(continuation).search
        self._lines = LineReader()
        self.oddities = self._lines.oddities
        self._in_record, self._in_line = bool(skipping & _IN_RECORD), bool(skipping & _IN_LINE)
        self._fed = self.consumed = 0
        self._held = b""  # whole lines of one record, then an unfinished line
        self._whole = 0  # bytes of whole lines in it

    @property
    def skipping(self) -> int:
        """What is being skipped: the rest of a record, of a line, or both; 0 for nothing."""
        return _IN_RECORD * self._in_record + _IN_LINE * self._in_line

    def feed(self, chunk: bytes) -> list[str]:
        """The records that this chunk shows to be complete."""
        self._fed += len(chunk)
        data = self._held + self._after_long_line(chunk)
        end = data.rfind(b"\n") + 1
        if self._in_record:
            passed = self._first_record(data, end)
            data, end = data[passed:], end - passed
            self.consumed = self._fed - len(data)
            self._whole = 0
        last = self._last_record(data, end)
        records = self._records(data[:last])
        if last > self._whole:  # otherwise the unfinished line may have had NULs taken out
            self.consumed = self._fed - (len(data) - last)
        else:
            self.consumed += last
        self._hold(data[last:], end - last)
        return records + self._cut_short() if len(self._held) > LIMIT else records

    def flush(self) -> list[str]:
        """The record that was kept. To be called when nothing has come since the last pull."""
        whole, self._held = self._held[: self._whole], self._held[self._whole :]
        self.consumed += len(whole)
        self._whole = 0
        return self._records(whole)

    def finish(self) -> list[str]:
        """The last record, also without its newline. To be called when the stream has ended."""
        held, self._held, self._whole = self._held, b"", 0
        self.consumed = self._fed
        return self._records(held + b"\n") if held else []

    def _after_long_line(self, chunk: bytes) -> bytes:
        if not self._in_line:
            return chunk
        end = chunk.find(b"\n")
        self._in_line = end < 0
        rest = b"" if end < 0 else chunk[end + 1 :]
        self.consumed = self._fed - len(rest)
        return rest

    def _hold(self, data: bytes, whole: int) -> None:
        self._whole = whole
        unfinished = data[whole:]
        if b"\0" in unfinished:  # NULs of any number take no memory, as in LineReader
            unfinished = b"\0" + unfinished.replace(b"\0", b"")
        self._held = data[:whole] + unfinished

    def _cut_short(self) -> list[str]:
        self._in_record, self._in_line = True, len(self._held) > self._whole
        return self.finish()

    def _records(self, data: bytes) -> list[str]:
        records: list[list[str]] = []
        for line in self._lines.feed(data):
            if records and self._continues(line):
                records[-1].append(line)
            else:
                records.append([line])
        return [join_lines(lines, self.oddities) for lines in records]

    def _last_record(self, data: bytes, end: int) -> int:
        """Where the last line before `end` begins that continues nothing; 0 if none does."""
        while end > self._whole:
            start = data.rfind(b"\n", 0, end - 1) + 1
            if self._begins(data[start:end]):
                return start
            end = start
        return 0

    def _first_record(self, data: bytes, end: int) -> int:
        """Where the first line begins that continues nothing; `end` if none does."""
        start = 0
        while start < end:
            newline = data.find(b"\n", start) + 1
            if self._begins(data[start:newline]):
                self._in_record = False
                return start
            start = newline
        return end

    def _begins(self, raw: bytes) -> bool:
        lines = LineReader().feed(raw)
        return bool(lines) and not self._continues(lines[0])
