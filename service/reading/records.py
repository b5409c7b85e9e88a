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
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass
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


@dataclass
class _Parts:
    first: Item
    texts: list[str]
    is_open: bool = True


class PartJoiner:
    """Joins lines that a container runtime wrote in parts, stream by stream.

    Lines that come after an unfinished one wait for it, so that all keep the order in which they began. `start` is
    where the oldest unfinished one begins; None when none is kept.
    """

    def __init__(self) -> None:
        self._waiting: deque[_Parts] = deque()
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
            if item.start - self._waiting[0].first.start > LIMIT:
                self._waiting[0].is_open = False
            whole += self._released()
        return whole

    def close(self) -> list[Item]:
        """What was kept, whole or not."""
        for parts in self._waiting:
            parts.is_open = False
        return self._released()

    def _add(self, item: Item) -> None:
        parts = self._open.pop(item.stream, None) if item.stream else None
        if parts is None or not parts.is_open:
            parts = _Parts(item, [])
            self._waiting.append(parts)
        parts.texts.append(item.text)
        parts.is_open = item.is_partial
        if item.is_partial:
            self._open[item.stream] = parts

    def _released(self) -> list[Item]:
        whole = []
        while self._waiting and not self._waiting[0].is_open:
            parts = self._waiting.popleft()
            whole.append(parts.first._replace(text="".join(parts.texts)))
        return whole


class RecordJoiner:
    """Joins the lines of a record by a continuation rule. Without one, every line is a record.

    `start` is where the record that is kept begins; None when none is. `skipping` is true while the rest of a record
    that was too long, and was given out cut, is passed over.
    """

    def __init__(self, continuation: str, skipping: bool = False) -> None:
        self._continues = re.compile(continuation, re.ASCII).search if continuation else None
        self._kept: list[Item] = []
        self._size = 0
        self.skipping = skipping

    @property
    def joins(self) -> bool:
        """Whether lines are joined at all."""
        return self._continues is not None

    @property
    def start(self) -> int | None:
        return self._kept[0].start if self._kept else None

    def join(self, items: list[Item]) -> list[Item]:
        """The records that are whole now."""
        if self._continues is None:
            return items
        whole: list[Item] = []
        for item in items:
            if not self._continues(item.text[:LONGEST_START]):
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
        """The record that was kept, if there is one."""
        if not self._kept:
            return []
        record = self._kept[0]._replace(text=BREAK_MARK.join(item.text for item in self._kept))
        self._kept, self._size = [], 0
        return [record]
