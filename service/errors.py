"""Errors that the command line reports in one sentence instead of a traceback."""

from __future__ import annotations


class LoglingError(Exception):
    """Something the operator can put right. The message says what is wrong and what would be right."""


class Interrupted(BaseException):
    """The program was asked to stop."""
