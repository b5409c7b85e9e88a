"""The service's own log: one line per event on stderr, with levels where stderr is the journal."""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import Mapping, MutableMapping
from datetime import UTC, datetime
from typing import Any, TextIO

EVENTS = logging.getLogger("logling")


class NamedEvents(logging.LoggerAdapter[logging.Logger]):
    """The events of one home of many: its name is before each."""

    def __init__(self, name: str) -> None:
        super().__init__(EVENTS)
        self._name = name.replace("%", "%%")

    def process(self, msg: Any, kwargs: MutableMapping[str, Any]) -> tuple[Any, MutableMapping[str, Any]]:
        """What is logged instead."""
        return f"{self._name}: {msg}", kwargs


Events = logging.Logger | NamedEvents


class _WithTime(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        when = datetime.fromtimestamp(record.created, UTC)
        return f"{when:%Y-%m-%dT%H:%M:%SZ} {super().format(record)}"


class _ForJournal(logging.Formatter):
    """The level before the line, as in sd-daemon(3). The journal adds the time."""

    def format(self, record: logging.LogRecord) -> str:
        level = 3 if record.levelno >= logging.ERROR else 4 if record.levelno >= logging.WARNING else 6
        return f"<{level}>{super().format(record)}"


def begin_log() -> None:
    """Write the events of this process to stderr."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_ForJournal() if is_journal(sys.stderr, os.environ) else _WithTime())
    logging.basicConfig(handlers=[handler], level=logging.WARNING, force=True)
    EVENTS.setLevel(logging.INFO)


def is_journal(stream: TextIO, environment: Mapping[str, str]) -> bool:
    """Whether a stream is connected to journald (`$JOURNAL_STREAM` in systemd.exec(5))."""
    try:
        status = os.fstat(stream.fileno())
    except (OSError, ValueError):
        return False
    return environment.get("JOURNAL_STREAM") == f"{status.st_dev}:{status.st_ino}"
