"""The hold: after a rollback, nothing is published until a person says so."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from ..errors import LoglingError
from ..home import Home
from .atomic_write import write_durably


@dataclass(frozen=True)
class Hold:
    """Whether publishing is held, kept in a file of the state."""

    home: Home

    def read(self) -> dict[str, str] | None:
        """Since when publishing is held, and by the rollback to which commit. None if it is not held."""
        try:
            held = json.loads(self._file.read_text())
            return {"since": str(held["since"]), "commit": str(held["commit"])}
        except FileNotFoundError:
            return None
        except (ValueError, KeyError, TypeError):
            raise LoglingError(f"{self._file} is damaged: `logling resume` lifts the hold") from None

    def begin(self, commit: str, now: datetime) -> None:
        """Hold all publishing."""
        self.home.make_state()
        write_durably(self._file, json.dumps({"since": now.isoformat(timespec="seconds"), "commit": commit}).encode())

    def lift(self) -> bool:
        """Lift the hold. False if there was none."""
        was_held = self._file.exists()
        self._file.unlink(missing_ok=True)
        return was_held

    def describe(self) -> str:
        """Why nothing is published. Empty if nothing is held."""
        held = self.read()
        if not held:
            return ""
        return f"publishing is held since the rollback to {held['commit'][:9]} on {held['since'][:10]}"

    @property
    def _file(self) -> Path:
        return self.home.state / "hold.json"
