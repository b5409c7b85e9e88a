"""Families: the name that a log keeps over its rotations."""

from pathlib import Path

import pytest

from service.sources.rotated_names import family

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
    "app-2024-01-31.log",
]


@pytest.mark.parametrize("name", ROTATIONS)
def test_a_log_keeps_its_family_over_rotations(name: str) -> None:
    assert family(Path("/logs") / name) == "/logs/app.log"


@pytest.mark.parametrize("name", ["node-2.log", "app2.log", "mysql.err", "20240131"])
def test_a_number_that_is_part_of_the_name_stays(name: str) -> None:
    assert family(Path("/logs") / name) == f"/logs/{name}"
