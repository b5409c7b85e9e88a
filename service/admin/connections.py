"""The connections of the admin page: bounded in number and in time, so that idle or slow ones keep nobody else out.

- Between a connection's beginning and its first answer, and from one answer to the next, there may be SECONDS. That
  holds for those who say nothing, send a header byte by byte, or do not read what they asked for.
- When there are MOST already, the one that has waited longest is closed for a new one; one that is being answered only
  if all are. So the service's own question for `/healthz` is always taken.
- The head of a request may have LARGEST_HEAD bytes.
"""

from __future__ import annotations

import asyncio
import time
from typing import Any

from uvicorn.protocols.http.h11_impl import H11Protocol

MOST = 100
SECONDS = 20.0
LARGEST_HEAD = 16_384  # bytes; a browser sends less than 2,000


class BoundedConnection(H11Protocol):
    """One connection, as uvicorn's own, that is closed when it takes too long or is in the way."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._waits_since = 0.0
        self._timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin to count, and make room."""
        super().connection_made(transport)
        self._begin_waiting()
        while len(self.connections) > MOST:
            least = min(self.connections - {self}, key=BoundedConnection.rank)  # type: ignore[arg-type]
            self.connections.discard(least)
            least.transport.abort()

    def connection_lost(self, exc: Exception | None) -> None:
        """Stop counting."""
        if self._timer:
            self._timer.cancel()
        super().connection_lost(exc)

    def on_response_complete(self) -> None:
        """Begin to count again after an answer."""
        super().on_response_complete()
        self._begin_waiting()

    def rank(self) -> tuple[bool, float]:
        """Which is closed first: one that is not being answered, and of those the one that has waited longest."""
        is_answered = self.cycle is not None and not self.cycle.response_complete
        return is_answered, self._waits_since

    def _begin_waiting(self) -> None:
        if self._timer:
            self._timer.cancel()
        self._waits_since = time.monotonic()
        self._timer = self.loop.call_later(SECONDS, self.transport.abort)
