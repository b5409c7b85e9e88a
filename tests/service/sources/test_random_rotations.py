"""Random rotations: of whatever is done to logs between pulls, no line is lost or read twice."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.benchmarks.rotations import play


@pytest.mark.parametrize("seed", range(60))
def test_no_line_is_lost_or_doubled_in_a_random_history(tmp_path: Path, seed: int) -> None:
    play(seed, tmp_path)
