"""What the exit status of a process says, in words."""

from __future__ import annotations

import signal


def in_words(status: int) -> str:
    """What an exit status (negative: a signal's number) says of a process that did not write how it ended."""
    if status >= 0:
        return f"its process ended with exit status {status} and left no result"
    name = signal.Signals(-status).name if -status in set(signal.Signals) else f"signal {-status}"
    hint = ": out of memory, perhaps" if name == "SIGKILL" else ""
    return f"its process was ended by {name}{hint}"
