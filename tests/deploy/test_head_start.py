"""The command that trains the weights for a head start."""

import subprocess
import sys
from pathlib import Path

from tests.support.waiting import PATIENCE

ROOT = Path(__file__).parents[2]


def built(folder: Path) -> bytes:
    """The file that a short training writes."""
    folder.mkdir()
    script = ROOT / "deploy/head_start/build.py"
    command = [sys.executable, str(script), "seed", "--tokens", "6000", "--folder", str(folder)]
    subprocess.run(command, check=True, capture_output=True, timeout=PATIENCE)
    return (folder / "head_start_seed.safetensors").read_bytes()


def test_the_weights_for_a_head_start_are_the_same_each_time_they_are_trained(tmp_path: Path) -> None:
    assert built(tmp_path / "one") == built(tmp_path / "other")
