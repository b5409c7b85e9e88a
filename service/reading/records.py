"""Join lines that belong together: the parts of one line, and the lines of one record.

A line that matches the continuation rule belongs to the record before it. With the rule `^\\s`, these three lines are
two records, the first with a mark for its line break:

    ERROR cannot write
        at store(Disk.java:7)
    INFO retrying

A record is complete when the next one begins. Until then its lines are kept, so that a record that is written in two
parts is read once and whole.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple

from .lines import BREAK_MARK, MAX_BYTES

LONGEST_START = 256  # characters of a line on which a continuation rule is tried
LIMIT = MAX_BYTES  # characters of one incomplete record, and bytes that wait for the end of a line in parts


class Item(NamedTuple):
    """A line, and where in the stream it begins."""

    text: str
    number: int  # from 1
    start: int  # in bytes
    stream: str = ""
    is_partial: bool = False


class _Parts(NamedTuple):
    first: Item
    texts: list[str]


class PartJoiner:
    """Joins lines that a container runtime wrote in parts, stream by stream.

    Lines that come after an unfinished one wait until none is unfinished. So all keep the order in which they began,
    and none is given out while a part of it lies behind one that is kept. They then have the `start` of the first,
    because reading can go on before all of them or after all. `start` is where the oldest that waits begins; None if
    none does.
    """

    def __init__(self) -> None:
        self._waiting: list[_Parts] = []
        self._open: dict[str, _Parts] = {}

    @property
    def start(self) -> int | None:
        return self._waiting[0].first.start if self._waiting else None

    def join(self, items: Iterable[Item]) -> list[Item]:
        """The lines that are whole now."""
        whole: list[Item] = []
        for item in items:
            if not self._waiting and not item.is_partial:
                whole.append(item)
                continue
            self._add(item)
            if not self._open or item.start - self._waiting[0].first.start > LIMIT:
                whole += self.close()
        return whole

    def close(self) -> list[Item]:
        """What was kept, whole or not."""
        waiting = self._waiting
        whole = [first._replace(text="".join(texts), start=waiting[0].first.start) for first, texts in waiting]
        self._waiting, self._open = [], {}
        return whole

    def _add(self, item: Item) -> None:
        parts = self._open.pop(item.stream, None)
        if parts is None:
            parts = _Parts(item, [])
            self._waiting.append(parts)
        parts.texts.append(item.text)
        if item.is_partial:
            self._open[item.stream] = parts


class RecordJoiner:
    """Joins the lines of a record by a continuation rule. Without one, every line is a record.

    Records of lines that have the same start are given out together: see PartJoiner. `start` is where the first that
    is kept begins; None when none is. `skipping` is true while the rest of a record that was too long, and was given
    out cut, is passed over.
    """

    def __init__(self, continuation: str, skipping: bool = False) -> None:
        self._continues = re.compile(continuation, re.ASCII).search if continuation else None
        self._ready: list[Item] = []  # whole, and to be given out with the one that is kept
        self._kept: list[Item] = []
        self._size = 0
        self.skipping = skipping

    @property
    def joins(self) -> bool:
        """Whether lines are joined at all."""
        return self._continues is not None

    @property
    def start(self) -> int | None:
        return next((item.start for item in (*self._ready, *self._kept[:1])), None)

    def join(self, items: list[Item]) -> list[Item]:
        """The records that are whole now."""
        if self._continues is None:
            return items
        whole: list[Item] = []
        for item in items:
            if not self._continues(item.text[:LONGEST_START]):
                if self._kept and item.start == self._kept[-1].start:
                    self._end_record()
                else:
                    whole += self.close()
                self.skipping = False
            elif self.skipping:
                continue
            self._kept.append(item)
            self._size += len(item.text)
            if self._size > LIMIT:
                whole += self.close()
                self.skipping = True
        return whole

    def close(self) -> list[Item]:
        """The records that were kept."""
        self._end_record()
        whole, self._ready = self._ready, []
        return whole

    def _end_record(self) -> None:
        if self._kept:
            text = BREAK_MARK.join(item.text for item in self._kept)
            self._ready.append(self._kept[0]._replace(text=text))
        self._kept, self._size = [], 0
