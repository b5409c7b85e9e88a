"""The settings of a fleet: `fleet.toml` in its folder, which need not be there."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from pathlib import Path
from typing import Annotated

from pydantic import Field, field_validator

from ..schedule.schedule import Schedule
from ..settings import AdminSettings, FileSettings, load_as, parse_duration
from ..settings_file import read_settings_text

FILE = "fleet.toml"


class FleetSettings(FileSettings):
    """How many homes run at once, over how long their runs are spread, and the page of all of them."""

    runs: Annotated[int, Field(ge=1, le=100)] = 1  # at once on this machine, with those of other services
    window: str = "6h"  # runs begin between their slot and so much later; "0": all at their slot
    admin: AdminSettings = AdminSettings()

    @field_validator("window")
    @classmethod
    def _is_a_duration(cls, window: str) -> str:
        if window != "0":
            parse_duration(window)
        return window

    @property
    def spread(self) -> timedelta:
        """`window` as a duration."""
        return parse_duration(self.window) if self.window != "0" else timedelta(0)


def load_fleet(folder: Path) -> FleetSettings:
    """The settings of the fleet in a folder. Raises SettingsError."""
    path = folder / FILE
    return load_as(FleetSettings, path, read_settings_text(path) if path.exists() else "")


def delay_of(name: str, schedule: Schedule, window: timedelta) -> timedelta:
    """How long after its slots a home runs: always the same for a name, and less than the window.

    It is less than the time between two slots too, in whole seconds.
    """
    longest = min(window, shortest_gap(schedule))
    share = int.from_bytes(hashlib.sha256(name.encode()).digest()[:8]) / 2**64
    return timedelta(seconds=int(share * longest.total_seconds()))


def shortest_gap(schedule: Schedule) -> timedelta:
    """The shortest time between two slots, in whole days where the schedule has days."""
    if schedule.every:
        return schedule.every
    days = sorted(schedule.days)
    return timedelta(days=min((after - day) % 7 or 7 for day, after in zip(days, [*days[1:], days[0]], strict=True)))
