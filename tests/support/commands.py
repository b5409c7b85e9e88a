"""What the tests of commands ask of a command's result."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from typing import Any

Command = Callable[..., subprocess.CompletedProcess[str]]


def document(result: subprocess.CompletedProcess[str]) -> Any:
    """The one JSON document on stdout, of a command that did its job and had nothing else to say."""
    assert (result.returncode, result.stderr) == (0, "")
    return json.loads(result.stdout)


def is_sentence(result: subprocess.CompletedProcess[str], *words: str) -> bool:
    """Whether a failure is told on stderr, and not as a traceback."""
    assert (result.returncode, result.stdout) == (1, "")
    assert "Traceback" not in result.stderr
    assert [word for word in words if word not in result.stderr] == []
    return result.stderr.startswith("logling: ")
