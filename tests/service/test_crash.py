"""Twenty kills, from pull to push, after each of which the service carries on by itself; 300 and more by hand."""

import subprocess
import sys
from pathlib import Path

CRASHES = Path(__file__).parents[1] / "benchmarks" / "crashes.py"


def test_the_service_carries_on_after_a_kill_at_any_point() -> None:
    done = subprocess.run([sys.executable, str(CRASHES), "20"], capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "0 things wrong" in done.stdout
