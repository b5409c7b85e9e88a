"""Families: the name that a log keeps over its rotations."""

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from service.sources.rotated_names import family, is_numbered, number

ROTATIONS = [
    "app.log",
    "app.log.1",
    "app.log.2.gz",
    "app.log.old",
    "app.log-20240131",
    "app.log-20240131.gz",
    "app.log-20240131.1",
    "app.log-20240131-1706659200",
    "app.log.2024-01-31_07",
    "app.log.2024-01-31T07:15:22",
    "app.log.2024-01-31T07:15.3.xz",
    "app.log-20240131235959123456",
    "app-2024-01-31.log",
]


@pytest.mark.parametrize("name", ROTATIONS)
def test_a_log_keeps_its_family_over_rotations(name: str) -> None:
    assert family(Path("/logs") / name) == "/logs/app.log"


@pytest.mark.parametrize("name", ["node-2.log", "app2.log", "mysql.err", "20240131"])
def test_a_number_that_is_part_of_the_name_stays(name: str) -> None:
    assert family(Path("/logs") / name) == f"/logs/{name}"


def seconds(function: Callable[[Path], Any], path: Path) -> float:
    """The least processor time of several calls."""
    times = []
    for _ in range(5):
        begun = time.process_time()
        for _ in range(20):
            function(path)
        times.append(time.process_time() - begun)
    return min(times)


@pytest.mark.parametrize("function", [family, number, is_numbered])
@pytest.mark.parametrize(
    "piece",
    ["1", "11-", "-20260101", "-2026-01-01T", "-1", ".1", ".a", "-2026-01-01.a", ".gz", "-", "~", "00:00", ".old"],
)
def test_a_name_takes_time_in_proportion_to_its_length(function: Callable[[Path], Any], piece: str) -> None:
    short, long = (Path("/logs") / f"dump-2026{piece * (size // len(piece))}!" for size in (250, 4_000))
    # 16 times as long: a quadratic pattern takes 256 times as long, an exponential one never ends.
    assert seconds(function, long) < 80 * max(seconds(function, short), 1e-4)
