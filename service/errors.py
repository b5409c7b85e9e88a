"""Errors that the command line reports in one sentence instead of a traceback."""

from __future__ import annotations

import os


class LoglingError(Exception):
    """Something the operator can put right. The message says what is wrong and what would be right."""


class Interrupted(BaseException):
    """The program was asked to stop."""


def describe_error(error: Exception) -> str:
    """An error as a sentence. A file error is described by its file and reason, any other by its message."""
    if isinstance(error, OSError) and isinstance(error.filename, str | bytes | os.PathLike) and error.strerror:
        return f"{os.fsdecode(error.filename)}: {error.strerror}"
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    return str(error)
