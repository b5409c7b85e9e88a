"""Describes the exit status of a process."""

from __future__ import annotations

import signal


def describe_exit_status(status: int) -> str:
    """Why a process ended. A negative status is the number of a signal."""
    if status >= 0:
        return f"its process ended with exit status {status}"
    name = signal.Signals(-status).name if -status in set(signal.Signals) else f"signal {-status}"
    hint = ": out of memory, perhaps" if name == "SIGKILL" else ""
    return f"its process was ended by {name}{hint}"
