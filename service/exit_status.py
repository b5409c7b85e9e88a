"""How a process is asked to end, and its exit status in words."""

from __future__ import annotations

import signal


def describe_exit_status(status: int) -> str:
    """Why a process ended. A negative status is the number of a signal."""
    if status >= 0:
        return f"its process ended with exit status {status}"
    name = signal.Signals(-status).name if -status in set(signal.Signals) else f"signal {-status}"
    hint = ": out of memory, perhaps" if name == "SIGKILL" else ""
    return f"its process was ended by {name}{hint}"


def ending_signals() -> tuple[signal.Signals, ...]:
    """The signals that ask a process to end. SIGHUP, of a terminal that is closed, is one unless `nohup` ignores it."""
    is_ignored = signal.getsignal(signal.SIGHUP) == signal.SIG_IGN
    return (signal.SIGTERM, signal.SIGINT, *(() if is_ignored else (signal.SIGHUP,)))
