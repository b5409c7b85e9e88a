"""Wait for something that another process does. The limit is for a test that hangs, not for a machine that is slow."""

from __future__ import annotations

import time
from collections.abc import Callable

PATIENCE = 600.0  # seconds; on an idle machine nothing here takes a tenth of it


def wait_until(condition: Callable[[], object], seconds: float = PATIENCE, shown: Callable[[], str] = str) -> None:
    """Return as soon as a condition holds. AssertionError, with what `shown` returns, when it does not in time."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, shown()
        time.sleep(0.02)
