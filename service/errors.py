"""The one error that the command line prints as a sentence instead of a traceback."""

from __future__ import annotations


class LoglingError(Exception):
    """Something the operator can mend; the message says what is wrong and what would be right."""
