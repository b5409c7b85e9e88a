"""What the page's process prints when it can answer, for the service that started it."""

from __future__ import annotations

READY = b"ready\n"
