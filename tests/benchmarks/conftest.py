"""Benchmarks are scripts that import their neighbours by name: let their tests do so too."""

import sys
from pathlib import Path

HERE = Path(__file__).parent
sys.path += [str(HERE), str(HERE / "log_pairs")]
