"""Lines that come through a pipe: standard input, or what a child process prints."""

from __future__ import annotations

import os
import select

from ..reading.compression import CHUNK
from ..reading.log_reader import LogReader
from ..reading.whole_file import Chooser


class FollowedPipe:
    """The lines of a descriptor, as they come. `ended`: no more will."""

    def __init__(self, descriptor: int, choose: Chooser) -> None:
        """`choose` gets the first bytes that come."""
        self.before: list[str] = []
        self.trouble = ""
        self.ended = False
        self._descriptor, self._choose = descriptor, choose
        self._reader: LogReader | None = None

    def read(self, wait: float) -> list[str]:
        """The lines that came. Where none did, waits for so many seconds."""
        if not select.select([self._descriptor], [], [], wait)[0]:
            return self._reader.flush() if self._reader else []
        data = os.read(self._descriptor, CHUNK)
        if not data:
            self.ended = True
            return self._reader.finish() if self._reader else []
        self._reader = self._reader or LogReader(self._choose(data), data)
        return self._reader.feed(data)

    def close(self) -> None:
        """Nothing is to be closed: the descriptor belongs to who gave it."""
