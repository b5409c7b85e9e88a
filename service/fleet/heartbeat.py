"""What the service of a fleet tells its page: that it lives, and what is wrong with homes. One file, written each beat.

How a home stands is in its own ledger, where the fleet writes it only when it has changed: a thousand ledgers that are
written each minute would wear a disk. That the service lives is here, once for all of them.
"""

from __future__ import annotations

import json
import os
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path

from ..home import FLEET_FOLDER, Home, open_private


@dataclass(frozen=True)
class Heartbeat:
    """The service of a fleet as it last said of itself. Moments have a time zone."""

    at: datetime
    under_way: list[str] = field(default_factory=list)  # homes whose run is
    waiting: int = 0  # homes whose run is due and waits for its turn
    problems: dict[str, str] = field(default_factory=dict)  # homes that are not served, with why


def fleet_state(folder: Path) -> Home:
    """Where the fleet itself keeps its lock and its heartbeat: a hidden folder, built as a home."""
    return Home(folder / FLEET_FOLDER)


def write_heartbeat(folder: Path, heartbeat: Heartbeat) -> None:
    """Replace the heartbeat, or leave it where that does not work: then the page says that it is too old."""
    path = heartbeat_file(folder)
    text = json.dumps(asdict(heartbeat), default=datetime.isoformat)
    with suppress(OSError):
        draft = path.with_suffix(".new")
        with os.fdopen(open_private(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC), "w", encoding="utf-8") as file:
            file.write(text)
        draft.replace(path)


def clear_heartbeat(folder: Path) -> None:
    """Say that there is no service."""
    heartbeat_file(folder).unlink(missing_ok=True)


def read_heartbeat(folder: Path) -> Heartbeat | None:
    """What the service last said; None where there is none."""
    try:
        values = json.loads(heartbeat_file(folder).read_bytes())
        return Heartbeat(**values | {"at": datetime.fromisoformat(values["at"])})
    except (OSError, ValueError, TypeError, KeyError):
        return None


def heartbeat_file(folder: Path) -> Path:
    """The file."""
    return fleet_state(folder).state / "heartbeat.json"
