"""The hold: nothing is published until a person says so.

It begins with a rollback, or when the remote no longer has what it had, because somebody has withdrawn it.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from ..errors import LoglingError
from ..home import Home
from .atomic_write import write_durably

WITHDRAWN = "the remote no longer has"  # how the reason of a hold for what was withdrawn begins


@dataclass(frozen=True)
class Hold:
    """Whether publishing is held, kept in a file of the state."""

    home: Home

    def read(self) -> dict[str, str] | None:
        """Since when publishing is held, for which commit, and why. None if it is not held.

        `why` is "rollback", to that commit, or "withdrawn": the remote had that commit and has it no more.
        """
        try:
            held = json.loads(self._file.read_text())
            why = str(held.get("why", "rollback"))
            return {"since": str(held["since"]), "commit": str(held["commit"]), "why": why}
        except FileNotFoundError:
            return None
        except (ValueError, KeyError, TypeError, AttributeError):
            raise LoglingError(f"{self._file} is damaged: `logling resume` lifts the hold") from None

    def begin(self, commit: str, now: datetime, why: str = "rollback") -> None:
        """Hold all publishing."""
        self.home.make_state()
        facts = {"since": now.isoformat(timespec="seconds"), "commit": commit, "why": why}
        write_durably(self._file, json.dumps(facts).encode())

    def is_damaged(self) -> bool:
        """Whether it is not known why publishing is held."""
        try:
            self.read()
        except LoglingError:
            return True
        return False

    def is_for_withdrawn(self) -> bool:
        """Whether it is because the remote no longer has what it had. Raises LoglingError if it is damaged."""
        held = self.read()
        return held is not None and held["why"] == "withdrawn"

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
        if held["why"] == "withdrawn":
            return f"{WITHDRAWN} commit {held['commit'][:9]}: withdrawn by somebody, and nothing is pushed since then"
        return f"publishing is held since the rollback to {held['commit'][:9]} on {held['since'][:10]}"

    @property
    def _file(self) -> Path:
        return self.home.state / "hold.json"
