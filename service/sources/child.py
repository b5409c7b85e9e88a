"""A program that prints a log, such as journalctl or docker: started without our settings, and ended."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Sequence

from ..environment import hidden_settings
from ..errors import LoglingError

STOPPING = 2.0  # seconds from SIGTERM to SIGKILL


def start_child(command: Sequence[str], errors: int = subprocess.PIPE) -> subprocess.Popen[bytes]:
    """Start a program. `errors`: where its stderr goes, as `subprocess` has it. Raises LoglingError, OSError."""
    try:
        with hidden_settings():
            return subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=errors,
                env={**os.environ, "LC_ALL": "C", "SYSTEMD_COLORS": "0"},
            )
    except FileNotFoundError:
        raise LoglingError(f"{command[0]} is not installed, or not on the PATH") from None


def end_child(child: subprocess.Popen[bytes]) -> None:
    """Stop a child, first by SIGTERM, and close its pipes."""
    if child.poll() is None:
        child.send_signal(signal.SIGTERM)
        try:
            child.wait(STOPPING)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()
    for stream in (child.stdout, child.stderr):
        if stream:
            stream.close()
