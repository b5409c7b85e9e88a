"""A file that is replaced in one step and survives a power cut."""

from __future__ import annotations

import os
from pathlib import Path


def write_durably(target: Path, data: bytes) -> None:
    """Replace a file in one step, so that a crash leaves the old or the new one whole."""
    temporary = target.with_name(f".{target.name}.new")
    try:
        with temporary.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(target)
    finally:
        temporary.unlink(missing_ok=True)
