"""Some kills, from pull to push, after each of which the service goes on. More: tests/benchmarks/crashes.py."""

import subprocess
import sys
from pathlib import Path

from tests.support.waiting import PATIENCE

CRASHES = Path(__file__).parents[1] / "benchmarks" / "crashes.py"


def test_the_service_carries_on_after_a_kill_at_any_point() -> None:
    done = subprocess.run([sys.executable, str(CRASHES), "8"], capture_output=True, text=True, timeout=PATIENCE)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "0 things wrong" in done.stdout
