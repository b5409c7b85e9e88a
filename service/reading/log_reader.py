"""The lines that a model sees, from the bytes of a log: one step after the other, the same here and in the page.

    decode → lines → unwrap the container → join multi-line records → pick fields → leave out times → mask → cut

Decompressing comes before (`compression.py`), because what is read on from a position is decompressed bytes.
"""

from __future__ import annotations

from collections.abc import Sequence

from .containers import unwrap, wrappings_in
from .decoding import encoding_of
from .journal_export import ExportSplitter, is_export
from .lines import Lines, LineSplitter, Oddities, clean_lines, clean_text, is_blank
from .reading import Reading
from .records import Item, PartJoiner, RecordJoiner
from .steps import LineSteps, Numbered

_IN_LINE, _IN_RECORD = 1, 2


class LogReader:
    """The lines of one stream of bytes, which is fed in chunks of any size.

    `head` is how the log begins, decompressed: it tells the encoding. Lines and counts do not depend on the size of the
    chunks. Memory stays below a few chunks and MAX_BYTES. `consumed` is the number of bytes that need not be read
    again: what is incomplete (a line, a record, a line in parts) is kept, and counted nowhere, until its end comes.
    `skipping` is not 0 while the rest of something too long, which was given out cut, is passed over; to go on from
    there later, make a reader with it. `numbers` are the numbers in the stream, from 1, of the lines given last.
    """

    def __init__(self, reading: Reading, head: bytes = b"", skipping: int = 0) -> None:
        self.oddities = Oddities()
        self.numbers: Sequence[int] = []
        self._container, self._encoding = reading.container, encoding_of(head, reading.encoding)
        is_journal = reading.container in ("auto", "journal") and is_export(head)
        self._export = ExportSplitter() if is_journal else None
        self._splitter = LineSplitter(self._encoding, bool(skipping & _IN_LINE))
        self._parts = PartJoiner()
        self._records = RecordJoiner(reading.continuation, bool(skipping & _IN_RECORD))
        self._keeps_blank = reading.is_raw
        self._steps = LineSteps(reading, self.oddities)
        self._count = 0  # lines of the stream, so far

    @property
    def masked(self) -> dict[str, int]:
        """How much was masked, by kind."""
        return self._steps.redactor.masked

    @property
    def skipping(self) -> int:
        """What is being passed over at `consumed`: the rest of a record, of a line, or both; 0 for nothing."""
        is_in_line = self._splitter.skipping and self.consumed == self._splitter.unfinished
        return _IN_LINE * is_in_line + _IN_RECORD * self._records.skipping

    @property
    def consumed(self) -> int:
        """Bytes of the stream that need not be read again."""
        unfinished = self._export.unfinished if self._export else self._splitter.unfinished
        starts = (self._records.start, self._parts.start, unfinished)
        return min(start for start in starts if start is not None)

    def feed(self, chunk: bytes) -> list[str]:
        """The lines that this chunk shows to be complete."""
        if self._export:
            return self._apply(self._joined(self._export.feed(chunk)))
        blocks = self._splitter.feed(chunk)
        if len(blocks) == 1:
            return self._apply(self._lines(blocks[0]))
        pieces = [self._lines(block) for block in blocks]
        return self._apply(Numbered.of(pieces))

    def pass_over(self, nuls: int) -> None:
        """Go on as if so many NULs had been fed: a hole in a sparse file."""
        self._splitter.pass_over(nuls)

    def flush(self) -> list[str]:
        """The record that was kept. To be called when nothing has come since the last pull."""
        return self._apply(self._closed())

    def finish(self) -> list[str]:
        """All that was kept, also a line without its newline. To be called when the stream has ended."""
        if self._export:
            return self._apply(Numbered.of([self._joined(self._export.finish()), self._closed()]))
        return self._apply(Numbered.of([self._lines(self._splitter.finish()), self._closed()]))

    def _lines(self, lines: Lines) -> Numbered:
        """The records in complete lines of the stream, as far as they are known to be whole."""
        if not lines.data:
            return Numbered([], [])
        texts = clean_lines(lines.data, self._encoding, self.oddities)
        first = self._count + 1
        self._count += len(texts)
        wrappings = wrappings_in(texts, self._container)
        if not (wrappings or self._records.joins or self._parts.start is not None):
            lines_of_text = Numbered(texts, range(first, first + len(texts)))
            return lines_of_text if self._keeps_blank else self._without_blanks(lines_of_text)
        starts = self._splitter.starts(lines, self._encoding.codec)
        return self._joined(self._items(texts, starts, first, wrappings))

    def _items(self, texts: list[str], starts: list[int], first: int, wrappings: frozenset[str]) -> list[Item]:
        items = []
        for number, (text, start) in enumerate(zip(texts, starts, strict=True), first):
            found = unwrap(text, wrappings) if wrappings else None
            if found is None:
                items.append(Item(text, number, start))
            else:
                items.append(Item(clean_text(found.text, self.oddities), number, start, found.stream, found.is_partial))
        return items

    def _joined(self, items: list[Item]) -> Numbered:
        whole = self._parts.join(items)
        return self._records_of(whole)

    def _closed(self) -> Numbered:
        last = self._records_of(self._parts.close())
        return Numbered.of([last, _numbered(self._records.close())])

    def _records_of(self, whole: list[Item]) -> Numbered:
        kept = [item for item in whole if not is_blank(item.text)]
        self.oddities.blank += len(whole) - len(kept)
        return _numbered(self._records.join(kept))

    def _without_blanks(self, lines: Numbered) -> Numbered:
        kept = lines.without_blanks()
        self.oddities.blank += len(lines.texts) - len(kept.texts)
        return kept

    def _apply(self, lines: Numbered) -> list[str]:
        texts, self.numbers = self._steps.apply(lines)
        return texts


def _numbered(items: Sequence[Item]) -> Numbered:
    return Numbered([item.text for item in items], [item.number for item in items])
